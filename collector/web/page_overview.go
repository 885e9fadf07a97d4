package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/probity-sla/probity/internal/contract"
	"github.com/probity-sla/probity/internal/sla"
)

// staleAfter is how old a present state may be before the page says so.
const staleAfter = 60_000 // ms

type overviewView struct {
	Rows      []overviewRow
	All       int
	Find      string
	Page      int
	Pages     int
	Up, Down  int
	Unknown   int
	Excused   int // down in maintenance that qualifies
	Missed    int
	DownNames []string
	Alerts    []Alert
	Agents    int
	Incidents int // open; at the bound of a page it counts no further
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
	Plain     bool // days lead nowhere
}

type dayView struct {
	Day
	X, W  string
	Title string
	Link  string
	Old   bool // hidden on a phone
}

const (
	phoneDays    = 30
	overviewRows = 50 // agreements on one page
)

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
		x := dayView{Day: d, X: percentAt(int64(i), n), W: percentAt(80, 100*n), Old: i < len(days)-phoneDays}
		if d.State != sla.OutOfScope {
			x.Title = dayTitle(wd, d, zone(a))
			x.Link = "/agreements/" + a.ID + "?day=" + time.UnixMilli(d.From).In(zone(a)).Format(time.DateOnly) + "#timeline"
		}
		v.Days = append(v.Days, x)
	}
	v.Summary = summaryOf(wd, len(days), counts)
	return v, nil
}

func dayTitle(wd *words, d Day, z *time.Location) string {
	text := time.UnixMilli(d.From).In(z).Format("2006-01-02") + ": " + wd.State(d.State)
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
	q, err := params(r, "find", "page", "lang")
	if err != nil {
		return "", err
	}
	v := &overviewView{Find: q.Get("find")}
	f.Body = v
	all := s.visible(r)
	if err := s.countStates(r, v, all); err != nil {
		return "", err
	}
	found := matching(all, v.Find)
	v.Pages = max(1, (len(found)+overviewRows-1)/overviewRows)
	if v.Page = 1; q.Get("page") != "" {
		if v.Page, err = strconv.Atoi(q.Get("page")); err != nil || v.Page < 1 || v.Page > v.Pages {
			return "", invalidField("page", "must be a number from 1 to "+strconv.Itoa(v.Pages))
		}
	}
	first := (v.Page - 1) * overviewRows
	for _, a := range found[first:min(len(found), first+overviewRows)] {
		row, err := s.overviewRow(r, f, a)
		if err != nil {
			return "", err
		}
		v.Rows = append(v.Rows, row)
	}
	if v.Incidents, err = s.countOpen(r, ""); err != nil || f.Customer() {
		return "overview.html", err
	}
	if v.Alerts, err = s.fleet.Alerts(r.Context(), AlertQuery{Open: true, Limit: maxAlerts}); err != nil {
		return "", err
	}
	agents, err := s.fleet.Agents(r.Context())
	v.Agents = len(agents)
	return "overview.html", err
}

// Headline says in one sentence how all agreements are. What is down in
// maintenance that qualifies is not counted as down.
func (v *overviewView) Headline(wd *words) string {
	switch {
	case v.Down == 1:
		return wd.T("%s is down", v.DownNames[0])
	case v.Down > 1:
		return wd.T("%d of %d agreements are down", v.Down, v.All)
	case v.Excused+v.Unknown == 0:
		return wd.T("All %d agreements are up", v.All)
	}
	text := wd.T("%d of %d agreements are up", v.Up, v.All)
	if v.Excused > 0 {
		text += wd.T(", %d down in maintenance", v.Excused)
	}
	if v.Unknown > 0 {
		text += wd.T(", %d unknown", v.Unknown)
	}
	return text
}

// matching returns the agreements that have the text in a name, an ID or a tag.
func matching(all []*contract.Agreement, find string) []*contract.Agreement {
	if find == "" {
		return all
	}
	find = strings.ToLower(find)
	var out []*contract.Agreement
	for _, a := range all {
		if strings.Contains(strings.ToLower(strings.Join(append([]string{a.ID, a.Name, a.Customer, a.Tier}, a.Tags...), "\n")), find) {
			out = append(out, a)
		}
	}
	return out
}

// Link is this overview at another page.
func (v *overviewView) Link(page int) string {
	return "/?" + url.Values{"find": {v.Find}, "page": {strconv.Itoa(page)}}.Encode()
}

// Before and After are the neighbours of the present page; 0 when there is none.
func (v *overviewView) Before() int { return v.Page - 1 }

func (v *overviewView) After() int {
	if v.Page == v.Pages {
		return 0
	}
	return v.Page + 1
}

// countStates counts all agreements, those on other pages too.
func (s *Server) countStates(r *http.Request, v *overviewView, all []*contract.Agreement) error {
	v.All = len(all)
	for _, a := range all {
		live, err := s.statements.Live(r.Context(), a.ID)
		if err != nil {
			return err
		}
		switch live.State {
		case sla.Down:
			if live.Excused() {
				v.Excused++
				break
			}
			v.Down++
			v.DownNames = append(v.DownNames, a.Name)
		case sla.Unknown:
			v.Unknown++
		default:
			v.Up++
		}
		p := s.running(a)
		st, err := s.statements.Statement(r.Context(), StatementQuery{Agreement: a.ID, Label: p.Label, Window: p.Window})
		if err != nil {
			return err
		}
		if b := st.Overall.Breach; b != nil && *b {
			v.Missed++
		}
	}
	return nil
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
	row.Verdict.State, row.Verdict.Since, row.Verdict.Excused = live.State, live.Since, live.Excused()
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
