package evaluate

import (
	"context"
	"fmt"
	"time"

	"github.com/probity-sla/probity/internal/sla"
)

// recordsBack is how far back changed records are looked for.
const recordsBack = 3 * 366 * 24 * time.Hour

// recentRecords is how old a record may be that frozen statements are checked
// against when the collector starts: it may have been written meanwhile.
const recentRecords = 90 * 24 * time.Hour

// recordSet maps every record of an agreement, spelled out, to where it begins.
type recordSet map[string]int64

// TouchRecords finds the agreements whose maintenance or corrections changed
// since the last call, and has what they touch recomputed.
func (e *Evaluator) TouchRecords(ctx context.Context) error {
	e.mu.RLock()
	set := e.set
	e.mu.RUnlock()
	if set == nil {
		return nil
	}
	now := e.o.Now().UnixMilli()
	w := sla.Window{From: now - millis(recordsBack), To: now + millis(Margin)}
	for _, a := range set.Agreements {
		ex, err := e.o.Records.Exclusions(ctx, a, w, 0)
		if err != nil {
			return fmt.Errorf("records of agreement %s: %w", a.ID, err)
		}
		e.compareRecords(a.ID, ex, now)
	}
	e.TouchAll()
	return nil
}

func (e *Evaluator) compareRecords(agreement string, ex *Exclusions, now int64) {
	fresh := recordSet{}
	recent := int64(0) // earliest record that was written lately
	add := func(from int64, written int64, what ...any) {
		fresh[fmt.Sprint(what...)] = from
		if written > now-millis(recentRecords) && (recent == 0 || from < recent) {
			recent = from
		}
	}
	for _, m := range ex.Maintenance {
		add(m.From, m.Announced, "m", m.Maintenance, m.Services)
	}
	for _, x := range ex.Adjustments {
		add(x.From, max(x.ApprovedAt, x.RevokedAt), "c", x.Adjustment, x.Services)
	}
	for _, t := range ex.Tickets {
		add(t, t, "t", t)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	old, seen := e.known[agreement]
	e.known[agreement] = fresh
	if !seen {
		if recent != 0 {
			e.noteReopen(agreement, recent)
		}
		return
	}
	for k, from := range fresh {
		if _, same := old[k]; !same {
			e.noteReopen(agreement, from)
		}
	}
	for k, from := range old {
		if _, same := fresh[k]; !same {
			e.noteReopen(agreement, from)
		}
	}
}

// in lists what touches a window, for people: maintenance first, each by its beginning.
func (ex *Exclusions) in(w sla.Window) []sla.Record {
	out := []sla.Record{}
	for _, m := range ex.Maintenance {
		if m.From < w.To && m.To > w.From {
			kind := "maintenance"
			if m.Emergency {
				kind = "emergency"
			}
			out = append(out, sla.Record{
				ID: m.ID, Kind: kind, Services: m.Services, From: m.From, To: m.To, Reason: m.Reason, By: m.By, At: m.Announced,
			})
		}
	}
	for _, x := range ex.Adjustments {
		if x.From < w.To && x.To > w.From {
			out = append(out, sla.Record{
				ID: x.ID, Kind: x.Effect.String(), Services: x.Services, From: x.From, To: x.To, Reason: x.Reason, By: x.By,
				ApprovedBy: x.ApprovedBy, ApprovedAt: x.ApprovedAt, RevokedAt: x.RevokedAt,
			})
		}
	}
	return out
}
