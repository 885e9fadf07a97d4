package collector

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	iofs "io/fs"
	"os/user"
	"text/tabwriter"
	"time"

	"github.com/probity-sla/probity/collector/store"
	"github.com/probity-sla/probity/internal/protocol"
)

// Roles of tokens. Agents have tokens of their own, made by agent enrol.
const (
	roleRead     = "read"
	roleOperate  = "operate"
	roleCustomer = "customer"
)

// newToken returns a token of 256 random bits, and the hash that is stored of it.
func newToken(prefix string) (token, hash string) {
	var b [32]byte
	rand.Read(b[:])
	token = prefix + "_" + base64.RawURLEncoding.EncodeToString(b[:])
	sum := sha256.Sum256([]byte(token))
	return token, hex.EncodeToString(sum[:])
}

// operator is the name that records are signed with where --by is not given.
func operator() string {
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return "unknown"
}

// withStore opens the store of the configuration for one command.
func withStore(ctx context.Context, load func() (*Config, error), readOnly bool, f func(*Config, *store.Store) error) (err error) {
	cfg, err := load()
	if err != nil {
		return err
	}
	db, err := store.Open(ctx, store.Options{Path: cfg.Store.Path, ReadOnly: readOnly})
	if readOnly && errors.Is(err, iofs.ErrNotExist) {
		return fmt.Errorf("there is no store at %s yet: start the collector, enrol an agent, or correct store.path", cfg.Store.Path)
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return f(cfg, db)
}

func agentCommands() []command {
	return []command{
		{"agent enrol", "NAME", "let an agent push results; prints its token once",
			"probity-collector agent enrol edge-fra-1 --location frankfurt", enrolAgent},
		{"agent list", "", "list agents and what was last heard of them", "probity-collector agent list", listAgents},
		{"agent revoke", "NAME", "refuse an agent from now on; its results stay",
			"probity-collector agent revoke edge-fra-1", revokeAgent},
	}
}

func enrolAgent(fs *flag.FlagSet, s *streams) func(context.Context, []string) error {
	load := configFlag(fs, s)
	location := fs.String("location", "", "`NAME` of the vantage point where it stands (needed)")
	quiet := fs.Bool("quiet", false, "print the token alone")
	return func(ctx context.Context, args []string) error {
		name := args[0]
		for what, v := range map[string]string{"NAME": name, "--location": *location} {
			if err := checkName(what, v); err != nil {
				return err
			}
		}
		return withStore(ctx, load, false, func(_ *Config, db *store.Store) error {
			token, hash := newToken("pa")
			err := db.EnrolAgent(ctx, store.AgentRecord{
				Name: protocol.AgentID(name), Location: protocol.Location(*location), Hash: hash,
				EnrolledAt: time.Now().UnixMilli(), EnrolledBy: operator(),
			})
			if errors.Is(err, store.ErrExists) {
				return fmt.Errorf("agent %s is enrolled already; revoke it first to give it a new token: probity-collector agent revoke %s", name, name)
			}
			if err != nil {
				return err
			}
			if *quiet {
				fmt.Fprintln(s.out, token)
				return nil
			}
			fmt.Fprintf(s.out, "%s\n\nThis is the token of agent %s at %s. It is shown this once: put it in the file that\ntoken_file in its agent.toml names, mode 0600.\n", token, name, *location)
			return nil
		})
	}
}

// checkName holds names to letters, digits, dot, dash and underscore: they
// appear in labels, paths and files.
func checkName(what, v string) error {
	if v == "" {
		return usagef("%s is missing", what)
	}
	if len(v) > protocol.MaxIDBytes {
		return usagef("%s is longer than %d bytes", what, protocol.MaxIDBytes)
	}
	for _, r := range v {
		if !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '.' || r == '-' || r == '_') {
			return usagef("%s %q has a character that is not a letter, digit, dot, dash or underscore", what, v)
		}
	}
	return nil
}

func listAgents(fs *flag.FlagSet, s *streams) func(context.Context, []string) error {
	load := configFlag(fs, s)
	return func(ctx context.Context, _ []string) error {
		return withStore(ctx, load, true, func(_ *Config, db *store.Store) error {
			agents, err := db.Agents(ctx)
			if err != nil {
				return err
			}
			if len(agents) == 0 {
				fmt.Fprintln(s.out, "No agents yet. Enrol one: probity-collector agent enrol NAME --location L")
				return nil
			}
			w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
			fmt.Fprintln(w, "NAME\tLOCATION\tSTATE\tLAST HEARD\tVERSION\tCHECKS")
			for _, a := range agents {
				state, version, checks := "enrolled", "–", "–"
				if a.Heartbeat != nil {
					state, version, checks = "active", a.Heartbeat.Version, fmt.Sprint(a.Heartbeat.Checks)
				}
				if a.RevokedAt != 0 {
					state = "revoked"
				}
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", a.Name, a.Location, state, showInstant(a.HeartbeatAt), version, checks)
			}
			return w.Flush()
		})
	}
}

// showInstant prints an instant in UTC; "never" for none.
func showInstant(ms int64) string {
	if ms == 0 {
		return "never"
	}
	return time.UnixMilli(ms).UTC().Format("2006-01-02 15:04:05Z")
}

func revokeAgent(fs *flag.FlagSet, s *streams) func(context.Context, []string) error {
	load := configFlag(fs, s)
	return func(ctx context.Context, args []string) error {
		return withStore(ctx, load, false, func(_ *Config, db *store.Store) error {
			err := db.RevokeAgent(ctx, protocol.AgentID(args[0]), time.Now().UnixMilli())
			if err := revoking("agent", args[0], err); err != nil {
				return err
			}
			fmt.Fprintf(s.out, "agent %s is revoked\n", args[0])
			return nil
		})
	}
}

// revoking says what is wrong with the name that should be revoked.
func revoking(what, name string, err error) error {
	switch {
	case errors.Is(err, store.ErrNotFound):
		return fmt.Errorf("no %s %q; probity-collector %s list shows those there are", what, name, what)
	case errors.Is(err, store.ErrSettled):
		return fmt.Errorf("%s %s is revoked already", what, name)
	}
	return err
}
