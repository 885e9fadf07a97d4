package sla

import "slices"

// Compliance is how an agreement's clock was kept in a period: by the incidents
// of its severity whose clock opened there (SLA.md F41, F42).
type Compliance struct {
	Severity  string  `json:"severity"`
	Indicator string  `json:"indicator"` // "response" or "resolution"
	Target    int64   `json:"target_ms"`
	Incidents int     `json:"incidents"`             // Met + Missed + Running
	Met       int     `json:"met"`                   // stopped within the target
	Missed    int     `json:"missed"`                // past the target, stopped or not
	Running   int     `json:"running"`               // neither yet: it runs, or is paused
	Share     Ratio   `json:"share"`                 // Met / (Met + Missed); absent while none is decided
	Taken     Spread  `json:"taken"`                 // elapsed time of the clocks that have stopped
	Credits   []Ratio `json:"credits_pct,omitempty"` // what each incident earns that earns any (F38), for Credits.Join
}

// Comply counts the clocks that opened in the window p. clocks are readings, one
// for each incident of the severity, as of the instant of the statement; an
// incident whose clock never opened has none.
func Comply(p Window, severity, indicator string, t *ClockTerms, clocks []Clock) Compliance {
	c := Compliance{Severity: severity, Indicator: indicator, Target: t.Target}
	var taken []int64
	for i := range clocks {
		k := &clocks[i]
		if k.Opened < p.From || k.Opened >= p.To {
			continue
		}
		c.Incidents++
		switch {
		case k.Breach:
			c.Missed++
		case k.Stopped != 0:
			c.Met++
		default:
			c.Running++
		}
		if k.Stopped != 0 {
			taken = append(taken, k.Elapsed)
		}
		if credit := t.Credit(k.Elapsed); credit.Num > 0 {
			c.Credits = append(c.Credits, credit)
		}
	}
	if decided := int64(c.Met + c.Missed); decided > 0 {
		c.Share = Of(int64(c.Met), decided)
	}
	c.Taken = SpreadOf(taken)
	return c
}

// Spread is how long something took, several times: n lengths, ms (SLA.md F43).
type Spread struct {
	N       int   `json:"n"`
	Mean    Ratio `json:"mean_ms"` // absent when N is 0
	Median  int64 `json:"median_ms"`
	P90     int64 `json:"p90_ms"`
	Longest int64 `json:"longest_ms"`
}

// SpreadOf sums up lengths; it does not keep or change them.
func SpreadOf(lengths []int64) Spread {
	n := len(lengths)
	if n == 0 {
		return Spread{}
	}
	sorted := slices.Sorted(slices.Values(lengths))
	sum := int64(0)
	for _, l := range sorted {
		sum += l
	}
	rank := func(tenths int) int64 { return sorted[(n*tenths+9)/10-1] } // the ⌈n·p⌉-th
	return Spread{N: n, Mean: Of(sum, int64(n)), Median: rank(5), P90: rank(9), Longest: sorted[n-1]}
}
