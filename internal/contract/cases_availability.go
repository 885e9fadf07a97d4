package contract

import (
	"encoding/json"
	"fmt"

	"github.com/probity-sla/probity/internal/sla"
)

// availabilityCase is a case of kind availability.
type availabilityCase struct {
	caseHead
	Terms       TermsFile             `json:"terms"`
	Period      casePeriod            `json:"period"`
	Timeline    []caseSpan            `json:"timeline"`
	Samples     *caseSamples          `json:"samples"`
	Probes      map[string][]caseSpan `json:"probes"`
	Endpoints   map[string][]caseSpan `json:"endpoints"`
	Maintenance []caseMaintenance     `json:"maintenance"`
	Adjustments []caseAdjustment      `json:"adjustments"`
	AsOf        *string               `json:"as_of"`
	Tickets     []string              `json:"tickets"`
	Contract    *ValidityFile         `json:"contract"`
}

type casePeriod struct {
	From string `json:"from"`
	To   string `json:"to"`
	TZ   string `json:"tz"`
}

type caseSpan struct {
	From  string    `json:"from"`
	To    string    `json:"to"`
	State sla.State `json:"state"`
}

type caseSamples struct {
	Start     string `json:"start"`
	IntervalS int64  `json:"interval_s"`
	Results   string `json:"results"`
}

type caseMaintenance struct {
	ID          string  `json:"id"`
	From        string  `json:"from"`
	To          string  `json:"to"`
	AnnouncedAt *string `json:"announced_at"`
	Kind        *string `json:"kind"`
	Reason      string  `json:"reason"`
}

type caseAdjustment struct {
	ID         string     `json:"id"`
	From       string     `json:"from"`
	To         string     `json:"to"`
	Effect     sla.Effect `json:"effect"`
	Reason     string     `json:"reason"`
	ApprovedBy *string    `json:"approved_by"`
	ApprovedAt *string    `json:"approved_at"`
	RevokedAt  *string    `json:"revoked_at"`
}

// availabilityVerdict computes an availability case.
func availabilityVerdict(raw json.RawMessage) (*sla.Verdict, error) {
	var c availabilityCase
	if err := strict(raw, &c); err != nil {
		return nil, err
	}
	zone, err := caseZone(c.Period.TZ)
	if err != nil {
		return nil, err
	}
	if c.Contract != nil {
		c.Terms.Contract = c.Contract
	}
	terms, err := compileCase(&c.Terms, zone)
	if err != nil {
		return nil, err
	}
	clock := &caseClock{zone: zone}
	in, err := c.input(clock)
	if err == nil {
		err = clock.err
	}
	if err != nil {
		return nil, err
	}
	return sla.Compute(terms, in)
}

// input turns the case into what the engine takes. Faults of instants are left in clock.
func (c *availabilityCase) input(clock *caseClock) (*sla.Input, error) {
	in := &sla.Input{
		Period: sla.Window{From: clock.at(c.Period.From), To: clock.at(c.Period.To)},
		Zone:   clock.zone,
		AsOf:   clock.optional(c.AsOf),
	}
	for _, m := range c.Maintenance {
		if m.Kind != nil && *m.Kind != "emergency" && *m.Kind != "planned" {
			return nil, fmt.Errorf("maintenance kind %q: write emergency, or leave it out", *m.Kind)
		}
		in.Maintenance = append(in.Maintenance, sla.Maintenance{
			ID: m.ID, From: clock.at(m.From), To: clock.at(m.To),
			Announced: clock.optional(m.AnnouncedAt), Emergency: m.Kind != nil && *m.Kind == "emergency",
		})
	}
	for _, a := range c.Adjustments {
		in.Adjustments = append(in.Adjustments, sla.Adjustment{
			ID: a.ID, From: clock.at(a.From), To: clock.at(a.To), Effect: a.Effect, Reason: a.Reason,
			ApprovedAt: clock.optional(a.ApprovedAt), RevokedAt: clock.optional(a.RevokedAt),
		})
	}
	for _, t := range c.Tickets {
		in.Tickets = append(in.Tickets, clock.at(t))
	}
	var err error
	in.Observed, err = c.observed(clock)
	return in, err
}

// observed is the one form of observation that the case has.
func (c *availabilityCase) observed(clock *caseClock) (sla.Observation, error) {
	var o sla.Observation
	forms := 0
	if c.Timeline != nil {
		forms++
		o = caseTimeline(c.Timeline, clock)
	}
	if c.Samples != nil {
		forms++
		runs, err := c.Samples.runs(clock)
		if err != nil {
			return o, err
		}
		o = sla.Observation{Runs: runs}
	}
	if c.Probes != nil {
		forms++
		o = sla.Observation{Probes: caseParts(c.Probes, clock)}
	}
	if c.Endpoints != nil {
		forms++
		o = sla.Observation{Endpoints: caseParts(c.Endpoints, clock)}
	}
	if forms != 1 {
		return o, fmt.Errorf("%d of timeline, samples, probes and endpoints: a case has exactly one", forms)
	}
	return o, nil
}

func caseTimeline(spans []caseSpan, clock *caseClock) sla.Observation {
	out := make([]sla.Span, len(spans))
	for i, s := range spans {
		out[i] = sla.Span{From: clock.at(s.From), To: clock.at(s.To), State: s.State}
		if s.State > sla.Down && clock.err == nil {
			clock.err = fmt.Errorf("state %q: write up, down, degraded or unknown", s.State)
		}
	}
	return sla.Observation{Timeline: out}
}

func caseParts(parts map[string][]caseSpan, clock *caseClock) []sla.Part {
	out := make([]sla.Part, 0, len(parts))
	for _, name := range sortedKeys(parts) {
		out = append(out, sla.Part{Name: name, Seen: caseTimeline(parts[name], clock)})
	}
	return out
}

// runs turns "UUD?" into runs of equal results.
func (s *caseSamples) runs(clock *caseClock) ([]sla.Run, error) {
	if s.IntervalS < 1 || s.IntervalS > 366*86400 {
		return nil, fmt.Errorf("samples.interval_s %d is out of range", s.IntervalS)
	}
	slot, step := clock.at(s.Start), s.IntervalS*1000
	runs := []sla.Run{}
	for i, letter := range []byte(s.Results) {
		state, known := map[byte]sla.State{'U': sla.Up, 'D': sla.Down, '?': sla.Unknown}[letter]
		if !known {
			return nil, fmt.Errorf("samples.results %q at %d: write U, D or ?", letter, i)
		}
		if n := len(runs); n > 0 && runs[n-1].State == state {
			runs[n-1].Count++
		} else {
			runs = append(runs, sla.Run{First: slot, Step: step, Count: 1, State: state})
		}
		slot += step
	}
	return runs, nil
}
