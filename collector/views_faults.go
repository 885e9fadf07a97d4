package collector

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/probity-sla/probity/collector/incident"
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

// ReportFault stores what a customer reported, gives it a reference, and tells
// the house and the customer.
func (v views) ReportFault(ctx context.Context, d web.FaultDraft) (incident.Fault, error) {
	f := d.Fault
	if err := v.c.admitFault(ctx, &f, d.Data); err != nil {
		return f, err
	}
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
	tell, err := v.c.tellHouse(ctx, &f)
	if err != nil {
		return f, err
	}
	tell = append(tell, v.c.tellCustomer(ctx, &f)...)
	e := store.FaultEvent{Fault: f.ID, Seq: 1, At: f.ReportedAt, By: f.ReportedBy, Kind: string(incident.FaultReceived)}
	if err := v.c.db.AddFault(ctx, r, files, e, tell...); err != nil {
		return f, err
	}
	v.c.faultChanged(&f)
	return f, nil
}

// AcceptFault makes a reported fault part of an incident. All of it is saved at
// once, or nothing is. Somebody else's entry in between, the collector's too,
// has it done again on the record as it is then.
func (v views) AcceptFault(ctx context.Context, id string, in web.Acceptance) (incident.Fault, error) {
	number, correction := 0, newID("co")
	for try := 1; ; try++ {
		f, seq, err := v.unanswered(ctx, id)
		if err != nil {
			return f, err
		}
		a := v.c.set.Load().Agreement(f.Agreement)
		if a == nil {
			return f, fmt.Errorf("agreement %q: %w", f.Agreement, web.ErrNotFound)
		}
		b, i, err := v.c.take(ctx, &f, a, in, &number)
		if err != nil {
			return f, eventInWebWords(err)
		}
		f.State, f.Incident, f.Answer, f.AnsweredBy, f.AnsweredAt = incident.FaultAccepted, i.ID, in.Answer, in.By, in.At
		var proposed []store.CorrectionRecord
		if in.Correction != nil {
			proposed, f.Correction = []store.CorrectionRecord{proposal(correction, in.Correction)}, correction
		}
		err = v.c.saveFault(ctx, &f, seq+1, in.By, in.Answer, b, proposed...)
		if !errors.Is(err, store.ErrConflict) || try == maxConflicts {
			return f, eventInWebWords(err)
		}
	}
}

// proposal is a correction that nobody approved yet.
func proposal(id string, c *web.Correction) store.CorrectionRecord {
	return store.CorrectionRecord{
		ID: id, Agreement: c.Agreement, Services: c.Services, Effect: c.Effect, From: c.From, To: c.To,
		Reason: c.Reason, CreatedBy: c.CreatedBy, CreatedAt: c.CreatedAt,
	}
}

// take enters a reported fault in the record of an incident: the one that was
// named, or a new one with a number, which is drawn when it is 0.
func (c *collector) take(ctx context.Context, f *incident.Fault, a *contract.Agreement, in web.Acceptance, number *int) (*book, *incident.Incident, error) {
	now := c.now()
	b := &book{now: now.UnixMilli(), changed: map[string]bool{}}
	if in.Incident != "" {
		i, err := b.load(ctx, c.db, in.Incident)
		if err != nil {
			return nil, nil, err
		}
		return b, i, b.add(i, incident.Event{
			Kind: incident.EventFaultJoined, By: in.By, Agreement: a.ID, Fault: f.ID, Effective: f.ReportedAt, Text: f.Summary,
		})
	}
	e, err := openingOf(a, in.Severity)
	if err != nil {
		return nil, nil, err
	}
	if *number == 0 {
		if *number, err = c.db.NextIncidentNumber(ctx, now.UTC().Year()); err != nil {
			return nil, nil, err
		}
	}
	i := &incident.Incident{ID: incidentID(now, *number)}
	b.incidents = append(b.incidents, i)
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
	return f, eventInWebWords(v.c.saveFault(ctx, &f, seq+1, by, answer, nil))
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

// saveFault saves a new state of a reported fault with what it means for
// incidents, the corrections it proposes, and what tells of it.
func (c *collector) saveFault(ctx context.Context, f *incident.Fault, seq int, by, text string, b *book, proposed ...store.CorrectionRecord) error {
	at := c.now().UnixMilli()
	r, err := faultRecord(f, at)
	if err != nil {
		return err
	}
	w := store.IncidentWrite{Notifications: c.tellCustomer(ctx, f)}
	if f.State != incident.FaultResolved { // the incident tells the house of its end
		tell, err := c.tellHouse(ctx, f)
		if err != nil {
			return err
		}
		w.Notifications = append(w.Notifications, tell...)
	}
	if b != nil {
		if err := b.into(&w); err != nil {
			return err
		}
	}
	e := store.FaultEvent{Fault: f.ID, Seq: seq, At: at, By: by, Kind: string(f.State), Text: text}
	if err := c.db.SaveFault(ctx, r, e, w, proposed...); err != nil {
		return err
	}
	c.faultChanged(f)
	return nil
}

// faultChanged tells pages, and has what was queued sent soon.
func (c *collector) faultChanged(f *incident.Fault) {
	c.web.Publish(web.Event{Kind: "fault", Agreement: f.Agreement, At: c.now().UnixMilli()})
	c.desk.look()
	c.sender.Wake()
}

// settleFaults marks reported faults whose incident is over. One for which that
// fails holds up no other.
func (d *alertDesk) settleFaults(ctx context.Context) error {
	accepted, err := d.c.db.Faults(ctx, store.FaultQuery{State: string(incident.FaultAccepted)})
	if err != nil {
		return err
	}
	var faults []error
	for i := range accepted {
		if err := d.settleFault(ctx, &accepted[i]); err != nil {
			faults = append(faults, fmt.Errorf("fault %s: %w", accepted[i].ID, err))
		}
	}
	return errors.Join(faults...)
}

func (d *alertDesk) settleFault(ctx context.Context, record *store.FaultRecord) error {
	f, err := faultOf(record)
	if err != nil {
		return err
	}
	r, err := d.c.db.IncidentByID(ctx, f.Incident)
	if err != nil {
		return err
	}
	if r.State != string(incident.IncidentResolved) && r.State != string(incident.IncidentReviewed) {
		return nil
	}
	events, err := d.c.db.FaultEvents(ctx, f.ID)
	if err != nil {
		return err
	}
	f.State = incident.FaultResolved
	return d.c.saveFault(ctx, &f, len(events)+1, incident.System, "", nil)
}
