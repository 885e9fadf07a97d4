package web

// incidentAPI lists the operations on incidents, reported faults and on-call.
func (s *Server) incidentAPI() []route {
	const i, f, o = "/api/v1/incidents", "/api/v1/faults", "/api/v1/oncall"
	return []route{
		{"GET", i, RoleCustomer, s.getIncidents},
		{"POST", i, RoleOperate, s.postIncident},
		{"GET", i + "/{id}", RoleCustomer, s.getIncident},
		{"POST", i + "/{id}/events", RoleOperate, s.postIncidentEvent},
		{"GET", i + "/{id}/report", RoleCustomer, s.getIncidentReport},
		{"GET", i + "/{id}/report.md", RoleCustomer, s.getIncidentMarkdown},
		{"POST", "/api/v1/agreements/{id}/faults", RoleCustomer, s.postFault},
		{"GET", f, RoleCustomer, s.getFaults},
		{"GET", f + "/{id}", RoleCustomer, s.getFault},
		{"GET", f + "/{id}/attachments/{n}", RoleCustomer, s.getFaultAttachment},
		{"POST", f + "/{id}/accept", RoleOperate, s.acceptFault},
		{"POST", f + "/{id}/decline", RoleOperate, s.declineFault},
		{"GET", o, RoleRead, s.getOnCall},
		{"POST", o + "/overrides", RoleOperate, s.postOverride},
		{"POST", o + "/overrides/{id}/revoke", RoleOperate, s.revokeOverride},
	}
}
