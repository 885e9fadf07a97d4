package agent

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/probity-sla/probity/agent/schedule"
	"github.com/probity-sla/probity/agent/spool"
	"github.com/probity-sla/probity/agent/uplink"
	"github.com/probity-sla/probity/internal/config"
	"github.com/probity-sla/probity/internal/protocol"
	"github.com/probity-sla/probity/internal/selfmon"
)

// maxBatch is the most results, and the most gaps, in one batch: with the
// longest messages it stays within protocol.MaxBatchBytes.
const maxBatch = protocol.MaxBatchResults / 2

// Config is the agent's configuration file; configs/agent.toml explains each key.
type Config struct {
	Agent     string          `toml:"agent"`
	DataDir   string          `toml:"data_dir"`
	Collector CollectorConfig `toml:"collector"`
	Batch     BatchConfig     `toml:"batch"`
	Spool     SpoolConfig     `toml:"spool"`
	Schedule  ScheduleConfig  `toml:"schedule"`
	Canary    CanaryConfig    `toml:"canary"`
	Clock     ClockConfig     `toml:"clock"`
	Web       WebConfig       `toml:"web"`
	Log       LogConfig       `toml:"log"`

	Warnings []string `toml:"-"` // for the log, once there is one
	file     string
	token    config.Secret
	reload   config.Secret
}

// CollectorConfig says where results go.
type CollectorConfig struct {
	URL               string          `toml:"url"`
	Token             config.Secret   `toml:"token"`
	TokenFile         string          `toml:"token_file"`
	CAFile            string          `toml:"ca_file"`
	ServerName        string          `toml:"server_name"`
	AllowPlainHTTP    bool            `toml:"allow_plain_http"`
	Timeout           config.Duration `toml:"timeout"`
	PollInterval      config.Duration `toml:"poll_interval"`
	HeartbeatInterval config.Duration `toml:"heartbeat_interval"`
}

// BatchConfig says how results are gathered.
type BatchConfig struct {
	MaxResults int             `toml:"max_results"`
	MaxDelay   config.Duration `toml:"max_delay"`
	MaxHeld    int             `toml:"max_held"`
}

// SpoolConfig bounds the disk.
type SpoolConfig struct {
	MaxSize config.Size `toml:"max_size"`
}

// ScheduleConfig bounds the probing.
type ScheduleConfig struct {
	Workers     int             `toml:"workers"`
	MaxLateness config.Duration `toml:"max_lateness"`
	Drain       config.Duration `toml:"drain"`
}

// CanaryConfig names targets that are up whenever this agent's uplink is.
type CanaryConfig struct {
	Targets []string        `toml:"targets"`
	Timeout config.Duration `toml:"timeout"`
}

// ClockConfig bounds this machine's clock.
type ClockConfig struct {
	MaxOffset config.Duration `toml:"max_offset"`
}

// WebConfig is the agent's own listener.
type WebConfig struct {
	ListenAddress   config.Listen `toml:"listen_address"`
	ReloadToken     config.Secret `toml:"reload_token"`
	ReloadTokenFile string        `toml:"reload_token_file"`
}

// LogConfig is how much is logged, and how.
type LogConfig struct {
	Level  string `toml:"level"`
	Format string `toml:"format"`
}

// Defaults returns the configuration of a file that names no optional key.
func Defaults() Config {
	return Config{
		DataDir: "/var/lib/probity-agent",
		Collector: CollectorConfig{
			Timeout:           config.Duration(uplink.DefaultTimeout),
			PollInterval:      config.Duration(15 * time.Second),
			HeartbeatInterval: config.Duration(30 * time.Second),
		},
		Batch: BatchConfig{MaxResults: 1000, MaxDelay: config.Duration(time.Second), MaxHeld: 100_000},
		Spool: SpoolConfig{MaxSize: spool.DefaultMaxBytes},
		Schedule: ScheduleConfig{
			Workers:     schedule.DefaultWorkers,
			MaxLateness: config.Duration(schedule.DefaultMaxLateness),
			Drain:       config.Duration(schedule.DefaultDrain),
		},
		Canary: CanaryConfig{Timeout: config.Duration(2 * time.Second)},
		Clock:  ClockConfig{MaxOffset: config.Duration(5 * time.Second)},
		Web:    WebConfig{ListenAddress: config.Listen{Host: "127.0.0.1", Port: 9411}},
		Log:    LogConfig{Level: "info", Format: "text"},
	}
}

// LoadConfig reads a file and everything that it refers to. env is
// os.LookupEnv outside of tests. All faults are reported at once.
func LoadConfig(path string, env func(string) (string, bool)) (Config, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return Config{}, fmt.Errorf("--config: %w", err)
	}
	return parseConfig(path, data, env, func(*Config) {})
}

// parseConfig reads a configuration; override is what the command line says instead.
func parseConfig(name string, data []byte, env func(string) (string, bool), override func(*Config)) (Config, error) {
	c := Defaults()
	c.file = name
	if err := config.Decode(name, data, &c); err != nil {
		return Config{}, err
	}
	override(&c)
	if faults := c.check(env); len(faults) > 0 {
		return Config{}, faults
	}
	return c, nil
}

// SpoolDir is where results wait for the collector.
func (c *Config) SpoolDir() string { return filepath.Join(c.DataDir, "spool") }

func (c *Config) assignmentFile() string { return filepath.Join(c.DataDir, "assignment.json") }
func (c *Config) lossesFile() string     { return filepath.Join(c.DataDir, "losses") }

// check resolves secrets and returns every fault found.
func (c *Config) check(env func(string) (string, bool)) config.Errors {
	f := faults{file: c.file}
	if c.Agent == "" || len(c.Agent) > protocol.MaxIDBytes {
		f.add("agent", "must name this agent", "write the name that it was enrolled under, for example agent = \"berlin-1\"")
	}
	if c.DataDir == "" {
		f.add("data_dir", "is empty", "name a directory that the agent may write to")
	}
	c.token = c.secret(&f, config.SecretSource{
		Key: "collector.token", Value: c.Collector.Token, File: c.Collector.TokenFile, Env: "PROBITY_AGENT_TOKEN",
	}, env)
	c.reload = c.secret(&f, config.SecretSource{
		Key: "web.reload_token", Value: c.Web.ReloadToken, File: c.Web.ReloadTokenFile, Env: "PROBITY_AGENT_RELOAD_TOKEN",
	}, env)
	if len(f.list) == 0 {
		if client, err := uplink.New(c.uplinkOptions()); err != nil {
			f.add("collector", err.Error(), "")
		} else {
			client.Close()
		}
	}
	c.checkBounds(&f)
	if _, err := newCanary(c.Canary, nil); err != nil {
		f.add("canary.targets", err.Error(), "")
	}
	if _, err := selfmon.NewLogger(os.Stderr, c.Log.Format, c.Log.Level); err != nil {
		f.add("log", err.Error(), "")
	}
	return f.list
}

func (c *Config) secret(f *faults, src config.SecretSource, env func(string) (string, bool)) config.Secret {
	r, err := src.Resolve(env)
	if err != nil {
		f.list = append(f.list, &config.KeyError{File: c.file, Problem: err.Error()})
	}
	if r.Warning != "" {
		c.Warnings = append(c.Warnings, r.Warning)
	}
	return r.Secret
}

func (c *Config) checkBounds(f *faults) {
	between := func(key string, d config.Duration, least, most time.Duration) {
		if d.Std() < least || d.Std() > most {
			f.add(key, fmt.Sprintf("is %v", d), fmt.Sprintf("write a duration from %v to %v", config.Duration(least), config.Duration(most)))
		}
	}
	count := func(key string, n, least, most int) {
		if n < least || n > most {
			f.add(key, fmt.Sprintf("is %d", n), fmt.Sprintf("write a number from %d to %d", least, most))
		}
	}
	between("collector.timeout", c.Collector.Timeout, time.Second, 10*time.Minute)
	between("collector.poll_interval", c.Collector.PollInterval, 100*time.Millisecond, time.Hour)
	between("collector.heartbeat_interval", c.Collector.HeartbeatInterval, 100*time.Millisecond, time.Hour)
	count("batch.max_results", c.Batch.MaxResults, 1, maxBatch)
	between("batch.max_delay", c.Batch.MaxDelay, 10*time.Millisecond, time.Minute)
	count("batch.max_held", c.Batch.MaxHeld, c.Batch.MaxResults, 10_000_000)
	count("schedule.workers", c.Schedule.Workers, 1, 100_000)
	between("schedule.max_lateness", c.Schedule.MaxLateness, 100*time.Millisecond, time.Hour)
	between("schedule.drain", c.Schedule.Drain, 100*time.Millisecond, 10*time.Minute)
	between("canary.timeout", c.Canary.Timeout, 10*time.Millisecond, time.Minute)
	between("clock.max_offset", c.Clock.MaxOffset, 100*time.Millisecond, 24*time.Hour)
	if c.Spool.MaxSize.Bytes() < 1<<20 {
		f.add("spool.max_size", fmt.Sprintf("is %v", c.Spool.MaxSize), "write at least \"1 MiB\"; the spool keeps results while the collector is away")
	}
}

func (c *Config) uplinkOptions() uplink.Options {
	return uplink.Options{
		URL: c.Collector.URL, Token: c.token.Reveal(), CAFile: c.Collector.CAFile, ServerName: c.Collector.ServerName,
		AllowPlain: c.Collector.AllowPlainHTTP, Timeout: c.Collector.Timeout.Std(),
		UserAgent: "probity-agent/" + selfmon.Version().Version,
	}
}

// fixed reports the keys that only a restart can change.
func (c *Config) fixed(next *Config) error {
	var errs []error
	changed := func(key string, was, is any) {
		if was != is {
			errs = append(errs, fmt.Errorf("%s: %s: changed from %v to %v; restart the agent to apply it", next.file, key, was, is))
		}
	}
	changed("agent", c.Agent, next.Agent)
	changed("data_dir", c.DataDir, next.DataDir)
	changed("schedule.drain", c.Schedule.Drain, next.Schedule.Drain)
	changed("web.listen_address", c.Web.ListenAddress, next.Web.ListenAddress)
	changed("log.format", c.Log.Format, next.Log.Format)
	return errors.Join(errs...)
}

// faults gathers what is wrong in one file.
type faults struct {
	file string
	list config.Errors
}

func (f *faults) add(path, problem, hint string) {
	f.list = append(f.list, &config.KeyError{File: f.file, Path: path, Problem: problem, Hint: hint})
}
