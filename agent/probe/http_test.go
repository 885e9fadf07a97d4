package probe

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/probity-sla/probity/internal/protocol"
)

// site answers what the tests of HTTP ask for.
func site() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/ok", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Region", "north")
		_, _ = io.WriteString(w, "status: green\n")
	})
	mux.HandleFunc("/status/{code}", func(w http.ResponseWriter, q *http.Request) {
		var code int
		_, _ = fmt.Sscan(q.PathValue("code"), &code)
		w.WriteHeader(code)
	})
	mux.HandleFunc("/echo", func(w http.ResponseWriter, q *http.Request) {
		body, _ := io.ReadAll(q.Body)
		user, password, _ := q.BasicAuth()
		_, _ = fmt.Fprintf(w, "%s %s host=%s key=%s user=%s:%s agent=%s body=%s", q.Method, q.URL, q.Host,
			strings.Join(q.Header["X-Key"], "|"), user, password, q.UserAgent(), body)
	})
	mux.HandleFunc("/hop/{n}", func(w http.ResponseWriter, q *http.Request) {
		var n int
		_, _ = fmt.Sscan(q.PathValue("n"), &n)
		http.Redirect(w, q, []string{"/echo", "/hop/0", "/hop/1"}[n], http.StatusFound)
	})
	mux.HandleFunc("/keep", func(w http.ResponseWriter, q *http.Request) {
		http.Redirect(w, q, "/echo", http.StatusPermanentRedirect)
	})
	mux.HandleFunc("/loop", func(w http.ResponseWriter, q *http.Request) { http.Redirect(w, q, "/loop", http.StatusFound) })
	mux.HandleFunc("/away", func(w http.ResponseWriter, q *http.Request) {
		http.Redirect(w, q, q.URL.Query().Get("to"), http.StatusFound)
	})
	mux.HandleFunc("/early", func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusEarlyHints)
		_, _ = io.WriteString(w, "late")
	})
	mux.HandleFunc("/huge", func(w http.ResponseWriter, q *http.Request) {
		chunk := []byte(strings.Repeat("x", 64<<10))
		for range 1024 { // 64 MiB, unless the client leaves
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	})
	return mux
}

func TestHTTP(t *testing.T) {
	web := httptest.NewServer(site())
	defer web.Close()
	other := httptest.NewServer(site())
	defer other.Close()
	p := newProber(t)
	h := func(name, value string) []protocol.Header { return []protocol.Header{{Name: name, Value: value}} }
	away := "/away?to=" + other.URL + "/echo"

	for i, row := range []struct {
		sentence string
		path     string
		spec     protocol.HTTPSpec
		want     protocol.Cause
		status   int
	}{
		{"200 is up", "/ok", protocol.HTTPSpec{}, protocol.CauseNone, 200},
		{"a redirect that is not followed is up", "/hop/0", protocol.HTTPSpec{}, protocol.CauseNone, 302},
		{"404 is down", "/status/404", protocol.HTTPSpec{}, protocol.CauseStatus, 404},
		{"503 is down", "/status/503", protocol.HTTPSpec{}, protocol.CauseStatus, 503},
		{"404 is up where it is expected", "/status/404", protocol.HTTPSpec{Status: []protocol.StatusRange{{From: 404, To: 404}}}, protocol.CauseNone, 404},
		{"200 is down where it is not expected", "/ok", protocol.HTTPSpec{Status: []protocol.StatusRange{{From: 404, To: 404}}}, protocol.CauseStatus, 200},
		{"a body that contains the words is up", "/ok", protocol.HTTPSpec{BodyContains: "green"}, protocol.CauseNone, 200},
		{"a body without the words is down", "/ok", protocol.HTTPSpec{BodyContains: "blue"}, protocol.CauseAssertion, 200},
		{"a body that matches is up", "/ok", protocol.HTTPSpec{BodyMatches: `(?m)^status: \w+$`}, protocol.CauseNone, 200},
		{"a body that does not match is down", "/ok", protocol.HTTPSpec{BodyMatches: `^green`}, protocol.CauseAssertion, 200},
		{"a body that matches what it must not is down", "/ok", protocol.HTTPSpec{BodyNotMatches: `gr..n`}, protocol.CauseAssertion, 200},
		{"a body that does not match what it must not is up", "/ok", protocol.HTTPSpec{BodyNotMatches: `red`}, protocol.CauseNone, 200},
		{"a header that matches is up", "/ok", protocol.HTTPSpec{HeaderMatches: h("x-region", "^north$")}, protocol.CauseNone, 200},
		{"a header that does not match is down", "/ok", protocol.HTTPSpec{HeaderMatches: h("X-Region", "south")}, protocol.CauseAssertion, 200},
		{"a header that is missing is down", "/ok", protocol.HTTPSpec{HeaderMatches: h("X-None", "")}, protocol.CauseAssertion, 200},
		{"the method, header, host and body are sent", "/echo", protocol.HTTPSpec{Method: "POST", Body: "ping",
			Headers: append(h("X-Key", "k1"), protocol.Header{Name: "host", Value: "shop.example"}), BodyContains: "POST /echo host=shop.example key=k1"}, protocol.CauseNone, 200},
		{"the body arrives whole", "/echo", protocol.HTTPSpec{Method: "PUT", Body: "ping", BodyMatches: `agent=Probity body=ping$`}, protocol.CauseNone, 200},
		{"a header may be given twice", "/echo", protocol.HTTPSpec{Headers: append(h("X-Key", "a"), h("X-Key", "b")...), BodyContains: "key=a|b"}, protocol.CauseNone, 200},
		{"a header of ours may be replaced", "/echo", protocol.HTTPSpec{Headers: h("User-Agent", "Mozilla"), BodyContains: "agent=Mozilla"}, protocol.CauseNone, 200},
		{"HEAD has no body", "/ok", protocol.HTTPSpec{Method: "HEAD"}, protocol.CauseNone, 200},
		{"an interim answer is passed over", "/early", protocol.HTTPSpec{BodyContains: "late"}, protocol.CauseNone, 200},
		{"redirects are followed", "/hop/2", protocol.HTTPSpec{MaxRedirects: 3, BodyContains: "GET /echo"}, protocol.CauseNone, 200},
		{"a header goes along on the same authority", "/hop/0", protocol.HTTPSpec{MaxRedirects: 1, Headers: h("X-Key", "k"), BodyContains: "key=k "}, protocol.CauseNone, 200},
		{"a POST that is redirected by 302 becomes a GET", "/hop/0", protocol.HTTPSpec{Method: "POST", Body: "b", MaxRedirects: 1, BodyMatches: `^GET .*body=$`}, protocol.CauseNone, 200},
		{"a POST that is redirected by 308 stays one", "/keep", protocol.HTTPSpec{Method: "POST", Body: "b", MaxRedirects: 1, BodyMatches: `^POST .*body=b$`}, protocol.CauseNone, 200},
		{"more redirects than allowed is down", "/hop/2", protocol.HTTPSpec{MaxRedirects: 2}, protocol.CauseRedirect, 302},
		{"a redirect loop is down", "/loop", protocol.HTTPSpec{MaxRedirects: 20}, protocol.CauseRedirect, 302},
		{"a redirect to another authority is down", away, protocol.HTTPSpec{MaxRedirects: 5}, protocol.CauseRedirect, 302},
		{"a redirect to another authority is followed where it may be, without our headers", away,
			protocol.HTTPSpec{MaxRedirects: 5, FollowAuthority: true, Headers: h("X-Key", "k"), BodyContains: "key= "}, protocol.CauseNone, 200},
		{"a redirect to another scheme is down", "/away?to=ftp://127.0.0.1/", protocol.HTTPSpec{MaxRedirects: 5, FollowAuthority: true}, protocol.CauseRedirect, 302},
		{"a huge body is judged on its beginning", "/huge", protocol.HTTPSpec{BodyMatches: "^xxx"}, protocol.CauseNone, 200},
		{"a huge body without the words is down", "/huge", protocol.HTTPSpec{BodyContains: "y", MaxBodyBytes: 1000}, protocol.CauseAssertion, 200},
		{"HTTP/2 is spoken where asked for", "/echo", protocol.HTTPSpec{HTTPVersion: "2"}, protocol.CauseProtocol, 0},
	} {
		c := check(protocol.KindHTTP, web.URL+row.path)
		c.ID = protocol.CheckID(fmt.Sprintf("a/http/%d", i))
		c.HTTP = &row.spec
		res := p.once(c)
		if res.Cause != row.want || res.Status != row.status || res.Outcome != outcomeOf(row.want) {
			t.Errorf("%s: Run(%s, %+v) = %v %v, status %d, %q; want cause %v, status %d",
				row.sentence, row.path, row.spec, res.Outcome, res.Cause, res.Status, res.Message, row.want, row.status)
		}
		if (res.Message == "") != (row.want == protocol.CauseNone) {
			t.Errorf("%s: message %q", row.sentence, res.Message)
		}
	}
}

func TestHTTPUserInTheTargetIsSentAndNeverRepeated(t *testing.T) {
	web := httptest.NewServer(site())
	defer web.Close()
	p := newProber(t)
	c := check(protocol.KindHTTP, strings.Replace(web.URL, "http://", "http://anna:hunter2@", 1)+"/echo")
	c.HTTP = &protocol.HTTPSpec{BodyContains: "user=anna:hunter2"}
	if res := p.once(c); res.Outcome != protocol.OutcomeUp {
		t.Errorf("Run() = %+v; want up", res)
	}
	web.Close()
	if res := p.once(c); strings.Contains(res.Message, "hunter2") || res.Cause != protocol.CauseConnectRefused {
		t.Errorf("Run() = %+v; want connect_refused without the password", res)
	}
	for _, bad := range []string{"http://anna:hunter2@[::1/", "http://anna:hunter2@host:port/", "http://anna:hunter2@/", "ftp://anna:hunter2@h/"} {
		if err := Validate(check(protocol.KindHTTP, bad)); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("Validate(%s) = %v", bad, err)
		}
	}
}

func TestHTTPAgainstBadServers(t *testing.T) {
	p := newProber(t)
	for i, row := range []struct {
		sentence string
		target   string
		want     protocol.Cause
	}{
		{"a closed port is refused", closedPort(t), protocol.CauseConnectRefused},
		{"another protocol is not HTTP", listen(t, sayAndClose("SSH-2.0-OpenSSH_9.2\r\n")), protocol.CauseProtocol},
		{"a status line with a broken header is not HTTP", listen(t, sayAndClose("HTTP/1.1 200 OK\r\nno colon here\r\n\r\n")), protocol.CauseProtocol},
		{"a header without end is not HTTP", listen(t, func(c net.Conn) {
			defer closeQuietly(c)
			readSome(c)
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\n")
			for i := 0; ; i++ {
				if _, err := fmt.Fprintf(c, "X-Flood-%d: %s\r\n", i, strings.Repeat("f", 1000)); err != nil {
					return
				}
			}
		}), protocol.CauseProtocol},
		{"interim answers without end are not HTTP", listen(t, sayAndClose(strings.Repeat("HTTP/1.1 100 Continue\r\n\r\n", 100))), protocol.CauseProtocol},
		{"a close without an answer is a reset", listen(t, sayAndClose("")), protocol.CauseReset},
		{"a close within the header is a reset", listen(t, sayAndClose("HTTP/1.1 200 OK\r\nConte")), protocol.CauseReset},
		{"a close within the body is a reset", listen(t, sayAndClose("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")), protocol.CauseReset},
		{"a close within a chunk is a reset", listen(t, sayAndClose("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nhalf")), protocol.CauseReset},
		{"a reset is a reset", listen(t, reset), protocol.CauseReset},
		{"a body until the close is up", listen(t, sayAndClose("HTTP/1.0 200 OK\r\n\r\nall of it")), protocol.CauseNone},
	} {
		c := check(protocol.KindHTTP, "http://"+row.target+"/")
		c.ID = protocol.CheckID(fmt.Sprintf("a/bad/%d", i))
		res := p.once(c)
		if res.Cause != row.want || res.Outcome != outcomeOf(row.want) {
			t.Errorf("%s: Run() = %v %v %q; want %v", row.sentence, res.Outcome, res.Cause, res.Message, row.want)
		}
	}
}

func TestSlowIsDegraded(t *testing.T) {
	web := httptest.NewServer(site())
	defer web.Close()
	c := check(protocol.KindHTTP, web.URL+"/ok")
	c.Degraded = time.Nanosecond
	if res := newProber(t).once(c); res.Outcome != protocol.OutcomeDegraded || res.Cause != protocol.CauseSlow {
		t.Errorf("Run() = %+v; want degraded, slow", res)
	}
	c = check(protocol.KindHTTP, web.URL+"/status/500")
	c.Degraded = time.Nanosecond
	if res := newProber(t).once(c); res.Cause != protocol.CauseStatus {
		t.Errorf("Run() = %+v; want the status, which outweighs slowness", res)
	}
}

func TestPhasesAddUpToTheDuration(t *testing.T) {
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "a")
		w.(http.Flusher).Flush()
		<-time.After(20 * time.Millisecond)
		_, _ = io.WriteString(w, "b")
	}))
	defer web.Close()
	res := newProber(t).once(check(protocol.KindHTTP, web.URL))
	ph := res.Phases
	sum := ph.Resolve + ph.Connect + ph.TLS + ph.FirstByte + ph.Transfer
	if ph.Connect <= 0 || ph.FirstByte <= 0 || ph.Transfer < 15*time.Millisecond || sum > res.Duration || sum < res.Duration/2 {
		t.Errorf("Run() = phases %+v, duration %v", ph, res.Duration)
	}
}
