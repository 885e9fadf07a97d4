package contract

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/probity-sla/probity/internal/protocol"
	"github.com/probity-sla/probity/internal/sla"
)

const shop = `
id = "shop"
zone = "Europe/Berlin"
period = {kind = "month"}

[terms]
target_pct = "99.9"

[[service]]
id = "web"
  [[service.check]]
  id = "home"
  target = "https://shop.example/"
`

func mustParse(t testing.TB, text string) *Agreement {
	t.Helper()
	a, faults := Parse("test.toml", []byte(text))
	if err := Join(faults); err != nil {
		t.Fatal(err)
	}
	return a
}

func TestTheShortestAgreementHasEveryDefault(t *testing.T) {
	a := mustParse(t, shop)
	if a.Name != "shop" || a.Language != "en" || a.Aggregate != "worst" || a.Silent != DefaultSilent || len(a.Burn) != 4 || len(a.Revision) != 64 {
		t.Errorf("defaults of the agreement are wrong: %+v", a)
	}
	want := Service{ID: "web", Name: "web", Weight: 1, Confirm: 2, Terms: a.Terms, Checks: []Check{{
		Name: "home",
		Check: protocol.Check{
			ID: "shop/web/home", Kind: protocol.KindHTTP, Target: "https://shop.example/",
			Interval: time.Minute, Timeout: 10 * time.Second, HTTP: &protocol.HTTPSpec{},
		},
	}}}
	if got := a.Services[0]; !reflect.DeepEqual(got, want) {
		t.Errorf("service = %+v; want %+v", got, want)
	}
	if a.Terms.Target != (sla.Ratio{Num: 999, Den: 1000}) && a.Terms.Target.Cmp(sla.Ratio{Num: 999, Den: 1000}) != 0 {
		t.Errorf("target = %v; want 999/1000", a.Terms.Target)
	}
}

func TestAServiceOverridesItsAgreement(t *testing.T) {
	a := mustParse(t, shop+`
  [service.terms]
  target_pct = "99.5"
`+"\n[[service]]\nid = \"api\"\n[[service.check]]\nid = \"ping\"\ntarget = \"icmp://192.0.2.1\"\n")
	if got := a.Services[0].Terms.Target.Cmp(sla.Ratio{Num: 995, Den: 1000}); got != 0 {
		t.Errorf("web's target = %v; want 99.5 %%", a.Services[0].Terms.Target)
	}
	if a.Services[1].Terms != a.Terms {
		t.Error("api says nothing of its own, and does not have the agreement's terms")
	}
}

func TestValidityReachesEveryService(t *testing.T) {
	a := mustParse(t, "valid_from = 2026-04-01\nvalid_to = \"2027-04-01\"\n"+shop+"\n[service.terms]\ntarget_pct = \"99\"\n")
	from, to := at(t, "2026-04-01T00:00:00+02:00"), at(t, "2027-04-01T00:00:00+02:00")
	if a.ValidFrom != from || a.ValidTo != to {
		t.Errorf("valid %d … %d; want %d … %d", a.ValidFrom, a.ValidTo, from, to)
	}
	for _, terms := range []*sla.Terms{a.Terms, a.Services[0].Terms} {
		if terms.Contract.From != from || terms.Contract.To != to {
			t.Errorf("terms are valid %+v; want %d … %d", terms.Contract, from, to)
		}
	}
}

func TestTargetsSayTheKindOfCheck(t *testing.T) {
	for _, row := range []struct {
		sentence, target string
		want             protocol.Check
	}{
		{"a page", "http://shop.example:8080/a?b=c", protocol.Check{Kind: protocol.KindHTTP, Target: "http://shop.example:8080/a?b=c", HTTP: &protocol.HTTPSpec{}}},
		{"a port", "tcp://db.example:5432", protocol.Check{Kind: protocol.KindTCP, Target: "db.example:5432", TCP: &protocol.TCPSpec{}}},
		{"an encrypted port on IPv6", "tls://[::1]:853", protocol.Check{Kind: protocol.KindTCP, Target: "[::1]:853", TCP: &protocol.TCPSpec{UseTLS: true}}},
		{"a name, type A unless it says so", "dns://ns1.example/www.example", protocol.Check{Kind: protocol.KindDNS, Target: "ns1.example", DNS: &protocol.DNSSpec{Name: "www.example", Type: "A"}}},
		{"a record of the root, at a port", "dns://[2001:db8::1]:5353/.?type=soa&class=in", protocol.Check{Kind: protocol.KindDNS, Target: "[2001:db8::1]:5353", DNS: &protocol.DNSSpec{Name: ".", Type: "SOA", Class: "IN"}}},
		{"a host", "icmp://192.0.2.1", protocol.Check{Kind: protocol.KindICMP, Target: "192.0.2.1", ICMP: &protocol.ICMPSpec{}}},
	} {
		if got, err := ParseTarget(row.target); err != nil || !reflect.DeepEqual(got, row.want) {
			t.Errorf("%s: ParseTarget(%q) = %+v, %v; want %+v", row.sentence, row.target, got, err, row.want)
		}
	}
	for _, bad := range []string{
		"", "shop.example", "ftp://shop.example", "https://", "https://u:p@shop.example", "https://shop.example/#top",
		"tcp://db.example", "tcp://db.example:0", "tcp://db.example:70000", "tcp://db.example:1/x", "dns://ns1.example", "dns://ns1.example/",
		"dns://ns1.example/a..b", "dns://ns1.example/a?type=FOO", "dns://ns1.example/a?ttl=1", "dns://ns1.example/a?type=A&type=MX",
		"icmp://192.0.2.1/x", "icmp://192.0.2.1:7", "icmp://a b", "https://shop.example/" + strings.Repeat("a", MaxTargetBytes),
	} {
		if got, err := ParseTarget(bad); err == nil {
			t.Errorf("ParseTarget(%.60q) = %+v; want an error", bad, got)
		}
	}
}

func TestSecretsStandOutsideTheAgreement(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "token", "Bearer s3cret\n")
	t.Setenv("SHOP_KEY", "k3y")
	write(t, dir, "shop.toml", shop+`
    [[service.check.http.header]]
    name = "Authorization"
    value_file = "token"
    [[service.check.http.header]]
    name = "X-Key"
    value_env = "SHOP_KEY"
    [[service.check.http.header]]
    name = "Accept"
    value = "text/html"
`)
	set, faults := LoadDir(dir)
	if err := Join(faults); err != nil {
		t.Fatal(err)
	}
	_, _, c := set.Check("shop/web/home")
	want := []protocol.Header{{Name: "Authorization", Value: "Bearer s3cret"}, {Name: "X-Key", Value: "k3y"}, {Name: "Accept", Value: "text/html"}}
	if !reflect.DeepEqual(c.HTTP.Headers, want) {
		t.Errorf("headers = %+v; want %+v", c.HTTP.Headers, want)
	}
	if strings.Contains(string(set.Agreements[0].Source), "s3cret") {
		t.Error("the agreement's own text holds the secret")
	}
}

func write(t testing.TB, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestASetIsLoadedWholeOrNotAtAll(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "b.toml", strings.Replace(shop, `"shop"`, `"beta"`, 1))
	write(t, dir, "a.toml", shop)
	write(t, dir, ".hidden.toml", "not read")
	write(t, dir, "notes.txt", "not read")
	set, faults := LoadDir(dir)
	if len(faults) > 0 {
		t.Fatal(Join(faults))
	}
	if set.Agreements[0].ID != "beta" || set.Agreements[1].ID != "shop" || set.Agreement("shop") == nil || set.Agreement("none") != nil {
		t.Errorf("agreements are not in the order of their ids, or not found: %v", set.Agreements)
	}
	write(t, dir, "c.toml", shop)
	write(t, dir, "d.toml", "id = \"d\"\nzone = \"Mars/Olympus\"\n")
	set, faults = LoadDir(dir)
	got := Join(faults).Error()
	for _, want := range []string{`c.toml: id: "shop" is the id of`, `d.toml: zone: "Mars/Olympus" is no time zone`, "d.toml: period.kind: is missing", "d.toml: service: is missing"} {
		if !strings.Contains(got, want) {
			t.Errorf("faults do not say %q:\n%s", want, got)
		}
	}
	if set != nil {
		t.Error("a set with faults was returned")
	}
}

func TestAssignmentsFollowLocationAndContent(t *testing.T) {
	a := mustParse(t, shop+`
  [[service.check]]
  id = "ping"
  target = "icmp://192.0.2.1"
  locations = ["fra1"]
`)
	set, faults := NewSet([]*Agreement{a})
	if len(faults) > 0 {
		t.Fatal(Join(faults))
	}
	fra, sin := set.Assignment("a1", "fra1", protocol.DefaultGrid), set.Assignment("a2", "sin1", protocol.DefaultGrid)
	if len(fra.Checks) != 2 || len(sin.Checks) != 1 || fra.Checks[0].ID != "shop/web/home" || sin.Agent != "a2" {
		t.Errorf("assignments = %+v and %+v", fra, sin)
	}
	again, _ := NewSet([]*Agreement{mustParse(t, shop)})
	if got := again.Assignment("a9", "fra1", protocol.DefaultGrid).Version; got != sin.Version || got == fra.Version {
		t.Errorf("versions: the same checks have %q and %q, other checks %q", got, sin.Version, fra.Version)
	}
	if got := again.Assignment("a9", "fra1", time.Millisecond).Version; got == sin.Version {
		t.Error("another grid has the same version")
	}
}
