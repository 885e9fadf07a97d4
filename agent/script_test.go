package agent

import (
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"go.uber.org/goleak"

	"github.com/probity-sla/probity/agent/probe"
)

func TestMain(m *testing.M) {
	testscript.Main(leakless{m}, map[string]func(){
		"probity-agent": func() { os.Exit(Main(os.Args[1:], os.Stdout, os.Stderr, os.Getenv)) },
	})
}

// leakless fails the run when goroutines are left at its end.
type leakless struct{ *testing.M }

func (l leakless) Run() int {
	code := l.M.Run()
	if err := goleak.Find(); err != nil && code == 0 {
		os.Stderr.WriteString(err.Error() + "\n")
		return 1
	}
	return code
}

type collectorKey struct{}

// TestCommandLine runs the program against real servers. Scripts find in the
// environment: HTTP, HTTPS and CA_FILE, OPEN and CLOSED (host:port), COLLECTOR
// (a URL) and its TOKEN, ADDR (free, for the agent to listen on).
func TestCommandLine(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			web := target(t)
			secure := httptest.NewTLSServer(web.Config.Handler)
			secure.Config.ErrorLog = nil
			env.Defer(secure.Close)
			c := newTestCollector(t, httpCheck(web.URL, 100*time.Millisecond))
			env.Values[collectorKey{}] = c
			ca := filepath.Join(env.WorkDir, "ca.pem")
			env.Setenv("HTTP", web.URL)
			env.Setenv("HTTPS", secure.URL)
			env.Setenv("CA_FILE", ca)
			env.Setenv("OPEN", strings.TrimPrefix(web.URL, "http://"))
			env.Setenv("CLOSED", freeAddr(t))
			env.Setenv("COLLECTOR", c.URL)
			env.Setenv("TOKEN", testToken)
			env.Setenv("ADDR", freeAddr(t))
			return os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: secure.Certificate().Raw}), 0o600)
		},
		Condition: func(cond string) (bool, error) {
			if cond != "icmp" {
				return false, fmt.Errorf("condition %q is not known", cond)
			}
			_, err := probe.Diagnose(t.Context(), "127.0.0.1")
			return err == nil, nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "delivered": delivered, "answer": answer, "get": get, "post": post, "subst": subst,
			"damage": damage, "hangup": hangup,
		},
	})
}

func freeAddr(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// exits CODE COMMAND...: the command ends with the exit status.
func exits(ts *testscript.TestScript, _ bool, args []string) {
	err := ts.Exec(args[1], args[2:]...)
	code := 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		code = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if strconv.Itoa(code) != args[0] {
		ts.Fatalf("exit status %d; want %s", code, args[0])
	}
}

// delivered N: the collector gets to have so many results.
func delivered(ts *testscript.TestScript, _ bool, args []string) {
	c := ts.Value(collectorKey{}).(*testCollector)
	n, _ := strconv.Atoi(args[0])
	await(ts, args[0]+" results at the collector", func() bool { return c.count() >= n })
}

// answer STATUS: the collector answers every request so; 200: as it should. With
// another status it returns once a push was refused, when none is under way that
// was let in before.
func answer(ts *testscript.TestScript, _ bool, args []string) {
	c := ts.Value(collectorKey{}).(*testCollector)
	status, _ := strconv.Atoi(args[0])
	if status == http.StatusOK {
		c.set(func() { c.answer = nil })
		return
	}
	var refused atomic.Bool
	c.set(func() {
		c.answer = func(w http.ResponseWriter, r *http.Request) bool {
			w.WriteHeader(status)
			if r.URL.Path == "/api/v1/push" {
				refused.Store(true)
			}
			return true
		}
	})
	await(ts, "a refused push", refused.Load)
}

// get PATH PATTERN: the agent comes to answer so.
func get(ts *testscript.TestScript, _ bool, args []string) {
	re := regexp.MustCompile("(?m)" + args[1])
	last := ""
	await(ts, "GET "+args[0]+" answering "+args[1], func() bool {
		resp, err := http.Get("http://" + ts.Getenv("ADDR") + args[0])
		if err != nil {
			return false
		}
		defer func() { _ = resp.Body.Close() }()
		body, _ := io.ReadAll(resp.Body)
		last = string(body)
		return re.Match(body)
	})
	ts.Logf("%d bytes matched", len(last))
}

// post PATH STATUS [TEXT]: the agent answers a POST so.
func post(ts *testscript.TestScript, _ bool, args []string) {
	req, err := http.NewRequest(http.MethodPost, "http://"+ts.Getenv("ADDR")+args[0], nil)
	ts.Check(err)
	if token := ts.Getenv("RELOAD_TOKEN"); token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := http.DefaultClient.Do(req)
	ts.Check(err)
	defer func() { _ = resp.Body.Close() }()
	body, _ := io.ReadAll(resp.Body)
	if strconv.Itoa(resp.StatusCode) != args[1] || (len(args) > 2 && !strings.Contains(string(body), args[2])) {
		ts.Fatalf("POST %s: %d %s; want %s", args[0], resp.StatusCode, body, args[1:])
	}
}

// subst FILE: $NAME in a file becomes what it is in the environment.
func subst(ts *testscript.TestScript, _ bool, args []string) {
	text := os.Expand(ts.ReadFile(args[0]), ts.Getenv)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o600))
}

// damage GLOB: a byte in the middle of each file is flipped.
func damage(ts *testscript.TestScript, _ bool, args []string) {
	files, _ := filepath.Glob(ts.MkAbs(args[0]))
	if len(files) == 0 {
		ts.Fatalf("no file matches %s", args[0])
	}
	for _, f := range files {
		data, err := os.ReadFile(f)
		ts.Check(err)
		data[len(data)/2] ^= 1
		ts.Check(os.WriteFile(f, data, 0o600))
	}
}

// hangup: background commands get SIGHUP.
func hangup(ts *testscript.TestScript, _ bool, _ []string) {
	for _, p := range ts.BackgroundCmds() {
		ts.Check(p.Process.Signal(syscall.SIGHUP))
	}
}

func await(ts *testscript.TestScript, what string, ok func() bool) {
	for end := time.Now().Add(15 * time.Second); !ok(); {
		if time.Now().After(end) {
			ts.Fatalf("not in 15 s: %s", what)
		}
		<-time.After(5 * time.Millisecond)
	}
}
