package collector

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"github.com/probity-sla/probity/collector/evaluate"
	"github.com/probity-sla/probity/collector/ingest"
	"github.com/probity-sla/probity/collector/promapi"
	"github.com/probity-sla/probity/collector/store"
	"github.com/probity-sla/probity/collector/web"
	"github.com/probity-sla/probity/internal/contract"
	"github.com/probity-sla/probity/internal/protocol"
	"github.com/probity-sla/probity/internal/selfmon"
)

// wire builds the stages over the open store.
func (c *collector) wire(ctx context.Context, cfg *Config) (err error) {
	c.cfg.Store(cfg)
	v := views{c}
	c.web, err = web.New(web.Options{
		Catalogue: v, Statements: v, Checks: v, Evidence: v, Maintenance: v, Desk: v, Records: v, Fleet: v, Incidents: v, Links: v, Gaps: v, Shortener: v, URL: trimSlash(cfg.Web.ExternalURL), Reports: v, Auth: v,
		Log: c.log, Metrics: c.registry.Set, Now: c.now, Version: selfmon.Version().Version, OpenRead: cfg.Web.OpenRead,
	})
	if err != nil {
		return err
	}
	c.eval = evaluate.New(evaluate.Options{
		Results: c.db, Records: records{c.db, cfg.Agreements.Directory}, Agents: records{c.db, cfg.Agreements.Directory}, Now: c.now,
		Settle: cfg.Evaluate.Settle.Std(), Tick: c.tick, Log: c.log, Metrics: c.registry.Set,
		Observe: func(ctx context.Context, a *contract.Agreement, s *evaluate.ServiceLive) { c.desk.observe(ctx, a, s) },
	})
	if err := c.wireAlerts(ctx, cfg); err != nil {
		return err
	}
	if err := c.loadAgreements(ctx, cfg); err != nil {
		return err
	}
	c.ingest, err = ingest.New(ingest.Options{
		Store: &doorstep{Store: c.db, c: c}, Agents: enrolled{c.db}, Assignments: assignments{c}, Log: c.log, Metrics: c.registry.Set, Now: c.now,
	})
	if err != nil {
		return err
	}
	if err := c.rememberAssignments(ctx); err != nil {
		return err
	}
	if err := c.wireProm(); err != nil {
		return err
	}
	c.retireAlerts(ctx)
	c.health.Hold("evaluation")
	return nil
}

// rememberAssignments tells ingest what agents may have run before: results
// that waited in a spool while an agreement changed are still results.
func (c *collector) rememberAssignments(ctx context.Context) error {
	agents, err := c.db.Agents(ctx)
	if err != nil {
		return err
	}
	for _, a := range c.set.Load().Agreements {
		loads, err := c.db.AgreementLoads(ctx, a.ID)
		if err != nil {
			return err
		}
		for i, l := range loads {
			if l.Revision == a.Revision || i+1 == len(loads) {
				continue
			}
			old, err := records{c.db, c.cfg.Load().Agreements.Directory}.AgreementAt(ctx, a.ID, l.Revision)
			if err != nil {
				c.log.LogAttrs(ctx, slog.LevelWarn, "earlier agreement not readable; results of checks that only it had are refused",
					slog.String("agreement", a.ID), slog.Any("err", err))
				continue
			}
			c.remember(old, agents, loads[i+1].At)
		}
	}
	return nil
}

func (c *collector) remember(old *contract.Agreement, agents []store.AgentRecord, replacedAt int64) {
	set, faults := contract.NewSet([]*contract.Agreement{old})
	if faults != nil {
		return // two agreements of one id cannot be in a set of one
	}
	for _, g := range agents {
		c.ingest.Remember(set.Assignment(g.Name, g.Location, c.cfg.Load().Probing.Grid.Std()), replacedAt)
	}
}

// loadAgreements loads the directory whole and puts it in force.
func (c *collector) loadAgreements(ctx context.Context, cfg *Config) error {
	set, err := loadAgreements(cfg.Agreements.Directory)
	if err == nil {
		err = cfg.policiesKnown(set)
	}
	if err != nil {
		return err
	}
	now := c.now().UnixMilli()
	for _, a := range set.Agreements {
		if err := c.db.SaveAgreement(ctx, a.ID, a.Revision, a.Source, now); err != nil {
			return err
		}
	}
	if err := announcePlanned(ctx, c.db, set, now); err != nil {
		return err
	}
	c.tellChanges(ctx, c.set.Swap(set), set)
	for _, w := range cfg.warnings(set) {
		c.log.LogAttrs(ctx, slog.LevelWarn, "configuration can hardly be meant", slog.String("warning", w))
	}
	c.eval.SetAgreements(set)
	c.health.Hold("agreements")
	return nil
}

// tellChanges logs which agreements a reload changed: their running periods are
// judged anew, whole, by the new text.
func (c *collector) tellChanges(ctx context.Context, old, now *contract.Set) {
	if old == nil {
		return
	}
	for _, a := range now.Agreements {
		was := old.Agreement(a.ID)
		if was != nil && was.Revision == a.Revision {
			continue
		}
		before := "none"
		if was != nil {
			before = was.Revision
		}
		c.log.LogAttrs(ctx, slog.LevelInfo, "agreement changed; its running period is judged by the new text",
			slog.String("agreement", a.ID), slog.String("old_revision", before), slog.String("revision", a.Revision))
	}
	for _, a := range old.Agreements {
		if now.Agreement(a.ID) == nil {
			c.log.LogAttrs(ctx, slog.LevelInfo, "agreement is no longer in force", slog.String("agreement", a.ID))
		}
	}
}

// reload applies a new configuration: agreements and channels. What a running
// collector cannot change is refused, and then nothing changes.
func (c *collector) reload(ctx context.Context, load func() (*Config, error)) error {
	if load == nil {
		return errors.New("this collector was started without a configuration file")
	}
	cfg, err := load()
	if err != nil {
		return err
	}
	old := c.cfg.Load()
	for _, x := range []struct {
		key     string
		changed bool
	}{
		{"web", cfg.Web != old.Web}, {"store", cfg.Store != old.Store}, {"log", cfg.Log != old.Log},
		{"evaluate", cfg.Evaluate != old.Evaluate}, {"alerts", cfg.Alerts != old.Alerts},
	} {
		if x.changed {
			return fmt.Errorf("[%s] changed: restart the collector for [web], [store], [log], [evaluate] and [alerts]; all else can be reloaded", x.key)
		}
	}
	channels, err := c.openChannels(cfg)
	if err != nil {
		return err
	}
	if err := c.loadAgreements(ctx, cfg); err != nil {
		return err
	}
	c.useChannels(channels)
	c.cfg.Store(cfg)
	c.retireAlerts(ctx)
	c.web.Publish(web.Event{Kind: "agreement", At: c.now().UnixMilli()})
	// The new configuration is in force: what fails from here on is no refusal.
	if err := c.recordsChanged(ctx); err != nil {
		c.log.LogAttrs(ctx, slog.LevelError, "changed records not taken in; tried again with the next change", slog.Any("err", err))
	}
	return nil
}

// routes is everything that the one listener serves.
func (c *collector) routes(reloader *selfmon.Reloader) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", boundBodies(c.web))
	c.ingest.Routes(mux)
	mux.Handle("/-/healthy", c.health.Healthy())
	mux.Handle("/-/ready", c.health.Ready())
	mux.Handle("/-/reload", c.web.Require(web.RoleOperate, reloader.Handler()))
	mux.Handle("/metrics", c.web.Require(web.RoleRead, c.metrics()))
	mux.Handle(promPrefix+"/", c.web.Require(web.RoleRead, c.prom.Handler(promPrefix)))
	for _, path := range promapi.Paths {
		mux.Handle(path, c.web.Require(web.RoleRead, c.prom.Handler("")))
	}
	return mux
}

// promPrefix is where Prometheus's query API is served: the URL of a data source
// in Grafana is the collector's with this behind it.
const promPrefix = "/prometheus"

// bodyTimeout bounds how long a peer may take to send the body of a request to
// API and pages; ingest has its own bound.
const bodyTimeout = 30 * time.Second

// boundBodies gives a request with a body a deadline to have sent it by. The
// deadline is lifted afterwards: the connection may carry a stream next.
func boundBodies(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength != 0 {
			control := http.NewResponseController(w)
			if err := control.SetReadDeadline(time.Now().Add(bodyTimeout)); err == nil {
				defer control.SetReadDeadline(time.Time{})
			}
		}
		next.ServeHTTP(w, r)
	})
}

// enrolled tells ingest which agent a token belongs to.
type enrolled struct{ db *store.Store }

func (e enrolled) Authenticate(ctx context.Context, hash [sha256.Size]byte) (ingest.Agent, bool, error) {
	a, err := e.db.AgentByTokenHash(ctx, hex.EncodeToString(hash[:]))
	if errors.Is(err, store.ErrNotFound) || err == nil && a.RevokedAt != 0 {
		return ingest.Agent{}, false, nil
	}
	return ingest.Agent{ID: a.Name, Location: a.Location}, err == nil, err
}

// assignments cuts the agreements in force into what each agent runs.
type assignments struct{ c *collector }

func (a assignments) For(agent protocol.AgentID, location protocol.Location) *protocol.Assignment {
	return a.c.set.Load().Assignment(agent, location, a.c.cfg.Load().Probing.Grid.Std())
}

// retireAlerts closes the alerts of agreements and services that are no longer in force.
func (c *collector) retireAlerts(ctx context.Context) {
	now := c.now().UnixMilli()
	for _, a := range c.desk.active() {
		if a.Agreement == "" {
			continue
		}
		if c.inForce(a.Agreement, a.Service) {
			continue
		}
		c.log.LogAttrs(ctx, slog.LevelInfo, "alert closes: what it is about is no longer in force",
			slog.String("alert", a.Key), slog.String("agreement", a.Agreement), slog.String("service", a.Service))
		c.desk.retire(ctx, now, a.Agreement, a.Service)
	}
}

// inForce reports whether an agreement has a service, or is there at all when service is "".
func (c *collector) inForce(agreement, service string) bool {
	a := c.set.Load().Agreement(agreement)
	return a != nil && (service == "" || slices.ContainsFunc(a.Services, func(s contract.Service) bool { return s.ID == service }))
}
