package evaluate

import (
	"context"
	"slices"

	"github.com/probity-sla/probity/internal/contract"
	"github.com/probity-sla/probity/internal/sla"
)

// MaxHistorySteps bounds how many instants History looks at for one agreement;
// a longer span is looked at in longer steps.
const MaxHistorySteps = 50_000

// History calls each with the states of every service of an agreement as they
// would have been judged at instants of [from, to), in time order: by the
// results that had come by then, under the agreement given, and with the
// maintenance and the corrections that are known now. Spans in which nothing
// happens are stepped over.
func (e *Evaluator) History(ctx context.Context, a *contract.Agreement, w sla.Window, each func(*ServiceLive) error) error {
	vs, err := e.o.Agents.Vantages(ctx)
	if err != nil {
		return err
	}
	e.work.Lock()
	defer e.work.Unlock()
	first := a.Period.Containing(w.From, a.Zone).Window.From
	saw, err := e.observeAll(ctx, a, vs, since(a, min(first, w.From-millis(liveSpan(a)))), w.To, 0)
	if err != nil {
		return err
	}
	marks, err := e.marks(ctx, a, saw, w)
	if err != nil {
		return err
	}
	step := historyStep(a, w)
	at := w.From + step
	if !seenAt(saw, w.From) {
		if len(marks) == 0 {
			return nil // nothing was ever seen
		}
		at = max(at, marks[0])
	}
	for at <= w.To {
		if err := ctx.Err(); err != nil {
			return err
		}
		pace, err := e.historyAt(ctx, a, saw, at, each)
		if err != nil {
			return err
		}
		next := w.To
		if n, _ := slices.BinarySearch(marks, at+1); n < len(marks) {
			next = marks[n] + 1 // when what begins there is known
		}
		switch pace {
		case calm:
			at = max(next, at+step)
		case easing:
			at = min(max(next, at+step), at+max(step, easingStep))
		default:
			at += step
		}
	}
	return nil
}

// seenAt reports whether a result holds at an instant.
func seenAt(saw []*seen, at int64) bool {
	return slices.ContainsFunc(saw, func(s *seen) bool {
		return slices.ContainsFunc(s.checks, func(c seenCheck) bool {
			return slices.ContainsFunc(c.locations, func(l seenLocation) bool {
				return slices.ContainsFunc(l.runs, func(r sla.Run) bool { return r.First <= at && at < r.First+r.Count*r.Step })
			})
		})
	})
}

// pace is how closely history is to be looked at.
type pace uint8

const (
	watchful pace = iota // something is wrong, or was a moment ago
	easing               // nothing is wrong, but windows still hold trouble
	calm                 // nothing changes before the next mark
)

// How closely History looks: at trouble, and while it fades from the windows of
// the burn rates.
const (
	minHistoryStep = 5 * 1000      // ms
	easingStep     = 5 * 60 * 1000 // ms
	troubleLasts   = 60 * 60 * 1000
)

func historyStep(a *contract.Agreement, w sla.Window) int64 {
	step := int64(0)
	for i := range a.Services {
		for _, c := range a.Services[i].Checks {
			if n := millis(c.Interval); step == 0 || n < step {
				step = n
			}
		}
	}
	return max(step, (w.To-w.From)/MaxHistorySteps, minHistoryStep)
}

// marks are the instants at which something changes, sorted: what a check
// answers, maintenance, the period.
func (e *Evaluator) marks(ctx context.Context, a *contract.Agreement, saw []*seen, w sla.Window) ([]int64, error) {
	var out []int64
	add := func(at int64) {
		if at > w.From && at < w.To {
			out = append(out, at)
		}
	}
	for _, s := range saw {
		for _, c := range s.checks {
			for _, l := range c.locations {
				for _, r := range l.runs {
					add(r.First)
					add(r.First + r.Count*r.Step)
				}
			}
		}
	}
	ex, err := e.o.Records.Exclusions(ctx, a, w, 0)
	if err != nil {
		return nil, err
	}
	for _, m := range ex.Maintenance {
		add(m.From)
		add(m.To)
	}
	for p := a.Period.Containing(w.From, a.Zone); p.Window.To < w.To; p = a.Period.Containing(p.Window.To, a.Zone) {
		add(p.Window.To)
		if a.Period.Kind == contract.Rolling {
			break
		}
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// historyAt judges all services at an instant, and says how closely to look next.
func (e *Evaluator) historyAt(ctx context.Context, a *contract.Agreement, saw []*seen, at int64, each func(*ServiceLive) error) (pace, error) {
	known := make([]*seen, len(saw))
	for i, s := range saw {
		known[i] = s.knownAt(at, millis(e.o.Settle))
	}
	p := a.Period.Containing(at, a.Zone)
	st, err := e.compute(ctx, a, Request{Agreement: a.ID, Label: p.Label, Window: p.Window}, known, at)
	if err != nil {
		return calm, err
	}
	out := calm
	for i := range a.Services {
		s, err := e.service(ctx, a, i, known[i], st, at)
		if err != nil {
			return calm, err
		}
		out = min(out, s.pace(at))
		if err := each(s); err != nil {
			return calm, err
		}
	}
	return out, nil
}

// pace says how closely a service is to be looked at next. Time of which nothing
// is known, however long, changes nothing once it has lasted.
func (l *ServiceLive) pace(at int64) pace {
	if l.State == sla.Up && l.Watermark < at {
		return watchful // a result is due
	}
	if l.State != sla.Up && (l.State != sla.Unknown || l.Since > at-troubleLasts) {
		return watchful
	}
	out := calm
	for _, x := range l.Recent.Ledger {
		switch {
		case x.Observed == sla.Up || x.Observed == sla.Unknown && x.To-x.From > troubleLasts:
		case x.To > at-troubleLasts:
			return watchful
		case x.Observed != sla.Unknown:
			out = easing
		}
	}
	return out
}

// knownAt is what had been seen by an instant.
func (s *seen) knownAt(at, settle int64) *seen {
	out := &seen{watermark: at}
	for _, c := range s.checks {
		nc := seenCheck{check: c.check}
		part := sla.Part{Name: shortID(c.check.ID)}
		lag := millis(c.check.Interval+c.check.Timeout) + settle
		if len(c.locations) == 0 {
			out.watermark = min(out.watermark, at-lag)
			part.Seen.Timeline = []sla.Span{}
		}
		for _, l := range c.locations {
			l.runs = splice(l.runs, at, 1<<62, nil)
			l.lastEnd = lastEnd(l.runs)
			if l.vantage.Active {
				out.watermark = min(out.watermark, max(l.lastEnd, at-lag))
			}
			nc.locations = append(nc.locations, l)
			part.Seen.Probes = append(part.Seen.Probes, sla.Part{Name: l.name, Seen: sla.Observation{Runs: nonNil(l.runs)}})
		}
		out.checks = append(out.checks, nc)
		out.observation.Endpoints = append(out.observation.Endpoints, part)
	}
	return out
}
