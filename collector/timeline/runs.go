package timeline

import (
	"cmp"
	"slices"
)

// Last returns the last slot of the run.
func (r Run) Last() int64 { return r.First + (r.Count-1)*r.Step }

// End returns the instant until which the run's last result holds.
func (r Run) End() int64 { return r.First + r.Count*r.Step }

// AppendRun adds a run that starts after the last one, joining the two where
// they continue each other. Runs built with it are canonical: equal result
// sets have equal runs.
func AppendRun(runs []Run, r Run) []Run {
	if r.Count <= 0 {
		return runs
	}
	if n := len(runs); n > 0 {
		p := &runs[n-1]
		if p.Outcome == r.Outcome && p.Step == r.Step && p.End() == r.First {
			p.Count += r.Count
			return runs
		}
	}
	return append(runs, r)
}

// AppendClip appends the results of runs that hold within [from, to): the ones
// whose slot lies in it, and the one before that still holds at from.
func AppendClip(dst, runs []Run, from, to int64) []Run {
	i, _ := slices.BinarySearchFunc(runs, from, func(r Run, t int64) int {
		return cmp.Compare(r.Last(), t-MaxStep)
	})
	for _, r := range runs[i:] {
		if r.First >= to {
			break
		}
		if r.End() <= from {
			continue
		}
		if skip := (from - r.First) / r.Step; skip > 0 {
			r.First += skip * r.Step
			r.Count -= skip
		}
		if over := r.Last() - to; over >= 0 {
			r.Count -= over/r.Step + 1
		}
		dst = AppendRun(dst, r)
	}
	return dst
}

// Union joins two canonical result sets. Where both claim a slot the larger
// outcome wins.
func Union(a, b []Run) []Run {
	if len(a) == 0 || len(b) == 0 {
		return append(append([]Run(nil), a...), b...)
	}
	out := make([]Run, 0, len(a)+len(b))
	x, y := cursor{rest: a}, cursor{rest: b}
	for x.next() && y.next() {
		switch {
		case x.run.First < y.run.First:
			out = AppendRun(out, x.before(y.run.First))
		case y.run.First < x.run.First:
			out = AppendRun(out, y.before(x.run.First))
		default:
			out = AppendRun(out, both(&x, &y))
		}
	}
	for x.next() {
		out = AppendRun(out, x.take(x.run.Count))
	}
	for y.next() {
		out = AppendRun(out, y.take(y.run.Count))
	}
	return out
}

// cursor walks through runs, part of a run at a time.
type cursor struct {
	run  Run
	rest []Run
}

func (c *cursor) next() bool {
	if c.run.Count == 0 && len(c.rest) > 0 {
		c.run, c.rest = c.rest[0], c.rest[1:]
	}
	return c.run.Count > 0
}

func (c *cursor) take(n int64) Run {
	r := c.run
	r.Count = n
	c.run.First += n * c.run.Step
	c.run.Count -= n
	return r
}

// before takes the results of the current run whose slots are below t.
func (c *cursor) before(t int64) Run {
	n := (t - c.run.First + c.run.Step - 1) / c.run.Step
	return c.take(min(n, c.run.Count))
}

// both takes the slots that two runs starting together have in common.
func both(x, y *cursor) Run {
	n := int64(1)
	if x.run.Step == y.run.Step {
		n = min(x.run.Count, y.run.Count)
	}
	p, q := x.take(n), y.take(n)
	if q.Outcome > p.Outcome || q.Outcome == p.Outcome && q.Step > p.Step {
		return q
	}
	return p
}
