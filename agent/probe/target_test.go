package probe

import (
	"strings"
	"testing"

	"github.com/probity-sla/probity/internal/protocol"
)

func TestParseTarget(t *testing.T) {
	for _, row := range []struct {
		raw, target string
		kind        protocol.Kind
	}{
		{"https://www.example.org/a?b=c#d", "https://www.example.org/a?b=c", protocol.KindHTTP},
		{"http://[::1]:8080", "http://[::1]:8080", protocol.KindHTTP},
		{"tcp://mail.example.org:25", "mail.example.org:25", protocol.KindTCP},
		{"tls://[2001:db8::1]:993/", "[2001:db8::1]:993", protocol.KindTCP},
		{"dns://127.0.0.1/www.example.org?type=AAAA", "127.0.0.1:53", protocol.KindDNS},
		{"dns://[::1]:5353/example.org?type=TYPE65&class=IN&rcode=NXDOMAIN,NOERROR&tcp=1&recurse=1&answer=x", "[::1]:5353", protocol.KindDNS},
		{"icmp://127.0.0.1?count=3&size=56&spacing=10ms&max_loss=50", "127.0.0.1", protocol.KindICMP},
		{"icmp://[::1]", "::1", protocol.KindICMP},
	} {
		c, err := ParseTarget(row.raw)
		if err != nil || c.Target != row.target || c.Kind != row.kind || c.ID == "" {
			t.Errorf("ParseTarget(%s) = %+v, %v; want %v %s", row.raw, c, err, row.kind, row.target)
		}
	}
	c, err := ParseTarget("icmp://127.0.0.1?count=3&size=64")
	if err != nil || c.ICMP.Count != 3 || c.ICMP.Size != 64 {
		t.Errorf("ParseTarget() = %+v, %v", c.ICMP, err)
	}
	if c, err = ParseTarget("tls://h:1"); err != nil || !c.TCP.UseTLS {
		t.Errorf("ParseTarget(tls) = %+v, %v", c.TCP, err)
	}
}

func TestParseTargetSaysWhatIsWrong(t *testing.T) {
	for _, row := range []struct{ raw, says string }{
		{"", "no host"},
		{"www.example.org", "no host"},
		{"ftp://h/", "scheme"},
		{"http://h:99999/", "1 to 65535"},
		{"http://h:0/", "1 to 65535"},
		{"http://a b/", "URL"},
		{"tcp://h", "host:port"},
		{"tcp://h:25/path", "nothing after the port"},
		{"tls://u@h:25", "no user"},
		{"dns://h/", "no name"},
		{"dns://h/www.test?type=NONE", "dns.type"},
		{"dns://h/www.test?rcode=NONE", "dns.rcodes"},
		{"dns://h/www.test?tpye=A", "tpye"},
		{"dns://h/www.test?tcp=maybe", "tcp=maybe"},
		{"dns://h/a..b", "domain name"},
		{"icmp://h:80", "a host alone"},
		{"icmp://h?count=0x", "count=0x"},
		{"icmp://h?count=1000", "icmp.count"},
		{"icmp://h?size=3", "icmp.size"},
		{"icmp://h?max_loss=100", "icmp.max_loss"},
		{"icmp://h?count=100&spacing=1s", "icmp.spacing"},
		{"http://" + strings.Repeat("h", 300) + "/", "host"},
		{"http://" + strings.Repeat("h", maxTargetBytes), "longer"},
	} {
		if c, err := ParseTarget(row.raw); err == nil || !strings.Contains(err.Error(), row.says) {
			t.Errorf("ParseTarget(%.60s) = %+v, %v; want an error with %q", row.raw, c, err, row.says)
		}
	}
}

func TestValidateNamesTheKey(t *testing.T) {
	web := func(spec protocol.HTTPSpec) *protocol.Check {
		c := check(protocol.KindHTTP, "http://h/")
		c.HTTP = &spec
		return c
	}
	family := check(protocol.KindTCP, "127.0.0.1:1")
	family.Family = protocol.FamilyIPv6
	dnsAnswer := check(protocol.KindDNS, "127.0.0.1")
	dnsAnswer.DNS = &protocol.DNSSpec{Name: "n", Answers: []string{"ok", "("}}
	expect := check(protocol.KindTCP, "127.0.0.1:1")
	expect.TCP = &protocol.TCPSpec{Expect: "("}
	for _, row := range []struct {
		check *protocol.Check
		key   string
	}{
		{check(protocol.KindUnknown, "h"), "kind"},
		{check(protocol.Kind(77), "h"), "kind"},
		{check(protocol.KindDNS, "127.0.0.1"), "dns.name"},
		{web(protocol.HTTPSpec{BodyMatches: "("}), "http.body_matches"},
		{web(protocol.HTTPSpec{BodyNotMatches: "("}), "http.body_not_matches"},
		{web(protocol.HTTPSpec{HeaderMatches: []protocol.Header{{Name: "X", Value: "("}}}), "http.header_matches"},
		{web(protocol.HTTPSpec{Headers: []protocol.Header{{Name: "X Y", Value: "v"}}}), "http.headers"},
		{web(protocol.HTTPSpec{Headers: []protocol.Header{{Name: "X", Value: "a\r\nb"}}}), "http.headers"},
		{web(protocol.HTTPSpec{Method: "GE T"}), "http.method"},
		{web(protocol.HTTPSpec{Status: []protocol.StatusRange{{From: 300, To: 200}}}), "http.status"},
		{web(protocol.HTTPSpec{MaxRedirects: 21}), "http.max_redirects"},
		{web(protocol.HTTPSpec{MaxBodyBytes: -1}), "http.max_body_bytes"},
		{web(protocol.HTTPSpec{HTTPVersion: "3"}), "http.http_version"},
		{dnsAnswer, "dns.answers[1]"},
		{expect, "tcp.expect"},
		{family, "family"},
	} {
		err := Validate(row.check)
		if err == nil || !strings.Contains(err.Error(), row.key) {
			t.Errorf("Validate(%+v) = %v; want it to name %s", row.check, err, row.key)
		}
		if res := newProber(t).once(row.check); res.Outcome != protocol.OutcomeUnknown || res.Cause != protocol.CauseAgentFault {
			t.Errorf("Run(%+v) = %+v; want unknown, agent_fault", row.check, res)
		}
	}
}

func FuzzParseTarget(f *testing.F) {
	for _, s := range []string{"https://u:p@h/p?q", "tcp://h:1", "tls://[::1]:1", "dns://h/n?type=A&rcode=NOERROR", "icmp://h?count=3", "dns://h:53/%00", "http://[fe80::1%25eth0]/", "x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		c, err := ParseTarget(raw)
		if err != nil {
			return
		}
		if err := Validate(&c); err != nil || timeoutOf(&c) <= 0 || c.Kind == protocol.KindUnknown {
			t.Errorf("ParseTarget(%q) = %+v, which is not valid: %v", raw, c, err)
		}
	})
}
