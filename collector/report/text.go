package report

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/probity-sla/probity/internal/sla"
)

// instantLayout names the offset, since the hour of a clock change happens twice.
const instantLayout = "2006-01-02 15:04:05.000 -07:00"

// Text writes a statement for a terminal: the verdict of each service, the
// seconds that make it, its outages and its ledger, with instants in zone (the
// statement's own when nil). Everything is printed exactly or cut downwards.
func Text(w io.Writer, st *sla.Statement, zone *time.Location) error {
	if zone == nil {
		zone = time.UTC
		if z, err := time.LoadLocation(st.Zone); err == nil {
			zone = z
		}
	}
	p := &printer{w: w, zone: zone, final: st.Final}
	p.head(st)
	p.verdicts(st)
	for i := range st.Services {
		p.service(&st.Services[i])
	}
	p.faults(st)
	p.records(st)
	return p.err
}

// printer keeps the first error, so that the layout reads as a straight line.
type printer struct {
	w     io.Writer
	zone  *time.Location
	final bool
	err   error
}

func (p *printer) line(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format+"\n", args...)
	}
}

func (p *printer) table(t *table, indent string) {
	if p.err == nil {
		p.err = t.write(p.w, indent)
	}
}

func (p *printer) instant(ms int64) string {
	return time.UnixMilli(ms).In(p.zone).Format(instantLayout)
}

func (p *printer) head(st *sla.Statement) {
	label := st.Label
	if label == "" {
		label = "window"
	}
	v := &st.Overall
	p.line("Statement of %s, %s", st.Agreement, label)
	p.line("")
	t := newTable("ll", "period", fmt.Sprintf("%s to %s (%s)", p.instant(v.Period.From), p.instant(v.Period.To), p.zone))
	if v.Until < v.Period.To {
		t.add("judged until", p.instant(v.Until))
	}
	t.add("standing", standing(st))
	if st.AsOf != 0 {
		t.add("as of", p.instant(st.AsOf))
	}
	t.add("computed", p.instant(st.ComputedAt))
	t.add("agreement", "revision "+orAbsent(st.AgreementRevision))
	t.add("evidence", "SHA-256 "+orAbsent(st.Fingerprint))
	p.table(t, "")
}

func standing(st *sla.Statement) string {
	switch {
	case st.Revision > 0 && st.Final:
		return fmt.Sprintf("final, revision %d", st.Revision)
	case st.Revision > 0:
		return fmt.Sprintf("revision %d, may still be revised", st.Revision)
	case st.Final:
		return "final, not frozen"
	}
	return "running, not final"
}

func orAbsent(s string) string {
	if s == "" {
		return Absent
	}
	return s
}

func (p *printer) verdicts(st *sla.Statement) {
	t := newTable("lrrlrrrr", "", "availability %", "objective %", "verdict", "bounds %", "coverage %", "down s", "budget left s")
	for i := range st.Services {
		t.verdict(st.Services[i].Service, &st.Services[i].Verdict, st.Final)
	}
	if len(st.Services) != 1 {
		t.verdict("overall", &st.Overall, st.Final)
	}
	p.line("")
	p.table(t, "")
}

func (t *table) verdict(name string, v *sla.Verdict, final bool) {
	word := Word(v)
	if !final && v.Breach != nil {
		word += " so far" // the rest of the period may still change it
	}
	left := Absent
	if v.Target.Present() {
		left = Seconds(v.BudgetLeft)
	}
	t.add(name, Figure(v.Availability, v.Target), percentOf(v.Target), word, Bounds(v),
		v.Coverage.Percent(3), RatioSeconds(v.Bad), left)
}

func creditNote(final bool) string {
	if final {
		return "of the period's fee"
	}
	return "of the period's fee, if the period ended like this: it is not over"
}

// records prints the reasons of what the ledger names by id.
func (p *printer) records(st *sla.Statement) {
	if len(st.Records) == 0 {
		return
	}
	p.line("")
	p.line("maintenance and corrections")
	t := newTable("llllll", "id", "kind", "from", "to", "announced or approved", "reason")
	for _, r := range st.Records {
		t.add(r.ID, r.Kind, p.instant(r.From), p.instant(r.To), p.signed(&r), r.Reason)
	}
	p.table(t, "  ")
}

// signed says who stands for a record since when.
func (p *printer) signed(r *sla.Record) string {
	switch {
	case r.RevokedAt != 0:
		return "revoked " + p.instant(r.RevokedAt)
	case r.ApprovedAt != 0:
		return r.ApprovedBy + " " + p.instant(r.ApprovedAt)
	case r.At != 0:
		return r.By + " " + p.instant(r.At)
	}
	return r.By + ", not approved"
}

func percentOf(target sla.Ratio) string { return target.Percent(Decimals(target)) }

// Word is the verdict in one word.
func Word(v *sla.Verdict) string {
	switch {
	case !v.Availability.Present():
		return "no data"
	case v.Breach == nil:
		return "no objective"
	case *v.Breach:
		return "missed"
	}
	return "kept"
}

// Bounds writes the availability if all unknown time had been down, and if all
// had been up; Absent when nothing is unknown and there is nothing to bound.
func Bounds(v *sla.Verdict) string {
	if v.Unknown == 0 || !v.Lower.Present() || !v.Upper.Present() {
		return Absent
	}
	return Figure(v.Lower, v.Target) + "–" + Figure(v.Upper, v.Target)
}

func (p *printer) service(s *sla.ServiceStatement) {
	v := &s.Verdict
	title := s.Service
	if s.Name != "" && s.Name != s.Service {
		title += ", " + s.Name
	}
	p.line("")
	p.line("%s", title)
	if v.Availability.Present() {
		p.line("  availability  %s %% = %s", Figure(v.Availability, v.Target), Fraction(v.Availability))
	} else {
		p.line("  availability  none: nothing in this period could be judged")
	}
	p.account(v)
	p.outages(v)
	p.ledger(v)
}

// account prints the sum that must come out: good + bad + excluded + dropped = scope.
func (p *printer) account(v *sla.Verdict) {
	t := newTable("lrl", "good", Seconds(Millis(v.Good))+" s", remainder(v.Good))
	t.add("bad", Seconds(Millis(v.Bad))+" s", remainder(v.Bad))
	t.add("excluded", Seconds(v.Excluded)+" s", "")
	t.add("unknown, left out", Seconds(v.UnknownDropped)+" s", "")
	t.add("= in scope", Seconds(v.Scope)+" s", "")
	t.add("unknown in all", Seconds(v.Unknown)+" s", "coverage "+v.Coverage.Percent(3)+" %")
	if v.Target.Present() {
		t.add("budget", Seconds(v.Budget)+" s", "of "+Seconds(v.ScopeWhole)+" s in the whole period")
		t.add("budget left", Seconds(v.BudgetLeft)+" s", Duration(v.BudgetLeft, English))
	}
	if v.Raw.Present() {
		t.add("as observed", Figure(v.Raw, v.Target)+" %", "no maintenance, no corrections, unknown left out")
	}
	if v.Credit.Present() && v.Credit.Num != 0 {
		t.add("credit", sla.Of(v.Credit.Num, 100*v.Credit.Den).Percent(2)+" %", creditNote(p.final))
	}
	p.table(t, "  ")
}

// remainder writes what cutting to milliseconds leaves out.
func remainder(r sla.Ratio) string {
	if !r.Present() || r.Num%r.Den == 0 {
		return ""
	}
	return "exactly " + Fraction(r) + " ms"
}

func (p *printer) outages(v *sla.Verdict) {
	switch {
	case len(v.Outages) == 0 && v.Coverage.Num == 0:
		p.line("  outages: none on record, but nothing was observed either")
		return
	case len(v.Outages) == 0:
		p.line("  outages: none in the time that was observed")
		return
	}
	p.line("  outages: %d", len(v.Outages))
	t := newTable("rllrrl", "", "from", "to", "length s", "counted s", "where")
	for i, o := range v.Outages {
		to := p.instant(o.To)
		if o.Ongoing {
			to += ", goes on"
		}
		t.add(fmt.Sprint(i+1), p.instant(o.From), to, Seconds(o.To-o.From), Seconds(o.Counted), strings.Join(o.Where, ", "))
	}
	p.table(t, "    ")
}

func (p *printer) ledger(v *sla.Verdict) {
	if len(v.Ledger) == 0 {
		return
	}
	p.line("  ledger: %d spans", len(v.Ledger))
	t := newTable("llrlll", "from", "to", "length s", "state", "observed", "decided by")
	for _, e := range v.Ledger {
		t.add(p.instant(e.From), p.instant(e.To), Seconds(e.To-e.From), e.State.String(), e.Observed.String(), Decided(&e))
	}
	p.table(t, "    ")
}

// Decided says what put a span of the ledger into its state: the rule, the
// window or correction, the parts.
func Decided(e *sla.Entry) string {
	var parts []string
	if e.Rule != "" {
		parts = append(parts, e.Rule)
	}
	if e.Maintenance != "" {
		parts = append(parts, "maintenance "+e.Maintenance)
	}
	if e.Adjustment != "" {
		parts = append(parts, "correction "+e.Adjustment)
	}
	if len(e.Where) > 0 {
		parts = append(parts, strings.Join(e.Where, ", "))
	}
	return strings.Join(parts, "; ")
}
