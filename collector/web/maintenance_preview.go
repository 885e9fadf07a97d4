package web

import (
	"net/http"
	"slices"
	"time"

	"github.com/probity-sla/probity/internal/contract"
	"github.com/probity-sla/probity/internal/sla"
)

// previewAhead bounds how far ahead the occurrences of a series are counted.
const previewAhead = 366 * 24 * time.Hour

// previewDoc says what a window would count as, were it announced now.
type previewDoc struct {
	AheadMS     int64     `json:"ahead_ms"`              // until it begins
	NoticeMS    int64     `json:"notice_ms"`             // that the contract asks for; of an emergency its own
	ShortMS     int64     `json:"notice_short_ms"`       // how much is missing
	MaxMS       int64     `json:"max_window_ms"`         // 0: any length
	CapMS       *int64    `json:"cap_ms"`                // of the period in which it begins; null: no cap
	UsedMS      int64     `json:"used_ms"`               // planned in that period already
	OverMS      int64     `json:"over_ms"`               // of this window, beyond the cap
	Excluded    bool      `json:"excluded"`              // it will not count as down time, as far as the cap reaches
	Occurrences []spanDoc `json:"occurrences,omitempty"` // of a series, the first ones
	Warnings    []string  `json:"warnings"`              // in the language of the request
	Text        string    `json:"text"`                  // all of it in one sentence
}

type spanDoc struct {
	From int64 `json:"from"`
	To   int64 `json:"to"`
}

// maxOccurrences bounds the windows of a series that a preview lists.
const maxOccurrences = 12

// preview reckons what an announcement would be worth.
func (s *Server) preview(r *http.Request, wd *words, a *contract.Agreement, in *announcement) (previewDoc, error) {
	now := s.now().UnixMilli()
	p := previewDoc{AheadMS: int64(in.From) - now, NoticeMS: a.Notice.Milliseconds(), Warnings: []string{}, Excluded: true}
	if in.Emergency {
		p.NoticeMS = 0 // it has its own, if any
	}
	length := int64(in.To - in.From)
	for _, t := range maintenanceTerms(a, in.Services) {
		p.judge(t, in.Emergency, length)
	}
	p.ShortMS = max(0, p.NoticeMS-p.AheadMS)
	if p.ShortMS > 0 {
		p.Excluded = false
	}
	if p.CapMS != nil && p.Excluded {
		if err := s.heldAgainstCap(r, a, in, &p); err != nil {
			return p, err
		}
	}
	if in.RRule != "" {
		wall := time.UnixMilli(int64(in.From)).In(zone(a)).Format("2006-01-02T15:04:05")
		all, err := contract.ExpandSeries(wall, time.Duration(length)*time.Millisecond, in.RRule, zone(a), sla.Window{From: int64(in.From), To: int64(in.From) + previewAhead.Milliseconds()})
		if err != nil {
			return p, invalidField("rrule", err.Error())
		}
		for _, w := range all[:min(len(all), maxOccurrences)] {
			p.Occurrences = append(p.Occurrences, spanDoc{w.From, w.To})
		}
	}
	p.say(wd, in)
	return p, nil
}

// maintenanceTerms are those of the services that a window is for.
func maintenanceTerms(a *contract.Agreement, services []string) (out []*sla.MaintenanceTerms) {
	for i := range a.Services {
		if t := a.Services[i].Terms; t != nil && (len(services) == 0 || slices.Contains(services, a.Services[i].ID)) {
			out = append(out, &t.Maintenance)
		}
	}
	return out
}

// judge takes the strictest of what the services ask for.
func (p *previewDoc) judge(t *sla.MaintenanceTerms, emergency bool, length int64) {
	notice := t.MinNotice
	if emergency {
		notice = t.EmergencyMinNotice
		if !t.EmergencyExcused {
			p.Excluded = false
		}
	}
	p.NoticeMS = max(p.NoticeMS, notice)
	if t.Treatment == sla.TreatAsIs {
		p.Excluded = false
	}
	if t.MaxWindow > 0 && (p.MaxMS == 0 || t.MaxWindow < p.MaxMS) {
		p.MaxMS = t.MaxWindow
	}
	if t.Cap != nil && (p.CapMS == nil || *t.Cap < *p.CapMS) {
		p.CapMS = t.Cap
	}
}

// heldAgainstCap sums what is planned in the period in which the window begins.
func (s *Server) heldAgainstCap(r *http.Request, a *contract.Agreement, in *announcement, p *previewDoc) error {
	period := a.Period.Containing(int64(in.From), zone(a))
	list, err := s.maint.Maintenance(r.Context(), a.ID, period.Window)
	for _, m := range list {
		to := m.To
		if m.EndedAt != 0 {
			to = min(to, m.EndedAt)
		}
		if m.CancelledAt == 0 && s.describeMaintenance(a, m).ShortOfMS == 0 {
			p.UsedMS += max(0, min(to, period.To)-max(m.From, period.From))
		}
	}
	length := min(int64(in.To), period.To) - int64(in.From)
	p.OverMS = min(length, max(0, p.UsedMS+length-*p.CapMS))
	return err
}

// say tells it as a person would.
func (p *previewDoc) say(wd *words, in *announcement) {
	d := wd.Duration
	warn := func(text string, args ...any) { p.Warnings = append(p.Warnings, wd.T(text, args...)) }
	length := int64(in.To - in.From)
	switch {
	case p.ShortMS > 0:
		warn("announced %s ahead: %s short of the %s notice; this window will count as down time", d(p.AheadMS), d(p.ShortMS), d(p.NoticeMS))
	case !p.Excluded:
		warn("the contract does not leave out such a window; down time in it will count")
	case p.MaxMS > 0 && length > p.MaxMS:
		warn("%s long: what goes beyond %s will count as down time", d(length), d(p.MaxMS))
	}
	switch {
	case !p.Excluded:
	case p.OverMS > 0:
		warn("%s of %s in this period are planned already: %s of this window will count as down time", d(p.UsedMS), d(*p.CapMS), d(p.OverMS))
	}
	if p.Text = wd.T("announced %s ahead, as agreed; down time in this window will not count", d(p.AheadMS)); len(p.Warnings) > 0 {
		p.Text = p.Warnings[0]
	}
}

// postPreview answers what an announcement would be worth; it stores nothing.
func (s *Server) postPreview(w http.ResponseWriter, r *http.Request) error {
	if _, err := params(r, "lang"); err != nil {
		return err
	}
	a, err := s.agreement(r)
	if err != nil {
		return err
	}
	var in announcement
	if err := decodeBody(w, r, &in); err != nil {
		return err
	}
	if in.Reason == "" {
		in.Reason = "-" // it need not be written yet
	}
	if err := in.validate(a, s.now().UnixMilli()); err != nil {
		return err
	}
	p, err := s.preview(r, choose(w, r), a, &in)
	if err != nil {
		return err
	}
	return writeJSON(w, r, http.StatusOK, p)
}
