package notify

import (
	"context"
	"log/slog"
	"maps"
	"time"

	"github.com/probity-sla/probity/collector/incident"
)

// lane is what must stay in order.
type lane struct{ channel, key string }

// result is what became of one delivery.
type result struct {
	lane    lane
	ok      bool
	final   bool          // refused for good: says nothing about the channel
	blocked bool          // the row stays first in its lane
	pause   time.Duration // before the channel is tried again
	at      time.Time
	err     error
}

// schedule decides what goes out next. One goroutine owns it.
type schedule struct {
	d        *Dispatcher
	work     context.Context // of deliveries
	done     chan result
	queue    []Notification     // due rows as last looked up, first of each lane only
	repeats  []Notification     // repetitions, whose lanes are taken already
	taken    map[lane]bool      // under way
	blocked  map[lane]bool      // a stored row waits for its next attempt
	last     map[lane]time.Time // when something was told, of alerts that may be told again
	channels map[string]*health
	started  time.Time
}

// health is how a channel has been doing.
type health struct {
	busy     int
	failures int // in a row
	until    time.Time
}

func newSchedule(d *Dispatcher, work context.Context) *schedule {
	return &schedule{
		d: d, work: work, done: make(chan result), taken: map[lane]bool{}, blocked: map[lane]bool{},
		last: map[lane]time.Time{}, channels: map[string]*health{}, started: time.Now(),
	}
}

func (s *schedule) health(name string) *health {
	h := s.channels[name]
	if h == nil {
		h = &health{}
		s.channels[name] = h
	}
	return h
}

// look reads what is due. Rows under way are not due, though not yet marked.
func (s *schedule) look(ctx context.Context) {
	rows, err := s.d.o.Outbox.DueNotifications(ctx, time.Now().UnixMilli(), MaxDue)
	if err != nil {
		if ctx.Err() == nil {
			s.d.o.Log.LogAttrs(ctx, slog.LevelError, "outbox not readable; tried again shortly", slog.Any("err", err))
		}
		return
	}
	s.queue = s.queue[:0]
	for _, n := range rows {
		if !s.taken[lane{n.Channel, n.Key}] {
			s.queue = append(s.queue, n)
		}
	}
}

// start hands out what may go now, and tells how much that was: a channel that
// fails is tried with one notification at a time, after its pause.
func (s *schedule) start(ctx context.Context) (started int) {
	if ctx.Err() != nil {
		return 0
	}
	before := len(s.queue) + len(s.repeats)
	s.queue = s.hand(s.queue, true)
	s.repeats = s.hand(s.repeats, false)
	return before - len(s.queue) - len(s.repeats)
}

func (s *schedule) hand(rows []Notification, stored bool) []Notification {
	now, channels := time.Now(), *s.d.channels.Load()
	rest := rows[:0]
	for _, n := range rows {
		l, h := lane{n.Channel, n.Key}, s.health(n.Channel)
		room := perChannel
		if h.failures > 0 {
			room = 1
		}
		if stored && s.taken[l] || now.Before(h.until) || h.busy >= room {
			rest = append(rest, n)
			continue
		}
		s.taken[l] = true
		h.busy++
		go func(c *Channel, failures int) {
			s.done <- s.d.deliver(s.work, c, n, failures)
		}(channels[n.Channel], h.failures)
	}
	return rest
}

// finish takes in what became of a delivery.
func (s *schedule) finish(r result) {
	h := s.health(r.lane.channel)
	h.busy--
	delete(s.taken, r.lane)
	delete(s.blocked, r.lane)
	if r.blocked {
		s.blocked[r.lane] = true
	}
	ctx, name := s.work, slog.String("channel", r.lane.channel)
	switch {
	case r.ok:
		if h.failures > 0 {
			s.d.o.Log.LogAttrs(ctx, slog.LevelInfo, "channel takes notifications again", name, slog.Int("failures", h.failures))
		}
		h.failures, h.until = 0, time.Time{}
		if c := (*s.d.channels.Load())[r.lane.channel]; c != nil && c.repeat() > 0 {
			s.last[r.lane] = r.at
		}
	case !r.final:
		if h.failures++; h.failures == 1 {
			s.d.o.Log.LogAttrs(ctx, slog.LevelWarn, "channel fails; its notifications wait and are retried", name, slog.Any("err", r.err))
		}
		h.until = r.at.Add(r.pause)
	}
}

// untilPauseEnds returns how long the shortest pause of a channel lasts that
// something waits for; 0 when none does.
func (s *schedule) untilPauseEnds() time.Duration {
	var wait time.Duration
	now := time.Now()
	for _, h := range s.channels {
		if d := h.until.Sub(now); h.failures > 0 && d > 0 && (wait == 0 || d < wait) {
			wait = d
		}
	}
	return wait
}

// repeat plans repetitions of what still fires. The list of alerts is read
// while no lane of theirs is under way, so an end that was told already is in it.
func (s *schedule) repeat(ctx context.Context) {
	if s.d.o.Active == nil {
		return
	}
	active, err := s.d.o.Active(ctx)
	if err != nil {
		return // the store says so itself
	}
	waiting := map[lane]bool{}
	for _, n := range s.queue {
		waiting[lane{n.Channel, n.Key}] = true
	}
	open := map[lane]bool{}
	for name, c := range *s.d.channels.Load() {
		for i := range active {
			l := lane{name, active[i].Key}
			open[l] = true
			if !waiting[l] && s.mayRepeat(l, &active[i], c.repeat()) {
				s.plan(l, active[i:i+1], c)
			}
		}
	}
	maps.DeleteFunc(s.last, func(l lane, _ time.Time) bool { return !open[l] })
}

// mayRepeat reports whether an alert is due again: at its change plus a whole
// number of intervals, so that a restart neither hurries nor forgets it, and no
// sooner than one interval, less the time between two looks, after the last time.
func (s *schedule) mayRepeat(l lane, a *incident.Alert, every time.Duration) bool {
	now := time.Now()
	if every <= 0 || s.taken[l] || s.blocked[l] || now.Before(s.health(l.channel).until) {
		return false
	}
	from := s.started
	if last, ok := s.last[l]; ok {
		from = last.Add(every - s.d.o.Poll)
	}
	changed := time.UnixMilli(a.UpdatedAt)
	k := max(1, (from.Sub(changed)+every-1)/every)
	return !now.Before(changed.Add(k * every))
}

func (s *schedule) plan(l lane, one []incident.Alert, c *Channel) {
	rows, err := Resend(one, c, time.Now().UnixMilli())
	if err != nil {
		s.d.o.Log.LogAttrs(s.work, slog.LevelError, "repetition not written", slog.String("alert", l.key), slog.Any("err", err))
	}
	if len(rows) > 0 {
		s.taken[l] = true
		s.repeats = append(s.repeats, rows...)
	}
}

// settle waits for what is under way, and cuts it off after Grace.
func (s *schedule) settle(stop context.CancelFunc) {
	timer := time.AfterFunc(s.d.o.Grace, stop)
	defer timer.Stop()
	for _, h := range s.channels {
		for ; h.busy > 0; h.busy-- {
			<-s.done
		}
	}
}
