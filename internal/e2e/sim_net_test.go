package e2e

import (
	"context"
	"errors"
	"net"
	"sync"
)

// simNet is the one thing that a bubble of fake time cannot hold: the network.
// It connects hosts by name through pipes, and can be cut.
type simNet struct {
	mu    sync.Mutex
	hosts map[string]*simListener
	cut   map[string]bool       // hosts that reach nobody
	conns map[string][]net.Conn // by the host that dialled
}

func newSimNet() *simNet {
	return &simNet{hosts: map[string]*simListener{}, cut: map[string]bool{}, conns: map[string][]net.Conn{}}
}

type simListener struct {
	net    *simNet
	name   string
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

type simAddr string

func (a simAddr) Network() string { return "sim" }
func (a simAddr) String() string  { return string(a) }

// listen takes a host's name until the listener is closed.
func (n *simNet) listen(name string) net.Listener {
	l := &simListener{net: n, name: name, conns: make(chan net.Conn), closed: make(chan struct{})}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.hosts[name] = l
	return l
}

func (l *simListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *simListener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

func (l *simListener) Addr() net.Addr { return simAddr(l.name) }

var errRefused = errors.New("connection refused")

// from returns how a host connects to others.
func (n *simNet) from(host string) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, _, address string) (net.Conn, error) {
		name, _, err := net.SplitHostPort(address)
		if err != nil {
			return nil, err
		}
		n.mu.Lock()
		l, cut := n.hosts[name], n.cut[host] || n.cut[name]
		n.mu.Unlock()
		if l == nil || cut {
			return nil, errRefused
		}
		near, far := net.Pipe()
		select {
		case l.conns <- far:
		case <-l.closed:
			return nil, errRefused
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		n.mu.Lock()
		defer n.mu.Unlock()
		n.conns[host] = append(n.conns[host], near)
		return near, nil
	}
}

// sever cuts a host off, or connects it again.
func (n *simNet) sever(host string, off bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.cut[host] = off
	for _, c := range n.conns[host] {
		_ = c.Close()
	}
	n.conns[host] = nil
}
