package evaluate

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
	"slices"

	"github.com/probity-sla/probity/internal/contract"
	"github.com/probity-sla/probity/internal/sla"
)

// Request asks for the statement of one agreement over one window.
type Request struct {
	Agreement string
	Label     string     // names the window in the statement; "" when it is no billed period
	Window    sla.Window // zero: the current period
	AsOf      int64      // ms UTC: as it was known then; 0: now
	// Instead is the agreement under other terms ("what if"); nil: as it is.
	Instead *contract.Agreement
}

// Statement computes a statement on demand, from everything that is stored.
// It returns ErrUnknownAgreement for an agreement that is not loaded.
//
// As of a past instant it is the statement that was frozen by then, or what
// would have been computed: the agreement's text, the results, the maintenance
// and the corrections of that instant.
func (e *Evaluator) Statement(ctx context.Context, r Request) (*sla.Statement, error) {
	a := e.Agreement(r.Agreement)
	if a == nil {
		return nil, fmt.Errorf("agreement %q: %w", r.Agreement, ErrUnknownAgreement)
	}
	now := e.o.Now().UnixMilli()
	if r.AsOf >= now {
		r.AsOf = 0 // nothing is known of the future
	}
	if r.Window == (sla.Window{}) {
		p := a.Period.Containing(now, a.Zone)
		r.Window, r.Label = p.Window, p.Label
	}
	if r.Instead != nil {
		a = r.Instead
	} else if r.AsOf != 0 {
		st, then, err := e.asOf(ctx, a, r)
		if st != nil || err != nil {
			return st, err
		}
		a = then
	}
	frozen, err := e.frozen(ctx, r)
	if err != nil {
		return nil, err
	}
	if frozen != nil && frozen.AgreementRevision != a.Revision {
		if a, err = e.o.Records.AgreementAt(ctx, a.ID, frozen.AgreementRevision); err != nil {
			return nil, err
		}
	}
	vs, err := e.o.Agents.Vantages(ctx)
	if err != nil {
		return nil, err
	}
	e.asking.Lock()
	defer e.asking.Unlock()
	e.work.Lock()
	defer e.work.Unlock()
	saw, err := e.observeAll(ctx, a, vs, since(a, r.Window.From), now, r.AsOf)
	if err != nil {
		return nil, err
	}
	st, err := e.compute(ctx, a, r, saw, now)
	if err == nil {
		err = e.handled(ctx, a, r, st)
	}
	if err == nil && frozen != nil && frozen.Fingerprint == st.Fingerprint {
		return frozen, nil // it rests on the same evidence: the signed one, with its number
	}
	return st, err
}

// frozen is the newest frozen statement of the period that is asked for: its
// text of the agreement goes on to judge that period.
func (e *Evaluator) frozen(ctx context.Context, r Request) (*sla.Statement, error) {
	if r.Label == "" || r.AsOf != 0 || r.Instead != nil {
		return nil, nil
	}
	return e.o.Records.Frozen(ctx, r.Agreement, r.Label, 0)
}

// asOf returns the statement that had been frozen by then, or the agreement as
// it read then.
func (e *Evaluator) asOf(ctx context.Context, a *contract.Agreement, r Request) (*sla.Statement, *contract.Agreement, error) {
	if r.Label != "" {
		st, err := e.o.Records.Frozen(ctx, a.ID, r.Label, r.AsOf)
		if st != nil || err != nil {
			return st, nil, err
		}
	}
	revision, err := e.o.Records.InForce(ctx, a.ID, r.AsOf)
	if err != nil || revision == "" || revision == a.Revision {
		return nil, a, err // before the first load, the oldest text there is stands in
	}
	then, err := e.o.Records.AgreementAt(ctx, a.ID, revision)
	return nil, then, err
}

// Agreement returns a loaded agreement, nil when there is none of that id.
func (e *Evaluator) Agreement(id string) *contract.Agreement {
	e.mu.RLock()
	defer e.mu.RUnlock()
	if e.set == nil {
		return nil
	}
	return e.set.Agreement(id)
}

func (e *Evaluator) observeAll(ctx context.Context, a *contract.Agreement, vs []Vantage, from, now, asOf int64) ([]*seen, error) {
	if asOf != 0 {
		now = asOf
	}
	out := make([]*seen, len(a.Services))
	for i := range a.Services {
		s, err := e.observe(ctx, &a.Services[i], vs, from, now, asOf)
		if err != nil {
			return nil, err
		}
		out[i] = s
	}
	return out, nil
}

// compute does the sums of a window from what was seen; it reads only exclusions.
func (e *Evaluator) compute(ctx context.Context, a *contract.Agreement, r Request, saw []*seen, now int64) (*sla.Statement, error) {
	ex, err := e.o.Records.Exclusions(ctx, a, sla.Window{From: since(a, r.Window.From), To: r.Window.To + millis(Margin)}, r.AsOf)
	if err != nil {
		return nil, err
	}
	st := &sla.Statement{
		Agreement: a.ID, AgreementRevision: a.Revision, Label: r.Label,
		Zone: a.Zone.String(), ComputedAt: now, AsOf: r.AsOf, Final: true, Records: ex.in(r.Window),
	}
	h := sha256.New()
	fmt.Fprintf(h, "%s\n%s\n", a.ID, a.Revision)
	mix(h, r.Window.From, r.Window.To, r.AsOf)
	for i := range a.Services {
		s := &a.Services[i]
		in := e.input(a, s, saw[i], ex, r)
		if err := spendCap(a, s.Terms, in); err != nil {
			return nil, fmt.Errorf("service %s: maintenance cap: %w", s.ID, err)
		}
		if in.Until < r.Window.To {
			st.Final = false
		}
		v, err := sla.Compute(s.Terms, in)
		if err != nil {
			return nil, fmt.Errorf("service %s: %w", s.ID, err)
		}
		st.Services = append(st.Services, sla.ServiceStatement{Service: s.ID, Name: s.Name, Verdict: *v})
		fingerprint(h, s.ID, saw[i], in, v)
	}
	if len(a.Services) > 1 {
		st.Aggregate = a.Aggregate
	}
	st.Fingerprint = hex.EncodeToString(h.Sum(nil))
	st.Overall, err = overall(a, st)
	return st, err
}

func (e *Evaluator) input(a *contract.Agreement, s *contract.Service, saw *seen, ex *Exclusions, r Request) *sla.Input {
	in := &sla.Input{
		Period: r.Window, Until: max(r.Window.From, min(r.Window.To, saw.watermark)), Zone: a.Zone,
		Observed: saw.observation, Tickets: ex.Tickets, AsOf: r.AsOf,
	}
	for _, m := range ex.Maintenance {
		if covers(m.Services, s.ID) {
			in.Maintenance = append(in.Maintenance, m.Maintenance)
		}
	}
	for _, x := range ex.Adjustments {
		if covers(x.Services, s.ID) {
			in.Adjustments = append(in.Adjustments, x.Adjustment)
		}
	}
	return in
}

func covers(services []string, id string) bool {
	return len(services) == 0 || slices.Contains(services, id)
}

// overall is the figure that the agreement promises: its one service's, or their aggregate.
func overall(a *contract.Agreement, st *sla.Statement) (sla.Verdict, error) {
	if len(st.Services) == 1 {
		v := st.Services[0].Verdict
		v.Ledger = nil
		return v, nil
	}
	var rule sla.AggregateRule
	if err := rule.UnmarshalText([]byte(a.Aggregate)); err != nil {
		return sla.Verdict{}, fmt.Errorf("agreement %s: aggregate: %w", a.ID, err)
	}
	parts := make([]sla.AggregatePart, len(st.Services))
	for i := range st.Services {
		parts[i] = sla.AggregatePart{
			Name: st.Services[i].Service, Weight: sla.Of(max(1, a.Services[i].Weight), 1), Verdict: &st.Services[i].Verdict,
		}
	}
	v, err := sla.Aggregate(a.Terms, rule, parts)
	if err != nil {
		return sla.Verdict{}, fmt.Errorf("agreement %s: aggregate: %w", a.ID, err)
	}
	return v, nil
}

// fingerprint mixes everything that the service's figures rest on into h.
//
// The figures themselves are part of it: an outage across the end of the period
// is measured whole, so results from after the end may still change them.
func fingerprint(h hash.Hash, id string, saw *seen, in *sla.Input, v *sla.Verdict) {
	fmt.Fprintf(h, "service %s\n", id)
	lo, hi := in.Period.From-millis(Margin), in.Until
	for _, c := range saw.checks {
		for _, l := range c.locations {
			fmt.Fprintf(h, "%s %s\n", c.check.ID, l.vantage.Agent)
			for _, run := range l.runs {
				if run = cut(run, lo, hi); run.Count > 0 {
					mix(h, run.First, run.Step, run.Count, int64(run.State))
				}
			}
		}
	}
	mix(h, in.Until, in.CapSpent, v.Good.Num, v.Good.Den, v.Bad.Num, v.Bad.Den, v.Excluded, v.Unknown)
	for _, m := range in.Maintenance {
		if m.From >= in.Until {
			continue
		}
		fmt.Fprintf(h, "%s\n", m.ID)
		mix(h, m.From, m.To, m.Announced)
	}
	for _, x := range in.Adjustments {
		if x.From >= in.Until || x.ApprovedAt == 0 {
			continue // a proposal is no ground of any figure
		}
		fmt.Fprintf(h, "%s\n", x.ID)
		mix(h, x.From, x.To, int64(x.Effect), x.ApprovedAt, x.RevokedAt)
	}
	for _, t := range in.Tickets {
		mix(h, t)
	}
}

func mix(h hash.Hash, vs ...int64) {
	var b [8]byte
	for _, v := range vs {
		binary.LittleEndian.PutUint64(b[:], uint64(v))
		h.Write(b[:])
	}
}
