package collector

import (
	"context"
	"flag"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/probity-sla/probity/collector/store"
)

func tokenCommands() []command {
	return []command{
		{"token create", "NAME", "make a token for a person or program; prints it once",
			"probity-collector token create acme-portal --role customer --customer \"Acme Ltd\" --expires 8760h", createToken},
		{"token list", "", "list tokens, without the tokens themselves", "probity-collector token list", listTokens},
		{"token revoke", "ID", "refuse a token from now on", "probity-collector token revoke tk-k3v9q2xa", revokeToken},
	}
}

func createToken(fs *flag.FlagSet, s *streams) func(context.Context, []string) error {
	load := configFlag(fs, s)
	role := fs.String("role", roleRead, "`ROLE`: read; operate to announce maintenance and answer incidents too; customer for one customer's agreements alone")
	customer := fs.String("customer", "", "role customer: whose token it is, the `NAME` as in the agreements")
	expires := fs.Duration("expires", 0, "role customer: refuse the token after this `LENGTH`, for example 8760h; 0: never")
	var agreements list
	fs.Var(&agreements, "agreement", "role customer: open only the agreement with this `ID`; repeat for more; all of the customer where absent")
	quiet := fs.Bool("quiet", false, "print the token alone")
	return func(ctx context.Context, args []string) error {
		if err := checkName("NAME", args[0]); err != nil {
			return err
		}
		if !slices.Contains([]string{roleRead, roleOperate, roleCustomer}, *role) {
			return usagef("--role %q is not read, operate or customer; agents get theirs from agent enrol", *role)
		}
		if *role != roleCustomer && (*customer != "" || *expires != 0 || len(agreements) > 0) {
			return usagef("--customer, --agreement and --expires are for --role customer")
		}
		return withStore(ctx, load, false, func(cfg *Config, db *store.Store) error {
			token, hash := newToken("pt")
			now := time.Now()
			t := store.TokenRecord{ID: newID("tk"), Name: args[0], Role: *role, Hash: hash, CreatedAt: now.UnixMilli()}
			if *role == roleCustomer {
				t.Customer, t.Agreements = *customer, agreements
				if err := checkCustomer(cfg, &t); err != nil {
					return err
				}
				if *expires < 0 {
					return usagef("--expires %v lies in the past", *expires)
				}
				if *expires > 0 {
					t.ExpiresAt = now.Add(*expires).UnixMilli()
				}
			}
			if err := db.CreateToken(ctx, t); err != nil {
				return err
			}
			if *quiet {
				fmt.Fprintln(s.out, token)
				return nil
			}
			fmt.Fprintf(s.out, "%s\n\nThis is token %s of %s, role %s. It is shown this once; send it as\n  Authorization: Bearer TOKEN\nor sign in with it on the pages.\n", token, t.ID, t.Name, t.Role)
			return nil
		})
	}
}

// checkCustomer refuses a customer, or agreements of one, that nobody knows.
func checkCustomer(cfg *Config, t *store.TokenRecord) error {
	set, err := loadAgreements(cfg.Agreements.Directory)
	if err != nil {
		return err
	}
	var known, theirs []string
	for _, a := range set.Agreements {
		if a.Customer != "" && !slices.Contains(known, a.Customer) {
			known = append(known, a.Customer)
		}
		if a.Customer == t.Customer {
			theirs = append(theirs, a.ID)
		}
	}
	if t.Customer == "" || len(theirs) == 0 {
		return usagef("--customer %q is not a customer of any agreement; there are: %s", t.Customer, strings.Join(known, ", "))
	}
	for _, id := range t.Agreements {
		if !slices.Contains(theirs, id) {
			return usagef("--agreement %q is not one of %s; theirs are: %s", id, t.Customer, strings.Join(theirs, ", "))
		}
	}
	return nil
}

func listTokens(fs *flag.FlagSet, s *streams) func(context.Context, []string) error {
	load := configFlag(fs, s)
	return func(ctx context.Context, _ []string) error {
		return withStore(ctx, load, true, func(_ *Config, db *store.Store) error {
			tokens, err := db.Tokens(ctx)
			if err != nil {
				return err
			}
			if len(tokens) == 0 {
				fmt.Fprintln(s.out, "No tokens yet. Make one: probity-collector token create NAME --role read")
				return nil
			}
			w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
			fmt.Fprintln(w, "ID\tNAME\tROLE\tOPENS\tCREATED\tEXPIRES\tREVOKED")
			for _, t := range tokens {
				opens := "everything"
				if t.Role == roleCustomer {
					opens = t.Customer
				}
				if len(t.Agreements) > 0 {
					opens += ": " + strings.Join(t.Agreements, ", ")
				}
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", t.ID, t.Name, t.Role, opens, showInstant(t.CreatedAt), instantOrDash(t.ExpiresAt), instantOrDash(t.RevokedAt))
			}
			return w.Flush()
		})
	}
}

func revokeToken(fs *flag.FlagSet, s *streams) func(context.Context, []string) error {
	load := configFlag(fs, s)
	return func(ctx context.Context, args []string) error {
		return withStore(ctx, load, false, func(_ *Config, db *store.Store) error {
			if err := revoking("token", args[0], db.RevokeToken(ctx, args[0], time.Now().UnixMilli())); err != nil {
				return err
			}
			fmt.Fprintf(s.out, "token %s is revoked\n", args[0])
			return nil
		})
	}
}

// instantOrDash is an instant in UTC, a dash for none.
func instantOrDash(ms int64) string {
	if ms == 0 {
		return "–"
	}
	return showInstant(ms)
}
