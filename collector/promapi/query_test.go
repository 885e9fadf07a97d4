package promapi

import (
	"encoding/json"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/probity-sla/probity/collector/timeline"
	"github.com/probity-sla/probity/internal/sla"
)

// twoDays has one check every 30 s from two agents: "edge" is down from 06:00 to
// 06:10 on the first day and silent from 12:00 to 13:00, "far" is always up.
func twoDays(t testing.TB) *seeded {
	s := newSeeded(t, t0+2*day)
	hour := int64(3600_000)
	s.snapshot.Agreements = []Agreement{{ID: "shop", Services: []Service{{
		ID: "web", Checks: []Check{{
			ID: "shop/web/front", Interval: 30 * time.Second, Grace: 20 * time.Second,
			Locations: []Location{{Agent: "edge", Location: "berlin"}, {Agent: "far", Location: "tokyo"}},
		}},
	}}}}
	s.add(t, "shop/web/front", "edge", 30*time.Second, t0, t0+2*day, func(slot int64) (timeline.Outcome, bool) {
		at := slot - t0
		if at >= 12*hour && at < 13*hour {
			return 0, false
		}
		if at >= 6*hour && at < 6*hour+600_000 {
			return timeline.Down, true
		}
		return timeline.Up, true
	})
	s.add(t, "shop/web/front", "far", 30*time.Second, t0, t0+2*day, func(int64) (timeline.Outcome, bool) { return timeline.Up, true })
	return s
}

// number is the one value of an instant query, "" when there is none.
func (c client) number(query string, at int64) string {
	c.t.Helper()
	status, r := c.get("/api/v1/query", "query", query, "time", fmt.Sprint(float64(at)/1000))
	if status != 200 {
		c.t.Fatalf("query %s: %d %s: %s", query, status, r.ErrorType, r.Error)
	}
	var d struct {
		Result []struct{ Value [2]any }
	}
	if err := json.Unmarshal(r.Data, &d); err != nil {
		c.t.Fatal(err)
	}
	switch len(d.Result) {
	case 0:
		return ""
	case 1:
		return d.Result[0].Value[1].(string)
	}
	c.t.Fatalf("query %s has %d results, want one at most", query, len(d.Result))
	return ""
}

func TestQueriesAgreeWithAHandCount(t *testing.T) {
	c := serveAPI(t, twoDays(t), Limits{})
	const hour = int64(3600_000)
	for _, tc := range []struct {
		what, query string
		at          int64
		want        string
	}{
		{"a slot holds until the next", `probe_success{agent="edge"}`, t0 + 29_999, "1"},
		{"down while it was down", `probe_success{agent="edge"}`, t0 + 6*hour, "0"},
		{"up again with the first success", `probe_success{agent="edge"}`, t0 + 6*hour + 600_000, "1"},
		{"the last result before a silence holds for its interval", `probe_success{agent="edge"}`, t0 + 12*hour - 1, "1"},
		{"a silence is not up", `probe_success{agent="edge"}`, t0 + 12*hour, ""},
		{"nor has it a duration", `probe_duration_seconds{agent="edge"}`, t0 + 12*hour, ""},
		{"a failed probe has no duration", `probe_duration_seconds{agent="edge"}`, t0 + 6*hour + 30_000, ""},
		{"every slot of a day is one sample", `count_over_time(probe_success{agent="far"}[1d])`, t0 + day - 1, "2880"},
		{"less the silent hour", `count_over_time(probe_success{agent="edge"}[1d])`, t0 + day - 1, "2760"},
		{"twenty of them failed", `sum_over_time((1 - probe_success{agent="edge"})[1d:30s])`, t0 + day - 1, "20"},
		{"the average of known slots", `avg_over_time(probe_success{agent="edge"}[1d])`, t0 + day - 1, fmt.Sprint(2740.0 / 2760)},
		{"durations are of answers only", `count_over_time(probe_duration_seconds{agent="edge"}[1d])`, t0 + day - 1, "2740"},
		{"both agents together", `sum(probe_success)`, t0 + 3*hour, "2"},
		{"an agent by name", `count(probe_success{check="front",location=~"tok.*"})`, t0 + 3*hour, "1"},
		{"the present, while the next result may be on its way", `probe_success{agent="edge"}`, t0 + 2*day, "1"},
		{"before everything", `probe_success{agent="edge"}`, t0 - 1, ""},
		{"service state down", `probity_service_state{state="down"}`, t0 + 6*hour + 1, "1"},
		{"and not up then", `probity_service_state{state="up"}`, t0 + 6*hour + 1, "0"},
		{"one location of two is enough to know", `probity_service_up`, t0 + 12*hour + 1, "1"},
	} {
		if got := c.number(tc.query, tc.at); got != tc.want {
			t.Errorf("%s: %s at %d = %q, want %q", tc.what, tc.query, tc.at-t0, got, tc.want)
		}
	}
}

func TestAverageOfServiceUpIsTheStatementsAvailability(t *testing.T) {
	s := twoDays(t)
	c := serveAPI(t, s, Limits{})
	v, err := s.verdict(t.Context(), &s.snapshot.Agreements[0].Services[0], sla.Window{From: t0, To: t0 + 2*day})
	if err != nil {
		t.Fatal(err)
	}
	got, err := strconv.ParseFloat(c.number(`avg_over_time(probity_service_up[2d])`, t0+2*day), 64)
	if want := float(v.Availability); err != nil || got-want > 1e-12 || want-got > 1e-12 {
		t.Errorf("avg_over_time(probity_service_up[2d]) = %v, %v; the statement says %v (%v)", got, err, want, v.Availability)
	}
	if s.ledgers != 1 {
		t.Errorf("one query computed %d statements, want 1", s.ledgers)
	}
}
