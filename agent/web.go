package agent

import (
	"context"
	"crypto/subtle"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/probity-sla/probity/agent/uplink"
)

// listen opens the agent's own listener: metrics, health and reload.
func (a *Agent) listen(cfg *Config, open net.Listener) error {
	if a.listener = open; open != nil {
		return nil
	}
	l, err := net.Listen("tcp", cfg.Web.ListenAddress.String())
	if err != nil {
		return fmt.Errorf("web.listen_address: %w; name a free port, or 127.0.0.1:0 for any", err)
	}
	a.listener = l
	return nil
}

// Addr is the address listened on.
func (a *Agent) Addr() string { return a.listener.Addr().String() }

// serve answers on the listener until the function it returns is called.
func (a *Agent) serve() (stop func()) {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", a.registry.Handler())
	mux.Handle("GET /-/healthy", a.health.Healthy())
	mux.Handle("GET /-/ready", a.health.Ready())
	mux.Handle("/-/reload", a.guard(a.reloader.Handler()))
	server := &http.Server{
		Handler: http.NewCrossOriginProtection().Handler(mux), ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout: 10 * time.Second, WriteTimeout: 30 * time.Second, MaxHeaderBytes: 16 << 10,
		ErrorLog: slog.NewLogLogger(a.log.Handler(), slog.LevelDebug),
	}
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = server.Serve(a.listener) // ends with Close
	}()
	return func() {
		_ = server.Close()
		<-served
	}
}

// guard lets a reload through with the token only: nothing that writes is open.
func (a *Agent) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		cfg := a.cfg.Load()
		if cfg.reload.Empty() {
			http.Error(w, "reload is closed: set web.reload_token_file, or send SIGHUP", http.StatusForbidden)
			return
		}
		given, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		if subtle.ConstantTimeCompare([]byte(given), []byte(cfg.reload.Reveal())) != 1 {
			w.Header().Set("WWW-Authenticate", "Bearer")
			http.Error(w, "reload wants Authorization: Bearer, with web.reload_token", http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// Reload reads the configuration again and applies it, whole or not at all.
func (a *Agent) Reload(ctx context.Context) error { return a.reloader.Reload(ctx) }

func (a *Agent) apply() error {
	next, err := a.load()
	if err != nil {
		return err
	}
	if err := a.cfg.Load().fixed(&next); err != nil {
		return err
	}
	link, err := a.newLink(&next)
	if err != nil {
		return err
	}
	canaries, err := newCanary(next.Canary, a.run)
	if err != nil {
		return err
	}
	a.cfg.Store(&next)
	a.canary.Store(canaries)
	a.clock.rebound(next.Clock.MaxOffset.Std())
	a.rec.rebound(next.Batch)
	a.spool.SetMaxBytes(next.Spool.MaxSize.Bytes())
	a.sched.SetLimits(next.Schedule.Workers, next.Schedule.MaxLateness.Std())
	if a.level != nil {
		_ = a.level.UnmarshalText([]byte(next.Log.Level)) // checked with the rest of the file
	}
	a.swap(link)
	return nil
}

// swap puts a new client in place; requests of the old one end by themselves.
func (a *Agent) swap(link *uplink.Client) {
	a.link.Swap(link).Close()
	for _, c := range []chan struct{}{a.pollNow, a.beatNow, a.delivery.nudge} {
		select {
		case c <- struct{}{}:
		default:
		}
	}
}
