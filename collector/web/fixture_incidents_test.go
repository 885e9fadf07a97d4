package web

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/internal/sla"
)

// fixtureIncidents is the part of the fixture that people write to.
type fixtureIncidents struct {
	incidents []IncidentView // newest first
	faults    []FaultView    // newest first
	files     map[string][][]byte
	overrides []Override
}

func event(seq int, kind incident.EventKind, at int64, by string) incident.Event {
	return incident.Event{Incident: "INC-2026-0042", Seq: seq, Kind: kind, At: at, By: by}
}

// newFixtureIncidents has one that aurora-shop and harbour-wan share, with what
// neither may know of the other, and one that is over.
func newFixtureIncidents() fixtureIncidents {
	began := at(19, 13, 16)
	opened := event(1, incident.EventOpened, began+90_000, "probity")
	opened.Effective, opened.Text = began, "Payments and Uplink failing"
	mine := event(2, incident.EventOutageJoined, began+90_000, "probity")
	mine.Outage, mine.Agreement = &incident.OutageRef{ID: "o-1", Agreement: "aurora-shop", Service: "payments", From: began}, "aurora-shop"
	theirs := event(3, incident.EventOutageJoined, began+95_000, "probity")
	theirs.Outage, theirs.Agreement = &incident.OutageRef{ID: "o-2", Agreement: "harbour-wan", Service: "uplink", From: began, To: at(19, 13, 20)}, "harbour-wan"
	sev := event(4, incident.EventSeverity, began+96_000, "probity")
	sev.Agreement, sev.Severity, sev.Major = "harbour-wan", "Prio-Alpha", true
	told := event(5, incident.EventNotified, began+100_000, "probity")
	told.Step = &incident.Escalation{Policy: "office", Level: 1, People: []string{"anna"}, Channels: []string{"pager"}}
	note := event(6, incident.EventNote, at(19, 13, 21), "anna")
	note.Text = "Internal: the switch of harbour-wan is shared <script>alert(2)</script>"
	cause := event(7, incident.EventCause, at(19, 13, 25), "anna")
	cause.Text = "A card of the aggregation switch failed."
	return fixtureIncidents{
		incidents: []IncidentView{{
			Incident: incident.Incident{ID: "INC-2026-0042", Seq: 7, State: incident.IncidentOpen, Title: "Payments and Uplink failing", Major: true,
				Severities: map[string]string{"aurora-shop": "P1", "harbour-wan": "Prio-Alpha"}, SeveritiesBy: map[string]string{"harbour-wan": "anna"}, Majors: []string{"harbour-wan"}, OpenedBy: "probity", DetectedAt: began, OpenedAt: began,
				Outages: []incident.OutageRef{*mine.Outage, *theirs.Outage}, Causes: []string{"host:192.0.2.10"}, Cause: cause.Text,
				Actions:   []incident.Action{{ID: "INC-2026-0042/1", Text: "Keep a spare card", Owner: "anna", Due: "2026-12-31", State: incident.ActionOpen}},
				UpdatedAt: at(19, 13, 25)},
			Events: []incident.Event{opened, mine, theirs, sev, told, note, cause},
			Clocks: []IncidentClock{
				{Agreement: "aurora-shop", Severity: "P1", Indicator: "response", Pauses: []string{"customer"}, Target: 30 * minute, Elapsed: 14 * minute, Running: true, DueAt: began + 30*minute},
				{Agreement: "aurora-shop", Severity: "P1", Indicator: "resolution", Pauses: []string{"customer", "supplier"}, Target: 240 * minute, Elapsed: 14 * minute, Running: true, DueAt: began + 240*minute},
				{Agreement: "harbour-wan", Severity: "Prio-Alpha", Indicator: "response", Target: 10 * minute, Elapsed: 14 * minute, Running: true, Breach: true, DueAt: began + 10*minute},
			},
		}, {
			Incident: incident.Incident{ID: "INC-2026-0040", Seq: 3, State: incident.IncidentResolved, Title: "Storefront outage", Severities: map[string]string{"aurora-shop": "P2"},
				DetectedAt: at(7, 4, 12), OpenedAt: at(7, 4, 12), AcknowledgedAt: at(7, 4, 15), AcknowledgedBy: "ben", RestoredAt: at(7, 4, 21), ResolvedAt: at(7, 4, 21), UpdatedAt: at(7, 4, 36),
				Outages: []incident.OutageRef{{ID: "o-0", Agreement: "aurora-shop", Service: "storefront", From: at(7, 4, 12), To: at(7, 4, 21)}}},
			Events: []incident.Event{{Incident: "INC-2026-0040", Seq: 1, Kind: incident.EventOpened, At: at(7, 4, 13), Effective: at(7, 4, 12), By: "probity"},
				{Incident: "INC-2026-0040", Seq: 2, Kind: incident.EventAcknowledged, At: at(7, 4, 15), By: "ben"},
				{Incident: "INC-2026-0040", Seq: 3, Kind: incident.EventResolved, At: at(7, 4, 36), Effective: at(7, 4, 21), By: "probity"}},
		}},
		faults: []FaultView{
			{Fault: incident.Fault{ID: "FLT-2026-HB7Q2", Agreement: "harbour-wan", State: incident.FaultReceived, Summary: "Packet loss on the uplink", Since: at(19, 12, 0),
				Contact: "port@example.com", Language: "zh-CN", ReportedAt: at(19, 13, 0), ReportedBy: "harbour", Reporter: "harbour-token"},
				Events: []FaultEvent{{At: at(19, 13, 0), By: "harbour", Kind: "received"}}},
			{Fault: incident.Fault{ID: "FLT-2026-AU3KX", Agreement: "aurora-shop", Service: "payments", State: incident.FaultReceived, Summary: "Card payments fail <b>now</b>", Details: "Error 503 after paying.\nSince about ten past two.",
				Since: at(19, 13, 10), Contact: "Kim, +49 30 1234", Language: "en", ReportedAt: at(19, 13, 20), ReportedBy: "aurora", Reporter: "aurora-token",
				Attachments: []incident.Attachment{{N: 1, Name: "till.txt", Type: "text/plain", Bytes: 12, SHA256: strings.Repeat("0", 64)}}},
				Events: []FaultEvent{{At: at(19, 13, 20), By: "aurora", Kind: "received"}}},
			{Fault: incident.Fault{ID: "FLT-2026-AU1AB", Agreement: "aurora-shop", State: incident.FaultDeclined, Summary: "Slow pictures", Since: at(4, 9, 0), Until: at(4, 10, 0), Contact: "Kim", Language: "en",
				ReportedAt: at(4, 10, 0), ReportedBy: "aurora", Reporter: "aurora-token", Answer: "The pictures are served by your own agency.", AnsweredAt: at(4, 11, 0), AnsweredBy: "anna"},
				Events: []FaultEvent{{At: at(4, 10, 0), By: "aurora", Kind: "received"}, {At: at(4, 11, 0), By: "anna", Kind: "declined"}}},
		},
		files: map[string][][]byte{"FLT-2026-AU3KX": {[]byte("503 at 14:10")}},
		overrides: []Override{
			{ID: "ov-1", Rotation: "network", Person: "carl", From: at(20, 8, 0), To: at(21, 8, 0), CreatedBy: "anna", CreatedAt: at(18, 9, 0)},
			{ID: "ov-2", Rotation: "network", Person: "ben", From: at(24, 8, 0), To: at(25, 8, 0), CreatedBy: "anna", CreatedAt: at(18, 9, 0), RevokedBy: "anna", RevokedAt: at(18, 10, 0)},
		},
	}
}

func (f *fixture) Incidents(_ context.Context, q IncidentQuery) ([]incident.Incident, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	list := f.people.incidents
	if q.Before != "" {
		i := slices.IndexFunc(list, func(v IncidentView) bool { return v.Incident.ID == q.Before })
		if i < 0 {
			return nil, ErrNotFound
		}
		list = list[i+1:]
	}
	var out []incident.Incident
	for _, v := range list {
		in := v.Incident
		_, concerns := in.Severities[q.Agreement]
		if (q.Agreement == "" || concerns) && (!q.Open || isOpen(in.State)) && (q.To == 0 || in.OpenedAt < q.To) &&
			(q.From == 0 || in.ResolvedAt == 0 || in.ResolvedAt >= q.From) && len(out) < q.Limit {
			out = append(out, in)
		}
	}
	return out, f.fail
}

func (f *fixture) Incident(_ context.Context, id string) (IncidentView, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, v := range f.people.incidents {
		if v.Incident.ID == id {
			return v, f.fail
		}
	}
	return IncidentView{}, ErrNotFound
}

// fixtureReport is a document that a test can read.
type fixtureReport struct{ *incident.Report }

func (d fixtureReport) WriteMarkdown(w io.Writer) error {
	return incident.WriteMarkdown(w, d.Report, "en", mustZone("Europe/Berlin"))
}

func (f *fixture) IncidentReport(ctx context.Context, id, agreement string) (IncidentReport, error) {
	v, err := f.Incident(ctx, id)
	if err != nil {
		return nil, err
	}
	in := v.Incident
	r := &incident.Report{Incident: id, Agreement: agreement, Title: in.Title, State: in.State, Major: in.Major, WrittenAt: fixtureNow.UnixMilli(), Entries: len(v.Events),
		Failed: in.OpenedAt, Detected: in.OpenedAt + 90_000, Cause: in.Cause, Actions: in.Actions, Missing: []string{"remedy"}}
	r.Parties = []incident.ReportParty{{Agreement: "aurora-shop", Name: "Aurora online shop", Customer: "Aurora Retail GmbH", Services: map[string]string{"payments": "Payments"}, Severity: "P1"}}
	r.Impact = []incident.ReportImpact{{Agreement: "aurora-shop", Service: "payments", Period: "2026-11", Counted: 14 * minute, Budget: 43*minute + 12_000, BudgetLeft: -108_000,
		Share: sla.Of(14*60, 43*60+12), Availability: sla.Of(99832, 100000), Objective: sla.Of(999, 1000)}}
	r.Clocks = []incident.ClockStatus{{ClockRule: incident.ClockRule{Agreement: "aurora-shop", Severity: "P1", Indicator: "response"}, OpenedAt: in.OpenedAt, Target: 30 * minute, Elapsed: 14 * minute, Running: true, DueAt: in.OpenedAt + 30*minute}}
	for _, e := range v.Events {
		r.Timeline = append(r.Timeline, incident.ReportEntry{At: e.At, Kind: e.Kind, By: e.By, Agreement: e.Agreement, Text: e.Text})
	}
	r.Evidence = []incident.ReportEvidence{{Outage: "o-1", Agreement: "aurora-shop", Service: "payments", From: in.OpenedAt, Counted: 14 * minute, Cause: "status", Locations: []string{"api/Frankfurt", "api/Singapore"},
		Results: []incident.ReportResult{{At: in.OpenedAt, Check: "aurora-shop/payments/api", Location: "Frankfurt", Outcome: "down", Cause: "status", Message: "503 Service Unavailable"}},
		Path:    []string{"1  192.0.2.1  0.4 ms", "2  *"}}}
	return fixtureReport{r}, f.fail
}

// Act folds just enough for pages to show what was entered.
func (f *fixture) Act(_ context.Context, id string, e incident.Event) (incident.Event, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	i := slices.IndexFunc(f.people.incidents, func(v IncidentView) bool { return v.Incident.ID == id })
	if i < 0 {
		return e, ErrNotFound
	}
	v := &f.people.incidents[i]
	in := &v.Incident
	switch e.Kind {
	case incident.EventAcknowledged:
		if in.AcknowledgedAt != 0 {
			return e, fmt.Errorf("acknowledged by %s: %w", in.AcknowledgedBy, ErrConflict)
		}
		in.State, in.AcknowledgedAt, in.AcknowledgedBy = incident.IncidentAcknowledged, e.At, e.By
		if e.Effective != 0 {
			in.AcknowledgedAt = e.Effective
		}
	case incident.EventResolved:
		in.State, in.ResolvedAt = incident.IncidentResolved, e.At
	case incident.EventPaused:
		if e.Reason == "holiday" {
			return e, &InputError{"reason", `no clock knows "holiday"`}
		}
		in.PausedFor = e.Reason
	case incident.EventCause:
		in.Cause = e.Text
	}
	in.Seq++
	e.Incident, e.Seq = id, in.Seq
	v.Events = append(slices.Clone(v.Events), e)
	return e, f.fail
}

func (f *fixture) OpenIncident(_ context.Context, in NewIncident) (incident.Incident, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	v := IncidentView{Incident: incident.Incident{ID: fmt.Sprintf("INC-2026-%04d", 43+len(f.people.incidents)), Seq: 1, State: incident.IncidentOpen, Title: in.Title,
		Severities: map[string]string{in.Agreement: orElse(in.Severity, "P3")}, OpenedAt: in.Since, UpdatedAt: in.At}}
	v.Events = []incident.Event{{Incident: v.Incident.ID, Seq: 1, Kind: incident.EventOpened, At: in.At, Effective: in.Since, By: in.By, Text: in.Note, Agreement: in.Agreement}}
	f.people.incidents = append([]IncidentView{v}, f.people.incidents...)
	return v.Incident, f.fail
}

func (f *fixture) Faults(_ context.Context, q FaultQuery) ([]incident.Fault, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	list := f.people.faults
	if q.Before != "" {
		i := slices.IndexFunc(list, func(v FaultView) bool { return v.Fault.ID == q.Before })
		if i < 0 {
			return nil, ErrNotFound
		}
		list = list[i+1:]
	}
	var out []incident.Fault
	for _, v := range list {
		if (q.Agreement == "" || v.Fault.Agreement == q.Agreement) && (q.State == "" || v.Fault.State == q.State) && len(out) < q.Limit {
			out = append(out, v.Fault)
		}
	}
	return out, f.fail
}

func (f *fixture) Fault(_ context.Context, id string) (FaultView, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, v := range f.people.faults {
		if v.Fault.ID == id {
			return v, f.fail
		}
	}
	return FaultView{}, ErrNotFound
}

func (f *fixture) FaultAttachment(ctx context.Context, id string, n int) (incident.Attachment, []byte, error) {
	v, err := f.Fault(ctx, id)
	if err != nil || n < 1 || n > len(v.Fault.Attachments) {
		return incident.Attachment{}, nil, ErrNotFound
	}
	return v.Fault.Attachments[n-1], f.people.files[id][n-1], nil
}

func (f *fixture) ReportFault(_ context.Context, d FaultDraft) (incident.Fault, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	d.Fault.ID = fmt.Sprintf("FLT-2026-%05d", len(f.people.faults)+1)
	f.people.files[d.Fault.ID] = d.Data
	f.people.faults = append([]FaultView{{d.Fault, []FaultEvent{{At: d.Fault.ReportedAt, By: d.Fault.ReportedBy, Kind: "received"}}}}, f.people.faults...)
	return d.Fault, f.fail
}

func (f *fixture) answer(id string, st incident.FaultState, answer, by string, at int64, change func(*incident.Fault)) (incident.Fault, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	i := slices.IndexFunc(f.people.faults, func(v FaultView) bool { return v.Fault.ID == id })
	v := &f.people.faults[i]
	if v.Fault.State != incident.FaultReceived {
		return v.Fault, fmt.Errorf("the fault is %s: %w", v.Fault.State, ErrConflict)
	}
	v.Fault.State, v.Fault.Answer, v.Fault.AnsweredBy, v.Fault.AnsweredAt = st, answer, by, at
	change(&v.Fault)
	v.Events = append(slices.Clone(v.Events), FaultEvent{At: at, By: by, Kind: string(st)})
	return v.Fault, f.fail
}

func (f *fixture) AcceptFault(_ context.Context, id string, in Acceptance) (incident.Fault, error) {
	if in.Severity == "P9" {
		return incident.Fault{}, &InputError{"severity", `"P9" is not a severity of the agreement`}
	}
	return f.answer(id, incident.FaultAccepted, in.Answer, in.By, in.At, func(x *incident.Fault) {
		x.Incident = orElse(in.Incident, "INC-2026-0042")
		if in.Correction != nil {
			c := *in.Correction
			c.ID = fmt.Sprintf("co-%d", len(f.corrections)+1)
			f.corrections = append(f.corrections, c)
			x.Correction = c.ID
		}
	})
}

func (f *fixture) DeclineFault(_ context.Context, id, answer, by string, at int64) (incident.Fault, error) {
	return f.answer(id, incident.FaultDeclined, answer, by, at, func(*incident.Fault) {})
}

// VerifyAckLink takes tokens that are JSON in hexadecimal.
func (f *fixture) VerifyAckLink(_ context.Context, token string) (AckLink, error) {
	var raw []byte
	var l AckLink
	if _, err := fmt.Sscanf(token, "%x", &raw); err != nil || json.Unmarshal(raw, &l) != nil {
		return l, ErrNotFound
	}
	return l, f.fail
}

func ackTokenOf(l AckLink) string {
	raw, _ := json.Marshal(l)
	return fmt.Sprintf("%x", raw)
}

func (f *fixture) Rotations(_ context.Context, from, to int64) ([]Rotation, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	r := Rotation{Name: "network", Zone: "Europe/Berlin", People: []string{"anna", "ben"}, Overrides: slices.Clone(f.people.overrides)}
	week := int64(7 * 24 * 60 * minute)
	monday := at(16, 8, 0)
	for i := int64(0); monday+i*week < to; i++ {
		if end := monday + (i+1)*week; end > from {
			r.Shifts = append(r.Shifts, Shift{Person: r.People[i%2], From: max(from, monday+i*week), To: min(to, end)})
		}
	}
	return []Rotation{r}, f.fail
}

func (f *fixture) AddOverride(_ context.Context, o Override) (Override, error) {
	if o.Person == "nobody" {
		return o, &InputError{"person", `"nobody" is not known`}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	o.ID = fmt.Sprintf("ov-%d", len(f.people.overrides)+1)
	f.people.overrides = append(f.people.overrides, o)
	return o, f.fail
}

func (f *fixture) RevokeOverride(_ context.Context, id, by string, at int64) (Override, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	i := slices.IndexFunc(f.people.overrides, func(o Override) bool { return o.ID == id })
	if i < 0 {
		return Override{}, ErrNotFound
	}
	o := &f.people.overrides[i]
	if o.RevokedAt != 0 {
		return *o, fmt.Errorf("revoked: %w", ErrConflict)
	}
	o.RevokedAt, o.RevokedBy = at, by
	return *o, f.fail
}
