package contract

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/probity-sla/probity/internal/sla"
)

// wordsOf are the words of an enumeration, in the order of its values.
func wordsOf[T interface {
	~uint8
	String() string
}]() []string {
	var out []string
	for v := T(0); !strings.HasPrefix(v.String(), "code-"); v++ {
		out = append(out, v.String())
	}
	return out
}

// Every word that the engine knows completes in an editor, and no other.
func TestTheSchemaHasTheWordsOfTheEngine(t *testing.T) {
	want := map[string][]string{
		".terms.probes.rule": wordsOf[sla.ProbesRule](), ".terms.endpoints.rule": wordsOf[sla.EndpointsRule](),
		".terms.missing": wordsOf[sla.MissingRule](), ".terms.carry_after": {"exclude", "up", "down"},
		".terms.slot.align": wordsOf[sla.Align](), ".terms.outage_start": wordsOf[sla.OutageStart](),
		".terms.min_outage.op": wordsOf[sla.Op](), ".terms.min_outage.counts": {"whole", "excess"}, ".terms.min_outage.measure": {"whole", "in_period"},
		".terms.maintenance.treatment": wordsOf[sla.Treatment](), ".terms.maintenance.cap_basis": wordsOf[sla.CapBasis](),
		".terms.maintenance.cap_per": wordsOf[sla.CapPer](), ".terms.contract.outside": {"out_of_scope", "deemed_up"},
		".terms.outage_round.mode": wordsOf[sla.RoundMode](), ".terms.pct_round.mode": wordsOf[sla.PctMode](), ".terms.breach_op": wordsOf[sla.BreachOp](),
		".terms.credit.scheme": wordsOf[sla.CreditScheme](), ".terms.credit.count": wordsOf[sla.CountUnits](),
		".terms.method": wordsOf[sla.RatioMethod](), ".terms.empty_slot": wordsOf[sla.EmptySlot](), ".terms.slot_error_op": {"gt", "ge"},
		".aggregate": wordsOf[sla.AggregateRule](), ".period.kind": periodNames, ".language": languages, ".burn.severity": {"page", "ticket"},
		".clock.indicator": indicatorWords, ".clock.opens": opensWords, ".clock.stops": stopsWords,
		".clock.reopen": wordsOf[sla.ReopenRule](), ".clock.op": {"gt", "ge"},
		".severity.state": levelStates, ".credits.repairs": wordsOf[sla.RepairRule](), ".report.language": languages,
		".service.check.family": {"any", "ipv4", "ipv6"}, ".service.check.http.http_version": {"1.1", "2"},
	}
	got := map[string][]string{}
	root := schemaRoot(t)
	collectEnums(root, root, "", got)
	for _, path := range slices.Sorted(maps.Keys(got)) {
		if strings.HasPrefix(path, ".service.terms.") { // the same definition
			continue
		}
		if slices.Sort(got[path]); !slices.Equal(got[path], slices.Sorted(slices.Values(want[path]))) {
			t.Errorf("the schema has %v at %s; want %v", got[path], path, want[path])
		}
		delete(want, path)
	}
	for path := range want {
		t.Errorf("the schema has no words at %s", path)
	}
}

func collectEnums(root, at node, path string, into map[string][]string) {
	if ref, ok := at["$ref"].(string); ok {
		at = root["$defs"].(node)[strings.TrimPrefix(ref, "#/$defs/")].(node)
	}
	if words, ok := at["enum"].([]any); ok {
		for _, w := range words {
			into[path] = append(into[path], fmt.Sprint(w))
		}
	}
	if items, ok := at["items"].(node); ok {
		collectEnums(root, items, path, into)
	}
	properties, _ := at["properties"].(node)
	for key, p := range properties {
		collectEnums(root, p.(node), path+"."+key, into)
	}
}

// everyTerm writes every parameter of sections A to H and of request ratios.
const everyTerm = `
[terms]
degraded = "weight:0.25"
missing = "carry"
carry_max_s = 120
carry_after = "down"
outage_start = "ticket"
denominator = {fixed_s = 2592000}
target_pct = "99.95"
max_bad_s = 1296
breach_op = "le"
tiers = [{lt = "99.95", ge = "99", credit = "10"}, {le = "99", gt = "0", credit = "30"}]
method = "slices"
slot_error_threshold = "0.05"
slot_error_op = "ge"
empty_slot = "exclude"
min_requests = 20
consecutive = {fail = 3, recover = 2, backdate_start = false, backdate_end = false}
probes = {rule = "quorum_fraction", k = 2, fraction = "0.51", min_valid = 2}
endpoints = {rule = "at_least", k = 1}
slot = {s = 300, align = "midnight", bad_when = "ge:0.1"}
min_outage = {s = 60, op = "gt", counts = "excess", measure = "in_period"}
outage_round = {unit_s = 60, mode = "floor"}
pct_round = {digits = 2, mode = "half_even"}
contract = {from = "2026-01-01", to = "2028-01-01", outside = "deemed_up"}
[terms.maintenance]
treatment = "count_as_up"
min_notice_s = 172800
max_window_s = 14400
cap_s = 36000
cap_basis = "downtime"
cap_per = "year"
splits_outage = true
emergency_excused = true
emergency_min_notice_s = 3600
[terms.service_hours]
tz = "Asia/Shanghai"
weekly = [{dow = [1, 2, 3, 4, 5], from = "09:00", to = "18:00"}]
holidays = ["2026-10-01"]
[terms.credit]
scheme = "per_unit"
unit_s = 3600
credit_per_unit = "5"
count = "full"
beyond_budget = true
cap = "30"
multiple = "100"
ratio = "0.4"
tiers = [{ge_s = 3600, lt_s = 7200, credit = "10"}, {gt_s = 7199, le_s = 90000, credit = "30"}]
`

// Nothing that the semantics name is missing from the file, and nothing in the
// file goes unread: every key changes the terms that it compiles to.
func TestEveryTermCanBeWrittenAndIsRead(t *testing.T) {
	var f agreementFile
	if faults := decode("test.toml", []byte(everyTerm), &f); len(faults) > 0 {
		t.Fatal(Join(faults))
	}
	compiled, faults := f.Terms.Compile("terms", time.UTC)
	if len(faults) > 0 {
		t.Fatal(Join(faults))
	}
	eachKey("terms", reflect.ValueOf(f.Terms).Elem(), func(path string, v reflect.Value) {
		if v.IsZero() {
			t.Errorf("%s is not written", path)
			return
		}
		was := reflect.ValueOf(v.Interface())
		v.SetZero()
		if without, _ := f.Terms.Compile("terms", time.UTC); reflect.DeepEqual(without, compiled) {
			t.Errorf("%s is not read: the terms are the same without it", path)
		}
		v.Set(was)
	})
}

// eachKey visits every key below v, tables after what is in them.
func eachKey(path string, v reflect.Value, visit func(string, reflect.Value)) {
	fields := keysOf(v.Type())
	for _, key := range sortedKeys(fields) {
		at, field := path+"."+key, v.FieldByIndex(fields[key].Index)
		inner := reflect.Indirect(field)
		switch {
		case inner.IsValid() && inner.Kind() == reflect.Struct && inner.Type() != reflect.TypeFor[DenominatorFile]():
			eachKey(at, inner, visit)
		case field.Kind() == reflect.Slice && field.Type().Elem().Kind() == reflect.Struct && field.Len() > 0:
			written := map[string]bool{}
			for i := range field.Len() {
				eachKey(at, field.Index(i), func(path string, v reflect.Value) {
					if !v.IsZero() {
						visit(path, v)
						written[path] = true
					}
				})
			}
			for name := range keysOf(field.Type().Elem()) {
				if !written[at+"."+name] {
					visit(at+"."+name, reflect.Zero(reflect.TypeFor[*int]()))
				}
			}
		}
		visit(at, field)
	}
}
