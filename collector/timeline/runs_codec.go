package timeline

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// The encoding of runs, version 1: a version byte, the number of runs, then per
// run a head byte (outcome in bits 0–2, bit 3: same step as the run before,
// bit 4: starts where the run before ends), the step unless bit 3, the distance
// from the last slot of the run before unless bit 4, and the count. Numbers are
// uvarints; the run before the first one is {First: -1, Count: 1}.
const (
	runsVersion  = 1
	headOutcome  = 7
	headSameStep = 8
	headFollows  = 16
)

// ErrCorrupt says that bytes are not what an encoder of this package wrote.
var ErrCorrupt = errors.New("corrupt timeline")

// ErrVersion says that bytes were written by a newer program.
var ErrVersion = errors.New("timeline written by a newer version")

// AppendRuns appends the encoding of canonical runs.
func AppendRuns(dst []byte, runs []Run) []byte {
	dst = append(dst, runsVersion)
	dst = binary.AppendUvarint(dst, uint64(len(runs)))
	prev := Run{First: -1, Count: 1}
	for _, r := range runs {
		head := byte(r.Outcome)
		if r.Step == prev.Step {
			head |= headSameStep
		}
		if r.First == prev.End() {
			head |= headFollows
		}
		dst = append(dst, head)
		if head&headSameStep == 0 {
			dst = binary.AppendUvarint(dst, uint64(r.Step))
		}
		if head&headFollows == 0 {
			dst = binary.AppendUvarint(dst, uint64(r.First-prev.Last()))
		}
		dst = binary.AppendUvarint(dst, uint64(r.Count))
		prev = r
	}
	return dst
}

// DecodeRuns appends to dst the runs that AppendRuns encoded.
func DecodeRuns(dst []Run, data []byte) ([]Run, error) {
	in := reader{data: data}
	if err := in.version(runsVersion, "runs"); err != nil {
		return dst, err
	}
	n := in.uvarint(MaxSamples)
	prev := Run{First: -1, Count: 1}
	total := int64(0)
	for range n {
		r := in.run(prev)
		if in.err != nil {
			break
		}
		if total += r.Count; total > MaxSamples {
			return dst, fmt.Errorf("%w: more than %d results in one piece", ErrCorrupt, MaxSamples)
		}
		dst = append(dst, r)
		prev = r
	}
	return dst, in.done("runs")
}

func (in *reader) run(prev Run) Run {
	head := in.byte()
	r := Run{Outcome: Outcome(head & headOutcome), Step: prev.Step, First: prev.End()}
	if head&headSameStep == 0 {
		r.Step = int64(in.uvarint(MaxStep))
	}
	if head&headFollows == 0 {
		r.First = prev.Last() + int64(in.uvarint(MaxInstant))
	}
	r.Count = int64(in.uvarint(MaxSamples))
	valid := head < headFollows<<1 && r.Outcome <= Down && r.Step > 0 && r.Count > 0 &&
		r.First > prev.Last() && r.First <= MaxInstant
	if in.err == nil && !valid {
		in.err = fmt.Errorf("%w: run %+v after %+v", ErrCorrupt, r, prev)
	}
	return r
}

// reader takes bounded numbers and bytes from an encoding; the first failure stays.
type reader struct {
	data []byte
	err  error
}

func (in *reader) version(want byte, what string) error {
	v := in.byte()
	if in.err == nil && v > want {
		in.err = fmt.Errorf("%w: %s of version %d, this program knows %d", ErrVersion, what, v, want)
	}
	if in.err == nil && v != want {
		in.err = fmt.Errorf("%w: %s of version %d", ErrCorrupt, what, v)
	}
	return in.err
}

func (in *reader) byte() byte {
	if b := in.bytes(1); len(b) == 1 {
		return b[0]
	}
	return 0
}

func (in *reader) bytes(n uint64) []byte {
	if in.err == nil && n > uint64(len(in.data)) {
		in.err = fmt.Errorf("%w: %d bytes wanted, %d left", ErrCorrupt, n, len(in.data))
	}
	if in.err != nil {
		return nil
	}
	b := in.data[:n]
	in.data = in.data[n:]
	return b
}

func (in *reader) uvarint(limit uint64) uint64 {
	if in.err != nil {
		return 0
	}
	v, n := binary.Uvarint(in.data)
	if n <= 0 || v > limit {
		in.err = fmt.Errorf("%w: a number is cut short or above %d", ErrCorrupt, limit)
		return 0
	}
	in.data = in.data[n:]
	return v
}

func (in *reader) done(what string) error {
	if in.err == nil && len(in.data) > 0 {
		in.err = fmt.Errorf("%w: %d bytes after the %s", ErrCorrupt, len(in.data), what)
	}
	return in.err
}
