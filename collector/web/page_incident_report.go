package web

import (
	"net/http"
	"strings"
)

type incidentReportView struct {
	incidentRow
	Agreement string
	Markdown  string
}

// incidentReportPage is the document of an incident, to read and to print.
func (s *Server) incidentReportPage(r *http.Request, f *frame) (string, error) {
	q, err := params(r, "agreement", "lang")
	if err != nil {
		return "", err
	}
	v, doc, err := s.incidentReport(r, q)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	if err := doc.WriteMarkdown(&b); err != nil {
		return "", err
	}
	f.Title, f.Nav, f.Live = f.Words.T("Fault report")+" "+v.Incident.ID, "incidents", false
	f.Body = &incidentReportView{incidentRow: s.incidentRow(v, f.Now), Agreement: q.Get("agreement"), Markdown: b.String()}
	return "incident_report.html", nil
}
