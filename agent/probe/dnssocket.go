package probe

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"net"
	"net/netip"
	"sync"
	"syscall"
	"time"
)

const (
	socketBuffer  = 4 << 20 // bytes that a shared socket may hold for its reader
	dnsHeader     = 12
	idTries       = 64  // random ids tried before a server has too many queries under way
	sendTries     = 4   // a send on a shared socket may report another query's error
	maxReadFaults = 100 // in a row, before a socket is given up and opened anew
)

// dnsSocket is the UDP socket that all DNS checks of a family share. A reply is
// taken when its source, id and question are those of a query under way.
type dnsSocket struct {
	v6      bool
	counts  *counts
	mu      sync.Mutex
	conn    *net.UDPConn
	closed  bool
	readers sync.WaitGroup
	pending map[dnsKey]*dnsWaiter
}

type dnsKey struct {
	from netip.AddrPort
	id   uint16
}

// dnsWaiter is one query under way.
type dnsWaiter struct {
	query []byte // as sent
	reply []byte
	err   error
	at    time.Time // when the reply came
	done  chan struct{}
	timer *time.Timer
}

var dnsWaiters = sync.Pool{New: func() any {
	t := time.NewTimer(time.Hour)
	t.Stop()
	return &dnsWaiter{done: make(chan struct{}, 1), timer: t}
}}

func newDNSWaiter(query []byte) *dnsWaiter {
	w := dnsWaiters.Get().(*dnsWaiter)
	w.query, w.reply, w.err, w.at = append(w.query[:0], query...), w.reply[:0], nil, time.Time{}
	return w
}

func (w *dnsWaiter) release() { dnsWaiters.Put(w) }

func (s *dnsSocket) init(v6 bool, c *counts) {
	s.v6, s.counts, s.pending = v6, c, make(map[dnsKey]*dnsWaiter)
}

// exchange sends a query and waits for its reply until the run's deadline.
func (s *dnsSocket) exchange(r *run, to netip.AddrPort, w *dnsWaiter) error {
	conn, key, err := s.register(to, w)
	if err != nil {
		return err
	}
	if err := s.send(conn, w.query, to); err != nil {
		s.forget(key, w)
		return err
	}
	w.timer.Reset(time.Until(r.deadline))
	defer w.timer.Stop()
	select {
	case <-w.done:
		return w.err
	case <-w.timer.C:
		err = syscall.ETIMEDOUT
	case <-r.ctx.Done():
		err = r.ctx.Err()
	}
	s.forget(key, w)
	return err
}

// register opens the socket if need be and gives the query an id that is free.
func (s *dnsSocket) register(to netip.AddrPort, w *dnsWaiter) (*net.UDPConn, dnsKey, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.open(); err != nil {
		return nil, dnsKey{}, err
	}
	for range idTries {
		key := dnsKey{to, randomID()}
		if s.pending[key] == nil {
			binary.BigEndian.PutUint16(w.query, key.id)
			s.pending[key] = w
			return s.conn, key, nil
		}
	}
	return nil, dnsKey{}, syscall.ENOBUFS
}

func (s *dnsSocket) open() error {
	if s.closed {
		return net.ErrClosed
	}
	if s.conn != nil {
		return nil
	}
	network := "udp4"
	if s.v6 {
		network = "udp6"
	}
	conn, err := net.ListenUDP(network, nil)
	if err != nil {
		s.counts.socketFail.Inc()
		return err
	}
	widen(conn)
	askErrors(conn, s.v6)
	s.conn = conn
	s.readers.Go(func() { s.read(conn) })
	return nil
}

// send retries where the error may be another query's, and reports it there.
func (s *dnsSocket) send(conn *net.UDPConn, query []byte, to netip.AddrPort) error {
	var err error
	for range sendTries {
		if _, err = conn.WriteToUDPAddrPort(query, to); err == nil || !fromPeer(err) {
			return err
		}
		s.drain(conn)
	}
	return err
}

// fromPeer says whether an error may have been caused by an ICMP message.
func fromPeer(err error) bool {
	return errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, syscall.EHOSTUNREACH) || errors.Is(err, syscall.ENETUNREACH)
}

// forget ends a query; what comes later is stray. The waiter is free afterwards.
func (s *dnsSocket) forget(key dnsKey, w *dnsWaiter) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pending[key] == w {
		delete(s.pending, key)
		return
	}
	<-w.done // it was answered meanwhile
}

func (s *dnsSocket) read(conn *net.UDPConn) {
	buf := make([]byte, maxDatagram)
	for faults := 0; faults < maxReadFaults; {
		n, from, err := conn.ReadFromUDPAddrPort(buf)
		switch {
		case err == nil:
			faults = 0
			s.deliver(from, buf[:n])
		case errors.Is(err, net.ErrClosed):
			return
		default:
			faults++
			s.drain(conn)
		}
	}
	s.shut(false)
}

// deliver hands a reply to the query that it answers.
func (s *dnsSocket) deliver(from netip.AddrPort, reply []byte) {
	now := time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(reply) >= dnsHeader {
		key := dnsKey{from, binary.BigEndian.Uint16(reply)}
		if w := s.pending[key]; w != nil && answers(reply, w.query) {
			delete(s.pending, key)
			w.reply, w.at = append(w.reply[:0], reply...), now
			w.done <- struct{}{}
			return
		}
	}
	s.counts.strayDNS.Inc()
}

// drain hands the ICMP errors that wait on the socket to the queries they name.
func (s *dnsSocket) drain(conn *net.UDPConn) {
	drainErrors(conn, func(to netip.AddrPort, sent []byte, errno syscall.Errno) {
		if len(sent) < 2 {
			return
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		key := dnsKey{to, binary.BigEndian.Uint16(sent)}
		if w := s.pending[key]; w != nil {
			delete(s.pending, key)
			w.err = errno
			w.done <- struct{}{}
		}
	})
}

// shut closes the socket; when final it stays closed, and queries under way end.
func (s *dnsSocket) shut(final bool) {
	s.mu.Lock()
	conn := s.conn
	s.conn, s.closed = nil, s.closed || final
	for key, w := range s.pending {
		delete(s.pending, key)
		w.err = net.ErrClosed
		w.done <- struct{}{}
	}
	s.mu.Unlock()
	if conn != nil {
		closeQuietly(conn)
	}
	if final {
		s.readers.Wait()
	}
}

// answers says whether a message is a reply to a query's question. The id and
// the source are the caller's to compare.
func answers(reply, query []byte) bool {
	if len(reply) < dnsHeader || reply[2]&0x80 == 0 || (reply[2]^query[2])&0x78 != 0 {
		return false // not a reply, or to another operation
	}
	question := query[dnsHeader:]
	switch binary.BigEndian.Uint16(reply[4:]) {
	case 1:
		return len(reply) >= len(query) && equalFold(reply[dnsHeader:len(query)], question)
	case 0:
		// A server that could not read the question need not repeat it (RFC 1035, 4.1.1).
		rcode := reply[3] & 0x0f
		return (rcode == 1 || rcode == 4 || rcode == 5) && len(reply) == dnsHeader
	}
	return false
}

// equalFold compares names as DNS does, where only ASCII letters have case.
func equalFold(a, b []byte) bool {
	if bytes.Equal(a, b) {
		return true
	}
	for i := range a {
		x, y := a[i], b[i]
		if x != y && (x|0x20 != y|0x20 || x|0x20 < 'a' || x|0x20 > 'z') {
			return false
		}
	}
	return true
}

func truncated(reply []byte) bool { return reply[2]&0x02 != 0 }

func randomID() uint16 { return uint16(rand.Uint32()) }

func familyIndex(a netip.Addr) int {
	if a.Is4() {
		return 0
	}
	return 1
}
