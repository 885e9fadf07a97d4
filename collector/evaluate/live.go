package evaluate

import (
	"context"
	"slices"
	"time"

	"github.com/probity-sla/probity/internal/contract"
	"github.com/probity-sla/probity/internal/protocol"
	"github.com/probity-sla/probity/internal/sla"
)

// liveWindow is how far back a live state looks at least: the longest
// burn-rate window of the usual rules.
const liveWindow = 3 * 24 * time.Hour

// idle is how long an agreement without news goes unlooked at; within it a
// silence turns to unknown.
const idle = 5 * time.Second

// AgreementLive is the present state of an agreement.
type AgreementLive struct {
	Agreement *contract.Agreement
	Statement *sla.Statement // of the running period, up to the watermark
	Services  []*ServiceLive
	At        int64 // ms UTC of the computation

	dirty      bool // guarded by Evaluator.mu, as no other field needs to be
	periodFrom int64
}

// ServiceLive is the present state of a service.
type ServiceLive struct {
	Service   *contract.Service
	Watermark int64
	State     sla.State // as observed at the watermark, maintenance or not
	Since     int64
	Where     []string     // parts that decide the state, "check/location"
	Recent    *sla.Verdict // the live window, whose outages are the running ones
	Verdict   *sla.Verdict // the running period
	Burn      []Burn
	InWindow  *sla.Maintenance // the maintenance that covers the watermark
	Excused   bool             // …and it qualifies: time in it does not count
	Checks    []CheckLive
}

// Burn is one burn-rate rule with the rates of both its windows.
type Burn struct {
	Rule        contract.BurnRule
	Long, Short sla.Ratio
}

// CheckLive is the present state of a check at each location.
type CheckLive struct {
	Check     *contract.Check
	Locations []LocationLive
}

// LocationLive is what one agent last said of a check.
type LocationLive struct {
	Agent    protocol.AgentID
	Location protocol.Location
	Expected bool // the agent is enrolled and assigned the check
	State    sla.State
	Since    int64 // ms UTC: start of the state, as far back as the live window
	LastSlot int64 // 0: never
	Overdue  bool  // no result although one was due
}

// Live returns the present state of one agreement, nil before its first round.
func (e *Evaluator) Live(id string) *AgreementLive {
	e.mu.RLock()
	defer e.mu.RUnlock()
	l := e.live[id]
	if l == nil || l.Statement == nil {
		return nil
	}
	return l
}

// update recomputes one agreement when results, records or the clock ask for it.
// A published state is never written to: others read it.
func (e *Evaluator) update(ctx context.Context, a *contract.Agreement, vs []Vantage, now int64) error {
	old, dirty := e.takeDirty(a.ID)
	period := a.Period.Containing(now, a.Zone)
	unchanged := old != nil && !dirty && old.Agreement == a && old.periodFrom == period.Window.From
	if unchanged && now < old.At+millis(idle) {
		return nil
	}
	next := &AgreementLive{Agreement: a, At: now, periodFrom: period.Window.From}
	from := since(a, min(period.Window.From, now-millis(liveSpan(a))))
	saw, err := e.observeAll(ctx, a, vs, from, now, 0)
	if err != nil {
		return err
	}
	if unchanged && !advanced(old, saw) {
		next.Statement, next.Services = old.Statement, old.Services
		if !e.publish(next) {
			return nil
		}
		return e.freeze(ctx, a, vs, now)
	}
	next.Statement, err = e.compute(ctx, a, Request{Agreement: a.ID, Label: period.Label, Window: period.Window}, saw, now)
	if err != nil {
		return err
	}
	for i := range a.Services {
		s, err := e.service(ctx, a, i, saw[i], next.Statement, now)
		if err != nil {
			return err
		}
		next.Services = append(next.Services, s)
	}
	if !e.publish(next) {
		return nil
	}
	if e.o.Observe != nil {
		for _, s := range next.Services {
			e.o.Observe(ctx, a, s)
		}
	}
	return e.freeze(ctx, a, vs, now)
}

// advanced reports whether a watermark moved: results came, or were given up for missing.
func advanced(old *AgreementLive, saw []*seen) bool {
	for i, s := range old.Services {
		if s.Watermark != saw[i].watermark {
			return true
		}
	}
	return false
}

func liveSpan(a *contract.Agreement) time.Duration {
	span := liveWindow
	for _, b := range a.Burn {
		span = max(span, b.Long)
	}
	return span
}

func (e *Evaluator) service(ctx context.Context, a *contract.Agreement, i int, saw *seen, st *sla.Statement, now int64) (*ServiceLive, error) {
	svc := &a.Services[i]
	w := sla.Window{From: saw.watermark - millis(liveSpan(a)), To: saw.watermark}
	ex, err := e.o.Records.Exclusions(ctx, a, sla.Window{From: since(a, w.From), To: now + millis(Margin)}, 0)
	if err != nil {
		return nil, err
	}
	in := e.input(a, svc, saw, ex, Request{Window: w})
	if err := spendCap(a, svc.Terms, in); err != nil {
		return nil, err
	}
	recent, err := sla.Compute(svc.Terms, in)
	if err != nil {
		return nil, err
	}
	live := &ServiceLive{Service: svc, Watermark: saw.watermark, Recent: recent, Verdict: &st.Services[i].Verdict}
	live.presentState()
	live.present(in.Maintenance)
	for _, b := range a.Burn {
		live.Burn = append(live.Burn, Burn{
			Rule:  b,
			Long:  sla.BurnRate(recent.Ledger, saw.watermark, millis(b.Long), recent.Target),
			Short: sla.BurnRate(recent.Ledger, saw.watermark, millis(b.Short), recent.Target),
		})
	}
	for _, c := range saw.checks {
		live.Checks = append(live.Checks, checkLive(c, now, e.o.Settle))
	}
	return live, nil
}

// presentState reads the observed state at the watermark, and since when, off the ledger.
func (l *ServiceLive) presentState() {
	ledger := l.Recent.Ledger
	if len(ledger) == 0 {
		return
	}
	last := ledger[len(ledger)-1]
	l.State, l.Where, l.Since = last.Observed, last.Where, last.From
	for _, e := range slices.Backward(ledger) {
		if e.Observed != l.State {
			break
		}
		l.Since = e.From
	}
}

// present finds the maintenance that covers the watermark.
func (l *ServiceLive) present(windows []sla.Maintenance) {
	for i := range windows {
		if w := &windows[i]; w.From <= l.Watermark && l.Watermark < w.To {
			l.InWindow = w
		}
	}
	if ledger := l.Recent.Ledger; l.InWindow != nil && len(ledger) > 0 {
		last := ledger[len(ledger)-1]
		l.Excused = last.Maintenance != "" && last.State != sla.Down
	}
}

func checkLive(c seenCheck, now int64, settle time.Duration) CheckLive {
	out := CheckLive{Check: c.check}
	lag := millis(c.check.Interval + c.check.Timeout + settle)
	for _, l := range c.locations {
		x := LocationLive{Agent: l.vantage.Agent, Location: l.vantage.Location, Expected: l.vantage.Active}
		if n := len(l.runs); n > 0 {
			r := l.runs[n-1]
			x.State, x.LastSlot, x.Since = r.State, r.First+(r.Count-1)*r.Step, r.First
			for j := n - 2; j >= 0 && l.runs[j].State == x.State && l.runs[j].First+l.runs[j].Count*l.runs[j].Step >= l.runs[j+1].First; j-- {
				x.Since = l.runs[j].First
			}
		}
		x.Overdue = l.vantage.Active && l.lastEnd < now-lag
		if x.Overdue {
			x.State, x.Since = sla.Unknown, l.lastEnd
		}
		out.Locations = append(out.Locations, x)
	}
	return out
}
