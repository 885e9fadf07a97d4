package collector

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/probity-sla/probity/internal/protocol"
)

// TestGrafanaQueriesAreAnswered: every query of the dashboards, by a real
// collector over a real store; what the agreement has, has data.
func TestGrafanaQueriesAreAnswered(t *testing.T) {
	h := newHouse(t, map[string]string{"agreements/shop.toml": agreementText("shop", "1m", "[terms]\ntarget_pct = \"99\"\n")})
	h.serve()
	const check protocol.CheckID = "shop/web/home"
	var all []protocol.Result
	for i, slot := range slotsBefore(check, time.Minute, time.Now(), 240) {
		outcome := protocol.OutcomeUp
		if i >= 200 && i < 210 {
			outcome = protocol.OutcomeDown
		}
		all = append(all, result(check, time.Minute, slot, outcome))
	}
	h.push(1, all...)
	eventually(t, "figures on /metrics", func() bool {
		status, body := h.ask("GET", "/metrics", readerToken, nil)
		return status == http.StatusOK && strings.Contains(body, "probity_availability_ratio{agreement=\"shop\"")
	})
	files, err := filepath.Glob("../configs/grafana/dashboards/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no dashboards: %v", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var d struct {
			Panels []struct {
				Title   string
				Targets []struct {
					Expr    string
					Instant bool
				}
			}
		}
		if err := json.Unmarshal(text, &d); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for _, p := range d.Panels {
			for _, q := range p.Targets {
				h.promQuery(q.Expr, q.Instant)
			}
		}
	}
	for _, expr := range []string{"probity_service_up", "probe_success", "avg_over_time(probity_service_up[1h])", "probity_availability_ratio"} {
		if body := h.promQuery(expr, true); strings.Contains(body, `"result":[]`) {
			t.Errorf("%s has no data: %s", expr, body)
		}
	}
	if status, body := h.ask("GET", "/prometheus/api/v1/query?query=up", "", nil); status != http.StatusUnauthorized {
		t.Errorf("a query without a token: %d %s", status, body)
	}
}

// promQuery asks Prometheus's API, with the variables of the dashboards filled in.
func (h *house) promQuery(expr string, instant bool) string {
	h.t.Helper()
	expr = strings.NewReplacer("$agreement", "shop", "$service", ".*", "$location", ".*", "$__range_s", "10800", "$__range", "3h",
		"$__rate_interval", "2m").Replace(expr)
	now := time.Now().Unix()
	path := "/prometheus/api/v1/query?" + url.Values{"query": {expr}, "time": {fmt.Sprint(now)}}.Encode()
	if !instant {
		path = "/prometheus/api/v1/query_range?" + url.Values{"query": {expr}, "start": {fmt.Sprint(now - 10800)}, "end": {fmt.Sprint(now)}, "step": {"60"}}.Encode()
	}
	status, body := h.ask("GET", path, readerToken, nil)
	if status != http.StatusOK {
		h.t.Errorf("%s: %d %s", expr, status, body)
	}
	return body
}
