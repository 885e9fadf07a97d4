package contract

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/probity-sla/probity/internal/protocol"
)

// Set is all agreements of a collector. It never changes: a reload makes another.
type Set struct {
	Agreements []*Agreement // ordered by ID

	checks  map[protocol.CheckID]place
	mu      sync.Mutex
	assigns map[assignKey]*assigned
}

// place is where a check is written.
type place struct{ agreement, service, check int }

type assignKey struct {
	location protocol.Location
	grid     time.Duration
}

// assigned is what every agent at one location runs.
type assigned struct {
	version string
	checks  []protocol.Check
}

// NewSet joins agreements, ordered by their ids. It returns either a set or all
// faults: an id used twice, services that depend on each other in a circle, or an
// assignment too large to be sent.
func NewSet(agreements []*Agreement) (*Set, []FieldError) {
	s := &Set{
		Agreements: slices.SortedFunc(slices.Values(agreements), func(a, b *Agreement) int { return cmp.Compare(a.ID, b.ID) }),
		checks:     map[protocol.CheckID]place{},
		assigns:    map[assignKey]*assigned{},
	}
	var faults []FieldError
	for i, a := range s.Agreements {
		if i > 0 && s.Agreements[i-1].ID == a.ID {
			faults = append(faults, FieldError{
				File: a.File, Path: "id", Problem: fmt.Sprintf("%q is the id of %s too", a.ID, s.Agreements[i-1].File),
				Hint: "rename one of them, or remove the copy",
			})
		}
		for j := range a.Services {
			for k := range a.Services[j].Checks {
				s.checks[a.Services[j].Checks[k].ID] = place{i, j, k}
			}
		}
	}
	faults = append(faults, s.dependencies()...)
	if faults = append(faults, s.tooLarge()...); len(faults) > 0 {
		return nil, faults
	}
	return s, nil
}

// Agreement returns the agreement of that id, nil when there is none.
func (s *Set) Agreement(id string) *Agreement {
	i, ok := slices.BinarySearchFunc(s.Agreements, id, func(a *Agreement, id string) int { return cmp.Compare(a.ID, id) })
	if !ok {
		return nil
	}
	return s.Agreements[i]
}

// Check returns a check and where it is used; all nil when there is none of that id.
func (s *Set) Check(id protocol.CheckID) (*Agreement, *Service, *Check) {
	p, ok := s.checks[id]
	if !ok {
		return nil, nil, nil
	}
	a := s.Agreements[p.agreement]
	return a, &a.Services[p.service], &a.Services[p.service].Checks[p.check]
}

// Assignment returns the checks that an agent runs at its location, ordered by
// id. Its version is a hash of its content. The caller does not write to it.
func (s *Set) Assignment(agent protocol.AgentID, location protocol.Location, grid time.Duration) *protocol.Assignment {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := assignKey{location, grid}
	found := s.assigns[key]
	if found == nil {
		found = &assigned{checks: s.checksAt(location)}
		found.version = version(grid, found.checks)
		s.assigns[key] = found
	}
	return &protocol.Assignment{Version: found.version, Agent: agent, Location: location, Grid: grid, Checks: found.checks}
}

func (s *Set) checksAt(location protocol.Location) []protocol.Check {
	out := []protocol.Check{}
	for _, a := range s.Agreements {
		for i := range a.Services {
			for _, c := range a.Services[i].Checks {
				if len(c.Locations) == 0 || slices.Contains(c.Locations, location) {
					out = append(out, c.Check)
				}
			}
		}
	}
	slices.SortFunc(out, func(a, b protocol.Check) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

func version(grid time.Duration, checks []protocol.Check) string {
	h := sha256.New()
	fmt.Fprintf(h, "%d %d\n", protocol.Version, grid)
	if err := json.NewEncoder(h).Encode(checks); err != nil {
		panic("contract: checks cannot be encoded: " + err.Error()) // plain data always can
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// tooLarge finds the locations whose assignment an agent would refuse.
func (s *Set) tooLarge() []FieldError {
	sizes := map[protocol.Location]int{}
	everywhere := 0
	for _, a := range s.Agreements {
		for i := range a.Services {
			for _, c := range a.Services[i].Checks {
				data, err := json.Marshal(c.Check)
				if err != nil {
					panic("contract: check cannot be encoded: " + err.Error()) // plain data always can
				}
				if len(c.Locations) == 0 {
					everywhere += len(data) + 1
				}
				for _, l := range c.Locations {
					sizes[l] += len(data) + 1
				}
			}
		}
	}
	sizes[""] += 0 // a location that no check names
	var faults []FieldError
	for _, l := range sortedKeys(sizes) {
		// The rest of an assignment is its names and brackets.
		if n := everywhere + sizes[l] + 4096; n > protocol.MaxAssignmentSize {
			faults = append(faults, FieldError{
				Problem: fmt.Sprintf("the checks of location %q take %d bytes; at most %d", l, n, protocol.MaxAssignmentSize),
				Hint:    "spread them over locations with `locations`",
			})
		}
	}
	return faults
}
