package notify_test

import (
	"bytes"
	"encoding/json"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/collector/notify"
)

const alertmanager = "/usr/bin/prometheus-alertmanager"

// startAlertmanager runs Debian's Alertmanager and returns its address.
func startAlertmanager(t *testing.T) string {
	t.Helper()
	if _, err := os.Stat(alertmanager); err != nil {
		t.Fatalf("%v; install Debian's package prometheus-alertmanager (make test does)", err)
	}
	dir := t.TempDir()
	conf := filepath.Join(dir, "am.yml")
	text := "global: {resolve_timeout: 5m}\nroute: {receiver: none}\nreceivers: [{name: none}]\n"
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close()
	cmd := exec.Command(alertmanager, "--config.file="+conf, "--storage.path="+dir,
		"--web.listen-address="+addr, "--cluster.listen-address=", "--log.level=error")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	eventually(t, "Alertmanager ready", func() bool {
		resp, err := http.Get("http://" + addr + "/-/ready")
		if err != nil {
			return false
		}
		resp.Body.Close()
		return resp.StatusCode == http.StatusOK
	})
	return addr
}

func eventually(t testing.TB, what string, is func() bool) {
	t.Helper()
	deadline := time.After(20 * time.Second)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !is() {
		select {
		case <-deadline:
			t.Fatalf("never: %s", what)
		case <-tick.C:
		}
	}
}

type gettable struct {
	Labels       map[string]string `json:"labels"`
	Annotations  map[string]string `json:"annotations"`
	StartsAt     time.Time         `json:"startsAt"`
	EndsAt       time.Time         `json:"endsAt"`
	GeneratorURL string            `json:"generatorURL"`
	Status       struct {
		State string `json:"state"`
	} `json:"status"`
}

func firing(t *testing.T, addr string) (out []gettable) {
	t.Helper()
	resp, err := http.Get("http://" + addr + "/api/v2/alerts?filter=alertname%3D%22ProbityServiceDown%22")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(&out); err != nil {
		t.Fatal(err)
	}
	return out
}

// TestAlertmanager drives the real one: an alert appears, is brought up to
// date, and is gone once it is resolved.
func TestAlertmanager(t *testing.T) {
	addr := startAlertmanager(t)
	ch := open(t, notify.Config{Name: "am", Type: notify.TypeAlertmanager, URL: notify.Secret("http://" + addr)})
	box, book := &outbox{}, &book{}
	d, stop := run(t, notify.Options{Outbox: box, Active: book.active, Channels: []*notify.Channel{ch}})
	defer stop()
	starts := time.Now().Add(-2 * time.Minute).UnixMilli()

	book.record(t, box, []*notify.Channel{ch}, change(incident.ChangeOpened, "web", starts, starts+60_000))
	d.Wake()
	eventually(t, "the alert appears", func() bool { return len(firing(t, addr)) == 1 })
	a := firing(t, addr)[0]
	if a.StartsAt.UnixMilli() != starts || a.Labels["service"] != "web" || a.Status.State == "suppressed" {
		t.Errorf("alert = %+v, want one of web since %d", a, starts)
	}
	if want := "https://sla.example.net/agreements/shop"; a.GeneratorURL != want {
		t.Errorf("generatorURL = %q, want %q", a.GeneratorURL, want)
	}

	c := change(incident.ChangeUpdated, "web", starts-30_000, starts+70_000)
	c.Alert.Annotations["summary"] = "web is still down"
	book.record(t, box, []*notify.Channel{ch}, c)
	d.Wake()
	eventually(t, "the alert is updated", func() bool {
		all := firing(t, addr)
		return len(all) == 1 && all[0].Annotations["summary"] == "web is still down" && all[0].StartsAt.UnixMilli() == starts-30_000
	})

	before := firing(t, addr)[0].EndsAt
	again, err := notify.Resend([]incident.Alert{*c.Alert}, ch, time.Now().UnixMilli())
	if err != nil || len(again) != 1 {
		t.Fatalf("Resend = %v, %v; want one", again, err)
	}
	if err := ch.Send(t.Context(), again[0]); err != nil {
		t.Fatal(err)
	}
	eventually(t, "a repetition puts off the end", func() bool {
		all := firing(t, addr)
		return len(all) == 1 && all[0].EndsAt.After(before)
	})

	book.record(t, box, []*notify.Channel{ch}, change(incident.ChangeResolved, "web", starts-30_000, starts+90_000))
	d.Wake()
	eventually(t, "the alert resolves", func() bool { return len(firing(t, addr)) == 0 })
	eventually(t, "nothing waits", func() bool { waiting, dead := box.left(); return len(waiting)+len(dead) == 0 })
}

// TestAlertmanagerSilences: what is silenced there stays told and stays quiet.
func TestAlertmanagerSilences(t *testing.T) {
	addr := startAlertmanager(t)
	ch := open(t, notify.Config{Name: "am", Type: notify.TypeAlertmanager, URL: notify.Secret("http://" + addr)})
	now := time.Now()
	silence, err := json.Marshal(map[string]any{
		"matchers":  []map[string]any{{"name": "agreement", "value": "shop", "isRegex": false, "isEqual": true}, {"name": "service", "value": "web", "isRegex": false, "isEqual": true}},
		"startsAt":  now.Add(-time.Minute).UTC().Format(time.RFC3339),
		"endsAt":    now.Add(time.Hour).UTC().Format(time.RFC3339),
		"createdBy": "test", "comment": "known",
	})
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.Post("http://"+addr+"/api/v2/silences", "application/json", bytes.NewReader(silence))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("silence: %s", resp.Status)
	}
	for _, service := range []string{"web", "api"} {
		if err := send(t, ch, change(incident.ChangeOpened, service, now.UnixMilli()-60_000, now.UnixMilli())); err != nil {
			t.Fatal(err)
		}
	}
	want := map[string]string{"web": "suppressed", "api": "active"}
	eventually(t, "web is silenced, api is not", func() bool {
		all := firing(t, addr)
		for _, a := range all {
			if a.Status.State != want[a.Labels["service"]] {
				return false
			}
		}
		return len(all) == len(want)
	})
	if err := ch.Test(t.Context()); err != nil {
		t.Errorf("Test = %v", err)
	}
}
