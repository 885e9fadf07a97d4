package config

import (
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
)

// Listen is a TCP address to listen on: "127.0.0.1:9410", "[::1]:9410" or ":9410".
type Listen struct {
	Host string // "" is every interface
	Port uint16 // 0 is any free port
}

// ParseListen reads a listen address.
func ParseListen(s string) (Listen, error) {
	host, port, err := net.SplitHostPort(s)
	if err != nil {
		return Listen{}, badListen(s)
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return Listen{}, badListen(s)
	}
	if strings.ContainsAny(host, " /@") {
		return Listen{}, badListen(s)
	}
	return Listen{host, uint16(n)}, nil
}

func badListen(s string) error {
	return fmt.Errorf("%q is not an address to listen on; write host:port, for example \"127.0.0.1:9410\", \"[::1]:9410\" or \":9410\"", s)
}

// Loopback reports whether only this machine can reach the address. Every
// interface is not loopback, nor is a name other than localhost.
func (l Listen) Loopback() bool {
	if l.Host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(l.Host)
	return err == nil && ip.Unmap().IsLoopback()
}

func (l Listen) String() string {
	return net.JoinHostPort(l.Host, strconv.Itoa(int(l.Port)))
}

func (l Listen) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

func (l *Listen) UnmarshalText(text []byte) error {
	v, err := ParseListen(string(text))
	if err != nil {
		return err
	}
	*l = v
	return nil
}
