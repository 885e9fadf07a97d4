package protocol

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/VictoriaMetrics/easyproto"
)

// LimitError says that something from outside is larger than this program accepts.
type LimitError struct {
	What     string // "batch bytes", "results in a batch"
	Got, Max int64  // Got is 0 when counting stopped at Max
}

func (e *LimitError) Error() string {
	if e.Got == 0 {
		return fmt.Sprintf("more than %d %s", e.Max, e.What)
	}
	return fmt.Sprintf("%d %s, at most %d are accepted", e.Got, e.What, e.Max)
}

var (
	errShort     = errors.New("a column ends early")
	errLong      = errors.New("a column is longer than its table")
	errReference = errors.New("a reference points outside its table")
)

// decoder is one binary batch taken apart, not yet interpreted.
type decoder struct {
	columns [maxField + 1][]byte
	checks  []byte // names of the streams, one after the other
	ends    []int  // where each of them ends
	texts   []string
	version uint64
	base    int64
	values  []int64
	lookup  []int64
	streams []decodedStream
}

// Scratch memory; a collector decodes batches for ever.
var decoders = sync.Pool{New: func() any { return new(decoder) }}

func (d *decoder) reset() {
	clear(d.columns[:]) // they refer to the caller's bytes
	clear(d.texts)
	clear(d.streams)
	*d = decoder{columns: d.columns, checks: d.checks[:0], ends: d.ends[:0], texts: d.texts[:0],
		values: d.values, lookup: d.lookup[:0], streams: d.streams[:0]}
}

type decodedStream struct {
	check    CheckID
	interval time.Duration
	step     int64 // interval in ms
	next     int64 // slot that the next result has when nothing was missed
	expiry   int64
}

// DecodeBatch reads a binary batch into b, reusing the memory of b.Results and
// b.Gaps; nothing in b refers to data afterwards. It checks the encoding and
// the bounds, not the values: that is Validate's work. It returns a *LimitError
// when the batch is too large. After an error b holds nothing to rely on.
func DecodeBatch(data []byte, b *Batch) error {
	if len(data) > MaxBatchBytes {
		return &LimitError{"batch bytes", int64(len(data)), MaxBatchBytes}
	}
	*b = Batch{Results: b.Results[:0], Gaps: b.Gaps[:0]}
	d := decoders.Get().(*decoder)
	defer func() { d.reset(); decoders.Put(d) }()
	if err := d.split(data, b); err != nil {
		return fmt.Errorf("decode batch: %w", err)
	}
	if d.version != Version {
		return fmt.Errorf("decode batch: version %d is not known; this program reads version %d", d.version, Version)
	}
	if err := d.readStreams(); err != nil {
		return fmt.Errorf("decode batch: streams: %w", err)
	}
	if err := d.readResults(b); err != nil {
		return fmt.Errorf("decode batch: results: %w", err)
	}
	if err := d.readGaps(b); err != nil {
		return fmt.Errorf("decode batch: gaps: %w", err)
	}
	return nil
}

func (d *decoder) split(data []byte, b *Batch) error {
	var fc easyproto.FieldContext
	var seen uint64 // one bit a field
	for len(data) > 0 {
		var err error
		if data, err = fc.NextField(data); err != nil {
			return err
		}
		if fc.FieldNum > maxField {
			continue // from a later revision of this version
		}
		if fc.FieldNum != fieldStreamCheck && fc.FieldNum != fieldText {
			bit := uint64(1) << fc.FieldNum
			if seen&bit != 0 {
				return fmt.Errorf("field %d occurs twice", fc.FieldNum)
			}
			seen |= bit
		}
		if !d.field(&fc, b) {
			return fmt.Errorf("field %d has the wrong type", fc.FieldNum)
		}
		if len(d.ends) > MaxBatchResults+MaxBatchGaps {
			return &LimitError{"streams in a batch", 0, MaxBatchResults + MaxBatchGaps}
		}
		if len(d.texts) > 2*MaxBatchResults {
			return &LimitError{"texts in a batch", 0, 2 * MaxBatchResults}
		}
	}
	return nil
}

func (d *decoder) field(fc *easyproto.FieldContext, b *Batch) (ok bool) {
	switch fc.FieldNum {
	case fieldVersion:
		d.version, ok = fc.Uint64()
	case fieldAgent:
		var s string
		s, ok = text(fc)
		b.Agent = AgentID(s)
	case fieldBoot:
		var boot []byte
		boot, ok = fc.Bytes()
		ok = ok && copy(b.Boot[:], boot) == len(boot) && len(boot) == len(b.Boot)
	case fieldSeq:
		b.Seq, ok = fc.Uint64()
	case fieldBase:
		d.base, ok = fc.Sint64()
	case fieldStreamCheck:
		var name []byte
		name, ok = fc.Bytes()
		d.checks = append(d.checks, name...)
		d.ends = append(d.ends, len(d.checks))
	case fieldText:
		var s string
		s, ok = text(fc)
		d.texts = append(d.texts, s)
	default:
		d.columns[fc.FieldNum], ok = fc.Bytes()
	}
	return ok
}

// text copies: easyproto's strings share memory with the message.
func text(fc *easyproto.FieldContext) (string, bool) {
	raw, ok := fc.Bytes()
	return string(raw), ok
}

func (d *decoder) readStreams() error {
	n := len(d.ends)
	d.streams = slices.Grow(d.streams[:0], n)[:n]
	intervals, err := d.column(fieldStreamInterval, n)
	if err != nil {
		return err
	}
	for i, v := range intervals {
		d.streams[i].interval = micros(v)
		d.streams[i].step = d.streams[i].interval.Milliseconds()
	}
	firsts, err := d.column(fieldStreamFirst, n)
	if err != nil {
		return err
	}
	names, start := string(d.checks), 0 // one allocation for all
	for i, end := range d.ends {
		d.streams[i].check, start = CheckID(names[start:end]), end
		d.streams[i].next = d.base
		if firsts != nil {
			d.streams[i].next += unzigzag(firsts[i])
		}
	}
	return nil
}

// column decodes a packed field of n values; nil when it is absent, which
// means n zeros. The result is valid until the next call.
func (d *decoder) column(field uint32, n int) ([]int64, error) {
	src := d.columns[field]
	if len(src) == 0 {
		return nil, nil
	}
	if cap(d.values) < n {
		d.values = make([]int64, n)
	}
	dst := d.values[:n]
	for i := range dst {
		switch {
		case len(src) > 0 && src[0] < 0x80:
			dst[i], src = int64(src[0]), src[1:]
		case len(src) > 1 && src[1] < 0x80:
			dst[i], src = int64(src[0]&0x7f)|int64(src[1])<<7, src[2:]
		case len(src) > 2 && src[2] < 0x80:
			dst[i], src = int64(src[0]&0x7f)|int64(src[1]&0x7f)<<7|int64(src[2])<<14, src[3:]
		default:
			v, k := binary.Uvarint(src)
			if k <= 0 {
				return nil, fmt.Errorf("field %d: %w", field, errShort)
			}
			dst[i], src = int64(v), src[k:]
		}
	}
	if len(src) > 0 {
		return nil, fmt.Errorf("field %d: %w", field, errLong)
	}
	return dst, nil
}

// references decodes a column that defines how many items there are: each value is a stream.
func (d *decoder) references(field uint32, what string, limit int) ([]int64, error) {
	n := 0
	for _, c := range d.columns[field] {
		if c < 0x80 {
			n++
		}
	}
	if n > limit {
		return nil, &LimitError{what, int64(n), int64(limit)}
	}
	refs, err := d.column(field, n)
	if err != nil {
		return nil, err
	}
	d.lookup = append(d.lookup[:0], refs...)
	for _, r := range d.lookup {
		if uint64(r) >= uint64(len(d.streams)) {
			return nil, fmt.Errorf("field %d: %w", field, errReference)
		}
	}
	return d.lookup, nil
}

// micros saturates: a value beyond time.Duration is out of any bound anyway.
func micros(v int64) time.Duration {
	const most = math.MaxInt64 / int64(time.Microsecond)
	if v > most {
		return math.MaxInt64
	}
	if v < -most {
		return math.MinInt64
	}
	return time.Duration(v) * time.Microsecond
}

// code squeezes a value into an enum's byte; 255 is no word of any enum.
func code(v int64) uint8 {
	if uint64(v) > math.MaxUint8 {
		return math.MaxUint8
	}
	return uint8(v)
}
