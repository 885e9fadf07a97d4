package collector

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"

	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/collector/notify"
	"github.com/probity-sla/probity/collector/store"
	"github.com/probity-sla/probity/collector/web"
	"github.com/probity-sla/probity/internal/contract"
)

// newReference names a reported fault: short enough to be read over a telephone,
// and not to be guessed from another's.
func (c *collector) newReference() string {
	var b [5]byte
	rand.Read(b[:])
	return fmt.Sprintf("FLT-%d-%s", c.now().UTC().Year(), base32.StdEncoding.EncodeToString(b[:]))
}

func faultOf(r *store.FaultRecord) (incident.Fault, error) {
	var f incident.Fault
	if err := json.Unmarshal(r.Body, &f); err != nil {
		return f, fmt.Errorf("stored fault %s: %w", r.ID, err)
	}
	f.Reporter = r.Token
	return f, nil
}

func faultRecord(f *incident.Fault, at int64) (store.FaultRecord, error) {
	body, err := json.Marshal(f)
	return store.FaultRecord{
		ID: f.ID, Agreement: f.Agreement, State: string(f.State), ReportedAt: f.ReportedAt, UpdatedAt: at,
		Token: f.Reporter, Incident: f.Incident, Body: body,
	}, err
}

// Faults lists reported faults, newest first.
func (v views) Faults(ctx context.Context, q web.FaultQuery) ([]incident.Fault, error) {
	records, err := v.c.db.Faults(ctx, store.FaultQuery{Agreement: q.Agreement, State: string(q.State), Before: q.Before, Limit: q.Limit})
	if err != nil {
		return nil, inWebWords(err)
	}
	out := make([]incident.Fault, len(records))
	for i := range records {
		if out[i], err = faultOf(&records[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Fault is one reported fault and what became of it.
func (v views) Fault(ctx context.Context, id string) (web.FaultView, error) {
	r, err := v.c.db.FaultByID(ctx, id)
	if err != nil {
		return web.FaultView{}, inWebWords(err)
	}
	var out web.FaultView
	if out.Fault, err = faultOf(&r); err != nil {
		return out, err
	}
	events, err := v.c.db.FaultEvents(ctx, id)
	for _, e := range events {
		out.Events = append(out.Events, web.FaultEvent{At: e.At, By: e.By, Kind: e.Kind, Text: e.Text})
	}
	return out, err
}

// FaultAttachment is the nth file of a reported fault.
func (v views) FaultAttachment(ctx context.Context, fault string, n int) (incident.Attachment, []byte, error) {
	a, err := v.c.db.FaultAttachment(ctx, fault, n)
	return incident.Attachment{N: a.N, Name: a.Name, Type: a.Type, Bytes: int64(len(a.Data)), SHA256: a.SHA256}, a.Data, inWebWords(err)
}

// ReportFault stores what a customer reported, and gives it a reference.
func (v views) ReportFault(ctx context.Context, d web.FaultDraft) (incident.Fault, error) {
	f := d.Fault
	f.ID, f.State = v.c.newReference(), incident.FaultReceived
	files := make([]store.AttachmentRecord, len(d.Data))
	for i, data := range d.Data {
		a := &f.Attachments[i]
		files[i] = store.AttachmentRecord{N: a.N, Name: a.Name, Type: a.Type, SHA256: a.SHA256, Data: data}
	}
	r, err := faultRecord(&f, f.ReportedAt)
	if err != nil {
		return f, err
	}
	e := store.FaultEvent{Fault: f.ID, Seq: 1, At: f.ReportedAt, By: f.ReportedBy, Kind: string(incident.FaultReceived)}
	if err := v.c.db.AddFault(ctx, r, files, e); err != nil {
		return f, err
	}
	v.c.faultChanged(ctx, &f)
	return f, nil
}

// AcceptFault makes a reported fault part of an incident.
func (v views) AcceptFault(ctx context.Context, id string, in web.Acceptance) (incident.Fault, error) {
	f, seq, err := v.unanswered(ctx, id)
	if err != nil {
		return f, err
	}
	a := v.c.set.Load().Agreement(f.Agreement)
	if a == nil {
		return f, fmt.Errorf("agreement %q: %w", f.Agreement, web.ErrNotFound)
	}
	number := 0
	if in.Incident == "" {
		if number, err = v.c.db.NextIncidentNumber(ctx, v.c.now().UTC().Year()); err != nil {
			return f, err
		}
	}
	if in.Correction != nil {
		proposed, err := v.Propose(ctx, *in.Correction)
		if err != nil {
			return f, err
		}
		f.Correction = proposed.ID
	}
	b, i, err := v.c.take(ctx, &f, a, in, number)
	if err != nil {
		return f, eventInWebWords(err)
	}
	f.State, f.Incident, f.Answer, f.AnsweredBy, f.AnsweredAt = incident.FaultAccepted, i.ID, in.Answer, in.By, in.At
	return f, v.c.saveFault(ctx, &f, seq+1, in.By, in.Answer, b)
}

// take enters a reported fault in the record of an incident: the one that was
// named, or a new one with a number.
func (c *collector) take(ctx context.Context, f *incident.Fault, a *contract.Agreement, in web.Acceptance, number int) (*book, *incident.Incident, error) {
	now := c.now()
	b, err := openBook(ctx, c.db, now.UnixMilli(), now.UnixMilli())
	if err != nil {
		return nil, nil, err
	}
	if in.Incident != "" {
		i, err := b.load(ctx, c.db, in.Incident)
		if err != nil {
			return nil, nil, err
		}
		return b, i, b.add(i, incident.Event{
			Kind: incident.EventFaultJoined, By: in.By, Agreement: a.ID, Fault: f.ID, Effective: f.ReportedAt, Text: f.Summary,
		})
	}
	i := &incident.Incident{ID: incidentID(now, number)}
	b.incidents = append(b.incidents, i)
	e, err := openingOf(a, in.Severity)
	if err != nil {
		return nil, nil, err
	}
	e.Text, e.By, e.Fault, e.Effective = orText(in.Title, f.Summary), in.By, f.ID, min(f.ReportedAt, b.now)
	if f.Service != "" {
		e.Keys = incident.Keys(a.ID+"/"+f.Service, nil, nil)
	}
	return b, i, b.add(i, e)
}

// DeclineFault answers why a reported fault is none.
func (v views) DeclineFault(ctx context.Context, id, answer, by string, at int64) (incident.Fault, error) {
	f, seq, err := v.unanswered(ctx, id)
	if err != nil {
		return f, err
	}
	f.State, f.Answer, f.AnsweredBy, f.AnsweredAt = incident.FaultDeclined, answer, by, at
	return f, v.c.saveFault(ctx, &f, seq+1, by, answer, nil)
}

// unanswered is a reported fault that nobody answered yet, and the number of its last event.
func (v views) unanswered(ctx context.Context, id string) (incident.Fault, int, error) {
	r, err := v.c.db.FaultByID(ctx, id)
	if err != nil {
		return incident.Fault{}, 0, inWebWords(err)
	}
	f, err := faultOf(&r)
	if err != nil {
		return f, 0, err
	}
	if f.State != incident.FaultReceived {
		return f, 0, fmt.Errorf("fault %s is %s already: %w", id, f.State, web.ErrConflict)
	}
	events, err := v.c.db.FaultEvents(ctx, id)
	return f, len(events), err
}

// saveFault saves a new state of a reported fault with what it means for incidents.
func (c *collector) saveFault(ctx context.Context, f *incident.Fault, seq int, by, text string, b *book) error {
	at := c.now().UnixMilli()
	r, err := faultRecord(f, at)
	if err != nil {
		return err
	}
	var w store.IncidentWrite
	if b != nil {
		if err := b.into(&w); err != nil {
			return err
		}
	}
	e := store.FaultEvent{Fault: f.ID, Seq: seq, At: at, By: by, Kind: string(f.State), Text: text}
	if err := c.db.SaveFault(ctx, r, e, w); err != nil {
		return eventInWebWords(err)
	}
	c.faultChanged(ctx, f)
	return nil
}

// faultChanged tells pages, and the customer by mail where there is a way to.
func (c *collector) faultChanged(ctx context.Context, f *incident.Fault) {
	c.web.Publish(web.Event{Kind: "fault", Agreement: f.Agreement, At: c.now().UnixMilli()})
	c.desk.look()
	var w store.IncidentWrite
	n := notify.FaultNotice{Fault: *f, At: c.now().UnixMilli(), PageURL: c.pageURL("/faults/" + f.ID)}
	if i := slices.IndexFunc(*c.channels.Load(), func(ch *notify.Channel) bool { return ch.Name() == c.cfg.Load().Incidents.CustomerMail }); i >= 0 {
		rows, err := notify.PlanFault((*c.channels.Load())[i], n)
		if err == nil && len(rows) > 0 {
			w.Notifications = stored(rows)
			err = c.db.SaveIncident(ctx, w)
			c.sender.Wake()
		}
		if err != nil {
			c.log.LogAttrs(ctx, slog.LevelError, "customer not told by mail; the page shows the state", slog.String("fault", f.ID), slog.Any("err", err))
		}
	}
}

// settleFaults marks reported faults whose incident is over.
func (d *alertDesk) settleFaults(ctx context.Context) error {
	accepted, err := d.c.db.Faults(ctx, store.FaultQuery{State: string(incident.FaultAccepted)})
	if err != nil {
		return err
	}
	for i := range accepted {
		f, err := faultOf(&accepted[i])
		if err != nil {
			return err
		}
		r, err := d.c.db.IncidentByID(ctx, f.Incident)
		if err != nil {
			return err
		}
		if r.State != string(incident.IncidentResolved) && r.State != string(incident.IncidentReviewed) {
			continue
		}
		events, err := d.c.db.FaultEvents(ctx, f.ID)
		if err != nil {
			return err
		}
		f.State = incident.FaultResolved
		if err := d.c.saveFault(ctx, &f, len(events)+1, incident.System, "", nil); err != nil {
			return err
		}
	}
	return nil
}
