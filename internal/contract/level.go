package contract

import (
	"slices"
	"time"

	"github.com/probity-sla/probity/internal/sla"
)

// Level is one severity of an agreement, and the outages that it is for: those
// of which every condition holds that it has.
type Level struct {
	Name          string // the contract's own word: "P1"
	Major         bool   // takes the emergency path
	Services      []string
	State         string        // "down" or "degraded"; "": either
	LocationShare sla.Ratio     // this share of the locations that can tell must see it, or more; absent: any
	After         time.Duration // it must have lasted so long, or longer
}

// Severity returns the severity of an outage: the first level of which every
// condition holds, and where none does the last. state is "down" or "degraded";
// failing of so many locations see it; lasted is how long it has gone on. It is
// asked anew while an outage grows. Without [[severity]] in its file an agreement
// takes every outage as the gravest that it has clocks for, so that nothing is
// answered later than promised; false when it names no severity at all.
func (a *Agreement) Severity(service, state string, failing, locations int, lasted time.Duration) (Level, bool) {
	for _, l := range a.Levels {
		if l.holds(service, state, failing, locations, lasted) {
			return l, true
		}
	}
	if len(a.Levels) == 0 {
		return Level{}, false
	}
	return a.Levels[len(a.Levels)-1], true
}

// Level returns the level of that name, nil when the agreement has none.
func (a *Agreement) Level(name string) *Level {
	i := slices.IndexFunc(a.Levels, func(l Level) bool { return l.Name == name })
	if i < 0 {
		return nil
	}
	return &a.Levels[i]
}

func (l *Level) holds(service, state string, failing, locations int, lasted time.Duration) bool {
	if len(l.Services) > 0 && !slices.Contains(l.Services, service) {
		return false
	}
	if l.State != "" && l.State != state || lasted < l.After {
		return false
	}
	// Where no location can tell, no share of them is known to see it.
	return !l.LocationShare.Present() || locations > 0 && sla.Of(int64(failing), int64(locations)).Cmp(l.LocationShare) >= 0
}

// unconditional reports whether every outage is of the level.
func (l *Level) unconditional() bool {
	return len(l.Services) == 0 && l.State == "" && l.After == 0 && !l.LocationShare.Present()
}
