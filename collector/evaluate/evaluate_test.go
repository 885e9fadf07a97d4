package evaluate

import (
	"context"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/probity-sla/probity/collector/timeline"
	"github.com/probity-sla/probity/internal/contract"
	"github.com/probity-sla/probity/internal/protocol"
	"github.com/probity-sla/probity/internal/sla"
)

const agreementText = `
id = "shop"
name = "Shop"
customer = "Customer"
provider = "Provider"
zone = "Europe/Berlin"
valid_from = "2026-10-01"
[period]
kind = "month"
[terms]
target_pct = "99.9"
[[service]]
id = "web"
name = "Web"
[[service.check]]
id = "home"
name = "Home"
target = "https://shop.example/"
interval = "1m"
timeout = "10s"
`

const homeCheck = protocol.CheckID("shop/web/home")

// ledger is a store in memory: results of one check from one agent, and records.
type ledger struct {
	runs       []timeline.Run
	exclusions Exclusions
	frozen     []*sla.Statement
	late       map[sla.Window]int64 // where late results lie → when they came
	agreement  *contract.Agreement
	handled    *sla.Handled
	now        time.Time
}

func (l *ledger) Sources(context.Context, protocol.CheckID) ([]protocol.AgentID, error) {
	return []protocol.AgentID{"edge"}, nil
}

func (l *ledger) Runs(_ context.Context, _ protocol.CheckID, _ protocol.AgentID, from, to int64) ([]timeline.Run, error) {
	var out []timeline.Run
	for _, r := range l.runs {
		for i := range r.Count {
			if slot := r.First + i*r.Step; slot >= from && slot < to {
				out = append(out, timeline.Run{First: slot, Step: r.Step, Count: 1, Outcome: r.Outcome})
			}
		}
	}
	return out, nil
}

func (l *ledger) Vantages(context.Context) ([]Vantage, error) {
	return []Vantage{{Agent: "edge", Location: "berlin", Active: true}}, nil
}

func (l *ledger) Exclusions(context.Context, *contract.Agreement, sla.Window, int64) (*Exclusions, error) {
	return &l.exclusions, nil
}

func (l *ledger) SaveStatement(_ context.Context, s *sla.Statement) (int, error) {
	if n := len(l.frozen); n > 0 && l.frozen[n-1].Fingerprint == s.Fingerprint {
		return n, nil
	}
	l.frozen = append(l.frozen, s)
	return len(l.frozen), nil
}

func (l *ledger) Frozen(_ context.Context, _, _ string, asOf int64) (*sla.Statement, error) {
	for _, s := range slices.Backward(l.frozen) {
		if asOf == 0 || s.ComputedAt <= asOf {
			return s, nil
		}
	}
	return nil, nil
}

func (l *ledger) InForce(context.Context, string, int64) (string, error) {
	return l.agreement.Revision, nil
}

func (l *ledger) Late(_ context.Context, _ protocol.CheckID, _ protocol.AgentID, _, _, after int64) ([]sla.Window, error) {
	var out []sla.Window
	for w, at := range l.late {
		if at > after {
			out = append(out, w)
		}
	}
	return out, nil
}

func (l *ledger) Handled(context.Context, *contract.Agreement, sla.Window, sla.Ratio, int64) (*sla.Handled, error) {
	return l.handled, nil
}

func (l *ledger) AgreementAt(context.Context, string, string) (*contract.Agreement, error) {
	return l.agreement, nil
}

// newLedger has results of every minute of [from, to), all up.
func newLedger(t *testing.T, from, to string) (*ledger, *Evaluator) {
	t.Helper()
	a, faults := contract.Parse("shop.toml", []byte(agreementText))
	if err := contract.Join(faults); err != nil {
		t.Fatal(err)
	}
	set, faults := contract.NewSet([]*contract.Agreement{a})
	if err := contract.Join(faults); err != nil {
		t.Fatal(err)
	}
	l := &ledger{agreement: a, now: instant(t, to)}
	l.add(instant(t, from), instant(t, to), timeline.Up)
	e := New(Options{Results: l, Records: l, Agents: l, Now: func() time.Time { return l.now }, Log: slog.New(slog.DiscardHandler)})
	e.SetAgreements(set)
	return l, e
}

func (l *ledger) add(from, to time.Time, o timeline.Outcome) {
	if n := int64(to.Sub(from) / time.Minute); n > 0 {
		l.runs = append(l.runs, timeline.Run{First: from.UnixMilli(), Step: 60_000, Count: n, Outcome: o})
	}
}

func instant(t *testing.T, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestSilenceTurnsToUnknownAfterTheDeadline(t *testing.T) {
	l, e := newLedger(t, "2026-10-31T23:00:00Z", "2026-11-05T00:00:00Z")
	e.Round(t.Context())
	live := e.Live("shop")
	if got := live.Services[0].State; got != sla.Up {
		t.Errorf("state while results come = %v; want up", got)
	}
	l.now = l.now.Add(90 * time.Second) // the slot of 00:00 has until 00:01:20
	e.Round(t.Context())
	s := e.Live("shop").Services[0]
	if s.State != sla.Unknown || s.Since != instant(t, "2026-11-05T00:00:00Z").UnixMilli() {
		t.Errorf("state of a silent service = %v since %v; want unknown since its last result ran out", s.State, time.UnixMilli(s.Since).UTC())
	}
	if v := s.Verdict; v.Unknown == 0 || v.Bad.Num != 0 {
		t.Errorf("unknown %d ms, bad %v; want the silence unknown and nothing bad", v.Unknown, v.Bad)
	}
}

func TestRunningStatementEndsAtTheWatermark(t *testing.T) {
	_, e := newLedger(t, "2026-10-31T23:00:00Z", "2026-11-05T00:00:00Z")
	e.Round(t.Context())
	st := e.Live("shop").Statement
	want := instant(t, "2026-11-05T00:00:00Z").UnixMilli()
	if v := st.Services[0].Verdict; v.Until != want || st.Final || v.Calendar != want-v.Period.From {
		t.Errorf("running statement: until %d, final %v, calendar %d ms; want until now, not final, nothing of the future", v.Until, st.Final, v.Calendar)
	}
}

func TestClosedPeriodIsFrozenOnceAndReopened(t *testing.T) {
	l, e := newLedger(t, "2026-09-30T22:00:00Z", "2026-11-02T00:00:00Z")
	// One minute in October has no result yet.
	late := instant(t, "2026-10-10T12:00:00Z")
	l.runs = nil
	l.add(instant(t, "2026-09-30T22:00:00Z"), late, timeline.Up)
	l.add(late.Add(time.Minute), instant(t, "2026-11-02T00:00:00Z"), timeline.Up)
	e.Round(t.Context())
	if len(l.frozen) != 1 || l.frozen[0].Label != "2026-10" || !l.frozen[0].Final {
		t.Fatalf("frozen after the first round: %v; want October, once", l.frozen)
	}
	l.now = l.now.Add(time.Minute)
	e.TouchAll()
	e.Round(t.Context())
	if len(l.frozen) != 1 {
		t.Fatalf("%d frozen statements after a round without news; want 1", len(l.frozen))
	}
	l.add(late, late.Add(time.Minute), timeline.Down)
	for range 5 { // a spool drains
		e.Touch([]Change{{Check: homeCheck, Agent: "edge", From: late.UnixMilli(), To: late.UnixMilli()}})
		e.Round(t.Context())
		l.now = l.now.Add(time.Second)
	}
	if len(l.frozen) != 1 {
		t.Fatalf("%d frozen statements while late results arrive; want 1 until they have settled", len(l.frozen))
	}
	l.now = l.now.Add(DefaultSettle)
	e.Round(t.Context())
	if len(l.frozen) != 2 {
		t.Fatalf("%d frozen statements after a late result; want 2", len(l.frozen))
	}
	before, after := l.frozen[0].Services[0].Verdict, l.frozen[1].Services[0].Verdict
	if before.Unknown != 60_000 || after.Unknown != 0 || after.Bad.Cmp(sla.Of(60_000, 1)) != 0 {
		t.Errorf("unknown %d → %d ms, bad %v → %v; want the late minute to turn from unknown to down", before.Unknown, after.Unknown, before.Bad, after.Bad)
	}
}

func TestCorrectionReopensAFrozenPeriod(t *testing.T) {
	l, e := newLedger(t, "2026-09-30T22:00:00Z", "2026-11-02T00:00:00Z")
	if err := e.TouchRecords(t.Context()); err != nil {
		t.Fatal(err)
	}
	e.Round(t.Context())
	from := instant(t, "2026-10-10T12:00:00Z").UnixMilli()
	l.exclusions.Adjustments = []Adjustment{{Adjustment: sla.Adjustment{
		ID: "c1", From: from, To: from + 3_600_000, Effect: sla.EffectDown, ApprovedBy: "both", ApprovedAt: l.now.UnixMilli(),
	}}}
	if err := e.TouchRecords(t.Context()); err != nil {
		t.Fatal(err)
	}
	l.now = l.now.Add(time.Minute)
	e.Round(t.Context())
	if len(l.frozen) != 2 {
		t.Fatalf("%d frozen statements after a correction; want 2", len(l.frozen))
	}
	if bad := l.frozen[1].Services[0].Verdict.Bad; bad.Cmp(sla.Of(3_600_000, 1)) != 0 {
		t.Errorf("bad after the correction = %v ms; want an hour", bad)
	}
}

func TestAnIncidentOfAClosedPeriodMakesARevision(t *testing.T) {
	l, e := newLedger(t, "2026-09-30T22:00:00Z", "2026-11-02T00:00:00Z")
	e.Round(t.Context())
	l.handled = &sla.Handled{Clocks: []sla.Compliance{{Severity: "P1", Indicator: "response", Incidents: 1, Met: 1, Share: sla.Of(1, 1)}}}
	e.Reopen("shop", instant(t, "2026-10-10T12:00:00Z").UnixMilli())
	l.now = l.now.Add(time.Minute)
	e.Round(t.Context())
	if len(l.frozen) != 2 || l.frozen[0].Handled != nil || l.frozen[1].Handled == nil {
		t.Fatalf("%d frozen statements, the last with %+v; want a second one, with the incident", len(l.frozen), l.frozen[len(l.frozen)-1].Handled)
	}
	e.Reopen("shop", l.now.UnixMilli())
	l.now = l.now.Add(time.Minute)
	e.Round(t.Context())
	if len(l.frozen) != 2 {
		t.Errorf("%d frozen statements after an incident of the running period; want 2", len(l.frozen))
	}
}

func TestNoHistoryIsNoFigure(t *testing.T) {
	l, e := newLedger(t, "2026-11-01T00:00:00Z", "2026-11-02T00:00:00Z")
	l.runs = nil
	e.Round(t.Context())
	v := e.Live("shop").Statement.Services[0].Verdict
	if v.Availability.Present() || v.Breach != nil {
		t.Errorf("availability without any result = %v, breach %v; want none", v.Availability, v.Breach)
	}
	if len(l.frozen) != 0 {
		t.Errorf("froze %v; want no statement of a month that nobody observed", l.frozen)
	}
}

func TestStatementOfAnUnknownAgreement(t *testing.T) {
	_, e := newLedger(t, "2026-11-01T00:00:00Z", "2026-11-02T00:00:00Z")
	if _, err := e.Statement(t.Context(), Request{Agreement: "shp"}); err == nil {
		t.Error("Statement of agreement shp = nil error; want ErrUnknownAgreement")
	}
}

func TestStatementAsOfAPastInstantComesOutAsItDid(t *testing.T) {
	l, e := newLedger(t, "2026-10-31T23:00:00Z", "2026-11-10T00:00:00Z")
	w := e.Agreement("shop").Period.Containing(l.now.UnixMilli(), l.agreement.Zone)
	ask := func(asOf int64) *sla.Statement {
		st, err := e.Statement(t.Context(), Request{Agreement: "shop", Label: w.Label, Window: w.Window, AsOf: asOf})
		if err != nil {
			t.Fatal(err)
		}
		return st
	}
	// Results of an hour come a week late, and say down.
	gap := instant(t, "2026-11-09T12:00:00Z")
	l.runs = nil
	l.add(instant(t, "2026-10-31T23:00:00Z"), gap, timeline.Up)
	l.add(gap.Add(time.Hour), l.now, timeline.Up)
	then := l.now
	before := ask(0)

	l.add(l.now, l.now.Add(7*24*time.Hour), timeline.Up)
	l.now = l.now.Add(7 * 24 * time.Hour)
	l.add(gap, gap.Add(time.Hour), timeline.Down)
	slices.SortFunc(l.runs, func(a, b timeline.Run) int { return int(a.First - b.First) })
	l.late = map[sla.Window]int64{{From: gap.UnixMilli(), To: gap.Add(time.Hour).UnixMilli()}: l.now.UnixMilli()}
	e.Touch([]Change{{Check: homeCheck, Agent: "edge", From: gap.UnixMilli(), To: l.now.UnixMilli()}})

	again, today := ask(then.UnixMilli()), ask(0)
	b, g, now := before.Services[0].Verdict, again.Services[0].Verdict, today.Services[0].Verdict
	if b.Unknown != 3_600_000 || g.Unknown != b.Unknown || g.Good.Cmp(b.Good) != 0 || g.Bad.Cmp(b.Bad) != 0 || g.Until != b.Until {
		t.Errorf("as of then: good %v, bad %v, unknown %d until %d; want what it was: %v, %v, %d until %d",
			g.Good, g.Bad, g.Unknown, g.Until, b.Good, b.Bad, b.Unknown, b.Until)
	}
	if now.Unknown != 0 || now.Bad.Cmp(sla.Of(3_600_000, 1)) != 0 {
		t.Errorf("today: unknown %d, bad %v; want the late hour down", now.Unknown, now.Bad)
	}
}

func TestStatementOfAClosedPeriodIsTheFrozenOne(t *testing.T) {
	l, e := newLedger(t, "2026-09-30T22:00:00Z", "2026-11-02T00:00:00Z")
	e.Round(t.Context())
	october := e.Agreement("shop").Period.Previous(e.Agreement("shop").Period.Containing(l.now.UnixMilli(), l.agreement.Zone), l.agreement.Zone)
	ask := func() *sla.Statement {
		st, err := e.Statement(t.Context(), Request{Agreement: "shop", Label: october.Label, Window: october.Window})
		if err != nil {
			t.Fatal(err)
		}
		return st
	}
	l.now = l.now.Add(time.Hour)
	if got := ask(); len(l.frozen) != 1 || got != l.frozen[0] {
		t.Errorf("statement of October an hour later = %+v; want the one that was frozen", got)
	}
	from := instant(t, "2026-10-10T12:00:00Z").UnixMilli()
	l.exclusions.Adjustments = []Adjustment{{Adjustment: sla.Adjustment{
		ID: "c1", From: from, To: from + 3_600_000, Effect: sla.EffectDown, ApprovedBy: "both", ApprovedAt: l.now.UnixMilli(),
	}}}
	if got := ask(); got == l.frozen[0] || got.Services[0].Verdict.Bad.Cmp(sla.Of(3_600_000, 1)) != 0 {
		t.Errorf("statement of October after a correction = %+v; want it computed anew", got.Services[0].Verdict.Bad)
	}
}
