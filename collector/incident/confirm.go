package incident

import (
	"slices"
	"strings"

	"github.com/probity-sla/probity/internal/sla"
)

// Confirm is the rule that makes an outage of failures: Slots failed in a row,
// Interval ms apart. Where Locations say more than one probes it, the fault has
// to be seen Slots times for each of them, MaxShares at most: by all of them
// Slots times, or by some of them more often. So a fault that everybody sees is
// believed at once, and loss on one way is not a fault.
type Confirm struct {
	Slots     int
	Interval  int64
	Locations int // with results, of the check that has most; 0 or 1: Slots alone decide
}

// MaxShares is the number of locations beyond which more of them ask for no
// more failures.
const MaxShares = 3

// confirmed reports whether enough slots failed in a row. A result holds until
// the next slot, so n−1 failures explain at most n−1 intervals of down time:
// longer means that the n-th failed too. Maximal runs only, so one answer in
// between starts the count again.
func (f *Facts) confirmed(i int) bool {
	o, c := &f.Outages[i], f.Confirm
	slots := max(c.Slots, 1)
	if o.To-o.From <= int64(slots-1)*c.Interval {
		return false
	}
	return c.Locations <= 1 || i >= len(f.Failed) || f.Failed[i] >= slots*min(c.Locations, MaxShares)
}

// FromLedger takes from a verdict what was observed down, maintenance or not:
// what the rules open, suppress and close; what counts against the contract is
// in Counted. Confirm is to be set before.
func (f *Facts) FromLedger(v *sla.Verdict) {
	f.Outages, f.OutagesFrom, f.Failed = nil, v.Period.From, nil
	var seen streaks
	for i := range v.Ledger {
		e := &v.Ledger[i]
		if e.Observed != sla.Down {
			continue
		}
		n := len(f.Outages)
		if n == 0 || f.Outages[n-1].To != e.From {
			f.Outages, f.Failed = append(f.Outages, sla.Outage{From: e.From}), append(f.Failed, 0)
			seen, n = seen[:0], n+1
		}
		o := &f.Outages[n-1]
		o.To = e.To
		if e.State == sla.Down {
			o.Counted += e.To - e.From
		}
		o.Where = union(o.Where, e.Where)
		seen = seen.next(e)
		f.Failed[n-1] = max(f.Failed[n-1], seen.failed(f.Confirm))
	}
	if n := len(f.Outages); n > 0 {
		f.Outages[n-1].Ongoing = f.Outages[n-1].To >= v.Until
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

// failed counts the results that failed in a row, at the check where most did,
// over the locations at which Slots of them did.
func (s streaks) failed(c Confirm) (most int) {
	for i, x := range s {
		check, _, _ := strings.Cut(x.part, "/")
		if slices.ContainsFunc(s[:i], func(y streak) bool { return strings.HasPrefix(y.part, check+"/") }) {
			continue // counted with that one
		}
		n := 0
		for _, y := range s[i:] {
			if strings.HasPrefix(y.part, check+"/") {
				n += y.failed(c)
			}
		}
		most = max(most, n)
	}
	return most
}

func (s streak) failed(c Confirm) int {
	if c.Interval <= 0 {
		return 0
	}
	n := int((s.to - s.from + c.Interval - 1) / c.Interval)
	if n < max(c.Slots, 1) {
		return 0
	}
	return n
}
