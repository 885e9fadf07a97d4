package collector

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/collector/notify"
	"github.com/probity-sla/probity/collector/oncall"
	"github.com/probity-sla/probity/collector/store"
	"github.com/probity-sla/probity/collector/web"
	"github.com/probity-sla/probity/internal/contract"
)

// Bounds of what the holder of one token may report. They are read from the
// record, so that a restart forgets nothing.
const (
	maxFaultsAnHour   = 20
	maxFaultBytesADay = 100 << 20 // of attachments
	faultsOver        = time.Hour
	faultBytesOver    = 24 * time.Hour
)

// admitFault refuses what passes a bound, in the words of web's own limiter.
func (c *collector) admitFault(ctx context.Context, f *incident.Fault, data [][]byte) error {
	n, err := c.db.CountFaults(ctx, f.Reporter, f.ReportedAt-faultsOver.Milliseconds())
	if err != nil {
		return err
	}
	if n >= maxFaultsAnHour {
		return tooMany(fmt.Sprintf("this token reported %d faults within an hour; what is urgent goes by telephone", n))
	}
	size := int64(0)
	for _, d := range data {
		size += int64(len(d))
	}
	if size == 0 {
		return nil
	}
	before, err := c.db.FaultBytes(ctx, f.Reporter, f.ReportedAt-faultBytesOver.Milliseconds())
	if err != nil {
		return err
	}
	if before+size > maxFaultBytesADay {
		return tooMany(fmt.Sprintf("this token may send %d MiB of files a day; report the fault without files", maxFaultBytesADay>>20))
	}
	return nil
}

func tooMany(detail string) error {
	return &web.Problem{
		Type: "urn:probity:problem:too-many", Title: "Too many faults were reported in a short time",
		Status: http.StatusTooManyRequests, Detail: detail,
	}
}

// tellHouse are the messages that tell the house that a fault was reported, and
// by whom it was answered: that closes it at paging services. They go to whoever
// the first level of the agreement's escalation names, quiet hours or not, since
// the clock of the response may run; without any, to every channel that takes messages.
func (c *collector) tellHouse(ctx context.Context, f *incident.Fault) ([]store.Notification, error) {
	to, err := c.firstToHear(ctx, f)
	if err != nil {
		return nil, err
	}
	var out []store.Notification
	for _, ch := range *c.channels.Load() {
		if len(to) > 0 && !slices.Contains(to, ch.Name()) || !ch.TakesMessages() {
			continue
		}
		row, err := notify.PlanMessage(ch, f.ID, faultMessage(f, c.now().UnixMilli(), c.pageURL("/faults/"+f.ID)))
		if err != nil {
			return nil, err
		}
		out = append(out, stored([]notify.Notification{row})...)
	}
	return out, nil
}

func faultMessage(f *incident.Fault, now int64, link string) notify.Message {
	where := f.Agreement
	if f.Service != "" {
		where += "/" + f.Service
	}
	m := notify.Message{
		Thread: f.ID, Action: notify.ActionTrigger, Severity: incident.Page, At: now, Link: link,
		Subject: "[" + f.ID + "] " + where + ": " + f.Summary,
	}
	lines := []string{
		"A customer reported a fault.", "", "Reference: " + f.ID, "Agreement: " + where, "Reported by: " + f.ReportedBy,
		"Contact: " + f.Contact, "Since: " + time.UnixMilli(f.Since).UTC().Format(time.RFC3339), "", f.Summary, "", f.Details,
	}
	if f.State != incident.FaultReceived {
		m.Action, m.Severity = notify.ActionResolve, incident.Info
		m.Subject = "[" + f.ID + "] " + string(f.State) + " by " + f.AnsweredBy + ": " + f.Summary
		lines = []string{strings.TrimSpace(string(f.State) + " by " + f.AnsweredBy + " " + f.Incident), "", f.Answer}
	}
	m.Short, m.Text = m.Subject, strings.Join(lines, "\n")
	return m
}

// firstToHear are the channels of the first level by which an incident of the
// agreement would escalate; none: it would by no policy.
func (c *collector) firstToHear(ctx context.Context, f *incident.Fault) ([]string, error) {
	cfg, a := &c.cfg.Load().OnCall, c.set.Load().Agreement(f.Agreement)
	if a == nil {
		return nil, nil
	}
	p := firstPolicy(cfg, a)
	if p == nil || len(p.Levels) == 0 {
		return nil, nil
	}
	overrides, err := overridesAround(ctx, c.db, f.ReportedAt)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, target := range p.Levels[0].Notify {
		kind, name, _ := strings.Cut(target, ":")
		switch kind {
		case "channel":
			out = union(out, []string{name})
			continue
		case "rotation":
			r := cfg.Rotation(name)
			if r == nil {
				continue
			}
			name, _ = oncall.OnCall(r, overrides, f.ReportedAt)
		}
		if person := cfg.Person(name); person != nil {
			out = union(out, person.Channels)
		}
	}
	return out, nil
}

// firstPolicy is the policy for a fault of an agreement that nobody has graded.
func firstPolicy(cfg *oncall.Config, a *contract.Agreement) *oncall.Policy {
	level, _ := a.Severity("", "", 0, 0, 0)
	return cmp.Or(cfg.PolicyFor(a.Escalation, level.Name, level.Major), cfg.Policy(a.Escalation))
}

// tellCustomer is the mail to whoever reported a fault that its state is
// another, where there is a way to write one. One that cannot be written holds
// nothing up: the page shows the state.
func (c *collector) tellCustomer(ctx context.Context, f *incident.Fault) []store.Notification {
	channels, name := *c.channels.Load(), c.cfg.Load().Incidents.CustomerMail
	i := slices.IndexFunc(channels, func(ch *notify.Channel) bool { return ch.Name() == name })
	if i < 0 {
		return nil
	}
	rows, err := notify.PlanFault(channels[i], notify.FaultNotice{Fault: *f, At: c.now().UnixMilli(), PageURL: c.pageURL("/faults/" + f.ID)})
	if err != nil {
		c.log.LogAttrs(ctx, slog.LevelError, "customer not told by mail; the page shows the state", slog.String("fault", f.ID), slog.Any("err", err))
	}
	return stored(rows)
}
