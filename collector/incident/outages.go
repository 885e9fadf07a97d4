package incident

import (
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/probity-sla/probity/internal/sla"
)

// confirmed reports whether enough slots failed in a row. A result holds until
// the next slot, so n−1 failures explain at most n−1 intervals of down time:
// longer means that the n-th failed too. Maximal runs only, so one answer in
// between starts the count again.
func (c Confirm) confirmed(o *sla.Outage) bool {
	return o.To-o.From > int64(max(c.Slots, 1)-1)*c.Interval
}

// reconcile brings the records in line with the outages of the verdict: a
// record keeps its name while it is re-dated, extended, joined or split.
func (e *Engine) reconcile(f *Facts) []Change {
	s := service{f.Agreement, f.Service}
	old := slices.DeleteFunc(e.outages[s], func(o *Outage) bool { return !o.Ongoing && o.To <= f.OutagesFrom })
	var (
		out  []Change
		kept []*Outage
		fate = make(map[*Outage]string, len(old)) // "kept", or the record that swallowed it
	)
	for i := range f.Outages {
		seen := &f.Outages[i]
		rec := claim(old, fate, seen)
		if rec == nil {
			if !f.Confirm.confirmed(seen) {
				continue
			}
			rec = f.newOutage(seen, slices.Concat(kept, old))
			kept = append(kept, rec)
			out = append(out, outageChange(ChangeConfirmed, f.At, "confirmed: "+strconv.Itoa(max(f.Confirm.Slots, 1))+" failed in a row", rec))
			if !rec.Ongoing {
				out = append(out, outageChange(ChangeResolved, f.At, "over when it was first seen", rec))
			}
			continue
		}
		kept = append(kept, rec)
		if c, ok := rec.follow(f, seen); ok {
			out = append(out, c)
		}
	}
	for _, o := range old {
		switch by := fate[o]; {
		case by == "kept":
		case by != "":
			out = append(out, o.withdraw(f.At, "late results joined it to "+by))
		case o.Ongoing && o.From < f.OutagesFrom:
			// Its end lies before what the verdict tells: not seen, but over by then.
			o.Ongoing, o.To = false, f.OutagesFrom
			out = append(out, outageChange(ChangeResolved, f.At, "over before "+instant(f.OutagesFrom, nil), o))
		default:
			out = append(out, o.withdraw(f.At, "later evidence or a correction leaves no down time here"))
		}
	}
	slices.SortFunc(kept, func(a, b *Outage) int { return int(min(1, max(-1, a.From-b.From))) })
	e.outages[s] = kept
	if len(kept) == 0 {
		delete(e.outages, s)
	}
	return out
}

// claim finds the records that overlap what was seen: the first keeps its
// name, the others are swallowed by it.
func claim(old []*Outage, fate map[*Outage]string, seen *sla.Outage) *Outage {
	var rec *Outage
	for _, o := range old {
		end := o.To
		if o.Ongoing {
			end = math.MaxInt64
		}
		if fate[o] != "" || o.From >= seen.To || end <= seen.From {
			continue
		}
		if rec == nil {
			rec, fate[o] = o, "kept"
			continue
		}
		fate[o] = rec.ID
	}
	return rec
}

// newOutage names an outage by its service and first failure. taken holds the
// records whose names may not be given twice: a re-dated record keeps its old one.
func (f *Facts) newOutage(seen *sla.Outage, taken []*Outage) *Outage {
	base := f.Agreement + "/" + f.Service + "@" + time.UnixMilli(seen.From).UTC().Format("20060102T150405.000Z")
	id := base
	for n := 2; slices.ContainsFunc(taken, func(o *Outage) bool { return o.ID == id }); n++ {
		id = base + "." + strconv.Itoa(n)
	}
	rec := &Outage{
		ID: id, Agreement: f.Agreement, Service: f.Service, From: seen.From, To: seen.To, Ongoing: seen.Ongoing,
		ConfirmedAt: f.At, Counted: seen.Counted, Cause: f.Cause, Where: slices.Clone(seen.Where),
	}
	if f.Maintenance != nil && seen.Ongoing {
		rec.Maintenance = f.Maintenance.ID
	}
	return rec
}

// follow takes over what the verdict says now, and tells whether it is news.
// That an ongoing outage grows is not.
func (o *Outage) follow(f *Facts, seen *sla.Outage) (Change, bool) {
	from := seen.From
	if from == f.OutagesFrom {
		from = min(from, o.From) // cut off by the window, not re-dated
	}
	kind, reason := ChangeUpdated, ""
	switch {
	case o.Ongoing && !seen.Ongoing:
		kind, reason = ChangeResolved, "over"
	case from != o.From:
		reason = "re-dated from " + instant(o.From, f.Zone) + " to " + instant(from, f.Zone)
	case !o.Ongoing && seen.Ongoing:
		reason = "goes on: later results joined it"
	case !o.Ongoing && seen.To != o.To:
		reason = "ends at " + instant(seen.To, f.Zone)
	case !slices.Equal(o.Where, seen.Where):
		reason = "other parts are down too"
	}
	o.From, o.To, o.Ongoing, o.Counted, o.Where = from, seen.To, seen.Ongoing, seen.Counted, slices.Clone(seen.Where)
	return outageChange(kind, f.At, reason, o), reason != ""
}

func (o *Outage) withdraw(at int64, reason string) Change {
	o.Withdrawn, o.Ongoing = true, false
	return outageChange(ChangeWithdrawn, at, reason, o)
}

func outageChange(kind ChangeKind, at int64, reason string, o *Outage) Change {
	return Change{Kind: kind, At: at, Reason: reason, Outage: o.Clone()}
}
