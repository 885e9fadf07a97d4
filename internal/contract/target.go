package contract

import (
	"fmt"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/probity-sla/probity/internal/protocol"
)

// MaxTargetBytes bounds a check's target.
const MaxTargetBytes = 2048

const targetForms = `write it as https://host/path, tcp://host:port, tls://host:port, dns://server/name?type=A or icmp://host`

// dnsTypes are the record types that a check may ask for.
var dnsTypes = []string{
	"A", "AAAA", "ANY", "CAA", "CNAME", "DNSKEY", "DS", "HTTPS", "MX", "NAPTR", "NS", "NSEC",
	"PTR", "RRSIG", "SOA", "SRV", "SSHFP", "SVCB", "TLSA", "TXT",
}

var (
	dnsClasses = []string{"IN", "CH", "HS", "ANY"}
	hostForm   = regexp.MustCompile(`^[A-Za-z0-9_]([A-Za-z0-9_.-]{0,251}[A-Za-z0-9_.])?$`)
	nameForm   = regexp.MustCompile(`^(\.|[A-Za-z0-9_*-]{1,63}(\.[A-Za-z0-9_*-]{1,63})*\.?)$`)
)

// ParseTarget reads a target as people write it, and returns a check whose Kind,
// Target and spec say the same.
func ParseTarget(target string) (protocol.Check, error) {
	var c protocol.Check
	if len(target) > MaxTargetBytes {
		return c, fmt.Errorf("is %d bytes long; at most %d", len(target), MaxTargetBytes)
	}
	u, err := url.Parse(target)
	if err != nil || u.Scheme == "" || u.Opaque != "" {
		return c, fmt.Errorf("%q is no target: %s", target, targetForms)
	}
	if u.User != nil {
		return c, fmt.Errorf("holds credentials: send them as a header with value_file")
	}
	if u.Fragment != "" {
		return c, fmt.Errorf("has a #fragment, which is never sent: leave it out")
	}
	if err := checkHost(u); err != nil {
		return c, err
	}
	switch u.Scheme {
	case "http", "https":
		c.Kind, c.Target, c.HTTP = protocol.KindHTTP, target, &protocol.HTTPSpec{}
		return c, nil
	case "tcp", "tls":
		return tcpTarget(u)
	case "dns":
		return dnsTarget(u)
	case "icmp":
		return icmpTarget(u)
	}
	return c, fmt.Errorf("%q is no kind of check: %s", u.Scheme, targetForms)
}

func checkHost(u *url.URL) error {
	host := u.Hostname()
	ip, _, _ := strings.Cut(host, "%")
	if net.ParseIP(ip) == nil && !hostForm.MatchString(host) {
		return fmt.Errorf("%q is no host name or address: %s", host, targetForms)
	}
	if p := u.Port(); p != "" {
		if n, err := strconv.Atoi(p); err != nil || n < 1 || n > 65535 {
			return fmt.Errorf("port %s is not between 1 and 65535", p)
		}
	}
	return nil
}

func tcpTarget(u *url.URL) (protocol.Check, error) {
	if u.Port() == "" {
		return protocol.Check{}, fmt.Errorf("has no port: write it as %s://%s:port", u.Scheme, u.Host)
	}
	if u.Path != "" || u.RawQuery != "" {
		return protocol.Check{}, fmt.Errorf("has something after the port: write it as %s://%s", u.Scheme, u.Host)
	}
	return protocol.Check{
		Kind: protocol.KindTCP, Target: net.JoinHostPort(u.Hostname(), u.Port()),
		TCP: &protocol.TCPSpec{UseTLS: u.Scheme == "tls"},
	}, nil
}

func dnsTarget(u *url.URL) (protocol.Check, error) {
	name := strings.TrimPrefix(u.Path, "/")
	if !nameForm.MatchString(name) || len(name) > 255 {
		return protocol.Check{}, fmt.Errorf("%q is no domain name to ask for: write it as dns://%s/example.org?type=A", name, u.Host)
	}
	spec := &protocol.DNSSpec{Name: name, Type: "A"}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return protocol.Check{}, fmt.Errorf("%q is no query: write it as ?type=A", u.RawQuery)
	}
	for _, key := range sortedKeys(query) {
		value := strings.ToUpper(query.Get(key))
		switch {
		case len(query[key]) > 1:
			return protocol.Check{}, fmt.Errorf("says %s twice", key)
		case key == "type" && slices.Contains(dnsTypes, value):
			spec.Type = value
		case key == "class" && slices.Contains(dnsClasses, value):
			spec.Class = value
		case key == "type":
			return protocol.Check{}, fmt.Errorf("type %q is none of %s", value, strings.Join(dnsTypes, ", "))
		case key == "class":
			return protocol.Check{}, fmt.Errorf("class %q is none of %s", value, strings.Join(dnsClasses, ", "))
		default:
			return protocol.Check{}, fmt.Errorf("%q is unknown after the name: only type and class are", key)
		}
	}
	server := u.Hostname()
	if u.Port() != "" {
		server = net.JoinHostPort(server, u.Port())
	}
	return protocol.Check{Kind: protocol.KindDNS, Target: server, DNS: spec}, nil
}

func icmpTarget(u *url.URL) (protocol.Check, error) {
	if u.Port() != "" || u.Path != "" || u.RawQuery != "" {
		return protocol.Check{}, fmt.Errorf("has something after the host: write it as icmp://%s", u.Hostname())
	}
	return protocol.Check{Kind: protocol.KindICMP, Target: u.Hostname(), ICMP: &protocol.ICMPSpec{}}, nil
}
