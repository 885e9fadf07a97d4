package web

import (
	"fmt"
	"html/template"
	"net/http"
	"time"

	"golang.org/x/text/language"

	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/collector/report"
	"github.com/probity-sla/probity/internal/protocol"
	"github.com/probity-sla/probity/internal/sla"
)

// words is one language of the pages. English is the key of every other.
type words struct {
	tag   string // BCP 47
	name  string
	table map[string]string
	units report.Units
}

var (
	english   = &words{tag: "en", name: "English", table: englishWords, units: report.English}
	chinese   = &words{tag: "zh-CN", name: "简体中文", table: chineseWords, units: report.Units{"天", "小时", "分", "秒"}}
	languages = []*words{english, chinese}
	matcher   = language.NewMatcher([]language.Tag{language.English, language.SimplifiedChinese})
)

const langCookie = "probity_lang"

// choose takes ?lang=, and keeps it in a cookie; else the cookie; else what the browser prefers.
func choose(w http.ResponseWriter, r *http.Request) *words {
	if l := byTag(r.URL.Query().Get("lang")); l != nil {
		http.SetCookie(w, &http.Cookie{Name: langCookie, Value: l.tag, Path: "/", MaxAge: 365 * 86400,
			HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: r.TLS != nil})
		return l
	}
	if c, err := r.Cookie(langCookie); err == nil {
		if l := byTag(c.Value); l != nil {
			return l
		}
	}
	_, i := language.MatchStrings(matcher, r.Header.Get("Accept-Language"))
	return languages[i]
}

func byTag(tag string) *words {
	for _, l := range languages {
		if l.tag == tag {
			return l
		}
	}
	return nil
}

// T translates a text, and puts args in its place-holders.
func (w *words) T(text string, args ...any) string {
	if t, ok := w.table[text]; ok {
		text = t
	}
	if len(args) == 0 {
		return text
	}
	return fmt.Sprintf(text, args...)
}

// Duration writes a length for reading.
func (w *words) Duration(ms int64) string { return report.Duration(ms, w.units) }

// State is the word for a state.
func (w *words) State(s sla.State) string { return w.T(stateWords[min(s, sla.OutOfScope)]) }

// englishWords holds the keys that are not themselves English.
var englishWords = map[string]string{
	"range 15m": "15 min", "range 1h": "1 h", "range 6h": "6 h", "range 24h": "24 h", "range 7d": "7 d", "range period": "whole period",
	"figure availability %": "availability %", "figure objective %": "objective %", "figure verdict": "verdict", "figure down s": "down, s", "figure excluded s": "excluded, s",
	"figure unknown s": "unknown, s", "figure credit %": "credit %", "figure agreement": "text of the agreement", "figure service": "service",
	"effect exclude": "not counted", "effect up": "counted as up", "effect down": "counted as down",
	"rule service_down": "Service down", "rule objective_at_risk": "Objective at risk",
	"rule objective_breached": "Objective missed", "rule agent_silent": "Agent silent", "rule service_degraded": "Service degraded", "rule service_no_data": "Service without data", "rule coverage_low": "Coverage low",
	"rule agent_faulty": "Agent faulty", "rule objective_forecast": "Objective will break", "rule response_due": "Response due", "rule response_missed": "Response late", "rule resolution_due": "Resolution due", "rule resolution_missed": "Resolution late",
	"rule certificate_expiring": "Certificate expires", "rule clock_off": "Clock off", "rule maintenance_begins": "Maintenance begins", "rule maintenance_ended": "Maintenance over", "rule maintenance_overran": "Maintenance overran", "info": "information",
	"choice down": "Down", "choice degraded": "Degraded", "choice unknown": "Unknown", "choice maintenance": "Down, in maintenance", "choice up": "Up", "choice missed": "objective missed", "choice overdrawn": "budget overspent",
	"sort name": "name", "sort customer": "customer", "sort state": "state, the worst first", "sort availability": "availability", "sort budget": "budget left",
	"day Monday": "Mon", "day Tuesday": "Tue", "day Wednesday": "Wed", "day Thursday": "Thu", "day Friday": "Fri", "day Saturday": "Sat", "day Sunday": "Sun",
	"FREQ=DAILY": "every day", "FREQ=WEEKLY": "every week", "FREQ=WEEKLY;INTERVAL=2": "every two weeks", "FREQ=MONTHLY": "every month",
	"aggregate worst": "the agreement's figure is the worst of its services", "aggregate best": "the agreement's figure is the best of its services", "aggregate weighted": "the agreement's figure is the weighted mean of its services",
	"aggregate sum_seconds": "the agreement's figure is of the time of all services together", "aggregate serial": "the agreement is up while every service is", "aggregate parallel": "the agreement is up while any service is",
	"gap unknown": "reason not known", "gap overload": "the agent was overloaded", "gap overlap": "the probe before still ran", "gap clock_jump": "the clock jumped", "gap suspended": "the machine slept", "gap stopped": "the agent was stopping or starting", "gap spool_full": "the spool was full", "gap corrupt": "damage on the agent's disk",
	"clock met": "met", "clock missed": "missed", "clock paused": "paused", "clock running": "running",
	"incident open": "Open", "incident acknowledged": "Acknowledged", "incident mitigated": "Mitigated", "incident resolved": "Resolved", "incident reviewed": "Reviewed",
	"event opened": "Opened", "event outage_joined": "Outage", "event outage_ended": "Outage ended", "event outage_withdrawn": "Outage withdrawn", "event fault_joined": "Reported fault joined",
	"event acknowledged": "Acknowledged", "event mitigated": "Mitigated", "event paused": "Clocks paused", "event resumed": "Clocks go on", "event resolved": "Resolved", "event reopened": "Reopened",
	"event reviewed": "Reviewed", "event severity": "Severity", "event note": "Note", "event cause": "Cause", "event remedy": "Remedy", "event action": "Preventive action", "event notified": "Notified",
	"report draft": "draft", "report reviewed": "reviewed, not issued", "report issued": "issued", "action open": "open", "action done": "done", "action dropped": "dropped",
	"fault received": "Received", "fault accepted": "Accepted", "fault declined": "Declined", "fault resolved": "Resolved",
	"field summary": "What is wrong", "field since": "Began", "field until": "Ended", "field contact": "Contact", "field details": "Details", "field service": "Service", "field attachments": "Attachments",
	"field effective": "Took place at", "field text": "Text", "field severity": "Severity", "field title": "Title", "field agreement": "Agreement", "field answer": "Answer", "field person": "Person",
	"field name": "For whom", "field customer": "Customer", "field agreements": "Agreements", "field expires_at": "Expires",
	"field rotation": "Rotation", "field from": "From", "field to": "To", "field correction.from": "Correction from", "field correction.to": "Correction to", "field action.text": "Action",
	"field action.owner": "Owner", "field action.due": "Due", "field reason": "Reason", "field kind": "Kind", "field website": "Field to leave empty",
}

var stateWords = [...]string{sla.Unknown: "Unknown", sla.Up: "Up", sla.Degraded: "Degraded", sla.Down: "Down",
	sla.Excluded: "Excluded", sla.OutOfScope: "Out of scope"}

// Cause is the word for why a result was not up.
func (w *words) Cause(c protocol.Cause) string {
	if t, ok := w.table["cause "+c.String()]; ok {
		return t
	}
	return spaced(c.String())
}

// Instant writes a time in a zone, with UTC in the title.
func (w *words) Instant(ms int64, zone *time.Location) template.HTML {
	return stamp(ms, zone, "2006-01-02 15:04")
}

// Exact writes a time in a zone to the second.
func (w *words) Exact(ms int64, zone *time.Location) template.HTML {
	return stamp(ms, zone, "2006-01-02 15:04:05")
}

func stamp(ms int64, zone *time.Location, layout string) template.HTML {
	if ms == 0 {
		return template.HTML(report.Absent)
	}
	if zone == nil {
		zone = time.UTC
	}
	t := time.UnixMilli(ms)
	return template.HTML(fmt.Sprintf(`<time datetime="%s" title="%s">%s</time>`,
		rfc3339(ms), t.UTC().Format("2006-01-02 15:04:05.000 UTC"), t.In(zone).Format(layout)))
}

// Length writes a length with its exact seconds in the title.
func (w *words) Length(ms int64) template.HTML {
	return template.HTML(fmt.Sprintf(`<span class="num" title="%s s">%s</span>`, report.Seconds(ms), template.HTMLEscapeString(w.Duration(ms))))
}

func (w *words) funcs() template.FuncMap {
	return template.FuncMap{
		"t": w.T, "state": w.State, "cause": w.Cause, "instant": w.Instant, "exact": w.Exact, "length": w.Length,
		"figureName": func(name string) string { return w.T("figure " + name) }, "effect": func(e sla.Effect) string { return w.T("effect " + e.String()) },
		"rule": func(name string) string { return w.T("rule " + name) }, "languages": func() []*words { return languages },
		"class": classOf, "mark": markOf, "millis": millis, "durationText": w.Duration, "grouped": grouped, "short": short,
		"neg": func(n int64) int64 { return -n }, "minus": func(a, b int64) int64 { return a - b }, "bytes": bytesText,
		"legend":    func() []sla.State { return []sla.State{sla.Up, sla.Degraded, sla.Down, sla.Unknown, sla.Excluded} },
		"eventWord": func(k incident.EventKind) string { return w.T("event " + string(k)) }, "clockWord": func(word string) string { return w.T("clock " + word) },
		"incidentWord": func(st incident.IncidentState) string { return w.T("incident " + string(st)) }, "incidentMark": incidentMark,
		"reportWord": w.reportWord, "actionWord": w.actionWord, "faultWord": func(st incident.FaultState) string { return w.T("fault " + string(st)) }, "faultMark": faultMark, "fieldName": w.field,
		"wall": func(name, label string, in wallInput, needed bool) wallField {
			return wallField{name, label, in, needed}
		},
		"choice":      func(name, label, now string, list []string) choice { return choice{name, label, now, list} },
		"stateChoice": func(name string) string { return w.T("choice " + name) }, "sortChoice": func(name string) string { return w.T("sort " + name) },
		"effects":   func() []sla.Effect { return []sla.Effect{sla.EffectExclude, sla.EffectUp, sla.EffectDown} },
		"alertList": func(list []Alert, v *alertsView) map[string]any { return map[string]any{"List": list, "View": v} },
	}
}

// Tag and Name are for the templates.
func (w *words) Tag() string  { return w.tag }
func (w *words) Name() string { return w.name }
