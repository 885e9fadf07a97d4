package web

import (
	"net/http"
	"time"

	"github.com/probity-sla/probity/internal/contract"
	"github.com/probity-sla/probity/internal/sla"
)

// staleAfter is how old a present state may be before the page says so.
const staleAfter = 60_000 // ms

type overviewView struct {
	Rows      []overviewRow
	Up, Down  int
	Unknown   int
	Missed    int
	DownNames []string
	Alerts    []Alert
	Agents    int
}

type overviewRow struct {
	Agreement *contract.Agreement
	Period    string
	Verdict   verdictView
	Strip     stripView
	Stale     int64 // ms; 0: fresh
}

// stripView is ninety days, oldest first.
type stripView struct {
	Agreement string
	Days      []dayView
	Summary   string
	Focus     bool // days can be reached by keyboard
}

type dayView struct {
	Day
	X, W  string
	Title string
	Link  string
	Old   bool // hidden on a phone
}

const phoneDays = 30

func (s *Server) strip(r *http.Request, wd *words, a *contract.Agreement) (stripView, error) {
	days, err := s.days(r.Context(), a)
	if err != nil {
		return stripView{}, err
	}
	v := stripView{Agreement: a.ID}
	var counts [sla.OutOfScope + 1]int
	for i, d := range days {
		counts[d.State]++
		n := int64(len(days))
		v.Days = append(v.Days, dayView{Day: d, X: percentAt(int64(i), n), W: percentAt(80, 100*n), Title: dayTitle(wd, d, zone(a)),
			Link: "/agreements/" + a.ID + "?period=" + a.Period.Containing(d.From, zone(a)).Label + "&from=" + rfc3339(d.From) + "&to=" + rfc3339(d.To) + "#timeline",
			Old:  i < len(days)-phoneDays})
	}
	v.Summary = wd.T("The last %d days: %d up, %d degraded, %d down, %d unknown, %d without data", len(days),
		counts[sla.Up]+counts[sla.Excluded], counts[sla.Degraded], counts[sla.Down], counts[sla.Unknown], counts[sla.OutOfScope])
	return v, nil
}

func dayTitle(wd *words, d Day, z *time.Location) string {
	text := time.UnixMilli(d.From).In(z).Format("2006-01-02") + ": " + wd.State(d.State)
	if d.State == sla.OutOfScope {
		return time.UnixMilli(d.From).In(z).Format("2006-01-02") + ": " + wd.T("no data")
	}
	for _, part := range []struct {
		state sla.State
		ms    int64
	}{{sla.Down, d.Down}, {sla.Degraded, d.Degraded}, {sla.Unknown, d.Unknown}, {sla.Excluded, d.Excluded}} {
		if part.ms > 0 {
			text += "\n" + wd.State(part.state) + " " + wd.Duration(part.ms)
		}
	}
	return text
}

func (s *Server) overviewPage(r *http.Request, f *frame) (string, error) {
	f.Title, f.Nav = f.Words.T("Overview"), "overview"
	v := &overviewView{}
	for _, a := range s.catalogue.Agreements() {
		row, err := s.overviewRow(r, f, a)
		if err != nil {
			return "", err
		}
		v.count(a, row)
		v.Rows = append(v.Rows, row)
	}
	var err error
	if v.Alerts, err = s.fleet.Alerts(r.Context(), AlertQuery{Open: true, Limit: maxAlerts}); err != nil {
		return "", err
	}
	agents, err := s.fleet.Agents(r.Context())
	v.Agents = len(agents)
	f.Body = v
	return "overview.html", err
}

func (v *overviewView) count(a *contract.Agreement, row overviewRow) {
	switch row.Verdict.State {
	case sla.Down:
		v.Down++
		v.DownNames = append(v.DownNames, a.Name)
	case sla.Unknown:
		v.Unknown++
	default:
		v.Up++
	}
	if row.Verdict.Verdict == "missed" {
		v.Missed++
	}
}

func (s *Server) overviewRow(r *http.Request, f *frame, a *contract.Agreement) (overviewRow, error) {
	p := s.running(a)
	st, err := s.statements.Statement(r.Context(), StatementQuery{Agreement: a.ID, Label: p.Label, Window: p.Window})
	if err != nil {
		return overviewRow{}, err
	}
	live, err := s.statements.Live(r.Context(), a.ID)
	if err != nil {
		return overviewRow{}, err
	}
	row := overviewRow{Agreement: a, Period: p.Label, Verdict: s.verdict(a.Name, &st.Overall, zone(a)), Stale: staleness(live, f.Now)}
	row.Verdict.State, row.Verdict.Since = live.State, live.Since
	row.Strip, err = s.strip(r, f.Words, a)
	return row, err
}

// staleness is how old a state is when that is worth saying, in ms.
func staleness(l Live, now int64) int64 {
	if age := now - l.At; l.At != 0 && age > staleAfter {
		return age
	}
	return 0
}
