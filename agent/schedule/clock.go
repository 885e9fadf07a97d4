package schedule

import "time"

// Clock reads the three clocks whose disagreement tells a jump from a sleep.
type Clock struct {
	Wall func() time.Time     // what slots are named by; may jump
	Mono func() time.Duration // never jumps, stands still while the machine sleeps
	Boot func() time.Duration // never jumps, runs on while the machine sleeps
}

// withDefaults fills what the caller left out with the machine's own clocks.
func (c Clock) withDefaults() Clock {
	if c.Wall == nil {
		c.Wall = time.Now
	}
	if c.Mono == nil {
		start := time.Now()
		c.Mono = func() time.Duration { return time.Since(start) }
		if c.Boot == nil {
			c.Boot = bootClock()
		}
	}
	if c.Boot == nil {
		c.Boot = c.Mono
	}
	return c
}

// reading is one simultaneous look at all three clocks.
type reading struct {
	wall       int64 // ns since the Unix epoch
	mono, boot time.Duration
}

func (c Clock) read() reading {
	return reading{wall: c.Wall().UnixNano(), mono: c.Mono(), boot: c.Boot()}
}

func (r reading) millis() int64 { return r.wall / int64(time.Millisecond) }

// drift returns how far the wall clock ran ahead (+) or fell back (−) between
// two readings, and how long the machine slept between them.
func drift(prev, now reading) (ahead, slept time.Duration) {
	elapsed := now.mono - prev.mono
	return time.Duration(now.wall-prev.wall) - elapsed, now.boot - prev.boot - elapsed
}
