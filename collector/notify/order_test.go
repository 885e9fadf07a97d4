package notify_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/collector/notify"
)

// steps returns the life of an incident as rows, in the order of the outbox.
func steps(t *testing.T, channels []*notify.Channel, id string, at int64) (out []notify.Notification, subjects []string) {
	t.Helper()
	for i, k := range []incident.EventKind{"", incident.EventOutageJoined, incident.EventAcknowledged, incident.EventReopened, incident.EventResolved} {
		n := sampleNotice()
		n.Incident.ID, n.Change, n.At = id, k, at+int64(i)
		n.Incident.State = map[incident.EventKind]incident.IncidentState{
			incident.EventAcknowledged: incident.IncidentAcknowledged, incident.EventResolved: incident.IncidentResolved,
		}[k]
		if n.Incident.State == "" {
			n.Incident.State = incident.IncidentOpen
		}
		rows, err := notify.PlanIncident(channels, n)
		if err != nil {
			t.Fatal(err)
		}
		m, err := notify.ReadMessage(rows[0].Payload)
		if err != nil {
			t.Fatal(err)
		}
		out, subjects = append(out, rows...), append(subjects, m.Subject)
	}
	return out, subjects
}

// TestIncidentsInOrder: a chat is away for a day and the dispatcher starts anew
// in the middle; what is told of each incident arrives once and in order.
func TestIncidentsInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, box := &receiver{refuse: http.StatusBadGateway}, &outbox{}
		ch := inMemory(t, notify.Config{Name: "chat", Type: notify.TypeTeams}, r)
		opts := notify.Options{Outbox: box, Channels: []*notify.Channel{ch}}
		d, stop := run(t, opts)
		want := map[string][]string{}
		for hour := range 24 {
			id := fmt.Sprintf("INC-2026-%04d", hour)
			rows, subjects := steps(t, opts.Channels, id, time.Now().UnixMilli())
			want[id] = subjects
			box.add(rows...)
			d.Wake()
			time.Sleep(time.Hour)
			if hour == 12 {
				stop()
				d, stop = run(t, opts)
			}
		}
		r.turn(0)
		time.Sleep(notify.DefaultBackoffMax + notify.DefaultPoll)
		stop()
		got := map[string][]string{}
		all, _ := r.all()
		for _, x := range all {
			var b struct {
				Attachments []struct {
					Content struct {
						Body []struct{ Inlines []struct{ Text string } }
					}
				}
			}
			if err := json.Unmarshal([]byte(x.body), &b); err != nil {
				t.Fatal(err)
			}
			subject := b.Attachments[0].Content.Body[0].Inlines[0].Text
			id, _, _ := strings.Cut(strings.TrimPrefix(subject, "["), "]")
			got[id] = append(got[id], subject)
		}
		for id, w := range want {
			if !slices.Equal(got[id], w) {
				t.Errorf("%s arrived as\n%s\nwant\n%s", id, strings.Join(got[id], "\n"), strings.Join(w, "\n"))
			}
		}
		unique(t, r)
	})
}

// TestMailServerAwayForADay: nothing is lost, and nothing comes twice.
func TestMailServerAwayForADay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &mailServer{}
		p := newPipe()
		s.serve(t, p, notify.TLSNone, nil)
		var mu sync.Mutex
		away := true
		box := &outbox{}
		ch := open(t, notify.Config{Name: "mail", Type: notify.TypeEmail, Host: "127.0.0.1", TLS: notify.TLSNone, From: "a@example.net", To: []string{"b@example.net"}})
		ch.DialWith(func(ctx context.Context, network, address string) (net.Conn, error) {
			mu.Lock()
			defer mu.Unlock()
			if away {
				return nil, context.DeadlineExceeded
			}
			return p.dial(ctx, network, address)
		})
		d, stop := run(t, notify.Options{Outbox: box, Channels: []*notify.Channel{ch}})
		rows, want := steps(t, []*notify.Channel{ch}, "INC-2026-0001", time.Now().UnixMilli())
		box.add(rows...)
		d.Wake()
		time.Sleep(24 * time.Hour)
		mu.Lock()
		away = false
		mu.Unlock()
		time.Sleep(notify.DefaultBackoffMax + notify.DefaultPoll)
		stop()
		all, _ := s.all()
		var got []string
		for _, l := range all {
			h, _ := parts(t, l.body)
			got = append(got, h.Get("Subject"))
		}
		if !slices.Equal(got, want) {
			t.Errorf("arrived\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	})
}

// TestKilledBetweenSendAndMark: the notification comes again after the start,
// with the key by which the receiver knows it again, and nothing overtakes it.
func TestKilledBetweenSendAndMark(t *testing.T) {
	r, box := &receiver{}, &outbox{}
	srv := httptest.NewServer(r)
	defer srv.Close()
	ch := open(t, notify.Config{Name: "hook", Type: notify.TypeWebhook, URL: notify.Secret(srv.URL)})
	now := time.Now().UnixMilli()
	(&book{}).record(t, box, []*notify.Channel{ch}, change(incident.ChangeOpened, "web", now, now), change(incident.ChangeResolved, "web", now, now+1))
	d, stop := run(t, notify.Options{Outbox: brokenMarks{box}, Channels: []*notify.Channel{ch}, Grace: time.Millisecond})
	d.Wake()
	eventually(t, "the first one arrives", func() bool { all, _ := r.all(); return len(all) == 1 })
	stop() // the mark was never written
	d, stop = run(t, notify.Options{Outbox: box, Channels: []*notify.Channel{ch}})
	d.Wake()
	eventually(t, "all are delivered", func() bool { waiting, dead := box.left(); return len(waiting)+len(dead) == 0 })
	stop()
	all, _ := r.all()
	if got := strings.Join(told(t, r), ", "); got != "opened web, opened web, resolved web" || all[0].key != all[1].key || all[1].key == all[2].key {
		t.Errorf("told %s with keys %s, %s, %s; want the first one twice under one key", got, all[0].key, all[1].key, all[2].key)
	}
}
