package collector

import (
	"context"
	"sync"
	"time"

	"github.com/probity-sla/probity/collector/store"
)

// faultedFor is how long it may take to see an incident that another process
// wrote; this process's own are seen at once.
const faultedFor = time.Second

// faulted knows which agreements an incident ever touched, so that a page of a
// thousand statements does not ask of each in turn what is true of few.
type faulted struct {
	mu         sync.Mutex
	agreements map[string]bool // nil: not known
	asked      time.Time
	generation int64
}

// forget has the record asked again.
func (f *faulted) forget() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.agreements = nil
}

// maybe reports whether an incident may have touched an agreement.
func (f *faulted) maybe(ctx context.Context, db *store.Store, agreement string, now time.Time) (bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.agreements == nil || now.Sub(f.asked) >= faultedFor || now.Before(f.asked) {
		if err := f.ask(ctx, db); err != nil {
			return false, err
		}
		f.asked = now
	}
	return f.agreements == nil || f.agreements[agreement], nil
}

// ask reads the record when something was written to it. It needs f.mu.
func (f *faulted) ask(ctx context.Context, db *store.Store) error {
	generation, err := db.RecordGeneration(ctx) // first: what comes in between is seen next time
	if err != nil || f.agreements != nil && generation == f.generation {
		return err
	}
	all, err := db.Incidents(ctx, store.IncidentQuery{To: 1 << 62, Limit: maxOpenIncidents})
	if err != nil {
		return err
	}
	f.generation, f.agreements = generation, nil
	if len(all) == maxOpenIncidents {
		return nil // there may be more: each is asked for
	}
	f.agreements = make(map[string]bool, len(all))
	for i := range all {
		for _, a := range all[i].Agreements {
			f.agreements[a] = true
		}
	}
	return nil
}
