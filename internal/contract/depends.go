package contract

import (
	"fmt"
	"slices"
	"strings"
)

// dependsOn reads what a service needs, as "agreement/service". One of the same
// agreement may be named alone. Services of other agreements are looked up once
// all of them are loaded.
func (b *builder) dependsOn(path string, names []string, own string, f *agreementFile) []string {
	if len(names) > MaxDepends {
		b.fault(path, "", "%d services; at most %d", len(names), MaxDepends)
		return nil
	}
	var out []string
	for i, name := range names {
		at := fmt.Sprintf("%s[%d]", path, i+1)
		full := name
		if !strings.Contains(name, "/") {
			full = f.ID + "/" + name
		}
		agreement, service, _ := strings.Cut(full, "/")
		switch {
		case !idForm.MatchString(agreement) || !idForm.MatchString(service):
			b.fault(at, `write "service", or "agreement/service"`, "%q is no service", name)
			continue
		case full == f.ID+"/"+own:
			b.fault(at, "leave it out", "the service depends on itself")
		case agreement == f.ID && !slices.ContainsFunc(f.Services, func(s serviceFile) bool { return s.ID == service }):
			b.fault(at, "name a [[service]] by its id, or write agreement/service", "there is no service %q", service)
		case slices.Contains(out, full):
			b.fault(at, "leave one out", "%q is named twice", name)
		}
		out = append(out, full)
	}
	return out
}

// servicePlace is a service among all, by its place.
type servicePlace struct{ agreement, service int }

// dependencies finds services that depend on each other in a circle. A service
// of an agreement that the set does not hold is passed over: a set may be a part.
func (s *Set) dependencies() []FieldError {
	byName, waits := s.services(), map[string]int{}
	needs := map[string][]string{} // by those that they need
	var ready []string
	for _, name := range sortedKeys(byName) {
		for _, on := range s.at(byName[name]).DependsOn {
			if _, ok := byName[on]; ok {
				waits[name]++
				needs[on] = append(needs[on], name)
			}
		}
		if waits[name] == 0 {
			ready = append(ready, name)
		}
	}
	for len(ready) > 0 { // whoever is never ready stands in a circle, or behind one
		last := ready[len(ready)-1]
		ready = ready[:len(ready)-1]
		for _, name := range needs[last] {
			if waits[name]--; waits[name] == 0 {
				ready = append(ready, name)
			}
		}
	}
	for _, name := range sortedKeys(waits) {
		if waits[name] > 0 {
			circle := s.circle(name, byName, waits)
			at := byName[circle[0]]
			return []FieldError{{File: s.Agreements[at.agreement].File, Path: "service[" + s.at(at).ID + "].depends_on",
				Problem: "a circle: " + strings.Join(circle, " needs "), Hint: "remove one of them: what an outage is blamed on needs a first cause"}}
		}
	}
	return nil
}

// circle follows what is never ready from a service on until one comes again.
func (s *Set) circle(from string, byName map[string]servicePlace, waits map[string]int) []string {
	var walk []string
	for {
		if i := slices.Index(walk, from); i >= 0 {
			return append(walk[i:], from)
		}
		walk = append(walk, from)
		for _, on := range s.at(byName[from]).DependsOn {
			if waits[on] > 0 {
				from = on
				break
			}
		}
	}
}

// unknown finds services that depend on what no agreement has.
func (s *Set) unknown() []FieldError {
	byName := s.services()
	var faults []FieldError
	for _, a := range s.Agreements {
		for i := range a.Services {
			for j, on := range a.Services[i].DependsOn {
				if _, ok := byName[on]; !ok {
					faults = append(faults, FieldError{File: a.File, Path: fmt.Sprintf("service[%s].depends_on[%d]", a.Services[i].ID, j+1),
						Problem: fmt.Sprintf("there is no service %q", on), Hint: "write the ids of an agreement that is loaded, and of one of its services"})
				}
			}
		}
	}
	return faults
}

func (s *Set) services() map[string]servicePlace {
	out := map[string]servicePlace{}
	for i, a := range s.Agreements {
		for j := range a.Services {
			out[a.ID+"/"+a.Services[j].ID] = servicePlace{i, j}
		}
	}
	return out
}

func (s *Set) at(n servicePlace) *Service { return &s.Agreements[n.agreement].Services[n.service] }

// Service returns the service called "agreement/service" and its agreement; both
// nil when there is none.
func (s *Set) Service(name string) (*Agreement, *Service) {
	agreement, service, _ := strings.Cut(name, "/")
	if a := s.Agreement(agreement); a != nil {
		for i := range a.Services {
			if a.Services[i].ID == service {
				return a, &a.Services[i]
			}
		}
	}
	return nil, nil
}
