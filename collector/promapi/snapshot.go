package promapi

import (
	"time"

	"github.com/probity-sla/probity/internal/protocol"
	"github.com/probity-sla/probity/internal/sla"
)

// Snapshot is how everything stands at one instant. A pointer that is nil, and
// an instant of 0, is a figure that is not known: it is then absent, never 0.
type Snapshot struct {
	At         int64 // ms UTC
	Agreements []Agreement
	Agents     []Agent
}

// Agreement is one agreement in force.
type Agreement struct {
	ID       string
	Overall  *sla.Verdict // of the running period
	Services []Service
	Open     []Open // incidents; a severity without any may be listed with 0
}

// Open counts the open incidents of one severity.
type Open struct {
	Severity  string // the contract's own word
	Incidents int
}

// Service is one service of an agreement.
type Service struct {
	ID      string
	Verdict *sla.Verdict // of the running period
	Last    *sla.Entry   // the newest span of its ledger
	Burn    []Burn
	Checks  []Check
}

// Burn is how fast the error budget was spent over the window before now.
type Burn struct {
	Window time.Duration
	Rate   sla.Ratio
}

// Check is one check with every agent that ever sent a result of it.
type Check struct {
	ID         protocol.CheckID // its last part is the label
	Interval   time.Duration
	Grace      time.Duration // how long after its slot a result may still be on its way
	CertExpiry int64         // ms UTC, the earliest that any location saw; 0: none
	Locations  []Location
}

// Location is what one agent last said of a check.
type Location struct {
	Agent    protocol.AgentID
	Location protocol.Location
	State    sla.State     // Unknown: no result, or it is overdue
	Took     time.Duration // of the last answer; 0: none
}

// Agent is one enrolled agent.
type Agent struct {
	Agent    protocol.AgentID
	Location protocol.Location
	SeenAt   int64 // ms UTC; 0: never
}

// lookback is how far back a query may look for the last result of a series: as
// long as any result may hold. Staleness markers end it sooner where it should.
func (s *Snapshot) lookback() time.Duration {
	longest := minLookback
	for i := range s.Agreements {
		for j := range s.Agreements[i].Services {
			for _, c := range s.Agreements[i].Services[j].Checks {
				longest = max(longest, c.Interval+c.Grace)
			}
		}
	}
	return longest
}
