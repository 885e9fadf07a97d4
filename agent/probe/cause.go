package probe

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"
	"unicode/utf8"

	"github.com/probity-sla/probity/internal/protocol"
)

// fault is why a probe is not simply up. Its message is for people and is
// stored for ever: it never holds header values, bodies or credentials.
type fault struct {
	cause   protocol.Cause
	message string
	err     error // that it was made of, if any
}

func faultf(cause protocol.Cause, format string, args ...any) *fault {
	return &fault{cause: cause, message: fmt.Sprintf(format, args...)}
}

// outcomeOf is the verdict that a cause stands for.
func outcomeOf(c protocol.Cause) protocol.Outcome {
	switch c {
	case protocol.CauseNone:
		return protocol.OutcomeUp
	case protocol.CauseAgentFault:
		return protocol.OutcomeUnknown
	case protocol.CauseSlow, protocol.CauseTLSExpiring:
		return protocol.OutcomeDegraded
	}
	return protocol.OutcomeDown
}

// phase is the part of a probe in which an error came up.
type phase uint8

const (
	resolving phase = 1 << iota
	connecting
	handshaking
	exchanging
	anyPhase = resolving | connecting | handshaking | exchanging
)

var phaseNames = map[phase]string{
	resolving: "resolve", connecting: "connect to", handshaking: "TLS handshake with", exchanging: "exchange with",
}

// rule maps an error in a phase to its cause; the first rule that matches decides.
type rule struct {
	in    phase
	match func(error) bool
	cause protocol.Cause
}

var rules = []rule{
	// The agent's own trouble, wherever it shows.
	{anyPhase, ours, protocol.CauseAgentFault},
	{resolving, ownResolver, protocol.CauseAgentFault},
	{resolving, always, protocol.CauseResolve},

	{connecting, timedOut, protocol.CauseConnectTimeout},
	{handshaking | exchanging, timedOut, protocol.CauseTimeout},
	{anyPhase, is(syscall.EHOSTUNREACH, syscall.ENETUNREACH, syscall.ENETDOWN, syscall.EHOSTDOWN),
		protocol.CauseNetworkUnreachable},
	{connecting, is(syscall.ECONNREFUSED, syscall.ECONNRESET), protocol.CauseConnectRefused},
	// Nothing else comes from the peer before it has accepted.
	{connecting, always, protocol.CauseAgentFault},

	{handshaking, expired, protocol.CauseTLSExpired},
	{handshaking, unverified, protocol.CauseTLSVerify},
	{handshaking | exchanging, is(io.EOF, io.ErrUnexpectedEOF, syscall.ECONNRESET, syscall.EPIPE,
		syscall.ECONNABORTED), protocol.CauseReset},
	{exchanging, is(syscall.ECONNREFUSED), protocol.CauseConnectRefused}, // a UDP port that is closed
	{handshaking, always, protocol.CauseTLSHandshake},
	{exchanging, always, protocol.CauseProtocol},
}

func classify(in phase, err error) protocol.Cause {
	for _, r := range rules {
		if r.in&in != 0 && r.match(err) {
			return r.cause
		}
	}
	return protocol.CauseAgentFault
}

// fail makes the fault of an error at a place: a host name, or the endpoint.
func (r *run) fail(in phase, place string, err error) *fault {
	if r.ctx.Err() == context.Canceled {
		return faultf(protocol.CauseAgentFault, "the agent stopped before the probe was done")
	}
	why := reason(err)
	if timedOut(err) {
		why = fmt.Sprintf("no answer within %v", round(time.Since(r.start)))
	}
	return &fault{classify(in, err), phaseNames[in] + " " + place + ": " + why, err}
}

// reason puts an error into words that cannot hold what the peer sent.
func reason(err error) string {
	var errno syscall.Errno
	var lookup *net.DNSError
	var verify *tls.CertificateVerificationError
	var op *net.OpError
	var record tls.RecordHeaderError
	switch {
	case errors.As(err, &verify):
		return verify.Err.Error()
	case errors.As(err, &op) && (op.Op == "remote error" || op.Op == "local error"):
		return op.Err.Error() // a TLS alert: one of a fixed set of texts
	case errors.As(err, &record):
		return "the peer does not speak TLS"
	case errors.As(err, &lookup):
		return lookup.Err
	case errors.As(err, new(forbidden)):
		return err.Error()
	case errors.As(err, &errno):
		return errno.Error()
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "connection closed by the peer"
	case errors.As(err, new(plainError)), strings.HasPrefix(err.Error(), "tls: "):
		return err.Error()
	}
	return "malformed answer"
}

// plainError is an error of ours whose text is safe to store.
type plainError string

func (e plainError) Error() string { return string(e) }

func is(targets ...error) func(error) bool {
	return func(err error) bool {
		for _, t := range targets {
			if errors.Is(err, t) {
				return true
			}
		}
		return false
	}
}

func always(error) bool { return true }

var ownErrnos = []syscall.Errno{
	syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ENOMEM, syscall.EADDRNOTAVAIL, syscall.EADDRINUSE,
	syscall.EACCES, syscall.EPERM, syscall.EAFNOSUPPORT, syscall.EPROTONOSUPPORT, syscall.EMSGSIZE,
}

func ours(err error) bool {
	var errno syscall.Errno
	var roots x509.SystemRootsError
	if errors.As(err, &errno) && slices.Contains(ownErrnos, errno) {
		return true
	}
	return errors.As(err, new(forbidden)) || errors.Is(err, context.Canceled) || errors.Is(err, net.ErrClosed) ||
		errors.Is(err, os.ErrClosed) || errors.As(err, &roots)
}

// ownResolver recognises that the agent could not ask: net.DNSError keeps only the text of such errors.
func ownResolver(err error) bool {
	var lookup *net.DNSError
	if !errors.As(err, &lookup) || lookup.IsNotFound {
		return false
	}
	for _, own := range append(ownErrnos, syscall.ECONNREFUSED, syscall.ENETUNREACH, syscall.EHOSTUNREACH) {
		if strings.HasSuffix(lookup.Err, own.Error()) {
			return true
		}
	}
	return false
}

func timedOut(err error) bool {
	var n net.Error
	return errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, context.DeadlineExceeded) ||
		errors.Is(err, syscall.ETIMEDOUT) || errors.As(err, &n) && n.Timeout()
}

// expired covers "not valid yet" too: Go gives both one reason.
func expired(err error) bool {
	var invalid x509.CertificateInvalidError
	return errors.As(err, &invalid) && invalid.Reason == x509.Expired
}

func unverified(err error) bool {
	var verify *tls.CertificateVerificationError
	return errors.As(err, &verify)
}

// cut bounds a message to what the protocol takes, at a character's boundary, on one line.
func cut(s string) string {
	s = strings.Map(func(c rune) rune {
		if c < ' ' || c == 0x7f {
			return ' '
		}
		return c
	}, strings.ToValidUTF8(s, "?"))
	if len(s) <= protocol.MaxMessageBytes {
		return s
	}
	end := protocol.MaxMessageBytes - len("…")
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + "…"
}

// round keeps three digits or so, for messages.
func round(d time.Duration) time.Duration {
	switch {
	case d > time.Second:
		return d.Round(10 * time.Millisecond)
	case d > time.Millisecond:
		return d.Round(10 * time.Microsecond)
	}
	return d.Round(time.Microsecond)
}
