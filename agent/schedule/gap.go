package schedule

import (
	"context"
	"log/slog"
	"time"

	"github.com/probity-sla/probity/internal/protocol"
)

type missCount struct{ gaps, slots int64 }

// miss records count slots from the given one on as missed. Adjoining slots
// with one reason grow one gap.
func (s *Scheduler) miss(e *entry, from, count int64, reason protocol.GapReason) {
	s.m.missed[reason].Add(int(count))
	to := from + (count-1)*e.interval
	g := &e.gap
	if g.Count > 0 && g.Reason == reason && from == g.To+e.interval && g.Interval == ms(e.interval) {
		g.To, g.Count = to, g.Count+count
		return
	}
	s.closeGap(e)
	*g = protocol.Gap{
		Check: e.check.ID, From: from, To: to, Count: count,
		Interval: ms(e.interval), Reason: reason,
	}
	e.gapSince = s.seen.mono
	if !e.listed {
		e.listed = true
		s.open = append(s.open, e)
	}
}

// missUntil records every slot of e up to and including the instant as missed,
// leaving out wall time already lived through.
func (s *Scheduler) missUntil(e *entry, until int64, reason protocol.GapReason) {
	for from := s.unlived(e, e.next); from <= until; {
		to := until
		for _, l := range s.lived {
			if l.from > from {
				to = min(to, l.from-1)
				break
			}
		}
		count := (to-from)/e.interval + 1
		s.miss(e, from, count, reason)
		from = s.unlived(e, from+count*e.interval)
		e.next = from
	}
	e.next = s.unlived(e, e.next)
}

// closeGap hands the open gap of e on, if there is one.
func (s *Scheduler) closeGap(e *entry) {
	if e.gap.Count > 0 {
		s.emit(e.gap)
		e.gap.Count = 0
	}
}

func (s *Scheduler) emit(g protocol.Gap) {
	c := s.misses[g.Reason]
	s.misses[g.Reason] = missCount{c.gaps + 1, c.slots + g.Count}
	s.opts.Missed(g)
}

// flushGaps hands on the gaps that have been open for at least hold, and says
// what was missed in one line per reason, now and again.
func (s *Scheduler) flushGaps(now, hold time.Duration) {
	kept := s.open[:0]
	for _, e := range s.open {
		if e.gap.Count > 0 && now-e.gapSince < hold {
			kept = append(kept, e)
			continue
		}
		s.closeGap(e)
		e.listed = false
	}
	clear(s.open[len(kept):])
	s.open = kept
	if now < s.sayMisses && hold > 0 {
		return
	}
	if len(s.misses) > 0 {
		s.sayMisses = now + missLogEvery
	}
	for reason, c := range s.misses {
		s.log.LogAttrs(context.Background(), slog.LevelWarn, "slots missed",
			slog.String("reason", reason.String()), slog.Int64("slots", c.slots), slog.Int64("gaps", c.gaps))
		delete(s.misses, reason)
	}
}

func ms(n int64) time.Duration { return time.Duration(n) * time.Millisecond }
