package report

import (
	"reflect"
	"testing"

	"github.com/probity-sla/probity/internal/sla"
)

func TestDifferencesNameWhatChanged(t *testing.T) {
	kept, missed := false, true
	base := func() *sla.Statement {
		v := sla.Verdict{Availability: sla.Of(9995, 10000), Target: sla.Of(999, 1000), Bad: sla.Of(5000, 1), Credit: sla.Of(0, 1), Breach: &kept}
		return &sla.Statement{AgreementRevision: "a", Services: []sla.ServiceStatement{{Service: "web", Verdict: v}}, Overall: v}
	}
	for _, row := range []struct {
		sentence string
		change   func(*sla.Statement)
		want     []Difference
	}{
		{"nothing changed", func(*sla.Statement) {}, nil},
		{"more down time misses the objective", func(s *sla.Statement) {
			v := &s.Services[0].Verdict
			v.Availability, v.Bad, v.Credit, v.Breach = sla.Of(998, 1000), sla.Of(20_000, 1), sla.Of(10, 1), &missed
		}, []Difference{{"web", "availability %", "99.950", "99.800"}, {"web", "verdict", "kept", "missed"},
			{"web", "down s", "5.000", "20.000"}, {"web", "credit %", "0.00", "10.00"}}},
		{"another text of the agreement", func(s *sla.Statement) { s.AgreementRevision = "b" }, []Difference{{"", "agreement", "a", "b"}}},
		{"a service comes and one goes", func(s *sla.Statement) { s.Services[0].Service = "mail" },
			[]Difference{{"mail", "service", Absent, "new"}, {"web", "service", "present", Absent}}},
		{"the whole alone", func(s *sla.Statement) { s.Overall.Excluded = 60_000 }, []Difference{{"", "excluded s", "0.000", "60.000"}}},
	} {
		is := base()
		row.change(is)
		if got := Differences(base(), is); !reflect.DeepEqual(got, row.want) {
			t.Errorf("%s: Differences = %v; want %v", row.sentence, got, row.want)
		}
	}
	if got := Differences(nil, base()); got != nil {
		t.Errorf("the first revision differs by %v; want nothing", got)
	}
}
