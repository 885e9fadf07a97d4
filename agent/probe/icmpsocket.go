package probe

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/netip"
	"sync"
	"syscall"
	"time"
)

// icmpSocket is the ICMP socket that all ICMP checks of a family share. A reply
// is taken when its source, sequence number and payload token (on a raw socket
// its id too) are those of an echo under way.
type icmpSocket struct {
	v6      bool
	counts  *counts
	log     *slog.Logger
	mu      sync.Mutex
	conn    echoConn
	closed  bool
	refused bool // the log has said that no socket is permitted
	id      uint16
	seq     uint16
	pending map[echoKey]echo
	readers sync.WaitGroup
	pace    pacer
}

type echoKey struct {
	to  netip.Addr
	seq uint16
}

// echo is one echo request under way, part of a probe's.
type echo struct {
	of    *echoes
	token uint64
	at    time.Time
}

// echoes are those of one probe.
type echoes struct {
	sent     int
	received int
	left     int // neither answered nor refused nor unsendable
	total    time.Duration
	refusal  string // what an ICMP error said
	keys     []echoKey
	packet   []byte
	done     chan struct{}
	timer    *time.Timer
}

var echoPool = sync.Pool{New: func() any {
	t := time.NewTimer(time.Hour)
	t.Stop()
	return &echoes{done: make(chan struct{}, 1), timer: t}
}}

func newEchoes(count int) *echoes {
	e := echoPool.Get().(*echoes)
	e.sent, e.received, e.left, e.total, e.refusal, e.keys = 0, 0, count, 0, "", e.keys[:0]
	return e
}

func (e *echoes) release() { echoPool.Put(e) }

func (s *icmpSocket) init(v6 bool, c *counts, log *slog.Logger) {
	s.v6, s.counts, s.log, s.pending = v6, c, log, make(map[echoKey]echo)
	s.id = uint16(rand.Uint32())
	s.seq = uint16(rand.Uint32())
}

// ping sends a plan's echoes and waits until all are settled or the deadline
// is there. An error means that not even the first could be sent.
func (s *icmpSocket) ping(r *run, to netip.Addr, e *echoes, p *icmpPlan) error {
	conn, err := s.open()
	if err != nil {
		return err
	}
	defer s.forget(e)
	for i := range p.count {
		if i > 0 && !e.wait(r, p.spacing) {
			break
		}
		if err := s.send(r, conn, to, e, p.size); err != nil && e.sent == 0 {
			return err
		}
	}
	e.wait(r, time.Until(r.deadline))
	if r.ctx.Err() == context.Canceled {
		return r.ctx.Err()
	}
	return nil
}

// wait returns false when the probe is over: all echoes are settled, the deadline passed, or it was cancelled.
func (e *echoes) wait(r *run, d time.Duration) bool {
	e.timer.Reset(min(d, time.Until(r.deadline)))
	defer e.timer.Stop()
	select {
	case <-e.done:
		return false
	case <-r.ctx.Done():
		return false
	case <-e.timer.C:
		return time.Now().Before(r.deadline)
	}
}

func (s *icmpSocket) send(r *run, conn echoConn, to netip.Addr, e *echoes, size int) error {
	if s.pace.wait(r.deadline) {
		s.counts.paced.Inc()
	}
	token := rand.Uint64()
	key, err := s.register(to, e, token)
	if err != nil {
		return err
	}
	e.packet = appendEcho(e.packet[:0], s.v6, s.id, key.seq, token, size)
	for range sendTries {
		if err = conn.write(e.packet, to); err == nil || !fromPeer(err) {
			break
		}
		s.drain(conn)
	}
	if err == nil {
		e.sent++
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle(key)
	return err
}

// register notes an echo under a sequence number that is free for its address.
func (s *icmpSocket) register(to netip.Addr, e *echoes, token uint64) (echoKey, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for range idTries {
		s.seq++
		key := echoKey{to, s.seq}
		if _, taken := s.pending[key]; !taken {
			e.keys = append(e.keys, key)
			s.pending[key] = echo{e, token, time.Now()}
			return key, nil
		}
	}
	return echoKey{}, syscall.ENOBUFS
}

// settle ends an echo, answered or not. The caller holds the lock.
func (s *icmpSocket) settle(key echoKey) {
	x, ok := s.pending[key]
	if !ok {
		return
	}
	delete(s.pending, key)
	if x.of.left--; x.of.left == 0 {
		x.of.done <- struct{}{}
	}
}

// forget ends what is left of a probe's echoes; what comes later is stray.
func (s *icmpSocket) forget(e *echoes) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, key := range e.keys {
		if s.pending[key].of == e {
			delete(s.pending, key)
		}
	}
	select {
	case <-e.done:
	default:
	}
}

// open returns the socket, opened if need be.
func (s *icmpSocket) open() (echoConn, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, net.ErrClosed
	}
	if s.conn != nil {
		return s.conn, nil
	}
	conn, err := listenICMP(s.v6)
	if err != nil {
		s.counts.socketFail.Inc()
		if !s.refused {
			s.refused = true
			s.log.LogAttrs(context.Background(), slog.LevelError, "ICMP checks cannot run", slog.Any("error", err))
		}
		return nil, err
	}
	s.conn = conn
	s.readers.Go(func() { s.read(conn) })
	return conn, nil
}

func (s *icmpSocket) read(conn echoConn) {
	in := newDatagrams(conn.socket(), conn.raw() && !s.v6)
	deliver := func(from netip.AddrPort, packet []byte) {
		s.deliver(from.Addr(), packet, conn.raw(), time.Now())
	}
	for faults := 0; faults < maxReadFaults; {
		err := in.read(deliver)
		switch {
		case err == nil:
			faults = 0
		case errors.Is(err, net.ErrClosed):
			return
		default:
			faults++
			s.drain(conn)
		}
	}
	s.shut(false)
}

// deliver counts a reply, or a refusal, for the echo that it is about.
func (s *icmpSocket) deliver(from netip.Addr, packet []byte, raw bool, now time.Time) {
	m, ok := parseICMP(packet, s.v6, raw)
	if !ok || raw && m.id != s.id {
		return // other programs' packets reach a raw socket too
	}
	key := echoKey{from, m.seq}
	if m.refusal != "" {
		key.to = m.about
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	x, ok := s.pending[key]
	if !ok || m.refusal == "" && m.token != x.token {
		s.counts.strayICMP.Inc()
		return
	}
	if m.refusal != "" {
		x.of.refusal = m.refusal + " from " + from.String()
	} else {
		x.of.received++
		x.of.total += now.Sub(x.at)
	}
	s.settle(key)
}

// drain hands the ICMP errors that wait on a datagram socket to the echoes they name.
func (s *icmpSocket) drain(conn echoConn) {
	drainErrors(conn.socket(), func(to netip.AddrPort, sent []byte, errno syscall.Errno) {
		m, ok := parseEcho(sent)
		if !ok {
			return
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		key := echoKey{to.Addr(), m.seq}
		if x, ok := s.pending[key]; ok {
			x.of.refusal = errno.Error()
			s.settle(key)
		}
	})
}

// shut closes the socket; when final it stays closed, and echoes under way are lost.
func (s *icmpSocket) shut(final bool) {
	s.mu.Lock()
	conn := s.conn
	s.conn, s.closed = nil, s.closed || final
	for key := range s.pending {
		s.settle(key)
	}
	s.mu.Unlock()
	if conn != nil {
		closeQuietly(conn)
	}
	if final {
		s.readers.Wait()
	}
}
