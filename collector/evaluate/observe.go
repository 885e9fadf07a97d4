package evaluate

import (
	"context"
	"slices"
	"time"

	"github.com/probity-sla/probity/internal/contract"
	"github.com/probity-sla/probity/internal/protocol"
	"github.com/probity-sla/probity/internal/sla"
)

// vantagesOf lists the agents whose word counts for a check: those expected to
// probe it, and those that ever did.
func (e *Evaluator) vantagesOf(ctx context.Context, c *contract.Check, all []Vantage) ([]Vantage, error) {
	seen, err := e.o.Results.Sources(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	var out []Vantage
	for _, v := range all {
		expected := v.Active && (len(c.Locations) == 0 || slices.Contains(c.Locations, v.Location))
		if expected || slices.Contains(seen, v.Agent) {
			v.Active = expected
			out = append(out, v)
		}
	}
	slices.SortFunc(out, func(a, b Vantage) int {
		if a.Location != b.Location {
			return compare(a.Location, b.Location)
		}
		return compare(a.Agent, b.Agent)
	})
	return out, nil
}

func compare[T ~string](a, b T) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// partName is the location, with the agent's name where several stand there.
func partName(all []Vantage, i int) string {
	v := all[i]
	shared := i > 0 && all[i-1].Location == v.Location ||
		i+1 < len(all) && all[i+1].Location == v.Location
	if shared {
		return string(v.Location) + "/" + string(v.Agent)
	}
	return string(v.Location)
}

// seen is what was observed of one service, and up to where it can be judged.
type seen struct {
	observation sla.Observation
	watermark   int64 // ms UTC: before it, every slot has its result or is missing for good
	checks      []seenCheck
}

type seenCheck struct {
	check     *contract.Check
	locations []seenLocation
}

type seenLocation struct {
	vantage Vantage
	name    string
	runs    []sla.Run
	lastEnd int64
}

// observe reads the service's results from `from` on, as they were known at
// asOf (0: now).
func (e *Evaluator) observe(ctx context.Context, s *contract.Service, all []Vantage, from, now, asOf int64) (*seen, error) {
	out := &seen{watermark: now}
	for i := range s.Checks {
		c := &s.Checks[i]
		vs, err := e.vantagesOf(ctx, c, all)
		if err != nil {
			return nil, err
		}
		sc := seenCheck{check: c}
		part := sla.Part{Name: shortID(c.ID)}
		lag := (c.Interval + c.Timeout + e.o.Settle).Milliseconds()
		if len(vs) == 0 {
			out.watermark = min(out.watermark, now-lag)
		}
		for j, v := range vs {
			runs, err := e.runs(ctx, trackKey{c.ID, v.Agent}, from, asOf)
			if err != nil {
				return nil, err
			}
			l := seenLocation{vantage: v, name: partName(vs, j), runs: runs, lastEnd: lastEnd(runs)}
			if v.Active {
				out.watermark = min(out.watermark, max(l.lastEnd, now-lag))
			}
			sc.locations = append(sc.locations, l)
			part.Seen.Probes = append(part.Seen.Probes, sla.Part{Name: l.name, Seen: sla.Observation{Runs: nonNil(l.runs)}})
		}
		if len(vs) == 0 {
			part.Seen.Timeline = []sla.Span{}
		}
		out.checks = append(out.checks, sc)
		out.observation.Endpoints = append(out.observation.Endpoints, part)
	}
	return out, nil
}

func nonNil(r []sla.Run) []sla.Run {
	if r == nil {
		return []sla.Run{}
	}
	return r
}

// runs are those of one series from `from` on, without what came after asOf.
func (e *Evaluator) runs(ctx context.Context, k trackKey, from, asOf int64) ([]sla.Run, error) {
	t, err := e.track(ctx, k, from)
	if err != nil || asOf == 0 {
		return t.runs, err
	}
	late, err := e.o.Results.Late(ctx, k.check, k.agent, from, asOf, asOf)
	if err != nil {
		return nil, err
	}
	runs := splice(t.runs, asOf, 1<<62, nil)
	for _, w := range late {
		runs = splice(runs, w.From, w.To, nil)
	}
	return runs, nil
}

func (e *Evaluator) track(ctx context.Context, k trackKey, from int64) (*track, error) {
	e.mu.Lock()
	t := e.tracks[k]
	if t == nil {
		t = newTrack()
		if _, used := e.homes[k.check]; used {
			e.tracks[k] = t
		}
	}
	e.mu.Unlock()
	return t, t.refresh(ctx, e.o.Results, k, from, e)
}

// shortID is the check's own name within its service.
func shortID(id protocol.CheckID) string {
	for i := len(id) - 1; i >= 0; i-- {
		if id[i] == '/' {
			return string(id[i+1:])
		}
	}
	return string(id)
}

func millis(d time.Duration) int64 { return d.Milliseconds() }
