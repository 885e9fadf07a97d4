package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/collector/report"
	"github.com/probity-sla/probity/internal/protocol"
)

type incidentReportView struct {
	incident.Report
	ID     string
	Names  []nameLink
	Zone   *time.Location
	Clocks []clockRow
	server *Server
	words  *words
}

// incidentReportPage is the document of an incident, to read and to print. It is
// read from its JSON, so that the page shows what the download holds.
func (s *Server) incidentReportPage(r *http.Request, f *frame) (string, error) {
	q, err := params(r, "agreement", "lang")
	if err != nil {
		return "", err
	}
	v, doc, err := s.incidentReport(r, q)
	if err != nil {
		return "", err
	}
	row := s.incidentRow(v, f.Now)
	p := &incidentReportView{ID: v.Incident.ID, Names: row.Names, Zone: row.Zone, server: s, words: f.Words}
	raw, err := json.Marshal(doc)
	if err != nil {
		return "", fmt.Errorf("encode report: %w", err)
	}
	if err := json.Unmarshal(raw, &p.Report); err != nil {
		return "", fmt.Errorf("read report: %w", err)
	}
	if a := s.byID(p.Agreement); a != nil {
		p.Zone = zone(a)
	}
	for i := range p.Report.Clocks {
		c := &p.Report.Clocks[i]
		p.Clocks = append(p.Clocks, clockRows([]IncidentClock{{Agreement: c.Agreement, Severity: c.Severity, Indicator: c.Indicator, Target: c.Target, Elapsed: c.Elapsed,
			Paused: c.Paused, OffHours: c.OffHours, Running: c.Running, Stopped: c.StoppedAt != 0, Breach: c.Breach, DueAt: c.DueAt}}, f.Now)...)
	}
	f.Title, f.Nav, f.Live = f.Words.T("Fault report")+" "+v.Incident.ID, "incidents", false
	f.Body = p
	return "incident_report.html", nil
}

// Heading is the document's title; that of one agreement may have none, and is
// called after the incident.
func (p *incidentReportView) Heading() string { return orElse(p.Title, p.ID) }

// Service names a service as people call it, with its agreement where there are several.
func (p *incidentReportView) Service(agreement, service string) string {
	name := p.server.serviceName(agreement, service)
	if len(p.Parties) > 1 {
		return agreement + " / " + name
	}
	return name
}

// Why is the word for a cause in the vocabulary of probes.
func (p *incidentReportView) Why(cause string) string {
	var c protocol.Cause
	if err := c.UnmarshalText([]byte(cause)); err != nil {
		return cause
	}
	return p.words.Cause(c)
}

// Figure is the availability of the period, cut down; Share how much of its
// budget the incident took.
func (p *incidentReportView) Figure(i incident.ReportImpact) string {
	return percent(report.Figure(i.Availability, i.Objective))
}

func (p *incidentReportView) Share(i incident.ReportImpact) string {
	if !i.Share.Present() {
		return report.Absent
	}
	return percent(i.Share.Percent(1))
}

func percent(figure string) string {
	if figure == report.Absent {
		return figure
	}
	return figure + " %"
}
