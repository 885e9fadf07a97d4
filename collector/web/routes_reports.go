package web

import "net/http"

// reportAPI lists the operations on service reports, reviews and actions.
func (s *Server) reportAPI() []route {
	const r, a = "/api/v1/reports", "/api/v1/actions"
	return []route{
		{"GET", r, RoleCustomer, s.getReports},
		{"GET", r + "/{id}", RoleCustomer, s.getReport},
		{"GET", r + "/{id}/file", RoleCustomer, s.getReportFile},
		{"POST", r + "/{id}/review", RoleOperate, s.postReview},
		{"POST", r + "/{id}/issue", RoleOperate, s.postIssue},
		{"POST", "/api/v1/agreements/{id}/reports", RoleOperate, s.postReport},
		{"GET", "/api/v1/review", RoleRead, s.getYearReview},
		{"GET", a, RoleRead, s.getActions},
		{"POST", "/api/v1/agreements/{id}/actions", RoleOperate, s.postAction},
		{"POST", a + "/{id}/settle", RoleOperate, s.postSettle},
	}
}

// mountReports serves the pages of service reports, reviews and actions.
func (s *Server) mountReports(mux *http.ServeMux) {
	page := func(pattern string, role Role, serve pageFunc) {
		mux.Handle("GET "+pattern, s.timed(pattern, s.page(role, serve)))
	}
	form := func(pattern string, serve http.HandlerFunc) { mux.Handle("POST "+pattern, s.timed(pattern, serve)) }
	page("/reports", RoleCustomer, s.reportsPage)
	page("/agreements/{id}/reports", RoleCustomer, s.agreementReportsPage)
	page("/reports/{id}", RoleCustomer, s.reportPage)
	page("/reviews", RoleRead, s.reviewPage)
	page("/actions", RoleRead, s.actionsPage)
	form("/agreements/{id}/reports", s.postReportForm)
	form("/reports/{id}/review", s.postReviewForm)
	form("/reports/{id}/issue", s.postIssueForm)
	form("/actions", s.postActionForm)
	form("/actions/settle", s.postSettleForm)
}
