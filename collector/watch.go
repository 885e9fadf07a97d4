package collector

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"github.com/probity-sla/probity/collector/evaluate"
	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/internal/contract"
	"github.com/probity-sla/probity/internal/protocol"
	"github.com/probity-sla/probity/internal/sla"
)

// watch judges what changes with the clock alone and not with results: agents,
// certificates, maintenance, the clocks of incidents, escalations.
func (d *alertDesk) watch(ctx context.Context) {
	for _, w := range []struct {
		what string
		do   func(context.Context) error
	}{
		{"agents", d.watchAgents}, {"certificates", d.watchCertificates}, {"maintenance", d.watchMaintenance},
		{"incidents", d.watchIncidents}, {"clocks", d.watchClocks}, {"escalations", d.escalate},
		{"reported faults", d.settleFaults}, {"service reports", d.watchReports},
	} {
		if err := w.do(ctx); err != nil && ctx.Err() == nil {
			d.c.log.LogAttrs(ctx, slog.LevelError, "not looked at; tried again in a few seconds",
				slog.String("what", w.what), slog.Any("err", err))
		}
	}
}

// certificatesEvery is how often certificates are looked at: they end by the day.
const certificatesEvery = 60 * 1000

// watchCertificates judges the certificates that checks were last served.
func (d *alertDesk) watchCertificates(ctx context.Context) error {
	now := d.c.now().UnixMilli()
	if last := d.certificates; now >= last && now < last+certificatesEvery {
		return nil
	}
	d.certificates = now
	watched := map[string]bool{}
	for _, a := range d.c.set.Load().Agreements {
		live := d.c.eval.Live(a.ID)
		if live == nil || a.CertificateWarning == 0 {
			continue
		}
		for _, s := range live.Services {
			for i := range s.Checks {
				f, err := d.certificate(ctx, a, s, &s.Checks[i])
				if err != nil {
					return err
				}
				watched[f.Check] = servesCertificate(&s.Checks[i].Check.Check)
				if f.NotAfter == 0 {
					continue
				}
				f.At = now
				d.apply(ctx, func() []incident.Change { return d.engine.ObserveCert(f) })
			}
		}
	}
	d.retireCertificates(ctx, watched, now)
	return nil
}

// retireCertificates closes what is open for checks that serve none any more.
func (d *alertDesk) retireCertificates(ctx context.Context, watched map[string]bool, now int64) {
	for _, x := range d.active() {
		if x.Kind == incident.CertificateExpiring && !watched[x.Check] && d.c.eval.Live(x.Agreement) != nil {
			d.apply(ctx, func() []incident.Change {
				return d.engine.RetireCheck(now, x.Check, "its certificate is no longer looked at")
			})
		}
	}
}

func (d *alertDesk) certificate(ctx context.Context, a *contract.Agreement, s *evaluate.ServiceLive, c *evaluate.CheckLive) (incident.CertFacts, error) {
	f := incident.CertFacts{
		Agreement: a.ID, AgreementName: a.Name, Service: s.Service.ID, ServiceName: s.Service.Name, Customer: a.Customer, Tier: a.Tier,
		Language: a.Language, Zone: a.Zone, Check: string(c.Check.ID), Warn: a.CertificateWarning.Milliseconds(),
	}
	if !servesCertificate(&c.Check.Check) {
		return f, nil
	}
	for _, l := range c.Locations {
		if l.LastSlot == 0 || !l.Expected {
			continue
		}
		r, ok, err := d.c.db.Latest(ctx, c.Check.ID, l.Agent)
		if err != nil {
			return f, err
		}
		if !ok || r.TLSExpiry == 0 {
			continue
		}
		where := shortCheck(c.Check.ID) + "/" + string(l.Location)
		switch {
		case f.NotAfter == 0 || r.TLSExpiry < f.NotAfter:
			f.NotAfter, f.Where = r.TLSExpiry, []string{where}
		case r.TLSExpiry == f.NotAfter:
			f.Where = append(f.Where, where)
		}
	}
	return f, nil
}

func servesCertificate(c *protocol.Check) bool {
	return c.HTTP != nil && strings.HasPrefix(c.Target, "https:") || c.TCP != nil && c.TCP.UseTLS
}

// shortCheck is the check's own name within its service.
func shortCheck(id protocol.CheckID) string {
	return string(id[strings.LastIndexByte(string(id), '/')+1:])
}

// overrunBack is how long after its end a window is still judged: it may overrun.
const overrunBack = 7 * 24 * 60 * 60 * 1000

// watchMaintenance judges the windows that run, or ended of late.
func (d *alertDesk) watchMaintenance(ctx context.Context) error {
	now := d.c.now().UnixMilli()
	w := sla.Window{From: now - overrunBack, To: now + 1}
	all, err := d.c.db.Maintenance(ctx, "", w.From, w.To)
	if err != nil {
		return err
	}
	windows := map[string][]evaluate.Maintenance{}
	for i := range all {
		m := &all[i]
		found, err := occurrences(m, w)
		if err != nil {
			return fmt.Errorf("maintenance %s: %w", m.ID, err)
		}
		for _, x := range found {
			windows[m.Agreement] = append(windows[m.Agreement], evaluate.Maintenance{Maintenance: x, Services: m.Services, Reason: m.Reason, By: m.CreatedBy})
		}
	}
	for _, a := range d.c.set.Load().Agreements {
		live := d.c.eval.Live(a.ID)
		if live == nil || len(windows[a.ID]) == 0 {
			continue
		}
		for _, m := range latestOfEach(windows[a.ID], now) {
			f := maintenanceFacts(a, live, &m, now)
			d.apply(ctx, func() []incident.Change { return d.engine.ObserveMaintenance(f) })
		}
	}
	return nil
}

// latestOfEach leaves of a series only the window that began last.
func latestOfEach(all []evaluate.Maintenance, now int64) []evaluate.Maintenance {
	var out []evaluate.Maintenance
	for _, m := range all {
		i := slices.IndexFunc(out, func(x evaluate.Maintenance) bool { return x.ID == m.ID })
		switch {
		case m.From > now:
		case i < 0:
			out = append(out, m)
		case m.From > out[i].From:
			out[i] = m
		}
	}
	return out
}

func maintenanceFacts(a *contract.Agreement, live *evaluate.AgreementLive, m *evaluate.Maintenance, now int64) incident.MaintenanceFacts {
	f := incident.MaintenanceFacts{
		At: now, ID: m.ID, Agreement: a.ID, AgreementName: a.Name, Customer: a.Customer, Language: a.Language, Zone: a.Zone,
		Reason: m.Reason, From: m.From, To: m.To, Announced: m.Announced,
		Qualifies: m.Emergency || a.Notice == 0 || m.From-m.Announced >= a.Notice.Milliseconds(),
	}
	if !f.Qualifies {
		f.Why = notQualified
	}
	for _, s := range live.Services {
		if len(m.Services) > 0 && !slices.Contains(m.Services, s.Service.ID) {
			continue
		}
		if now >= m.To { // how a service is at the end is known when its results are
			f.At = min(f.At, max(s.Watermark, m.To-1))
		}
		f.Services = append(f.Services, incident.ServiceState{
			Service: s.Service.ID, Name: s.Service.Name, State: s.State, Since: s.Since, Where: s.Where,
		})
		if s.InWindow != nil && s.InWindow.ID == m.ID && !s.Excused && s.State == sla.Down {
			f.Qualifies, f.Why = false, notQualified
		}
	}
	return f
}

const notQualified = "it was announced too late, or exceeds what the agreement allows"
