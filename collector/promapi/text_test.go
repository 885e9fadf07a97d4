package promapi

import (
	"bytes"
	"fmt"
	"log/slog"
	"math"
	"strings"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/probity-sla/probity/internal/sla"
)

// everything is a snapshot in which every figure is known, and one agreement of
// which nothing is known yet.
func everything() *Snapshot {
	v := &sla.Verdict{
		Availability: sla.Of(2_591_000, 2_592_000), Target: sla.Of(9995, 10_000), Coverage: sla.Of(1, 1),
		Budget: 1_296_000, BudgetLeft: 296_000,
	}
	down := &sla.Entry{State: sla.Down, Observed: sla.Down}
	return &Snapshot{
		At: t0,
		Agreements: []Agreement{
			{ID: "shop", Overall: v, Open: []Open{{Severity: "P1", Incidents: 2}, {Severity: `say "now"\n`, Incidents: 0}}, Services: []Service{{
				ID: "web", Verdict: v, Last: down,
				Burn: []Burn{{time.Hour, sla.Of(144, 10)}, {5 * time.Minute, sla.MaxBurn}, {time.Hour, sla.Of(144, 10)}, {72 * time.Hour, sla.Ratio{}}},
				Checks: []Check{{ID: "shop/web/front", CertExpiry: t0 + 500, Locations: []Location{
					{Agent: "edge", Location: "berlin", State: sla.Up, Took: 20 * time.Millisecond},
					{Agent: "far", Location: "tokyo", State: sla.Down},
					{Agent: "dark", Location: "lima", State: sla.Unknown, Took: time.Second},
				}}},
			}}},
			{ID: "new", Overall: &sla.Verdict{Budget: -1}, Services: []Service{{ID: "api"}}},
		},
		Agents: []Agent{{Agent: "edge", Location: "berlin", SeenAt: t0}, {Agent: "never", Location: "oslo"}},
	}
}

func written(t *testing.T, x *Exporter, s *Snapshot) string {
	t.Helper()
	var out bytes.Buffer
	if err := x.Metrics(&out, s); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestMetricsSayWhatIsKnownAndNothingElse(t *testing.T) {
	text := written(t, &Exporter{Log: discard}, everything())
	for _, want := range []string{
		`probity_availability_ratio{agreement="shop"} 0.9996141975308642`,
		`probity_availability_ratio{agreement="shop",service="web"} 0.9996141975308642`,
		`probity_objective_ratio{agreement="shop",service="web"} 0.9995`,
		`probity_error_budget_remaining_ratio{agreement="shop"} 0.22839506172839505`,
		`probity_error_budget_remaining_seconds{agreement="shop"} 296`,
		`probity_coverage_ratio{agreement="shop"} 1`,
		`probity_incidents_open{agreement="shop",severity="P1"} 2`,
		`probity_incidents_open{agreement="shop",severity="say \"now\"\\n"} 0`,
		`probity_service_state{agreement="shop",service="web",state="down"} 1`,
		`probity_service_state{agreement="shop",service="web",state="up"} 0`,
		`probity_service_up{agreement="shop",service="web"} 0`,
		`probity_burn_rate{agreement="shop",service="web",window="1h"} 14.4`,
		`probity_burn_rate{agreement="shop",service="web",window="5m"} +Inf`,
		`probity_agent_last_seen_timestamp_seconds{agent="edge",location="berlin"} 1.7908128e+09`,
		`probity_certificate_expiry_timestamp_seconds{agreement="shop",service="web",check="front"} 1.7908128005e+09`,
		`probe_success{agreement="shop",service="web",check="front",location="berlin",agent="edge"} 1`,
		`probe_success{agreement="shop",service="web",check="front",location="tokyo",agent="far"} 0`,
		`probe_duration_seconds{agreement="shop",service="web",check="front",location="berlin",agent="edge"} 0.02`,
		`probity_metrics_series_left_out 0`,
	} {
		if strings.Count(text, "\n"+want+"\n") != 1 {
			t.Errorf("/metrics has not exactly one line\n%s\nin\n%s", want, text)
		}
	}
	for _, unknown := range []string{`agreement="new"`, "lima", "never", `window="3d"`} {
		if strings.Contains(text, unknown) {
			t.Errorf("/metrics speaks of %s, of which nothing is known:\n%s", unknown, text)
		}
	}
}

func TestMetricsAreReadByTheUpstreamParser(t *testing.T) {
	text := written(t, &Exporter{Log: discard}, everything())
	parser := expfmt.NewTextParser(model.UTF8Validation)
	parsed, err := parser.TextToMetricFamilies(strings.NewReader(text))
	if err != nil {
		t.Fatalf("expfmt: %v\n%s", err, text)
	}
	for _, f := range families {
		got := parsed[f.name]
		if got == nil || got.GetType() != dto.MetricType_GAUGE || got.GetHelp() != f.help {
			t.Errorf("family %s reads back as %v, want a gauge with its help", f.name, got)
		}
	}
	seen := map[string]bool{}
	for name, f := range parsed {
		for _, m := range f.Metric {
			id := name + fmt.Sprint(m.Label)
			if seen[id] {
				t.Errorf("series %s is written twice", id)
			}
			seen[id] = true
		}
	}
}

func TestSeriesBeyondTheBoundAreCountedAndSaidOnce(t *testing.T) {
	var log bytes.Buffer
	x := &Exporter{Log: slog.New(slog.NewTextHandler(&log, nil)), Max: 5}
	text := written(t, x, everything())
	written(t, x, everything())
	if got := strings.Count(text, "\nprob"); got != 5+1 {
		t.Errorf("%d series were written, want 5 and the count of the rest:\n%s", got-1, text)
	}
	if !strings.Contains(text, "\nprobity_metrics_series_left_out 21\n") {
		t.Errorf("the count of what was left out is wrong:\n%s", text)
	}
	if n := strings.Count(log.String(), "more series than"); n != 1 {
		t.Errorf("the bound was logged %d times in two scrapes, want once:\n%s", n, &log)
	}
}

func TestRatiosAreNeverRoundedUpToOne(t *testing.T) {
	for _, tc := range []struct {
		in   sla.Ratio
		want float64
	}{
		{sla.Of(1, 1), 1},
		{sla.Of(7, 7), 1},
		{sla.Of(math.MaxInt64-1, math.MaxInt64), math.Nextafter(1, 0)},
		{sla.Of(9995, 10_000), 0.9995},
		{sla.Of(0, 5), 0},
		{sla.Of(-5, 4), -1.25},
		{sla.Of(math.MaxInt64, math.MaxInt64-1), 1},
	} {
		if got := float(tc.in); got != tc.want {
			t.Errorf("float(%v) = %v, want %v", tc.in, got, tc.want)
		}
	}
}

func FuzzMetricsText(f *testing.F) {
	f.Add("shop", "web", "P1")
	f.Add("a\nb", `"`, `\`)
	f.Add("\xff", "\xfe{", "}")
	f.Add("", "=", "#")
	f.Fuzz(func(t *testing.T, agreement, service, severity string) {
		s := everything()
		a := &s.Agreements[0]
		a.ID, a.Services[0].ID, a.Open[0].Severity = agreement, service, severity
		a.Services[0].Checks[0].Locations[0].Location = "x" // labels of their own stay apart
		s.Agents[0].Location = "y"
		text := written(t, &Exporter{Log: discard}, s)
		parser := expfmt.NewTextParser(model.UTF8Validation)
		if _, err := parser.TextToMetricFamilies(strings.NewReader(text)); err != nil {
			t.Fatal(fmt.Errorf("%w\n%s", err, text))
		}
	})
}
