package protocol

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// In JSON every elapsed time is a whole number of microseconds under a name
// that ends in _us. The twins below carry those; the alias types drop the
// methods, so that encoding does not call itself.
type (
	checkAlias      Check
	tlsAlias        TLSSpec
	icmpAlias       ICMPSpec
	assignmentAlias Assignment
)

type checkTwin struct {
	*checkAlias
	IntervalUS int64 `json:"interval_us"`
	TimeoutUS  int64 `json:"timeout_us"`
	DegradedUS int64 `json:"degraded_us,omitempty"`
}

type tlsTwin struct {
	*tlsAlias
	MinExpiryUS int64 `json:"min_expiry_us,omitempty"`
}

type icmpTwin struct {
	*icmpAlias
	SpacingUS int64 `json:"spacing_us,omitempty"`
}

type assignmentTwin struct {
	*assignmentAlias
	GridUS int64     `json:"grid_us"`
	Checks checkList `json:"checks"`
}

type checkList []Check

func (l *checkList) UnmarshalJSON(data []byte) (err error) {
	*l, err = strictList[Check](data, "checks in an assignment", MaxChecks)
	return err
}

func (c Check) MarshalJSON() ([]byte, error) {
	return json.Marshal(checkTwin{(*checkAlias)(&c), c.Interval.Microseconds(), c.Timeout.Microseconds(), c.Degraded.Microseconds()})
}

func (c *Check) UnmarshalJSON(data []byte) error {
	in := checkTwin{checkAlias: (*checkAlias)(c)}
	if err := strict(data, &in); err != nil {
		return fmt.Errorf("check %q: %w", c.ID, err)
	}
	c.Interval, c.Timeout, c.Degraded = micros(in.IntervalUS), micros(in.TimeoutUS), micros(in.DegradedUS)
	return nil
}

func (s TLSSpec) MarshalJSON() ([]byte, error) {
	return json.Marshal(tlsTwin{(*tlsAlias)(&s), s.MinExpiry.Microseconds()})
}

func (s *TLSSpec) UnmarshalJSON(data []byte) error {
	in := tlsTwin{tlsAlias: (*tlsAlias)(s)}
	err := strict(data, &in)
	s.MinExpiry = micros(in.MinExpiryUS)
	return err
}

func (s ICMPSpec) MarshalJSON() ([]byte, error) {
	return json.Marshal(icmpTwin{(*icmpAlias)(&s), s.Spacing.Microseconds()})
}

func (s *ICMPSpec) UnmarshalJSON(data []byte) error {
	in := icmpTwin{icmpAlias: (*icmpAlias)(s)}
	err := strict(data, &in)
	s.Spacing = micros(in.SpacingUS)
	return err
}

func (a Assignment) MarshalJSON() ([]byte, error) {
	checks := a.Checks
	if checks == nil {
		checks = []Check{}
	}
	return json.Marshal(assignmentTwin{(*assignmentAlias)(&a), a.Grid.Microseconds(), checks})
}

func (a *Assignment) UnmarshalJSON(data []byte) error {
	in := assignmentTwin{assignmentAlias: (*assignmentAlias)(a)}
	if err := strict(data, &in); err != nil {
		return err
	}
	a.Grid, a.Checks = micros(in.GridUS), in.Checks
	return nil
}

// DecodeAssignment reads and validates an assignment. An agent that gets an
// error keeps the assignment that it has: half an assignment, or a check with
// an option it does not know, would test something else than was agreed.
func DecodeAssignment(data []byte) (*Assignment, error) {
	if len(data) > MaxAssignmentSize {
		return nil, &LimitError{"assignment bytes", int64(len(data)), MaxAssignmentSize}
	}
	var a Assignment
	if err := json.Unmarshal(data, &a); err != nil {
		return nil, fmt.Errorf("decode assignment: %w", err)
	}
	if err := a.Validate(); err != nil {
		return nil, fmt.Errorf("decode assignment: %w", err)
	}
	return &a, nil
}

// DecodeHeartbeat reads and bounds a heartbeat.
func DecodeHeartbeat(data []byte) (*Heartbeat, error) {
	if len(data) > MaxHeartbeatBytes {
		return nil, &LimitError{"heartbeat bytes", int64(len(data)), MaxHeartbeatBytes}
	}
	var h Heartbeat
	if err := strict(data, &h); err != nil {
		return nil, fmt.Errorf("decode heartbeat: %w", err)
	}
	if err := h.Validate(); err != nil {
		return nil, fmt.Errorf("decode heartbeat: %w", err)
	}
	return &h, nil
}

// Validate reports the first fault of h.
func (h *Heartbeat) Validate() error {
	if err := checkName("agent", string(h.Agent)); err != nil {
		return err
	}
	for _, s := range [...]string{h.Boot, h.Version, h.Assignment} {
		if len(s) > MaxIDBytes {
			return &LimitError{"bytes in a name of a heartbeat", int64(len(s)), MaxIDBytes}
		}
	}
	if h.At <= 0 || h.At > MaxInstant || h.Oldest < 0 || h.Oldest > MaxInstant || h.Checks < 0 || h.SpoolBytes < 0 {
		return errors.New("an instant or a count of the heartbeat is out of range")
	}
	if len(h.Faults) > MaxFaults {
		return &LimitError{"faults in a heartbeat", int64(len(h.Faults)), MaxFaults}
	}
	for _, f := range h.Faults {
		if len(f) > MaxMessageBytes {
			return &LimitError{"bytes in a fault of a heartbeat", int64(len(f)), MaxMessageBytes}
		}
	}
	return nil
}

// Validate reports the first fault of a: every check has a name of its own,
// times that fit together, and exactly the spec of its kind.
func (a *Assignment) Validate() error {
	if err := checkName("agent", string(a.Agent)); err != nil {
		return err
	}
	if err := checkName("location", string(a.Location)); err != nil {
		return err
	}
	if a.Version == "" || len(a.Version) > MaxIDBytes {
		return fmt.Errorf("version has %d bytes, must have 1 to %d", len(a.Version), MaxIDBytes)
	}
	if a.Grid < time.Millisecond || a.Grid > time.Second || a.Grid%time.Millisecond != 0 {
		return fmt.Errorf("grid %v is not between 1ms and 1s in whole milliseconds", a.Grid)
	}
	if len(a.Checks) > MaxChecks {
		return &LimitError{"checks in an assignment", int64(len(a.Checks)), MaxChecks}
	}
	seen := make(map[CheckID]bool, len(a.Checks))
	for i := range a.Checks {
		c := &a.Checks[i]
		if err := c.Validate(); err != nil {
			return fmt.Errorf("check %q: %w", c.ID, err)
		}
		if seen[c.ID] {
			return fmt.Errorf("check %q occurs twice", c.ID)
		}
		seen[c.ID] = true
	}
	return nil
}

// Validate reports the first fault of c. It does not try the patterns in c.
func (c *Check) Validate() error {
	if err := checkName("id", string(c.ID)); err != nil {
		return err
	}
	if c.Target == "" {
		return errors.New("target is empty")
	}
	if err := checkInterval(c.Interval); err != nil {
		return err
	}
	if c.Timeout <= 0 || c.Timeout > c.Interval {
		return fmt.Errorf("timeout %v is not between 0 and the interval of %v", c.Timeout, c.Interval)
	}
	if c.Degraded < 0 {
		return fmt.Errorf("degraded %v is negative", c.Degraded)
	}
	specs := map[Kind]bool{KindHTTP: c.HTTP != nil, KindTCP: c.TCP != nil, KindDNS: c.DNS != nil, KindICMP: c.ICMP != nil}
	if !specs[c.Kind] {
		return fmt.Errorf("kind %s has no spec of that kind", c.Kind)
	}
	for kind, set := range specs {
		if set && kind != c.Kind {
			return fmt.Errorf("kind %s has a spec of kind %s", c.Kind, kind)
		}
	}
	return nil
}
