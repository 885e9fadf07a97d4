package e2e

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/probity-sla/probity/collector/store"
	"github.com/probity-sla/probity/internal/sla"
)

// TestStatementRevisions: an outage across the end of a month, in a zone whose
// clocks change that month, is split between two statements; what comes late,
// and what people correct, makes further revisions, and all are kept.
func TestStatementRevisions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		berlin, err := time.LoadLocation("Europe/Berlin")
		if err != nil {
			t.Fatal(err)
		}
		november := time.Date(2026, 11, 1, 0, 0, 0, 0, berlin) // October had 31 days and an hour
		time.Sleep(time.Until(november.Add(-2 * time.Hour)))
		s := newSim(t, nearly, map[string]string{"line": plainAgreement})
		defer s.end()
		d := phases(ping, "ams")[0].Milliseconds()
		s.target.down(ping, november.Add(-20*time.Minute), 30*time.Minute)
		s.target.down(ping, november.Add(-80*time.Minute), 5*time.Minute)
		s.begin("ams")
		time.Sleep(30 * time.Minute)
		s.net.sever("ams", true) // what it sees from now on comes when the month is frozen
		time.Sleep(time.Until(november.Add(20 * time.Minute)))

		const minute = 60_000
		check := func(what string, revisions int, label string, bad, unknown, excluded int64) *sla.Statement {
			t.Helper()
			all := s.frozen("line", label)
			if len(all) != revisions {
				t.Fatalf("%s: %d revisions of %s; want %d", what, len(all), label, revisions)
			}
			st := all[len(all)-1]
			v := st.Overall
			if v.Bad != (sla.Ratio{Num: bad, Den: 1}) || v.Unknown != unknown || v.Excluded != excluded {
				t.Errorf("%s: bad %v, unknown %d, excluded %d; want %d, %d, %d", what, v.Bad, v.Unknown, v.Excluded, bad, unknown, excluded)
			}
			if v.Calendar != (31*24+1)*60*minute || !st.Final {
				t.Errorf("%s: %d ms, final %v; want a whole October with its 25-hour day", what, v.Calendar, st.Final)
			}
			return st
		}
		whole := int64(31*24+1) * 60 * minute
		check("when it has settled", 1, "2026-10", 0, whole-30*minute, 0)

		s.net.sever("ams", false)
		time.Sleep(5 * time.Minute)
		before := whole - 120*minute + d // nothing is known until the first slot
		second := check("with what came late", 2, "2026-10", 25*minute-d, before, 0)

		now := func() int64 { return time.Now().UnixMilli() }
		from := november.Add(-80*time.Minute).UnixMilli() + d
		s.records(func(ctx context.Context, db *store.Store) error {
			return db.AddCorrection(ctx, store.CorrectionRecord{
				ID: "co-1", Agreement: "line", From: from, To: from + 5*minute, Effect: sla.EffectExclude,
				Reason: "the customer's own power cut", CreatedBy: "provider", CreatedAt: now(),
			})
		})
		time.Sleep(time.Minute)
		check("with a correction that nobody approved", 2, "2026-10", 25*minute-d, before, 0)
		s.records(func(ctx context.Context, db *store.Store) error {
			return db.ApproveCorrection(ctx, "co-1", "customer", now())
		})
		time.Sleep(time.Minute)
		third := check("with the correction approved", 3, "2026-10", 20*minute-d, before, 5*minute)
		s.records(func(ctx context.Context, db *store.Store) error {
			return db.RevokeCorrection(ctx, "co-1", "customer", now())
		})
		time.Sleep(time.Minute)
		fourth := check("with the correction revoked", 4, "2026-10", 25*minute-d, before, 0)
		if second.Overall.Availability != fourth.Overall.Availability || third.Overall.Availability == second.Overall.Availability {
			t.Errorf("availability went %v, %v, %v", second.Overall.Availability, third.Overall.Availability, fourth.Overall.Availability)
		}
		for i, st := range s.frozen("line", "2026-10") {
			if st.Revision != i+1 {
				t.Errorf("revision %d stands at place %d", st.Revision, i+1)
			}
		}
		// November has the rest of the outage.
		if v := s.statement("line", "period=2026-11").Overall; v.Bad != (sla.Ratio{Num: 10*minute + d, Den: 1}) {
			t.Errorf("bad in November: %v; want %d", v.Bad, 10*minute+d)
		}
		if o := s.outages("line"); len(o) != 2 || o[1].To-o[1].From != 30*minute && o[0].To-o[0].From != 30*minute {
			t.Errorf("outages %+v; want one of 5 and one of 30 minutes", o)
		}
	})
}
