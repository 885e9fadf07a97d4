package sla

// Handling is what became of one incident, ms UTC; 0: it has not happened.
type Handling struct {
	Failed       int64 // its first outage began; 0: no probe saw one
	Detected     int64 // a probe confirmed it, or a customer reported it, whichever was first
	Acknowledged int64 // the first answer by a person
	Restored     int64 // its last outage ended
	Repaired     int64 // it was resolved: what was broken is mended
}

// MeanTimes are the usual means over the incidents that were detected in a period
// (SLA.md F44). They are elapsed time around the clock, pauses included: how long
// people waited, not what a contract counts.
type MeanTimes struct {
	Incidents   int    `json:"incidents"`
	Acknowledge Spread `json:"acknowledge"` // MTTA: from detection to the first answer by a person
	Repair      Spread `json:"repair"`      // MTTR: from detection until it was resolved
	Restore     Spread `json:"restore"`     // MTRS: from the failure until service was back
}

// MeanTimesOf sums up the incidents of the window p. One that has not come to an
// end yet is left out of the mean that needs it.
func MeanTimesOf(p Window, incidents []Handling) MeanTimes {
	var m MeanTimes
	var acknowledge, repair, restore []int64
	for _, h := range incidents {
		if h.Detected < p.From || h.Detected >= p.To {
			continue
		}
		m.Incidents++
		acknowledge = appendTime(acknowledge, h.Detected, h.Acknowledged)
		repair = appendTime(repair, h.Detected, h.Repaired)
		restore = appendTime(restore, h.Failed, h.Restored)
	}
	m.Acknowledge, m.Repair, m.Restore = SpreadOf(acknowledge), SpreadOf(repair), SpreadOf(restore)
	return m
}

// appendTime adds what lies between two instants that have both come. What is on
// record as done before it was seen took no time.
func appendTime(to []int64, from, until int64) []int64 {
	if from == 0 || until == 0 {
		return to
	}
	return append(to, max(0, until-from))
}

// MTBF is the mean time between failures: good time for each outage that counts,
// ms (SLA.md F45). It is absent without one, and of a figure that is no time.
func (v *Verdict) MTBF() Ratio {
	n := int64(0)
	for i := range v.Outages {
		if v.Outages[i].Counted > 0 {
			n++
		}
	}
	if n == 0 || !v.Good.Present() {
		return Ratio{}
	}
	den, ok := mul(v.Good.Den, n)
	if !ok {
		return Ratio{}
	}
	return Of(v.Good.Num, den)
}
