package protocol

import "fmt"

var (
	kindNames    = []string{"unknown", "http", "tcp", "dns", "icmp"}
	familyNames  = []string{"any", "ipv4", "ipv6"}
	outcomeNames = []string{"unknown", "up", "degraded", "down"}
	causeNames   = []string{
		"", "resolve", "connect_refused", "connect_timeout", "network_unreachable",
		"tls_handshake", "tls_verify", "tls_expired", "tls_expiring", "timeout", "reset",
		"protocol", "status", "assertion", "redirect", "loss", "slow", "agent_fault",
	}
	gapNames = []string{
		"unknown", "overload", "overlap", "clock_jump", "suspended", "stopped", "spool_full", "corrupt",
	}
)

func (k Kind) String() string      { return name(kindNames, int(k)) }
func (f Family) String() string    { return name(familyNames, int(f)) }
func (o Outcome) String() string   { return name(outcomeNames, int(o)) }
func (c Cause) String() string     { return name(causeNames, int(c)) }
func (g GapReason) String() string { return name(gapNames, int(g)) }

func (k Kind) MarshalText() ([]byte, error)      { return []byte(k.String()), nil }
func (f Family) MarshalText() ([]byte, error)    { return []byte(f.String()), nil }
func (o Outcome) MarshalText() ([]byte, error)   { return []byte(o.String()), nil }
func (c Cause) MarshalText() ([]byte, error)     { return []byte(c.String()), nil }
func (g GapReason) MarshalText() ([]byte, error) { return []byte(g.String()), nil }

func (k *Kind) UnmarshalText(b []byte) error      { return parse(k, kindNames, "kind", b) }
func (f *Family) UnmarshalText(b []byte) error    { return parse(f, familyNames, "family", b) }
func (o *Outcome) UnmarshalText(b []byte) error   { return parse(o, outcomeNames, "outcome", b) }
func (c *Cause) UnmarshalText(b []byte) error     { return parse(c, causeNames, "cause", b) }
func (g *GapReason) UnmarshalText(b []byte) error { return parse(g, gapNames, "gap reason", b) }

func name(names []string, i int) string {
	if i < len(names) {
		return names[i]
	}
	return fmt.Sprintf("code-%d", i)
}

func parse[T ~uint8](dst *T, names []string, what string, b []byte) error {
	for i, n := range names {
		if n == string(b) {
			*dst = T(i)
			return nil
		}
	}
	return fmt.Errorf("unknown %s %q", what, b)
}
