package schedule

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/probity-sla/probity/internal/protocol"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// rig is a scheduler under an injected wall clock, and all that it did.
type rig struct {
	*Scheduler
	t      *testing.T
	cancel context.CancelFunc
	done   chan error
	probe  func(context.Context, *protocol.Check, int64) bool

	mu     sync.Mutex
	offset time.Duration // wall − true time
	asleep time.Duration // suspended so far
	runs   map[protocol.CheckID][]int64
	late   map[protocol.CheckID]time.Duration // greatest
	gaps   []protocol.Gap
}

func newRig(t *testing.T, change func(*Options)) *rig {
	r := &rig{
		t: t, runs: map[protocol.CheckID][]int64{}, late: map[protocol.CheckID]time.Duration{},
		probe: func(context.Context, *protocol.Check, int64) bool { return true }, done: make(chan error, 1),
	}
	start := time.Now()
	o := Options{
		Agent: "berlin-1",
		Clock: Clock{
			Wall: r.now,
			Mono: func() time.Duration { return time.Since(start) },
			Boot: func() time.Duration {
				r.mu.Lock()
				defer r.mu.Unlock()
				return time.Since(start) + r.asleep
			},
		},
		Run: func(ctx context.Context, c *protocol.Check, slot int64) bool {
			r.mu.Lock()
			at := len(r.runs[c.ID])
			r.runs[c.ID] = append(r.runs[c.ID], slot)
			r.late[c.ID] = max(r.late[c.ID], time.Now().Add(r.offset).Sub(time.UnixMilli(slot)))
			r.mu.Unlock()
			done := r.probe(ctx, c, slot)
			if !done { // no result: the schedule must call it missed
				r.mu.Lock()
				r.runs[c.ID] = slices.Delete(r.runs[c.ID], at, at+1)
				r.mu.Unlock()
			}
			return done
		},
		Missed: func(g protocol.Gap) {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.gaps = append(r.gaps, g)
		},
	}
	if change != nil {
		change(&o)
	}
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	r.Scheduler = s
	return r
}

func (r *rig) now() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return time.Now().Add(r.offset).Round(0)
}

// step moves the wall clock alone; suspend moves it as a sleeping machine would.
func (r *rig) step(d time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.offset += d
}

func (r *rig) suspend(d time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.offset += d
	r.asleep += d
}

func (r *rig) begin(checks ...protocol.Check) {
	ctx, cancel := context.WithCancel(context.Background())
	r.cancel = cancel
	r.Update(assign(checks...))
	go func() { r.done <- r.Run(ctx) }()
}

// stop ends the schedule and returns the instant (wall) from which no slot is due.
func (r *rig) stop() time.Time {
	r.t.Helper()
	at := r.now()
	r.cancel()
	if err := <-r.done; err != nil {
		r.t.Errorf("Run = %v", err)
	}
	return at
}

func assign(checks ...protocol.Check) *protocol.Assignment {
	return &protocol.Assignment{Version: "1", Agent: "berlin-1", Grid: protocol.DefaultGrid, Checks: checks}
}

func check(id string, every time.Duration) protocol.Check {
	return protocol.Check{ID: protocol.CheckID(id), Kind: protocol.KindTCP, Interval: every, Timeout: every}
}

// account holds that every slot of c in [from, to] was run or missed, once.
func (r *rig) account(c protocol.Check, from, to time.Time) (run, missed int) {
	r.t.Helper()
	seen := map[int64]string{}
	note := func(slot int64, what string) {
		if was, ok := seen[slot]; ok {
			r.t.Errorf("%s: slot %d was %s and %s", c.ID, slot, was, what)
		}
		seen[slot] = what
	}
	for _, slot := range r.runs[c.ID] {
		note(slot, "run")
	}
	for _, g := range r.gaps {
		if g.Check != c.ID {
			continue
		}
		if want := (g.To-g.From)/g.Interval.Milliseconds() + 1; g.Count != want {
			r.t.Errorf("%s: gap %+v counts %d slots, spans %d", c.ID, g, g.Count, want)
		}
		for slot := g.From; slot <= g.To; slot += g.Interval.Milliseconds() {
			note(slot, "missed: "+g.Reason.String())
		}
	}
	phase := protocol.Phase(c.ID, "berlin-1", c.Interval, protocol.DefaultGrid)
	for slot := protocol.NextSlot(from.UnixMilli(), phase, c.Interval); slot <= to.UnixMilli(); slot += c.Interval.Milliseconds() {
		switch what, ok := seen[slot]; {
		case !ok:
			r.t.Errorf("%s: slot %d (%v) is not accounted for", c.ID, slot, time.UnixMilli(slot).UTC())
		case what == "run":
			run++
		default:
			missed++
		}
		delete(seen, slot)
	}
	for slot, what := range seen {
		r.t.Errorf("%s: slot %d %s, but is not of its grid in %v – %v", c.ID, slot, what, from, to)
	}
	return run, missed
}

func TestMonthOfMinutesMissesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, nil)
		r.probe = func(context.Context, *protocol.Check, int64) bool {
			time.Sleep(80 * time.Millisecond)
			return true
		}
		start := r.now()
		checks := []protocol.Check{check("a/s/1", time.Minute), check("a/s/2", time.Minute), check("a/s/3", 5*time.Minute)}
		r.begin(checks...)
		time.Sleep(31 * 24 * time.Hour)
		end := r.stop()
		for i, want := range []int{44640, 44640, 8928} {
			run, missed := r.account(checks[i], start, end)
			if run != want || missed != 0 {
				t.Errorf("%s: %d run, %d missed; want %d, 0", checks[i].ID, run, missed, want)
			}
			if late := r.late[checks[i].ID]; late > protocol.DefaultGrid {
				t.Errorf("%s: started up to %v late", checks[i].ID, late)
			}
		}
	})
}

func TestChecksOfOneGridPointStartAtOneWakeUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, nil)
		var checks []protocol.Check
		for i := range 500 {
			checks = append(checks, check(fmt.Sprintf("a/s/%d", i), time.Second))
		}
		start := r.now()
		r.begin(checks...)
		time.Sleep(10 * time.Second)
		end := r.stop()
		starts := map[int64]bool{}
		for _, c := range checks {
			r.account(c, start, end)
			for _, slot := range r.runs[c.ID] {
				starts[slot] = true
			}
		}
		if len(starts) > 50*10+1 {
			t.Errorf("%d starting points for 500 checks a second in 10 s; want at most 501", len(starts))
		}
	})
}

func TestSlowProbe(t *testing.T) {
	for _, c := range []struct {
		what          string
		probe         time.Duration
		run, missed   int
		wantUntilLate time.Duration
	}{
		{"a probe as long as its interval misses nothing", time.Second, 60, 0, 20 * time.Millisecond},
		{"a probe a little longer starts late, and misses the odd slot", 1050 * time.Millisecond, 58, 2, time.Second},
		{"a probe of two and a half intervals overlaps itself", 2500 * time.Millisecond, 24, 36, time.Second},
	} {
		t.Run(c.what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t, nil)
				r.probe = func(context.Context, *protocol.Check, int64) bool {
					time.Sleep(c.probe)
					return true
				}
				start := r.now()
				slow := check("a/s/slow", time.Second)
				r.begin(slow)
				time.Sleep(time.Minute)
				end := r.stop()
				run, missed := r.account(slow, start, end)
				if abs(run-c.run) > 1 || abs(missed-c.missed) > 1 {
					t.Errorf("%d run, %d missed; want about %d, %d", run, missed, c.run, c.missed)
				}
				if late := r.late[slow.ID]; late > c.wantUntilLate {
					t.Errorf("started up to %v late; want at most %v", late, c.wantUntilLate)
				}
				for _, g := range r.gaps {
					if g.Reason != protocol.GapOverlap && g.Reason != protocol.GapStopped {
						t.Errorf("gap %+v; want overlap", g)
					}
				}
			})
		})
	}
}

func TestOverloadIsMissedNotRunForever(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, func(o *Options) { o.Workers, o.MaxLateness = 2, 3*time.Second })
		var mu sync.Mutex
		var now, most int
		r.probe = func(context.Context, *protocol.Check, int64) bool {
			mu.Lock()
			now++
			most = max(most, now)
			mu.Unlock()
			time.Sleep(4 * time.Second)
			mu.Lock()
			now--
			mu.Unlock()
			return true
		}
		start := r.now()
		var checks []protocol.Check
		for i := range 10 {
			checks = append(checks, check(fmt.Sprintf("a/s/%d", i), 10*time.Second))
		}
		r.begin(checks...)
		time.Sleep(10 * time.Minute)
		end := r.stop()
		if most != 2 {
			t.Errorf("%d probes at once; want 2", most)
		}
		total := 0
		for _, c := range checks {
			run, _ := r.account(c, start, end)
			total += run
			if late := r.late[c.ID]; late > 3*time.Second {
				t.Errorf("%s: started %v late; the bound is 3s", c.ID, late)
			}
		}
		if total < 250 || total > 302 {
			t.Errorf("%d runs; two workers can do 300", total)
		}
	})
}

func abs(n int) int { return max(n, -n) }
