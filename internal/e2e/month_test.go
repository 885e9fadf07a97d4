package e2e

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/internal/protocol"
	"github.com/probity-sla/probity/internal/sla"
)

// monthAgreement has a month in which the clocks change.
const monthAgreement = `
id = "shop"
name = "Shop"
customer = "Contoso"
provider = "Fabrikam"
zone = "Europe/Berlin"
period = { kind = "month" }
silent = "3h"
burn = []

[terms]
target_pct = "99.9"
degraded = "weight:0.5"

[terms.probes]
rule = "quorum_count"
k = 2
min_valid = 2

[terms.maintenance]
min_notice_s = 86400

[[service]]
id = "web"

  [[service.check]]
  id = "home"
  target = "https://shop.example.com/"
  interval = "1m"

[[maintenance]]
id = "sundays"
start = 2026-03-01T02:00:00
length = "90m"
rrule = "FREQ=WEEKLY;BYDAY=SU"
reason = "weekly patches"
`

const home protocol.CheckID = "shop/web/home"

// phases returns where in the minute each agent probes, earliest first.
func phases(check protocol.CheckID, agents ...string) []time.Duration {
	var out []time.Duration
	for _, a := range agents {
		out = append(out, protocol.Phase(check, protocol.AgentID(a), time.Minute, protocol.DefaultGrid))
	}
	slices.Sort(out)
	return out
}

// TestSimulatedMonth lives through March 2026 with three agents, a quorum of
// two, and every trouble that an account has to tell apart, and compares the
// frozen statement with sums done by hand.
//
// Every fault begins and ends on a whole minute F. An agent with phase d notices
// at F+d, so two of three agree from F+d₂ on, d₂ being the middle phase: an
// outage is as long as the fault, and begins d₂ late.
func TestSimulatedMonth(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		berlin, err := time.LoadLocation("Europe/Berlin")
		if err != nil {
			t.Fatal(err)
		}
		at := func(day, hour, min int) time.Time { return time.Date(2026, 3, day, hour, min, 0, 0, berlin) }
		time.Sleep(time.Until(at(1, 0, 7).Add(-26 * time.Hour)))
		s := newSim(t, pace{tick: 10 * time.Minute, batch: 30 * time.Minute, beat: time.Hour, settle: 40 * time.Minute},
			map[string]string{"shop": monthAgreement})
		defer s.end()
		d2 := phases(home, "ams", "fra", "iad")[1]

		x := s.target
		x.down(home, at(4, 10, 0), 37*time.Minute)                                            // an outage
		x.down(home, at(8, 1, 20), 80*time.Minute)                                            // another, into the window at 02:00
		x.add(fault{home, nil, at(11, 14, 0), at(11, 15, 0), protocol.OutcomeDegraded})       // an hour of slow answers
		x.down(home, at(15, 2, 20), 50*time.Minute)                                           // within a window
		x.add(fault{"", []string{"fra"}, at(17, 12, 0), at(17, 15, 0), protocol.OutcomeDown}) // fra's own uplink, while iad is silent
		x.down(home, at(20, 9, 0), time.Minute)                                               // one slot of each agent
		x.down(home, at(24, 12, 0), time.Hour, "ams")                                         // seen by one agent alone
		x.down(home, at(29, 1, 20), time.Hour)                                                // 40 min, then the window that the skipped hour moves to 03:00
		s.begin("ams", "fra", "iad")
		time.Sleep(time.Until(at(17, 0, 0)))
		s.agents["iad"].stop()
		time.Sleep(24 * time.Hour)
		s.agents["iad"].start()
		time.Sleep(time.Until(at(32, 3, 0)))

		checkMonth(t, s, at, d2)
		checkMonthAlerts(t, s)
	})
}

// checkMonth compares the frozen statement with the sums.
func checkMonth(t *testing.T, s *sim, at func(day, hour, min int) time.Time, d2 time.Duration) {
	all := s.frozen("shop", "2026-03")
	if len(all) != 1 {
		t.Fatalf("%d revisions of the statement; want the one", len(all))
	}
	v := all[0].Services[0].Verdict
	const minute = 60_000
	month := int64(31*24*60-60) * minute // the clocks skip an hour
	late := d2.Milliseconds()
	bad := 37*minute + // on the 4th
		(40*minute - late) + // on the 8th, up to the window
		60*minute/2 + // degraded, half of each second
		1*minute + // on the 20th
		(40*minute - late) // on the 29th, up to the window
	excluded := int64(5 * 90 * minute)
	unknown := int64(180 * minute)
	good := month - excluded - unknown - bad
	for _, c := range []struct {
		what      string
		got, want sla.Ratio
	}{
		{"calendar", sla.Ratio{Num: v.Calendar, Den: 1}, sla.Ratio{Num: month, Den: 1}},
		{"scope", sla.Ratio{Num: v.Scope, Den: 1}, sla.Ratio{Num: month, Den: 1}},
		{"excluded", sla.Ratio{Num: v.Excluded, Den: 1}, sla.Ratio{Num: excluded, Den: 1}},
		{"unknown", sla.Ratio{Num: v.Unknown, Den: 1}, sla.Ratio{Num: unknown, Den: 1}},
		{"bad", v.Bad, sla.Ratio{Num: bad, Den: 1}},
		{"good", v.Good, sla.Ratio{Num: good, Den: 1}},
		{"availability", v.Availability, sla.Ratio{Num: good, Den: good + bad}},
		{"all unknown down", v.Lower, sla.Ratio{Num: good, Den: good + bad + unknown}},
		{"all unknown up", v.Upper, sla.Ratio{Num: good + unknown, Den: good + bad + unknown}},
		{"coverage", v.Coverage, sla.Ratio{Num: month - excluded - unknown, Den: month - excluded}},
	} {
		if c.got != c.want {
			t.Errorf("%s = %v; want %v", c.what, c.got, c.want)
		}
	}
	if v.Breach == nil || !*v.Breach || !all[0].Final {
		t.Errorf("breach %v, final %v; want a breach in a final statement", v.Breach, all[0].Final)
	}
	checkMonthLedger(t, &v, at, d2)
}

// span is what the ledger says of a stretch of time that is not plainly up.
type span struct {
	from, to    int64
	state       sla.State
	observed    sla.State
	maintenance string // day of the window
}

// checkMonthLedger compares every span that is not plainly up. Which agents
// decided is left out: spans that differ by nothing else are joined.
func checkMonthLedger(t *testing.T, v *sla.Verdict, at func(day, hour, min int) time.Time, d2 time.Duration) {
	var got []span
	end := v.Period.From
	for _, e := range v.Ledger {
		if e.From != end {
			t.Errorf("ledger jumps from %d to %d", end, e.From)
		}
		if end = e.To; e.State == sla.Up {
			continue
		}
		_, day, _ := strings.Cut(e.Maintenance, "@2026-03-")
		x := span{e.From, e.To, e.State, e.Observed, day}
		if n := len(got); n > 0 && got[n-1].to == x.from && got[n-1].state == x.state && got[n-1].observed == x.observed {
			got[n-1].to = x.to
			continue
		}
		got = append(got, x)
	}
	if end != v.Period.To {
		t.Errorf("ledger ends at %d; want %d", end, v.Period.To)
	}
	sharp := func(day, hour, min int) int64 { return at(day, hour, min).UnixMilli() }
	seen := func(day, hour, min int) int64 { return at(day, hour, min).Add(d2).UnixMilli() }
	fra := func(day, hour, min int) int64 { return at(day, hour, min).Add(phases(home, "fra")[0]).UnixMilli() }
	want := []span{
		{sharp(1, 2, 0), sharp(1, 3, 30), sla.Excluded, sla.Up, "01"},
		{seen(4, 10, 0), seen(4, 10, 37), sla.Down, sla.Down, ""},
		{seen(8, 1, 20), sharp(8, 2, 0), sla.Down, sla.Down, ""},
		{sharp(8, 2, 0), seen(8, 2, 40), sla.Excluded, sla.Down, "08"},
		{seen(8, 2, 40), sharp(8, 3, 30), sla.Excluded, sla.Up, "08"},
		{seen(11, 14, 0), seen(11, 15, 0), sla.Degraded, sla.Degraded, ""},
		{sharp(15, 2, 0), seen(15, 2, 20), sla.Excluded, sla.Up, "15"},
		{seen(15, 2, 20), seen(15, 3, 10), sla.Excluded, sla.Down, "15"},
		{seen(15, 3, 10), sharp(15, 3, 30), sla.Excluded, sla.Up, "15"},
		// iad is silent, so that fra's own phase is what counts.
		{fra(17, 12, 0), fra(17, 15, 0), sla.Unknown, sla.Unknown, ""},
		{seen(20, 9, 0), seen(20, 9, 1), sla.Down, sla.Down, ""},
		{sharp(22, 2, 0), sharp(22, 3, 30), sla.Excluded, sla.Up, "22"},
		{seen(29, 1, 20), sharp(29, 3, 0), sla.Down, sla.Down, ""}, // 40 min: 02:00 to 03:00 does not exist
		{sharp(29, 3, 0), seen(29, 3, 20), sla.Excluded, sla.Down, "29"},
		{seen(29, 3, 20), sharp(29, 4, 30), sla.Excluded, sla.Up, "29"},
	}
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || got[i] != want[i] {
			t.Fatalf("ledger span %d:\n got %v\nwant %v", i, got[min(i, len(got)):], want[min(i, len(want)):])
		}
	}
}

// checkMonthAlerts compares what people were told, and what was recorded without telling.
func checkMonthAlerts(t *testing.T, s *sim) {
	want := []string{
		"opened service_down page shop/web",         // the 4th
		"resolved service_down page shop/web",       //
		"opened objective_breached ticket shop/web", // the 8th: the second outage is one too many
		"opened service_down page shop/web",         //
		"updated service_down page shop/web",        // the window covers it now
		"resolved service_down page shop/web",       // the 15th is suppressed
		"opened service_degraded ticket shop/web",   // the 11th
		"resolved service_degraded ticket shop/web", //
		"opened agent_silent ticket iad",            // the 17th
		"opened service_no_data page shop/web",      //
		"opened agent_faulty ticket fra",            //
		"resolved service_no_data page shop/web",    //
		"resolved agent_faulty ticket fra",          //
		"resolved agent_silent ticket iad",          // the 18th
		"opened service_down page shop/web",         // the 29th
		"updated service_down page shop/web",        //
		"resolved service_down page shop/web",       //
		"resolved objective_breached ticket shop/web",
		"opened objective_forecast ticket shop/web", // the 8th: the two outages spend more than the month allows
		"resolved objective_forecast ticket shop/web",
	}
	var got []string
	for _, n := range s.receiver.all() {
		got = append(got, n.String())
	}
	// Heartbeats are jittered, so the order of what agents and results say is not fixed on the 17th.
	if slices.Sort(got); !slices.Equal(got, slices.Sorted(slices.Values(want))) {
		t.Errorf("people were told:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	var suppressed []string
	told, begun := 0, 0
	for _, a := range s.alerts() {
		switch a.Kind { // for the record: no channel here takes what asks nothing of anybody
		case incident.MaintenanceBegins:
			begun++
		case incident.MaintenanceEnded: // raised for a quarter of an hour, which this pace may pass over
		default:
			told++
		}
		if a.Open() {
			t.Errorf("alert %s is still open", a.ID)
		}
		if a.Suppressed != "" {
			suppressed = append(suppressed, string(a.Kind)+" "+a.Suppressed[:strings.IndexByte(a.Suppressed, '-')])
		}
	}
	if told != 10 || begun != 5 || !slices.Equal(suppressed, []string{"service_down maintenance plan"}) {
		t.Errorf("%d alerts on record, and %d of windows, suppressed: %q; want 10, the beginnings of 5, and the outage of the 15th suppressed",
			told, begun, suppressed)
	}
}
