package ingest

import (
	"crypto/sha256"
	"errors"
	"log/slog"
	"net/http"
	"strings"

	"github.com/probity-sla/probity/internal/protocol"
)

// maxTokenBytes bounds what is hashed of a bearer token.
const maxTokenBytes = 512

// authenticate returns who sends a request. Tokens are compared by looking up
// their hash, so timing tells nothing about a token.
func (h *Handler) authenticate(r *http.Request) (Agent, *problem) {
	scheme, token, ok := strings.Cut(r.Header.Get("Authorization"), " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") || token == "" || len(token) > maxTokenBytes {
		return Agent{}, problemOf(http.StatusUnauthorized, "unauthorized", "send the agent's token as Authorization: Bearer TOKEN")
	}
	agent, ok, err := h.opts.Agents.Authenticate(r.Context(), sha256.Sum256([]byte(token)))
	if err != nil {
		return Agent{}, h.unavailable(r, "agent not looked up", err)
	}
	if !ok {
		return Agent{}, problemOf(http.StatusUnauthorized, "unauthorized",
			"the token belongs to no enrolled agent; enrol it with probity-collector agent enrol")
	}
	return agent, nil
}

// own refuses what an agent sends in another's name. It is no fault of the
// bytes: the agent keeps them until an operator has sorted out the tokens.
func own(agent Agent, claimed protocol.AgentID) *problem {
	if claimed == agent.ID {
		return nil
	}
	return problemOf(http.StatusForbidden, "wrong-agent",
		"the token is that of agent "+quote(string(agent.ID))+", the body that of "+quote(string(claimed))+"; check the agent's name and token")
}

// unavailable logs a fault of our own and tells the agent to come again.
func (h *Handler) unavailable(r *http.Request, what string, err error) *problem {
	h.log.LogAttrs(r.Context(), slog.LevelError, what, slog.Any("err", err))
	p := problemOf(http.StatusServiceUnavailable, "unavailable", "the collector cannot store now; send it again")
	p.retry = faultRetry
	return p
}

// admit takes a place among the pushes under way; release gives it back.
func (h *Handler) admit(agent protocol.AgentID) (release func(), p *problem) {
	busy := func(why string) *problem {
		p := problemOf(http.StatusTooManyRequests, "busy", why)
		p.retry = busyRetry
		return p
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.pushes[agent] >= MaxAgentPushes {
		return nil, busy("another push of this agent is under way; send one batch at a time")
	}
	select {
	case h.slots <- struct{}{}:
	default:
		return nil, busy("too many pushes are under way; send it again")
	}
	h.pushes[agent]++
	return func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		<-h.slots
		if h.pushes[agent]--; h.pushes[agent] == 0 {
			delete(h.pushes, agent)
		}
	}, nil
}

// tooLarge reports whether err says that something was over a limit.
func tooLarge(err error) bool {
	var limit *protocol.LimitError
	var body *http.MaxBytesError
	return errors.As(err, &limit) || errors.As(err, &body)
}
