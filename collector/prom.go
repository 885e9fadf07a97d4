package collector

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/probity-sla/probity/collector/evaluate"
	"github.com/probity-sla/probity/collector/promapi"
	"github.com/probity-sla/probity/collector/store"
	"github.com/probity-sla/probity/internal/contract"
	"github.com/probity-sla/probity/internal/selfmon"
	"github.com/probity-sla/probity/internal/sla"
)

// snapshotFor is how long one look at everything serves who asks.
const snapshotFor = time.Second

// promSource gives package promapi what it reads.
type promSource struct{ c *collector }

// lastSnapshot is the newest look at everything.
type lastSnapshot struct {
	mu sync.Mutex
	at time.Time
	s  *promapi.Snapshot
}

func (c *collector) wireProm() (err error) {
	s := promSource{c}
	c.prom, err = promapi.New(promapi.Options{
		Catalogue: s, Results: c.db, Ledgers: s, Log: c.log, Metrics: c.registry.Set, Version: selfmon.Version().Version,
	})
	c.exporter = &promapi.Exporter{Log: c.log}
	return err
}

// metrics serves the collector's own figures and those of the agreements.
func (c *collector) metrics() http.Handler {
	own := c.registry.Handler()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		snapshot, err := promSource{c}.Snapshot(r.Context())
		var figures bytes.Buffer
		if err == nil {
			err = c.exporter.Metrics(&figures, snapshot)
		}
		own.ServeHTTP(w, r)
		if err != nil { // its own figures say most when something is wrong
			c.log.LogAttrs(r.Context(), slog.LevelError, "figures of the agreements not readable; this scrape lacks them", slog.Any("err", err))
			return
		}
		_, _ = w.Write(figures.Bytes())
	})
}

// Ledger gives the account of a window of an agreement.
func (s promSource) Ledger(ctx context.Context, agreement string, w sla.Window) (*sla.Statement, error) {
	return s.c.eval.Statement(ctx, evaluate.Request{Agreement: agreement, Window: w})
}

// Snapshot is how everything stands, now or a moment ago.
func (s promSource) Snapshot(ctx context.Context) (*promapi.Snapshot, error) {
	last := &s.c.snapshot
	last.mu.Lock()
	defer last.mu.Unlock()
	if now := s.c.now(); last.s == nil || now.Sub(last.at) >= snapshotFor || now.Before(last.at) {
		fresh, err := s.look(ctx)
		if err != nil {
			return nil, err
		}
		last.s, last.at = fresh, now
	}
	return last.s, nil
}

func (s promSource) look(ctx context.Context) (*promapi.Snapshot, error) {
	now := s.c.now().UnixMilli()
	out := &promapi.Snapshot{At: now}
	open, err := openSeverities(ctx, s.c.db)
	if err != nil {
		return nil, err
	}
	for _, a := range s.c.set.Load().Agreements {
		x := promapi.Agreement{ID: a.ID}
		for _, l := range a.Levels {
			x.Open = append(x.Open, promapi.Open{Severity: l.Name, Incidents: open[a.ID+"\x00"+l.Name]})
		}
		if live := s.c.eval.Live(a.ID); live != nil {
			x.Overall = &live.Statement.Overall
			for _, l := range live.Services {
				service, err := s.service(ctx, a, l)
				if err != nil {
					return nil, err
				}
				x.Services = append(x.Services, service)
			}
		}
		out.Agreements = append(out.Agreements, x)
	}
	agents, err := s.c.db.Agents(ctx)
	if err != nil {
		return nil, err
	}
	for i := range agents {
		if a := &agents[i]; a.RevokedAt == 0 {
			out.Agents = append(out.Agents, promapi.Agent{Agent: a.Name, Location: a.Location, SeenAt: s.c.heard.last(a)})
		}
	}
	return out, nil
}

// openSeverities counts unresolved incidents by agreement and severity.
func openSeverities(ctx context.Context, db *store.Store) (map[string]int, error) {
	records, err := db.Incidents(ctx, store.IncidentQuery{From: 1 << 62, Limit: maxOpenIncidents})
	if err != nil {
		return nil, err
	}
	out := map[string]int{}
	for n := range records {
		i, err := incidentOf(&records[n])
		if err != nil {
			return nil, err
		}
		for agreement, severity := range i.Severities {
			out[agreement+"\x00"+severity]++
		}
	}
	return out, nil
}

func (s promSource) service(ctx context.Context, a *contract.Agreement, l *evaluate.ServiceLive) (promapi.Service, error) {
	out := promapi.Service{ID: l.Service.ID, Verdict: l.Verdict}
	if n := len(l.Recent.Ledger); n > 0 {
		out.Last = &l.Recent.Ledger[n-1]
	}
	for _, b := range l.Burn { // two rules may share a window
		for _, x := range []promapi.Burn{{Window: b.Rule.Long, Rate: b.Long}, {Window: b.Rule.Short, Rate: b.Short}} {
			if !slices.ContainsFunc(out.Burn, func(y promapi.Burn) bool { return x.Window == y.Window }) {
				out.Burn = append(out.Burn, x)
			}
		}
	}
	for i := range l.Checks {
		c := &l.Checks[i]
		x := promapi.Check{ID: c.Check.ID, Interval: c.Check.Interval, Grace: c.Check.Timeout + s.c.cfg.Load().Evaluate.Settle.Std()}
		for _, at := range c.Locations {
			y := promapi.Location{Agent: at.Agent, Location: at.Location, State: at.State}
			if at.LastSlot != 0 {
				r, ok, err := s.c.db.Latest(ctx, c.Check.ID, at.Agent)
				if err != nil {
					return out, err
				}
				if ok {
					y.Took = r.Duration
				}
				if ok && r.TLSExpiry != 0 && (x.CertExpiry == 0 || r.TLSExpiry < x.CertExpiry) {
					x.CertExpiry = r.TLSExpiry
				}
			}
			x.Locations = append(x.Locations, y)
		}
		out.Checks = append(out.Checks, x)
	}
	return out, nil
}
