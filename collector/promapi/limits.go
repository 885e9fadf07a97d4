package promapi

import (
	"cmp"
	"context"
	"time"
)

// Limits bound what one query, and all queries together, may cost.
type Limits struct {
	Samples     int           // held in memory at once by one query, 16 bytes each
	SamplesRead int           // read by one query altogether
	Series      int           // that one selector may match
	Concurrent  int           // queries at work; others wait
	Timeout     time.Duration // of one query, its wait included
}

// DefaultLimits let a year of a 30 s check be averaged in one piece.
var DefaultLimits = Limits{
	Samples:     2_000_000,
	SamplesRead: 500_000_000,
	Series:      10_000,
	Concurrent:  4,
	Timeout:     30 * time.Second,
}

// Bounds that are not for the operator to set.
const (
	maxSteps      = 11_000                    // of a range query, as in Prometheus
	maxBodyBytes  = 256 << 10                 // of a POSTed form
	maxQueryBytes = 8 << 10                   // of one expression
	maxMatchers   = 64                        // match[] parameters
	maxWindow     = 10 * 366 * 24 * time.Hour // of history in one selector
	maxInstant    = int64(1) << 47            // ms UTC, about the year 6429
	minLookback   = 5 * time.Minute           // as in Prometheus
	subqueryStep  = time.Minute               // where a subquery names none
)

func (l Limits) withDefaults() Limits {
	d := DefaultLimits
	return Limits{
		Samples: cmp.Or(l.Samples, d.Samples), SamplesRead: cmp.Or(l.SamplesRead, d.SamplesRead),
		Series: cmp.Or(l.Series, d.Series), Concurrent: cmp.Or(l.Concurrent, d.Concurrent), Timeout: cmp.Or(l.Timeout, d.Timeout),
	}
}

// turns is the engine's tracker of active queries: a query holds a turn while it works.
type turns chan struct{}

// Insert waits for a turn until ctx ends.
func (s turns) Insert(ctx context.Context, _ string) (int, error) {
	select {
	case s <- struct{}{}:
		return 0, nil
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

// Delete ends a turn.
func (s turns) Delete(int) { <-s }

// GetMaxConcurrent returns how many may be at work.
func (s turns) GetMaxConcurrent() int { return cap(s) }

// Close has nothing to close.
func (s turns) Close() error { return nil }
