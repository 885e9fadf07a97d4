package web

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"sync"
	"time"
)

// Bounds of sessions. They live in memory: after a restart one logs in again.
const (
	sessionCookie   = "probity_session"
	sessionLifetime = 12 * time.Hour
	maxSessions     = 1024 // the oldest goes first
)

// sessions maps cookies to the hash of the token that opened them. The token is
// looked up again for each request, so that revoking it ends its sessions.
type sessions struct {
	mu     sync.Mutex
	byHash map[[sha256.Size]byte]session // keyed by SHA-256 of the cookie
}

type session struct {
	token [sha256.Size]byte
	until time.Time
}

func newSessions() *sessions {
	return &sessions{byHash: map[[sha256.Size]byte]session{}}
}

// open starts a session and sets its cookie, which other sites' links carry only
// when site says so.
func (ss *sessions) open(w http.ResponseWriter, r *http.Request, token [sha256.Size]byte, now time.Time, site http.SameSite) {
	var raw [32]byte
	rand.Read(raw[:])
	value := base64.RawURLEncoding.EncodeToString(raw[:])
	ss.mu.Lock()
	ss.makeRoom(now)
	ss.byHash[sha256.Sum256([]byte(value))] = session{token, now.Add(sessionLifetime)}
	ss.mu.Unlock()
	http.SetCookie(w, sessionCookieFor(r, value, int(sessionLifetime.Seconds()), site))
}

// makeRoom drops what has expired, and the oldest session at the bound.
func (ss *sessions) makeRoom(now time.Time) {
	var oldest [sha256.Size]byte
	first := time.Time{}
	for k, v := range ss.byHash {
		if !v.until.After(now) {
			delete(ss.byHash, k)
		} else if first.IsZero() || v.until.Before(first) {
			oldest, first = k, v.until
		}
	}
	if len(ss.byHash) >= maxSessions {
		delete(ss.byHash, oldest)
	}
}

func (ss *sessions) find(r *http.Request, now time.Time) (token [sha256.Size]byte, ok bool) {
	c, err := r.Cookie(sessionCookie)
	if err != nil {
		return token, false
	}
	ss.mu.Lock()
	defer ss.mu.Unlock()
	v, ok := ss.byHash[sha256.Sum256([]byte(c.Value))]
	return v.token, ok && v.until.After(now)
}

func (ss *sessions) close(w http.ResponseWriter, r *http.Request) {
	if c, err := r.Cookie(sessionCookie); err == nil {
		ss.mu.Lock()
		delete(ss.byHash, sha256.Sum256([]byte(c.Value)))
		ss.mu.Unlock()
	}
	http.SetCookie(w, sessionCookieFor(r, "", -1, http.SameSiteStrictMode))
}

func sessionCookieFor(r *http.Request, value string, maxAge int, site http.SameSite) *http.Cookie {
	return &http.Cookie{
		Name: sessionCookie, Value: value, Path: "/", MaxAge: maxAge,
		HttpOnly: true, SameSite: site, Secure: r.TLS != nil,
	}
}
