package collector

import (
	"context"
	"flag"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/probity-sla/probity/internal/contract"
)

func printReview(fs *flag.FlagSet, s *streams) func(context.Context, []string) error {
	load := configFlag(fs, s)
	customer := fs.String("customer", "", "`NAME` of the customer, as its agreements write it")
	house := fs.Bool("house", false, "of all customers")
	year := fs.Int("year", time.Now().UTC().Year(), "`YEAR` to look back on")
	language := fs.String("language", "", "`TAG`: en or zh-CN; that of the first agreement where absent")
	format, output := formatFlags(fs, "html")
	return func(ctx context.Context, _ []string) error {
		if (*customer == "") != *house {
			return usagef("give either --customer or --house")
		}
		if err := checkFormat(*format); err != nil {
			return err
		}
		if *language != "" && *language != "en" && *language != "zh-CN" {
			return usagef("--language %q is not en or zh-CN", *language)
		}
		if *year < minReviewYear || *year > maxReviewYear {
			return usagef("--year %d is not between %d and %d", *year, minReviewYear, maxReviewYear)
		}
		return withDesk(ctx, load, true, func(d *serviceDesk, set *contract.Set) error {
			if !*house && !slices.ContainsFunc(set.Agreements, func(a *contract.Agreement) bool { return a.Customer == *customer }) {
				return fmt.Errorf("no agreement is with a customer %q; there are: %s", *customer, strings.Join(customersOf(set), ", "))
			}
			r, err := d.yearReview(ctx, set, *customer, *year, *language, operator())
			if err != nil {
				return err
			}
			data, _, err := render(r, *format)
			if err != nil {
				return err
			}
			return deliver(s.out, *output, data)
		})
	}
}

func customersOf(set *contract.Set) []string {
	var out []string
	for _, a := range set.Agreements {
		out = append(out, a.Customer)
	}
	slices.Sort(out)
	return slices.Compact(out)
}
