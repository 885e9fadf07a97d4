package e2e

import (
	"context"
	"testing"
	"time"

	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/collector/store"
	"github.com/probity-sla/probity/internal/sla"
)

// TestOutagesAroundMaintenance: one outage begins before an announced window and
// ends after it, one begins inside, and one stays inside. The first is one
// incident all the way; the second is one from the end of the window on; of the
// third nobody is told, and the record says why.
func TestOutagesAroundMaintenance(t *testing.T) {
	inFaults(t, faultPace, faultDay, map[string]string{
		"acme": faultAgreement("acme", faultTerms+"[terms.maintenance]\nmin_notice_s = 3600\n", "across 192.0.2.7", "late 192.0.2.8", "inside 192.0.2.9"),
	}, func(s *faultSim) {
		opens, closes := faultDay.Add(3*time.Hour), faultDay.Add(4*time.Hour)
		s.down("acme/across", opens.Add(-30*time.Minute), 2*time.Hour)
		s.down("acme/late", opens.Add(20*time.Minute), time.Hour)
		s.down("acme/inside", opens.Add(20*time.Minute), 20*time.Minute)
		s.begin("ams", "fra")
		s.records(func(ctx context.Context, db *store.Store) error {
			return db.AddMaintenance(ctx, store.MaintenanceRecord{
				ID: "mw-1", Agreement: "acme", From: opens.UnixMilli(), To: closes.UnixMilli(), AnnouncedAt: time.Now().UnixMilli(),
				Reason: "new firewall", CreatedBy: "nora",
			})
		})
		time.Sleep(time.Until(closes.Add(-time.Minute)))
		before := s.one()
		if len(before.Outages) != 1 || before.Outages[0].Service != "across" || before.Reopened != 0 {
			t.Errorf("in the window:\n%s", before.story())
		}
		time.Sleep(3 * time.Hour)
		all := s.incidents()
		if len(all) != 2 || all[0].ID != before.ID || all[0].Reopened != 0 || all[1].Outages[0].Service != "late" {
			for i := range all {
				t.Log(all[i].story())
			}
			t.Fatalf("%d incidents; want that of the outage across the window, and that of the one that outlasted it", len(all))
		}
		if at := time.UnixMilli(all[1].events[0].At); at.Before(closes) || at.After(closes.Add(5*time.Minute)) {
			t.Errorf("the second is opened at %v; want it at the end of the window, %v", at.UTC(), closes)
		}
		for _, a := range s.alerts() {
			if a.Service == "inside" && (a.Kind != incident.ServiceDown || a.Suppressed == "") {
				t.Errorf("alert %+v; want it suppressed", a)
			}
		}
		// Either agent's failure counts: from the first that fails to the last that recovers.
		const minute = 60_000
		for _, x := range s.statement("acme", "period=2026-05").Services {
			d := phases(checkOf("acme/"+x.Service), "ams", "fra")
			want := map[string]int64{
				"across": 60*minute + (d[1] - d[0]).Milliseconds(),
				"late":   20*minute + d[1].Milliseconds(),
				"inside": 0,
			}[x.Service]
			if x.Verdict.Bad != (sla.Ratio{Num: want, Den: 1}) || x.Verdict.Excluded != 60*minute {
				t.Errorf("%s: bad %v, excluded %d ms; want %d, and the window", x.Service, x.Verdict.Bad, x.Verdict.Excluded, want)
			}
		}
	})
}
