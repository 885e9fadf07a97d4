package selfmon

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"syscall"
	"testing"
)

func fetch(t *testing.T, h http.Handler, method string) (int, string) {
	t.Helper()
	srv := httptest.NewServer(h)
	defer srv.Close()
	req, err := http.NewRequestWithContext(t.Context(), method, srv.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := srv.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

func TestReady(t *testing.T) {
	h := NewHealth("store", "config")
	if code, body := fetch(t, h.Ready(), "GET"); code != 503 || body != "not ready\nconfig: not started\nstore: not started\n" {
		t.Errorf("at the start: %d %q; want 503 and both conditions", code, body)
	}
	h.Hold("config")
	h.Fail("store", "disk full")
	if code, body := fetch(t, h.Ready(), "GET"); code != 503 || body != "not ready\nstore: disk full\n" {
		t.Errorf("with one failing: %d %q; want 503 and its reason", code, body)
	}
	h.Hold("store")
	if code, _ := fetch(t, h.Ready(), "GET"); code != 200 {
		t.Errorf("with all holding: %d; want 200", code)
	}
	if code, _ := fetch(t, h.Healthy(), "GET"); code != 200 {
		t.Errorf("healthy: %d; want 200", code)
	}
}

func TestReload(t *testing.T) {
	fault := error(nil)
	reg := NewRegistry("agent")
	log := slog.New(slog.DiscardHandler)
	loads := make(chan struct{}, 8)
	l := NewReloader(reg, log, func() error { loads <- struct{}{}; return fault })

	if code, _ := fetch(t, l.Handler(), "GET"); code != 405 || len(loads) != 0 {
		t.Errorf("GET: %d with %d loads; want 405 and none", code, len(loads))
	}
	if code, body := fetch(t, l.Handler(), "POST"); code != 200 {
		t.Errorf("POST: %d %q; want 200", code, body)
	}
	fault = errors.New("agent.toml: poll: unknown key")
	if code, body := fetch(t, l.Handler(), "POST"); code != 422 || !strings.Contains(body, "agent.toml: poll") {
		t.Errorf("POST with a bad file: %d %q; want 422 with the reason", code, body)
	}
	if _, body := fetch(t, reg.Handler(), "GET"); !strings.Contains(body, "probity_agent_config_last_reload_successful 0\n") ||
		!strings.Contains(body, "probity_agent_config_last_reload_success_timestamp_seconds 1") ||
		!strings.Contains(body, "probity_agent_build_info{") || !strings.Contains(body, "process_start_time_seconds") {
		t.Errorf("metrics lack the reload, build or process figures:\n%s", body)
	}

	for len(loads) > 0 {
		<-loads
	}
	ctx, cancel := context.WithCancel(t.Context())
	hup, done := make(chan os.Signal, 1), make(chan error)
	go func() { done <- l.Run(ctx, hup) }()
	hup <- syscall.SIGHUP
	<-loads
	cancel()
	if err := <-done; err != nil {
		t.Errorf("Run = %v; want nil", err)
	}
}

func TestNewLogger(t *testing.T) {
	var out bytes.Buffer
	log, err := NewLogger(&out, "json", "warn")
	if err != nil {
		t.Fatal(err)
	}
	log.Info("quiet")
	log.Warn("loud")
	if s := out.String(); strings.Contains(s, "quiet") || !strings.Contains(s, `"msg":"loud"`) {
		t.Errorf("logged %q; want only the warning, as JSON", s)
	}
	for _, bad := range [][2]string{{"xml", "info"}, {"text", "loud"}} {
		if _, err := NewLogger(&out, bad[0], bad[1]); err == nil {
			t.Errorf("NewLogger(%q, %q) = nil; want an error", bad[0], bad[1])
		}
	}
}

func TestVersion(t *testing.T) {
	if b := Version(); b.Version != "dev" || b.Go == "" || !strings.HasPrefix(b.String(), "dev (") {
		t.Errorf("Version() = %+v, %q; want dev and the toolchain", b, b)
	}
}
