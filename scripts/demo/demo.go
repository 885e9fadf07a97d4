package main

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"text/template"
	"time"
)

//go:embed files
var files embed.FS

// stopTimeout bounds how long a program may take to stop before it is killed.
const stopTimeout = 15 * time.Second

// readyTimeout bounds how long the collector may take to answer.
const readyTimeout = 20 * time.Second

// demo is one run: where things are, and the two programs.
type demo struct {
	dir    string // configuration and data
	bin    string // the programs
	listen string // of the collector
	start  time.Time
	at     *endpoints
	hook   *webhook

	operator, customer string // tokens, for this run alone

	collector, agent *process
}

func (d *demo) path(name string) string { return filepath.Join(d.dir, name) }

// prepare writes the configuration, enrols the agent and announces the maintenance.
func (d *demo) prepare(ctx context.Context) error {
	if err := os.MkdirAll(d.path("agreements"), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(d.path("ca.pem"), d.at.CA, 0o644); err != nil {
		return err
	}
	values := map[string]any{
		"Listen": d.listen, "At": d.at, "Hook": d.hook.addr, "Dir": d.dir,
		"Wall": d.start.UTC().Format("2006-01-02T15:04:05"),
	}
	for _, name := range []string{"collector.toml", "agent.toml", "agreements/web.toml", "agreements/network.toml", "agreements/flaky.toml"} {
		if err := d.render(name, values); err != nil {
			return err
		}
	}
	token, err := d.collectorCommand(ctx, "agent", "enrol", "edge-1", "--location", "local", "--quiet")
	if err != nil {
		return err
	}
	if err := os.WriteFile(d.path("agent.token"), []byte(strings.TrimSpace(token)+"\n"), 0o600); err != nil {
		return err
	}
	if d.operator, err = d.collectorCommand(ctx, "token", "create", "operator", "--role", "operate", "--quiet"); err != nil {
		return err
	}
	d.customer, err = d.collectorCommand(ctx, "token", "create", "insurance", "--role", "customer", "--customer", "Sample Insurance plc", "--quiet")
	return err
}

func (d *demo) render(name string, values any) error {
	text, err := files.ReadFile("files/" + name)
	if err != nil {
		return err
	}
	t, err := template.New(name).Option("missingkey=error").Parse(string(text))
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := t.Execute(&b, values); err != nil {
		return err
	}
	return os.WriteFile(d.path(name), b.Bytes(), 0o644)
}

// collectorCommand runs one command of the collector and returns what it printed.
func (d *demo) collectorCommand(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, filepath.Join(d.bin, "probity-collector"), append(args, "--config", d.path("collector.toml"))...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("probity-collector %s: %w\n%s", strings.Join(args, " "), err, errs.Bytes())
	}
	return out.String(), nil
}

// launch starts the collector, announces maintenance, and starts the agent.
func (d *demo) launch(ctx context.Context) (err error) {
	if d.collector, err = d.spawn("probity-collector", "serve", "--config", d.path("collector.toml")); err != nil {
		return err
	}
	if err := d.awaitReady(ctx); err != nil {
		return err
	}
	from := d.start.Add(maintenanceStart).UTC()
	_, err = d.collectorCommand(ctx, "maintenance", "add", "--agreement", "demo-web", "--service", "shop",
		"--from", from.Format(time.RFC3339Nano), "--to", from.Add(maintenanceLength).Format(time.RFC3339Nano),
		"--reason", "Database upgrade", "--by", "demo")
	if err != nil {
		return err
	}
	d.agent, err = d.spawn("probity-agent", "run", "--config", d.path("agent.toml"))
	return err
}

func (d *demo) awaitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+d.listen+"/-/ready", nil)
		if err != nil {
			return err
		}
		if resp, err := http.DefaultClient.Do(req); err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the collector is not ready: %w\n%s", ctx.Err(), d.collector.lastLines())
		case <-d.collector.done:
			return fmt.Errorf("the collector ended: %v\n%s", d.collector.err, d.collector.lastLines())
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// stop ends the agent first, so that its last results still reach the collector.
func (d *demo) stop() {
	for _, p := range []*process{d.agent, d.collector} {
		if p == nil {
			continue
		}
		if err := p.stop(); err != nil {
			fmt.Fprintf(os.Stderr, "probity-demo: %v\n%s", err, p.lastLines())
		}
	}
}

// process is one started program with its log in a file.
type process struct {
	name string
	cmd  *exec.Cmd
	log  string
	done chan struct{}
	err  error
}

func (d *demo) spawn(name string, args ...string) (*process, error) {
	p := &process{name: name, log: d.path(name + ".log"), done: make(chan struct{})}
	log, err := os.Create(p.log)
	if err != nil {
		return nil, err
	}
	p.cmd = exec.Command(filepath.Join(d.bin, name), args...)
	p.cmd.Stdout, p.cmd.Stderr = log, log
	// Ctrl-C reaches the whole foreground group; the demo stops them in order itself.
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := p.cmd.Start(); err != nil {
		log.Close()
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	go func() {
		p.err = p.cmd.Wait()
		log.Close()
		close(p.done)
	}()
	return p, nil
}

func (p *process) stop() error {
	select {
	case <-p.done:
		return fmt.Errorf("%s had ended by itself: %v", p.name, p.err)
	default:
	}
	p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.done:
		if p.err != nil {
			return fmt.Errorf("%s: %w", p.name, p.err)
		}
		return nil
	case <-time.After(stopTimeout):
		p.cmd.Process.Kill()
		return fmt.Errorf("%s did not stop within %s and was killed", p.name, stopTimeout)
	}
}

// lastLines is the end of the program's log.
func (p *process) lastLines() string {
	f, err := os.Open(p.log)
	if err != nil {
		return ""
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.Size() > 2000 {
		f.Seek(-2000, io.SeekEnd)
	}
	b, _ := io.ReadAll(f)
	return string(b)
}

// freeAddress is want, or a free port of the same host where want is taken.
func freeAddress(want string) string {
	l, err := net.Listen("tcp", want)
	if errors.Is(err, syscall.EADDRINUSE) {
		host, _, _ := net.SplitHostPort(want)
		l, err = net.Listen("tcp", net.JoinHostPort(host, "0"))
	}
	if err != nil {
		return want
	}
	defer l.Close()
	return l.Addr().String()
}
