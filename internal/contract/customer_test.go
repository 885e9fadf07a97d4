package contract

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/probity-sla/probity/internal/sla"
)

func TestWhatCustomersGetIsReadWithEveryKey(t *testing.T) {
	a := mustParse(t, `escalation = "night shift"
certificate_warning = "0s"
`+shop+`
[faults]
report_required = true
hotline = "+49 30 1234567"
mail = "faults@example.com"
[publish]
status_page = true
badges = true
title = "Shop"
[report]
issue_after = "36h"
review = false
recipients = ["a@example.com", "b@example.com"]
language = "zh-CN"
[credits]
repairs = "sum"
cap = "30"
`)
	if a.Escalation != "night shift" || a.CertificateWarning != 0 {
		t.Errorf("escalation %q, certificate warning %s", a.Escalation, a.CertificateWarning)
	}
	for _, row := range []struct{ got, want any }{
		{a.Faults, Faults{ReportRequired: true, Hotline: "+49 30 1234567", Mail: "faults@example.com"}},
		{a.Publish, Publish{StatusPage: true, Badges: true, Title: "Shop"}},
		{a.Report, Report{IssueAfter: 36 * time.Hour, Recipients: []string{"a@example.com", "b@example.com"}, Language: "zh-CN"}},
		{a.Credits, sla.Credits{Repairs: sla.RepairsSum, Cap: sla.Of(30, 1)}},
	} {
		if !reflect.DeepEqual(row.got, row.want) {
			t.Errorf("got %+v; want %+v", row.got, row.want)
		}
	}
}

func TestNothingIsPublicUnlessTheAgreementSaysSo(t *testing.T) {
	a := mustParse(t, "name = \"Web shop\"\nlanguage = \"zh-CN\"\n"+shop)
	if want := (Publish{Title: "Web shop"}); a.Publish != want {
		t.Errorf("publish = %+v; want %+v", a.Publish, want)
	}
	if want := (Report{Review: true, Language: "zh-CN"}); !reflect.DeepEqual(a.Report, want) {
		t.Errorf("report = %+v; want %+v", a.Report, want)
	}
	if a.CertificateWarning != 14*24*time.Hour || a.Credits != (sla.Credits{}) {
		t.Errorf("certificate warning %s, credits %+v", a.CertificateWarning, a.Credits)
	}
}

func TestCustomerKeysThatCannotBe(t *testing.T) {
	for _, c := range []struct{ sentence, text, says string }{
		{"a mail address of none", "[faults]\nmail = \"desk\"", `faults.mail: "desk" is no mail address; write it like service@example.com`},
		{"an address with a name", "[report]\nrecipients = [\"A <a@example.com>\"]", "report.recipients[1]:"},
		{"an address twice", "[report]\nrecipients = [\"a@example.com\", \"a@example.com\"]", `report.recipients[2]: "a@example.com" is named twice`},
		{"an empty address", "[report]\nrecipients = [\"\"]", "report.recipients[1]: is empty"},
		{"a header smuggled in", "[report]\nrecipients = [\"a@example.com\\r\\nBcc: b@example.com\"]", "is no mail address"},
		{"a report before its results", "[report]\nissue_after = \"0s\"", "report.issue_after: is 0: late results have not arrived"},
		{"a language of nobody", "[report]\nlanguage = \"tlh\"", `report.language: "tlh" is no language of reports; write en or zh-CN`},
		{"a rule of nobody", "[credits]\nrepairs = \"mean\"", `credits.repairs: "mean" is none of largest or sum`},
		{"a title of two lines", "[publish]\ntitle = \"a\\nb\"", "publish.title: holds a line break"},
		{"a key of nowhere", "[publish]\npublic = true", "publish.public: no such key"},
		{"a table for a name", "escalation = {policy = \"a\"}", "escalation: is a table, not a text"},
	} {
		text := c.text + "\n" + shop
		if strings.HasPrefix(c.text, "[") {
			text = shop + c.text + "\n"
		}
		a, faults := Parse("test.toml", []byte(text))
		if err := Join(faults); a != nil || err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: Parse gives %v\nwant %q", c.sentence, err, c.says)
		}
	}
}

// Two late repairs of a month under each rule, beside what availability earned.
func TestTheCreditOfAPeriodIsTheAgreementsOwn(t *testing.T) {
	p := sla.Window{From: 1000, To: 2000}
	tiers := "tiers = [{gt_s = 3600, le_s = 7200, credit = \"10\"}, {gt_s = 7200, credit = \"30\"}]"
	late := []sla.Clock{
		{Opened: 1500, Stopped: 9000, Elapsed: 5_000_000, Breach: true},
		{Opened: 1600, Stopped: 9000, Elapsed: 8_000_000, Breach: true},
	}
	for _, row := range []struct {
		rule           string
		repairs, total int64
	}{{"", 30, 35}, {"[credits]\nrepairs = \"sum\"\n", 40, 45}, {"[credits]\nrepairs = \"sum\"\ncap = \"25\"\n", 40, 25}} {
		a := mustParse(t, shop+row.rule+clockTOML("P1", "response", 60, "")+clockTOML("P1", "resolution", 3600, tiers))
		kept := []sla.Compliance{
			sla.Comply(p, "P1", "response", a.Clocks[0].Terms, late[:1]), // late, and its clock has no tiers
			sla.Comply(p, "P1", "resolution", a.Clocks[1].Terms, late),
		}
		if got := a.PeriodCredit(sla.Of(5, 1), kept); got.Repairs.Cmp(sla.Of(row.repairs, 1)) != 0 || got.Total.Cmp(sla.Of(row.total, 1)) != 0 {
			t.Errorf("%q: PeriodCredit = %+v; want repairs %d, total %d", row.rule, got, row.repairs, row.total)
		}
	}
}
