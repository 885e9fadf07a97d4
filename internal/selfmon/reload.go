package selfmon

import (
	"context"
	"log/slog"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// Reloader applies a new configuration, whole or not at all.
type Reloader struct {
	mu      sync.Mutex // one reload at a time
	load    func() error
	log     *slog.Logger
	ok      atomic.Bool
	applied atomic.Int64 // Unix seconds of the last configuration applied
}

// NewReloader registers its metrics with r. load reads, checks and applies; on
// an error it has changed nothing. The configuration that the program started
// with counts as applied.
func NewReloader(r *Registry, log *slog.Logger, load func() error) *Reloader {
	l := &Reloader{load: load, log: log}
	l.ok.Store(true)
	l.applied.Store(time.Now().Unix())
	r.Set.NewGauge(r.name("config_last_reload_successful"), func() float64 {
		if l.ok.Load() {
			return 1
		}
		return 0
	})
	r.Set.NewGauge(r.name("config_last_reload_success_timestamp_seconds"), func() float64 {
		return float64(l.applied.Load())
	})
	return l
}

// Reload loads once. On an error the old configuration stays in force.
func (l *Reloader) Reload(ctx context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	err := l.load()
	l.ok.Store(err == nil)
	if err != nil {
		l.log.LogAttrs(ctx, slog.LevelError, "configuration refused; the old one stays in force", slog.Any("error", err))
		return err
	}
	l.applied.Store(time.Now().Unix())
	l.log.LogAttrs(ctx, slog.LevelInfo, "configuration reloaded")
	return nil
}

// Run reloads for every signal until ctx is done. The caller notifies hup of SIGHUP.
func (l *Reloader) Run(ctx context.Context, hup <-chan os.Signal) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-hup:
			_ = l.Reload(ctx) // logged and counted there
		}
	}
}

// Handler serves POST /-/reload: 200, or 422 with the reason. It writes, so
// the caller mounts it behind authentication.
func (l *Reloader) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			w.Header().Set("Allow", http.MethodPost)
			plain(w, http.StatusMethodNotAllowed, "use POST")
			return
		}
		if err := l.Reload(r.Context()); err != nil {
			plain(w, http.StatusUnprocessableEntity, "configuration refused; the old one stays in force\n"+err.Error())
			return
		}
		plain(w, http.StatusOK, "reloaded")
	})
}
