// Command probity-demo runs Probity on this machine: real local endpoints, a
// collector on embedded SQLite, an agent, and sample agreements. It prints the
// dashboard's address and a live table until Ctrl-C, or for -seconds.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"
)

func main() {
	seconds := flag.Int("seconds", 0, "stop after so many seconds; 0: at Ctrl-C")
	listen := flag.String("listen", "127.0.0.1:8420", "address of the dashboard; any free port when it is taken")
	keep := flag.String("dir", "", "directory for configuration and data, kept afterwards; empty: a temporary one")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, time.Duration(*seconds)*time.Second, *listen, *keep); err != nil {
		fmt.Fprintf(os.Stderr, "probity-demo: %v\n", err)
		os.Exit(1)
	}
}

// run starts everything, shows it, and stops it in the reverse order.
func run(ctx context.Context, length time.Duration, listen, dir string) error {
	if dir == "" {
		tmp, err := os.MkdirTemp("", "probity-demo-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(tmp)
		dir = tmp
	}
	bin, err := binaries()
	if err != nil {
		return err
	}
	// Endpoints outlive the agent: they must not look down because the demo ends.
	outer, stopEndpoints := context.WithCancel(context.WithoutCancel(ctx))
	g, outer := errgroup.WithContext(outer)
	defer func() { stopEndpoints(); g.Wait() }()
	d := &demo{dir: dir, bin: bin, start: time.Now(), listen: freeAddress(listen)}
	if d.at, err = startEndpoints(outer, g, d.start); err != nil {
		return fmt.Errorf("start the sample endpoints: %w", err)
	}
	d.hook, err = startWebhook(outer, g)
	if err != nil {
		return fmt.Errorf("start the webhook: %w", err)
	}
	if err := d.prepare(ctx); err != nil {
		return err
	}
	defer d.stop()
	if err := d.launch(ctx); err != nil {
		return err
	}
	if length > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, length)
		defer cancel()
	}
	if err := d.watch(ctx); err != nil && !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	if length > 0 {
		return d.statements()
	}
	fmt.Println("\nStopping.")
	return nil
}

// binaries finds the programs beside this one.
func binaries() (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	dir := filepath.Dir(self)
	for _, name := range []string{"probity-agent", "probity-collector"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			return "", fmt.Errorf("%s is not beside this program: run make build first", name)
		}
	}
	return dir, nil
}
