package promapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/VictoriaMetrics/metrics"

	"github.com/probity-sla/probity/collector/timeline"
	"github.com/probity-sla/probity/internal/protocol"
	"github.com/probity-sla/probity/internal/sla"
)

func TestEndpointsAnswerAsPrometheusDoes(t *testing.T) {
	c := serveAPI(t, twoDays(t), Limits{})
	at := fmt.Sprint((t0 + 3600_000) / 1000)
	for _, tc := range []struct {
		path   string
		params []string
		want   string
	}{
		{"/api/v1/query", []string{"query", "1+1", "time", at}, `{"resultType":"scalar","result":[` + at + `,"2"]}`},
		{"/api/v1/query", []string{"query", `"a"`, "time", at}, `{"resultType":"string","result":[` + at + `,"a"]}`},
		{"/api/v1/query", []string{"query", "1/0", "time", "1.5"}, `{"resultType":"scalar","result":[1.5,"+Inf"]}`},
		{"/api/v1/query", []string{"query", "nothing", "time", at}, `{"resultType":"vector","result":[]}`},
		{"/api/v1/query", []string{"query", `probe_success{agent="far"}`, "time", "2026-10-01T01:00:00Z"},
			`{"resultType":"vector","result":[{"metric":{"__name__":"probe_success","agent":"far","agreement":"shop","check":"front","location":"tokyo","service":"web"},"value":[` + at + `,"1"]}]}`},
		{"/api/v1/query", []string{"query", `probe_success{agent="far"}[1m]`, "time", at},
			`{"resultType":"matrix","result":[{"metric":{"__name__":"probe_success","agent":"far","agreement":"shop","check":"front","location":"tokyo","service":"web"},"values":[[` +
				fmt.Sprint((t0+3600_000)/1000-30) + `,"1"],[` + at + `,"1"]]}]}`},
		{"/api/v1/query_range", []string{"query", `sum by (agreement) (probe_success)`, "start", at, "end", fmt.Sprint((t0 + 3660_000) / 1000), "step", "1m"},
			`{"resultType":"matrix","result":[{"metric":{"agreement":"shop"},"values":[[` + at + `,"2"],[` + fmt.Sprint((t0+3660_000)/1000) + `,"2"]]}]}`},
		{"/api/v1/labels", nil, `["__name__","agent","agreement","check","location","service","state"]`},
		{"/api/v1/labels", []string{"match[]", "probity_service_up"}, `["__name__","agreement","service"]`},
		{"/api/v1/labels", []string{"limit", "1"}, `["__name__"]`},
		{"/api/v1/label/agent/values", nil, `["edge","far"]`},
		{"/api/v1/label/agent/values", []string{"match[]", `probe_success{location="berlin"}`}, `["edge"]`},
		{"/api/v1/label/__name__/values", []string{"match[]", `{agent="far"}`}, `["probe_duration_seconds","probe_success"]`},
		{"/api/v1/label/none/values", nil, `[]`},
		{"/api/v1/series", []string{"match[]", `probity_service_up`, "match[]", `{__name__=~"probity_service_up|x"}`},
			`[{"__name__":"probity_service_up","agreement":"shop","service":"web"}]`},
		{"/api/v1/series", []string{"match[]", `{agreement="other"}`}, `[]`},
		{"/api/v1/metadata", []string{"metric", "probe_success"},
			`{"probe_success":[{"type":"gauge","help":"1 when the probe succeeded, 0 when it failed; absent without a result.","unit":""}]}`},
		{"/api/v1/query_exemplars", []string{"query", "probe_success"}, `[]`},
	} {
		status, r := c.get(tc.path, tc.params...)
		if status != 200 || r.Status != "success" || string(r.Data) != tc.want {
			t.Errorf("GET %s %q = %d %s %s\n%s\nwant\n%s", tc.path, tc.params, status, r.Status, r.Error, r.Data, tc.want)
		}
	}
}

func TestRefusalsHavePrometheussShape(t *testing.T) {
	c := serveAPI(t, twoDays(t), Limits{Samples: 5700, SamplesRead: 8000, Series: 5, Timeout: 20 * time.Second})
	for _, tc := range []struct {
		what, path string
		params     []string
		status     int
		kind, says string
	}{
		{"no query", "/api/v1/query", nil, 400, badData, "no expression found"},
		{"no PromQL", "/api/v1/query", []string{"query", "sum("}, 400, badData, "unclosed"},
		{"no time", "/api/v1/query", []string{"query", "1", "time", "noon"}, 400, badData, "timestamp"},
		{"not a number", "/api/v1/query", []string{"query", "1", "time", "NaN"}, 400, badData, "timestamp"},
		{"a far time", "/api/v1/query", []string{"query", "1", "time", "1e300"}, 400, badData, "timestamp"},
		{"no step", "/api/v1/query_range", []string{"query", "1", "start", "0", "end", "1"}, 400, badData, "step"},
		{"step 0", "/api/v1/query_range", []string{"query", "1", "start", "0", "end", "1", "step", "0"}, 400, badData, "step"},
		{"no start", "/api/v1/query_range", []string{"query", "1", "end", "1", "step", "1"}, 400, badData, "start"},
		{"backwards", "/api/v1/query_range", []string{"query", "1", "start", "2", "end", "1", "step", "1"}, 400, badData, "before start"},
		{"too many steps", "/api/v1/query_range", []string{"query", "1", "start", "0", "end", "11002", "step", "1"}, 400, badData, "11000 points"},
		{"a range vector over a range", "/api/v1/query_range", []string{"query", "probe_success[5m]", "start", "0", "end", "1", "step", "1"}, 400, badData, "range"},
		{"two of a kind", "/api/v1/query", []string{"query", "probe_success + on() probe_success", "time", fmt.Sprint(t0/1000 + 100)}, 422, execution, "many-to-many"},
		{"too many samples", "/api/v1/query", []string{"query", `probe_success{agent="far"}[2d]`, "time", fmt.Sprint(t0/1000 + 172800)}, 422, execution, "too many samples"},
		{"too many series", "/api/v1/query", []string{"query", `{agreement="shop"}`}, 422, costLimit, "more than 5 series"},
		{"too much to read", "/api/v1/query", []string{"query", "count_over_time(probe_success[2d])", "time", fmt.Sprint(t0/1000 + 172800)}, 422, costLimit, "more than 8000 samples"},
		{"too much history", "/api/v1/query", []string{"query", "count_over_time(probe_success[20y])"}, 422, execution, "days"},
		{"a long query", "/api/v1/query", []string{"query", strings.Repeat("1+", 10_000) + "1"}, 400, badData, "longer than"},
		{"a bad timeout", "/api/v1/query", []string{"query", "1", "timeout", "-1"}, 400, badData, "timeout"},
		{"a bad limit", "/api/v1/labels", []string{"limit", "many"}, 400, badData, "limit"},
		{"series of what", "/api/v1/series", nil, 400, badData, "match[]"},
		{"a matcher of everything", "/api/v1/series", []string{"match[]", `{a=~".*"}`}, 400, badData, "non-empty"},
		{"no selector", "/api/v1/labels", []string{"match[]", "sum(x)"}, 400, badData, "match[]"},
		{"a path that is not there", "/api/v1/admin/tsdb/delete_series", nil, 404, notFound, "no such endpoint"},
	} {
		status, r := c.get(tc.path, tc.params...)
		if status != tc.status || r.Status != "error" || r.ErrorType != tc.kind || !strings.Contains(r.Error, tc.says) {
			t.Errorf("%s: GET %s = %d %s %q, want %d %s and %q", tc.what, tc.path, status, r.ErrorType, r.Error, tc.status, tc.kind, tc.says)
		}
	}
}

// Each of these would take all memory, or all time, if it were evaluated.
func TestQueriesThatWouldTakeEverythingAreRefused(t *testing.T) {
	c := serveAPI(t, twoDays(t), Limits{})
	doubling := "probe_success"
	for range 50 {
		doubling = `label_join(` + doubling + `,"a","","agent","a","a")`
	}
	replacing := "probe_success"
	for range 12 {
		replacing = `sum by (a) (label_replace(` + replacing + `,"a","$1$1$1$1","agent","(.*)"))`
	}
	for _, query := range []string{
		"count_over_time(vector(1)[9y:1ms])",
		"count_over_time(count_over_time(vector(1)[1d:1s])[9y:5m])",
		"max_over_time(vector(1)[1d:1s]) + sum_over_time(vector(1)[300d:13s])",
		doubling, replacing,
	} {
		status, r := c.get("/api/v1/query", "query", query)
		if status != 422 || r.ErrorType != costLimit {
			t.Errorf("query %.60s… = %d %s %s, want 422 %s", query, status, r.ErrorType, r.Error, costLimit)
		}
	}
	if got := c.number(`count(label_join(label_replace(probe_success, "a", "$1-x", "agent", "(.*)"), "b", "/", "a", "check"))`, t0+3600_000); got != "2" {
		t.Errorf("plain label functions = %q, want 2", got)
	}
	if got := c.number(`max_over_time(sum(probe_success)[1h:30s])`, t0+2*3600_000); got != "2" {
		t.Errorf("a plain subquery = %q, want 2", got)
	}
}

func TestAQueryEndsAtItsTimeout(t *testing.T) {
	c := serveAPI(t, twoDays(t), Limits{Timeout: time.Millisecond})
	slow := strings.TrimSuffix(strings.Repeat(`sum_over_time(vector(1)[1d:1s]) + `, 20), " + ")
	if status, r := c.get("/api/v1/query", "query", slow); status != 503 || r.ErrorType != timedOut {
		t.Errorf("a slow query with a timeout of 1 ms = %d %s, want 503 %s", status, r.ErrorType, timedOut)
	}
}

func TestFormsAreReadFromTheBody(t *testing.T) {
	c := serveAPI(t, twoDays(t), Limits{})
	res, err := http.PostForm(c.url+"/api/v1/query", url.Values{"query": {"1+1"}, "time": {"5"}})
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if want := `{"status":"success","data":{"resultType":"scalar","result":[5,"2"]}}`; err != nil || string(body) != want {
		t.Errorf("POST /api/v1/query = %s, %v; want %s", body, err, want)
	}
	if got := res.Header.Get("Content-Type"); got != "application/json" {
		t.Errorf("Content-Type %q, want application/json", got)
	}
	if res, err = http.Post(c.url+"/api/v1/query", "application/x-www-form-urlencoded", strings.NewReader("query="+strings.Repeat("1", maxBodyBytes))); err != nil || res.StatusCode != 400 {
		t.Errorf("a body beyond the bound got %v, %v; want 400", res.StatusCode, err)
	}
	res.Body.Close()
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodDelete, c.url+"/api/v1/query", nil)
	if res, err = http.DefaultClient.Do(req); err != nil || res.StatusCode != 405 {
		t.Errorf("DELETE got %v, %v; want 405", res.StatusCode, err)
	}
	res.Body.Close()
}

// Grafana decides by buildinfo what it may ask for: a version of Prometheus.
func TestBuildInfoNamesAVersionThatGrafanaKnows(t *testing.T) {
	_, r := serveAPI(t, twoDays(t), Limits{}).get("/api/v1/status/buildinfo")
	var info map[string]string
	if err := json.Unmarshal(r.Data, &info); err != nil || info["version"] != upstreamVersion || info["revision"] != "test" {
		t.Errorf("buildinfo = %s, %v; want version %s of revision test", r.Data, err, upstreamVersion)
	}
}

func TestTheRootMayServeAnyPrefix(t *testing.T) {
	s := twoDays(t)
	api, err := New(Options{Catalogue: s, Results: s, Ledgers: s, Log: discard, Metrics: metrics.NewSet()})
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	api.Handler("").ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/api/v1/label/agent/values", nil))
	if want := `{"status":"success","data":["edge","far"]}`; w.Body.String() != want {
		t.Errorf("without a prefix: %s, want %s", w.Body, want)
	}
	shared := http.NewServeMux()
	for _, path := range Paths {
		shared.Handle(path, api.Handler(""))
	}
	w = httptest.NewRecorder()
	shared.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/api/v1/label/check/values", nil))
	if want := `{"status":"success","data":["front"]}`; w.Body.String() != want {
		t.Errorf("beside other endpoints: %s, want %s", w.Body, want)
	}
	if _, err := New(Options{}); err == nil {
		t.Error("New without any source gave no error")
	}
}

func TestFiguresOfNowHaveOneValue(t *testing.T) {
	s := newSeeded(t, t0)
	s.snapshot = *everything()
	c := serveAPI(t, s, Limits{})
	if got := c.number(`probity_availability_ratio{service=""}`, t0); got != "0.9996141975308642" {
		t.Errorf("the agreement's availability now = %q, want 0.9996141975308642", got)
	}
	if got := c.number(`probity_availability_ratio{service="web"} > probity_objective_ratio`, t0-30_000); got != "0.9996141975308642" {
		t.Errorf("half a minute ago, for clients that round = %q, want the same", got)
	}
	if got := c.number(`probity_availability_ratio{service="web"}`, t0-day); got != "" {
		t.Errorf("a day ago = %q, want nothing: the figure has no history", got)
	}
	_, r := c.get("/api/v1/label/__name__/values")
	var names []string
	if err := json.Unmarshal(r.Data, &names); err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if !slices.Contains(names, f.name) {
			t.Errorf("%s is not among the names %q", f.name, names)
		}
	}
}

// broken is a source whose disk is gone.
type broken struct{ *seeded }

func (broken) Runs(context.Context, protocol.CheckID, protocol.AgentID, int64, int64) ([]timeline.Run, error) {
	return nil, errors.New("disk is gone")
}

func (broken) Ledger(context.Context, string, sla.Window) (*sla.Statement, error) {
	return nil, errors.New("disk is gone")
}

func TestAFaultOfTheSourceIsNotTheQuerys(t *testing.T) {
	s := twoDays(t)
	var log bytes.Buffer
	api, err := New(Options{Catalogue: s, Results: broken{s}, Ledgers: broken{s}, Log: slog.New(slog.NewTextHandler(&log, nil)), Metrics: metrics.NewSet()})
	if err != nil {
		t.Fatal(err)
	}
	for _, query := range []string{"probe_success", "avg_over_time(probe_duration_seconds[1h])", "probity_service_up"} {
		w := httptest.NewRecorder()
		api.Handler("").ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/api/v1/query?query="+url.QueryEscape(query), nil))
		if w.Code != 500 || !strings.Contains(w.Body.String(), `"errorType":"internal"`) || !strings.Contains(log.String(), "disk is gone") {
			t.Errorf("%s of a broken source = %d %s, log %q; want 500, internal, and a line in the log", query, w.Code, w.Body, &log)
		}
		log.Reset()
	}
}

func TestQueriesSideBySideAgree(t *testing.T) {
	c := serveAPI(t, twoDays(t), Limits{Concurrent: 2})
	query := url.Values{"query": {`sum(avg_over_time(probe_success[1d])) + sum(avg_over_time(probity_service_up[1d])) + sum(max_over_time(probe_duration_seconds[1d]))`}, "time": {fmt.Sprint(t0/1000 + 86400)}}
	answers := make(chan string)
	for range 12 {
		go func() {
			res, err := http.PostForm(c.url+"/api/v1/query", query)
			if err != nil {
				answers <- err.Error()
				return
			}
			defer res.Body.Close()
			body, err := io.ReadAll(res.Body)
			answers <- fmt.Sprint(string(body), err)
		}()
	}
	first := <-answers
	for range 11 {
		if next := <-answers; next != first || !strings.Contains(next, `"vector"`) {
			t.Errorf("one query answers %s and %s", first, next)
		}
	}
}
