package notify_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/collector/notify"
)

// inMemory opens a channel to a receiver that is served on synctest's clock.
func inMemory(t *testing.T, cfg notify.Config, r http.Handler) *notify.Channel {
	t.Helper()
	p := newPipe()
	srv := &http.Server{Handler: r}
	go func() { _ = srv.Serve(p) }()
	tr := &http.Transport{DialContext: p.dial}
	t.Cleanup(func() { tr.CloseIdleConnections(); srv.Close() })
	cfg.URL = "http://receiver.example/hook/s3cret-path"
	ch := open(t, cfg)
	ch.SetTransport(tr)
	return ch
}

// told lists what a receiver of our own payload took, as "event service".
func told(t *testing.T, r *receiver) (out []string) {
	t.Helper()
	all, _ := r.all()
	for _, x := range all {
		var e struct {
			Event string
			Alert incident.Alert
		}
		if err := json.Unmarshal([]byte(x.body), &e); err != nil {
			t.Fatalf("payload %s: %v", x.body, err)
		}
		out = append(out, e.Event+" "+e.Alert.Service)
	}
	return out
}

// TestDownForADay: a webhook is away for a day, the dispatcher is restarted in
// the middle, alerts come and go meanwhile. Everything arrives once, in order
// for each alert.
func TestDownForADay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, box, book := &receiver{refuse: http.StatusServiceUnavailable}, &outbox{}, &book{}
		ch := inMemory(t, notify.Config{Name: "hook", Type: notify.TypeWebhook, Secret: "k"}, r)
		opts := notify.Options{Outbox: box, Active: book.active, Channels: []*notify.Channel{ch}}
		d, stop := run(t, opts)
		var want []string
		for hour := range 24 {
			now := time.Now().UnixMilli()
			for _, s := range []string{"web", "dns", "mail"} {
				kind := incident.ChangeOpened
				if hour%2 == 1 {
					kind = incident.ChangeResolved
				}
				book.record(t, box, opts.Channels, change(kind, s, now, now))
				want = append(want, fmt.Sprintf("%s %s", kind, s))
			}
			d.Wake()
			time.Sleep(time.Hour)
			if hour == 11 {
				stop()
				d, stop = run(t, opts)
			}
		}
		if _, tries := r.all(); tries > 24*60 {
			t.Errorf("%d tries in a day; the backoff does not hold back", tries)
		}
		r.turn(0)
		time.Sleep(notify.DefaultBackoffMax + notify.DefaultPoll)
		stop()
		got := told(t, r)
		if len(got) != len(want) {
			t.Fatalf("%d arrived, want %d: %v", len(got), len(want), got)
		}
		for _, s := range []string{"web", "dns", "mail"} {
			if g, w := only(got, s), only(want, s); g != w {
				t.Errorf("%s arrived as\n%s, want\n%s", s, g, w)
			}
		}
		unique(t, r)
		if waiting, dead := box.left(); len(waiting)+len(dead) != 0 {
			t.Errorf("waiting %v, dead %v; want none", waiting, dead)
		}
	})
}

func only(events []string, service string) string {
	var out []string
	for _, e := range events {
		if strings.HasSuffix(e, " "+service) {
			out = append(out, e)
		}
	}
	return strings.Join(out, ", ")
}

func unique(t *testing.T, r *receiver) {
	t.Helper()
	seen := map[string]bool{}
	all, _ := r.all()
	for _, x := range all {
		if seen[x.key] {
			t.Errorf("taken twice: %s", x.body)
		}
		seen[x.key] = true
	}
}

// TestRepeatInterval: what fires is told again each interval, not sooner, not
// after its end, and across a restart.
func TestRepeatInterval(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, box, book := &receiver{}, &outbox{}, &book{}
		ch := inMemory(t, notify.Config{Name: "hook", Type: notify.TypeWebhook, Repeat: notify.Duration(time.Hour)}, r)
		opts := notify.Options{Outbox: box, Active: book.active, Channels: []*notify.Channel{ch}}
		d, stop := run(t, opts)
		began := time.Now().UnixMilli()
		book.record(t, box, opts.Channels, change(incident.ChangeOpened, "web", began, began))
		d.Wake()
		time.Sleep(150 * time.Minute)
		stop()
		d, stop = run(t, opts)
		time.Sleep(80 * time.Minute)
		book.record(t, box, opts.Channels, change(incident.ChangeResolved, "web", began, time.Now().UnixMilli()))
		d.Wake()
		time.Sleep(5 * time.Hour)
		stop()
		if got, want := strings.Join(told(t, r), ", "), "opened web, repeated web, repeated web, repeated web, resolved web"; got != want {
			t.Errorf("told %s, want %s", got, want)
		}
		all, _ := r.all()
		for i := 1; i < len(all)-1; i++ {
			if gap := all[i].at.Sub(all[i-1].at); gap < time.Hour-notify.DefaultPoll || gap > time.Hour+2*notify.DefaultPoll {
				t.Errorf("repetition %d after %v, want an hour", i, gap)
			}
		}
		unique(t, r)
	})
}

// TestOneDeadChannelDoesNotHoldUpAnother: two channels, one hangs until its timeout.
func TestOneDeadChannelDoesNotHoldUpAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		good, box, book := &receiver{}, &outbox{}, &book{}
		hangs := http.HandlerFunc(func(_ http.ResponseWriter, req *http.Request) {
			_, _ = io.ReadAll(req.Body) // only then the server notices that the client is gone
			<-req.Context().Done()
		})
		chs := []*notify.Channel{
			inMemory(t, notify.Config{Name: "hangs", Type: notify.TypeWebhook}, hangs),
			inMemory(t, notify.Config{Name: "good", Type: notify.TypeWebhook}, good),
		}
		d, stop := run(t, notify.Options{Outbox: box, Channels: chs})
		defer stop()
		for i := range 200 {
			now := time.Now().UnixMilli()
			book.record(t, box, chs, change(incident.ChangeOpened, fmt.Sprint("s", i), now, now),
				change(incident.ChangeResolved, fmt.Sprint("s", i), now, now+1))
		}
		d.Wake()
		time.Sleep(time.Second)
		if got, _ := good.all(); len(got) != 400 {
			t.Errorf("%d arrived within a second, want 400", len(got))
		}
	})
}

func TestDeadLetters(t *testing.T) {
	for _, tt := range []struct {
		name   string
		status int
		after  time.Duration
		dead   bool
	}{
		{"a body that is refused for good is dead at once", http.StatusBadRequest, time.Second, true},
		{"wrong credentials can be mended", http.StatusUnauthorized, 70 * time.Hour, false},
		{"a missing path can be mended", http.StatusNotFound, 70 * time.Hour, false},
		{"a redirect is not followed", http.StatusFound, 70 * time.Hour, false},
		{"three days are enough", http.StatusInternalServerError, 73 * time.Hour, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r, box, book := &receiver{refuse: tt.status}, &outbox{}, &book{}
				r.headers = http.Header{"Location": {"http://receiver.example/elsewhere"}}
				ch := inMemory(t, notify.Config{Name: "hook", Type: notify.TypeWebhook}, r)
				d, stop := run(t, notify.Options{Outbox: box, Channels: []*notify.Channel{ch}})
				now := time.Now().UnixMilli()
				book.record(t, box, []*notify.Channel{ch}, change(incident.ChangeOpened, "web", now, now), change(incident.ChangeResolved, "web", now, now))
				d.Wake()
				time.Sleep(tt.after)
				stop()
				_, dead := box.left()
				if got := len(dead) > 0; got != tt.dead {
					t.Errorf("after %v of %d: dead %v, want %v", tt.after, tt.status, got, tt.dead)
				}
				if text := box.rows[0].lastErr; strings.Contains(text, "s3cret") || !strings.Contains(text, "receiver.example") {
					t.Errorf("error text %q names no host, or the secret path", text)
				}
			})
		})
	}
}

// TestStoreRefusesMarks: a delivery that cannot be recorded is not repeated
// while the dispatcher lives.
func TestStoreRefusesMarks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, box, book := &receiver{}, &outbox{}, &book{}
		ch := inMemory(t, notify.Config{Name: "hook", Type: notify.TypeWebhook}, r)
		now := time.Now().UnixMilli()
		book.record(t, box, []*notify.Channel{ch}, change(incident.ChangeOpened, "web", now, now))
		_, stop := run(t, notify.Options{Outbox: brokenMarks{box}, Channels: []*notify.Channel{ch}})
		time.Sleep(time.Minute)
		stop()
		if _, tries := r.all(); tries != 1 {
			t.Errorf("sent %d times, want once", tries)
		}
	})
}

type brokenMarks struct{ *outbox }

func (b brokenMarks) MarkDelivered(context.Context, int64, int64) error {
	return errors.New("disk full")
}

// TestRetryAfterIsHonoured up to the cap.
func TestRetryAfterIsHonoured(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, box, book := &receiver{refuse: http.StatusTooManyRequests, headers: http.Header{"Retry-After": {"90"}}}, &outbox{}, &book{}
		ch := inMemory(t, notify.Config{Name: "hook", Type: notify.TypeWebhook}, r)
		d, stop := run(t, notify.Options{Outbox: box, Channels: []*notify.Channel{ch}})
		defer stop()
		now := time.Now().UnixMilli()
		book.record(t, box, []*notify.Channel{ch}, change(incident.ChangeOpened, "web", now, now))
		d.Wake()
		time.Sleep(89 * time.Second)
		if _, tries := r.all(); tries != 1 {
			t.Errorf("%d tries within Retry-After, want 1", tries)
		}
		time.Sleep(2 * time.Second)
		if _, tries := r.all(); tries != 2 {
			t.Errorf("%d tries after it, want 2", tries)
		}
	})
}
