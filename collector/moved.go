package collector

import (
	"sync"

	"github.com/probity-sla/probity/collector/web"
)

// movedMost is of how many agreements it is told one by one that their figures
// moved on; of more it is told in one event that names none.
const movedMost = 32

// movedFigures gathers whose figures moved on while their states stayed. With
// thousands of checks that is true of somebody at every moment: told at once it
// would have every open page ask again without end, and drown what matters.
type movedFigures struct {
	mu sync.Mutex
	at map[string]int64 // agreement → watermark, ms UTC
}

func (m *movedFigures) moved(agreement string, at int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.at == nil {
		m.at = map[string]int64{}
	}
	m.at[agreement] = at
}

// tell publishes what was gathered.
func (m *movedFigures) tell(publish func(web.Event)) {
	m.mu.Lock()
	at := m.at
	m.at = nil
	m.mu.Unlock()
	newest := int64(0)
	for agreement, t := range at {
		if newest = max(newest, t); len(at) <= movedMost {
			publish(web.Event{Kind: "statement", Agreement: agreement, At: t})
		}
	}
	if len(at) > movedMost {
		publish(web.Event{Kind: "statement", At: newest})
	}
}
