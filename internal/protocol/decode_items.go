package protocol

import "fmt"

// zeroed returns n zero items, in the memory of s when they fit.
func zeroed[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	s = s[:n]
	clear(s)
	return s
}

func (d *decoder) readResults(b *Batch) error {
	refs, err := d.references(fieldStream, "results in a batch", MaxBatchResults)
	if err != nil {
		return err
	}
	rs := zeroed(b.Results, len(refs))
	b.Results = rs
	slots, err := d.column(fieldSlot, len(refs))
	if err != nil {
		return err
	}
	for i, ref := range refs {
		s := &d.streams[ref]
		if slots != nil {
			s.next += unzigzag(slots[i])
		}
		rs[i].Check, rs[i].Interval, rs[i].Slot = s.check, s.interval, s.next
		s.next += s.step
	}
	for _, c := range resultColumns {
		v, err := d.column(c.field, len(rs))
		if err != nil {
			return err
		}
		c.set(rs, v)
	}
	if err := d.readTexts(rs); err != nil {
		return err
	}
	return d.readExpiry(rs, refs)
}

func (d *decoder) readTexts(rs []Result) error {
	for _, field := range [...]uint32{fieldEndpoint, fieldMessage} {
		refs, err := d.column(field, len(rs))
		if err != nil {
			return err
		}
		for i, ref := range refs {
			if ref == 0 {
				continue
			}
			if uint64(ref) > uint64(len(d.texts)) {
				return fmt.Errorf("field %d: %w", field, errReference)
			}
			if field == fieldEndpoint {
				rs[i].Endpoint = d.texts[ref-1]
			} else {
				rs[i].Message = d.texts[ref-1]
			}
		}
	}
	return nil
}

func (d *decoder) readExpiry(rs []Result, refs []int64) error {
	deltas, err := d.column(fieldTLSExpiry, len(rs))
	if err != nil {
		return err
	}
	for i, delta := range deltas {
		s := &d.streams[refs[i]]
		s.expiry += unzigzag(delta)
		rs[i].TLSExpiry = s.expiry
	}
	return nil
}

func (d *decoder) readGaps(b *Batch) error {
	refs, err := d.references(fieldGapStream, "gaps in a batch", MaxBatchGaps)
	if err != nil {
		return err
	}
	gs := zeroed(b.Gaps, len(refs))
	b.Gaps = gs
	for i, ref := range refs {
		s := &d.streams[ref]
		gs[i] = Gap{Check: s.check, Interval: s.interval, From: d.base}
	}
	set := [...]struct {
		field uint32
		to    func(g *Gap, v int64)
	}{
		{fieldGapFrom, func(g *Gap, v int64) { g.From += unzigzag(v) }},
		{fieldGapSpan, func(g *Gap, v int64) { g.To = v }},
		{fieldGapCount, func(g *Gap, v int64) { g.Count = v }},
		{fieldGapReason, func(g *Gap, v int64) { g.Reason = GapReason(code(v)) }},
	}
	for _, c := range set {
		v, err := d.column(c.field, len(gs))
		if err != nil {
			return err
		}
		for i := range v {
			c.to(&gs[i], v[i])
		}
	}
	for i := range gs {
		gs[i].To += gs[i].From
	}
	return nil
}
