package contract

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/BurntSushi/toml"
	"github.com/probity-sla/probity/internal/sla"
)

// TestCompileNamesEveryFaultAtOnce: one pass tells all that is wrong, by path.
func TestCompileNamesEveryFaultAtOnce(t *testing.T) {
	var f TermsFile
	text := `{"target_pct": "101", "degraded": "weight", "missing": "guess", "carry_after": "carry",
		"probes": {"rule": "quorum_count"}, "endpoints": {"rule": "at_least"}, "consecutive": {"fail": 0},
		"slot": {"s": 0, "bad_when": "gt"}, "min_outage": {"s": 60, "op": "lt", "counts": "half"},
		"maintenance": {"cap_s": -1}, "contract": {"from": "yesterday"},
		"service_hours": {"tz": "Mars/Olympus", "weekly": [{"dow": [0], "from": "8", "to": "24:00"}], "holidays": ["2026-02-30"]},
		"tiers": [{"credit": "10"}], "credit": {"scheme": "per_unit"}, "pct_round": {"digits": 12}, "method": "slices"}`
	if err := json.Unmarshal([]byte(text), &f); err != nil {
		t.Fatal(err)
	}
	_, faults := f.Compile("service[shop].terms", time.UTC)
	got := map[string]bool{}
	for _, fault := range faults {
		got[strings.TrimPrefix(fault.Path, "service[shop].terms.")] = true
	}
	for _, want := range []string{"target_pct", "degraded", "missing", "carry_after", "probes.k", "endpoints.k", "consecutive.fail",
		"slot.s", "slot.bad_when", "min_outage.op", "min_outage.counts", "maintenance.cap_s", "contract.from", "service_hours.tz",
		"service_hours.weekly[1].dow", "service_hours.weekly[1].from", "service_hours.holidays[1]", "tiers[1]",
		"credit.unit_s", "credit.credit_per_unit", "pct_round.digits", "slot_error_threshold"} {
		if !got[want] {
			t.Errorf("Compile names no fault at %s; it has %v", want, faults)
		}
	}
}

// TestTermsAreTheSameInTOMLAndJSON: an agreement and a case become the same terms.
func TestTermsAreTheSameInTOMLAndJSON(t *testing.T) {
	for _, c := range []struct{ toml, json string }{
		{`target_pct = "99.9"` + "\n" + `denominator = {fixed_s = 2592000}`, `{"target_pct": "99.9", "denominator": {"fixed_s": 2592000}}`},
		{`denominator = "actual"`, `{"denominator": "actual"}`},
		{`slot = {s = 300, align = "midnight", bad_when = "gt:0.05"}`, `{"slot": {"s": 300, "align": "midnight", "bad_when": "gt:0.05"}}`},
		{"[maintenance]\nmin_notice_s = 172800\ncap_s = 36000", `{"maintenance": {"min_notice_s": 172800, "cap_s": 36000}}`},
		{"method = \"slices\"\nslot_error_threshold = \"0.2\"\nslot_error_op = \"ge\"\nempty_slot = \"exclude\"\nmin_requests = 100",
			`{"method": "slices", "slot_error_threshold": "0.2", "slot_error_op": "ge", "empty_slot": "exclude", "min_requests": 100}`},
		{"[[tiers]]\nlt = \"99.9\"\ncredit = \"10\"", `{"tiers": [{"lt": "99.9", "credit": "10"}]}`},
	} {
		var fromTOML, fromJSON TermsFile
		meta, err := toml.Decode(c.toml, &fromTOML)
		if err != nil || len(meta.Undecoded()) > 0 {
			t.Fatalf("toml.Decode(%s): %v, undecoded %v", c.toml, err, meta.Undecoded())
		}
		if err := strict([]byte(c.json), &fromJSON); err != nil {
			t.Fatal(err)
		}
		a, faults := fromTOML.Compile("", time.UTC)
		b, more := fromJSON.Compile("", time.UTC)
		if !reflect.DeepEqual(a, b) || len(faults)+len(more) > 0 {
			t.Errorf("%s compiles to %+v %v; %s to %+v %v", c.toml, a, faults, c.json, b, more)
		}
	}
}

func TestTheZeroFileHasEveryDefault(t *testing.T) {
	got, faults := (&TermsFile{}).Compile("", time.UTC)
	if !reflect.DeepEqual(*got, sla.Terms{}) || len(faults) > 0 {
		t.Errorf("Compile of no terms = %+v, %v; want the zero value", got, faults)
	}
}

// TestOverReplacesWholeParameters: what a service says stands alone, what it
// does not say is the agreement's. Every field is covered.
func TestOverReplacesWholeParameters(t *testing.T) {
	base, mine := full("base"), full("mine")
	if got := mine.Over(base); !reflect.DeepEqual(got, mine) {
		t.Errorf("full terms over others = %+v; want the service's", got)
	}
	if got := (*TermsFile)(nil).Over(base); !reflect.DeepEqual(got, base) {
		t.Errorf("no terms over others = %+v; want the agreement's", got)
	}
	if got := mine.Over(nil); !reflect.DeepEqual(got, mine) {
		t.Errorf("terms over none = %+v; want the service's", got)
	}
}

// full has every field set, with words that tell which file they are from.
func full(word string) *TermsFile {
	f := &TermsFile{}
	v := reflect.ValueOf(f).Elem()
	for i := range v.NumField() {
		switch field := v.Field(i); field.Kind() {
		case reflect.Pointer:
			field.Set(reflect.New(field.Type().Elem()))
			if field.Elem().Kind() == reflect.String {
				field.Elem().SetString(word)
			}
		case reflect.Slice:
			field.Set(reflect.MakeSlice(field.Type(), len(word), len(word)))
		}
	}
	return f
}

// Tiers and credit say the same in two ways: a service that writes one of them is
// not left with the other of its agreement.
func TestAServiceSaysAnewHowCreditsGrow(t *testing.T) {
	tiers := "tiers = [{lt = \"99\", credit = \"5\"}]\n"
	credit := "credit = {scheme = \"affected_ratio\", ratio = \"1\"}\n"
	named := "credit = {scheme = \"tiers\"}\n"
	for _, row := range []struct {
		sentence, agreement, service string
		tiers                        int
		scheme                       sla.CreditScheme
	}{
		{"tiers over a scheme", credit, tiers, 1, sla.CreditTiers},
		{"a scheme over tiers", tiers, credit, 0, sla.CreditAffected},
		{"the scheme of tiers keeps them", tiers, named, 1, sla.CreditTiers},
		{"neither keeps both", credit, "", 0, sla.CreditAffected},
		{"no tiers switch a scheme off", credit, "tiers = []\n", 0, sla.CreditTiers},
	} {
		a := mustParse(t, strings.Replace(shop, `target_pct = "99.9"`, row.agreement, 1)+"[service.terms]\n"+row.service)
		got := a.Services[0].Terms
		scheme := sla.CreditTiers
		if got.Credit != nil {
			scheme = got.Credit.Scheme
		}
		if len(got.Tiers) != row.tiers || scheme != row.scheme {
			t.Errorf("%s: the service has %d tiers and %v; want %d and %v", row.sentence, len(got.Tiers), scheme, row.tiers, row.scheme)
		}
	}
}
