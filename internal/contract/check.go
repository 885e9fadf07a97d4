package contract

import (
	"crypto/x509"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/probity-sla/probity/internal/protocol"
)

var (
	families    = []string{"any", "ipv4", "ipv6"}
	dnsRcodes   = []string{"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED", "YXDOMAIN", "YXRRSET", "NXRRSET", "NOTAUTH", "NOTZONE"}
	sectionKind = map[string]protocol.Kind{"http": protocol.KindHTTP, "tcp": protocol.KindTCP, "dns": protocol.KindDNS, "icmp": protocol.KindICMP}
)

// check builds one check; prefix is "agreement/service/".
func (b *builder) check(path, prefix string, f *checkFile) Check {
	c := Check{Name: f.Name}
	spec, err := ParseTarget(f.Target)
	if err != nil {
		b.fault(path+".target", "", "%v", err)
	}
	c.Check = spec
	c.ID = protocol.CheckID(prefix + f.ID)
	if c.Name == "" {
		c.Name = f.ID
	}
	b.text(path+".name", f.Name)
	b.timing(path, f, &c.Check)
	if f.Family != "" && c.Family.UnmarshalText([]byte(f.Family)) != nil {
		b.fault(path+".family", "write "+strings.Join(families, ", "), "%q is no IP family", f.Family)
	}
	c.Locations = b.locations(path+".locations", f.Locations)
	if err != nil {
		return c // which options fit is not known
	}
	b.sections(path, f, c.Kind)
	b.options(path, f, &c.Check)
	return c
}

func (b *builder) timing(path string, f *checkFile, c *protocol.Check) {
	c.Interval = DefaultInterval
	if f.Interval != nil {
		c.Interval = time.Duration(*f.Interval)
	}
	if c.Interval < protocol.MinInterval || c.Interval > protocol.MaxInterval {
		b.fault(path+".interval", "", "%s is not between %s and %s", c.Interval, protocol.MinInterval, protocol.MaxInterval)
	}
	c.Timeout = min(DefaultTimeout, c.Interval)
	if f.Timeout != nil {
		c.Timeout = time.Duration(*f.Timeout)
	}
	if c.Timeout <= 0 || c.Timeout > c.Interval {
		b.fault(path+".timeout", "a probe must end before the next one begins", "%s is not between 1ms and the interval of %s", c.Timeout, c.Interval)
	}
	c.Degraded = time.Duration(f.Degraded)
	if c.Degraded >= c.Timeout && c.Degraded > 0 {
		b.fault(path+".degraded", "write less than the timeout", "%s is never reached: the probe ends after %s", c.Degraded, c.Timeout)
	}
}

func (b *builder) locations(path string, names []string) []protocol.Location {
	if len(names) > MaxLocations {
		b.fault(path, "", "%d locations; at most %d", len(names), MaxLocations)
		return nil
	}
	var out []protocol.Location
	for i, name := range names {
		at := fmt.Sprintf("%s[%d]", path, i+1)
		switch {
		case name == "" || len(name) > protocol.MaxIDBytes:
			b.fault(at, "write the location that agents are enrolled with", "is empty or longer than %d bytes", protocol.MaxIDBytes)
		case strings.ContainsFunc(name, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) || r == '/' }):
			b.fault(at, "write the location that agents are enrolled with", "%q holds a space, a slash or a control character", name)
		case slices.Contains(out, protocol.Location(name)):
			b.fault(at, "leave one out", "%q is named twice", name)
		}
		out = append(out, protocol.Location(name))
	}
	return out
}

// sections refuses options of another kind of check.
func (b *builder) sections(path string, f *checkFile, kind protocol.Kind) {
	written := map[string]bool{"http": f.HTTP != nil, "tcp": f.TCP != nil, "dns": f.DNS != nil, "icmp": f.ICMP != nil}
	for _, name := range sortedKeys(written) {
		if written[name] && sectionKind[name] != kind {
			b.fault(path+"."+name, "move it to a check of that kind, or change the target", "the target makes this a check of %s", kind)
		}
	}
}

func (b *builder) options(path string, f *checkFile, c *protocol.Check) {
	tls := b.tls(path+".tls", f, c)
	switch c.Kind {
	case protocol.KindHTTP:
		c.HTTP.TLS = tls
		if f.HTTP != nil {
			b.http(path+".http", f.HTTP, c.HTTP)
		}
	case protocol.KindTCP:
		c.TCP.TLS = tls
		if f.TCP != nil {
			b.bytes(path+".tcp.send", f.TCP.Send)
			b.pattern(path+".tcp.expect", f.TCP.Expect)
			c.TCP.Send, c.TCP.Expect = f.TCP.Send, f.TCP.Expect
		}
	case protocol.KindDNS:
		if f.DNS != nil {
			b.dns(path+".dns", f.DNS, c.DNS)
		}
	case protocol.KindICMP:
		if f.ICMP != nil {
			b.icmp(path+".icmp", f.ICMP, c)
		}
	}
}

func (b *builder) tls(path string, f *checkFile, c *protocol.Check) *protocol.TLSSpec {
	if f.TLS == nil {
		return nil
	}
	encrypted := c.TCP != nil && c.TCP.UseTLS || c.HTTP != nil && strings.HasPrefix(c.Target, "https:")
	if !encrypted {
		b.fault(path, "write the target as https:// or tls://", "the target is not encrypted")
	}
	pem := f.TLS.CAPEM
	if f.TLS.CAFile != "" {
		if pem != "" {
			b.fault(path+".ca_file", "keep one of them", "ca_pem is written too")
		}
		data, err := b.around.read(f.TLS.CAFile, MaxCABytes)
		if err != nil {
			b.fault(path+".ca_file", "the path counts from the agreement's own directory", "%s: %v", f.TLS.CAFile, err)
		}
		pem = string(data)
	}
	if pem != "" && !x509.NewCertPool().AppendCertsFromPEM([]byte(pem)) {
		b.fault(path, "paste the authority's certificate in PEM form", "the CA holds no certificate")
	}
	return &protocol.TLSSpec{ServerName: f.TLS.ServerName, CAPEM: pem, SkipVerify: f.TLS.SkipVerify, MinExpiry: time.Duration(f.TLS.MinExpiry)}
}

func (b *builder) dns(path string, f *dnsFile, s *protocol.DNSSpec) {
	for i, code := range f.Rcodes {
		if !slices.Contains(dnsRcodes, code) {
			b.fault(fmt.Sprintf("%s.rcodes[%d]", path, i+1), "write one of "+strings.Join(dnsRcodes, ", "), "%q is no answer code", code)
		}
	}
	if len(f.Answers) > MaxHeaders {
		b.fault(path+".answers", "", "%d patterns; at most %d", len(f.Answers), MaxHeaders)
		return
	}
	for i, p := range f.Answers {
		b.pattern(fmt.Sprintf("%s.answers[%d]", path, i+1), p)
	}
	s.Rcodes, s.Answers, s.TCP, s.Recurse = f.Rcodes, f.Answers, f.TCP, f.Recurse
}

func (b *builder) icmp(path string, f *icmpFile, c *protocol.Check) {
	s := c.ICMP
	s.Count, s.Spacing, s.Size, s.MaxLoss = f.Count, time.Duration(f.Spacing), f.Size, f.MaxLossPct
	if s.Count < 0 || s.Count > 100 {
		b.fault(path+".count", "", "%d is not between 1 and 100", s.Count)
	}
	if s.Size < 0 || s.Size > 8000 {
		b.fault(path+".size", "", "%d is not between 0 and 8000", s.Size)
	}
	if s.MaxLoss < 0 || s.MaxLoss > 99 {
		b.fault(path+".max_loss_pct", "", "%d is not between 0 and 99", s.MaxLoss)
	}
	if time.Duration(max(0, s.Count-1))*s.Spacing >= c.Timeout {
		b.fault(path+".spacing", "send fewer, closer together, or raise the timeout", "%d echoes %s apart do not fit into %s", s.Count, s.Spacing, c.Timeout)
	}
}

func (b *builder) pattern(path, p string) {
	if len(p) > MaxPattern {
		b.fault(path, "", "is longer than %d bytes", MaxPattern)
		return
	}
	if _, err := regexp.Compile(p); err != nil {
		b.fault(path, "it is a regular expression (RE2)", "%s", strings.TrimPrefix(err.Error(), "error parsing regexp: "))
	}
}

func (b *builder) bytes(path, s string) {
	if len(s) > MaxBodyBytes {
		b.fault(path, "", "is longer than %d bytes", MaxBodyBytes)
	}
}
