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
	maxTokenOpens   = 16   // sessions of one token; its oldest goes first
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
	ss.makeRoom(token, now)
	ss.byHash[sha256.Sum256([]byte(value))] = session{token, now.Add(sessionLifetime)}
	ss.mu.Unlock()
	http.SetCookie(w, sessionCookieFor(r, value, int(sessionLifetime.Seconds()), site))
}

// makeRoom drops what has expired, and the oldest session at a bound. A token at
// its own bound makes room among its own, so that none can end those of others.
func (ss *sessions) makeRoom(token [sha256.Size]byte, now time.Time) {
	var all, own struct {
		key   [sha256.Size]byte
		first time.Time
		n     int
	}
	for k, v := range ss.byHash {
		if !v.until.After(now) {
			delete(ss.byHash, k)
			continue
		}
		if all.n++; all.n == 1 || v.until.Before(all.first) {
			all.key, all.first = k, v.until
		}
		if v.token != token {
			continue
		}
		if own.n++; own.n == 1 || v.until.Before(own.first) {
			own.key, own.first = k, v.until
		}
	}
	switch {
	case own.n >= maxTokenOpens:
		delete(ss.byHash, own.key)
	case all.n >= maxSessions:
		delete(ss.byHash, all.key)
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
