package notify_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/collector/notify"
)

// outbox is the contract of notify.Outbox in memory.
type outbox struct {
	mu   sync.Mutex
	rows []*row
	fail error // of every call, while set
}

type row struct {
	notify.Notification
	next            int64
	delivered, dead bool
	lastErr         string
}

func (o *outbox) add(rows ...notify.Notification) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, n := range rows {
		n.ID = int64(len(o.rows) + 1)
		o.rows = append(o.rows, &row{Notification: n})
	}
}

func (o *outbox) DueNotifications(_ context.Context, now int64, limit int) (out []notify.Notification, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	first := map[string]bool{}
	for _, r := range o.rows {
		l := r.Channel + "\x00" + r.Key
		if r.delivered || r.dead || first[l] {
			continue
		}
		first[l] = true
		if r.next <= now && len(out) < limit {
			out = append(out, r.Notification)
		}
	}
	return out, o.fail
}

func (o *outbox) MarkDelivered(ctx context.Context, id, _ int64) error {
	return o.mark(ctx, id, func(r *row) { r.delivered = true })
}

func (o *outbox) MarkFailed(ctx context.Context, id, _, next int64, text string, dead bool) error {
	return o.mark(ctx, id, func(r *row) { r.next, r.lastErr, r.dead = next, text, dead; r.Attempts++ })
}

func (o *outbox) mark(ctx context.Context, id int64, f func(*row)) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	r := o.rows[id-1]
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case o.fail != nil:
		return o.fail
	case r.delivered || r.dead:
		return fmt.Errorf("row %d is settled already", id)
	}
	f(r)
	return nil
}

// left returns the IDs of rows neither delivered nor dead, and of the dead.
func (o *outbox) left() (waiting, dead []int64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, r := range o.rows {
		switch {
		case r.dead:
			dead = append(dead, r.ID)
		case !r.delivered:
			waiting = append(waiting, r.ID)
		}
	}
	return waiting, dead
}

// book keeps the open alerts, as a store does.
type book struct {
	mu   sync.Mutex
	open map[string]incident.Alert
}

func (b *book) active(context.Context) (out []incident.Alert, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, a := range b.open {
		out = append(out, a)
	}
	return out, nil
}

// record saves changes and their notifications, as the collector does in one transaction.
func (b *book) record(t testing.TB, o *outbox, channels []*notify.Channel, changes ...incident.Change) {
	t.Helper()
	rows, err := notify.Plan(changes, channels)
	if err != nil {
		t.Fatal(err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.open == nil {
		b.open = map[string]incident.Alert{}
	}
	for _, c := range changes {
		if c.Alert.Open() {
			b.open[c.Alert.Key] = *c.Alert
		} else {
			delete(b.open, c.Alert.Key)
		}
	}
	o.add(rows...)
}

// change is one step of the alert of a service, n ms after it began.
func change(kind incident.ChangeKind, service string, starts, at int64) incident.Change {
	a := &incident.Alert{
		ID: "service_down:shop/" + service, Key: "service_down:shop/" + service, Kind: incident.ServiceDown,
		Severity: incident.Page, Status: incident.Firing, Agreement: "shop", Service: service,
		Labels:      map[string]string{"alertname": "ProbityServiceDown", "severity": "page", "agreement": "shop", "service": service},
		Annotations: map[string]string{"summary": service + " is down"},
		StartsAt:    starts, OpenedAt: starts, UpdatedAt: at,
	}
	switch kind {
	case incident.ChangeResolved:
		a.Status, a.EndsAt = incident.Resolved, at
	case incident.ChangeWithdrawn:
		a.Status, a.EndsAt = incident.Withdrawn, at
	case incident.ChangeSuppressed:
		a.Status, a.Suppressed = incident.Suppressed, "maintenance m1"
	}
	return incident.Change{Kind: kind, At: at, Reason: string(kind), Alert: a}
}

// pipe is a listener in memory, so that a whole HTTP server runs on synctest's clock.
type pipe struct {
	conns chan net.Conn
	gone  chan struct{}
	once  sync.Once
}

func newPipe() *pipe { return &pipe{conns: make(chan net.Conn), gone: make(chan struct{})} }

func (p *pipe) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.gone:
		return nil, net.ErrClosed
	}
}

func (p *pipe) Close() error   { p.once.Do(func() { close(p.gone) }); return nil }
func (p *pipe) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)} }

func (p *pipe) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	select {
	case p.conns <- theirs:
		return ours, nil
	case <-p.gone:
		return nil, errors.New("connection refused")
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// receiver is an HTTP server that keeps what it took.
type receiver struct {
	mu      sync.Mutex
	taken   []taken
	tries   int
	refuse  int // status while not 0
	headers http.Header
}

type taken struct {
	at   time.Time
	key  string // Idempotency-Key
	body string
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, _ := io.ReadAll(req.Body)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tries++
	if r.refuse != 0 {
		for k, v := range r.headers {
			w.Header()[k] = v
		}
		http.Error(w, "not now: "+req.URL.String(), r.refuse)
		return
	}
	r.taken = append(r.taken, taken{time.Now(), req.Header.Get(notify.IdempotencyHeader), string(body)})
}

func (r *receiver) turn(status int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.refuse = status
}

func (r *receiver) all() ([]taken, int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.taken), r.tries
}

func open(t testing.TB, cfg notify.Config) *notify.Channel {
	t.Helper()
	c, err := notify.Open(cfg, "https://sla.example.net/")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// run starts a dispatcher and returns what stops it and waits.
func run(t testing.TB, o notify.Options) (*notify.Dispatcher, func()) {
	t.Helper()
	if o.Log == nil {
		o.Log = quiet()
	}
	d, err := notify.New(o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- d.Run(ctx) }()
	return d, func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run = %v", err)
		}
	}
}
