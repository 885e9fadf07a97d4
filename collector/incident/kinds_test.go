package incident_test

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/internal/sla"
)

// samples are facts that raise one alert of every kind, in its language.
func samples(language string) map[incident.Kind]incident.Step {
	at := time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC).UnixMilli()
	zone := time.FixedZone("CET", 3600)
	base := incident.Facts{
		At: at, Agreement: "shop", AgreementName: "Shop", Service: "web", ServiceName: "Web", Customer: "ACME", Language: language, Zone: zone,
		PeriodID: "2026-11", Period: sla.Window{From: at - 86_400_000, To: at + 8*86_400_000}, State: sla.Up, Since: at - 60_000, Recovered: at - 60_000,
		Watching: at - 86_400_000, Confirm: incident.Confirm{Slots: 2, Interval: 30_000}, Target: sla.Ratio{Num: 999, Den: 1000},
		Availability: sla.Ratio{Num: 999_912_349, Den: 1_000_000_000}, Budget: 2_592_000, BudgetLeft: 750_000,
	}
	past := []sla.Outage{{From: at - 7_200_000, To: at - 5_358_000, Where: []string{"home/berlin", "home/tokyo"}}}
	service := func(edit func(*incident.Facts)) incident.Step {
		f := base
		edit(&f)
		return incident.Step{Service: &f}
	}
	agent := func(edit func(*incident.AgentFacts)) incident.Step {
		f := incident.AgentFacts{At: at, Agent: "a1", Location: "berlin", Language: language, Zone: zone, LastSeen: at - 1000, Checks: 12}
		edit(&f)
		return incident.Step{Agent: &f}
	}
	clock := func(i incident.Indicator, elapsed int64) incident.Step {
		return incident.Step{Clock: &incident.ClockFacts{
			At: at, Incident: "INC-2026-0042", Title: "Web is down", Agreement: "shop", AgreementName: "Shop", Language: language, Zone: zone,
			Severity: "P1", Indicator: i, Target: 3_600_000, Elapsed: elapsed, DueAt: at + 3_600_000 - elapsed, Running: true, Breach: elapsed > 3_600_000,
			WarnBefore: 900_000, Budget: 2_592_000, BudgetLeft: 750_000, Where: []string{"home/berlin"},
		}}
	}
	window := func(from, to int64, state sla.State) incident.Step {
		return incident.Step{Maintenance: &incident.MaintenanceFacts{
			At: at, ID: "mw-7", Agreement: "shop", AgreementName: "Shop", Language: language, Zone: zone, Reason: "new disks", From: from, To: to, Qualifies: true,
			Services: []incident.ServiceState{{Service: "web", Name: "Web", State: state, Since: from, Where: []string{"home/berlin"}}},
		}}
	}
	down := func(f *incident.Facts) {
		f.State, f.Since, f.Recovered, f.Cause, f.Where = sla.Down, at-90_000, 0, "connect_refused", []string{"home/berlin"}
		f.Outages = []sla.Outage{{From: at - 90_000, To: at, Ongoing: true, Where: []string{"home/berlin"}}}
	}
	return map[incident.Kind]incident.Step{
		incident.ServiceDown: service(down),
		incident.ServiceDegraded: service(func(f *incident.Facts) {
			f.State, f.Since, f.Cause, f.Where = sla.Degraded, at-90_000, "slow", []string{"home/berlin"}
		}),
		incident.ServiceNoData: service(func(f *incident.Facts) { f.State, f.Since, f.Recovered = sla.Unknown, at-600_000, 0 }),
		incident.ObjectiveAtRisk: service(func(f *incident.Facts) {
			f.Outages = past
			f.Burn = []incident.Burn{{Severity: incident.Page, Long: time.Hour, Short: 5 * time.Minute, Factor: sla.Ratio{Num: 144, Den: 10},
				LongBurn: sla.Ratio{Num: 20, Den: 1}, ShortBurn: sla.Ratio{Num: 311, Den: 10}}}
		}),
		incident.ObjectiveForecast: service(func(f *incident.Facts) { f.Outages, f.Forecast = past, at+5_820_000 }),
		incident.ObjectiveBreached: service(func(f *incident.Facts) { f.Outages, f.BudgetLeft = past, -125_000 }),
		incident.CoverageLow:       service(func(f *incident.Facts) { f.Coverage = sla.Ratio{Num: 28_800_000, Den: 36_000_000} }),
		incident.AgentSilent:       agent(func(f *incident.AgentFacts) { f.LastSeen = at - 600_000 }),
		incident.AgentFaulty:       agent(func(f *incident.AgentFacts) { f.Faults = []string{"uplink: no route", "clock_off: 3 s"} }),
		incident.ClockOff:          agent(func(f *incident.AgentFacts) { f.ClockKnown, f.ClockError = true, -3200 }),
		incident.ResponseDue:       clock(incident.IndicatorResponse, 3_000_000),
		incident.ResponseMissed:    clock(incident.IndicatorResponse, 3_700_000),
		incident.ResolutionDue:     clock(incident.IndicatorResolution, 3_000_000),
		incident.ResolutionMissed:  clock(incident.IndicatorResolution, 3_700_000),
		incident.CertificateExpiring: {Cert: &incident.CertFacts{At: at, Agreement: "shop", AgreementName: "Shop", Service: "web", ServiceName: "Web",
			Check: "home", Language: language, Zone: zone, NotAfter: at + 5*86_400_000, Where: []string{"home/berlin", "home/tokyo"}}},
		incident.MaintenanceBegins:  window(at-60_000, at+3_600_000, sla.Up),
		incident.MaintenanceEnded:   window(at-3_600_000, at-60_000, sla.Up),
		incident.MaintenanceOverran: window(at-3_600_000, at-60_000, sla.Down),
	}
}

// TestTextsOfEveryKind reads whole texts as a person would: testdata/texts.LANGUAGE.
// PROBITY_UPDATE_TEXTS=1 writes them anew, for a person to read.
func TestTextsOfEveryKind(t *testing.T) {
	for _, language := range []string{"en", "zh-CN"} {
		t.Run(language, func(t *testing.T) {
			steps, b := samples(language), strings.Builder{}
			for _, k := range incident.Kinds {
				e := incident.New(incident.Options{RunbookURL: "https://sla.example.net/RUNBOOK.md"})
				found := false
				for _, c := range e.Judge(steps[k]) {
					if a := c.Alert; a != nil && a.Kind == k {
						found = true
						fmt.Fprintf(&b, "%s (%s) %s\n%s\n%s\n%s\n\n", k, a.Severity, a.Key, a.Annotations["summary"], a.Annotations["description"], a.Annotations["runbook_url"])
					}
				}
				if !found {
					t.Errorf("the sample of %s raises no such alert", k)
				}
			}
			name := "testdata/texts." + language
			if os.Getenv("PROBITY_UPDATE_TEXTS") != "" {
				if err := os.WriteFile(name, []byte(b.String()), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if b.String() != string(want) {
				t.Errorf("texts are\n%s\nwant those of %s", b.String(), name)
			}
			if strings.Contains(b.String(), "{") {
				t.Error("a word was left unfilled")
			}
		})
	}
}

// TestEveryReasonIsTranslated compares the two tables by their names.
func TestEveryReasonIsTranslated(t *testing.T) {
	read := func(file, form string) map[string]bool {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		out := map[string]bool{}
		for _, m := range regexp.MustCompile(form).FindAllStringSubmatch(string(raw), -1) {
			out[m[1]] = true
		}
		return out
	}
	en, zh := read("text_en.go", `(?m)^\t(\w+) +reason = "`), read("text_zh.go", `(?m)^\t\t(\w+): +"`)
	if len(en) < 40 {
		t.Fatalf("%d reasons read from text_en.go", len(en))
	}
	for name := range en {
		if !zh[name] {
			t.Errorf("text_zh.go has no %s", name)
		}
	}
}

func TestLanguageIsMatched(t *testing.T) {
	for tag, want := range map[string]string{
		"": "Web (Shop) is down", "en": "Web (Shop) is down", "de": "Web (Shop) is down", "nonsense!": "Web (Shop) is down",
		"zh-CN": "Web（Shop）中断", "zh": "Web（Shop）中断", "zh-Hans-SG": "Web（Shop）中断",
	} {
		e := incident.New(incident.Options{})
		e.Judge(samples(tag)[incident.ServiceDown])
		if got := e.Active()[0].Annotations["summary"]; got != want && e.Active()[0].Kind == incident.ServiceDown {
			t.Errorf("in %q: %q, want %q", tag, got, want)
		}
	}
}
