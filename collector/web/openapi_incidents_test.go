package web

import "testing"

func TestIncidentAnswersAreAsDocumented(t *testing.T) {
	_, v := openDocument(t, OpenAPI)
	srv := newFixture().serve(t, nil)
	const one, fault = "/api/v1/incidents/INC-2026-0042", "/api/v1/faults/FLT-2026-AU3KX"
	for _, path := range []string{"/api/v1/incidents", "/api/v1/incidents?open=true&limit=1", "/api/v1/incidents?agreement=aurora-shop&limit=1", one, "/api/v1/incidents/none",
		one + "/report", one + "/report.md", "/api/v1/faults", "/api/v1/faults?state=declined&limit=1", fault, "/api/v1/faults/none", "/api/v1/oncall"} {
		for _, token := range []string{"read-token", "aurora-token", "agent-token", ""} {
			for _, complaint := range exchange(t, v, "GET", srv.URL+path, token, "") {
				t.Errorf("with %q: %s", token, complaint)
			}
		}
	}
	for _, row := range []struct{ path, body string }{
		{"/api/v1/incidents", samples["/incidents"][0]}, {"/api/v1/incidents", `{}`},
		{one + "/events", samples["/events"][0]}, {one + "/events", `{"kind": "opened"}`}, {one + "/events", `{"kind": "acknowledged"}`}, {one + "/events", `{"kind": "acknowledged"}`},
		{shopAPI + "/faults", sampleFault}, {shopAPI + "/faults", `{}`},
		{fault + "/accept", `{"correction": {"from": "2026-11-19T13:10:00Z", "to": "2026-11-19T13:16:00Z"}}`}, {fault + "/decline", samples["/decline"][0]},
		{"/api/v1/oncall/overrides", samples["/overrides"][0]}, {"/api/v1/oncall/overrides", `{}`},
		{"/api/v1/oncall/overrides/ov-1/revoke", ""}, {"/api/v1/oncall/overrides/none/revoke", ""},
	} {
		for _, complaint := range exchange(t, v, "POST", srv.URL+row.path, "operate-token", row.body) {
			t.Error(complaint)
		}
	}
}
