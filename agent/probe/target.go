package probe

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/probity-sla/probity/internal/protocol"
)

// maxTargetBytes bounds what ParseTarget reads.
const maxTargetBytes = 8 << 10

const targetForms = "https://host/path, tcp://host:port, tls://host:port, dns://server/name?type=A or icmp://host"

// ParseTarget makes a check of an address as people type it:
//
//	http://host[:port]/path            https://host[:port]/path
//	tcp://host:port                    tls://host:port
//	dns://server[:port]/name?type=AAAA&class=IN&rcode=NXDOMAIN&tcp=1&recurse=1
//	icmp://host?count=3&size=56
//
// The check's timeout is DefaultTimeout. Errors never repeat a password.
func ParseTarget(raw string) (protocol.Check, error) {
	check := protocol.Check{Interval: time.Minute, Timeout: DefaultTimeout}
	if len(raw) > maxTargetBytes {
		return check, fmt.Errorf("target is longer than %d bytes", maxTargetBytes)
	}
	u, err := url.Parse(raw)
	if err != nil {
		return check, fmt.Errorf("target is not a URL: %w; expected %s", errors.Unwrap(err), targetForms)
	}
	if u.Host == "" {
		return check, fmt.Errorf("target has no host; expected %s", targetForms)
	}
	switch u.Scheme {
	case "http", "https":
		u.Fragment = ""
		check.Kind, check.Target = protocol.KindHTTP, u.String()
		check.HTTP = &protocol.HTTPSpec{}
	case "tcp", "tls":
		check.Kind, check.Target = protocol.KindTCP, u.Host
		check.TCP = &protocol.TCPSpec{UseTLS: u.Scheme == "tls"}
		err = onlyHost(u)
	case "dns":
		check.Kind = protocol.KindDNS
		check.Target, check.DNS, err = parseDNSTarget(u)
	case "icmp":
		check.Kind, check.Target = protocol.KindICMP, u.Hostname()
		check.ICMP, err = parseICMPTarget(u)
	default:
		return check, fmt.Errorf("target has the scheme %q; expected %s", u.Scheme, targetForms)
	}
	if err != nil {
		return check, err
	}
	check.ID = protocol.CheckID("command/line/" + u.Scheme)
	return check, Validate(&check)
}

func onlyHost(u *url.URL) error {
	if u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" {
		return fmt.Errorf("target %s://%s takes nothing after the port and no user", u.Scheme, u.Host)
	}
	return nil
}

func parseDNSTarget(u *url.URL) (string, *protocol.DNSSpec, error) {
	spec := &protocol.DNSSpec{Name: strings.TrimPrefix(u.Path, "/")}
	if spec.Name == "" || u.User != nil {
		return "", nil, fmt.Errorf("target has no name to ask for; expected dns://server/name?type=A")
	}
	err := eachParameter(u, func(key, value string) (err error) {
		switch key {
		case "type":
			spec.Type = value
		case "class":
			spec.Class = value
		case "rcode":
			spec.Rcodes = append(spec.Rcodes, strings.Split(value, ",")...)
		case "answer":
			spec.Answers = append(spec.Answers, value)
		case "tcp":
			spec.TCP, err = strconv.ParseBool(value)
		case "recurse":
			spec.Recurse, err = strconv.ParseBool(value)
		default:
			return errors.New("expected type, class, rcode, answer, tcp or recurse")
		}
		return err
	})
	server := u.Host
	if u.Port() == "" {
		server = net.JoinHostPort(u.Hostname(), "53")
	}
	return server, spec, err
}

func parseICMPTarget(u *url.URL) (*protocol.ICMPSpec, error) {
	spec := &protocol.ICMPSpec{}
	if u.Port() != "" || u.User != nil || strings.Trim(u.Path, "/") != "" {
		return nil, fmt.Errorf("target icmp://%s: expected a host alone, as in icmp://host?count=3", u.Host)
	}
	return spec, eachParameter(u, func(key, value string) (err error) {
		switch key {
		case "count":
			spec.Count, err = strconv.Atoi(value)
		case "size":
			spec.Size, err = strconv.Atoi(value)
		case "max_loss":
			spec.MaxLoss, err = strconv.Atoi(value)
		case "spacing":
			spec.Spacing, err = time.ParseDuration(value)
		default:
			return errors.New("expected count, size, spacing or max_loss")
		}
		return err
	})
}

func eachParameter(u *url.URL, set func(key, value string) error) error {
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return fmt.Errorf("target's parameters: %w", err)
	}
	for key, values := range query {
		for _, value := range values {
			if err := set(key, value); err != nil {
				return fmt.Errorf("target's parameter %s=%s: %w", key, value, err)
			}
		}
	}
	return nil
}
