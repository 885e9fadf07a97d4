package probe

import (
	"encoding/binary"
	"fmt"
	"io"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/miekg/dns"

	"github.com/probity-sla/probity/internal/protocol"
)

// dnsPlan asks a server one question and judges the answer. A query is sent
// once over UDP: a lost one is the path's failure and is evidence.
type dnsPlan struct {
	at      place
	query   []byte // packed, with the id 0
	rcodes  []int
	words   string // the rcodes, for messages
	answers []*regexp.Regexp
	onlyTCP bool
}

func prepareDNS(check *protocol.Check) (plan, error) {
	spec := check.DNS
	if spec == nil {
		return nil, fmt.Errorf("dns: a check of the kind dns needs dns.name")
	}
	at, err := parsePlace(check.Target, "53", check.Family)
	if err != nil {
		return nil, err
	}
	p := &dnsPlan{at: at, onlyTCP: spec.TCP}
	if p.query, err = packQuery(spec); err != nil {
		return nil, err
	}
	rcodes := spec.Rcodes
	if len(rcodes) == 0 {
		rcodes = []string{"NOERROR"}
	}
	for _, name := range rcodes {
		code, ok := dns.StringToRcode[strings.ToUpper(name)]
		if !ok {
			return nil, fmt.Errorf("dns.rcodes: %q is not a response code such as NOERROR or NXDOMAIN", name)
		}
		p.rcodes = append(p.rcodes, code)
	}
	p.words = strings.ToUpper(strings.Join(rcodes, ", "))
	for i, expr := range spec.Answers {
		re, err := regexp.Compile(expr)
		if err != nil {
			return nil, fmt.Errorf("dns.answers[%d]: %w", i, err)
		}
		p.answers = append(p.answers, re)
	}
	return p, nil
}

func packQuery(spec *protocol.DNSSpec) ([]byte, error) {
	if _, ok := dns.IsDomainName(spec.Name); !ok || spec.Name == "" {
		return nil, fmt.Errorf("dns.name: %q is not a domain name", spec.Name)
	}
	qtype, ok := code(spec.Type, "A", "TYPE", dns.StringToType)
	if !ok {
		return nil, fmt.Errorf("dns.type: %q is not a record type such as A, AAAA, MX or TYPE65", spec.Type)
	}
	class, ok := code(spec.Class, "IN", "CLASS", dns.StringToClass)
	if !ok {
		return nil, fmt.Errorf("dns.class: %q is not a class such as IN or CH", spec.Class)
	}
	m := dns.Msg{Question: []dns.Question{{Name: dns.Fqdn(spec.Name), Qtype: qtype, Qclass: class}}}
	m.RecursionDesired = spec.Recurse
	wire, err := m.Pack()
	if err != nil {
		return nil, fmt.Errorf("dns.name: %q cannot be asked for: %w", spec.Name, err)
	}
	return wire, nil
}

// code reads a mnemonic or, as RFC 3597 writes it, a prefix and a number.
func code(s, fallback, prefix string, known map[string]uint16) (uint16, bool) {
	s = strings.ToUpper(s)
	if s == "" {
		s = fallback
	}
	if c, ok := known[s]; ok {
		return c, true
	}
	digits, ok := strings.CutPrefix(s, prefix)
	n, err := strconv.ParseUint(digits, 10, 16)
	return uint16(n), ok && err == nil
}

func (p *dnsPlan) probe(r *run) *fault {
	if p.onlyTCP {
		return p.overTCP(r)
	}
	addrs, f := r.resolve(p.at)
	if f != nil {
		return f
	}
	to := netip.AddrPortFrom(addrs[0], p.at.port)
	r.res.Endpoint = p.at.endpoint(addrs[0])
	w := newDNSWaiter(p.query)
	defer w.release()
	begin := time.Now()
	err := r.p.dns[familyIndex(to.Addr())].exchange(r, to, w)
	r.res.Phases.FirstByte = w.at.Sub(begin)
	if err != nil {
		r.res.Phases.FirstByte = 0
		return r.fail(exchanging, r.res.Endpoint, err)
	}
	if truncated(w.reply) {
		return p.overTCP(r)
	}
	return p.judge(r, w.reply)
}

// overTCP asks on a connection of its own (RFC 7766).
func (p *dnsPlan) overTCP(r *run) *fault {
	conn, f := r.connect(p.at)
	if f != nil {
		return f
	}
	defer closeQuietly(conn)
	id := randomID()
	msg := binary.BigEndian.AppendUint16(make([]byte, 0, 2+len(p.query)), uint16(len(p.query)))
	msg = append(msg, p.query...)
	binary.BigEndian.PutUint16(msg[2:], id)
	sent := time.Now()
	if _, err := conn.Write(msg); err != nil {
		return r.fail(exchanging, r.res.Endpoint, err)
	}
	var length [2]byte
	if _, err := io.ReadFull(conn, length[:]); err != nil {
		return r.fail(exchanging, r.res.Endpoint, err)
	}
	first := time.Now()
	r.res.Phases.FirstByte += first.Sub(sent)
	reply := make([]byte, binary.BigEndian.Uint16(length[:]))
	if _, err := io.ReadFull(conn, reply); err != nil {
		return r.fail(exchanging, r.res.Endpoint, err)
	}
	r.res.Phases.Transfer = time.Since(first)
	if len(reply) < 2 || binary.BigEndian.Uint16(reply) != id || !answers(reply, p.query) {
		return faultf(protocol.CauseProtocol, "the reply over TCP does not answer the question that was asked")
	}
	return p.judge(r, reply)
}

func (p *dnsPlan) judge(r *run, reply []byte) *fault {
	var m dns.Msg
	// Unpack takes fewer answers than the header promises for all there are.
	if err := m.Unpack(reply); err != nil || len(m.Answer) != int(binary.BigEndian.Uint16(reply[6:])) {
		return faultf(protocol.CauseProtocol, "the reply is not a well-formed DNS message")
	}
	r.res.Status = m.Rcode
	if !slices.Contains(p.rcodes, m.Rcode) {
		return faultf(protocol.CauseStatus, "rcode %s, expected %s", rcodeName(m.Rcode), p.words)
	}
	for i, re := range p.answers {
		if !slices.ContainsFunc(m.Answer, func(rr dns.RR) bool { return re.MatchString(presentation(rr)) }) {
			return faultf(protocol.CauseAssertion, "dns.answers[%d] matches none of %d answers", i, len(m.Answer))
		}
	}
	return nil
}

// presentation is a record as a zone file writes it, fields one space apart:
// "www.example.org. 300 IN A 192.0.2.1".
func presentation(rr dns.RR) string { return strings.ReplaceAll(rr.String(), "\t", " ") }

func rcodeName(code int) string {
	if name, ok := dns.RcodeToString[code]; ok {
		return name
	}
	return strconv.Itoa(code)
}
