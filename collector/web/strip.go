package web

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/probity-sla/probity/internal/contract"
	"github.com/probity-sla/probity/internal/sla"
)

// Bounds of the strip of days.
const (
	stripDays   = 90
	stripLife   = time.Minute // the days of an agreement are reckoned again after this
	stripBackup = 4096        // agreements whose days are kept
)

// Day is one local day of an agreement: the worst that any service was, and for
// how long. Excluded time is told apart, since it may stand beside up time.
type Day struct {
	From, To int64
	State    sla.State // OutOfScope: nothing to judge
	Down     int64     // ms, the longest of the services
	Degraded int64
	Unknown  int64
	Excluded int64
	Ahead    bool // has not begun
}

// stripCache keeps the days of each agreement for a while: they are ninety days
// of ledger, and only the last of them changes.
type stripCache struct {
	mu   sync.Mutex
	days map[string]cachedDays
	work singleflight.Group // many pages that miss the same days wait for one reckoning
}

type cachedDays struct {
	days []Day
	at   int64
}

func newStripCache() *stripCache { return &stripCache{days: map[string]cachedDays{}} }

// forget drops the days of one agreement, or of all when none is named.
func (c *stripCache) forget(agreement string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if agreement == "" {
		clear(c.days)
	}
	delete(c.days, agreement)
}

func (c *stripCache) get(agreement string, now int64) ([]Day, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	d, ok := c.days[agreement]
	return d.days, ok && now-d.at < stripLife.Milliseconds()
}

func (c *stripCache) put(agreement string, days []Day, now int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.days) >= stripBackup {
		clear(c.days)
	}
	c.days[agreement] = cachedDays{days, now}
}

// days returns the last ninety local days of an agreement, today last.
func (s *Server) days(ctx context.Context, a *contract.Agreement) ([]Day, error) {
	now := s.now()
	if d, ok := s.strips.get(a.ID, now.UnixMilli()); ok {
		return d, nil
	}
	found := s.strips.work.DoChan(a.ID, func() (any, error) {
		return s.reckonDays(context.WithoutCancel(ctx), a, now)
	})
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case r := <-found:
		days, _ := r.Val.([]Day)
		return days, r.Err
	}
}

func (s *Server) reckonDays(ctx context.Context, a *contract.Agreement, now time.Time) ([]Day, error) {
	edges := dayEdges(now, zone(a), stripDays)
	st, err := s.statements.Statement(ctx, StatementQuery{
		Agreement: a.ID, Window: sla.Window{From: edges[0], To: min(edges[stripDays], now.UnixMilli())},
	})
	if err != nil {
		return nil, err
	}
	days := splitDays(st, edges)
	s.strips.put(a.ID, days, now.UnixMilli())
	return days, nil
}

// dayEdges returns the n+1 local midnights around the last n days, today included.
func dayEdges(now time.Time, zone *time.Location, n int) []int64 {
	t := now.In(zone)
	edges := make([]int64, n+1)
	for i := range edges {
		edges[i] = time.Date(t.Year(), t.Month(), t.Day()+1-n+i, 0, 0, 0, 0, zone).UnixMilli()
	}
	return edges
}

// splitDays cuts the ledgers at midnights and sums each day; the worst service wins.
func splitDays(st *sla.Statement, edges []int64) []Day {
	days := make([]Day, len(edges)-1)
	for i := range days {
		days[i] = Day{From: edges[i], To: edges[i+1], State: sla.OutOfScope}
	}
	for i := range st.Services {
		ledger := st.Services[i].Verdict.Ledger
		next := 0
		for d := range days {
			var sum [sla.OutOfScope + 1]int64
			for next > 0 && ledger[next-1].To > days[d].From {
				next--
			}
			for ; next < len(ledger) && ledger[next].From < days[d].To; next++ {
				e := &ledger[next]
				if n := min(e.To, days[d].To) - max(e.From, days[d].From); n > 0 {
					sum[min(e.State, sla.OutOfScope)] += n
				}
			}
			days[d].worsen(sum)
		}
	}
	return days
}

func (d *Day) worsen(sum [sla.OutOfScope + 1]int64) {
	d.Down, d.Degraded = max(d.Down, sum[sla.Down]), max(d.Degraded, sum[sla.Degraded])
	d.Unknown, d.Excluded = max(d.Unknown, sum[sla.Unknown]), max(d.Excluded, sum[sla.Excluded])
	switch {
	case d.Down > 0:
		d.State = sla.Down
	case d.Degraded > 0:
		d.State = sla.Degraded
	case sum[sla.Up] > 0:
		if d.State == sla.OutOfScope || d.State == sla.Excluded {
			d.State = sla.Up
		}
	case sum[sla.Unknown] > 0:
		if d.State == sla.OutOfScope || d.State == sla.Excluded {
			d.State = sla.Unknown
		}
	case sum[sla.Excluded] > 0 && d.State == sla.OutOfScope:
		d.State = sla.Excluded
	}
}
