package web

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/probity-sla/probity/collector/report"
	"github.com/probity-sla/probity/internal/contract"
	"github.com/probity-sla/probity/internal/protocol"
	"github.com/probity-sla/probity/internal/sla"
)

// Bounds of one page.
const (
	maxOutageRows = 50
	maxLedgerRows = 200
	causedOutages = 20 // outages whose cause is looked up
	maxPlots      = 12
)

type agreementView struct {
	Agreement *contract.Agreement
	Zone      *time.Location
	Live      Live
	Stale     int64
	Period    contract.Span
	Prev      string
	Next      string // "" when the next has not begun
	Running   bool
	Statement *sla.Statement
	Overall   verdictView
	Services  []verdictView
	Sums      []sumRow
	Strip     stripView
	Timeline  timelineView
	Outages   []outageRow
	MoreOut   int
	Ledger    []ledgerRow
	MoreLedge int
	Maint     []maintenanceDoc
	Matrix    []matrixRow
	Locations []string
	Plots     []*plot
	Fixes     []correctionDoc
	Revisions []revisionRow
	Form      announceForm
	Fix       fixForm
	Tree      []treeNode
	Joined    string // how services make the agreement's figure; "" for a single one
	Handled   []handledRow
	Credit    string // of the period in all, in per cent of its fee; ""
	Gaps      []gapRow
	MoreGaps  int
	Incidents []incidentRow // that concern the period, newest first
}

// sumRow shows how a service's figure comes about.
type sumRow struct {
	Service                                      string
	Good, Bad, Excluded, Dropped, Scope, Unknown int64
	Exact                                        string
}

type outageRow struct {
	Service string
	id      string
	sla.Outage
	Length int64
	Cause  string
	Link   string
}

// revisionRow is one frozen statement of the period, with a link that shows it.
type revisionRow struct {
	revisionDoc
	Shown bool
	Link  string
}

type ledgerRow struct {
	Service string
	sla.Entry
	Length int64
}

func (s *Server) agreementPage(r *http.Request, f *frame) (string, error) {
	a := s.byID(r.PathValue("id"))
	if !principalOf(r).sees(a) {
		return "", unknown("agreement", r.PathValue("id"), "the overview lists those in force")
	}
	return "agreement.html", s.fillAgreement(r, f, a)
}

func (s *Server) fillAgreement(r *http.Request, f *frame, a *contract.Agreement) error {
	f.Title, f.Nav = a.Name, "overview"
	q, err := params(r, "period", "revision", "from", "to", "range", "day", "lang")
	if err != nil {
		return err
	}
	if err := openDay(a, q); err != nil {
		return err
	}
	sq, err := s.window(a, span{Label: q.Get("period")})
	if err != nil {
		return err
	}
	v := &agreementView{Agreement: a, Zone: zone(a), Running: sq.Label == s.running(a).Label}
	f.Body = v
	v.Period = contract.Span{Window: sq.Window, Label: sq.Label}
	v.neighbours(f.Now)
	if err := s.chooseStatement(r, v, sq, q); err != nil {
		return err
	}
	if v.Live, err = s.statements.Live(r.Context(), a.ID); err != nil {
		return err
	}
	v.Stale = staleness(v.Live, f.Now)
	s.fillVerdicts(v)
	if v.Strip, err = s.strip(r, f.Words, a); err != nil {
		return err
	}
	v.Strip.Focus = true
	if err := s.fillMatrix(r, f, v); err != nil {
		return err
	}
	v.fillTree(f.Words)
	v.Joined = aggregateWords(f.Words, a)
	v.fillHandled()
	if err := s.fillGaps(r.Context(), f.Words, v); err != nil {
		return err
	}
	if err := s.fillTimeline(r, f, v, q); err != nil {
		return err
	}
	if err := s.fillOutages(r, f, v); err != nil {
		return err
	}
	f.Plots, f.Zone = len(v.Plots) > 0 && !f.Customer(), v.Zone.String()
	v.fillLedger()
	if err := s.fillCorrections(r, v); err != nil {
		return err
	}
	if err := s.fillAgreementIncidents(r, f, v); err != nil {
		return err
	}
	return s.fillMaintenance(r, v)
}

// chooseStatement takes what was signed for a closed period: the newest
// revision, or the one asked for. Any other period is reckoned as it stands.
func (s *Server) chooseStatement(r *http.Request, v *agreementView, sq StatementQuery, q url.Values) error {
	number, err := parseRevision(q)
	if err != nil {
		return err
	}
	if number != 0 {
		if v.Statement, err = s.revision(r, sq, number); err != nil {
			return err
		}
	}
	if v.Running {
		v.Statement, err = s.statements.Statement(r.Context(), sq)
		return err
	}
	docs, newest, err := s.revisions(r, v.Agreement, sq.Label)
	if err != nil {
		return err
	}
	if v.Statement == nil {
		v.Statement = newest
	}
	if v.Statement == nil {
		v.Statement, err = s.statements.Statement(r.Context(), sq)
	}
	for _, d := range slices.Backward(docs) {
		link := url.Values{"period": {sq.Label}, "revision": {strconv.Itoa(d.Number)}}
		v.Revisions = append(v.Revisions, revisionRow{d, d.Number == v.Statement.Revision, "?" + link.Encode()})
	}
	return err
}

// fillCorrections lists those that touch the period, revoked ones too.
func (s *Server) fillCorrections(r *http.Request, v *agreementView) error {
	list, err := s.records.Corrections(r.Context(), v.Agreement.ID, v.Period.Window)
	for _, c := range list {
		v.Fixes = append(v.Fixes, describeCorrection(c))
	}
	return err
}

// openDay turns day=2026-11-19 into the period and the stretch of time that it stands for.
func openDay(a *contract.Agreement, q url.Values) error {
	text := q.Get("day")
	if text == "" {
		return nil
	}
	t, err := time.ParseInLocation(time.DateOnly, text, zone(a))
	if err != nil {
		return invalidField("day", `write it as "2026-11-19"`)
	}
	q.Set("period", a.Period.Containing(t.UnixMilli(), zone(a)).Label)
	q.Set("from", rfc3339(t.UnixMilli()))
	q.Set("to", rfc3339(t.AddDate(0, 0, 1).UnixMilli()))
	return nil
}

func (v *agreementView) neighbours(now int64) {
	p, z := v.Agreement.Period, v.Zone
	if prev := p.Previous(v.Period, z); prev.To > minInstant {
		v.Prev = prev.Label
	}
	if next := p.Next(v.Period, z); next.From < now {
		v.Next = next.Label
	}
}

func (s *Server) fillVerdicts(v *agreementView) {
	v.Overall = s.verdict(v.Agreement.Name, &v.Statement.Overall, v.Zone)
	v.Overall.State, v.Overall.Since, v.Overall.Excused = v.Live.State, v.Live.Since, v.Live.Excused()
	for i := range v.Statement.Services {
		svc := &v.Statement.Services[i]
		d := s.verdict(orElse(svc.Name, svc.Service), &svc.Verdict, v.Zone)
		for _, l := range v.Live.Services {
			if l.Service == svc.Service {
				d.State, d.Since, d.Detail, d.Excused = l.State, l.Since, l.Detail, l.Excused
			}
		}
		v.Services = append(v.Services, d)
		x := &svc.Verdict
		v.Sums = append(v.Sums, sumRow{d.Name, report.Millis(x.Good), report.Millis(x.Bad), x.Excluded, x.UnknownDropped, x.Scope, x.Unknown, d.Exact})
	}
}

func orElse(s, fallback string) string {
	if s == "" {
		return fallback
	}
	return s
}

// fillOutages lists the newest outages of the period, with the cause that was seen.
func (s *Server) fillOutages(r *http.Request, f *frame, v *agreementView) error {
	for i := range v.Statement.Services {
		svc := &v.Statement.Services[i]
		for _, o := range svc.Verdict.Outages {
			row := outageRow{Service: orElse(svc.Name, svc.Service), id: svc.Service, Outage: o, Length: o.To - o.From}
			margin := max(row.Length/2, 60_000)
			row.Link = v.zoomLink(o.From-margin, min(o.To+margin, f.Now))
			v.Outages = append(v.Outages, row)
		}
	}
	slices.SortStableFunc(v.Outages, func(a, b outageRow) int { return cmp.Compare(b.From, a.From) })
	v.MoreOut = max(0, len(v.Outages)-maxOutageRows)
	v.Outages = v.Outages[:len(v.Outages)-v.MoreOut]
	for i := range v.Outages[:min(len(v.Outages), causedOutages)] {
		var err error
		o := &v.Outages[i]
		if o.Cause, err = s.causeOf(r, f.Words, v.Agreement, o.id, o.Outage); err != nil {
			return err
		}
	}
	return nil
}

// causeOf is what the first location to show evidence said during an outage.
func (s *Server) causeOf(r *http.Request, wd *words, a *contract.Agreement, service string, o sla.Outage) (string, error) {
	for i := range a.Services {
		if a.Services[i].ID != service {
			continue
		}
		for j := range a.Services[i].Checks {
			id := a.Services[i].Checks[j].ID
			rows, err := s.checks.Locations(r.Context(), id)
			if err != nil {
				return "", err
			}
			for _, row := range rows {
				list, err := s.evidence.Failures(r.Context(), id, row.Agent, sla.Window{From: o.From, To: o.To}, 1)
				if err != nil {
					return "", err
				}
				if len(list) > 0 && list[0].Outcome == protocol.OutcomeDown {
					return wd.Reason(list[0]), nil
				}
			}
		}
	}
	return "", nil
}

// Reason says why a result was not up, in one line.
func (w *words) Reason(res protocol.Result) string {
	text := w.Cause(res.Cause)
	if res.Cause == protocol.CauseStatus && res.Status != 0 {
		text += " " + strconv.Itoa(res.Status)
	}
	return text
}

// fillLedger lists the newest spans of all services.
func (v *agreementView) fillLedger() {
	for i := range v.Statement.Services {
		svc := &v.Statement.Services[i]
		for _, e := range svc.Verdict.Ledger {
			v.Ledger = append(v.Ledger, ledgerRow{orElse(svc.Name, svc.Service), e, e.To - e.From})
		}
	}
	slices.SortStableFunc(v.Ledger, func(a, b ledgerRow) int { return cmp.Compare(b.From, a.From) })
	v.MoreLedge = max(0, len(v.Ledger)-maxLedgerRows)
	v.Ledger = v.Ledger[:len(v.Ledger)-v.MoreLedge]
}

func (s *Server) fillMaintenance(r *http.Request, v *agreementView) error {
	to := v.Period.To
	if v.Running {
		to = s.now().Add(maintenanceListAhead).UnixMilli()
	}
	list, err := s.maint.Maintenance(r.Context(), v.Agreement.ID, sla.Window{From: v.Period.From, To: to})
	for _, m := range list {
		v.Maint = append(v.Maint, s.describeMaintenance(v.Agreement, m))
	}
	return err
}

// zoomLink is this page with another stretch of time in the timeline.
func (v *agreementView) zoomLink(from, to int64) string {
	q := url.Values{"period": {v.Period.Label}, "from": {rfc3339(from)}, "to": {rfc3339(to)}}
	return "/agreements/" + v.Agreement.ID + "?" + q.Encode() + "#timeline"
}
