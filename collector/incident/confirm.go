package incident

import (
	"slices"
	"strings"

	"github.com/probity-sla/probity/internal/sla"
)

// Confirm is the rule that makes an outage of failures: Slots failed in a row,
// Interval ms apart. Where Checks say how each is probed, one of them has to see
// the fault Slots times for each of its locations, MaxShares at most: all of
// them Slots times, or some of them more often. So a fault that everybody sees
// is believed at once, and loss on one way is not a fault.
type Confirm struct {
	Slots    int
	Interval int64              // of the slowest check
	Checks   map[string]Probing // by the check's own name; nil: Slots and Interval alone decide
}

// Probing is how one check is probed now.
type Probing struct {
	Interval  int64 // ms
	Locations int   // that are to probe it
	Known     int   // of them, those that know its state now: they are asked while an outage goes on
}

// MaxShares is the number of locations beyond which more of them ask for no
// more failures.
const MaxShares = 3

// confirmed reports whether enough slots failed in a row. A result holds until
// the next slot, so n−1 failures explain at most n−1 intervals of down time:
// longer means that the n-th failed too. Maximal runs only, so one answer in
// between starts the count again.
func (f *Facts) confirmed(i int) bool {
	if i < len(f.Enough) {
		return f.Enough[i]
	}
	o := &f.Outages[i]
	return o.To-o.From > int64(max(f.Confirm.Slots, 1)-1)*f.Confirm.Interval
}

// FromLedger takes from a verdict what was observed down, maintenance or not:
// what the rules open, suppress and close; what counts against the contract is
// in Counted. Confirm is to be set before: with its Checks, also Enough is told.
func (f *Facts) FromLedger(v *sla.Verdict) {
	f.Outages, f.OutagesFrom, f.Enough = nil, v.Period.From, nil
	var seen streaks
	known := false // enough for the locations that are not blind now
	for i := range v.Ledger {
		e := &v.Ledger[i]
		if e.Observed != sla.Down {
			continue
		}
		n := len(f.Outages)
		if n == 0 || f.Outages[n-1].To != e.From {
			f.Outages = append(f.Outages, sla.Outage{From: e.From})
			if seen, known, n = seen[:0], false, n+1; f.Confirm.Checks != nil {
				f.Enough = append(f.Enough, false)
			}
		}
		o := &f.Outages[n-1]
		o.To = e.To
		if e.State == sla.Down {
			o.Counted += e.To - e.From
		}
		o.Where = union(o.Where, e.Where)
		if f.Enough != nil {
			seen = seen.next(e)
			f.Enough[n-1] = f.Enough[n-1] || seen.enough(f.Confirm, false)
			known = known || seen.enough(f.Confirm, true)
		}
	}
	if n := len(f.Outages); n > 0 {
		f.Outages[n-1].Ongoing = f.Outages[n-1].To >= v.Until
		if f.Outages[n-1].Ongoing && f.Enough != nil {
			f.Enough[n-1] = f.Enough[n-1] || known
		}
	}
}

// streaks are the parts that are down now, with since when without a break.
type streaks []streak

type streak struct {
	part     string // "check/location"
	from, to int64
}

// next goes on to an entry: who is not in it any more has answered.
func (s streaks) next(e *sla.Entry) streaks {
	s = slices.DeleteFunc(s, func(x streak) bool { return !slices.Contains(e.Where, x.part) })
	for _, part := range e.Where {
		i := slices.IndexFunc(s, func(x streak) bool { return x.part == part })
		if i < 0 {
			s, i = append(s, streak{part: part, from: e.From}), len(s)
		}
		s[i].to = e.To
	}
	return s
}

// enough reports whether at one check enough results failed in a row, over the
// locations at which Slots of them did. Who is blind now cannot speak of an
// outage that goes on; of one that is over, what each of them said is known.
func (s streaks) enough(c Confirm, known bool) bool {
	slots := max(c.Slots, 1)
	for check, p := range c.Checks {
		failed, parts, shares := 0, 0, p.Locations
		if known {
			shares = p.Known
		}
		for _, x := range s {
			if name, _, _ := strings.Cut(x.part, "/"); name != check || p.Interval <= 0 {
				continue
			}
			parts++
			if n := int((x.to - x.from + p.Interval - 1) / p.Interval); n >= slots {
				failed += n
			}
		}
		if failed >= slots*min(max(shares, parts, 1), MaxShares) {
			return true
		}
	}
	return false
}
