package contract

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"github.com/BurntSushi/toml"
)

// insteadFile is what a file of other terms may hold.
type insteadFile struct {
	Terms    *TermsFile `toml:"terms"`
	Services []struct {
		ID    string     `toml:"id"`
		Terms *TermsFile `toml:"terms"`
	} `toml:"service"`
}

// Instead returns the agreement as it would be under other terms, for asking
// "what if": data is either TOML with [terms], and [[service]] with an id and
// terms, whose keys replace those of the agreement one by one; or a whole
// agreement, whose checks must be among this one's, since only they have history.
func (a *Agreement) Instead(name string, data []byte) (*Agreement, []FieldError) {
	var probe map[string]any
	if _, err := toml.Decode(string(data), &probe); err == nil && probe["id"] != nil {
		return a.insteadWhole(name, data)
	}
	return a.InsteadTerms(name, data)
}

// InsteadTerms is Instead for bytes of somebody who may not name files and
// variables of this machine, as a whole agreement could: it takes terms only.
func (a *Agreement) InsteadTerms(name string, data []byte) (*Agreement, []FieldError) {
	if len(data) > MaxFileBytes {
		return nil, []FieldError{{File: name, Problem: fmt.Sprintf("is larger than %d bytes", MaxFileBytes)}}
	}
	var over insteadFile
	if faults := decode(name, data, &over); len(faults) > 0 {
		return nil, faults
	}
	var f agreementFile
	if faults := decode(a.File, a.Source, &f); len(faults) > 0 {
		return nil, faults
	}
	if over.Terms != nil {
		f.Terms = over.Terms.Over(f.Terms)
	}
	for i, s := range over.Services {
		j := slices.IndexFunc(f.Services, func(x serviceFile) bool { return x.ID == s.ID })
		if j < 0 {
			return nil, []FieldError{{File: name, Path: item("service", s.ID, i), Problem: "is no service of agreement " + a.ID,
				Hint: "write the id of one of its services"}}
		}
		if s.Terms != nil {
			f.Services[j].Terms = s.Terms.Over(f.Services[j].Terms)
		}
	}
	b := &builder{file: name, around: osSurroundings(a.File)}
	out := b.agreement(&f)
	if len(b.faults) > 0 {
		return nil, b.faults
	}
	sum := sha256.Sum256(slices.Concat(a.Source, []byte{0}, data))
	out.File, out.Source, out.Revision = name, data, hex.EncodeToString(sum[:])
	return out, nil
}

func (a *Agreement) insteadWhole(name string, data []byte) (*Agreement, []FieldError) {
	out, faults := Parse(name, data)
	if out == nil {
		return nil, faults
	}
	if out.ID != a.ID {
		return nil, []FieldError{{File: name, Path: "id", Problem: fmt.Sprintf("is %q: history belongs to %q", out.ID, a.ID),
			Hint: "give it the id of the agreement whose history is asked for"}}
	}
	known := map[string]bool{}
	for i := range a.Services {
		for _, c := range a.Services[i].Checks {
			known[string(c.ID)] = true
		}
	}
	for i := range out.Services {
		for _, c := range out.Services[i].Checks {
			if !known[string(c.ID)] {
				faults = append(faults, FieldError{File: name, Path: string(c.ID), Problem: "is a check without history",
					Hint: "keep the ids of the agreement's services and checks"})
			}
		}
	}
	if len(faults) > 0 {
		return nil, faults
	}
	return out, nil
}
