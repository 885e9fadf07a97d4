package contract

import (
	"fmt"
	"strings"
	"testing"
)

func lintOf(t *testing.T, text string) string {
	t.Helper()
	var lines []string
	for _, f := range Lint(mustParse(t, text)) {
		lines = append(lines, f.String())
	}
	return strings.Join(lines, "\n")
}

func TestAnOrdinaryAgreementIsNotNaggedAbout(t *testing.T) {
	for _, text := range []string{
		shop,
		strings.Replace(shop, `target_pct = "99.9"`, "target_pct = \"99.9\"\ntiers = [{lt = \"99.9\", ge = \"99\", credit = \"10\"}, {lt = \"99\", ge = \"95\", credit = \"30\"}, {lt = \"95\", credit = \"100\"}]", 1),
		strings.Replace(shop, `target_pct = "99.9"`, "target_pct = \"99.9\"\ntiers = [{lt = \"99.9\", credit = \"10\"}, {lt = \"99\", credit = \"30\"}, {lt = \"95\", credit = \"100\"}]", 1),
		strings.Replace(shop, `target_pct = "99.9"`, "target_pct = \"100\"\nmin_outage = {s = 120}", 1),
		shop + desk + clockTOML("P1", "response", 900, "") + clockTOML("P1", "resolution", 900, "calendar = \"desk\"") +
			clockTOML("P2", "response", 900, "calendar = \"desk\"") + clockTOML("P3", "response", 600, "opens = \"report\""),
	} {
		if got := lintOf(t, text); got != "" {
			t.Errorf("findings in an ordinary agreement:\n%s\n%s", got, text)
		}
	}
}

const desk = "[calendar.desk]\nweekly = [{dow = [1, 2, 3, 4, 5], from = \"08:00\", to = \"18:00\"}]\n"

const second = "[[service]]\nid = \"feed\"\n[[service.check]]\nid = \"a\"\ntarget = \"icmp://192.0.2.1\"\n"

func clockTOML(severity, indicator string, seconds int, more string) string {
	return fmt.Sprintf("[[clock]]\nseverity = %q\nindicator = %q\ntarget_s = %d\n%s\n", severity, indicator, seconds, more)
}

func TestLintSaysWhatCanHardlyBeMeant(t *testing.T) {
	terms := func(lines string) string { return strings.Replace(shop, `target_pct = "99.9"`, lines, 1) }
	for _, row := range []struct{ sentence, text, says string }{
		{"the month's budget is too small for the interval", terms(`target_pct = "99.99"`),
			"warning: service[web].check[home].interval: a check every 1m0s cannot see outages under 1m0s; at 99.99 % the month's budget is 262 s"},
		{"three failures in a row triple the blind spot", terms("target_pct = \"99.9\"\nconsecutive = {fail = 5}"), "cannot see outages under 5m0s"},
		{"an absolute budget", terms("max_bad_s = 300"), "at this objective the month's budget is 300 s"},
		{"office hours shrink the budget", terms("target_pct = \"99.9\"\nservice_hours = {weekly = [{dow = [1,2,3,4,5], from = \"09:00\", to = \"17:30\"}]}") + "interval = \"2m\"\n", "the month's budget is 665 s"},
		{"a shortest outage that the interval cannot tell", terms("target_pct = \"100\"\nmin_outage = {s = 60}"), "outages count from 1m0s, and a check every 1m0s tells no closer than 1m0s"},
		{"slots shorter than the interval", terms("target_pct = \"99\"\nslot = {s = 30}"), "slots last 30s"},
		{"no objective", terms(""), "terms.target_pct: there is no objective"},
		{"a silence is never up", terms("target_pct = \"99\"\nmissing = \"up\""), "nobody observed counts as up"},
		{"a hole at exactly 99", terms("target_pct = \"99.9\"\ntiers = [{lt = \"99.9\", gt = \"99\", credit = \"10\"}, {lt = \"99\", credit = \"25\"}]"),
			"terms.tiers: a hole: exactly 99 % earns no credit"},
		{"a hole between tiers", terms("target_pct = \"99.9\"\ntiers = [{lt = \"99.9\", ge = \"99.5\", credit = \"10\"}, {lt = \"99\", credit = \"25\"}]"),
			"a hole: between 99 % and 99.5 % earns no credit"},
		{"a hole up to the objective", terms("target_pct = \"99.95\"\ntiers = [{lt = \"99.9\", credit = \"10\"}]"), "a hole: exactly 99.9 % earns no credit"},
		{"an overlap", terms("target_pct = \"99.9\"\ntiers = [{lt = \"99.9\", ge = \"98\", credit = \"10\"}, {lt = \"99\", credit = \"25\"}]"),
			"an overlap: between 98 % and 99 % lies in 2 tiers"},
		{"a tier that never decides", terms("target_pct = \"99.9\"\ntiers = [{lt = \"99.9\", credit = \"30\"}, {lt = \"99\", credit = \"10\"}]"), "terms.tiers[2]: this tier never decides"},
		{"a credit without a breach", terms("target_pct = \"99.5\"\ntiers = [{lt = \"99.9\", credit = \"10\"}]"), "although the objective of 99.5 % is kept"},
		{"a hole in repair times", terms("target_pct = \"99\"\ncredit = {scheme = \"duration_tiers\", tiers = [{ge_s = 3600, lt_s = 7200, credit = \"10\"}, {gt_s = 7200, credit = \"20\"}]}"),
			"terms.credit.tiers: a hole: exactly 2h0m0s earns no credit"},
		{"more parts than there are", terms("target_pct = \"99\"\nendpoints = {rule = \"at_least\", k = 2}"), "error: terms.endpoints.k: 2 parts must be up, and service[web] has 1: it can never be up"},
		{"more locations than there are", terms("target_pct = \"99\"\nprobes = {rule = \"quorum_count\", k = 3, min_valid = 3}") + "locations = [\"a\", \"b\"]\n", "error: terms.probes.k: 3 locations must see it down"},
		{"never enough valid locations", terms("target_pct = \"99\"\nprobes = {rule = \"all_down\", min_valid = 3}") + "locations = [\"a\", \"b\"]\n", "error: terms.probes.min_valid"},
		{"a quorum that turns into up", terms("target_pct = \"99\"\nprobes = {rule = \"quorum_count\", k = 2}") + "locations = [\"a\", \"b\"]\n", "a total outage would count as up"},
		{"an alert for a result that is merely late", "silent = \"30s\"\n" + shop, "silent: 30s is shorter than two rounds"},
		{"a secret in the clear", strings.Replace(shop, "https://", "http://", 1) + "[[service.check.http.header]]\nname = \"Authorization\"\nvalue = \"x\"\n", "it is sent unencrypted"},
		{"anyone could answer", shop + "tls = {skip_verify = true}\n", "anyone could answer"},
		{"a zone that is no place", strings.Replace(shop, "Europe/Berlin", "EST", 1), "zone: EST is an abbreviation"},
		{"a zone with its sign reversed", strings.Replace(shop, "Europe/Berlin", "Etc/GMT+8", 1), "sign the other way round"},
		{"a holiday of another year", "valid_from = 2026-01-01\nvalid_to = 2027-01-01\n" + terms("target_pct = \"90\"\nservice_hours = {holidays = [\"2025-12-25\", \"2026-12-25\"], weekly = [{dow = [1], from = \"08:00\", to = \"18:00\"}]}"),
			"2025-12-25 lies outside the agreement's validity"},
		{"a year without holidays", "valid_from = 2026-01-01\nvalid_to = 2028-01-01\n" + terms("target_pct = \"90\"\nservice_hours = {holidays = [\"2026-12-25\"], weekly = [{dow = [1], from = \"08:00\", to = \"18:00\"}]}"),
			"no holiday is listed in 2027"},
		{"hours of another zone", terms("target_pct = \"90\"\nservice_hours = {tz = \"Asia/Shanghai\", weekly = [{dow = [1], from = \"08:00\", to = \"18:00\"}]}"), "service hours are in Asia/Shanghai"},
		{"an alert that cannot fire", terms("target_pct = \"90\"\n[[burn]]\nseverity = \"page\"\nlong = \"1h\"\nshort = \"5m\"\nfactor = \"14.4\""), "a factor of 14.4 is never reached: at 90 %"},
		{"a window without two results", strings.Replace(shop, "target = ", "interval = \"5m\"\ntarget = ", 1), "holds fewer than two results of shop/web/home"},
		{"maintenance without notice", terms("target_pct = \"99\"\nmaintenance = {min_notice_s = 172800}") + "[[maintenance]]\nid = \"m\"\nstart = 2026-11-22T02:00:00\nlength = \"1h\"\n",
			"maintenance[m].announced: was never announced, and 48h0m0s of notice are required"},
		{"maintenance with too little notice", terms("target_pct = \"99\"\nmaintenance = {min_notice_s = 172800}") + "[[maintenance]]\nid = \"m\"\nstart = 2026-11-22T02:00:00\nlength = \"1h\"\nannounced = 2026-11-21T02:00:00\n",
			"was announced 24h0m0s before it begins, and 48h0m0s are required: the time counts; announce it by 2026-11-20T02:00:00+01:00"},
		{"an emergency that excuses nothing", shop + "[[maintenance]]\nid = \"m\"\nstart = 2026-11-22T02:00:00\nlength = \"1h\"\nemergency = true\n", "emergency work is not excused"},
		{"a window longer than the contract lets it be", terms("target_pct = \"99\"\nmaintenance = {max_window_s = 3600}") + "[[maintenance]]\nid = \"m\"\nstart = 2026-11-22T02:00:00\nlength = \"2h\"\n", "excuses the first 1h0m0s only"},
		{"a window of another year", "valid_to = 2026-01-01\n" + shop + "[[maintenance]]\nid = \"m\"\nstart = 2026-11-22T02:00:00\nlength = \"2h\"\n", "lies outside the agreement's validity"},
		{"half of every day", shop + "[[maintenance]]\nid = \"m\"\nstart = 2026-11-01T00:00:00\nlength = \"12h\"\nrrule = \"FREQ=DAILY\"\n", "warning: maintenance: it takes 360h0m0s of the 720h0m0s of 2026-11"},
		{"the whole month", shop + "[[maintenance]]\nid = \"m\"\nstart = 2026-11-01T00:00:00\nlength = \"30d\"\n", "error: maintenance: it takes the whole of 2026-11"},
		{"notice that only one service requires", strings.Replace(shop, "[[service]]", "[[service]]\nid = \"feed\"\n[service.terms.maintenance]\nmin_notice_s = 3600\n[[service.check]]\nid = \"a\"\ntarget = \"icmp://192.0.2.1\"\n[[service]]", 1) + "[[maintenance]]\nid = \"m\"\nstart = 2026-11-22T02:00:00\nlength = \"1h\"\n",
			"maintenance[m].announced: was never announced, and 1h0m0s of notice are required: the time counts, for service feed;"},
		{"notice that the entry's own service does not require", terms("target_pct = \"99\"\nmaintenance = {min_notice_s = 172800, max_window_s = 60}") + "[service.terms.maintenance]\nmax_window_s = 1800\n[[maintenance]]\nid = \"m\"\nservices = [\"web\"]\nstart = 2026-11-22T02:00:00\nlength = \"1h\"\n",
			"warning: maintenance[m].length: lasts 1h0m0s, and terms.maintenance.max_window_s excuses the first 30m0s only; shorten it"},
		{"the whole month of one service", strings.Replace(shop, "[[service]]", "[[service]]\nid = \"feed\"\n[[service.check]]\nid = \"a\"\ntarget = \"icmp://192.0.2.1\"\n[[service]]", 1) + "[[maintenance]]\nid = \"m\"\nservices = [\"feed\"]\nstart = 2026-11-01T00:00:00\nlength = \"30d\"\n",
			"error: maintenance: it takes the whole of 2026-11: nothing would be left to judge, for service feed;"},
		{"a limit on carrying what is not carried", terms("target_pct = \"99\"\ncarry_max_s = 60"), `terms.carry_max_s: is not used without missing = "carry"; write missing = "carry", or leave it out`},
		{"what follows after no carrying", terms("target_pct = \"99\"\ncarry_after = \"down\""), `terms.carry_after: is not used without missing = "carry"`},
		{"a count for another rule", terms("target_pct = \"99\"\nprobes = {k = 2}"), `terms.probes.k: is not used without rule = "quorum_count"`},
		{"a share for another rule", terms("target_pct = \"99\"\nprobes = {fraction = \"0.5\"}"), "terms.probes.fraction: is not used without"},
		{"parts for another rule", terms("target_pct = \"99\"\nendpoints = {k = 1}"), `terms.endpoints.k: is not used without rule = "at_least"`},
		{"tiers beside another scheme", terms("target_pct = \"99\"\ntiers = [{lt = \"99\", credit = \"5\"}]\ncredit = {scheme = \"affected_ratio\", ratio = \"1\"}"), `terms.tiers: is not used without credit.scheme = "tiers"`},
		{"a cap that tiers do not have", terms("target_pct = \"99\"\ntiers = [{lt = \"99\", credit = \"5\"}]\ncredit = {scheme = \"tiers\", cap = \"5\"}"), "terms.credit.cap: is not used without a scheme other than tiers"},
		{"a figure of another scheme", terms("target_pct = \"99\"\ncredit = {scheme = \"affected_ratio\", ratio = \"1\", multiple = \"2\"}"), `terms.credit.multiple: is not used without scheme = "prorata_multiple"`},
		{"pro rata of no breach", terms("credit = {scheme = \"prorata_multiple\", multiple = \"2\"}"), "terms.credit.scheme: prorata_multiple is owed on a breach"},
		{"beyond no budget", terms("credit = {scheme = \"per_unit\", unit_s = 60, credit_per_unit = \"1\", beyond_budget = true}"), "terms.credit.beyond_budget: without an objective there is no allowance"},
		{"a tier over the cap", terms("target_pct = \"99\"\ncredit = {scheme = \"duration_tiers\", cap = \"30\", tiers = [{gt_s = 60, credit = \"50.5\"}]}"), "terms.credit.cap: the tier of 50.5 % is cut to the cap of 30 %"},
		{"more than was paid", terms("target_pct = \"99\"\ntiers = [{lt = \"99\", credit = \"150\"}]"), "terms.tiers[1]: a credit of 150 % is more than the fee"},
		{"a basis of no cap", terms("target_pct = \"99\"\nmaintenance = {cap_basis = \"downtime\"}"), "terms.maintenance.cap_basis: is not used without cap_s"},
		{"a span of no cap", terms("target_pct = \"99\"\nmaintenance = {cap_per = \"year\"}"), "terms.maintenance.cap_per: is not used without cap_s"},
		{"a cap of nothing", terms("target_pct = \"99\"\nmaintenance = {cap_s = 0}"), "terms.maintenance.cap_s: a cap of 0 excuses no maintenance at all"},
		{"a window longer than all of them", terms("target_pct = \"99\"\nmaintenance = {cap_s = 3600, max_window_s = 7200}"), "terms.maintenance.max_window_s: a window may take 2h0m0s, and all windows together only 1h0m0s"},
		{"limits of no excuse", terms("target_pct = \"99\"\nmaintenance = {treatment = \"count_as_is\", cap_s = 3600}"), "terms.maintenance.treatment: count_as_is excuses nothing"},
		{"an emergency's notice without emergencies", terms("target_pct = \"99\"\nmaintenance = {emergency_min_notice_s = 60}"), "terms.maintenance.emergency_min_notice_s: is not used without emergency_excused"},
		{"emergencies announced before planned work", terms("target_pct = \"99\"\nmaintenance = {min_notice_s = 60, emergency_excused = true, emergency_min_notice_s = 3600}"), "an emergency needs 1h0m0s of notice, and planned work only 1m0s"},
		{"seconds of a weighted figure", "aggregate = \"weighted\"\n" + terms("max_bad_s = 3000") + second, "error: terms.max_bad_s: a weighted figure of several services is no length of time"},
		{"hours of a product", "aggregate = \"serial\"\n" + terms("target_pct = \"99\"\ncredit = {scheme = \"per_unit\", unit_s = 60, credit_per_unit = \"1\"}") + second, "error: terms.credit.scheme: a serial figure of several services is no length of time: no credit by per_unit"},
		{"mended before it is answered", shop + clockTOML("P1", "response", 7200, "") + clockTOML("P1", "resolution", 3600, ""), "clock[P1 resolution].target_s: P1 must be mended within 1h0m0s, before it must be answered, within 2h0m0s"},
		{"mended at night before it is answered by day", shop + desk + clockTOML("P1", "response", 7200, "calendar = \"desk\"") + clockTOML("P1", "resolution", 3600, ""), "before it must be answered"},
		{"mended and never answered", shop + clockTOML("P1", "resolution", 3600, ""), "clock[P1 resolution]: P1 has a time to mend and none to answer"},
		{"the grave after the mild", shop + clockTOML("P2", "response", 3600, "") + clockTOML("P1", "response", 900, ""), "clock[P2 response].target_s: P2 is given 1h0m0s, and the milder P1 only 15m0s"},
		{"hours for nobody", shop + desk, "calendar.desk: no clock runs on it; name it in a [[clock]], or remove it"},
		{"hours of another place for a clock", shop + strings.Replace(desk, "[calendar.desk]", "[calendar.desk]\ntz = \"UTC\"", 1) + clockTOML("P1", "response", 3600, "calendar = \"desk\""), "calendar.desk.tz: its hours are in UTC, the agreement in Europe/Berlin"},
		{"a year without holidays for a clock", "valid_from = 2026-01-01\nvalid_to = 2028-01-01\n" + shop + clockTOML("P1", "response", 3600, "calendar = {holidays = [\"2026-12-25\"], weekly = [{dow = [1], from = \"08:00\", to = \"18:00\"}]}"), "clock[P1 response].calendar.holidays: no holiday is listed in 2027"},
		{"a credit for a repair in time", shop + clockTOML("P1", "response", 3600, "tiers = [{ge_s = 3600, credit = \"5\"}]"), "clock[P1 response].tiers: 1h0m0s earns a credit of 5 % although the target of 1h0m0s is kept"},
		{"a hole in late repairs", shop + clockTOML("P1", "response", 3600, "tiers = [{gt_s = 3600, lt_s = 7200, credit = \"5\"}, {gt_s = 7200, credit = \"9\"}]"), "clock[P1 response].tiers: a hole: exactly 2h0m0s earns no credit"},
	} {
		if got := lintOf(t, row.text); !strings.Contains(got, row.says) {
			t.Errorf("%s: lint says\n%s\nwant %q", row.sentence, got, row.says)
		}
	}
}
