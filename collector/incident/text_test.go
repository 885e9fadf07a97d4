package incident_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/internal/sla"
)

func TestLength(t *testing.T) {
	for _, tt := range []struct {
		ms   int64
		want string
	}{
		{750_000, "12 min 30 s"},
		{2_592_000, "43 min 12 s"},
		{0, "0 s"},
		{250, "250 ms"},
		{1999, "1 s"},
		{-61_000, "minus 1 min 1 s"},
		{90_061_000, "1 d 1 h 1 min 1 s"},
		{7_200_000, "2 h"},
	} {
		if got := incident.Length(tt.ms); got != tt.want {
			t.Errorf("Length(%d) = %q, want %q", tt.ms, got, tt.want)
		}
	}
}

// TestDescriptionsHaveFigures reads whole texts, as a person would.
func TestDescriptionsHaveFigures(t *testing.T) {
	at := time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC).UnixMilli()
	berlin := time.FixedZone("CET", 3600)
	base := incident.Facts{
		At: at, Agreement: "shop", AgreementName: "Shop", Service: "web", ServiceName: "Web shop", Customer: "ACME", Zone: berlin,
		PeriodID: "2026-11", Period: sla.Window{From: at - 86_400_000, To: at + 86_400_000}, State: sla.Up, Since: at - 60_000, Recovered: at - 60_000,
		Confirm: incident.Confirm{Slots: 2, Interval: 30_000}, Target: sla.Ratio{Num: 999, Den: 1000}, Availability: sla.Ratio{Num: 999_912_349, Den: 1_000_000_000},
		Budget: 2_592_000, BudgetLeft: 750_000,
	}
	down := base
	down.State, down.Since, down.Recovered, down.Cause = sla.Down, at-90_000, 0, "connect_refused"
	down.Outages = []sla.Outage{{From: at - 90_000, To: at, Ongoing: true, Where: []string{"home/berlin", "home/tokyo"}}}
	unexcused := down
	unexcused.Maintenance = &incident.Cover{ID: "m7", Until: at + 1, Why: "announced 10 min before, 48 h are asked for"}
	burning := base
	burning.Burn = []incident.Burn{{Severity: incident.Page, Long: time.Hour, Short: 5 * time.Minute, Factor: sla.Ratio{Num: 144, Den: 10},
		LongBurn: sla.Ratio{Num: 20, Den: 1}, ShortBurn: sla.Ratio{Num: 311, Den: 10}}}
	breached := base
	breached.BudgetLeft = -125_000
	breached.Availability = sla.Ratio{Num: 998_999, Den: 1_000_000}

	for _, tt := range []struct {
		name                 string
		facts                incident.Facts
		summary, description string
	}{
		{"down", down, "Web shop (Shop) is down",
			"Down since 2026-11-22 03:58:30 CET, 1 min 30 s by now. Cause: connect_refused. Decided by home/berlin, home/tokyo. 12 min 30 s left of 43 min 12 s of downtime budget in 2026-11. Availability is 99.9912 %, the objective 99.9 %."},
		{"down in maintenance that does not qualify", unexcused, "Web shop (Shop) is down",
			"Down since 2026-11-22 03:58:30 CET, 1 min 30 s by now. Cause: connect_refused. Decided by home/berlin, home/tokyo. 12 min 30 s left of 43 min 12 s of downtime budget in 2026-11. Availability is 99.9912 %, the objective 99.9 %. Maintenance m7 covers now but does not qualify: announced 10 min before, 48 h are asked for; its time counts."},
		{"burning", burning, "Web shop (Shop) spends its downtime budget 20 times too fast",
			"Over the last 1 h the budget burned at 20 times the rate that lasts the period, over the last 5 min at 31.1 times; the bound is 14.4. 12 min 30 s left of 43 min 12 s of downtime budget in 2026-11. At this rate it is spent in 10 h 25 min. Availability is 99.9912 %, the objective 99.9 %."},
		{"breached", breached, "Web shop (Shop) has missed its objective for 2026-11",
			"The downtime budget of 43 min 12 s in 2026-11 is overspent by 2 min 5 s. Availability is 99.8999 %, the objective 99.9 %. This stands until the period is over."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, c := range incident.New(incident.Options{}).Observe(tt.facts) {
				if c.Alert == nil {
					continue
				}
				if got := c.Alert.Annotations; got["summary"] != tt.summary || got["description"] != tt.description {
					t.Errorf("summary %q\ndescription %q\nwant %q\n%q", got["summary"], got["description"], tt.summary, tt.description)
				}
				return
			}
			t.Error("no alert")
		})
	}
}

func TestRunbookHasEveryKind(t *testing.T) {
	raw, err := os.ReadFile("RUNBOOK.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range incident.Kinds {
		heading := "\n## " + strings.ReplaceAll(string(k), "_", "-") + "\n"
		if !strings.Contains(string(raw), heading) {
			t.Errorf("RUNBOOK.md has no section %q", strings.TrimSpace(heading))
		}
	}
}

// BenchmarkObserve judges a service with 90 outages behind it, of which
// nothing is new: what every evaluation pays.
func BenchmarkObserve(b *testing.B) {
	for _, bb := range []struct{ name, end string }{{"quiet", "uuuuuuuuuuuuuuuuuuuu"}, {"firing", "dddd"}} {
		b.Run(bb.name, func(b *testing.B) {
			w := &world{confirm: 2, budget: 1 << 40, label: "2026-09", start: epoch}
			for range 90 {
				w.slots = append(w.slots, states("uuuuuuddduu")...)
			}
			w.slots = append(w.slots, states(bb.end)...)
			f, e := w.facts(), incident.New(incident.Options{})
			e.Observe(f)
			b.ReportAllocs()
			for b.Loop() {
				if len(e.Observe(f)) != 0 {
					b.Fatal("the same facts changed something")
				}
			}
		})
	}
}
