package collector

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/probity-sla/probity/collector/store"
	"github.com/probity-sla/probity/collector/web"
)

func TestMovedFiguresAreToldTogether(t *testing.T) {
	for _, row := range []struct {
		agreements, events int
		named              bool
	}{{0, 0, false}, {1, 1, true}, {movedMost, movedMost, true}, {movedMost + 1, 1, false}} {
		var m movedFigures
		for range 2 { // of two services
			for i := range row.agreements {
				m.moved(fmt.Sprint("a", i), int64(i+1))
			}
		}
		var told []web.Event
		tell := func(e web.Event) { told = append(told, e) }
		m.tell(tell)
		m.tell(tell)
		if len(told) != row.events {
			t.Errorf("%d agreements moved on: %d events; want %d", row.agreements, len(told), row.events)
		}
		for _, e := range told {
			if e.Kind != "statement" || e.At == 0 || (e.Agreement != "") != row.named {
				t.Errorf("%d agreements moved on: told %+v; want a statement that names one: %v", row.agreements, e, row.named)
			}
		}
	}
}

func TestFaultedAgreementsAreKnown(t *testing.T) {
	db, err := store.Open(t.Context(), store.Options{Path: filepath.Join(t.TempDir(), "db")})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var f faulted
	at := time.UnixMilli(1_800_000_000_000)
	ask := func(agreement string, now time.Time, want bool) {
		t.Helper()
		if got, err := f.maybe(t.Context(), db, agreement, now); got != want || err != nil {
			t.Errorf("maybe(%s, %v) = %v, %v; want %v", agreement, now.Sub(at), got, err, want)
		}
	}
	enter := func(id, agreement string) {
		t.Helper()
		if err := db.SaveIncident(t.Context(), store.IncidentWrite{Incidents: []store.IncidentRecord{
			{ID: id, State: "open", Open: true, OpenedAt: 1, UpdatedAt: 1, Agreements: []string{agreement}, Body: []byte("{}")},
		}}); err != nil {
			t.Fatal(err)
		}
	}
	ask("shop", at, false)
	enter("INC-2026-0001", "shop")
	ask("shop", at, false) // as if another process had written it
	ask("shop", at.Add(faultedFor), true)
	ask("bank", at.Add(faultedFor), false)
	enter("INC-2026-0002", "bank")
	f.forget()
	ask("bank", at.Add(faultedFor), true)
	ask("shop", at.Add(-time.Hour), true) // the clock was set back
}
