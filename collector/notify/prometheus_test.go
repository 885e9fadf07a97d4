package notify_test

import (
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql/parser"

	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/collector/notify"
	"github.com/probity-sla/probity/internal/contract"
)

// readRules writes the rules of agreements and reads them as Prometheus does.
func readRules(t *testing.T, agreements ...*contract.Agreement) []rulefmt.RuleGroup {
	t.Helper()
	var b strings.Builder
	if err := notify.PrometheusRules(&b, agreements); err != nil {
		t.Fatal(err)
	}
	groups, errs := rulefmt.Parse([]byte(b.String()), false, model.LegacyValidation, parser.NewParser(parser.Options{}), slog.New(slog.DiscardHandler))
	if len(errs) > 0 {
		t.Fatalf("%v in\n%s", errs, b.String())
	}
	return groups.Groups
}

func agreement(t *testing.T, text string) *contract.Agreement {
	t.Helper()
	a, faults := contract.Parse("test.toml", []byte(text))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	return a
}

const shopAgreement = `
id = "shop"
customer = "Zhang \"{{ evil }}\" 商店"
zone = "Europe/Berlin"
period = {kind = "month"}
[terms]
target_pct = "99.9"
[[service]]
id = "web"
  [[service.check]]
  id = "home"
  target = "https://shop.example/"
[[service]]
id = "api"
  [[service.check]]
  id = "home"
  target = "https://api.shop.example/"
`

func TestPrometheusRules(t *testing.T) {
	groups := readRules(t, agreement(t, shopAgreement))
	if len(groups) != 2 || groups[0].Name != "probity-shop" || groups[1].Name != "probity-agents" {
		t.Fatalf("groups %+v", groups)
	}
	byExpr, same := map[string]rulefmt.Rule{}, map[string]bool{}
	known := []string{}
	for _, k := range incident.Kinds {
		known = append(known, k.AlertName())
	}
	for _, g := range groups {
		for _, r := range g.Rules {
			if !slices.Contains(known, r.Alert) {
				t.Errorf("alert %s is none of ours", r.Alert)
			}
			byExpr[r.Expr] = r
			if id := fmt.Sprint(r.Alert, r.Labels); same[id] { // promtool's duplicate-rules
				t.Errorf("two rules make the alert %s", id)
			} else {
				same[id] = true
			}
		}
	}
	for _, want := range []struct{ expr, alert, hold, severity string }{
		{`probity_service_state{agreement="shop",service="web",state="down"} == 1`, "ProbityServiceDown", "1m", "page"},
		{`probity_burn_rate{agreement="shop",service="web",window="1h"} > 14.4 and ignoring(window) probity_burn_rate{agreement="shop",service="web",window="5m"} > 14.4`, "ProbityObjectiveAtRisk", "0s", "page"},
		{`probity_burn_rate{agreement="shop",service="api",window="3d"} > 1 and ignoring(window) probity_burn_rate{agreement="shop",service="api",window="6h"} > 1`, "ProbityObjectiveAtRisk", "0s", "ticket"},
		{`probity_error_budget_remaining_seconds{agreement="shop",service="web"} < 0`, "ProbityObjectiveBreached", "0s", "ticket"},
		{`probity_certificate_expiry_timestamp_seconds{agreement="shop",service="web"} - time() < 1209600`, "ProbityCertificateExpiring", "0s", "ticket"},
		{`time() - probity_agent_last_seen_timestamp_seconds > 300`, "ProbityAgentSilent", "0s", "ticket"},
	} {
		r, ok := byExpr[want.expr]
		if !ok {
			t.Errorf("no rule for %s among %v", want.expr, slices.Sorted(keys(byExpr)))
			continue
		}
		if r.Alert != want.alert || r.For.String() != want.hold || r.Labels["severity"] != want.severity || r.Alert != "ProbityAgentSilent" && (r.Labels["agreement"] != "shop" || r.Labels["service"] == "") || r.Annotations["summary"] == "" {
			t.Errorf("%s = %+v, want %+v", want.expr, r, want)
		}
		if c := r.Labels["customer"]; r.Alert != "ProbityAgentSilent" && c != `Zhang "{{"{{"}} evil }}" 商店` {
			t.Errorf("customer %q would be a template", c)
		}
	}
}

func keys(m map[string]rulefmt.Rule) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// TestPrometheusRulesOfTheExamples: every agreement that we ship makes rules that load.
func TestPrometheusRulesOfTheExamples(t *testing.T) {
	readRules(t)
	set, faults := contract.LoadDir(filepath.Join("..", "..", "configs", "agreements"))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	all := set.Agreements
	if groups := readRules(t, all...); len(all) == 0 || len(groups) != len(all)+1 {
		t.Errorf("%d groups of %d agreements", len(groups), len(all))
	}
}
