package contract

import (
	"encoding/json"
	"fmt"

	"github.com/probity-sla/probity/internal/sla"
)

// clockCase is a case of kind clock.
type clockCase struct {
	caseHead
	Terms      ClockFile   `json:"terms"`
	Events     []caseEvent `json:"events"`
	TZ         string      `json:"tz"`
	EvaluateAt *string     `json:"evaluate_at"`
	WantDue    bool        `json:"want_due"`
	HorizonS   *int64      `json:"horizon_s"`
}

type caseEvent struct {
	At          string             `json:"at"`
	Event       sla.ClockEventKind `json:"event"`
	EffectiveAt *string            `json:"effective_at"`
}

func clockAnswers(raw json.RawMessage) (answers, error) {
	var c clockCase
	if err := strict(raw, &c); err != nil {
		return nil, err
	}
	zone, err := caseZone(c.TZ)
	if err != nil {
		return nil, err
	}
	terms, faults := c.Terms.Compile("terms", zone)
	if len(faults) > 0 {
		return nil, Join(faults)
	}
	clock := &caseClock{zone: zone}
	var events []sla.ClockEvent
	last := int64(-1 << 62)
	for _, e := range c.Events {
		at := clock.at(e.At)
		events = append(events, sla.ClockEvent{At: at, Effective: clock.optional(e.EffectiveAt), Kind: e.Event})
		last = max(last, at)
	}
	if c.EvaluateAt != nil {
		last = clock.at(*c.EvaluateAt)
	}
	horizon := int64(366 * 86400)
	if c.HorizonS != nil {
		horizon = *c.HorizonS
	}
	if clock.err == nil && (horizon < 0 || horizon > MaxSeconds) {
		clock.err = fmt.Errorf("horizon_s %d is out of range", horizon)
	}
	if clock.err != nil {
		return nil, clock.err
	}
	r, err := sla.ReadClock(terms, events, last, horizon*1000)
	if err != nil {
		return nil, err
	}
	a := answers{
		"elapsed_s": lengthS(r.Elapsed), "paused_s": lengthS(r.Paused), "off_hours_s": lengthS(r.OffHours),
		"breach": truth(&r.Breach), "due_at": {},
	}
	if r.Due != 0 {
		a["due_at"] = figure{at: &r.Due}
	}
	return a, nil
}
