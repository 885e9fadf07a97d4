package incident

import (
	"cmp"
	"strings"
	"time"

	"github.com/probity-sla/probity/internal/sla"
)

// MaintenanceFacts are what is known of one announced window.
type MaintenanceFacts struct {
	At            int64
	ID            string
	Agreement     string
	AgreementName string
	Customer      string
	Language      string
	Zone          *time.Location
	Reason        string // as announced
	From, To      int64
	Announced     int64 // 0: never
	Qualifies     bool  // its time is excluded
	Why           string
	Services      []ServiceState // those it covers, as they are at At
}

// ServiceState is what is observed of a service now.
type ServiceState struct {
	Service string
	Name    string
	State   sla.State
	Since   int64 // since when State holds
	Where   []string
}

// ObserveMaintenance judges one announced window: that it begins, that it ended,
// and that a service which was down in it still is. Observe a window until
// nothing of it is open any more, EndedFor after its end at the earliest.
func (e *Engine) ObserveMaintenance(f MaintenanceFacts) []Change {
	l := languageOf(f.Language)
	begins := finding{alert: Alert{Kind: MaintenanceBegins, StartsAt: f.From}, ends: f.To, over: l.say(reasonWindowOver)}
	if f.From <= f.At && f.At < f.To {
		begins.is = on
	}
	ended := finding{alert: Alert{Kind: MaintenanceEnded, StartsAt: f.To}, over: l.say(reasonEndTold)}
	if f.To <= f.At && f.At < f.To+EndedFor {
		ended.is = on
	}
	overran := finding{alert: Alert{Kind: MaintenanceOverran, StartsAt: f.To}, over: l.say(reasonAllUp)}
	switch down, unknown := f.stillDown(); {
	case f.At < f.To:
	case len(down) > 0:
		overran.is, overran.alert.Where = on, down
	case unknown:
		overran.is = stays
	}
	out := e.settleMaintenance(&f, begins)
	out = append(out, e.settleMaintenance(&f, ended)...)
	return append(out, e.settleMaintenance(&f, overran)...)
}

// stillDown names the services that have been down since before the end.
func (f *MaintenanceFacts) stillDown() (down []string, unknown bool) {
	for _, s := range f.Services {
		switch {
		case s.State == sla.Down && s.Since < f.To:
			down = append(down, cmp.Or(s.Name, s.Service))
		case s.State == sla.Unknown:
			unknown = true
		}
	}
	return down, unknown
}

func (e *Engine) settleMaintenance(f *MaintenanceFacts, x finding) []Change {
	a := &x.alert
	a.Agreement, a.Window, x.cover = f.Agreement, f.ID, f.ID
	a.Severity = cmp.Or(e.o.Severity[a.Kind], defaultSeverity[a.Kind])
	x.labels = []string{"customer", f.Customer}
	x.language, x.zone, x.words = f.Language, f.Zone, f.words
	return e.settle(f.At, x)
}

func (f *MaintenanceFacts) words() words {
	l := languageOf(f.Language)
	w := words{
		"agreement", cmp.Or(f.AgreementName, f.Agreement), "from", instant(f.From, f.Zone), "until", instant(f.To, f.Zone),
		"why_maintenance", f.Reason, "services", f.names(func(ServiceState) bool { return true }),
		"down", f.names(func(s ServiceState) bool { return s.State == sla.Down }),
		"unknown", f.names(func(s ServiceState) bool { return s.State == sla.Unknown }),
	}
	var places []string
	for _, s := range f.Services {
		if s.State == sla.Down {
			places = union(places, s.Where)
		}
	}
	w = append(w, "places", l.shortList(places))
	switch {
	case f.Qualifies:
		w = append(w, "qualifies", f.ID)
	default:
		w = append(w, "counts_why", cmp.Or(f.Why, l.say(whyOther)))
	}
	if f.At > f.To {
		w = append(w, "overrun", l.length(f.At-f.To))
	}
	if w.value("down")+w.value("unknown") == "" && len(f.Services) > 0 {
		w = append(w, "all_up", f.ID)
	}
	return w
}

func (f *MaintenanceFacts) names(which func(ServiceState) bool) string {
	var out []string
	for _, s := range f.Services {
		if which(s) {
			out = append(out, cmp.Or(s.Name, s.Service))
		}
	}
	return strings.Join(out, languageOf(f.Language).list)
}
