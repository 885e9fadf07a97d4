//go:build !linux

package schedule

import "time"

// bootClock has no portable source here: a sleep is reported as a clock jump.
func bootClock() func() time.Duration { return nil }
