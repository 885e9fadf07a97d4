package promapi

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/VictoriaMetrics/metrics"
)

// FuzzQuery holds that no text of a client makes the API panic, answer without
// JSON, or fail for a reason of its own.
func FuzzQuery(f *testing.F) {
	for _, seed := range [][4]string{
		{"/api/v1/query", `probe_success{agent=~"e.*"}`, "1790812900", ""},
		{"/api/v1/query", `avg_over_time(probity_service_up[1d:5m] offset -1h) @ start()`, "2026-10-02T00:00:00Z", ""},
		{"/api/v1/query_range", `quantile(0.9, probe_duration_seconds) by (check)`, "1790812800", "60"},
		{"/api/v1/query_range", `{__name__!=""} @ 1790812900 or vector(NaN)`, "1790812800", "1e-3"},
		{"/api/v1/query", `label_replace(probe_success, "x", "$1", "agent", "(.*)") offset 5y`, "-1e9", ""},
		{"/api/v1/query", `timestamp(probity_service_state[1m:])`, "9e15", ""},
		{"/api/v1/series", `{agreement!~"a|b"}`, "", ""},
		{"/api/v1/labels", `{"a.b"="c"}`, "", ""},
		{"/api/v1/label/agent/values", `probe_success`, "", ""},
	} {
		f.Add(seed[0], seed[1], seed[2], seed[3])
	}
	s := twoDays(f)
	api, err := New(Options{
		Catalogue: s, Results: s, Ledgers: s, Log: discard, Metrics: metrics.NewSet(),
		Limits: Limits{Samples: 10_000, SamplesRead: 100_000, Timeout: time.Second},
	})
	if err != nil {
		f.Fatal(err)
	}
	handler := api.Handler("")
	f.Fuzz(func(t *testing.T, path, text, at, step string) {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.URL = &url.URL{Path: path, RawQuery: url.Values{
			"query": {text}, "match[]": {text}, "time": {at}, "start": {at}, "end": {at}, "step": {step}, "timeout": {step}, "limit": {step},
		}.Encode()}
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		if w.Code >= 300 && w.Code < 400 || w.Header().Get("Content-Type") == "text/plain; charset=utf-8" {
			return // not one of our paths
		}
		var out reply
		if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil {
			t.Fatalf("%s with %q at %q step %q: %v\n%s", path, text, at, step, err, w.Body)
		}
		if w.Code == http.StatusInternalServerError {
			t.Fatalf("%s with %q at %q step %q failed inside: %s", path, text, at, step, out.Error)
		}
	})
}
