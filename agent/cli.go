package agent

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/probity-sla/probity/internal/config"
	"github.com/probity-sla/probity/internal/selfmon"
)

// Exit statuses of the program; probe gives the first two and the last a meaning of their own.
const (
	exitOK      = 0 // probe: the target is up
	exitFault   = 1 // it was tried and failed; probe: the target is down
	exitUsage   = 2 // the command line is not right
	exitUnknown = 3 // probe: the agent could not judge
)

const defaultConfig = "/etc/probity/agent.toml"

// envConfig names the configuration file where --config is not given.
const envConfig = "PROBITY_AGENT_CONFIG"

// errUsage wraps faults of the command line.
var errUsage = errors.New("usage")

func usagef(format string, args ...any) error {
	return fmt.Errorf("%w: %s", errUsage, fmt.Sprintf(format, args...))
}

// exitError ends a command whose output already says what there is to say.
type exitError int

func (e exitError) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

// streams are the program's edges, so that tests can stand in for them.
type streams struct {
	out, err io.Writer
	getenv   func(string) string
}

func (s *streams) lookup(name string) (string, bool) {
	v := s.getenv(name)
	return v, v != ""
}

// command is one verb. setup declares its flags and returns what runs it.
type command struct {
	name    string
	args    string // "TARGET"
	short   string
	example string
	setup   func(fs *flag.FlagSet, s *streams) func(ctx context.Context, args []string) error
}

func commands() []command {
	return []command{runCommand(), probeCommand(), checkConfigCommand(), spoolCommand(), versionCommand()}
}

// Main runs the program and returns its exit status.
func Main(args []string, stdout, stderr io.Writer, getenv func(string) string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	err := dispatch(ctx, args, &streams{stdout, stderr, getenv})
	var exit exitError
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return exitOK
	case errors.As(err, &exit):
		return int(exit)
	case errors.Is(err, errUsage):
		fmt.Fprintln(stderr, "probity-agent: "+strings.TrimPrefix(err.Error(), errUsage.Error()+": "))
		return exitUsage
	}
	fmt.Fprintf(stderr, "probity-agent: %v\n", err)
	return exitFault
}

func dispatch(ctx context.Context, args []string, s *streams) error {
	if len(args) == 0 {
		overview(s.err)
		return exitError(exitUsage)
	}
	switch args[0] {
	case "help", "-h", "-help", "--help":
		overview(s.out)
		return nil
	case "-version", "--version":
		args = []string{"version"}
	}
	for _, c := range commands() {
		if c.name == args[0] {
			return c.run(ctx, args[1:], s)
		}
	}
	return usagef("there is no command %q; `probity-agent help` lists them", args[0])
}

func overview(w io.Writer) {
	fmt.Fprint(w, "probity-agent probes what a collector assigns to it and delivers every result.\n\nCommands:\n")
	for _, c := range commands() {
		summary, _, _ := strings.Cut(c.short, "\n")
		fmt.Fprintf(w, "  %-26s %s\n", strings.TrimSpace(c.name+" "+c.args), summary)
	}
	fmt.Fprint(w, "\n`probity-agent COMMAND --help` explains a command and shows an example.\n")
}

// run parses flags, which may stand before and after the arguments.
func (c command) run(ctx context.Context, args []string, s *streams) error {
	fs := flag.NewFlagSet(c.name, flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	exec := c.setup(fs, s)
	var rest []string
	for {
		err := fs.Parse(args)
		if errors.Is(err, flag.ErrHelp) {
			c.help(s.out, fs)
			return err
		}
		if err != nil {
			return usagef("%s: %v; see `probity-agent %s --help`", c.name, err, c.name)
		}
		if args = fs.Args(); len(args) == 0 {
			break
		}
		rest, args = append(rest, args[0]), args[1:]
	}
	optional := c.args == "" || strings.HasPrefix(c.args, "[")
	switch {
	case c.args == "" && len(rest) > 0:
		return usagef("%s takes no argument, but was given %q; see `probity-agent %s --help`", c.name, rest[0], c.name)
	case len(rest) > 1 || (len(rest) == 0 && !optional):
		return usagef("%s needs one %s; see `probity-agent %s --help`", c.name, c.args, c.name)
	}
	return exec(ctx, rest)
}

func (c command) help(w io.Writer, fs *flag.FlagSet) {
	fmt.Fprintf(w, "%s\n\nUsage: probity-agent %s", c.short, c.name)
	if c.args != "" {
		fmt.Fprint(w, " "+c.args)
	}
	fmt.Fprint(w, " [flags]\n")
	any := false
	fs.VisitAll(func(f *flag.Flag) {
		if !any {
			fmt.Fprint(w, "\nFlags:\n")
			any = true
		}
		arg, usage := flag.UnquoteUsage(f)
		if arg != "" {
			arg = " " + strings.ToUpper(arg)
		}
		fmt.Fprintf(w, "  --%-26s %s", f.Name+arg, usage)
		if f.DefValue != "" && f.DefValue != "false" && f.DefValue != "0" && f.DefValue != "0s" {
			fmt.Fprintf(w, " (default %s)", f.DefValue)
		}
		fmt.Fprintln(w)
	})
	fmt.Fprintf(w, "\nExample:\n  %s\n", c.example)
}

func configFlag(fs *flag.FlagSet, s *streams) *string {
	path := defaultConfig
	if v := s.getenv(envConfig); v != "" {
		path = v
	}
	return fs.String("config", path, "configuration `file`; also $"+envConfig)
}

func checkConfigCommand() command {
	return command{
		name: "check-config", short: "Read the configuration and report every fault in it.",
		example: "probity-agent check-config --config /etc/probity/agent.toml",
		setup: func(fs *flag.FlagSet, s *streams) func(context.Context, []string) error {
			path := configFlag(fs, s)
			return func(context.Context, []string) error {
				cfg, err := LoadConfig(*path, s.lookup)
				if err != nil {
					return err
				}
				for _, w := range cfg.Warnings {
					fmt.Fprintln(s.err, "warning: "+w)
				}
				fmt.Fprintf(s.out, "%s: valid; agent %s, collector %s\n", *path, cfg.Agent, cfg.Collector.URL)
				return nil
			}
		},
	}
}

func versionCommand() command {
	return command{
		name: "version", short: "Print what this program was built from.", example: "probity-agent version",
		setup: func(_ *flag.FlagSet, s *streams) func(context.Context, []string) error {
			return func(context.Context, []string) error {
				fmt.Fprintln(s.out, "probity-agent "+selfmon.Version().String())
				return nil
			}
		},
	}
}

// listenFlag is --web.listen-address; empty: as configured.
type listenFlag struct{ addr *config.Listen }

func (f *listenFlag) String() string { return "" }

func (f *listenFlag) Set(v string) error {
	a, err := config.ParseListen(v)
	f.addr = &a
	return err
}
