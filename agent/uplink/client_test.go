package uplink

import (
	"bytes"
	"context"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/probity-sla/probity/internal/protocol"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const token = "probity_agent_sekrit-4711"

func client(t *testing.T, url string, change func(*Options)) *Client {
	t.Helper()
	o := Options{URL: url, Token: token, Timeout: 5 * time.Second}
	if change != nil {
		change(&o)
	}
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func serve(t *testing.T, h http.HandlerFunc) *httptest.Server {
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s
}

func TestNewRefusesWhatCannotBeSafe(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "empty.pem")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		what string
		opts Options
		want string // "": accepted
	}{
		{"https", Options{URL: "https://collector.example.net"}, ""},
		{"http to this machine", Options{URL: "http://127.0.0.1:9410"}, ""},
		{"http to this machine by name", Options{URL: "http://localhost:9410"}, ""},
		{"http to this machine, IPv6", Options{URL: "http://[::1]:9410"}, ""},
		{"http to another", Options{URL: "http://collector.example.net"}, "allow_plain_http"},
		{"http to another, allowed", Options{URL: "http://collector.example.net", AllowPlain: true}, ""},
		{"a name that only starts like loopback", Options{URL: "http://127.0.0.1.example.net"}, "allow_plain_http"},
		{"no scheme", Options{URL: "collector:9410"}, "is not a URL"},
		{"another scheme", Options{URL: "ftp://collector"}, "is not a URL"},
		{"a user", Options{URL: "https://a:hunter2@collector"}, "leave them out"},
		{"no CA file", Options{URL: "https://collector", CAFile: empty + "x"}, "ca_file"},
		{"an empty CA file", Options{URL: "https://collector", CAFile: empty}, "holds no certificate"},
	} {
		c.opts.Token = token
		client, err := New(c.opts)
		switch {
		case err == nil && c.want == "":
			client.Close()
		case err == nil || c.want == "" || !strings.Contains(err.Error(), c.want):
			t.Errorf("%s: New = %v; want %q", c.what, err, c.want)
		case strings.Contains(err.Error(), "hunter2"):
			t.Errorf("%s: the error repeats the password: %v", c.what, err)
		}
	}
	for _, bad := range []string{"", "two words", "line\nbreak"} {
		if _, err := New(Options{URL: "https://collector", Token: bad}); err == nil {
			t.Errorf("New with token %q succeeded", bad)
		} else if bad != "" && strings.Contains(err.Error(), bad) {
			t.Errorf("the error repeats the token: %v", err)
		}
	}
}

func TestPushCarriesWhatMakesItSafeToRepeat(t *testing.T) {
	attempts, boot := 0, [16]byte{0xab}
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		attempts++
		body, _ := io.ReadAll(r.Body)
		want := map[string]string{
			"Authorization": "Bearer " + token, "Content-Type": "application/x-probity-batch",
			"Content-Encoding": "zstd", "Idempotency-Key": "ab000000000000000000000000000000-7",
		}
		for name, value := range want {
			if got := r.Header.Get(name); got != value {
				t.Errorf("attempt %d: %s is %q; want %q", attempts, name, got, value)
			}
		}
		if string(body) != "payload" {
			t.Errorf("attempt %d: body %q", attempts, body)
		}
		if attempts < 3 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		fmt.Fprint(w, `{"accepted": 2, "rejected": [{"index": 1, "check": "a/b/c", "slot": 5, "reason": "too_old: x"}]}`)
	})
	ack, err := client(t, s.URL, nil).Push(t.Context(), []byte("payload"), BatchKey(boot, 7))
	if err != nil || ack.Accepted != 2 || len(ack.Rejected) != 1 || attempts != 3 {
		t.Errorf("Push = %+v, %v after %d attempts; want 2 accepted, 1 rejected, after 3", ack, err, attempts)
	}
}

func TestAnswersAreToldApart(t *testing.T) {
	for _, c := range []struct {
		status         int
		poison, denied bool
		attempts       int
	}{
		{400, true, false, 1}, {413, true, false, 1}, {415, true, false, 1}, {422, true, false, 1},
		{401, false, true, 1}, {403, false, true, 1}, {404, false, false, 1}, {302, false, false, 1},
		{429, false, false, 1 + retries}, {500, false, false, 1 + retries}, {503, false, false, 1 + retries},
	} {
		attempts := 0
		s := serve(t, func(w http.ResponseWriter, r *http.Request) {
			attempts++
			w.Header().Set("Location", "http://127.0.0.1:1/steal")
			w.WriteHeader(c.status)
			fmt.Fprint(w, `{"type": "urn:probity:problem:malformed", "title": "Malformed", "detail": "row 7 is odd"}`)
		})
		cl := client(t, s.URL, nil)
		cl.http.Backoff = func(time.Duration, time.Duration, int, *http.Response) time.Duration { return 0 }
		_, err := cl.Push(t.Context(), []byte("x"), "k")
		var se *StatusError
		if !errors.As(err, &se) {
			t.Errorf("%d: Push = %v; want a StatusError", c.status, err)
			continue
		}
		if se.Status != c.status || se.Poison() != c.poison || se.Denied() != c.denied || attempts != c.attempts ||
			!strings.Contains(err.Error(), "row 7 is odd") {
			t.Errorf("%d: %v: poison %v, denied %v after %d attempts; want %+v", c.status, err, se.Poison(), se.Denied(), attempts, c)
		}
	}
}

func TestBackoffIsCappedAndJittered(t *testing.T) {
	answer := func(header string) *http.Response {
		return &http.Response{Header: http.Header{"Retry-After": {header}}}
	}
	for _, c := range []struct {
		what        string
		attempt     int
		resp        *http.Response
		least, most time.Duration
	}{
		{"the first wait", 0, nil, 0, minBackoff},
		{"a late wait", 12, nil, 0, maxBackoff},
		{"an attempt beyond any shift", 200, nil, 0, maxBackoff},
		{"Retry-After in seconds", 0, answer("7"), 7 * time.Second, 7*time.Second + minBackoff},
		{"Retry-After of a year", 0, answer("31536000"), maxRetryAfter, maxRetryAfter + minBackoff},
		{"Retry-After that overflows", 0, answer("9223372036854775807"), maxRetryAfter, maxRetryAfter + minBackoff},
		{"Retry-After in the past", 1, answer("Thu, 01 Jan 1970 00:00:00 GMT"), 0, 2 * minBackoff},
		{"Retry-After far ahead", 0, answer("Fri, 01 Jan 2100 00:00:00 GMT"), maxRetryAfter, maxRetryAfter + minBackoff},
		{"Retry-After that is none", 0, answer("soon"), 0, minBackoff},
		{"a negative Retry-After", 0, answer("-5"), 0, minBackoff},
	} {
		seen := map[time.Duration]bool{}
		for range 50 {
			got := backoff(minBackoff, maxBackoff, c.attempt, c.resp)
			if got < c.least || got > c.most+time.Millisecond {
				t.Errorf("%s: backoff = %v; want %v to %v", c.what, got, c.least, c.most)
			}
			seen[got] = true
		}
		if len(seen) < 10 {
			t.Errorf("%s: %d different waits in 50; want jitter", c.what, len(seen))
		}
	}
}

func TestAssignmentIsPolledByVersionAndKept(t *testing.T) {
	const doc = `{"version":"v7","agent":"berlin-1","location":"berlin","grid_us":20000,"checks":[]}`
	body := doc
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("If-None-Match") == `"v7"` {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		fmt.Fprint(w, body)
	})
	c := client(t, s.URL, nil)
	a, data, err := c.Poll(t.Context(), "")
	if err != nil || a.Version != "v7" {
		t.Fatalf("Poll = %+v, %v; want v7", a, err)
	}
	if again, _, err := c.Poll(t.Context(), "v7"); again != nil || err != nil {
		t.Errorf("Poll of the version in force = %+v, %v; want nothing new", again, err)
	}
	path := filepath.Join(t.TempDir(), "assignment.json")
	if err := Keep(path, data); err != nil {
		t.Fatal(err)
	}
	if kept, err := Recall(path); err != nil || kept.Version != "v7" {
		t.Errorf("Recall = %+v, %v; want v7", kept, err)
	}
	if none, err := Recall(path + "x"); none != nil || err != nil {
		t.Errorf("Recall of nothing = %+v, %v", none, err)
	}
	for _, body = range []string{"", "not JSON", `{"version":"v8"}`, strings.Repeat("x", protocol.MaxAssignmentSize+2)} {
		if a, _, err := c.Poll(t.Context(), ""); err == nil {
			t.Errorf("Poll of %.20q = %+v; want an error", body, a)
		}
	}
	if err := Keep(filepath.Join(path, "below-a-file"), data); err == nil {
		t.Error("Keep below a file succeeded")
	}
	left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), "*"))
	if len(left) != 1 {
		t.Errorf("Keep left %v behind", left)
	}
}

func TestHeartbeatMeasuresTheClock(t *testing.T) {
	var ahead time.Duration
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, `{"now": %d}`, time.Now().Add(ahead).UnixMilli())
	})
	c := client(t, s.URL, nil)
	for _, ahead = range []time.Duration{0, time.Hour, -90 * time.Second} {
		beat, err := c.Beat(t.Context(), &protocol.Heartbeat{Agent: "berlin-1"})
		if diff := (beat.Offset - ahead).Abs(); err != nil || diff > beat.RTT/2+5*time.Millisecond {
			t.Errorf("collector %v ahead: Beat = %+v, %v", ahead, beat, err)
		}
	}
	bad := serve(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, `{"now": 0}`) })
	if _, err := client(t, bad.URL, nil).Beat(t.Context(), &protocol.Heartbeat{}); err == nil {
		t.Error("a heartbeat answered with no time succeeded")
	}
}

func TestTLSIsVerifiedAndErrorsSayWhatToDo(t *testing.T) {
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"now": 1}`) }))
	s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	t.Cleanup(s.Close)
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		what   string
		change func(*Options)
		want   string
	}{
		{"an unknown CA", nil, "collector.ca_file"},
		{"the CA named", func(o *Options) { o.CAFile = ca }, ""},
		{"another name", func(o *Options) { o.CAFile, o.ServerName = ca, "other.test" }, "collector.server_name"},
		{"the name named", func(o *Options) { o.CAFile, o.ServerName = ca, "example.com" }, ""},
	} {
		_, err := client(t, s.URL, c.change).Beat(t.Context(), &protocol.Heartbeat{})
		if (err == nil) != (c.want == "") || (err != nil && !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: Beat = %v; want %q", c.what, err, c.want)
		}
	}
}

func TestTokenIsNeverInAnErrorOrALog(t *testing.T) {
	var log bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusUnauthorized) })
	_, err := client(t, s.URL, func(o *Options) { o.Log = logger }).Push(t.Context(), nil, "k")
	s.Close()
	_, _, err2 := client(t, s.URL, func(o *Options) { o.Log = logger }).Poll(t.Context(), "")
	if text := fmt.Sprint(err, err2) + log.String(); err == nil || err2 == nil || strings.Contains(text, "sekrit") {
		t.Errorf("errors %v, %v, log %s", err, err2, log.String())
	}
}

func TestCallsEndWithTheirContext(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) })
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := client(t, s.URL, nil).Push(ctx, nil, "k"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Push = %v; want %v", err, context.DeadlineExceeded)
	}
}

func TestWaitGrowsToItsCap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var early, late time.Duration
		for range 200 {
			early, late = max(early, Wait(1)), max(late, Wait(50))
		}
		if early > 2*minBackoff+time.Millisecond || late < maxBackoff/2 || late > maxBackoff+time.Millisecond {
			t.Errorf("greatest waits: %v after one failure, %v after fifty", early, late)
		}
	})
}

// A proxy may have limits of its own: what it refuses is kept and sent again,
// for only the collector can say that it will never take a batch.
func TestOnlyTheCollectorGivesUpABatch(t *testing.T) {
	for _, c := range []struct {
		what, answer string
		poison       bool
	}{
		{"the collector", `{"type": "urn:probity:problem:too-large", "title": "Too large"}`, true},
		{"a proxy's page", "<html><h1>413 Request Entity Too Large</h1></html>", false},
		{"a gateway's problem", `{"type": "about:blank", "title": "Too large"}`, false},
		{"nothing", "", false},
	} {
		s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusRequestEntityTooLarge)
			_, _ = io.WriteString(w, c.answer)
		})
		_, err := client(t, s.URL, nil).Push(t.Context(), []byte("batch"), "00-1")
		var se *StatusError
		if !errors.As(err, &se) || se.Poison() != c.poison || strings.Contains(err.Error(), "proxy") == c.poison {
			t.Errorf("%s: Push = %v; want an error, of poison: %v", c.what, err, c.poison)
		}
	}
}

// Whatever answers 200 at a mistyped URL is not the collector: only what says
// how much it has taken frees a batch.
func TestPushBelievesOnlyAnAcknowledgement(t *testing.T) {
	for _, c := range []struct {
		what, answer string
		ok           bool
	}{
		{"an acknowledgement", `{"accepted":3,"duplicate":false}`, true},
		{"one of nothing", `{"accepted":0,"rejected":[{"index":0,"reason":"too_old: x"}]}`, true},
		{"one with what a later version adds", `{"accepted":3,"duplicate":true,"more":1}`, true},
		{"an empty object", `{}`, false},
		{"null", `null`, false},
		{"another service's answer", `{"status":"ok"}`, false},
		{"a page", `<html>Sign in to this network</html>`, false},
		{"nothing", ``, false},
	} {
		s := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, c.answer) })
		ack, err := client(t, s.URL, nil).Push(t.Context(), []byte("batch"), "00-1")
		if (err == nil) != c.ok || (ack != nil) != c.ok {
			t.Errorf("%s: Push = %+v, %v; want an acknowledgement: %v", c.what, ack, err, c.ok)
		}
		if err != nil && !strings.Contains(err.Error(), "collector.url") {
			t.Errorf("%s: Push: %v; want it to say what to look at", c.what, err)
		}
	}
}
