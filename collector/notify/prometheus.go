package notify

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/common/model"

	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/internal/contract"
)

// rule is one alerting rule of Prometheus.
type rule struct {
	kind        incident.Kind
	expr        string
	hold        time.Duration // how long expr must hold: for
	severity    string
	labels      map[string]string
	summary     string
	description string
}

// PrometheusRules writes the alerts of agreements as a rule file of Prometheus,
// over the metrics that the collector shows. Rules have the names, severities
// and labels of our own alerts. What no metric tells stays with the collector:
// agents' own faults and clocks, response and resolution times, maintenance,
// and forecasts. Nor does Prometheus date a fault back to its first failure.
func PrometheusRules(w io.Writer, agreements []*contract.Agreement) error {
	b := bufio.NewWriter(w)
	b.WriteString("# Alerts of Probity, made from its agreements. Make it again when they change.\n")
	if len(agreements) == 0 {
		b.WriteString("groups: []\n")
		return b.Flush()
	}
	b.WriteString("groups:\n")
	all := slices.Clone(agreements)
	slices.SortStableFunc(all, func(x, y *contract.Agreement) int { return cmp.Compare(x.ID, y.ID) })
	silent := time.Duration(0)
	for _, a := range all {
		var rules []rule
		for i := range a.Services {
			rules = append(rules, serviceRules(a, &a.Services[i])...)
		}
		writeGroup(b, "probity-"+a.ID, rules)
		if a.Silent > 0 && (silent == 0 || a.Silent < silent) {
			silent = a.Silent
		}
	}
	silent = cmp.Or(silent, incident.DefaultSilent*time.Millisecond)
	writeGroup(b, "probity-agents", []rule{{
		kind: incident.AgentSilent, severity: incident.Ticket,
		expr:    "time() - probity_agent_last_seen_timestamp_seconds > " + seconds(silent),
		summary: "Agent {{ $labels.agent }} at {{ $labels.location }} is silent", description: "Last heard of {{ $value | humanizeDuration }} ago.",
	}})
	return b.Flush()
}

// serviceRules are the rules of one service.
func serviceRules(a *contract.Agreement, s *contract.Service) []rule {
	metric := func(name string, more ...string) string {
		out := name + "{agreement=" + strconv.Quote(a.ID) + ",service=" + strconv.Quote(s.ID)
		for i := 0; i+1 < len(more); i += 2 {
			out += "," + more[i] + "=" + strconv.Quote(more[i+1])
		}
		return out + "}"
	}
	is := func(state string) string { return metric("probity_service_state", "state", state) + " == 1" }
	const who = "{{ $labels.service }} ({{ $labels.agreement }})"
	confirm := confirmation(s)
	out := []rule{
		{kind: incident.ServiceDown, expr: is("down"), hold: confirm, severity: incident.Page, summary: who + " is down", description: "Down for at least " + confirm.String() + "."},
		{kind: incident.ServiceDegraded, expr: is("degraded"), hold: confirm, severity: incident.Ticket, summary: who + " is degraded", description: "Answers, but not as agreed."},
		{kind: incident.ServiceNoData, expr: is("unknown"), hold: incident.DefaultNoData * time.Millisecond, severity: incident.Page,
			summary: "Nothing is known of " + who, description: "It may be up or down. Look at the agents before the service."},
	}
	for _, r := range a.Burn {
		factor := decimal(r.Factor.Num, r.Factor.Den)
		long, short := model.Duration(r.Long).String(), model.Duration(r.Short).String()
		over := func(window string) string { return metric("probity_burn_rate", "window", window) + " > " + factor }
		out = append(out, rule{
			kind: incident.ObjectiveAtRisk, expr: over(long) + " and ignoring(window) " + over(short), severity: r.Severity,
			labels:      map[string]string{"burn": long + "/" + short},
			summary:     who + " spends its downtime budget too fast",
			description: "Over the last " + long + " the budget burned at {{ printf \"%.1f\" $value }} times the rate that lasts the period; the bound is " + factor + ".",
		})
	}
	out = append(out,
		rule{kind: incident.ObjectiveBreached, expr: metric("probity_error_budget_remaining_seconds") + " < 0", severity: incident.Ticket,
			summary: who + " has missed its objective", description: "The downtime budget of the period is overspent. This stands until the period is over."},
		rule{kind: incident.CoverageLow, expr: metric("probity_coverage_ratio") + " < " + decimal(incident.DefaultCoverageMin.Num, incident.DefaultCoverageMin.Den), hold: time.Hour, severity: incident.Ticket,
			summary: "Too little is known of " + who, description: "Results cover {{ $value | humanizePercentage }} of the time in which they were due."})
	if a.CertificateWarning > 0 {
		out = append(out, rule{kind: incident.CertificateExpiring, severity: incident.Ticket,
			expr:    metric("probity_certificate_expiry_timestamp_seconds") + " - time() < " + seconds(a.CertificateWarning),
			summary: "A certificate of " + who + " is about to expire", description: "Check {{ $labels.check }}: {{ $value | humanizeDuration }} left."})
	}
	for i := range out {
		out[i].labels = with(out[i].labels, "agreement", a.ID, "service", s.ID, "customer", a.Customer, "tier", a.Tier)
	}
	return out
}

// confirmation is how long a service must be down before the failed slots that
// confirm an outage are over.
func confirmation(s *contract.Service) time.Duration {
	var interval time.Duration
	for i := range s.Checks {
		interval = max(interval, s.Checks[i].Interval)
	}
	return time.Duration(max(s.Confirm, 1)-1) * interval
}

func with(labels map[string]string, pairs ...string) map[string]string {
	out := maps.Clone(labels)
	if out == nil {
		out = map[string]string{}
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			out[pairs[i]] = untemplated(bounded(pairs[i+1], MaxLabelBytes))
		}
	}
	return out
}

// untemplated writes a text so that Prometheus does not take it for a template.
func untemplated(s string) string { return strings.ReplaceAll(s, "{{", `{{"{{"}}`) }

func seconds(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'f', -1, 64) }

func decimal(num, den int64) string {
	return strconv.FormatFloat(float64(num)/float64(den), 'f', -1, 64)
}

// writeGroup writes YAML; every text is in double quotes, whose escapes are Go's.
func writeGroup(w *bufio.Writer, name string, rules []rule) {
	fmt.Fprintf(w, "  - name: %s\n    rules:\n", strconv.Quote(name))
	for _, r := range rules {
		fmt.Fprintf(w, "      - alert: %s\n        expr: %s\n", r.kind.AlertName(), strconv.Quote(r.expr))
		if r.hold > 0 {
			fmt.Fprintf(w, "        for: %s\n", model.Duration(r.hold))
		}
		fmt.Fprintf(w, "        labels:\n          severity: %s\n", r.severity)
		for _, k := range slices.Sorted(maps.Keys(r.labels)) {
			fmt.Fprintf(w, "          %s: %s\n", k, strconv.Quote(r.labels[k]))
		}
		fmt.Fprintf(w, "        annotations:\n          summary: %s\n          description: %s\n", strconv.Quote(r.summary), strconv.Quote(r.description))
	}
}
