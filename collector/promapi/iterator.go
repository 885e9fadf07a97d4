package promapi

import (
	"context"
	"errors"
	"math"
	"sort"

	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/tsdb/chunkenc"
)

// staleNaN ends a series: the engine looks no further back than to it.
var staleNaN = math.Float64frombits(value.StaleNaN)

// instant is ms UTC. It has a name of its own since go vet holds every method
// Seek(int64) for one of io.Seeker.
type instant = int64

// point is one sample.
type point struct {
	t int64 // ms UTC
	v float64
}

// feedPoints is how many samples a feed hands over at a time.
const feedPoints = 1024

// feed makes the samples of one series as they are asked for.
type feed interface {
	// fill appends samples with t ≥ from in the order of time, about feedPoints
	// of them; none when there are no more.
	fill(dst []point, from int64) ([]point, error)
}

// series is one series that a query selected. It reads nothing before the
// engine iterates over it.
type series struct {
	lset labels.Labels
	open func() feed
	pay  func(samples int) error // asked before samples are handed to the engine
}

// Labels returns the name and the labels.
func (s *series) Labels() labels.Labels { return s.lset }

// Iterator returns an iterator over the samples, reusing the buffer of it.
func (s *series) Iterator(it chunkenc.Iterator) chunkenc.Iterator {
	old, ok := it.(*iterator)
	if !ok {
		old = &iterator{}
	}
	*old = iterator{feed: s.open(), pay: s.pay, buf: old.buf[:0], i: -1}
	return old
}

// iterator walks through the samples of a feed.
type iterator struct {
	feed feed
	pay  func(samples int) error
	buf  []point
	i    int
	done bool
	err  error
}

// Next moves to the next sample.
func (it *iterator) Next() chunkenc.ValueType {
	if it.done {
		return chunkenc.ValNone
	}
	if it.i++; it.i < len(it.buf) {
		return chunkenc.ValFloat
	}
	from := int64(math.MinInt64)
	if n := len(it.buf); n > 0 {
		from = it.buf[n-1].t + 1
	}
	return it.refill(from)
}

// Seek moves to the first sample at or after t, never back.
func (it *iterator) Seek(t instant) chunkenc.ValueType {
	switch n := len(it.buf); {
	case it.done:
		return chunkenc.ValNone
	case it.i >= 0 && it.i < n && it.buf[it.i].t >= t:
		return chunkenc.ValFloat
	case n > 0 && it.buf[n-1].t >= t:
		at := max(it.i, 0)
		it.i = at + sort.Search(n-at, func(k int) bool { return it.buf[at+k].t >= t })
		return chunkenc.ValFloat
	}
	return it.refill(t)
}

func (it *iterator) refill(from int64) chunkenc.ValueType {
	var err error
	if it.buf, err = it.feed.fill(it.buf[:0], from); err != nil {
		it.err = sourceError(err)
	} else {
		it.err = it.pay(len(it.buf))
	}
	it.i = 0
	it.done = it.err != nil || len(it.buf) == 0
	if it.done {
		return chunkenc.ValNone
	}
	return chunkenc.ValFloat
}

// sourceError marks what is the fault of a source, and of neither query nor client.
func sourceError(err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return promql.ErrStorage{Err: err}
}

// At returns the sample.
func (it *iterator) At() (int64, float64) { return it.buf[it.i].t, it.buf[it.i].v }

// AtT returns the instant of the sample.
func (it *iterator) AtT() int64 { return it.buf[it.i].t }

// AtST returns 0: gauges have no start.
func (it *iterator) AtST() int64 { return 0 }

// Err returns what ended the iteration before its time.
func (it *iterator) Err() error { return it.err }

// AtHistogram is never called: no sample is a histogram.
func (it *iterator) AtHistogram(*histogram.Histogram) (int64, *histogram.Histogram) { return 0, nil }

// AtFloatHistogram is never called: no sample is a histogram.
func (it *iterator) AtFloatHistogram(*histogram.FloatHistogram) (int64, *histogram.FloatHistogram) {
	return 0, nil
}

// listFeed gives samples that are at hand.
type listFeed []point

func (f listFeed) fill(dst []point, from int64) ([]point, error) {
	for _, p := range f {
		if p.t >= from {
			dst = append(dst, p)
		}
	}
	return dst, nil
}
