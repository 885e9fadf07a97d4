package contract

import (
	"strings"
	"testing"
	"time"
)

// Every fault names the item by its own id, says what is wrong, and what to do.
func TestFaultsNameTheItemAndTheRemedy(t *testing.T) {
	check := func(lines string) string {
		return strings.Replace(shop, "target = \"https://shop.example/\"\n", lines+"\n", 1)
	}
	const target = "target = \"https://shop.example/\"\n"
	for _, row := range []struct{ sentence, text, says string }{
		{"not TOML", "id = \n", "test.toml: line 1:"},
		{"a key that is misspelt", check(target + "intervall = \"30s\""), `test.toml: service[web].check[home].intervall: no such key; did you mean "interval"?`},
		{"a key from nowhere", "colour = \"red\"\n" + shop, "colour: no such key; known here: aggregate, burn"},
		{"a key of the terms", strings.Replace(shop, "target_pct", "target_percent", 1), "terms.target_percent: no such key"},
		{"a bare number for a length", check(target + "interval = 30"), "service[web].check[home].interval: is a whole number, not a text; put it in quotes"},
		{"a length without a unit", check(target + "interval = \"30\""), `"30" is no length of time: write it like 30s`},
		{"a length below zero", check(target + "interval = \"-30s\""), "is no length of time"},
		{"a length finer than a millisecond", check(target + "timeout = \"1500us\""), "finer than a millisecond"},
		{"a number with a point", strings.Replace(shop, `"99.9"`, "99.9", 1), `terms.target_pct: is a decimal number, not a text in quotes; numbers with a point are written in quotes`},
		{"not a number", strings.Replace(shop, `"99.9"`, "nan", 1), "terms.target_pct: is a decimal number"},
		{"a text for a list", "tags = \"retail\"\n" + shop, "tags: is a text, not a list"},
		{"a table for a list", shop + "locations = {a = 1}\n", "service[web].check[home].locations: is a table, not a list"},
		{"a list for a table", strings.Replace(shop, "[terms]", "[[terms]]", 1), "terms: is a list, not a table"},
		{"no id", strings.Replace(shop, `id = "shop"`, "", 1), "test.toml: id: is missing"},
		{"an id with a capital", strings.Replace(shop, `"shop"`, `"Shop"`, 1), `id: "Shop" is no id; use lower-case letters`},
		{"an id that would not fit", strings.Replace(shop, `"shop"`, `"`+strings.Repeat("a", 41)+`"`, 1), "id: is longer than 40 characters"},
		{"no zone", strings.Replace(shop, "zone = \"Europe/Berlin\"\n", "", 1), "zone: is missing"},
		{"the machine's own zone", strings.Replace(shop, "Europe/Berlin", "Local", 1), `zone: "Local" is no time zone`},
		{"a period that is none", strings.Replace(shop, `"month"`, `"fortnight"`, 1), `period.kind: "fortnight" is no kind of period; write month, quarter`},
		{"an anchor where there is none", strings.Replace(shop, `kind = "month"`, `kind = "month", anchor = 3`, 1), "period.anchor: a month has no anchor"},
		{"a billing month without a day", strings.Replace(shop, `kind = "month"`, `kind = "billing"`, 1), "period.anchor: is missing"},
		{"the 32nd", strings.Replace(shop, `kind = "month"`, `kind = "billing", anchor = 32`, 1), "32 is not between 1 and 31"},
		{"no days to roll", strings.Replace(shop, `kind = "month"`, `kind = "rolling"`, 1), "period.days: 0 is not between 1 and 3660"},
		{"days that do not roll", strings.Replace(shop, `kind = "month"`, `kind = "month", days = 30`, 1), "only a rolling period counts days"},
		{"over before it begins", "valid_from = 2027-01-01\nvalid_to = 2026-01-01\n" + shop, "valid_to: is not after valid_from"},
		{"said twice", "valid_from = 2027-01-01\n" + strings.Replace(shop, "[terms]", "[terms]\ncontract = {from = \"2026-01-01\"}", 1), "terms.contract.from: valid_from says it already"},
		{"a date with an offset", "valid_from = 2027-01-01T00:00:00Z\n" + shop, "valid_from: has an offset"},
		{"a time without a date", "valid_from = 02:00:00\n" + shop, "valid_from: has no date"},
		{"a language of nobody", "language = \"tlh\"\n" + shop, `language: "tlh" is no language of statements; write en or zh-CN`},
		{"an aggregate of nothing", "aggregate = \"mean\"\n" + shop, `aggregate: "mean" is none of worst`},
		{"terms that do not compile", strings.Replace(shop, `"99.9"`, `"101"`, 1), "test.toml: terms.target_pct: 101 is out of range"},
		{"terms of a service", shop + "\n[service.terms]\nmissing = \"maybe\"\n", `test.toml: service[web].terms.missing: "maybe" is none of`},
		{"an objective over requests", strings.Replace(shop, "[terms]", "[terms]\nmethod = \"slices\"\nslot_error_threshold = \"0.05\"\nmin_requests = 20", 1),
			"terms.method: is about request counts, which nothing collects: probes measure time, and the objective could not be computed; judge time in slots"},
		{"an objective over requests of a service", shop + "\n[service.terms]\nempty_slot = \"bad\"\n", "service[web].terms.empty_slot: is about request counts"},
		{"requests that would not compile either", strings.Replace(shop, "[terms]", "[terms]\nmethod = \"slices\"", 1), "terms.slot_error_threshold: slices needs it"},
		{"no service", "id = \"a\"\nzone = \"UTC\"\nperiod = {kind = \"month\"}\n", "service: is missing"},
		{"no check", "id = \"a\"\nzone = \"UTC\"\nperiod = {kind = \"month\"}\n[[service]]\nid = \"w\"\n", "service[w].check: is missing"},
		{"two services of one name", shop + "\n[[service]]\nid = \"web\"\n[[service.check]]\nid = \"a\"\n" + target, `service[web].id: "web" is used twice`},
		{"two checks of one name", shop + "[[service.check]]\nid = \"home\"\n" + target, `service[web].check[home].id: "home" is used twice`},
		{"no target", check(""), "service[web].check[home].target"},
		{"credentials in the target", check("target = \"https://u:p@shop.example/\""), "target: holds credentials: send them as a header with value_file"},
		{"an interval too short", check(target + "interval = \"50ms\""), "50ms is not between 100ms and 24h0m0s"},
		{"a timeout longer than the interval", check(target + "interval = \"5s\"\ntimeout = \"6s\""), "timeout: 6s is not between 1ms and the interval of 5s"},
		{"a threshold that is never reached", check(target + "degraded = \"20s\""), "degraded: 20s is never reached"},
		{"a location twice", check(target + "locations = [\"a\", \"a\"]"), `locations[2]: "a" is named twice`},
		{"a location with a slash", check(target + "locations = [\"a/b\"]"), "locations[1]"},
		{"a family of none", check(target + "family = \"ipv5\""), `family: "ipv5" is no IP family`},
		{"options of another kind", check(target + "icmp = {count = 2}"), "service[web].check[home].icmp: the target makes this a check of http"},
		{"a pattern that is none", check(target + "http = {body_matches = \"(\"}"), "http.body_matches: missing closing )"},
		{"a status of none", check(target + "http = {status = [200, \"700\"]}"), "http.status[2]: is no status"},
		{"redirects nowhere", check(target + "http = {follow_authority = true}"), "http.follow_authority: no redirect is followed"},
		{"a header without a value", check(target + "http = {header = [{name = \"X\"}]}"), "http.header[X]: its value is missing"},
		{"a header of two lines", check(target + "http = {header = [{name = \"X\", value = \"a\\nb\"}]}"), "http.header[X]: its value holds a line break"},
		{"a secret that is not there", check(target + "http = {header = [{name = \"X\", value_file = \"none\"}]}"), "http.header[X].value_file: none: no such file or directory; the path counts from the agreement's own directory"},
		{"a variable that is not set", check(target + "http = {header = [{name = \"X\", value_env = \"PROBITY_NO_SUCH\"}]}"), "the variable PROBITY_NO_SUCH is not set"},
		{"TLS without encryption", check("target = \"tcp://a.example:1\"\ntls = {skip_verify = true}"), "tls: the target is not encrypted"},
		{"a CA that is none", check(target + "tls = {ca_pem = \"x\"}"), "tls: the CA holds no certificate"},
		{"an answer code of none", check("target = \"dns://a.example/b\"\ndns = {rcodes = [\"OK\"]}"), `dns.rcodes[1]: "OK" is no answer code`},
		{"echoes that do not fit", check("target = \"icmp://a.example\"\ntimeout = \"1s\"\nicmp = {count = 20, spacing = \"100ms\"}"), "icmp.spacing: 20 echoes 100ms apart do not fit into 1s"},
		{"maintenance without an end", shop + "[[maintenance]]\nid = \"m\"\nstart = 2026-11-22\n", "maintenance[m]: its end is missing"},
		{"maintenance of nobody", shop + "[[maintenance]]\nid = \"m\"\nservices = [\"x\"]\nstart = 2026-11-22\nlength = \"1h\"\n", `maintenance[m].services[1]: there is no service "x"`},
		{"maintenance by no rule", shop + "[[maintenance]]\nid = \"m\"\nstart = 2026-11-22\nlength = \"1h\"\nrrule = \"FREQ=HOURLY\"\n", "maintenance[m].rrule: FREQ=HOURLY: a window recurs daily at most"},
		{"exceptions of nothing", shop + "[[maintenance]]\nid = \"m\"\nstart = 2026-11-22\nlength = \"1h\"\nuntil = 2026-12-01\n", "maintenance[m]: until and except mean nothing without an rrule"},
		{"maintenance that ends before it begins", shop + "[[maintenance]]\nid = \"m\"\nstart = 2026-11-22\nend = 2026-11-21\n", "maintenance[m]: lasts -24h0m0s"},
		{"a burn rule of no speed", shop + "[[burn]]\nseverity = \"page\"\nlong = \"1h\"\nshort = \"5m\"\n", "burn[1]: says not, or says twice, how fast is too fast"},
		{"a burn rule with its windows swapped", shop + "[[burn]]\nseverity = \"page\"\nlong = \"5m\"\nshort = \"1h\"\nfactor = \"2\"\n", "burn[1]: the short window must be shorter"},
		{"a burn rule that never spends", shop + "[[burn]]\nseverity = \"page\"\nlong = \"1h\"\nshort = \"5m\"\nfactor = \"0.5\"\n", "a factor below 1 never spends the budget"},
		{"not UTF-8", "id = \"\xff\"\n", "is not UTF-8"},
		{"nested without end", "a = " + strings.Repeat("[", 2000), "nested deeper than 1000"},
	} {
		a, faults := Parse("test.toml", []byte(row.text))
		if err := Join(faults); a != nil || err == nil || !strings.Contains(err.Error(), row.says) {
			t.Errorf("%s: Parse gives %v\nwant %q", row.sentence, err, row.says)
		}
	}
}

func TestAllFaultsAreListedAtOnce(t *testing.T) {
	_, faults := Parse("test.toml", []byte(`
zone = "Mars"
silent = 5
[[service]]
id = "web"
weight = 0
[[service.check]]
id = "home"
target = "ftp://x"
interval = "1ms"
`))
	if len(faults) != 7 {
		t.Errorf("%d faults; want 7:\n%v", len(faults), Join(faults))
	}
	for _, f := range faults {
		if f.File != "test.toml" || f.Path == "" || f.Problem == "" {
			t.Errorf("fault %+v does not say where", f)
		}
	}
}

func TestBurnRulesAreScaledToThePeriod(t *testing.T) {
	for _, row := range []struct {
		sentence string
		period   Period
		want     []string
	}{
		{"the table of the month", Period{Kind: Month}, []string{"72/5", "6/1", "3/1", "1/1"}},
		{"a quarter is three of them", Period{Kind: Quarter}, []string{"216/5", "18/1", "9/1", "3/1"}},
		{"in a week, slow rules would never end it", Period{Kind: Week}, []string{"84/25", "7/5"}},
	} {
		var got []string
		for _, r := range DefaultBurn(row.period) {
			got = append(got, rat(r.Factor).String())
		}
		if strings.Join(got, " ") != strings.Join(row.want, " ") {
			t.Errorf("%s: DefaultBurn(%v) = %v; want %v", row.sentence, row.period, got, row.want)
		}
	}
	a := mustParse(t, "burn = []\n"+shop)
	if a.Burn == nil || len(a.Burn) != 0 {
		t.Errorf("an empty list of rules became %v", a.Burn)
	}
	a = mustParse(t, shop+"\n[[burn]]\nseverity = \"page\"\nlong = \"1h\"\nshort = \"5m\"\nbudget_pct = \"2\"\n")
	if got := a.Burn[0]; rat(got.Factor).String() != "72/5" || got.Long != time.Hour || got.Short != 5*time.Minute {
		t.Errorf("a share of 2 %% in 1 h became %+v", got)
	}
}

func BenchmarkParse(b *testing.B) {
	for b.Loop() {
		if _, faults := Parse("test.toml", []byte(shop)); len(faults) > 0 {
			b.Fatal(Join(faults))
		}
	}
}
