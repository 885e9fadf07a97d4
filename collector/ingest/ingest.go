// Package ingest takes what agents send: it authenticates, bounds, decodes,
// verifies every result against the agent's assignment, commits, and only then
// acknowledges. It also serves assignments and takes heartbeats.
// internal/protocol/PROTOCOL.md describes the requests.
package ingest

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/VictoriaMetrics/metrics"

	"github.com/probity-sla/probity/internal/protocol"
)

// Bounds on what peers may hold and for how long.
const (
	DefaultMaxPushes   = 32                  // pushes at once, of all agents
	MaxAgentPushes     = 2                   // pushes at once, of one agent
	DefaultBodyTimeout = 30 * time.Second    // from the head of a request to the end of its body
	DefaultMaxAge      = 90 * 24 * time.Hour // older slots are refused: nobody rewrites last year
	MaxFuture          = 2 * time.Minute     // slots further ahead of our clock are refused
	answerTimeout      = 30 * time.Second    // to send an answer to a slow peer
	commitTimeout      = 30 * time.Second    // to make a batch durable
	busyRetry          = 1 * time.Second     // Retry-After when too many pushes are under way
	faultRetry         = 5 * time.Second     // Retry-After when the store fails
)

// Store makes things durable.
type Store interface {
	// AppendBatch returns when the batch is on disk; duplicate says that it was before.
	AppendBatch(ctx context.Context, b *protocol.Batch, receivedAt int64) (duplicate bool, err error)
	// Absent lists the results of a batch, by index, whose slots hold no result.
	Absent(ctx context.Context, b *protocol.Batch) ([]int, error)
	SaveHeartbeat(ctx context.Context, agent protocol.AgentID, hb *protocol.Heartbeat, at int64) error
}

// Agent is who sends.
type Agent struct {
	ID       protocol.AgentID
	Location protocol.Location
}

// Agents knows the enrolled agents.
type Agents interface {
	// Authenticate returns the agent whose token has this SHA-256; ok is false
	// when no agent has, or when it was revoked.
	Authenticate(ctx context.Context, tokenHash [sha256.Size]byte) (agent Agent, ok bool, err error)
}

// Assignments knows what each agent runs.
type Assignments interface {
	// For returns the assignment in force. Another content has another Version.
	// The caller does not write to it.
	For(agent protocol.AgentID, location protocol.Location) *protocol.Assignment
}

// Options are what New needs. Zero bounds mean the defaults.
type Options struct {
	Store       Store
	Agents      Agents
	Assignments Assignments
	Log         *slog.Logger
	Metrics     *metrics.Set
	Now         func() time.Time // nil: time.Now
	MaxPushes   int
	BodyTimeout time.Duration
	MaxAge      time.Duration
}

// Handler serves the three endpoints of agents.
type Handler struct {
	opts   Options
	log    *slog.Logger
	now    func() time.Time
	meters meters
	unpack *protocol.Decompressor
	known  *registry
	acks   ackMemory
	slots  chan struct{} // one for each push under way
	bodies sync.Pool     // *bytes.Buffer

	mu     sync.Mutex
	pushes map[protocol.AgentID]int // under way
}

// New returns a Handler.
func New(o Options) (*Handler, error) {
	if o.Store == nil || o.Agents == nil || o.Assignments == nil || o.Log == nil || o.Metrics == nil {
		return nil, errors.New("ingest: Store, Agents, Assignments, Log and Metrics are needed")
	}
	if o.MaxPushes < 0 || o.BodyTimeout < 0 || o.MaxAge < 0 {
		return nil, fmt.Errorf("ingest: negative bound: %d pushes, body timeout %v, age %v", o.MaxPushes, o.BodyTimeout, o.MaxAge)
	}
	o.MaxPushes = cmp.Or(o.MaxPushes, DefaultMaxPushes)
	o.BodyTimeout = cmp.Or(o.BodyTimeout, DefaultBodyTimeout)
	o.MaxAge = cmp.Or(o.MaxAge, DefaultMaxAge)
	unpack, err := protocol.NewDecompressor(protocol.MaxBatchBytes)
	if err != nil {
		return nil, fmt.Errorf("ingest: %w", err)
	}
	h := &Handler{
		opts: o, log: o.Log, now: o.Now, unpack: unpack, known: newRegistry(),
		acks:   ackMemory{last: make(map[protocol.AgentID]rememberedAck)},
		slots:  make(chan struct{}, o.MaxPushes),
		bodies: sync.Pool{New: func() any { return new(bytes.Buffer) }},
		pushes: make(map[protocol.AgentID]int),
	}
	if h.now == nil {
		h.now = time.Now
	}
	h.meters = newMeters(o.Metrics, func() float64 { return float64(len(h.slots)) })
	return h, nil
}

// Routes registers the endpoints with mux.
func (h *Handler) Routes(mux *http.ServeMux) {
	mux.HandleFunc("POST /api/v1/push", h.Push)
	mux.HandleFunc("GET /api/v1/assignment", h.Assignment)
	mux.HandleFunc("POST /api/v1/heartbeat", h.Heartbeat)
}

// Close frees the decompressor. No request may be under way.
func (h *Handler) Close() { h.unpack.Close() }
