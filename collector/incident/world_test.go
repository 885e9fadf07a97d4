package incident_test

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/internal/sla"
)

const (
	step  = int64(30_000)
	epoch = int64(1_790_000_010_000) // some slot
)

// world is one service seen by one agent: a state for each slot, some of it
// known late, and windows of maintenance.
type world struct {
	slots   []sla.State // as known now
	covers  []incident.Cover
	from    []int64 // of covers
	outOf   func(at int64) bool
	budget  int64
	confirm int
	label   string
	start   int64 // of the period
}

// ledger joins equal neighbours, as package sla does.
func (w *world) ledger() (out []sla.Entry, outages []sla.Outage) {
	for i, s := range w.slots {
		from := epoch + int64(i)*step
		if n := len(out); n > 0 && out[n-1].Observed == s {
			out[n-1].To = from + step
		} else {
			out = append(out, sla.Entry{From: from, To: from + step, State: s, Observed: s, Where: []string{"web/berlin"}})
		}
	}
	for i, e := range out {
		if e.Observed == sla.Down {
			outages = append(outages, sla.Outage{From: e.From, To: e.To, Ongoing: i == len(out)-1, Counted: e.To - e.From, Where: e.Where})
		}
	}
	return out, outages
}

func (w *world) at() int64 { return epoch + int64(len(w.slots))*step }

func (w *world) facts() incident.Facts {
	ledger, outages := w.ledger()
	var bad int64
	for _, o := range outages {
		bad += max(0, o.To-max(o.From, w.start))
	}
	v := &sla.Verdict{
		Period: sla.Window{From: w.start, To: w.start + 30*86_400_000}, Until: w.at(), Ledger: ledger, Outages: outages,
		Availability: sla.Ratio{Num: w.at() - epoch - bad, Den: w.at() - epoch},
		Target:       sla.Ratio{Num: 999, Den: 1000}, Budget: w.budget, BudgetLeft: w.budget - bad,
	}
	recent := *v
	recent.Period.From = epoch
	f := incident.Facts{
		Agreement: "shop", Service: "web", AgreementName: "Shop", ServiceName: "Web shop", Customer: "ACME", Tier: "gold",
		PeriodID: w.label, Cause: "connect_refused", Watching: epoch, NoDataAfter: 4 * step,
		Confirm: incident.Confirm{Slots: w.confirm, Interval: step},
	}
	f.FromVerdict(&recent)
	f.Figures(v)
	for i, c := range w.covers {
		if w.from[i] <= f.At && f.At < c.Until {
			f.Maintenance = &c
		}
	}
	f.OutOfScope = w.outOf != nil && w.outOf(f.At)
	f.Burn = []incident.Burn{w.burn(incident.Page, 8, 2, 300), w.burn(incident.Ticket, 16, 4, 100)}
	return f
}

// burn is a rule over so many slots.
func (w *world) burn(severity string, long, short int, factor int64) incident.Burn {
	rate := func(n int) sla.Ratio {
		var r sla.Ratio
		for _, s := range w.slots[max(0, len(w.slots)-n):] {
			if s != sla.Unknown {
				r.Den++
			}
			if s == sla.Down {
				r.Num += 1000
			}
		}
		return r
	}
	return incident.Burn{Severity: severity, Long: time.Duration(long) * 30 * time.Second, Short: time.Duration(short) * 30 * time.Second,
		Factor: sla.Ratio{Num: factor, Den: 1}, LongBurn: rate(long), ShortBurn: rate(short)}
}

// record is what a store keeps of changes.
type record struct {
	alerts  map[string]incident.Alert
	outages map[string]incident.Outage
}

func newRecord() *record {
	return &record{alerts: map[string]incident.Alert{}, outages: map[string]incident.Outage{}}
}

// save goes through JSON, as a store does.
func (r *record) save(t testing.TB, changes []incident.Change) {
	t.Helper()
	raw, err := json.Marshal(changes)
	if err != nil {
		t.Fatal(err)
	}
	var back []incident.Change
	if err := json.Unmarshal(raw, &back); err != nil {
		t.Fatal(err)
	}
	for _, c := range back {
		if c.Alert != nil {
			r.alerts[c.Alert.ID] = *c.Alert
		}
		if c.Outage != nil {
			r.outages[c.Outage.ID] = *c.Outage
		}
	}
}

func (r *record) open() (out []incident.Alert) {
	for id := range r.alerts {
		if a := r.alerts[id]; a.Open() {
			out = append(out, a)
		}
	}
	return out
}

func (r *record) restore(e *incident.Engine) {
	e.Restore(r.open(), slices.Collect(maps.Values(r.outages)))
}

// states reads "uuddx": up, down, slow (degraded), x unknown.
func states(s string) (out []sla.State) {
	for _, c := range s {
		out = append(out, map[rune]sla.State{'u': sla.Up, 'd': sla.Down, 's': sla.Degraded, 'x': sla.Unknown}[c])
	}
	return out
}
