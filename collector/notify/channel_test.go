package notify_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/collector/notify"
)

// seen is one request as a receiver had it.
type seen struct {
	header http.Header
	body   string
	path   string
}

func record(t *testing.T, status int) (*httptest.Server, *[]seen) {
	t.Helper()
	var all []seen
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		all = append(all, seen{r.Header.Clone(), string(body), r.URL.RequestURI()})
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(status)
		fmt.Fprintf(w, "no: %s", r.URL.RequestURI())
	}))
	t.Cleanup(srv.Close)
	return srv, &all
}

func send(t *testing.T, ch *notify.Channel, c incident.Change) error {
	t.Helper()
	rows, err := notify.Plan([]incident.Change{c}, []*notify.Channel{ch})
	if err != nil || len(rows) != 1 {
		t.Fatalf("Plan = %d rows, %v; want one", len(rows), err)
	}
	return ch.Send(context.Background(), rows[0])
}

func TestWebhookIsSigned(t *testing.T) {
	srv, got := record(t, http.StatusNoContent)
	ch := open(t, notify.Config{Name: "hook", Type: "webhook", URL: notify.Secret(srv.URL + "/h?k=1"), Secret: "key", Token: "tok"})
	for range 2 {
		if err := send(t, ch, change(incident.ChangeOpened, "web", 1000, 2000)); err != nil {
			t.Fatal(err)
		}
	}
	r := (*got)[0]
	at, mac, ok := strings.Cut(strings.TrimPrefix(r.header.Get("X-Probity-Signature"), "t="), ",v1=")
	m := hmac.New(sha256.New, []byte("key"))
	m.Write([]byte(at + "." + r.body))
	if want := hex.EncodeToString(m.Sum(nil)); !ok || mac != want {
		t.Errorf("X-Probity-Signature %q, want v1=%s", r.header.Get("X-Probity-Signature"), want)
	}
	if a, b := r.header.Get("Idempotency-Key"), (*got)[1].header.Get("Idempotency-Key"); a == "" || a != b {
		t.Errorf("Idempotency-Key %q, then %q; want the same for one notification", a, b)
	}
	if r.header.Get("Authorization") != "Bearer tok" || r.path != "/h?k=1" {
		t.Errorf("Authorization %q, path %q", r.header.Get("Authorization"), r.path)
	}
	var e struct {
		Version             int
		Event, Reason, Link string
		At                  int64
		Alert               incident.Alert
	}
	if err := json.Unmarshal([]byte(r.body), &e); err != nil {
		t.Fatal(err)
	}
	if e.Version != 1 || e.Event != "opened" || e.At != 2000 || e.Alert.Service != "web" || e.Link != "https://sla.example.net/agreements/shop" {
		t.Errorf("payload %s", r.body)
	}
}

func TestWebhookInAlertmanagersShape(t *testing.T) {
	srv, got := record(t, http.StatusOK)
	ch := open(t, notify.Config{Name: "hook", Type: "webhook", Format: "alertmanager", URL: notify.Secret(srv.URL), Username: "u", Password: "p"})
	for _, kind := range []incident.ChangeKind{incident.ChangeOpened, incident.ChangeResolved} {
		if err := send(t, ch, change(kind, "web", 1_700_000_000_000, 1_700_000_060_000)); err != nil {
			t.Fatal(err)
		}
	}
	for i, want := range []struct{ status, ends string }{{"firing", "0001-01-01T00:00:00Z"}, {"resolved", "2023-11-14T22:14:20.000Z"}} {
		var m struct {
			Version, Status, Receiver string
			Alerts                    []struct {
				Status, StartsAt, EndsAt, Fingerprint string
				Labels                                map[string]string
			}
		}
		if err := json.Unmarshal([]byte((*got)[i].body), &m); err != nil || len(m.Alerts) != 1 {
			t.Fatalf("%s: %v", (*got)[i].body, err)
		}
		a := m.Alerts[0]
		if m.Version != "4" || m.Status != want.status || a.Status != want.status || a.EndsAt != want.ends ||
			a.StartsAt != "2023-11-14T22:13:20.000Z" || a.Labels["alertname"] != "ProbityServiceDown" || a.Fingerprint == "" {
			t.Errorf("payload %s, want %+v", (*got)[i].body, want)
		}
	}
	if user, pass, ok := (&http.Request{Header: (*got)[0].header}).BasicAuth(); !ok || user != "u" || pass != "p" {
		t.Errorf("basic auth %q %q %v", user, pass, ok)
	}
}

func TestErrorsHoldNoSecret(t *testing.T) {
	srv, got := record(t, http.StatusFound)
	away := httptest.NewServer(nil)
	away.Close()
	for _, typ := range []string{"webhook", "alertmanager"} {
		for _, base := range []string{srv.URL, away.URL, "http://nothing.invalid"} {
			ch := open(t, notify.Config{Name: "x", Type: typ, URL: notify.Secret(base + "/s3cret?k=s3cret"), Token: "s3cret"})
			err := send(t, ch, change(incident.ChangeOpened, "web", 1, 2))
			if err == nil || strings.Contains(err.Error(), "s3cret") || !strings.Contains(err.Error(), "POST http://") {
				t.Errorf("%s to %s: %v; want an error with the host and no secret", typ, base, err)
			}
		}
	}
	if len(*got) != 2 {
		t.Errorf("%d requests, want 2: a redirect is not followed", len(*got))
	}
}

func TestPlan(t *testing.T) {
	am := open(t, notify.Config{Name: "am", Type: "alertmanager", URL: "http://h"})
	hook := open(t, notify.Config{Name: "hook", Type: "webhook", URL: "http://h"})
	tickets := open(t, notify.Config{Name: "tickets", Type: "webhook", URL: "http://h", Severities: []string{"ticket"}})
	other := open(t, notify.Config{Name: "other", Type: "webhook", URL: "http://h", Agreements: []string{"bank"}})
	suppressedEnd := change(incident.ChangeResolved, "web", 1, 2)
	suppressedEnd.Alert.Suppressed = "maintenance m1"
	for _, tt := range []struct {
		name   string
		change incident.Change
		want   string
	}{
		{"opened goes to everybody who wants it", change(incident.ChangeOpened, "web", 1, 2), "am hook"},
		{"an update goes to those who asked for updates", change(incident.ChangeUpdated, "web", 1, 2), "am"},
		{"an end goes where the beginning went", change(incident.ChangeResolved, "web", 1, 2), "am hook"},
		{"what was withdrawn too", change(incident.ChangeWithdrawn, "web", 1, 2), "am hook"},
		{"what is suppressed goes nowhere", change(incident.ChangeSuppressed, "web", 1, 2), ""},
		{"nor its end", suppressedEnd, ""},
		{"an outage is a record, not a message", incident.Change{Kind: incident.ChangeConfirmed, Outage: &incident.Outage{}}, ""},
	} {
		rows, err := notify.Plan([]incident.Change{tt.change}, []*notify.Channel{am, hook, tickets, other})
		var got []string
		for _, r := range rows {
			got = append(got, r.Channel)
		}
		if g := strings.Join(got, " "); err != nil || g != tt.want {
			t.Errorf("%s: Plan = %q, %v; want %q", tt.name, g, err, tt.want)
		}
	}
}

// FuzzLabels: whatever a name or a text holds, receivers take it.
func FuzzLabels(f *testing.F) {
	f.Add("a-b", "x")
	f.Add("9\xff", strings.Repeat("ü", 200))
	f.Fuzz(func(t *testing.T, name, value string) {
		n := notify.LabelName(name)
		for i, r := range n {
			if !(r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || i > 0 && r >= '0' && r <= '9') {
				t.Fatalf("LabelName(%q) = %q", name, n)
			}
		}
		if v := notify.Bounded(value, 64); n == "" || len(v) > 64 || !utf8.ValidString(v) {
			t.Fatalf("LabelName(%q) = %q, Bounded(%q) = %q", name, n, value, v)
		}
	})
}

// BenchmarkDeliver is the way of one notification through a dispatcher to a
// server on loopback.
func BenchmarkDeliver(b *testing.B) {
	r, box, book := &receiver{}, &outbox{}, &book{}
	srv := httptest.NewServer(r)
	defer srv.Close()
	ch := open(b, notify.Config{Name: "hook", Type: "webhook", URL: notify.Secret(srv.URL), Secret: "k"})
	for i := range b.N {
		book.record(b, box, []*notify.Channel{ch}, change(incident.ChangeOpened, fmt.Sprint(i), 1, time.Now().UnixMilli()))
	}
	b.ResetTimer()
	_, stop := run(b, notify.Options{Outbox: box, Channels: []*notify.Channel{ch}})
	eventually(b, "all delivered", func() bool { waiting, _ := box.left(); return len(waiting) == 0 })
	stop()
}
