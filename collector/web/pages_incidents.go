package web

import "net/http"

// mountIncidents serves the pages of incidents, reported faults and on-call.
func (s *Server) mountIncidents(mux *http.ServeMux) {
	page := func(pattern string, role Role, serve pageFunc) {
		mux.Handle("GET "+pattern, s.timed(pattern, s.page(role, serve)))
	}
	form := func(pattern string, serve http.HandlerFunc) { mux.Handle("POST "+pattern, s.timed(pattern, serve)) }
	page("/incidents", RoleCustomer, s.incidentsPage)
	page("/incidents/{id}", RoleCustomer, s.incidentPage)
	page("/incidents/{id}/report", RoleCustomer, s.incidentReportPage)
	page("/faults", RoleCustomer, s.faultsPage)
	page("/faults/{id}", RoleCustomer, s.faultPage)
	page("/agreements/{id}/report-fault", RoleCustomer, s.reportFaultPage)
	page("/oncall", RoleRead, s.onCallPage)
	form("/incidents", s.postOpenForm)
	form("/incidents/{id}/events", s.postEventForm)
	form("/faults/{id}/accept", s.postAcceptForm)
	form("/faults/{id}/decline", s.postDeclineForm)
	form("/agreements/{id}/report-fault", s.postReportFaultForm)
	form("/oncall/overrides", s.postOverrideForm)
	form("/oncall/overrides/{id}/revoke", s.postRevokeForm)
	mux.Handle("/ack", s.timed("/ack", s.ack))
}
