package web

import (
	"net/http"
	"strconv"
	"time"

	"github.com/probity-sla/probity/internal/contract"
	"github.com/probity-sla/probity/internal/sla"
)

// staleAfter is how old a present state may be before the page says so.
const staleAfter = 60_000 // ms

type overviewView struct {
	overviewQuery
	Rows      []overviewRow
	All       int
	Found     int      // as many match
	Customers []string // to choose from; none: too many
	Tiers     []string
	Tags      []string
	States    []string
	Sorts     []string
	Page      int
	Pages     int
	Up, Down  int
	Unknown   int
	Excused   int // down in maintenance that qualifies
	Missed    int
	DownNames []string
	Alerts    int // that fire and ask for somebody
	Agents    int
	Incidents int // open; at the bound of a page it counts no further
}

type overviewRow struct {
	Agreement *contract.Agreement
	Period    string
	Verdict   verdictView
	Strip     stripView
	Stale     int64              // ms; 0: fresh
	Incidents int                // open
	Next      *MaintenanceWindow // runs or comes next; nil: none is announced
	BreaksAt  int64              // ms UTC: the objective breaks then, at the pace of late; 0: not in this period
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
	overviewRows = 25  // agreements on one page: with their strips 300 KB at most
	wallRows     = 200 // on a wall, which has no strips
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
	q, err := params(r, "find", "customer", "tier", "tag", "state", "sort", "wall", "page", "lang")
	if err != nil {
		return "", err
	}
	v := &overviewView{}
	f.Body = v
	if v.overviewQuery, err = readOverviewQuery(q); err != nil {
		return "", err
	}
	all, err := s.standings(r, s.visible(r))
	if err != nil {
		return "", err
	}
	v.count(all)
	v.offer(all)
	found := v.choose(all)
	f.Wall, v.Found = v.Wall, len(found)
	if found, err = v.turn(found, q.Get("page")); err != nil {
		return "", err
	}
	if err := s.fillRows(r, f, v, found); err != nil || f.Customer() {
		return "overview.html", err
	}
	alerts, err := s.fleet.Alerts(r.Context(), AlertQuery{Open: true, Limit: maxAlerts})
	if err != nil {
		return "", err
	}
	v.Alerts = firing(alerts)
	agents, err := s.fleet.Agents(r.Context())
	v.Agents = len(agents)
	return "overview.html", err
}

// turn cuts out one page; a wall has only one.
func (v *overviewView) turn(found []standing, page string) ([]standing, error) {
	rows := overviewRows
	if v.Wall {
		rows = wallRows
	}
	v.Page, v.Pages = 1, max(1, (len(found)+rows-1)/rows)
	if page != "" {
		n, err := strconv.Atoi(page)
		if err != nil || n < 1 || n > v.Pages {
			return nil, invalidField("page", "must be a number from 1 to "+strconv.Itoa(v.Pages))
		}
		v.Page = n
	}
	first := (v.Page - 1) * rows
	return found[first:min(len(found), first+rows)], nil
}

// fillRows shows those that were chosen, each with what it needs a person for.
func (s *Server) fillRows(r *http.Request, f *frame, v *overviewView, found []standing) error {
	open, err := s.openByAgreement(r)
	if err != nil {
		return err
	}
	v.Incidents = open.all
	for i := range found {
		row, err := s.overviewRow(r, f, &found[i], v.Wall)
		if err != nil {
			return err
		}
		row.Incidents = open.of[row.Agreement.ID]
		v.Rows = append(v.Rows, row)
	}
	return nil
}

// Headline says in one sentence how all agreements are. What is down in
// maintenance that qualifies is not counted as down.
func (v *overviewView) Headline(wd *words) string {
	switch {
	case v.Down == 1:
		return wd.T("%s is down", v.DownNames[0])
	case v.Down > 1:
		return wd.T("%d of %d agreements are down", v.Down, v.All)
	case v.Excused+v.Unknown == 0 && v.All == 1:
		return wd.T("The one agreement is up")
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

// Link is this overview at another page.
func (v *overviewView) Link(page int) string {
	q := v.values()
	q.Set("page", strconv.Itoa(page))
	return "/?" + q.Encode()
}

// Before and After are the neighbours of the present page; 0 when there is none.
func (v *overviewView) Before() int { return v.Page - 1 }

func (v *overviewView) After() int {
	if v.Page == v.Pages {
		return 0
	}
	return v.Page + 1
}

// count counts all agreements, those on other pages too.
func (v *overviewView) count(all []standing) {
	v.All = len(all)
	for i := range all {
		switch s := &all[i]; s.state() {
		case "maintenance":
			v.Excused++
		case "down":
			v.Down++
			v.DownNames = append(v.DownNames, s.Name)
		case "unknown":
			v.Unknown++
		default:
			v.Up++
		}
		if all[i].missed {
			v.Missed++
		}
	}
}

// offer lists what there is to choose by.
func (v *overviewView) offer(all []standing) {
	v.Customers = choices(all, func(s *standing) []string { return []string{s.Customer} })
	v.Tiers = choices(all, func(s *standing) []string { return []string{s.Tier} })
	v.Tags = choices(all, func(s *standing) []string { return s.Tags })
	v.States, v.Sorts = stateChoices, sortChoices
}

func (s *Server) overviewRow(r *http.Request, f *frame, x *standing, wall bool) (row overviewRow, err error) {
	a, now := x.Agreement, f.Now
	row = overviewRow{Agreement: a, Period: x.st.Label, Verdict: s.verdict(a.Name, &x.st.Overall, zone(a)), Stale: staleness(x.live, now)}
	row.Verdict.State, row.Verdict.Since, row.Verdict.Excused = x.live.State, x.live.Since, x.excused
	row.BreaksAt = breaksAt(a, x.st)
	if row.Next, err = s.nextMaintenance(r, a, now); err != nil || wall {
		return row, err
	}
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
