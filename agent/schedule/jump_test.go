package schedule

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/probity-sla/probity/internal/protocol"
)

func TestClockJumpsLoseAndRepeatNothing(t *testing.T) {
	minute := check("a/s/minute", time.Minute)
	tenth := check("a/s/tenth", 100*time.Millisecond)
	for _, c := range []struct {
		what    string
		disturb func(r *rig)
		reason  protocol.GapReason
		missed  int // of the minute check
		back    time.Duration
	}{
		{"an hour forward is a gap for each check", func(r *rig) { r.step(time.Hour) }, protocol.GapClockJump, 60, 0},
		{"an hour asleep is a gap of its own kind", func(r *rig) { r.suspend(time.Hour) }, protocol.GapSuspended, 60, 0},
		{"an hour back waits for new slots", func(r *rig) { r.step(-time.Hour) }, 0, 0, time.Hour},
		{"half a second back is waited for", func(r *rig) { r.step(-500 * time.Millisecond) }, 0, 0, 500 * time.Millisecond},
		{"a twentieth of a second either way is lateness", func(r *rig) {
			r.step(50 * time.Millisecond)
			time.Sleep(10 * time.Second)
			r.step(-50 * time.Millisecond)
		}, 0, 0, 0},
	} {
		t.Run(c.what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t, nil)
				start := r.now()
				r.begin(minute, tenth)
				time.Sleep(2*time.Hour + 333*time.Millisecond)
				c.disturb(r)
				time.Sleep(2 * time.Hour)
				end := r.stop()
				run, missed := r.account(minute, start, end)
				if abs(missed-c.missed) > 1 {
					t.Errorf("minute check: %d run, %d missed; want %d missed", run, missed, c.missed)
				}
				r.account(tenth, start, end)
				for _, g := range r.gaps {
					if g.Reason != c.reason {
						t.Errorf("gap %+v; want reason %v", g, c.reason)
					}
				}
				if !slices.IsSorted(r.runs[minute.ID]) {
					t.Errorf("slots ran out of order")
				}
			})
		})
	}
}

func TestForwardThenBackRunsWhatTheJumpSkipped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, nil)
		c := check("a/s/1", time.Minute)
		r.begin(c)
		time.Sleep(10 * time.Minute)
		r.step(24 * time.Hour)
		time.Sleep(5 * time.Minute)
		r.step(-24 * time.Hour)
		time.Sleep(48 * time.Hour)
		r.stop()
		slots := slices.Clone(r.runs[c.ID])
		slices.Sort(slots)
		if n := len(slices.Compact(slots)); n != len(r.runs[c.ID]) {
			t.Errorf("%d slots ran twice", len(r.runs[c.ID])-n)
		}
		if n := len(slots); n < 48*60+9 || n > 48*60+11 {
			t.Errorf("%d slots ran; want all of 48 h and the first 10 min", n)
		}
	})
}

func TestSlotsOfAStopAreAccountedForAtTheNextStart(t *testing.T) {
	for _, c := range []struct {
		what   string
		away   time.Duration
		step   time.Duration
		missed int
	}{
		{"an hour away", time.Hour, 0, 60},
		{"a moment away", 10 * time.Millisecond, 0, 0},
		{"the clock set back by ten minutes meanwhile", time.Minute, -10 * time.Minute, 0},
	} {
		t.Run(c.what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				first := newRig(t, nil)
				chk := check("a/s/1", time.Minute)
				start := first.now()
				first.begin(chk)
				time.Sleep(30 * time.Minute)
				first.stop()

				time.Sleep(c.away)
				second := newRig(t, func(o *Options) { o.Last = first.Accounted() })
				second.offset = c.step
				second.seen = second.opts.Clock.read()
				second.runs, second.gaps = first.runs, first.gaps
				second.begin(chk)
				time.Sleep(30 * time.Minute)
				end := second.stop()
				if _, missed := second.account(chk, start, end); abs(missed-c.missed) > 1 {
					t.Errorf("%d missed; want %d", missed, c.missed)
				}
			})
		})
	}
}

func TestLastSlotFarAheadDoesNotSilenceTheAgent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, func(o *Options) { o.Last = time.Now().Add(365 * 24 * time.Hour).UnixMilli() })
		c := check("a/s/1", time.Minute)
		start := r.now()
		r.begin(c)
		time.Sleep(time.Hour)
		if run, _ := r.account(c, start, r.stop()); run != 60 {
			t.Errorf("%d run in an hour; want 60", run)
		}
	})
}

func TestAccountedNeverRunsAheadOfARunningProbe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, nil)
		release := make(chan struct{})
		r.probe = func(_ context.Context, c *protocol.Check, _ int64) bool {
			if c.ID == "a/s/stuck" {
				<-release
			}
			return true
		}
		stuck := check("a/s/stuck", time.Minute)
		r.begin(stuck, check("a/s/quick", time.Second))
		time.Sleep(90 * time.Second)
		r.mu.Lock()
		slot := r.runs[stuck.ID][0]
		r.mu.Unlock()
		if got := r.Accounted(); got != slot-1 {
			t.Errorf("Accounted() = %d; slot %d still runs", got, slot)
		}
		close(release)
		time.Sleep(10 * time.Second)
		if got, now := r.Accounted(), r.now().UnixMilli(); now-got > 1000 {
			t.Errorf("Accounted() = %d, %d ms behind, with nothing running", got, now-got)
		}
		r.stop()
	})
}

func TestStopDrainsThenCancels(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, func(o *Options) { o.Drain = 2 * time.Second })
		r.probe = func(ctx context.Context, c *protocol.Check, _ int64) bool {
			d := time.Second
			if c.ID == "a/s/stuck" {
				d = time.Hour
			}
			select {
			case <-time.After(d):
				return true
			case <-ctx.Done():
				return false
			}
		}
		stuck, brief := check("a/s/stuck", time.Minute), check("a/s/brief", 1100*time.Millisecond)
		start := r.now()
		r.begin(stuck, brief)
		time.Sleep(61 * time.Second)
		begin := time.Now()
		end := r.stop()
		if took := time.Since(begin); took > 2100*time.Millisecond {
			t.Errorf("stopping took %v; the drain is 2s", took)
		}
		r.account(brief, start, end)
		if _, missed := r.account(stuck, start, end); missed == 0 {
			t.Error("the cancelled probe's slot is not a gap")
		}
	})
}

func TestUpdateLeavesUnchangedChecksAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, nil)
		keep, drop, change := check("a/s/keep", time.Second), check("a/s/drop", time.Second), check("a/s/change", time.Second)
		start := r.now()
		r.begin(keep, drop, change)
		for i := range 100 {
			time.Sleep(370 * time.Millisecond)
			faster := change
			faster.Interval = time.Duration(1+i%3) * 500 * time.Millisecond
			r.Update(assign(keep, faster, check("a/s/new", time.Minute)))
		}
		end := r.stop()
		if _, missed := r.account(keep, start, end); missed != 0 {
			t.Errorf("%d slots of the unchanged check missed", missed)
		}
		if n := len(r.runs[drop.ID]); n > 1 {
			t.Errorf("the dropped check ran %d times", n)
		}
		if n := len(r.runs[change.ID]); n < 20 {
			t.Errorf("the changing check ran %d times in 37 s", n)
		}
		if !slices.IsSorted(r.runs[change.ID]) {
			t.Error("the changing check ran slots out of order")
		}
	})
}

func TestManyGapsAreFewRecords(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, func(o *Options) { o.Workers = 1 })
		r.probe = func(ctx context.Context, _ *protocol.Check, _ int64) bool {
			<-ctx.Done()
			return false
		}
		c := check("a/s/1", 100*time.Millisecond)
		start := r.now()
		r.begin(check("a/s/stuck", time.Hour), c)
		time.Sleep(time.Hour + time.Minute)
		end := r.stop()
		r.account(c, start, end)
		if n := len(r.gaps); n > 3700/5+5 {
			t.Errorf("%d gaps in an hour; one every %v is the most", n, gapHold)
		}
	})
}
