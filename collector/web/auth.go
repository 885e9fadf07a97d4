package web

import (
	"context"
	"crypto/sha256"
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// Role is what the holder of a token may do. Operate includes read, and read
// includes customer, which opens what concerns one customer's agreements. Agent
// is for pushing results and opens nothing here.
type Role uint8

const (
	RoleNone Role = iota
	RoleAgent
	RoleCustomer
	RoleRead
	RoleOperate
)

func (r Role) String() string {
	return [...]string{"none", "agent", "customer", "read", "operate"}[min(r, RoleOperate)]
}

func (r Role) allows(need Role) bool { return need == RoleNone || r >= RoleCustomer && r >= need }

// Principal is who asks.
type Principal struct {
	ID         string // of the token; "" for open reading
	Name       string
	Role       Role
	Customer   string   // of the role customer: whose agreements it opens
	Agreements []string // of the role customer: only these of them; empty: all
}

// Auth knows tokens by their hash.
type Auth interface {
	// Token returns the holder of the token with that SHA-256, or ErrNotFound
	// when there is none or it was revoked.
	Token(ctx context.Context, hash [sha256.Size]byte) (Principal, error)
}

var errUnauthorized = newProblem(http.StatusUnauthorized, "unauthorized", "A token is needed",
	`send "Authorization: Bearer TOKEN"; "probity-collector token create NAME --role read" makes one, --role operate one that may write; customers get theirs from their provider`)

var errUnknownToken = newProblem(http.StatusUnauthorized, "unauthorized", "This token is not known, or was revoked",
	`"probity-collector token list" shows the tokens there are, "probity-collector token create NAME --role read" makes one; customers ask their provider for theirs`)

// maxTokenBytes bounds what is hashed for a stranger.
const maxTokenBytes = 512

// principal finds who asks: by bearer token, else by session, else as an open
// reader on loopback. A token that is not good is refused, never ignored.
func (s *Server) principal(r *http.Request) (Principal, error) {
	if h := r.Header.Get("Authorization"); h != "" {
		scheme, token, _ := strings.Cut(h, " ")
		token = strings.TrimSpace(token)
		if !strings.EqualFold(scheme, "Bearer") || token == "" || len(token) > maxTokenBytes {
			return Principal{}, errUnauthorized
		}
		return s.byHash(r.Context(), hashOf(token))
	}
	if hash, ok := s.sessions.find(r, s.now()); ok {
		if p, err := s.byHash(r.Context(), hash); err == nil {
			return p, nil
		}
	}
	if s.openRead && onLoopback(r) {
		return Principal{Name: "loopback", Role: RoleRead}, nil
	}
	return Principal{}, errUnauthorized
}

func (s *Server) byHash(ctx context.Context, hash [sha256.Size]byte) (Principal, error) {
	p, err := s.auth.Token(ctx, hash)
	if err != nil {
		if asProblem(err).Status == http.StatusNotFound {
			return Principal{}, errUnknownToken
		}
		return Principal{}, err
	}
	return p, nil
}

// authorize returns who asks, or why they may not.
func (s *Server) authorize(r *http.Request, need Role) (Principal, error) {
	if need == RoleNone {
		return Principal{}, nil
	}
	p, err := s.principal(r)
	if err != nil {
		return Principal{}, err
	}
	if !p.Role.allows(need) && p.Role == RoleCustomer {
		return Principal{}, errNotTheirs
	}
	if !p.Role.allows(need) && p.ID == "" {
		return Principal{}, errUnauthorized // who sent no token is asked for one
	}
	if !p.Role.allows(need) {
		return Principal{}, newProblem(http.StatusForbidden, "forbidden", "This token may not do that",
			"it has the role "+p.Role.String()+"; the role "+need.String()+" is needed")
	}
	return p, nil
}

// onLoopback reports whether a request came to this machine from this machine:
// both ends of the connection, and the name that was asked for (else a page
// elsewhere could rebind its name to 127.0.0.1), and no proxy in between.
func onLoopback(r *http.Request) bool {
	if r.Header.Get("Forwarded") != "" || r.Header.Get("X-Forwarded-For") != "" || r.Header.Get("X-Real-Ip") != "" {
		return false
	}
	local, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	return ok && loopbackHost(local.String()) && loopbackHost(r.RemoteAddr) &&
		(loopbackHost(r.Host) || strings.EqualFold(hostOf(r.Host), "localhost"))
}

func loopbackHost(hostport string) bool {
	a, err := netip.ParseAddr(hostOf(hostport))
	return err == nil && a.Unmap().IsLoopback()
}

func hostOf(hostport string) string {
	if h, _, err := net.SplitHostPort(hostport); err == nil {
		return h
	}
	return strings.Trim(hostport, "[]")
}
