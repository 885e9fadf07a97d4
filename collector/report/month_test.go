package report

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/internal/contract"
	"github.com/probity-sla/probity/internal/sla"
)

// world is October 2026 in Berlin with everything in it: the hour that happens
// twice, outages, maintenance with notice and without, corrections, a service
// that nobody watched, incidents, clocks, actions, and the year before.
type world struct {
	agreement *contract.Agreement
	statement *sla.Statement
	trend     []*sla.Statement
	cases     []Case
	actions   []ActionRow
	elsewhere []sla.Record
}

func agreement(t testing.TB, language string) *contract.Agreement {
	t.Helper()
	text, err := os.ReadFile("testdata/month.toml")
	if err != nil {
		t.Fatal(err)
	}
	toml := strings.Replace(string(text), `language = "en"`, `language = "`+language+`"`, 1)
	if language == "zh-CN" {
		toml = strings.NewReplacer("Aurora Shop, premium", "极光商城（高级）", "Aurora Retail Ltd", "极光零售有限公司", "Borealis Hosting GmbH", "北辰云服务有限公司",
			"Storefront", "商城首页", "Order e-mail", "订单邮件", "Archive", "归档").Replace(toml)
	}
	a, faults := contract.Parse("month.toml", []byte(toml))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	return a
}

func at(t testing.TB, local string) int64 {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	x, err := time.ParseInLocation("2006-01-02 15:04:05", local, zone)
	if err != nil {
		t.Fatal(err)
	}
	return x.UnixMilli()
}

// lived makes what was observed of a service: up, with other states painted over it.
func lived(p sla.Window, spans ...sla.Span) sla.Observation {
	return sla.Observation{Timeline: append([]sla.Span{{From: p.From, To: p.To, State: sla.Up}}, spans...)}
}

func judge(t testing.TB, a *contract.Agreement, p contract.Span, seen map[string]sla.Observation, records []sla.Record) *sla.Statement {
	t.Helper()
	st := &sla.Statement{Agreement: a.ID, AgreementRevision: a.Revision, Fingerprint: strings.Repeat("ab12", 16), Label: p.Label,
		Zone: a.Zone.String(), ComputedAt: p.To + 2*86_400_000, Final: true, Revision: 1, Records: records}
	var parts []sla.AggregatePart
	for _, s := range a.Services {
		in := &sla.Input{Period: p.Window, Zone: a.Zone, Observed: seen[s.ID]}
		for _, r := range records {
			if len(r.Services) > 0 && r.Services[0] != s.ID {
				continue
			}
			if r.Kind == "maintenance" || r.Kind == "emergency" {
				in.Maintenance = append(in.Maintenance, sla.Maintenance{ID: r.ID, From: r.From, To: r.To, Announced: r.At, Emergency: r.Kind == "emergency"})
				continue
			}
			var effect sla.Effect
			if err := effect.UnmarshalText([]byte(r.Kind)); err != nil {
				t.Fatal(err)
			}
			in.Adjustments = append(in.Adjustments, sla.Adjustment{ID: r.ID, From: r.From, To: r.To, Effect: effect, ApprovedBy: r.ApprovedBy, ApprovedAt: r.ApprovedAt, RevokedAt: r.RevokedAt})
		}
		v, err := sla.Compute(s.Terms, in)
		if err != nil {
			t.Fatal(err)
		}
		st.Services = append(st.Services, sla.ServiceStatement{Service: s.ID, Name: s.Name, Verdict: *v})
		parts = append(parts, sla.AggregatePart{Name: s.ID, Verdict: &st.Services[len(st.Services)-1].Verdict})
	}
	st.Services = append([]sla.ServiceStatement(nil), st.Services...)
	overall, err := sla.Aggregate(a.Terms, sla.Worst, parts)
	if err != nil {
		t.Fatal(err)
	}
	st.Overall = overall
	return st
}

func span(t testing.TB, from, to string, state sla.State) sla.Span {
	return sla.Span{From: at(t, from), To: at(t, to), State: state}
}

func october(t testing.TB, language string) *world {
	t.Helper()
	a := agreement(t, language)
	p, err := a.Period.Parse("2026-10", a.Zone)
	if err != nil {
		t.Fatal(err)
	}
	again := time.Date(2026, 10, 25, 0, 30, 0, 0, time.UTC).UnixMilli() // 02:30 in Berlin, for the first time
	w := &world{agreement: a}
	say := func(en, zh string) string {
		if language == "zh-CN" {
			return zh
		}
		return en
	}
	records := []sla.Record{
		{ID: "mw-2026-10-04", Kind: "maintenance", Services: []string{"web"}, From: at(t, "2026-10-04 02:00:00"), To: at(t, "2026-10-04 04:00:00"),
			Reason: say("Database upgrade to 17.2", "数据库升级至 17.2"), By: "h.berg", At: at(t, "2026-09-28 10:00:00")},
		{ID: "mw-2026-10-13", Kind: "maintenance", From: at(t, "2026-10-13 23:00:00"), To: at(t, "2026-10-13 23:20:00"),
			Reason: say("Certificate exchange", "更换证书"), By: "h.berg", At: at(t, "2026-10-12 16:00:00")},
		{ID: "em-2026-10-20", Kind: "emergency", Services: []string{"mail"}, From: at(t, "2026-10-20 12:00:00"), To: at(t, "2026-10-20 12:10:00"), By: "k.lind", At: at(t, "2026-10-20 11:55:00")},
		{ID: "cor-7", Kind: "exclude", Services: []string{"mail"}, From: at(t, "2026-10-08 09:00:00"), To: at(t, "2026-10-08 09:30:00"),
			Reason: say("The customer's own firewall dropped the probes", "客户自有防火墙丢弃了探测"), By: "k.lind", ApprovedBy: "m.osei", ApprovedAt: at(t, "2026-10-12 09:00:00")},
		{ID: "cor-8", Kind: "up", Services: []string{"web"}, From: at(t, "2026-10-22 00:00:00"), To: at(t, "2026-10-22 01:00:00"), Reason: say("Not agreed yet", "尚未商定"), By: "k.lind"},
	}
	w.statement = judge(t, a, p, map[string]sla.Observation{
		"web": lived(p.Window, span(t, "2026-10-04 02:10:00", "2026-10-04 02:40:00", sla.Down), span(t, "2026-10-13 23:02:00", "2026-10-13 23:09:00", sla.Down),
			sla.Span{From: again, To: again + 5_400_000, State: sla.Down}, span(t, "2026-10-28 14:00:00", "2026-10-28 14:12:30", sla.Degraded)),
		"mail": lived(p.Window, span(t, "2026-10-08 09:00:00", "2026-10-08 09:25:00", sla.Down), span(t, "2026-10-17 03:00:00", "2026-10-17 08:30:00", sla.Unknown),
			span(t, "2026-10-20 12:01:00", "2026-10-20 12:06:00", sla.Down)),
		"search": lived(p.Window),
	}, records)
	w.statement.Handled = &sla.Handled{Credits: sla.CreditSum{Availability: sla.Of(10, 1), Repairs: sla.Of(5, 1), Total: sla.Of(12, 1), Capped: true},
		Times: sla.MeanTimes{Incidents: 2, Acknowledge: sla.SpreadOf([]int64{420_000, 1_260_000}), Repair: sla.SpreadOf([]int64{15_600_000}), Restore: sla.SpreadOf([]int64{5_400_000, 300_000})}}
	w.trend = w.year(t, p)
	w.cases = w.faults(t, again, say)
	w.actions = []ActionRow{
		{ID: "INC-2026-0042/1", Incident: "INC-2026-0042", Text: say("Run the nightly export on a replica", "夜间导出改在副本上运行"), Owner: "k.lind", Due: "2026-11-30", State: incident.ActionOpen, CreatedAt: at(t, "2026-10-26 10:00:00")},
		{ID: "ACT-11", Text: say("Announce certificate exchanges with the calendar", "证书更换按日历公告"), Owner: "h.berg", Due: "2026-10-20", State: incident.ActionOpen, CreatedAt: at(t, "2026-09-02 10:00:00")},
		{ID: "ACT-9", Text: say("Second resolver for the mail relay", "为邮件中继增加第二个解析器"), Owner: "m.osei", Due: "2026-10-15", State: incident.ActionDone, Note: say("In service since 14 October", "10 月 14 日起投入使用"), ClosedAt: at(t, "2026-10-14 15:00:00")},
	}
	w.elsewhere = []sla.Record{{ID: "cor-5", Kind: "down", From: at(t, "2026-09-11 04:00:00"), To: at(t, "2026-09-11 04:10:00"),
		Reason: say("Reported by the customer, seen by no probe", "客户报告，探针未观测到"), By: "m.osei", ApprovedBy: "k.lind", ApprovedAt: at(t, "2026-10-15 09:00:00")}}
	return w
}

// year makes the twelve periods before: from January on, with one missed and one lost.
func (w *world) year(t testing.TB, p contract.Span) []*sla.Statement {
	a := w.agreement
	out := make([]*sla.Statement, 12)
	for i := 11; i >= 0; i-- {
		p = a.Period.Previous(p, a.Zone)
		if p.To <= a.ValidFrom || i == 6 {
			continue
		}
		down := sla.Span{From: p.From + 86_400_000, To: p.From + 86_400_000 + int64(i)*120_000, State: sla.Down}
		if i == 8 {
			down.To += 9_000_000
		}
		out[i] = judge(t, a, p, map[string]sla.Observation{"web": lived(p.Window, down), "mail": lived(p.Window), "search": lived(p.Window), "archive": {}}, nil)
	}
	return out
}

func (w *world) faults(t testing.TB, again int64, say func(en, zh string) string) []Case {
	ref := func(service string, from, to int64) []incident.OutageRef {
		return []incident.OutageRef{{ID: "o", Agreement: w.agreement.ID, Service: service, From: from, To: to}}
	}
	clock := func(severity, indicator string, target, opened, elapsed, paused int64) Clock {
		k := w.agreement.Clock(severity, contract.Response)
		if indicator == "resolution" {
			k = w.agreement.Clock(severity, contract.Resolution)
		}
		return Clock{Severity: severity, Indicator: indicator, Target: target, OpenedAt: opened, StoppedAt: opened + elapsed + paused,
			Reading: sla.Clock{Elapsed: elapsed, Paused: paused, Breach: elapsed > target, Due: opened + target}, Credit: k.Terms.Credit(elapsed)}
	}
	return []Case{
		{Record: incident.Incident{ID: "INC-2026-0042", Title: say("Storefront down in all locations", "商城首页全部位置故障"), Severities: map[string]string{w.agreement.ID: "P1"},
			Outages: ref("web", again, again+5_400_000), Cause: say("The nightly export locked the orders table; every request waited for it.", "夜间导出锁住了订单表，所有请求都在等待。"),
			Remedy: say("Export stopped, lock released; a time limit was set on the export.", "停止导出并释放锁；为导出设置了时限。")},
			Clocks: []Clock{clock("P1", "response", 900_000, again, 420_000, 0), clock("P1", "resolution", 14_400_000, again, 15_000_000, 600_000)}},
		{Record: incident.Incident{ID: "INC-2026-0040", Title: say("Mail relay restarted", "邮件中继重启"), Severities: map[string]string{w.agreement.ID: "P2"},
			Outages: ref("mail", at(t, "2026-10-20 12:01:00"), at(t, "2026-10-20 12:06:00")), Cause: say("Memory ran out", "内存耗尽")},
			Clocks: []Clock{clock("P2", "response", 3_600_000, at(t, "2026-10-20 12:01:00"), 1_260_000, 0)}},
	}
}

// input is the report of the world, issued, following one on September.
func (w *world) input(t testing.TB) Input {
	made := at(t, "2026-11-03 09:00:00")
	return Input{
		Agreement: w.agreement, Statement: w.statement, Trend: w.trend, Incidents: w.cases, Corrections: w.elsewhere, Actions: w.actions,
		Previous: &Model{Agreement: w.agreement.ID, Label: "2026-09", Revision: 1, Method: Method{ComputedAt: at(t, "2026-10-03 01:00:00")},
			Actions: []ActionRow{{ID: "ACT-11", State: incident.ActionOpen}, {ID: "ACT-9", State: incident.ActionOpen}}},
		Revision: 1, State: Issued, Created: Signature{"k.lind", made}, Reviewed: &Signature{"m.osei", made + 3_600_000}, Issued: &Signature{"m.osei", made + 7_200_000}, Version: "1.4.0",
	}
}

func built(t testing.TB, language string) *Model {
	t.Helper()
	m, err := Build(october(t, language).input(t))
	if err != nil {
		t.Fatal(err)
	}
	return m
}
