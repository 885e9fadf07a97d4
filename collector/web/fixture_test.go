package web

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/probity-sla/probity/internal/contract"
	"github.com/probity-sla/probity/internal/protocol"
	"github.com/probity-sla/probity/internal/sla"
)

// The fixture's clock stands at Thursday, 19 November 2026, 14:30 in Berlin.
var fixtureNow = time.Date(2026, 11, 19, 13, 30, 0, 0, time.UTC)

const minute = int64(60_000)

// fixture is a Source over histories that a test writes down. Its accounts are
// plain sums, enough to hold pages and API against.
type fixture struct {
	mu          sync.Mutex
	agreements  []*contract.Agreement
	history     map[string][]sla.Entry // "agreement/service" → gap-free ledger
	target      map[string]sla.Ratio   // agreement →
	windows     []MaintenanceWindow
	corrections []Correction
	excused     map[string]bool // services in maintenance that qualifies
	agents      []Agent
	alerts      []Alert
	liveAge     int64 // ms: how old present states are
	fail        error // returned by every read when set
	people      fixtureIncidents
	links       []fixtureLink
	reports     fixtureReports
}

func at(day, hour, min int) int64 {
	return time.Date(2026, 11, day, hour, min, 0, 0, time.UTC).UnixMilli()
}

func mustZone(name string) *time.Location {
	z, err := time.LoadLocation(name)
	if err != nil {
		panic(err)
	}
	return z
}

func fixtureCheck(agreement, service, check string, kind protocol.Kind, target string) contract.Check {
	return contract.Check{Name: check, Check: protocol.Check{
		ID: protocol.CheckID(agreement + "/" + service + "/" + check), Kind: kind, Target: target,
		Interval: 30 * time.Second, Timeout: 5 * time.Second,
	}}
}

func newFixture() *fixture {
	berlin := mustZone("Europe/Berlin")
	f := &fixture{history: map[string][]sla.Entry{}, target: map[string]sla.Ratio{}, people: newFixtureIncidents(), links: fixtureLinks(), reports: newFixtureReports()}
	f.agreements = []*contract.Agreement{
		{ID: "aurora-shop", Name: "Aurora online shop", Customer: "Aurora Retail GmbH", Provider: "Nordnetz", Tier: "gold",
			Zone: berlin, Notice: 48 * time.Hour, Revision: "5a1c9be2", Language: "en", Publish: contract.Publish{StatusPage: true, Badges: true, Title: "Aurora shop"}, Services: []contract.Service{
				{ID: "storefront", Name: "Storefront", Checks: []contract.Check{
					fixtureCheck("aurora-shop", "storefront", "home", protocol.KindHTTP, "https://user:secret@shop.example/"),
					fixtureCheck("aurora-shop", "storefront", "dns", protocol.KindDNS, "192.0.2.53"),
				}},
				{ID: "payments", Name: "Payments", Checks: []contract.Check{
					fixtureCheck("aurora-shop", "payments", "api", protocol.KindHTTP, "https://pay.example/health"),
				}},
			}},
		{ID: "harbour-wan", Name: "Harbour WAN", Customer: "Port of Harbour", Provider: "Nordnetz", Tier: "carrier",
			Zone: mustZone("Asia/Shanghai"), Revision: "77d0", Language: "zh-CN", Services: []contract.Service{
				{ID: "uplink", Name: "Uplink", Checks: []contract.Check{
					fixtureCheck("harbour-wan", "uplink", "ping", protocol.KindICMP, "192.0.2.1"),
				}},
			}},
		{ID: "meridian-mail", Name: "Meridian mail <script>alert(1)</script>", Customer: "Meridian & Sons", Provider: "Nordnetz",
			Zone: time.UTC, Revision: "01", Services: []contract.Service{
				{ID: "smtp", Name: "SMTP", Checks: []contract.Check{
					fixtureCheck("meridian-mail", "smtp", "banner", protocol.KindTCP, "mail.example:25"),
				}},
			}},
	}
	f.target = map[string]sla.Ratio{"aurora-shop": sla.Of(999, 1000), "harbour-wan": sla.Of(9995, 10000), "meridian-mail": {}}
	f.writeHistories()
	f.windows = []MaintenanceWindow{
		{ID: "mw-1", Agreement: "aurora-shop", Services: []string{"storefront"}, From: at(12, 1, 0), To: at(12, 3, 0),
			AnnouncedAt: at(9, 12, 0), Reason: "Database upgrade", CreatedBy: "ops", EndedAt: at(12, 2, 40)},
		{ID: "mw-2", Agreement: "aurora-shop", From: at(22, 1, 0), To: at(22, 4, 0),
			AnnouncedAt: at(19, 12, 0), Reason: "Switch replacement in row 4", CreatedBy: "ops"},
		{ID: "mw-3", Agreement: "aurora-shop", From: at(15, 1, 0), To: at(15, 2, 0), AnnouncedAt: at(10, 8, 0),
			Reason: "Withdrawn: vendor postponed", CreatedBy: "ops", CancelledAt: at(13, 9, 0), CancelledBy: "ops"},
	}
	f.agreements[0].Source = []byte(fixtureTerms)
	f.corrections = fixtureCorrections()
	f.agents = []Agent{
		{Name: "fra-1", Location: "Frankfurt", EnrolledAt: at(1, 0, 0), SeenAt: at(19, 13, 29), Version: "0.1.0", Checks: 5, ClockError: 3},
		{Name: "sin-1", Location: "Singapore", EnrolledAt: at(1, 0, 0), SeenAt: at(19, 13, 29), Version: "0.1.0", Checks: 5, SpoolBytes: 81_920, OldestAt: at(19, 13, 28)},
		{Name: "osl-1", Location: "Oslo", EnrolledAt: at(3, 0, 0), SeenAt: at(19, 12, 2), Silent: true, Version: "0.1.0", Checks: 4, Faults: []string{"resolver: no answer from 192.0.2.53"}},
	}
	f.alerts = []Alert{
		{ID: "al-9", Rule: "service_down", Severity: "page", Agreement: "aurora-shop", Service: "payments",
			Summary: "Payments is down: status 503 from Frankfurt, Singapore", StartedAt: at(19, 13, 18)},
		{ID: "al-8", Rule: "agent_silent", Severity: "ticket", Agent: "osl-1", Summary: "No result from osl-1 (Oslo) since 12:02 UTC", StartedAt: at(19, 12, 7)},
		{ID: "al-3", Rule: "service_down", Severity: "page", Agreement: "aurora-shop", Service: "storefront",
			Summary: "Storefront was down for 9 min", StartedAt: at(7, 4, 12), EndedAt: at(7, 4, 21)},
	}
	return f
}

// writeHistories lays down 120 days: mostly up, with the marks that pages must show.
func (f *fixture) writeHistories() {
	begin := fixtureNow.AddDate(0, 0, -60).UnixMilli()
	now := fixtureNow.UnixMilli()
	store := []sla.Entry{{From: begin, To: now, State: sla.Up, Observed: sla.Up, Rule: "A.endpoints=all_must_be_up"}}
	mark := func(l []sla.Entry, e sla.Entry) []sla.Entry {
		var out []sla.Entry
		for _, x := range l {
			if x.To <= e.From || x.From >= e.To {
				out = append(out, x)
				continue
			}
			if left := x; left.From < e.From {
				left.To = e.From
				out = append(out, left)
			}
			if x.From <= e.From {
				out = append(out, e)
			}
			if right := x; right.To > e.To {
				right.From = e.To
				out = append(out, right)
			}
		}
		return out
	}
	down := func(from, to int64, where ...string) sla.Entry {
		return sla.Entry{From: from, To: to, State: sla.Down, Observed: sla.Down, Rule: "A.endpoints=all_must_be_up", Where: where}
	}
	store = mark(store, down(at(7, 4, 12), at(7, 4, 21), "home/fra-1", "home/sin-1"))
	store = mark(store, sla.Entry{From: at(10, 9, 0), To: at(10, 15, 0), State: sla.Unknown, Rule: "C.missing=exclude", Where: []string{"home/fra-1"}})
	store = mark(store, sla.Entry{From: at(12, 1, 0), To: at(12, 2, 40), State: sla.Excluded, Observed: sla.Down, Rule: "F.maintenance", Maintenance: "mw-1"})
	store = mark(store, sla.Entry{From: at(16, 6, 0), To: at(16, 6, 40), State: sla.Degraded, Observed: sla.Degraded, Rule: "B.degraded=up", Where: []string{"home/sin-1"}})
	store = mark(store, down(at(19, 10, 5), at(19, 10, 9)+21_500, "dns/fra-1"))
	pay := []sla.Entry{{From: begin, To: now, State: sla.Up, Observed: sla.Up, Rule: "A.endpoints=all_must_be_up"}}
	pay = mark(pay, down(at(3, 22, 0), at(3, 22, 31), "api/fra-1", "api/sin-1"))
	pay = mark(pay, down(at(19, 13, 16), now, "api/fra-1", "api/sin-1"))
	f.history["aurora-shop/storefront"] = store
	f.history["aurora-shop/payments"] = pay
	f.history["harbour-wan/uplink"] = []sla.Entry{{From: begin, To: now, State: sla.Up, Observed: sla.Up, Rule: "A.probes=any_down"}}
	f.history["meridian-mail/smtp"] = nil
}

func (f *fixture) Agreements() []*contract.Agreement {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.agreements
}

func (f *fixture) find(id string) *contract.Agreement {
	for _, a := range f.Agreements() {
		if a.ID == id {
			return a
		}
	}
	return nil
}

func (f *fixture) Statement(_ context.Context, q StatementQuery) (*sla.Statement, error) {
	a := f.find(q.Agreement)
	if f.fail != nil || a == nil {
		return nil, cmpErr(f.fail, ErrNotFound)
	}
	st := &sla.Statement{Agreement: a.ID, AgreementRevision: a.Revision, Label: q.Label, Zone: zone(a).String(),
		ComputedAt: fixtureNow.UnixMilli(), AsOf: q.AsOf}
	for _, svc := range a.Services {
		v := account(f.history[a.ID+"/"+svc.ID], q.Window, f.target[a.ID])
		st.Services = append(st.Services, sla.ServiceStatement{Service: svc.ID, Name: svc.Name, Verdict: v})
		if st.Overall.Availability.Den == 0 || v.Availability.Present() && v.Availability.Cmp(st.Overall.Availability) < 0 {
			st.Overall = v
		}
	}
	st.Overall.Ledger = nil
	var evidence []byte
	for _, svc := range a.Services {
		for _, e := range f.history[a.ID+"/"+svc.ID] {
			evidence = binary.AppendVarint(append(evidence, byte(e.State)), e.From)
		}
	}
	st.Fingerprint = fmt.Sprintf("%x", sha256.Sum256(evidence))
	return st, nil
}

func cmpErr(first, second error) error {
	if first != nil {
		return first
	}
	return second
}

// account sums a ledger inside a window; unknown time leaves the denominator.
func account(history []sla.Entry, w sla.Window, target sla.Ratio) sla.Verdict {
	until := min(w.To, fixtureNow.UnixMilli())
	v := sla.Verdict{Period: w, Until: until, Calendar: until - w.From, Scope: until - w.From, ScopeWhole: w.To - w.From, Target: target, Budget: -1}
	var good, bad int64
	cursor := w.From
	add := func(e sla.Entry) {
		n := e.To - e.From
		v.Ledger = append(v.Ledger, e)
		switch e.State {
		case sla.Up, sla.Degraded:
			good += n
		case sla.Down:
			bad += n
			v.Outages = append(v.Outages, sla.Outage{From: e.From, To: e.To, Counted: n, Where: e.Where, Ongoing: e.To == fixtureNow.UnixMilli()})
		case sla.Excluded:
			v.Excluded += n
		default:
			v.Unknown += n
		}
	}
	for _, e := range history {
		e.From, e.To = max(e.From, w.From), min(e.To, until)
		if e.From >= e.To {
			continue
		}
		if e.From > cursor {
			add(sla.Entry{From: cursor, To: e.From, State: sla.Unknown, Rule: "C.missing=exclude"})
		}
		add(e)
		cursor = e.To
	}
	if cursor < until {
		add(sla.Entry{From: cursor, To: until, State: sla.Unknown, Rule: "C.missing=exclude"})
	}
	v.UnknownDropped = v.Unknown
	v.Good, v.Bad, v.Total = sla.Of(good, 1), sla.Of(bad, 1), sla.Of(good+bad, 1)
	if known := good + bad; known > 0 {
		v.Availability, v.Raw = sla.Of(good, known), sla.Of(good, known)
		v.Lower, v.Upper = sla.Of(good, known+v.Unknown), sla.Of(good+v.Unknown, known+v.Unknown)
	}
	if all := good + bad + v.Unknown; all > 0 {
		v.Coverage = sla.Of(good+bad, all)
	}
	if target.Present() {
		v.Budget = v.ScopeWhole * (target.Den - target.Num) / target.Den
		v.BudgetLeft = v.Budget - bad
		if v.Availability.Present() {
			breach := v.Availability.Cmp(target) < 0
			v.Breach = &breach
		}
	}
	return v
}

func (f *fixture) Live(_ context.Context, id string) (Live, error) {
	a := f.find(id)
	if f.fail != nil || a == nil {
		return Live{}, cmpErr(f.fail, ErrNotFound)
	}
	l := Live{Agreement: id, At: fixtureNow.UnixMilli() - f.liveAge, State: sla.Up}
	for _, svc := range a.Services {
		s := ServiceLive{Service: svc.ID}
		if h := f.history[id+"/"+svc.ID]; len(h) > 0 {
			last := h[len(h)-1]
			s.State, s.Since, s.Excused = last.State, last.From, f.excused[id+"/"+svc.ID]
			if last.State == sla.Down {
				s.Detail = "status 503 from Frankfurt and Singapore"
			}
		}
		l.Services = append(l.Services, s)
		if len(l.Services) == 1 || s.State == sla.Down {
			l.State, l.Since = s.State, s.Since
		}
	}
	return l, nil
}

func (f *fixture) Locations(_ context.Context, check protocol.CheckID) ([]LocationState, error) {
	if check == "meridian-mail/smtp/banner" {
		return nil, f.fail
	}
	now := fixtureNow.UnixMilli()
	ok := protocol.Result{Check: check, Slot: now - 12_000, Interval: 30 * time.Second, Duration: 48 * time.Millisecond, Outcome: protocol.OutcomeUp,
		Phases:   protocol.Phases{Resolve: 2 * time.Millisecond, Connect: 11 * time.Millisecond, TLS: 19 * time.Millisecond, FirstByte: 14 * time.Millisecond, Transfer: 2 * time.Millisecond},
		Endpoint: "192.0.2.10:443", Status: 200, TLSExpiry: at(30, 0, 0)}
	state := sla.Up
	since := at(7, 4, 21)
	if check == "aurora-shop/payments/api" {
		ok.Outcome, ok.Cause, ok.Status, ok.Message = protocol.OutcomeDown, protocol.CauseStatus, 503, "503 Service Unavailable <html>"
		state, since = sla.Down, at(19, 13, 16)
	}
	slow := ok
	slow.Duration = 212 * time.Millisecond
	rows := []LocationState{
		{Agent: "fra-1", Location: "Frankfurt", State: state, Since: since, Latest: &ok},
		{Agent: "sin-1", Location: "Singapore", State: state, Since: since, Latest: &slow},
		{Agent: "osl-1", Location: "Oslo", State: sla.Unknown, Since: at(19, 12, 2), Silent: "agent silent since 12:02 UTC"},
	}
	return rows, f.fail
}

func (f *fixture) Spans(_ context.Context, check protocol.CheckID, agent protocol.AgentID, w sla.Window) ([]sla.Span, error) {
	var service string
	for key := range f.history {
		if len(check) > len(key) && string(check[:len(key)+1]) == key+"/" {
			service = key
		}
	}
	var out []sla.Span
	for _, e := range account(f.history[service], w, sla.Ratio{}).Ledger {
		sp := sla.Span{From: e.From, To: e.To, State: e.Observed}
		if agent == "osl-1" && sp.To > at(19, 12, 2) {
			if sp.From < at(19, 12, 2) {
				out = append(out, sla.Span{From: sp.From, To: at(19, 12, 2), State: sp.State})
				sp.From = at(19, 12, 2)
			}
			sp.State = sla.Unknown
		}
		out = append(out, sp)
	}
	return out, f.fail
}

func (f *fixture) Latencies(_ context.Context, check protocol.CheckID, agent protocol.AgentID, w sla.Window, most int) ([]Latency, error) {
	r := rand.New(rand.NewPCG(uint64(len(check)), uint64(len(agent)+int(agent[0]))))
	end := min(w.To, fixtureNow.UnixMilli())
	if agent == "osl-1" {
		end = min(end, at(19, 12, 2))
	}
	step := max(30_000, (end-w.From)/int64(most))
	base := map[protocol.AgentID]float64{"fra-1": 31_000, "sin-1": 184_000, "osl-1": 62_000}[agent]
	var out []Latency
	for t := w.From; t < end; t += step {
		out = append(out, Latency{t, int64(base * (1 + 0.2*r.ExpFloat64()))})
	}
	return out, f.fail
}

func (f *fixture) Failures(_ context.Context, check protocol.CheckID, agent protocol.AgentID, w sla.Window, limit int) ([]protocol.Result, error) {
	if check != "aurora-shop/payments/api" || agent == "osl-1" {
		return nil, f.fail
	}
	var out []protocol.Result
	for t := min(w.To, fixtureNow.UnixMilli()) - 12_000; t >= max(w.From, at(19, 13, 16)) && len(out) < limit; t -= 30_000 {
		out = append(out, protocol.Result{Check: check, Slot: t, Interval: 30 * time.Second, Duration: 48 * time.Millisecond,
			Outcome: protocol.OutcomeDown, Cause: protocol.CauseStatus, Status: 503, Endpoint: "192.0.2.10:443", Message: "503 Service Unavailable"})
	}
	return out, f.fail
}

func (f *fixture) Maintenance(_ context.Context, agreement string, w sla.Window) ([]MaintenanceWindow, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []MaintenanceWindow
	for _, m := range f.windows {
		if m.Agreement == agreement && m.From < w.To && m.To > w.From {
			out = append(out, m)
		}
	}
	return out, f.fail
}

func (f *fixture) MaintenanceByID(_ context.Context, id string) (MaintenanceWindow, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, m := range f.windows {
		if m.ID == id {
			return m, f.fail
		}
	}
	return MaintenanceWindow{}, ErrNotFound
}

func (f *fixture) Announce(_ context.Context, m MaintenanceWindow) (MaintenanceWindow, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if m.RRule != "" && m.RRule != "FREQ=WEEKLY" {
		return m, &InputError{"rrule", `"FREQ=WEEKLY" is one`}
	}
	m.ID = fmt.Sprintf("mw-%d", len(f.windows)+1)
	f.windows = append(f.windows, m)
	return m, nil
}

func (f *fixture) Cancel(_ context.Context, id, by string, at int64) (MaintenanceWindow, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	i := slices.IndexFunc(f.windows, func(m MaintenanceWindow) bool { return m.ID == id })
	f.windows[i].CancelledAt, f.windows[i].CancelledBy = at, by
	return f.windows[i], nil
}

func (f *fixture) Agents(context.Context) ([]Agent, error) { return f.agents, f.fail }

func (f *fixture) Alerts(_ context.Context, q AlertQuery) ([]Alert, error) {
	var out []Alert
	for _, a := range f.alerts {
		if (q.Agreement == "" || q.Agreement == a.Agreement) && (!q.Open || a.EndedAt == 0) && len(out) < q.Limit {
			out = append(out, a)
		}
	}
	return out, f.fail
}

func (f *fixture) Outbox(context.Context) (Outbox, error) {
	return Outbox{Pending: 2, Oldest: at(19, 13, 20), Dead: 1, Letters: []DeadLetter{
		{ID: "17", Receiver: "pager", Attempts: 12, Error: "410 Gone", At: at(18, 2, 0)}}}, f.fail
}

func (f *fixture) Token(_ context.Context, hash [sha256.Size]byte) (Principal, error) {
	for token, role := range map[string]Role{"agent-token": RoleAgent, "read-token": RoleRead, "operate-token": RoleOperate} {
		if sha256.Sum256([]byte(token)) == hash {
			return Principal{ID: token, Name: token, Role: role}, nil
		}
	}
	for token, customer := range map[string]string{"aurora-token": "Aurora Retail GmbH", "harbour-token": "Port of Harbour", "lost-token": ""} {
		if sha256.Sum256([]byte(token)) == hash {
			return Principal{ID: token, Name: token, Role: RoleCustomer, Customer: customer}, nil
		}
	}
	return f.linkHolder(hash)
}

func (f *fixture) server(t testing.TB, change func(*Options)) *Server {
	t.Helper()
	o := Options{
		Catalogue: f, Statements: f, Checks: f, Evidence: f, Maintenance: f, Desk: f, Records: f, Fleet: f, Incidents: f, Reports: f, Links: f, Gaps: f, Shortener: f, Auth: f,
		Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return fixtureNow }, Version: "test",
	}
	if change != nil {
		change(&o)
	}
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// serve starts the Server on a real socket.
func (f *fixture) serve(t testing.TB, change func(*Options)) *httptest.Server {
	t.Helper()
	return serve(t, f.server(t, change))
}

func serve(t testing.TB, s *Server) *httptest.Server {
	srv := httptest.NewServer(s)
	t.Cleanup(func() { s.Close(); srv.Close() })
	return srv
}
