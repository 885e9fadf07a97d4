package collector

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/collector/store"
)

// pager is a paging service and a webhook that keep what they are sent.
type pagerHouse struct {
	*house
	hook, duty *told
}

func newPagerHouse(t *testing.T) *pagerHouse {
	p := &pagerHouse{hook: &told{}, duty: &told{}}
	hook := httptest.NewServer(p.hook)
	duty := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.duty.ServeHTTP(w, r)
		w.WriteHeader(http.StatusAccepted)
		_, _ = w.Write([]byte(`{"status":"success"}`))
	}))
	t.Cleanup(hook.Close)
	t.Cleanup(duty.Close)
	p.house = newHouse(t, map[string]string{"agreements/shop.toml": agreementText("shop", "1s", severe)})
	p.write("collector.toml", houseConfig(fmt.Sprintf(`[[notify]]
name = "hook"
type = "webhook"
url = %q
[[notify]]
name = "duty"
type = "pagerduty"
url = %q
token = "routing-key"
[[person]]
name = "anna"
channels = ["hook", "duty"]
[[escalation]]
name = "house"
  [[escalation.level]]
  after = "0s"
  notify = ["person:anna"]
`, hook.URL, duty.URL)))
	return p
}

// changes are what the webhook was told of an incident, in order.
func (p *pagerHouse) changes(id string) []string {
	p.hook.mu.Lock()
	defer p.hook.mu.Unlock()
	var out []string
	for _, b := range p.hook.bodies {
		var m struct {
			Change   string
			Incident struct{ ID string }
		}
		if err := json.Unmarshal([]byte(b), &m); err != nil {
			out = append(out, err.Error())
		} else if m.Incident.ID == id {
			out = append(out, m.Change)
		}
	}
	return out
}

// pages are the actions that PagerDuty saw of an incident, in order.
func (p *pagerHouse) pages(id string) []string {
	p.duty.mu.Lock()
	defer p.duty.mu.Unlock()
	var out []string
	for _, b := range p.duty.bodies {
		var m struct {
			Action string `json:"event_action"`
			Key    string `json:"dedup_key"`
		}
		if err := json.Unmarshal([]byte(b), &m); err != nil || m.Key == id {
			out = append(out, m.Action)
		}
	}
	return out
}

// TestWhoeverWasPagedHearsOfTheEnd: by whichever process it was entered.
func TestWhoeverWasPagedHearsOfTheEnd(t *testing.T) {
	p := newPagerHouse(t)
	p.serve()
	status, body := p.ask("POST", "/api/v1/incidents", operatorToken, []byte(`{"agreement":"shop","title":"no orders come in","severity":"P1"}`))
	var i incident.Incident
	if err := json.Unmarshal([]byte(body), &i); status >= 300 || err != nil {
		t.Fatalf("open: %d %s", status, body)
	}
	wants := func(pages, changes []string) {
		t.Helper()
		eventually(t, strings.Join(pages, ", "), func() bool {
			return slices.Equal(p.pages(i.ID), pages) && slices.Equal(p.changes(i.ID), changes)
		})
	}
	wants([]string{"trigger"}, []string{"notified"})
	old := regexp.MustCompile(`/ack\?t=[A-Za-z0-9_.-]+`).FindString(p.hook.find(i.ID, "/ack?t="))
	if status, body := p.ask("GET", old, "", nil); status != http.StatusOK {
		t.Fatalf("GET %s: %d %s", old, status, body)
	}
	if status, body := p.ask("POST", "/api/v1/incidents/"+i.ID+"/events", operatorToken, []byte(`{"kind":"acknowledged"}`)); status >= 300 {
		t.Fatalf("acknowledge: %d %s", status, body)
	}
	wants([]string{"trigger", "acknowledge"}, []string{"notified", "acknowledged"})
	p.command("incident", "resolve", i.ID, "--by", "ben", "--text", "mended")
	wants([]string{"trigger", "acknowledge", "resolve"}, []string{"notified", "acknowledged", "resolved"})
	p.stop()
	p.command("incident", "reopen", i.ID, "--by", "ben", "--text", "not mended")
	p.command("incident", "ack", i.ID, "--by", "anna")
	p.serve() // what was entered while it stood still is told then
	wants([]string{"trigger", "acknowledge", "resolve", "trigger", "acknowledge"},
		[]string{"notified", "acknowledged", "resolved", "reopened", "acknowledged"})
	if status, body := p.ask("GET", old, "", nil); status != http.StatusGone {
		t.Errorf("the link of before the reopening: %d; want 410: %s", status, body)
	}
}

func TestNewsIsWhatWasNotTold(t *testing.T) {
	step := &incident.Escalation{Policy: "house", Level: 1, People: []string{"anna"}, Channels: []string{"hook"}}
	change := func(k incident.EventKind) *incident.Escalation {
		return &incident.Escalation{Change: k, People: []string{"anna"}, Channels: []string{"hook"}}
	}
	type entry struct {
		kind incident.EventKind
		step *incident.Escalation
	}
	for _, c := range []struct {
		name    string
		entries []entry
		want    string
	}{
		{"nobody was told", []entry{{incident.EventAcknowledged, nil}, {incident.EventResolved, nil}}, ""},
		{"all is to be told", []entry{{incident.EventNotified, step}, {incident.EventAcknowledged, nil}, {incident.EventResolved, nil}}, "acknowledged resolved"},
		{"one is told", []entry{{incident.EventNotified, step}, {incident.EventAcknowledged, nil}, {incident.EventNotified, change("acknowledged")}, {incident.EventResolved, nil}}, "resolved"},
		{"all is told", []entry{{incident.EventNotified, step}, {incident.EventResolved, nil}, {incident.EventNotified, change("resolved")}}, ""},
		{"an answer after the end", []entry{{incident.EventNotified, step}, {incident.EventResolved, nil}, {incident.EventAcknowledged, nil}}, "resolved"},
	} {
		events := []incident.Event{{Incident: "INC-1", Seq: 1, Kind: incident.EventOpened, At: 1000, By: "ben", Text: "down"}}
		for n, e := range c.entries {
			events = append(events, incident.Event{Incident: "INC-1", Seq: n + 2, Kind: e.kind, At: int64(n+2) * 1000, By: "ben", Step: e.step})
		}
		all, err := newsOf(events)
		var got []string
		for _, x := range all {
			got = append(got, string(x.change))
		}
		if err != nil || strings.Join(got, " ") != c.want {
			t.Errorf("%s: %v, %v; want %q", c.name, got, err, c.want)
		}
	}
}

// TestOneBadIncidentHoldsUpNoOther: and an agreement that is not in force pages nobody.
func TestOneBadIncidentHoldsUpNoOther(t *testing.T) {
	p := newPagerHouse(t)
	now := time.Now().UnixMilli()
	p.records(func(ctx context.Context, db *store.Store) error {
		open := func(id, agreement string) error {
			return withBook(ctx, db, now, time.Hour, func(b *book, _ *store.IncidentWrite) error {
				i := &incident.Incident{ID: id}
				b.incidents = append(b.incidents, i)
				return b.add(i, incident.Event{Kind: incident.EventOpened, By: "ben", Text: "down", Agreement: agreement, Severity: "P1", Major: true})
			})
		}
		bad := store.IncidentWrite{
			Incidents: []store.IncidentRecord{{ID: "INC-2026-0001", State: "open", Open: true, OpenedAt: 1, UpdatedAt: 1, Seq: 1, Agreements: []string{"shop"},
				Body: []byte(`{"id":"INC-2026-0001","seq":1,"state":"open","severities":{"shop":"P1"},"opened_at":1}`)}},
			Events: []store.EventRecord{{Incident: "INC-2026-0001", Seq: 1, Kind: "opened", At: 1, Body: []byte(`broken`)}},
		}
		return errors.Join(db.SaveIncident(ctx, bad), open("INC-2026-0002", "gone"), open("INC-2026-0003", "shop"))
	})
	p.serve()
	eventually(t, "the page of the third", func() bool { return slices.Equal(p.pages("INC-2026-0003"), []string{"trigger"}) })
	if got := p.pages("INC-2026-0002"); len(got) != 0 {
		t.Errorf("an incident of an agreement that is not in force paged: %v", got)
	}
}
