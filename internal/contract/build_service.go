package contract

import "fmt"

func (b *builder) services(f *agreementFile, a *Agreement) []Service {
	if len(f.Services) == 0 {
		b.fault("service", "add a [[service]] with an id and a check", "is missing: an agreement promises at least one service")
	}
	if len(f.Services) > MaxServices {
		b.fault("service", "split the agreement", "%d services; at most %d", len(f.Services), MaxServices)
		return nil
	}
	var out []Service
	seen := map[string]bool{}
	for i := range f.Services {
		sf := &f.Services[i]
		path := item("service", sf.ID, i)
		b.unique(path, sf.ID, seen)
		s := b.service(path, sf, f.Terms, a)
		s.DependsOn = b.dependsOn(path+".depends_on", sf.DependsOn, sf.ID, f)
		out = append(out, s)
	}
	if b.checks > MaxChecks {
		b.fault("service", "split the agreement", "%d checks; at most %d", b.checks, MaxChecks)
	}
	return out
}

func (b *builder) service(path string, f *serviceFile, base *TermsFile, a *Agreement) Service {
	s := Service{ID: f.ID, Name: f.Name, Weight: 1, Confirm: DefaultConfirm, Terms: a.Terms}
	b.text(path+".name", f.Name)
	if s.Name == "" {
		s.Name = s.ID
	}
	if f.Weight != nil {
		if s.Weight = *f.Weight; s.Weight < 1 || s.Weight > 1_000_000 {
			b.fault(path+".weight", "", "%d is not between 1 and 1000000", s.Weight)
		}
	}
	if f.Confirm != nil {
		if s.Confirm = *f.Confirm; s.Confirm < 1 || s.Confirm > 100 {
			b.fault(path+".confirm", "it is the number of failed slots in a row", "%d is not between 1 and 100", s.Confirm)
		}
	}
	if f.Terms != nil {
		s.Terms = b.terms(path+".terms", f.Terms, base, a)
	}
	if len(f.Checks) == 0 {
		b.fault(path+".check", "add a [[service.check]] with a target", "is missing: nothing would be measured")
	}
	seen := map[string]bool{}
	b.checks += len(f.Checks)
	for i := range f.Checks {
		if b.checks > MaxChecks {
			break
		}
		at := item(path+".check", f.Checks[i].ID, i)
		b.unique(at, f.Checks[i].ID, seen)
		s.Checks = append(s.Checks, b.check(at, a.ID+"/"+s.ID+"/", &f.Checks[i]))
	}
	return s
}

// item names the i-th entry of a list by its id, else by its place from 1.
func item(list, id string, i int) string {
	if id == "" || len(id) > 64 {
		return fmt.Sprintf("%s[%d]", list, i+1)
	}
	return fmt.Sprintf("%s[%s]", list, id)
}

// unique checks the id of a list's item.
func (b *builder) unique(path, id string, seen map[string]bool) {
	b.id(path+".id", id)
	if id != "" && seen[id] {
		b.fault(path+".id", "rename one of them", "%q is used twice", id)
	}
	seen[id] = true
}
