package web

import (
	"net/url"
	"strings"
	"testing"
)

func login(t *testing.T, base, token string) answer {
	t.Helper()
	return ask(t, "POST", base+"/login", "", url.Values{"token": {token}, "next": {"/alerts"}}.Encode(), "Content-Type", "application/x-www-form-urlencoded")
}

func TestSession(t *testing.T) {
	srv := newFixture().serve(t, nil)
	if got := login(t, srv.URL, "agent-token"); got.status != 403 || got.header.Get("Set-Cookie") != "" {
		t.Errorf("login as an agent = %d; want 403 and no session", got.status)
	}
	if got := login(t, srv.URL, "wrong"); got.status != 401 || got.header.Get("Set-Cookie") != "" {
		t.Errorf("login with a wrong token = %d; want 401 and no session", got.status)
	}
	got := login(t, srv.URL, "read-token")
	cookie := got.header.Get("Set-Cookie")
	if got.status != 303 || got.header.Get("Location") != "/alerts" || !strings.Contains(cookie, "HttpOnly") || !strings.Contains(cookie, "SameSite=Strict") {
		t.Fatalf("login = %d to %q, cookie %q", got.status, got.header.Get("Location"), cookie)
	}
	if strings.Contains(cookie, "read-token") {
		t.Error("the cookie holds the token")
	}
	cookie, _, _ = strings.Cut(cookie, ";")
	if got := ask(t, "GET", srv.URL+"/api/v1/agents", "", "", "Cookie", cookie); got.status != 200 {
		t.Errorf("with the session = %d; want 200", got.status)
	}
	ask(t, "POST", srv.URL+"/logout", "", "", "Cookie", cookie)
	if got := ask(t, "GET", srv.URL+"/api/v1/agents", "", "", "Cookie", cookie); got.status != 401 {
		t.Errorf("after logout = %d; want 401", got.status)
	}
}

func TestLoginGoesOnlyToOwnPages(t *testing.T) {
	for next, want := range map[string]string{
		"/alerts": "/alerts", "/agreements/x?period=2026-11": "/agreements/x?period=2026-11",
		"": "/", "https://evil.example": "/", "//evil.example": "/", `/\evil.example`: "/", "/\t/evil.example": "/", "alerts": "/",
	} {
		if got := ownPath(next); got != want {
			t.Errorf("ownPath(%q) = %q; want %q", next, got, want)
		}
	}
}
