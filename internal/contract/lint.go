package contract

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/probity-sla/probity/internal/sla"
)

// Severity says how much a finding matters.
type Severity uint8

const (
	Warning Severity = iota // it can be computed, and is likely not what was meant
	Error                   // the figure would be settled before anything is measured
)

// String returns "warning" or "error".
func (s Severity) String() string {
	if s == Error {
		return "error"
	}
	return "warning"
}

// MarshalText writes the word.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Finding is something in a valid agreement that its parties should know of.
type Finding struct {
	Severity Severity `json:"severity"`
	Path     string   `json:"path"` // as in FieldError
	Problem  string   `json:"problem"`
	Hint     string   `json:"hint,omitempty"` // what to do
}

// String returns "severity: path: problem; hint".
func (f Finding) String() string {
	return f.Severity.String() + ": " + FieldError{Path: f.Path, Problem: f.Problem, Hint: f.Hint}.Error()
}

// Lint looks for what an agreement says and can hardly mean, or promises and
// cannot prove. It returns the findings in the order of the file's parts.
func Lint(a *Agreement) []Finding {
	l := &linter{a: a}
	l.zoneName()
	l.terms("terms", a.Terms)
	l.aggregate()
	l.burn()
	l.levels()
	l.clocks()
	l.credits()
	l.plannedEntries()
	for i := range a.Services {
		s := &a.Services[i]
		path := fmt.Sprintf("service[%s]", s.ID)
		terms := "terms"
		if s.Terms != a.Terms {
			terms = path + ".terms"
			l.terms(terms, s.Terms)
		}
		l.endpoints(terms, path, s)
		l.proof(path, s)
		for j := range s.Checks {
			c := &s.Checks[j]
			at := fmt.Sprintf("%s.check[%s]", path, own(c.ID))
			l.locations(terms, at, s.Terms, c)
			l.probing(at, c)
		}
	}
	return l.found
}

type linter struct {
	a     *Agreement
	found []Finding
}

func (l *linter) warn(path, hint, format string, args ...any) {
	l.found = append(l.found, Finding{Warning, path, fmt.Sprintf(format, args...), hint})
}

func (l *linter) fail(path, hint, format string, args ...any) {
	l.found = append(l.found, Finding{Error, path, fmt.Sprintf(format, args...), hint})
}

// terms looks at what stands in one table of terms, whoever it is for.
func (l *linter) terms(path string, t *sla.Terms) {
	if t.Target.Den == 0 && t.MaxBad == nil && len(t.Tiers) == 0 && t.Credit == nil {
		l.warn(path+".target_pct", "write target_pct, max_bad_s or tiers", "there is no objective: nothing can be breached")
	}
	if t.Missing.Rule == sla.MissingUp || t.Missing.Rule == sla.MissingCarry && t.Missing.After == sla.MissingUp {
		l.warn(path+".missing", "the default leaves it out, and says how much it was", "time that nobody observed counts as up: switching the agents off would mend every figure")
	}
	l.tiers(path, t)
	if t.Credit != nil && t.Credit.Scheme == sla.CreditDuration {
		l.durationTiers(path+".credit.tiers", t.Credit.Tiers)
	}
	if t.Hours != nil {
		l.calendar(path+".service_hours", "service hours", t.Hours)
	}
	l.unused(path, t)
	l.caps(path, t)
}

// aggregate finds an objective in time for a figure that is none.
func (l *linter) aggregate() {
	var rule sla.AggregateRule
	if err := rule.UnmarshalText([]byte(l.a.Aggregate)); err != nil || rule.InTime() || len(l.a.Services) < 2 {
		return
	}
	const hint = `write it in each [service.terms], or write aggregate = "sum_seconds"`
	if l.a.Terms.MaxBad != nil {
		l.fail("terms.max_bad_s", hint, "a %s figure of several services is no length of time: these seconds would never be reached", rule)
	}
	if k := l.a.Terms.Credit; k != nil && (k.Scheme == sla.CreditPerUnit || k.Scheme == sla.CreditDuration) {
		l.fail("terms.credit.scheme", hint, "a %s figure of several services is no length of time: no credit by %s would ever be earned", rule, k.Scheme)
	}
}

// zoneName finds zones that do not move with the law of a place.
func (l *linter) zoneName() {
	name := l.a.Zone.String()
	switch {
	case slices.Contains([]string{"EST", "MST", "HST", "EST5EDT", "CST6CDT", "MST7MDT", "PST8PDT", "CET", "MET", "EET", "WET"}, name):
		l.warn("zone", "write a place, such as America/New_York or Europe/Berlin", "%s is an abbreviation: it does not follow the clocks of a place", name)
	case strings.HasPrefix(name, "Etc/GMT+") || strings.HasPrefix(name, "Etc/GMT-"):
		l.warn("zone", "write a place, such as Asia/Shanghai", "%s has its sign the other way round from common use, and no summer time", name)
	}
}

// calendar finds hours of another place, and holidays that nobody wrote down. whose
// says in words what they are of.
func (l *linter) calendar(path, whose string, c *sla.Calendar) {
	if got, want := c.Zone.String(), l.a.Zone.String(); got != want {
		l.warn(path+".tz", "leave tz out unless the contract says so", "%s are in %s, the agreement in %s", whose, got, want)
	}
	years := map[int]bool{}
	for _, day := range c.Holidays {
		date := dayDate(int(day))
		years[date.Year()] = true
		at := At(date, c.Zone).UnixMilli()
		if l.a.ValidFrom != 0 && at < l.a.ValidFrom || l.a.ValidTo != 0 && at >= l.a.ValidTo {
			l.warn(path+".holidays", "check the year", "%s lies outside the agreement's validity", date.Format(time.DateOnly))
		}
	}
	if len(years) == 0 || l.a.ValidFrom == 0 || l.a.ValidTo == 0 {
		return
	}
	last := time.UnixMilli(l.a.ValidTo - 1).In(c.Zone).Year()
	for y := time.UnixMilli(l.a.ValidFrom).In(c.Zone).Year(); y <= last; y++ {
		if !years[y] {
			l.warn(path+".holidays", "add that year's", "no holiday is listed in %d, which the agreement covers", y)
		}
	}
}

// burn finds rules that no outage can set off.
func (l *linter) burn() {
	usual := slices.Equal(l.a.Burn, DefaultBurn(l.a.Period))
	target := rat(l.a.Terms.Target)
	for i, r := range l.a.Burn {
		path := fmt.Sprintf("burn[%d]", i+1)
		if !usual && target != nil {
			bad := new(big.Rat).Sub(big.NewRat(1, 1), target)
			if most := bad.Mul(bad, rat(r.Factor)); most.Cmp(big.NewRat(1, 1)) >= 0 {
				l.warn(path, "lower the factor", "a factor of %s is never reached: at %s %% even a full outage burns no faster",
					rat(r.Factor).FloatString(1), percent(target))
			}
		}
		for j := range l.a.Services {
			for _, c := range l.a.Services[j].Checks {
				if 2*c.Interval > r.Short {
					l.warn(path, "lengthen the window or shorten the interval", "a short window of %s holds fewer than two results of %s, which runs every %s",
						r.Short, c.ID, c.Interval)
				}
			}
		}
	}
}

// rat is a ratio as a big.Rat, nil when it is absent.
func rat(r sla.Ratio) *big.Rat {
	if r.Den == 0 {
		return nil
	}
	return big.NewRat(r.Num, r.Den)
}

// percent writes a share as a percentage without trailing zeros.
func percent(share *big.Rat) string {
	s := new(big.Rat).Mul(share, big.NewRat(100, 1)).FloatString(6)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}
