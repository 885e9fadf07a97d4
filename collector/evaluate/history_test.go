package evaluate

import (
	"testing"

	"github.com/probity-sla/probity/collector/timeline"
	"github.com/probity-sla/probity/internal/sla"
)

func TestHistoryJudgesByWhatHadComeByThen(t *testing.T) {
	l, e := newLedger(t, "2026-10-01T00:00:00Z", "2026-10-20T00:00:00Z")
	down, up := instant(t, "2026-10-10T12:00:00Z"), instant(t, "2026-10-10T12:10:00Z")
	l.runs = nil
	l.add(instant(t, "2026-10-01T00:00:00Z"), down, timeline.Up)
	l.add(down, up, timeline.Down)
	l.add(up, l.now, timeline.Up)
	w := sla.Window{From: instant(t, "2026-10-06T00:00:00Z").UnixMilli(), To: instant(t, "2026-10-16T00:00:00Z").UnixMilli()}
	var steps int
	var states []sla.State
	var since, seen []int64
	last := int64(0)
	err := e.History(t.Context(), e.Agreement(l.agreement.ID), w, func(s *ServiceLive) error {
		steps++
		if s.Watermark < last {
			t.Fatalf("watermark went back from %d to %d", last, s.Watermark)
		}
		if last = s.Watermark; len(states) == 0 || states[len(states)-1] != s.State {
			states, since, seen = append(states, s.State), append(since, s.Since), append(seen, s.Watermark)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(states) != 3 || states[1] != sla.Down || since[1] != down.UnixMilli() || states[2] != sla.Up || since[2] != up.UnixMilli() {
		t.Errorf("states %v since %v; want up, down from %d, up from %d", states, since, down.UnixMilli(), up.UnixMilli())
	}
	if len(seen) == 3 && (seen[1] > down.UnixMilli()+2*60_000 || seen[2] > up.UnixMilli()+2*60_000) {
		t.Errorf("the outage was seen at %d and over at %d; want both within two slots of %d and %d", seen[1], seen[2], down.UnixMilli(), up.UnixMilli())
	}
	if whole := (w.To - w.From) / 60_000; int64(steps) > whole/2 {
		t.Errorf("%d instants judged of %d; want calm days stepped over", steps, whole)
	}
}
