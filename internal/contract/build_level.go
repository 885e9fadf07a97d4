package contract

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"
)

// levelStates are the states of a service that a severity can be of.
var levelStates = []string{"down", "degraded"}

// severityFile is one [[severity]].
type severityFile struct {
	Name          string   `toml:"name"`
	Major         bool     `toml:"major"`
	Services      []string `toml:"services"`
	State         string   `toml:"state"`
	LocationShare *Decimal `toml:"location_share"`
	After         Duration `toml:"after"`
}

// levels reads the severities, the gravest first. Without any, the words of the
// clocks are the severities, in their order: none is major, and none has conditions.
func (b *builder) levels(files []severityFile, a *Agreement) []Level {
	var out []Level
	if len(files) == 0 {
		for _, word := range a.Severities() {
			out = append(out, Level{Name: word})
		}
		return out
	}
	if len(files) > MaxSeverities {
		b.fault("severity", "", "%d severities; at most %d", len(files), MaxSeverities)
		return nil
	}
	seen := map[string]bool{}
	for i := range files {
		f := &files[i]
		path := item("severity", f.Name, i)
		b.severity(path+".name", f.Name)
		if seen[f.Name] && f.Name != "" {
			b.fault(path, "keep one of them", "the agreement has two severities %q", f.Name)
		}
		seen[f.Name] = true
		out = append(out, b.level(path, f, a))
	}
	for i := range a.Clocks {
		if c := &a.Clocks[i]; c.Severity != "" && !seen[c.Severity] {
			b.fault(item("clock", c.String(), i)+".severity", "write a [[severity]] of that name, or one of "+strings.Join(sortedKeys(seen), ", "),
				"there is no severity %q", c.Severity)
		}
	}
	return out
}

func (b *builder) level(path string, f *severityFile, a *Agreement) Level {
	l := Level{Name: f.Name, Major: f.Major, Services: f.Services, State: f.State, After: time.Duration(f.After)}
	for i, id := range f.Services {
		at := fmt.Sprintf("%s.services[%d]", path, i+1)
		switch {
		case !slices.ContainsFunc(a.Services, func(s Service) bool { return s.ID == id }):
			b.fault(at, "name a [[service]] by its id", "there is no service %q", id)
		case slices.Contains(f.Services[:i], id):
			b.fault(at, "leave one out", "%q is named twice", id)
		}
	}
	if f.State != "" {
		b.choice(path+".state", f.State, levelStates)
	}
	if d := f.LocationShare; d != nil && d.Den > 0 { // else it was no number, which is told already
		l.LocationShare = d.Ratio
		if s := rat(d.Ratio); s.Sign() <= 0 || s.Cmp(big.NewRat(1, 1)) > 0 {
			b.fault(path+".location_share", `write a share such as "0.5"`, "%s is not above 0 and at most 1", d.Text)
		}
	}
	return l
}
