package probe

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"unicode/utf8"

	"github.com/probity-sla/probity/internal/protocol"
)

func TestClassify(t *testing.T) {
	op := func(err error) error {
		return &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", err)}
	}
	for _, row := range []struct {
		sentence string
		in       phase
		err      error
		want     protocol.Cause
	}{
		{"no file descriptor left is the agent's fault", connecting, op(syscall.EMFILE), protocol.CauseAgentFault},
		{"no file in the whole system is the agent's fault", exchanging, op(syscall.ENFILE), protocol.CauseAgentFault},
		{"no local port left is the agent's fault", connecting, op(syscall.EADDRNOTAVAIL), protocol.CauseAgentFault},
		{"no buffer is the agent's fault", exchanging, op(syscall.ENOBUFS), protocol.CauseAgentFault},
		{"a firewall of the agent's own machine is the agent's fault", connecting, op(syscall.EPERM), protocol.CauseAgentFault},
		{"a stopped agent is the agent's fault", connecting, context.Canceled, protocol.CauseAgentFault},
		{"a name that does not exist does not resolve", resolving, &net.DNSError{Err: "no such host", IsNotFound: true}, protocol.CauseResolve},
		{"a resolver that fails does not resolve", resolving, &net.DNSError{Err: "server misbehaving", IsTemporary: true}, protocol.CauseResolve},
		{"a resolver that is silent does not resolve", resolving, context.DeadlineExceeded, protocol.CauseResolve},
		{"a resolver that the agent cannot reach is the agent's fault", resolving,
			&net.DNSError{Err: "dial udp 127.0.0.1:53: connect: connection refused"}, protocol.CauseAgentFault},
		{"no descriptor for the resolver is the agent's fault", resolving,
			&net.DNSError{Err: "dial udp: socket: too many open files"}, protocol.CauseAgentFault},
		{"a deadline while connecting is a connect timeout", connecting, op(os.ErrDeadlineExceeded), protocol.CauseConnectTimeout},
		{"the kernel's own timeout while connecting is one too", connecting, op(syscall.ETIMEDOUT), protocol.CauseConnectTimeout},
		{"a refused port is refused", connecting, op(syscall.ECONNREFUSED), protocol.CauseConnectRefused},
		{"no route is unreachable", connecting, op(syscall.EHOSTUNREACH), protocol.CauseNetworkUnreachable},
		{"no route after connecting is unreachable", exchanging, op(syscall.ENETUNREACH), protocol.CauseNetworkUnreachable},
		{"a connect error that no peer can cause is the agent's fault", connecting, op(syscall.EINVAL), protocol.CauseAgentFault},
		{"silence in the handshake is a timeout", handshaking, os.ErrDeadlineExceeded, protocol.CauseTimeout},
		{"a close in the handshake is a reset", handshaking, io.EOF, protocol.CauseReset},
		{"garbage in the handshake is a failed handshake", handshaking, errors.New("tls: oversized record"), protocol.CauseTLSHandshake},
		{"a broken pipe is a reset", exchanging, op(syscall.EPIPE), protocol.CauseReset},
		{"half an answer is a reset", exchanging, fmt.Errorf("read: %w", io.ErrUnexpectedEOF), protocol.CauseReset},
		{"garbage is not the protocol", exchanging, errors.New("malformed HTTP response"), protocol.CauseProtocol},
	} {
		if got := classify(row.in, row.err); got != row.want {
			t.Errorf("%s: classify(%d, %v) = %v; want %v", row.sentence, row.in, row.err, got, row.want)
		}
	}
}

func TestReasonRepeatsNothingThatThePeerSent(t *testing.T) {
	err := errors.New(`malformed HTTP response "set-cookie: session=hunter2"`)
	if got := reason(err); strings.Contains(got, "hunter2") {
		t.Errorf("reason(%v) = %q", err, got)
	}
}

func TestCut(t *testing.T) {
	for _, s := range []string{"", "short", strings.Repeat("é", 300), "a" + strings.Repeat("界", 200), "line\nbreak\x00", "\xff\xfe"} {
		got := cut(s)
		if len(got) > protocol.MaxMessageBytes || !utf8.ValidString(got) || strings.ContainsAny(got, "\n\x00") {
			t.Errorf("cut(%q) = %q, %d bytes", s, got, len(got))
		}
	}
}

func TestOutcomeOf(t *testing.T) {
	want := map[protocol.Cause]protocol.Outcome{
		protocol.CauseNone: protocol.OutcomeUp, protocol.CauseAgentFault: protocol.OutcomeUnknown,
		protocol.CauseSlow: protocol.OutcomeDegraded, protocol.CauseTLSExpiring: protocol.OutcomeDegraded,
	}
	for c := protocol.CauseNone; c <= protocol.CauseAgentFault; c++ {
		w, ok := want[c]
		if !ok {
			w = protocol.OutcomeDown
		}
		if got := outcomeOf(c); got != w {
			t.Errorf("outcomeOf(%v) = %v; want %v", c, got, w)
		}
	}
}
