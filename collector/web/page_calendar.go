package web

import (
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/probity-sla/probity/internal/contract"
	"github.com/probity-sla/probity/internal/sla"
)

// repeats are the ways to repeat a window that the form offers.
var repeats = []string{"FREQ=DAILY", "FREQ=WEEKLY", "FREQ=WEEKLY;INTERVAL=2", "FREQ=MONTHLY"}

// calendarView is the maintenance of one month, and the form to announce more.
type calendarView struct {
	Agreement  *contract.Agreement
	Zone       *time.Location
	Month      string // "2026-11"
	Prev, Next string
	Days       []string // names of the days of the week, Monday first
	Weeks      [][]calendarDay
	List       []maintenanceDoc
	Form       planForm
	Repeats    []string
	CanShorten bool
}

type calendarDay struct {
	Day     int
	Other   bool // of a neighbouring month
	Today   bool
	Windows []calendarWindow
}

type calendarWindow struct {
	maintenanceDoc
	Begins string // local time of day; "" when it began before that day
	Ends   string
}

// planForm is what was typed, to be shown again beside what is wrong with it.
type planForm struct {
	From, To  wallInput
	Reason    string
	RRule     string
	Services  []string
	Emergency bool
	Errors    []FieldProblem
}

// Has reports whether a service was ticked.
func (f planForm) Has(service string) bool { return slices.Contains(f.Services, service) }

// confirmView shows what an announcement will be worth before it is made.
type confirmView struct {
	Agreement *contract.Agreement
	Zone      *time.Location
	In        announcement
	Preview   previewDoc
}

func (s *Server) calendarPage(r *http.Request, f *frame) (string, error) {
	a := s.byID(r.PathValue("id"))
	if !principalOf(r).sees(a) {
		return "", unknown("agreement", r.PathValue("id"), "the overview lists those in force")
	}
	q, err := params(r, "month", "lang")
	if err != nil {
		return "", err
	}
	v, err := s.fillCalendar(r, f, a, q.Get("month"))
	f.Body = v
	return "calendar.html", err
}

func (s *Server) fillCalendar(r *http.Request, f *frame, a *contract.Agreement, month string) (*calendarView, error) {
	f.Title, f.Nav = f.Words.T("Maintenance")+" · "+a.Name, "overview"
	z := zone(a)
	now := time.UnixMilli(f.Now).In(z)
	first := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, z)
	if month != "" {
		t, err := time.ParseInLocation("2006-01", month, z)
		if err != nil || t.UnixMilli() < minInstant || t.UnixMilli() >= maxInstant {
			return nil, invalidField("month", `write it as "2026-11"`)
		}
		first = t
	}
	v := &calendarView{Agreement: a, Zone: z, Month: first.Format("2006-01"), Prev: first.AddDate(0, -1, 0).Format("2006-01"), Next: first.AddDate(0, 1, 0).Format("2006-01"),
		Repeats: repeats, CanShorten: s.shortener != nil}
	f.Zone, f.Plan = z.String(), f.Operate()
	for d := range 7 {
		v.Days = append(v.Days, f.Words.T("day "+time.Weekday((d+1)%7).String()))
	}
	begin := first.AddDate(0, 0, -(int(first.Weekday())+6)%7)
	end := first.AddDate(0, 1, 0)
	end = end.AddDate(0, 0, (8-int(end.Weekday()))%7)
	list, err := s.maint.Maintenance(r.Context(), a.ID, sla.Window{From: begin.UnixMilli(), To: end.UnixMilli()})
	if err != nil {
		return nil, err
	}
	for _, m := range list {
		v.List = append(v.List, s.describeMaintenance(a, m))
	}
	for day := begin; day.Before(end); day = day.AddDate(0, 0, 7) {
		var week []calendarDay
		for i := range 7 {
			week = append(week, v.day(day.AddDate(0, 0, i), first, now))
		}
		v.Weeks = append(v.Weeks, week)
	}
	return v, nil
}

// day finds what touches a local day.
func (v *calendarView) day(t, first, now time.Time) calendarDay {
	d := calendarDay{Day: t.Day(), Other: t.Month() != first.Month(), Today: t.Format(time.DateOnly) == now.Format(time.DateOnly)}
	from, to := t.UnixMilli(), t.AddDate(0, 0, 1).UnixMilli()
	for _, m := range v.List {
		end := m.To
		if m.EndedAt != 0 {
			end = min(end, m.EndedAt)
		}
		if m.From >= to || end <= from {
			continue
		}
		w := calendarWindow{maintenanceDoc: m}
		if m.From >= from {
			w.Begins = time.UnixMilli(m.From).In(v.Zone).Format("15:04")
		}
		if end <= to {
			w.Ends = time.UnixMilli(end).In(v.Zone).Format("15:04")
		}
		d.Windows = append(d.Windows, w)
	}
	return d
}

// confirmMaintenance shows what was typed with what it will be worth. Nothing is
// stored yet.
func (s *Server) confirmMaintenance(w http.ResponseWriter, r *http.Request) {
	r, a, ok := s.operatorOf(w, r)
	if !ok {
		return
	}
	f := s.frame(w, r)
	f.Path = "/agreements/" + a.ID + "/maintenance"
	form, in := readPlan(f.Words, r.PostForm, zone(a))
	var p previewDoc
	if len(form.Errors) == 0 {
		err := in.validate(a, s.now().UnixMilli())
		if err == nil {
			p, err = s.preview(r, f.Words, a, in)
		}
		if err == nil {
			f.Title, f.Nav = f.Words.T("Announce maintenance"), "overview"
			f.Body = &confirmView{a, zone(a), *in, p}
			s.render(w, r, http.StatusOK, "confirm_maintenance.html", f)
			return
		}
		if form.Errors = asProblem(err).Errors; form.Errors == nil {
			s.errorPage(w, r, err)
			return
		}
	}
	v, err := s.fillCalendar(bare(r), f, a, "")
	if err != nil {
		s.errorPage(w, r, err)
		return
	}
	v.Form, f.Body = form, v
	s.render(w, r, http.StatusBadRequest, "calendar.html", f)
}

func readPlan(wd *words, v url.Values, z *time.Location) (planForm, *announcement) {
	form := planForm{From: wallInput{Text: v.Get("from"), Fold: v.Get("from_fold")}, To: wallInput{Text: v.Get("to"), Fold: v.Get("to_fold")},
		Reason: v.Get("reason"), RRule: v.Get("rrule"), Services: v["services"], Emergency: v.Get("emergency") != ""}
	in := &announcement{Services: form.Services, Reason: form.Reason, Emergency: form.Emergency, RRule: form.RRule}
	var bad []FieldProblem
	in.From, bad = readWall(wd, "from", &form.From, z)
	form.Errors = append(form.Errors, bad...)
	in.To, bad = readWall(wd, "to", &form.To, z)
	form.Errors = append(form.Errors, bad...)
	return form, in
}

// postAnnounce stores what was confirmed; its times are instants by now.
func (s *Server) postAnnounce(w http.ResponseWriter, r *http.Request) {
	r, a, ok := s.operatorOf(w, r)
	if !ok {
		return
	}
	v := r.PostForm
	in := &announcement{Services: v["services"], Reason: v.Get("reason"), RRule: v.Get("rrule"), Emergency: v.Get("emergency") != ""}
	var err error
	for _, x := range []struct {
		field string
		dst   *Instant
	}{{"from", &in.From}, {"to", &in.To}} {
		ms, bad := ParseInstant(v.Get(x.field))
		if *x.dst = Instant(ms); bad != nil {
			err = invalidField(x.field, bad.Error())
		}
	}
	if err == nil {
		_, err = s.announce(r, a, in, principalOf(r).Name)
	}
	if err != nil {
		s.errorPage(w, r, err)
		return
	}
	http.Redirect(w, r, "/agreements/"+a.ID+"/maintenance?month="+time.UnixMilli(int64(in.From)).In(zone(a)).Format("2006-01"), http.StatusSeeOther)
}

// operatorOf lets only those pass who may write, and finds the agreement.
func (s *Server) operatorOf(w http.ResponseWriter, r *http.Request) (*http.Request, *contract.Agreement, bool) {
	r, ok := s.operator(w, r)
	if !ok {
		return r, nil, false
	}
	a := s.byID(r.PathValue("id"))
	if a == nil {
		s.errorPage(w, r, unknown("agreement", r.PathValue("id"), "the overview lists those in force"))
	}
	return r, a, a != nil
}

// postShorten lets a single window end earlier.
func (s *Server) postShorten(w http.ResponseWriter, r *http.Request) {
	r, ok := s.operator(w, r)
	if !ok {
		return
	}
	m, a, err := s.maintenanceByID(r)
	if err == nil && a == nil {
		err = unknown("agreement", m.Agreement, "it is no longer in force")
	}
	to := wallInput{Text: r.PostForm.Get("to"), Fold: r.PostForm.Get("to_fold")}
	if err == nil {
		var at Instant
		var bad []FieldProblem
		if at, bad = readWall(choose(w, r), "to", &to, zone(a)); bad != nil {
			err = invalid(bad...)
		} else {
			m, err = s.shorten(r, m, int64(at))
		}
	}
	if err != nil {
		s.errorPage(w, r, err)
		return
	}
	http.Redirect(w, r, "/agreements/"+m.Agreement+"/maintenance", http.StatusSeeOther)
}

func (s *Server) shorten(r *http.Request, m MaintenanceWindow, to int64) (MaintenanceWindow, error) {
	now := s.now().UnixMilli()
	st := stateOf(m, now)
	switch {
	case s.shortener == nil || m.RRule != "" || m.EndedAt != 0 || st == "over" || st == "cancelled":
		return m, newProblem(http.StatusConflict, "conflict", "The maintenance cannot be shortened", "only a single window that is planned or running can, once; cancel any other")
	case to <= max(m.From, now) || to >= m.To:
		return m, invalidField("to", "must lie ahead, after the window begins and before it ends")
	}
	out, err := s.shortener.Shorten(r.Context(), m.ID, to, principalOf(r).Name, now)
	if err == nil {
		s.Publish(Event{Kind: "maintenance", Agreement: m.Agreement, At: now})
	}
	return out, err
}

// putShorten is the API's way to shorten.
func (s *Server) putShorten(w http.ResponseWriter, r *http.Request) error {
	if _, err := params(r); err != nil {
		return err
	}
	var in struct {
		To Instant `json:"to"`
	}
	if err := decodeBody(w, r, &in); err != nil {
		return err
	}
	m, a, err := s.maintenanceByID(r)
	if err != nil {
		return err
	}
	if m, err = s.shorten(r, m, int64(in.To)); err != nil {
		return err
	}
	return writeJSON(w, r, http.StatusOK, s.describeMaintenance(a, m))
}

func (s *Server) mountPlans(mux *http.ServeMux) {
	const a = "/agreements/{id}/maintenance"
	s.mountCorrections(mux)
	mux.Handle("GET /agreements/{id}/whatif", s.timed("/agreements/{id}/whatif", s.page(RoleRead, s.whatIfPage)))
	mux.Handle("GET "+a, s.timed(a, s.page(RoleCustomer, s.calendarPage)))
	mux.Handle("POST "+a+"/confirm", s.timed(a+"/confirm", s.confirmMaintenance))
	mux.Handle("POST "+a+"/announce", s.timed(a+"/announce", s.postAnnounce))
	mux.Handle("POST /maintenance/{id}/shorten", s.timed("/maintenance/{id}/shorten", s.postShorten))
}
