package evaluate

import (
	"context"
	"slices"

	"github.com/probity-sla/probity/internal/contract"
	"github.com/probity-sla/probity/internal/sla"
)

// MaxReopen bounds how many periods back a late result or correction is
// followed into frozen statements: three years of months.
const MaxReopen = 36

// freeze stores the statement of the period before the running one, once it
// has settled, and again when late results or records changed its figures. A
// spool that drains touches it many times over: that makes one revision, once
// nothing more has come for as long as results take to settle.
func (e *Evaluator) freeze(ctx context.Context, a *contract.Agreement, vs []Vantage, now int64) error {
	if a.Period.Kind == contract.Rolling {
		return nil // a rolling window never closes
	}
	current := a.Period.Containing(now, a.Zone)
	e.mu.Lock()
	touched, again := e.reopen[a.ID]
	done := e.closed[a.ID] == current.Label
	if done && (!again || now < touched.last+millis(e.o.Settle)) {
		e.mu.Unlock()
		return nil
	}
	delete(e.reopen, a.ID)
	e.mu.Unlock()
	oldest := current.Window.From - 1
	if again {
		oldest = min(oldest, touched.from)
	}
	p := a.Period.Previous(current, a.Zone)
	for n := 0; n < MaxReopen && p.To > max(oldest, a.ValidFrom); n++ {
		settled, err := e.freezeOne(ctx, a, vs, p, now)
		if err != nil || !settled {
			e.mu.Lock()
			e.noteReopen(a.ID, oldest) // what was touched before this period, too
			e.mu.Unlock()
			return err
		}
		p = a.Period.Previous(p, a.Zone)
	}
	e.mu.Lock()
	e.closed[a.ID] = current.Label
	e.mu.Unlock()
	return nil
}

// freezeOne computes a closed period under the terms it was first frozen with.
func (e *Evaluator) freezeOne(ctx context.Context, a *contract.Agreement, vs []Vantage, p contract.Span, now int64) (settled bool, err error) {
	frozen, err := e.o.Records.Frozen(ctx, a.ID, p.Label, 0)
	if err != nil {
		return false, err
	}
	if frozen != nil && frozen.AgreementRevision != a.Revision {
		if a, err = e.o.Records.AgreementAt(ctx, a.ID, frozen.AgreementRevision); err != nil {
			return false, err
		}
	}
	saw, err := e.observeAll(ctx, a, vs, since(a, p.From), now, 0)
	if err != nil {
		return false, err
	}
	st, err := e.compute(ctx, a, Request{Agreement: a.ID, Label: p.Label, Window: p.Window}, saw, now)
	if err != nil {
		return false, err
	}
	if err := e.handled(ctx, a, Request{Window: p.Window}, st); err != nil {
		return false, err
	}
	if !st.Final {
		return false, nil // results of its last slots may still arrive
	}
	if frozen == nil && !anyRun(saw, p.Window) {
		return true, nil // nothing was ever observed: there is nothing to sign
	}
	_, err = e.o.Records.SaveStatement(ctx, st)
	return true, err
}

func anyRun(saw []*seen, w sla.Window) bool {
	for _, s := range saw {
		for _, c := range s.checks {
			for _, l := range c.locations {
				if slices.ContainsFunc(l.runs, func(r sla.Run) bool { return cut(r, w.From, w.To).Count > 0 }) {
					return true
				}
			}
		}
	}
	return false
}
