package incident

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"github.com/probity-sla/probity/internal/sla"
)

// reconcile brings the records in line with the outages of the verdict: a
// record keeps its name while it is re-dated, extended, joined or split.
func (e *Engine) reconcile(f *Facts) []Change {
	s := service{f.Agreement, f.Service}
	old := slices.DeleteFunc(e.outages[s], func(o *Outage) bool { return !o.Ongoing && o.To <= f.OutagesFrom })
	var out []Change
	kept, claims := make([]*Outage, 0, len(old)+1), claims{old: old, fate: make([]string, len(old))}
	for i := range f.Outages {
		seen := &f.Outages[i]
		rec := claims.take(seen)
		if rec == nil {
			if f.confirmed(i) {
				rec = f.newOutage(seen, slices.Concat(kept, old))
				kept = append(kept, rec)
				out = append(out, f.confirm(rec)...)
			}
			continue
		}
		kept = append(kept, rec)
		if c, ok := rec.follow(f, seen); ok {
			out = append(out, c)
		}
	}
	for i, o := range old {
		if c, ok := f.forgo(o, claims.fate[i]); ok {
			out = append(out, c)
		}
	}
	slices.SortFunc(kept, func(a, b *Outage) int { return cmp.Compare(a.From, b.From) })
	e.outages[s] = kept
	if len(kept) == 0 {
		delete(e.outages, s)
	}
	return out
}

// claims hands records to what was seen. Both are in time order, and neither overlaps itself.
type claims struct {
	old  []*Outage
	fate []string // of each: claimed, or the ID of the record that swallowed it
	from int      // records before it end too early for what comes
}

const claimed = "claimed"

// take finds the records that overlap what was seen: the first keeps its name,
// the others are swallowed by it.
func (c *claims) take(seen *sla.Outage) *Outage {
	for c.from < len(c.old) && !c.old[c.from].Ongoing && c.old[c.from].To <= seen.From {
		c.from++
	}
	var rec *Outage
	for i := c.from; i < len(c.old) && c.old[i].From < seen.To; i++ {
		switch {
		case c.fate[i] != "":
		case rec == nil:
			rec, c.fate[i] = c.old[i], claimed
		default:
			c.fate[i] = rec.ID
		}
	}
	return rec
}

// confirm tells of a new record.
func (f *Facts) confirm(rec *Outage) []Change {
	out := []Change{outageChange(ChangeConfirmed, f.At, f.say(reasonConfirmed, "slots", strconv.Itoa(max(f.Confirm.Slots, 1))), rec)}
	if !rec.Ongoing {
		out = append(out, outageChange(ChangeResolved, f.At, f.say(reasonOverWhenSeen), rec))
	}
	return out
}

// forgo tells what became of a record that nothing seen has claimed.
func (f *Facts) forgo(o *Outage, fate string) (Change, bool) {
	switch {
	case fate == claimed:
		return Change{}, false
	case fate != "":
		return o.withdraw(f.At, f.say(reasonJoinedTo, "outage", fate)), true
	case o.Ongoing && o.From < f.OutagesFrom:
		// Its end lies before what the verdict tells: not seen, but over by then.
		o.Ongoing, o.To = false, f.OutagesFrom
		return outageChange(ChangeResolved, f.At, f.say(reasonOverBefore, "at", instant(f.OutagesFrom, f.Zone)), o), true
	}
	return o.withdraw(f.At, f.say(reasonNoDownTime)), true
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
	from, counted, where := seen.From, seen.Counted, seen.Where
	if seen.From == f.OutagesFrom && o.From < from {
		// Cut off by the window: what lies before it stays as it was.
		from, counted, where = o.From, max(counted, o.Counted), union(o.Where, where)
	}
	kind, reason := ChangeUpdated, ""
	switch {
	case o.Ongoing && !seen.Ongoing:
		kind, reason = ChangeResolved, f.say(reasonOver)
	case from != o.From:
		reason = f.say(reasonRedated, "from", instant(o.From, f.Zone), "to", instant(from, f.Zone))
	case !o.Ongoing && seen.Ongoing:
		reason = f.say(reasonOutageOn)
	case !o.Ongoing && seen.To != o.To:
		reason = f.say(reasonEndsAt, "at", instant(seen.To, f.Zone))
	case !slices.Equal(o.Where, where):
		reason = f.say(reasonOtherParts)
	case !o.Ongoing && counted != o.Counted:
		reason = f.say(reasonCounts, "for", languageOf(f.Language).length(counted))
	default:
		return Change{}, false // and the record stays as it was saved
	}
	o.From, o.To, o.Ongoing, o.Counted, o.Where = from, seen.To, seen.Ongoing, counted, slices.Clone(where)
	return outageChange(kind, f.At, reason, o), true
}

func (o *Outage) withdraw(at int64, reason string) Change {
	o.Withdrawn, o.Ongoing = true, false
	return outageChange(ChangeWithdrawn, at, reason, o)
}

func outageChange(kind ChangeKind, at int64, reason string, o *Outage) Change {
	return Change{Kind: kind, At: at, Reason: reason, Outage: o.Clone()}
}
