package report

import "testing"

// The strip has the rule of the pages' strip: what is worse than up colours a
// day, and time without results only a day that was never seen up.
func TestWorstOfADay(t *testing.T) {
	for _, row := range []struct {
		day  Day
		want mark
	}{
		{Day{Up: 86_398_520, Unknown: 1_480}, markUp},
		{Day{Unknown: 1_480, Outside: 86_398_520}, markUnknown},
		{Day{Unknown: 1_480, Excluded: 3_600_000}, markUnknown},
		{Day{Up: 1, Degraded: 1, Unknown: 5}, markDegraded},
		{Day{Up: 1, Degraded: 1, Down: 1}, markDown},
		{Day{Excluded: 1}, markExcluded},
		{Day{Outside: 1}, noMark},
	} {
		if got := (&composer{}).worst(&row.day); got != row.want {
			t.Errorf("worst(%+v) = %q; want %q", row.day, got, row.want)
		}
	}
}
