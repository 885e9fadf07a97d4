package collector

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/probity-sla/probity/collector/store"
)

func TestWhoMayDoWhat(t *testing.T) {
	h := newHouse(t, map[string]string{"agreements/shop.toml": agreementText("shop", "1m", "")})
	h.records(func(ctx context.Context, db *store.Store) error {
		err := db.CreateToken(ctx, store.TokenRecord{ID: "tk-x", Name: "gone", Role: roleOperate, Hash: hashText("pt_gone"), CreatedAt: 1})
		if err == nil {
			err = db.RevokeToken(ctx, "tk-x", time.Now().UnixMilli())
		}
		return err
	})
	h.serve()
	const (
		no     = http.StatusUnauthorized
		denied = http.StatusForbidden
		ok     = http.StatusOK
	)
	who := []string{"", "pt_nobody", "pt_gone", readerToken, operatorToken, agentToken}
	for _, c := range []struct {
		method, path string
		want         []int // of who; 0: anything but 401 and 403
	}{
		{"GET", "/-/healthy", []int{ok, ok, ok, ok, ok, ok}},
		{"GET", "/-/ready", []int{ok, ok, ok, ok, ok, ok}},
		{"GET", "/metrics", []int{no, no, no, ok, ok, no}},
		{"POST", "/-/reload", []int{no, no, no, denied, ok, no}},
		{"GET", "/api/v1/agreements", []int{no, no, no, ok, ok, no}},
		{"POST", "/api/v1/agreements/shop/maintenance", []int{no, no, no, denied, 0, no}},
		{"DELETE", "/api/v1/maintenance/mw-1", []int{no, no, no, denied, 0, no}},
		{"GET", "/api/v1/assignment", []int{no, no, no, no, no, ok}},
		{"POST", "/api/v1/push", []int{no, no, no, no, no, 0}},
		{"POST", "/api/v1/heartbeat", []int{no, no, no, no, no, 0}},
	} {
		for i, token := range who {
			status, text := h.ask(c.method, c.path, token, []byte("{}"))
			if c.want[i] != 0 && status != c.want[i] || c.want[i] == 0 && (status == no || status == denied) {
				t.Errorf("%s %s with token %q: %d %s; want %d", c.method, c.path, token, status, strings.TrimSpace(text), c.want[i])
			}
		}
	}
	// A token is refused from the moment of its revocation, by whichever process.
	h.records(func(ctx context.Context, db *store.Store) error {
		now := time.Now().UnixMilli()
		if err := db.RevokeToken(ctx, "tk-r", now); err != nil {
			return err
		}
		return db.RevokeAgent(ctx, "edge", now)
	})
	for path, token := range map[string]string{"/api/v1/agreements": readerToken, "/api/v1/assignment": agentToken} {
		if status, _ := h.ask("GET", path, token, nil); status != no {
			t.Errorf("GET %s with a token just revoked: %d; want 401", path, status)
		}
	}
}

func TestOpenReadingIsForLoopbackAlone(t *testing.T) {
	h := newHouse(t, map[string]string{
		"agreements/shop.toml": agreementText("shop", "1m", ""),
		"collector.toml":       strings.Replace(houseConfig(""), "[store]", "open_read = true\n[store]", 1),
	})
	h.serve()
	for path, want := range map[string]int{"/api/v1/agreements": http.StatusOK, "/metrics": http.StatusOK} {
		if status, text := h.ask("GET", path, "", nil); status != want {
			t.Errorf("GET %s without a token: %d %s; want %d", path, status, text, want)
		}
	}
	if status, _ := h.ask("POST", "/-/reload", "", nil); status == http.StatusOK {
		t.Error("POST /-/reload without a token was obeyed: nothing that writes is ever open")
	}
	req, err := http.NewRequestWithContext(t.Context(), "GET", h.url+"/api/v1/agreements", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("X-Forwarded-For", "192.0.2.7")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("a request that a proxy passed on: %d; want 401", resp.StatusCode)
	}
	_, err = ParseConfig("collector.toml", []byte(strings.NewReplacer("127.0.0.1:0", "0.0.0.0:0", "[store]", "open_read = true\n[store]").Replace(houseConfig(""))))
	if err == nil || !strings.Contains(err.Error(), "open_read") {
		t.Errorf("open_read on every address: %v; want it refused", err)
	}
}
