package web

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/probity-sla/probity/collector/report"
)

// reportFormats are the forms of a report, with their media types.
var reportFormats = []struct{ Name, mime string }{
	{"pdf", "application/pdf"}, {"html", "text/html; charset=utf-8"}, {"csv", "text/csv; charset=utf-8"}, {"json", "application/json"},
}

const reportIssued = "issued"

// reportOf is the report that the path names, as far as it concerns who asks:
// a customer knows of issued ones alone.
func (s *Server) reportOf(r *http.Request) (ServiceReport, *report.Model, error) {
	id := r.PathValue("id")
	missing := unknown("service report", id, "GET /api/v1/reports lists them")
	if !recordID.MatchString(id) {
		return ServiceReport{}, nil, missing
	}
	x, m, err := s.reports.ServiceReport(r.Context(), id)
	if err != nil {
		if asProblem(err).Status == http.StatusNotFound {
			err = missing
		}
		return x, nil, err
	}
	if !s.seesReport(r, &x) {
		return ServiceReport{}, nil, missing
	}
	return x, m, nil
}

func (s *Server) seesReport(r *http.Request, x *ServiceReport) bool {
	return s.seesAgreement(r, x.Agreement) && (x.State == reportIssued || principalOf(r).Role >= RoleRead)
}

// listReports are those of an agreement, "" of all, that concern who asks, newest first.
func (s *Server) listReports(r *http.Request, agreement string) ([]ServiceReport, error) {
	all, err := s.reports.ServiceReports(r.Context(), agreement)
	if err != nil {
		return nil, err
	}
	out := []ServiceReport{}
	for i := range all {
		if s.seesReport(r, &all[i]) {
			out = append(out, all[i])
		}
	}
	return out, nil
}

func (s *Server) getReports(w http.ResponseWriter, r *http.Request) error {
	q, err := params(r, "agreement", "cursor", "limit")
	if err != nil {
		return err
	}
	before, limit, err := parsePage(q)
	if err != nil {
		return err
	}
	if id := q.Get("agreement"); id != "" && !s.seesAgreement(r, id) {
		return unknown("agreement", id, "GET /api/v1/agreements lists those in force")
	}
	list, err := s.listReports(r, q.Get("agreement"))
	if err != nil {
		return err
	}
	if before != "" {
		i := slices.IndexFunc(list, func(x ServiceReport) bool { return x.ID == before })
		if i < 0 {
			return errCursor
		}
		list = list[i+1:]
	}
	list, next := cut(list, limit, func(x ServiceReport) string { return x.ID })
	doc := map[string]any{"reports": list}
	if next != "" {
		doc["next"] = next
	}
	return writeJSON(w, r, http.StatusOK, doc)
}

func (s *Server) getReport(w http.ResponseWriter, r *http.Request) error {
	if _, err := params(r); err != nil {
		return err
	}
	x, _, err := s.reportOf(r)
	if err != nil {
		return err
	}
	return writeJSON(w, r, http.StatusOK, x)
}

// formatAsked reads the format parameter; fallback where there is none.
func formatAsked(format, fallback string) (name, mime string, err error) {
	if format == "" {
		format = fallback
	}
	for _, f := range reportFormats {
		if f.Name == format {
			return f.Name, f.mime, nil
		}
	}
	return "", "", invalidField("format", "is not pdf, html, csv or json")
}

func (s *Server) getReportFile(w http.ResponseWriter, r *http.Request) error {
	q, err := params(r, "format")
	if err != nil {
		return err
	}
	format, mime, err := formatAsked(q.Get("format"), "pdf")
	if err != nil {
		return err
	}
	x, _, err := s.reportOf(r)
	if err != nil {
		return err
	}
	data, err := s.reports.ReportFile(r.Context(), x.ID, format)
	if err != nil {
		return err
	}
	writeFile(w, r, x.Agreement+"-"+x.Period+"-r"+strconv.Itoa(x.Revision)+"."+format, format, mime, data)
	return nil
}

// writeFile answers with a document: HTML is shown, all else is downloaded.
func writeFile(w http.ResponseWriter, r *http.Request, name, format, mime string, data []byte) {
	h := w.Header()
	h.Set("Content-Type", mime)
	h.Set("Cache-Control", "no-store")
	if format == "html" {
		h.Set("Content-Security-Policy", report.ContentSecurityPolicy+"; frame-ancestors 'none'")
	} else {
		h.Set("Content-Disposition", contentDisposition(name))
	}
	if r.Method != http.MethodHead {
		w.Write(data)
	}
}

// reportInput names the period to report on.
type reportInput struct {
	Period string `json:"period"`
}

func (s *Server) postReport(w http.ResponseWriter, r *http.Request) error {
	if _, err := params(r); err != nil {
		return err
	}
	var in reportInput
	if err := decodeBody(w, r, &in); err != nil {
		return err
	}
	x, err := s.draftReport(r, in.Period)
	if err != nil {
		return err
	}
	w.Header().Set("Location", "/api/v1/reports/"+x.ID)
	return writeJSON(w, r, http.StatusCreated, x)
}

// draftReport makes the report of a period of the agreement that the path names.
func (s *Server) draftReport(r *http.Request, period string) (ServiceReport, error) {
	a, err := s.agreement(r)
	if err != nil {
		return ServiceReport{}, err
	}
	if period == "" {
		return ServiceReport{}, invalidField("period", `is missing; write "2026-10"`)
	}
	q, err := s.window(a, span{Label: period})
	if err != nil {
		return ServiceReport{}, err
	}
	x, err := s.reports.DraftReport(r.Context(), a.ID, q.Label, principalOf(r).Name)
	if err == nil {
		s.reportChanged(a.ID)
	}
	return x, err
}

func (s *Server) postReview(w http.ResponseWriter, r *http.Request) error {
	q, err := params(r, "seen")
	if err != nil {
		return err
	}
	x, err := s.signReport(r, q.Get("seen"))
	if err != nil {
		return err
	}
	return writeJSON(w, r, http.StatusOK, x)
}

// signReport reviews the draft that the path names, as it was made at seen.
func (s *Server) signReport(r *http.Request, seen string) (ServiceReport, error) {
	at := int64(0)
	if seen != "" {
		var err error
		if at, err = strconv.ParseInt(seen, 10, 64); err != nil || at < 0 {
			return ServiceReport{}, invalidField("seen", "is not the updated_at of a draft, milliseconds")
		}
	}
	x, _, err := s.reportOf(r)
	if err == nil {
		x, err = s.reports.ReviewReport(r.Context(), x.ID, principalOf(r).Name, at)
	}
	if err == nil {
		s.reportChanged(x.Agreement)
	}
	return x, err
}

func (s *Server) postIssue(w http.ResponseWriter, r *http.Request) error {
	if _, err := params(r); err != nil {
		return err
	}
	x, err := s.issueReport(r)
	if err != nil {
		return err
	}
	return writeJSON(w, r, http.StatusOK, x)
}

func (s *Server) issueReport(r *http.Request) (ServiceReport, error) {
	x, _, err := s.reportOf(r)
	if err == nil {
		x, err = s.reports.IssueReport(r.Context(), x.ID, principalOf(r).Name)
	}
	if err == nil {
		s.reportChanged(x.Agreement)
	}
	return x, err
}

func (s *Server) reportChanged(agreement string) {
	s.Publish(Event{Kind: "report", Agreement: agreement, At: s.now().UnixMilli()})
}
