package e2e

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/probity-sla/probity/internal/sla"
)

// TestClockOfAnAgentJumps: whatever its clock does, every slot has a result or
// a gap at the collector, no slot two results, and nothing that was seen with a
// wrong clock counts for or against the target.
func TestClockOfAnAgentJumps(t *testing.T) {
	for _, c := range []struct {
		what   string
		jump   func(a *simAgent)
		gapped int // slots that only a gap explains, roughly
	}{
		{"ten minutes forward, and set right after five", func(a *simAgent) {
			a.wall.Store(int64(10 * time.Minute))
			time.Sleep(5 * time.Minute)
			a.wall.Store(0)
		}, 10},
		{"ten minutes forward, and set right after a quarter", func(a *simAgent) {
			a.wall.Store(int64(10 * time.Minute))
			time.Sleep(15 * time.Minute)
			a.wall.Store(0)
		}, 25},
		{"ten minutes back, and set right after a quarter", func(a *simAgent) {
			a.wall.Store(int64(-10 * time.Minute))
			time.Sleep(15 * time.Minute)
			a.wall.Store(0)
		}, 10},
		{"ten minutes asleep", func(a *simAgent) { a.suspend(10 * time.Minute) }, 10},
	} {
		t.Run(c.what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				time.Sleep(time.Until(time.Date(2026, 5, 5, 10, 0, 0, 0, time.UTC)))
				s := newSim(t, nearly, map[string]string{"line": plainAgreement})
				defer s.end()
				s.begin("ams", "fra")
				time.Sleep(10 * time.Minute)
				c.jump(s.agents["ams"])
				time.Sleep(35 * time.Minute)
				if got := s.accounted(ping, "ams"); abs(got.gapped-c.gapped) > 1 {
					t.Errorf("ams: %+v; want %d slots explained by gaps", got, c.gapped)
				}
				if got := s.accounted(ping, "fra"); got.gapped != 0 {
					t.Errorf("fra: %+v; its clock was right all the time", got)
				}
				v := s.statement("line", "from=2026-05-05T10:01:00Z&to=2026-05-05T10:45:00Z").Overall
				if v.Bad != (sla.Ratio{Den: 1}) || v.Unknown != 0 {
					t.Errorf("bad %v, unknown %d: fra saw it up all the time", v.Bad, v.Unknown)
				}
			})
		})
	}
}

func abs(n int) int { return max(n, -n) }
