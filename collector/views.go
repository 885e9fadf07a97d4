package collector

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/probity-sla/probity/collector/evaluate"
	"github.com/probity-sla/probity/collector/store"
	"github.com/probity-sla/probity/collector/web"
	"github.com/probity-sla/probity/internal/contract"
	"github.com/probity-sla/probity/internal/protocol"
	"github.com/probity-sla/probity/internal/sla"
)

// views shows the stages to package web, in its words.
type views struct{ c *collector }

// Agreements returns those in force.
func (v views) Agreements() []*contract.Agreement { return v.c.set.Load().Agreements }

// Statement computes an account, or shows the running one that is at hand.
func (v views) Statement(ctx context.Context, q web.StatementQuery) (*sla.Statement, error) {
	if live := v.c.eval.Live(q.Agreement); live != nil && q.AsOf == 0 && q.Label != "" && live.Statement.Label == q.Label {
		if some, err := v.c.faulted.maybe(ctx, v.c.db, q.Agreement, v.c.now()); err != nil || !some {
			st := *live.Statement
			return &st, err
		}
		return v.c.eval.Handled(ctx, live)
	}
	st, err := v.c.eval.Statement(ctx, evaluate.Request{Agreement: q.Agreement, Label: q.Label, Window: q.Window, AsOf: q.AsOf})
	if errors.Is(err, evaluate.ErrUnknownAgreement) {
		return nil, errors.Join(err, web.ErrNotFound)
	}
	return st, err
}

// Live returns the present state of an agreement: its worst service's.
func (v views) Live(_ context.Context, agreement string) (web.Live, error) {
	out := web.Live{Agreement: agreement, Services: []web.ServiceLive{}}
	live := v.c.eval.Live(agreement)
	if live == nil {
		if v.c.set.Load().Agreement(agreement) == nil {
			return out, fmt.Errorf("agreement %q: %w", agreement, web.ErrNotFound)
		}
		return out, nil
	}
	out.At = live.At
	for i, s := range live.Services {
		x := web.ServiceLive{Service: s.Service.ID, State: s.State, Since: s.Since, Detail: detail(s)}
		if s.InWindow != nil {
			x.Maintenance, x.Excused = s.InWindow.ID, s.Excused
		}
		out.Services = append(out.Services, x)
		if i == 0 || worse(s.State, out.State) {
			out.State, out.Since = s.State, s.Since
		}
	}
	return out, nil
}

// worse orders states for a summary: down, degraded, unknown, up.
func worse(a, b sla.State) bool {
	rank := []sla.State{sla.Up, sla.Unknown, sla.Degraded, sla.Down}
	return slices.Index(rank, a) > slices.Index(rank, b)
}

// detail says in a few words what decided a service's state.
func detail(s *evaluate.ServiceLive) string {
	if len(s.Where) == 0 {
		return ""
	}
	return s.State.String() + " at " + strings.Join(s.Where, ", ")
}

// Locations returns what each agent last said of a check.
func (v views) Locations(ctx context.Context, check protocol.CheckID) ([]web.LocationState, error) {
	a, _, _ := v.c.set.Load().Check(check)
	if a == nil {
		return nil, fmt.Errorf("check %q: %w", check, web.ErrNotFound)
	}
	live := v.c.eval.Live(a.ID)
	if live == nil {
		return nil, nil
	}
	var out []web.LocationState
	for _, s := range live.Services {
		for _, c := range s.Checks {
			if c.Check.ID != check {
				continue
			}
			for _, l := range c.Locations {
				row, err := v.location(ctx, check, l)
				if err != nil {
					return nil, err
				}
				out = append(out, row)
			}
		}
	}
	return out, nil
}

func (v views) location(ctx context.Context, check protocol.CheckID, l evaluate.LocationLive) (web.LocationState, error) {
	row := web.LocationState{Agent: l.Agent, Location: l.Location, State: l.State, Since: l.Since}
	latest, ok, err := v.c.db.Latest(ctx, check, l.Agent)
	if err != nil {
		return row, err
	}
	if ok {
		row.Latest = &latest
	}
	switch {
	case !l.Expected:
		row.Silent, row.State = "the agent is no longer assigned this check", sla.Unknown
	case !ok:
		row.Silent = "no result yet"
	case l.Overdue:
		row.Silent = "a result is overdue"
	}
	return row, nil
}

// Spans returns what one agent saw, gap-free.
func (v views) Spans(ctx context.Context, check protocol.CheckID, agent protocol.AgentID, w sla.Window) ([]sla.Span, error) {
	_, _, c := v.c.set.Load().Check(check)
	if c == nil {
		return nil, fmt.Errorf("check %q: %w", check, web.ErrNotFound)
	}
	// A result from before the window may still hold in it.
	runs, err := v.c.db.Runs(ctx, check, agent, w.From-protocol.MaxInterval.Milliseconds(), w.To)
	if err != nil {
		return nil, err
	}
	return evaluate.Spans(runs, w), nil
}

// Latencies returns points spread over the window.
func (v views) Latencies(ctx context.Context, check protocol.CheckID, agent protocol.AgentID, w sla.Window, most int) ([]web.Latency, error) {
	points, err := v.c.db.Latencies(ctx, check, agent, w.From, w.To, most)
	if err != nil {
		return nil, err
	}
	out := make([]web.Latency, len(points))
	for i, p := range points {
		out[i] = web.Latency{Slot: p.Slot, Micros: p.Micros}
	}
	return out, nil
}

// Failures returns results that were not up, newest first.
func (v views) Failures(ctx context.Context, check protocol.CheckID, agent protocol.AgentID, w sla.Window, limit int) ([]protocol.Result, error) {
	return v.c.db.Failures(ctx, check, agent, w.From, w.To, limit)
}

// Token finds the holder of a token.
func (v views) Token(ctx context.Context, hash [sha256.Size]byte) (web.Principal, error) {
	t, err := v.c.db.TokenByHash(ctx, hex.EncodeToString(hash[:]))
	if err == nil && (t.RevokedAt != 0 || t.ExpiresAt != 0 && t.ExpiresAt <= v.c.now().UnixMilli()) || errors.Is(err, store.ErrNotFound) {
		return web.Principal{}, web.ErrNotFound
	}
	if err != nil {
		return web.Principal{}, err
	}
	return web.Principal{ID: t.ID, Name: t.Name, Role: roleOf(t.Role), Customer: t.Customer, Agreements: t.Agreements}, nil
}

func roleOf(name string) web.Role {
	switch name {
	case roleRead:
		return web.RoleRead
	case roleOperate:
		return web.RoleOperate
	case roleCustomer:
		return web.RoleCustomer
	}
	return web.RoleNone
}

// Agents lists the fleet with what each agent's last heartbeat said.
func (v views) Agents(ctx context.Context) ([]web.Agent, error) {
	agents, err := v.c.db.Agents(ctx)
	if err != nil {
		return nil, err
	}
	now := v.c.now().UnixMilli()
	out := make([]web.Agent, len(agents))
	for i, a := range agents {
		out[i] = web.Agent{
			Name: a.Name, Location: a.Location, EnrolledAt: a.EnrolledAt, RevokedAt: a.RevokedAt, SeenAt: v.c.heard.last(&a),
			Silent: a.RevokedAt == 0 && now-max(v.c.heard.last(&a), a.EnrolledAt) > v.c.silentAfter(a.Location).Milliseconds(),
		}
		if h := a.Heartbeat; h != nil {
			out[i].Version, out[i].Assignment, out[i].Checks = h.Version, h.Assignment, h.Checks
			out[i].SpoolBytes, out[i].OldestAt, out[i].Faults = h.SpoolBytes, h.Oldest, h.Faults
			out[i].ClockError = h.At - a.HeartbeatAt
		}
	}
	return out, nil
}

// silentAfter is how long an agent may be quiet before that is said of it: the
// shortest that an agreement which it probes for allows.
func (c *collector) silentAfter(at protocol.Location) time.Duration {
	least := time.Duration(0)
	for _, a := range c.set.Load().Agreements {
		if (least == 0 || a.Silent < least) && probedFrom(a, at) {
			least = a.Silent
		}
	}
	return cmp.Or(least, contract.DefaultSilent)
}

func probedFrom(a *contract.Agreement, at protocol.Location) bool {
	for i := range a.Services {
		for _, c := range a.Services[i].Checks {
			if len(c.Locations) == 0 || slices.Contains(c.Locations, at) {
				return true
			}
		}
	}
	return false
}
