package incident

import (
	"cmp"
	"iter"
	"slices"
)

// Step is one set of facts, of whichever kind is set; exactly one is.
type Step struct {
	Service     *Facts
	Agent       *AgentFacts
	Clock       *ClockFacts
	Cert        *CertFacts
	Maintenance *MaintenanceFacts
}

// Judge judges one step.
func (e *Engine) Judge(s Step) []Change {
	switch {
	case s.Service != nil:
		return e.Observe(*s.Service)
	case s.Agent != nil:
		return e.ObserveAgent(*s.Agent)
	case s.Clock != nil:
		return e.ObserveClock(*s.Clock)
	case s.Cert != nil:
		return e.ObserveCert(*s.Cert)
	case s.Maintenance != nil:
		return e.ObserveMaintenance(*s.Maintenance)
	}
	return nil
}

// Replay tells what the rules would have said of history: steps come in the
// order of time, those of parents before those of the services that depend on
// them. It begins with nothing open.
func Replay(o Options, history iter.Seq[Step]) []Change {
	e := New(o)
	var out []Change
	for s := range history {
		out = append(out, e.Judge(s)...)
	}
	return out
}

// Life is one life of an alert, told by its changes.
type Life struct {
	Alert      Alert    `json:"alert"`     // as its last change left it
	FiredAt    int64    `json:"fired_at"`  // when people were first told; 0: never
	ClosedAt   int64    `json:"closed_at"` // when it was judged over; 0: still open
	Reason     string   `json:"reason"`    // why it is over, else the last that was said of it
	Suppressed []string `json:"suppressed,omitempty"`
	Changes    int      `json:"changes"`
}

// Lives folds changes into the lives of alerts, in the order in which they were
// raised.
func Lives(changes []Change) []Life {
	byID := map[string]*Life{}
	for _, c := range changes {
		if c.Alert == nil {
			continue
		}
		l := byID[c.Alert.ID]
		if l == nil {
			l = &Life{}
			byID[c.Alert.ID] = l
		}
		l.add(&c)
	}
	out := make([]Life, 0, len(byID))
	for _, l := range byID {
		out = append(out, *l)
	}
	slices.SortFunc(out, func(a, b Life) int {
		return cmp.Or(cmp.Compare(a.Alert.OpenedAt, b.Alert.OpenedAt), cmp.Compare(a.Alert.ID, b.Alert.ID))
	})
	return out
}

func (l *Life) add(c *Change) {
	l.Alert, l.Reason = *c.Alert.Clone(), c.Reason
	l.Changes++
	switch c.Kind {
	case ChangeOpened:
		l.FiredAt = cmp.Or(l.FiredAt, c.At)
	case ChangeResolved, ChangeWithdrawn:
		l.ClosedAt = c.At
	}
	if why := c.Alert.Suppressed; why != "" && !slices.Contains(l.Suppressed, why) {
		l.Suppressed = append(l.Suppressed, why)
	}
}
