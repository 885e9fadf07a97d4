package collector

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/probity-sla/probity/internal/config"
	"github.com/probity-sla/probity/internal/selfmon"
)

// Exit statuses of the program.
const (
	exitOK    = 0
	exitFault = 1 // it was tried and failed
	exitUsage = 2 // the command line is not right
)

const defaultConfig = "/etc/probity/collector.toml"

// envConfig names the configuration file where --config is not given.
const envConfig = "PROBITY_COLLECTOR_CONFIG"

// errUsage wraps faults of the command line.
var errUsage = errors.New("usage")

// errSaid ends a command whose output already says what is wrong.
var errSaid = errors.New("failed")

func usagef(format string, args ...any) error {
	return fmt.Errorf("%w: %s", errUsage, fmt.Sprintf(format, args...))
}

// streams are the program's edges, so that tests can stand in for them.
type streams struct {
	out, err io.Writer
	getenv   func(string) string
}

// command is one verb. setup declares its flags and returns what runs it.
type command struct {
	path    string // "agent enrol"
	args    string // "NAME"
	short   string
	example string
	setup   func(fs *flag.FlagSet, s *streams) func(ctx context.Context, args []string) error
}

func commands() []command {
	return slices.Concat(
		[]command{serveCommand(), checkConfigCommand(), backupCommand()},
		agentCommands(), tokenCommands(), maintenanceCommands(), correctionCommands(), statementCommands(), contractCommands(), alertCommands(), incidentCommands(), reportCommands(), notifyCommands(), exportCommands(), outboxCommands(),
		[]command{versionCommand()},
	)
}

// Main runs the program and returns its exit status.
func Main(args []string, stdout, stderr io.Writer, getenv func(string) string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	s := &streams{stdout, stderr, getenv}
	err := dispatch(ctx, args, s)
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return exitOK
	case errors.Is(err, errSaid):
		return exitFault
	case errors.Is(err, errUsage):
		fmt.Fprintln(stderr, "probity-collector: "+strings.TrimPrefix(err.Error(), errUsage.Error()+": "))
		return exitUsage
	}
	fmt.Fprintf(stderr, "probity-collector: %v\n", err)
	return exitFault
}

func dispatch(ctx context.Context, args []string, s *streams) error {
	if len(args) == 0 {
		overview(s.err, "")
		return usagef("no command given")
	}
	if isHelp(args[0]) {
		overview(s.out, "")
		return nil
	}
	if args[0] == "--version" || args[0] == "-version" {
		args = []string{"version"}
	}
	if c, words := find(args); words > 0 {
		return c.run(ctx, args[words:], s)
	}
	if group := args[0] + " "; slices.ContainsFunc(commands(), func(c command) bool { return strings.HasPrefix(c.path, group) }) {
		if len(args) > 1 && isHelp(args[1]) {
			overview(s.out, group)
			return nil
		}
		overview(s.err, group)
		return usagef("%s needs one of the verbs above", args[0])
	}
	return usagef("no command %q; probity-collector --help lists them", args[0])
}

// find returns the command that args begin with, the one of most words: there
// is statement, and statement revisions.
func find(args []string) (found command, words int) {
	for _, c := range commands() {
		path := strings.Fields(c.path)
		if n := len(path); n > words && len(args) >= n && slices.Equal(args[:n], path) {
			found, words = c, n
		}
	}
	return found, words
}

func isHelp(arg string) bool {
	return slices.Contains([]string{"help", "-h", "-help", "--help"}, arg)
}

func overview(w io.Writer, group string) {
	fmt.Fprintf(w, "Usage: probity-collector COMMAND [flags]\n\n")
	for _, c := range commands() {
		if strings.HasPrefix(c.path, group) {
			fmt.Fprintf(w, "  %-24s %s\n", c.path, c.short)
		}
	}
	fmt.Fprintf(w, "\nprobity-collector COMMAND --help shows a command's flags and an example.\n")
}

func (c command) run(ctx context.Context, args []string, s *streams) error {
	fs := flag.NewFlagSet(c.path, flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	do := c.setup(fs, s)
	positional, err := parseInterspersed(fs, args)
	if errors.Is(err, flag.ErrHelp) {
		c.help(s.out, fs)
		return err
	}
	if err != nil {
		return usagef("%s: %v; see probity-collector %s --help", c.path, err, c.path)
	}
	if want := len(strings.Fields(c.args)); !strings.Contains(c.args, "...") && len(positional) != want {
		return usagef("%s takes %s; see probity-collector %s --help", c.path, plural(want, "argument", c.args), c.path)
	}
	return do(ctx, positional)
}

func plural(n int, what, names string) string {
	switch n {
	case 0:
		return "no " + what
	case 1:
		return "one " + what + ": " + names
	}
	return fmt.Sprintf("%d %ss: %s", n, what, names)
}

// parseInterspersed lets flags stand before and after arguments, as people write them.
func parseInterspersed(fs *flag.FlagSet, args []string) (positional []string, err error) {
	for {
		if err := fs.Parse(args); err != nil {
			return nil, err
		}
		if fs.NArg() == 0 {
			return positional, nil
		}
		positional = append(positional, fs.Arg(0))
		args = fs.Args()[1:]
	}
}

func (c command) help(w io.Writer, fs *flag.FlagSet) {
	fmt.Fprintf(w, "%s\n\nUsage: probity-collector %s", c.short, c.path)
	if c.args != "" {
		fmt.Fprintf(w, " %s", c.args)
	}
	fmt.Fprintf(w, " [flags]\n\n")
	fs.VisitAll(func(f *flag.Flag) {
		name, usage := flag.UnquoteUsage(f)
		fmt.Fprintf(w, "  --%-28s %s", strings.TrimSpace(f.Name+" "+name), usage)
		if f.DefValue != "" && f.DefValue != "false" && f.DefValue != "[]" {
			fmt.Fprintf(w, " (default %s)", f.DefValue)
		}
		fmt.Fprintln(w)
	})
	fmt.Fprintf(w, "\nExample:\n  %s\n", c.example)
}

// configFlag declares --config and returns what loads it.
func configFlag(fs *flag.FlagSet, s *streams) func() (*Config, error) {
	path := fs.String("config", "", "configuration `FILE`; $"+envConfig+" or "+defaultConfig+" where absent")
	return func() (*Config, error) {
		if *path == "" {
			*path = s.getenv(envConfig)
		}
		if *path == "" {
			*path = defaultConfig
		}
		return LoadConfig(*path)
	}
}

func versionCommand() command {
	return command{"version", "", "print the version", "probity-collector version",
		func(_ *flag.FlagSet, s *streams) func(context.Context, []string) error {
			return func(context.Context, []string) error {
				_, err := fmt.Fprintln(s.out, "probity-collector", selfmon.Version())
				return err
			}
		}}
}

func checkConfigCommand() command {
	return command{"check-config", "", "check the configuration and every agreement, change nothing",
		"probity-collector check-config --config /etc/probity/collector.toml",
		func(fs *flag.FlagSet, s *streams) func(context.Context, []string) error {
			load := configFlag(fs, s)
			return func(context.Context, []string) error {
				c, err := load()
				if err != nil {
					return err
				}
				set, err := loadAgreements(c.Agreements.Directory)
				if err != nil {
					return err
				}
				if err := c.policiesKnown(set); err != nil {
					return err
				}
				for _, w := range c.warnings(set) {
					fmt.Fprintln(s.err, "warning: "+w)
				}
				fmt.Fprintf(s.out, "ok: %d agreements, listening on %s\n", len(set.Agreements), c.Web.Listen)
				return nil
			}
		}}
}

func serveCommand() command {
	return command{"serve", "", "run the collector",
		"probity-collector serve --config /etc/probity/collector.toml",
		func(fs *flag.FlagSet, s *streams) func(context.Context, []string) error {
			load := configFlag(fs, s)
			listen := fs.String("web.listen-address", "", "listen on `ADDRESS`, whatever the configuration says")
			level := fs.String("log.level", "", "`LEVEL`: debug, info, warn or error")
			format := fs.String("log.format", "", "`FORMAT`: text or json")
			return func(ctx context.Context, _ []string) error {
				loadAll := func() (*Config, error) {
					c, err := load()
					if err != nil {
						return nil, err
					}
					return c, c.override(*listen, *level, *format)
				}
				c, err := loadAll()
				if err != nil {
					return err
				}
				log, err := selfmon.NewLogger(s.err, c.Log.Format, c.Log.Level)
				if err != nil {
					return fmt.Errorf("log: %w", err)
				}
				hup := make(chan os.Signal, 1)
				signal.Notify(hup, syscall.SIGHUP)
				defer signal.Stop(hup)
				return Run(ctx, c, RunOptions{Log: log, Reload: loadAll, Hangup: hup})
			}
		}}
}

// override applies flags; they win over the file.
func (c *Config) override(listen, level, format string) error {
	if listen != "" {
		l, err := config.ParseListen(listen)
		if err != nil {
			return usagef("--web.listen-address: %v", err)
		}
		c.Web.Listen = l
		if faults := c.validate("--web.listen-address"); len(faults) > 0 {
			return faults
		}
	}
	if level != "" {
		c.Log.Level = level
	}
	if format != "" {
		c.Log.Format = format
	}
	return nil
}
