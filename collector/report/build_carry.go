package report

import (
	"cmp"
	"slices"
	"time"

	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/internal/contract"
	"github.com/probity-sla/probity/internal/sla"
)

// credits lists what each service and each late clock earned, and what the
// agreement makes of it. Empty: no credit was agreed.
func (b *builder) credits(clocks []ClockRow) []CreditRow {
	out := []CreditRow{}
	add := func(r CreditRow, x sla.Ratio) {
		if x.Present() {
			r.Exact, r.Percent = x, creditPercent(x)
			out = append(out, r)
		}
	}
	st := b.in.Statement
	for i := range st.Services {
		s := &st.Services[i]
		add(CreditRow{Kind: "service", Service: s.Service, Name: s.Name}, s.Verdict.Credit)
	}
	for i := range clocks {
		c := &clocks[i]
		if c.Credit.Num != 0 {
			add(CreditRow{Kind: "clock", Incident: c.Incident, Clock: c.Severity + " " + c.Indicator}, c.Credit)
		}
	}
	if h := st.Handled; h != nil {
		sum := &h.Credits
		add(CreditRow{Kind: "availability"}, sum.Availability)
		add(CreditRow{Kind: "repairs"}, sum.Repairs)
		add(CreditRow{Kind: "total", Capped: sum.Capped}, sum.Total)
	} else {
		add(CreditRow{Kind: "total"}, st.Overall.Credit)
	}
	return out
}

// creditPercent writes a credit, per cent of the period's fee, cut down.
func creditPercent(x sla.Ratio) string { return Credit(&sla.Verdict{Credit: x}) }

// corrections are those that touch this period, and those of any period that
// were approved or revoked since the last report.
func (b *builder) corrections(last int64) []Amendment {
	out := []Amendment{}
	seen := map[string]bool{}
	p, now := b.in.Statement.Overall.Period, b.in.Created.At
	for _, r := range slices.Concat(b.in.Statement.Records, b.in.Corrections) {
		if r.Kind == "maintenance" || r.Kind == "emergency" || seen[r.ID] {
			continue
		}
		seen[r.ID] = true
		x := Amendment{Record: r, Earlier: r.To <= p.From}
		x.Since = since(r.ApprovedAt, last, now) || since(r.RevokedAt, last, now)
		if x.Since || r.From < p.To && r.To > p.From {
			out = append(out, x)
		}
	}
	slices.SortStableFunc(out, func(x, y Amendment) int { return cmp.Or(cmp.Compare(x.From, y.From), cmp.Compare(x.ID, y.ID)) })
	return out
}

func since(at, last, now int64) bool { return at != 0 && at > last && at <= now }

// actions are those still open, those closed since the last report, and those
// that the last report had open, whatever became of them.
func (b *builder) actions(last int64) []ActionRow {
	before := map[string]ActionRow{}
	if prev := cmp.Or(b.in.Replaces, b.in.Previous); prev != nil {
		for _, a := range prev.Actions {
			if a.State == incident.ActionOpen {
				before[a.ID] = a
			}
		}
	}
	out := []ActionRow{}
	today := localDate(b.in.Created.At, b.in.Agreement.Zone).Format(time.DateOnly)
	add := func(a ActionRow) {
		a.Overdue = a.State == incident.ActionOpen && a.Due != "" && a.Due < today
		out = append(out, a)
	}
	for _, a := range b.in.Actions {
		_, a.Carried = before[a.ID]
		delete(before, a.ID)
		if a.State == incident.ActionOpen || a.Carried || a.ClosedAt > last {
			add(a)
		}
	}
	for _, a := range before {
		a.Carried = true
		add(a)
	}
	rank := func(a *ActionRow) int {
		if a.State == incident.ActionOpen {
			return 0
		}
		return 1
	}
	slices.SortFunc(out, func(x, y ActionRow) int {
		return cmp.Or(cmp.Compare(rank(&x), rank(&y)), cmp.Compare(x.Due, y.Due), cmp.Compare(x.ID, y.ID))
	})
	return out
}

// localDate is the local date of an instant, as midnight UTC.
func localDate(ms int64, zone *time.Location) time.Time {
	y, m, d := time.UnixMilli(ms).In(zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// formulas names the formulas of SLA.md that the agreement's figures rest on.
func formulas(a *contract.Agreement) []string {
	has := func(f func(*sla.Terms) bool) bool {
		return slices.ContainsFunc(a.Services, func(s contract.Service) bool { return s.Terms != nil && f(s.Terms) })
	}
	var out []string
	for _, f := range []struct {
		name string
		used bool
	}{
		{"F1", true},
		{"F2", has(func(t *sla.Terms) bool { return t.Consecutive.Fail > 1 || t.Consecutive.Recover > 1 })},
		{"F4", true}, {"F5", true},
		{"F6", has(func(t *sla.Terms) bool { return t.Degraded.Rule != sla.DegradedUp })},
		{"F7", true},
		{"F8", has(func(t *sla.Terms) bool { return t.Slot.Length > 0 })},
		{"F9", true},
		{"F10", has(func(t *sla.Terms) bool { return t.Start == sla.FirstTicket })},
		{"F11", has(func(t *sla.Terms) bool { return t.MinOutage.Length > 0 })},
		{"F12", true}, {"F13", true}, {"F14", true},
		{"F15", has(func(t *sla.Terms) bool { return t.Hours != nil })},
		{"F16", true}, {"F17", true}, {"F18", true}, {"F19", true}, {"F20", true}, {"F21", true}, {"F22", true}, {"F23", true},
		{"F24", has(func(t *sla.Terms) bool { return len(t.Tiers) > 0 })},
		{"F25", has(func(t *sla.Terms) bool { return t.Credit != nil })},
		{"F29", len(a.Services) > 1},
		{"F30", len(a.Clocks) > 0}, {"F31", len(a.Clocks) > 0}, {"F32", len(a.Clocks) > 0},
		{"F40", len(a.Clocks) > 0}, {"F41", len(a.Clocks) > 0}, {"F44", true},
	} {
		if f.used {
			out = append(out, f.name)
		}
	}
	return out
}
