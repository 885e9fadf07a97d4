package collector

import (
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/collector/notify"
	"github.com/probity-sla/probity/collector/report"
	"github.com/probity-sla/probity/collector/store"
	"github.com/probity-sla/probity/internal/contract"
	"github.com/probity-sla/probity/internal/protocol"
)

// almanac is a collector whose clock the test turns.
type almanac struct {
	*collector
	t   *testing.T
	h   *house
	now time.Time
	seq uint64
}

// begin starts a collector over the house's store at an instant, as a restart does.
func (m *almanac) begin(at string) {
	m.t.Helper()
	if m.collector != nil {
		if err := m.db.Close(); err != nil {
			m.t.Fatal(err)
		}
	}
	m.turn(at)
	cfg, err := LoadConfig(m.h.path("collector.toml"))
	if err != nil {
		m.t.Fatal(err)
	}
	c := newCollector(RunOptions{Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return m.now }})
	if c.db, err = store.Open(m.t.Context(), store.Options{Path: cfg.Store.Path, Now: c.now}); err != nil {
		m.t.Fatal(err)
	}
	m.collector = c
	if err := c.wire(m.t.Context(), cfg); err != nil {
		m.t.Fatal(err)
	}
}

// turn sets the clock, Berlin time.
func (m *almanac) turn(at string) {
	m.t.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err == nil {
		m.now, err = time.ParseInLocation("2006-01-02 15:04", at, zone)
	}
	if err != nil {
		m.t.Fatal(err)
	}
}

// probed takes in results of a stretch of time, all up.
func (m *almanac) probed(from, to string) {
	m.t.Helper()
	now := m.now
	m.turn(from)
	first := m.now.UnixMilli()
	m.turn(to)
	last := m.now.UnixMilli()
	m.now = now
	var all []protocol.Result
	interval := 10 * time.Minute
	for slot := protocol.NextSlot(first, protocol.Phase(monthlyCheck, "edge", interval, protocol.DefaultGrid), interval); slot < last; slot += interval.Milliseconds() {
		all = append(all, result(monthlyCheck, interval, slot, protocol.OutcomeUp))
	}
	for results := range slices.Chunk(all, protocol.MaxBatchResults) {
		m.seq++
		b := &protocol.Batch{Agent: "edge", Boot: [16]byte{3}, Seq: m.seq, Results: results}
		if _, err := m.db.AppendBatch(m.t.Context(), b, now.UnixMilli()); err != nil {
			m.t.Fatal(err)
		}
	}
	m.eval.Touch(m.takeChanges())
}

// pass judges, and looks at the reports once.
func (m *almanac) pass() {
	m.t.Helper()
	m.eval.Round(m.t.Context())
	if err := m.desk.watchReports(m.t.Context()); err != nil {
		m.t.Fatal(err)
	}
}

// shelf lists the reports there are, oldest period first: "2026-03 r1 draft".
func (m *almanac) shelf() string {
	m.t.Helper()
	all, err := m.db.ServiceReports(m.t.Context(), "shop", "")
	if err != nil {
		m.t.Fatal(err)
	}
	var out []string
	for _, r := range all {
		out = append([]string{r.Label + " r" + string(rune('0'+r.Revision)) + " " + r.State}, out...)
	}
	return strings.Join(out, ", ")
}

func newAlmanac(t *testing.T, review bool) *almanac {
	text := strings.Replace(monthly(review), `issue_after = "1s"`, `issue_after = "24h"`, 1)
	m := &almanac{t: t, h: newHouse(t, map[string]string{"agreements/shop.toml": text})}
	t.Cleanup(func() { _ = m.db.Close() })
	return m
}

// TestReportsAreMadeWhenTheyAreDueAndOnce: not before its time, not again after
// a restart, and what fell due meanwhile one at a time.
func TestReportsAreMadeWhenTheyAreDueAndOnce(t *testing.T) {
	m := newAlmanac(t, true)
	m.begin("2026-03-31 23:00")
	m.probed("2026-03-01 00:00", "2026-03-31 23:00")
	m.pass()
	m.turn("2026-04-01 12:00")
	m.probed("2026-03-31 23:00", "2026-04-01 12:00")
	m.pass()
	m.want("before its time", "")
	m.turn("2026-04-02 00:01")
	m.pass()
	m.pass()
	m.want("a day after the month", "2026-03 r1 draft")
	m.begin("2026-04-02 00:02")
	m.pass()
	m.want("after a restart", "2026-03 r1 draft")
	r := m.newest()
	desk := m.serviceDesk()
	if err := desk.review(t.Context(), r.ID, "anna", r.UpdatedAt); err != nil {
		t.Fatal(err)
	}
	if err := desk.issue(t.Context(), m.set.Load().Agreement("shop"), r.ID, "ben"); err != nil {
		t.Fatal(err)
	}
	m.pass()
	m.want("issued", "2026-03 r1 issued")

	m.begin("2026-07-03 12:00")
	m.pass()
	m.probed("2026-04-01 12:00", "2026-07-03 11:00")
	m.turn("2026-07-03 12:05")
	m.pass()
	m.want("the first pass after three months", "2026-03 r1 issued, 2026-04 r1 draft")
	m.pass()
	m.pass()
	m.pass()
	m.want("and all of them", "2026-03 r1 issued, 2026-04 r1 draft, 2026-05 r1 draft, 2026-06 r1 draft")
}

// TestAReportWithoutReviewIssuesItself, and finishes what a stop cut short.
func TestAReportWithoutReviewIssuesItself(t *testing.T) {
	m := newAlmanac(t, false)
	m.begin("2026-03-31 23:00")
	m.probed("2026-03-01 00:00", "2026-03-31 23:00")
	m.turn("2026-04-01 12:00")
	m.probed("2026-03-31 23:00", "2026-04-01 12:00")
	m.turn("2026-04-02 00:01")
	m.eval.Round(t.Context())
	a := m.set.Load().Agreement("shop")
	span, err := a.Period.Parse("2026-03", a.Zone)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.serviceDesk().draft(t.Context(), a, span, incident.System); err != nil { // and then the power went
		t.Fatal(err)
	}
	m.begin("2026-04-02 00:05")
	m.pass()
	m.want("after the restart", "2026-03 r1 issued")

	m.turn("2026-04-03 10:00")
	add := store.CorrectionRecord{ID: "co-1", Agreement: "shop", From: span.From + 1000, To: span.From + 3_600_000, Reason: "Orders failed", CreatedBy: "ops",
		Effect: effects["down"], CreatedAt: m.now.UnixMilli(), ApprovedBy: "Fabrikam", ApprovedAt: m.now.UnixMilli()}
	if err := m.db.AddCorrection(t.Context(), add); err != nil {
		t.Fatal(err)
	}
	m.pass() // nothing has told the evaluator yet
	if err := m.recordsChanged(t.Context()); err != nil {
		t.Fatal(err)
	}
	m.turn("2026-04-03 10:05")
	m.pass()
	m.want("after a correction", "2026-03 r1 issued, 2026-03 r2 issued")
	m.begin("2026-04-03 10:10")
	for range 3 {
		m.pass()
	}
	m.want("and no third", "2026-03 r1 issued, 2026-03 r2 issued")
}

func (m *almanac) want(when, shelf string) {
	m.t.Helper()
	if got := m.shelf(); got != shelf {
		m.t.Errorf("%s: %q; want %q", when, got, shelf)
	}
}

func (m *almanac) newest() store.ServiceReportRecord {
	m.t.Helper()
	all, err := m.db.ServiceReports(m.t.Context(), "shop", "")
	if err != nil || len(all) == 0 {
		m.t.Fatalf("no report: %v", err)
	}
	return all[0]
}

func TestLettersSayWhatChanged(t *testing.T) {
	d := &serviceDesk{bindery: bindery{now: 42}, page: func(path string) string { return "https://sla.example.net" + path }}
	a := &contract.Agreement{ID: "shop", Report: contract.Report{Recipients: []string{"customer@example.org"}}}
	m := &report.Model{Agreement: "shop", Name: "商城", Language: "zh-CN", Label: "2026-03", Revision: 2, Replaces: 1,
		Overall:     report.Figures{Availability: "99.832", Objective: "99.9", Verdict: "missed"},
		Differences: []report.Difference{{Service: "web", Figure: "availability %", Was: "99.950", Is: "99.832"}}}
	got := d.letter(a, m, "sr-1", []byte("%PDF"))
	if got.Subject != "服务报告 商城，2026-03，第 2 版" || got.Link != "https://sla.example.net/reports/sr-1" || len(got.Attachments) != 1 ||
		!strings.Contains(got.Text, "99.832 %，目标：99.9 %：未达标") || !strings.Contains(got.Text, "web availability %: 99.950 → 99.832") {
		t.Errorf("letter %+v", got)
	}
	if got = d.letter(a, m, "sr-1", make([]byte, notify.MaxAttachmentBytes+1)); len(got.Attachments) != 0 || !strings.Contains(got.Text, "报告过大") {
		t.Errorf("a letter with a large report has %d files: %s", len(got.Attachments), got.Text)
	}
	m.Language, m.Replaces, m.Differences = "en", 0, nil
	if got = d.letter(a, m, "sr-1", nil); got.Subject != "Service report 商城, 2026-03" || strings.Contains(got.Text, "What changed") {
		t.Errorf("the letter of a first revision: %q, %s", got.Subject, got.Text)
	}
}
