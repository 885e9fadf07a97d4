package report

import "github.com/probity-sla/probity/internal/sla"

// Difference is one figure that two statements of a period do not share.
type Difference struct {
	Service string `json:"service,omitempty"` // "": of the agreement as a whole
	Figure  string `json:"figure"`            // "availability %", "down s", "agreement", …
	Was     string `json:"was"`
	Is      string `json:"is"`
}

// Differences lists what changed from one statement to the next, as it is
// printed. It returns nothing when there is none before.
func Differences(was, is *sla.Statement) []Difference {
	if was == nil {
		return nil
	}
	var out []Difference
	if was.AgreementRevision != is.AgreementRevision {
		out = append(out, Difference{"", "agreement", was.AgreementRevision, is.AgreementRevision})
	}
	before := map[string]*sla.Verdict{}
	for i := range was.Services {
		before[was.Services[i].Service] = &was.Services[i].Verdict
	}
	for i := range is.Services {
		s := &is.Services[i]
		v := before[s.Service]
		if v == nil {
			out = append(out, Difference{s.Service, "service", Absent, "new"})
			continue
		}
		delete(before, s.Service)
		out = append(out, verdictDifferences(s.Service, v, &s.Verdict)...)
	}
	for i := range was.Services {
		if id := was.Services[i].Service; before[id] != nil {
			out = append(out, Difference{id, "service", "present", Absent})
		}
	}
	return append(out, verdictDifferences("", &was.Overall, &is.Overall)...)
}

func verdictDifferences(service string, was, is *sla.Verdict) (out []Difference) {
	for _, f := range []struct {
		name  string
		write func(*sla.Verdict) string
	}{
		{"availability %", func(v *sla.Verdict) string { return Figure(v.Availability, v.Target) }},
		{"objective %", func(v *sla.Verdict) string { return percentOf(v.Target) }},
		{"verdict", Word},
		{"down s", func(v *sla.Verdict) string { return RatioSeconds(v.Bad) }},
		{"excluded s", func(v *sla.Verdict) string { return Seconds(v.Excluded) }},
		{"unknown s", func(v *sla.Verdict) string { return Seconds(v.Unknown) }},
		{"credit %", Credit},
	} {
		if a, b := f.write(was), f.write(is); a != b {
			out = append(out, Difference{service, f.name, a, b})
		}
	}
	return out
}

// Credit writes what is owed in per cent of the period's fee; Absent when
// nothing was agreed.
func Credit(v *sla.Verdict) string {
	if !v.Credit.Present() {
		return Absent
	}
	return sla.Of(v.Credit.Num, 100*v.Credit.Den).Percent(2)
}
