package protocol

import (
	"sync"
	"time"

	"github.com/VictoriaMetrics/easyproto"
)

// stream is what many results share: they refer to it by its index.
type stream struct {
	check    CheckID
	interval time.Duration
}

type streamState struct{ first, next, expiry int64 }

// encoder is the scratch memory of one AppendBatch.
type encoder struct {
	m       easyproto.Marshaler
	streams map[stream]int64
	keys    []stream
	states  []streamState
	texts   map[string]int64
	text    []string
	values  []int64
	lookup  []int64 // stream of each result
	base    int64
}

// A pool, because an agent encodes a batch every few seconds for ever.
var encoders = sync.Pool{New: func() any {
	return &encoder{streams: make(map[stream]int64), texts: make(map[string]int64)}
}}

// AppendBatch appends the binary encoding of b to dst. Elapsed times are cut to
// whole microseconds; everything else is kept as it is, valid or not.
func AppendBatch(dst []byte, b *Batch) []byte {
	e := encoders.Get().(*encoder)
	defer encoders.Put(e)
	e.reset(b)
	mm := e.m.MessageMarshaler()
	mm.AppendUint64(fieldVersion, Version)
	mm.AppendString(fieldAgent, string(b.Agent))
	mm.AppendBytes(fieldBoot, b.Boot[:])
	mm.AppendUint64(fieldSeq, b.Seq)
	mm.AppendSint64(fieldBase, e.base)
	e.appendStreams(mm, b)
	e.appendResults(mm, b.Results)
	e.appendGaps(mm, b.Gaps)
	for _, t := range e.text {
		mm.AppendString(fieldText, t)
	}
	return e.m.Marshal(dst)
}

func (e *encoder) reset(b *Batch) {
	e.m.Reset()
	clear(e.streams)
	clear(e.texts)
	clear(e.text)
	clear(e.keys)
	e.keys, e.states, e.text, e.lookup = e.keys[:0], e.states[:0], e.text[:0], e.lookup[:0]
	switch {
	case len(b.Results) > 0:
		e.base = b.Results[0].Slot
	case len(b.Gaps) > 0:
		e.base = b.Gaps[0].From
	default:
		e.base = 0
	}
}

func (e *encoder) streamOf(check CheckID, interval time.Duration, first int64) int64 {
	k := stream{check, interval}
	i, ok := e.streams[k]
	if !ok {
		i = int64(len(e.keys))
		e.streams[k] = i
		e.keys = append(e.keys, k)
		e.states = append(e.states, streamState{first: first, next: first})
	}
	return i
}

func (e *encoder) appendStreams(mm *easyproto.MessageMarshaler, b *Batch) {
	for i := range b.Results {
		r := &b.Results[i]
		e.lookup = append(e.lookup, e.streamOf(r.Check, r.Interval, r.Slot))
	}
	for i := range b.Gaps {
		g := &b.Gaps[i]
		e.lookup = append(e.lookup, e.streamOf(g.Check, g.Interval, e.base))
	}
	for _, k := range e.keys {
		mm.AppendString(fieldStreamCheck, string(k.check))
	}
	e.column(mm, fieldStreamInterval, len(e.keys), func(i int) int64 { return e.keys[i].interval.Microseconds() })
	e.column(mm, fieldStreamFirst, len(e.keys), func(i int) int64 { return zigzag(e.states[i].first - e.base) })
}

func (e *encoder) appendResults(mm *easyproto.MessageMarshaler, rs []Result) {
	if len(rs) == 0 {
		return
	}
	mm.AppendInt64s(fieldStream, e.lookup[:len(rs)]) // also when all are zero: its length is the count
	e.column(mm, fieldSlot, len(rs), func(i int) int64 {
		s := &e.states[e.lookup[i]]
		v := zigzag(rs[i].Slot - s.next)
		s.next = rs[i].Slot + rs[i].Interval.Milliseconds()
		return v
	})
	for _, c := range resultColumns {
		e.column(mm, c.field, len(rs), func(i int) int64 { return c.get(&rs[i]) })
	}
	e.column(mm, fieldEndpoint, len(rs), func(i int) int64 { return e.textOf(rs[i].Endpoint) })
	e.column(mm, fieldMessage, len(rs), func(i int) int64 { return e.textOf(rs[i].Message) })
	e.column(mm, fieldTLSExpiry, len(rs), func(i int) int64 {
		s := &e.states[e.lookup[i]]
		v := zigzag(rs[i].TLSExpiry - s.expiry)
		s.expiry = rs[i].TLSExpiry
		return v
	})
}

func (e *encoder) appendGaps(mm *easyproto.MessageMarshaler, gs []Gap) {
	if len(gs) == 0 {
		return
	}
	mm.AppendInt64s(fieldGapStream, e.lookup[len(e.lookup)-len(gs):])
	e.column(mm, fieldGapFrom, len(gs), func(i int) int64 { return zigzag(gs[i].From - e.base) })
	e.column(mm, fieldGapSpan, len(gs), func(i int) int64 { return gs[i].To - gs[i].From })
	e.column(mm, fieldGapCount, len(gs), func(i int) int64 { return gs[i].Count })
	e.column(mm, fieldGapReason, len(gs), func(i int) int64 { return int64(gs[i].Reason) })
}

// column appends one packed value an item; a column of zeros is left out.
func (e *encoder) column(mm *easyproto.MessageMarshaler, field uint32, n int, value func(i int) int64) {
	e.values = e.values[:0]
	any := int64(0)
	for i := range n {
		v := value(i)
		any |= v
		e.values = append(e.values, v)
	}
	if any != 0 {
		mm.AppendInt64s(field, e.values)
	}
}

// textOf returns 1 + the index of s in the table of texts; 0 is "".
func (e *encoder) textOf(s string) int64 {
	if s == "" {
		return 0
	}
	i, ok := e.texts[s]
	if !ok {
		e.text = append(e.text, s)
		i = int64(len(e.text))
		e.texts[s] = i
	}
	return i
}

func zigzag(v int64) int64   { return v<<1 ^ v>>63 }
func unzigzag(v int64) int64 { return int64(uint64(v)>>1) ^ -(v & 1) }
