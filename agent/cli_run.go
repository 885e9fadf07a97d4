package agent

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/probity-sla/probity/internal/selfmon"
)

func runCommand() command {
	return command{
		name: "run", short: "Run the agent until it is told to stop.",
		example: "PROBITY_AGENT_TOKEN_FILE=/etc/probity/token probity-agent run --config /etc/probity/agent.toml",
		setup: func(fs *flag.FlagSet, s *streams) func(context.Context, []string) error {
			path := configFlag(fs, s)
			var listen listenFlag
			fs.Var(&listen, "web.listen-address", "`address` of the agent's metrics and health, instead of web.listen_address")
			level := fs.String("log.level", "", "debug, info, warn or error, instead of log.`level`")
			format := fs.String("log.format", "", "text or json, instead of log.`format`")
			override := func(c *Config) {
				if listen.addr != nil {
					c.Web.ListenAddress = *listen.addr
				}
				if *level != "" {
					c.Log.Level = *level
				}
				if *format != "" {
					c.Log.Format = *format
				}
			}
			return func(ctx context.Context, _ []string) error { return runAgent(ctx, s, *path, override) }
		},
	}
}

func runAgent(ctx context.Context, s *streams, path string, override func(*Config)) error {
	load := func() (Config, error) {
		data, err := os.ReadFile(path)
		if err != nil {
			return Config{}, fmt.Errorf("--config: %w", err)
		}
		return parseConfig(path, data, s.lookup, override)
	}
	cfg, err := load()
	if err != nil {
		return err
	}
	level := new(slog.LevelVar)
	if err := level.UnmarshalText([]byte(cfg.Log.Level)); err != nil {
		return fmt.Errorf("log.level: %w", err)
	}
	all, err := selfmon.NewLogger(s.err, cfg.Log.Format, "debug")
	if err != nil {
		return err
	}
	hup := make(chan os.Signal, 1)
	signal.Notify(hup, syscall.SIGHUP)
	defer signal.Stop(hup)
	a, err := New(cfg, Options{Log: slog.New(leveled{all.Handler(), level}), Level: level, Load: load, Signal: hup})
	if err != nil {
		return err
	}
	return a.Run(ctx)
}

// leveled drops what lies below a level that a reload may change.
type leveled struct {
	slog.Handler
	level *slog.LevelVar
}

func (l leveled) Enabled(_ context.Context, at slog.Level) bool { return at >= l.level.Level() }
func (l leveled) WithAttrs(attrs []slog.Attr) slog.Handler {
	return leveled{l.Handler.WithAttrs(attrs), l.level}
}
func (l leveled) WithGroup(name string) slog.Handler {
	return leveled{l.Handler.WithGroup(name), l.level}
}
