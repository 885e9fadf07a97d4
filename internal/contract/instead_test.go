package contract

import (
	"strings"
	"testing"

	"github.com/probity-sla/probity/internal/sla"
)

const insteadBase = `
id = "shop"
name = "Shop"
customer = "Customer"
provider = "Provider"
zone = "UTC"
[period]
kind = "month"
[terms]
target_pct = "99.9"
missing = "down"
[[service]]
id = "web"
name = "Web"
[[service.check]]
id = "home"
target = "https://shop.example/"
interval = "1m"
timeout = "10s"
`

func TestInstead(t *testing.T) {
	a, faults := Parse("shop.toml", []byte(insteadBase))
	if err := Join(faults); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, text string
		target     sla.Ratio
		fault      string
	}{
		{"a key of [terms] replaces one, the rest stays", "[terms]\ntarget_pct = \"99.99\"\n", sla.Of(9999, 10000), ""},
		{"a service's own terms win", "[[service]]\nid = \"web\"\n[service.terms]\ntarget_pct = \"99\"\n", sla.Of(99, 100), ""},
		{"a whole agreement stands in", strings.Replace(insteadBase, "99.9", "99.5", 1), sla.Of(995, 1000), ""},
		{"a service that is not there", "[[service]]\nid = \"mail\"\n", sla.Ratio{}, "is no service of agreement shop"},
		{"a key that is not known", "[terms]\ntarget = \"99\"\n", sla.Ratio{}, "target"},
		{"another agreement", strings.Replace(insteadBase, `"shop"`, `"other"`, 1), sla.Ratio{}, "history belongs to"},
		{"a check without history", strings.Replace(insteadBase, `"home"`, `"cart"`, 1), sla.Ratio{}, "check without history"},
	} {
		got, faults := a.Instead("other.toml", []byte(c.text))
		if c.fault != "" {
			if err := Join(faults); err == nil || !strings.Contains(err.Error(), c.fault) {
				t.Errorf("%s: Instead = %v; want a fault about %q", c.name, err, c.fault)
			}
			continue
		}
		if len(faults) > 0 {
			t.Errorf("%s: Instead = %v", c.name, Join(faults))
			continue
		}
		terms := got.Services[0].Terms
		if terms.Target.Cmp(c.target) != 0 || terms.Missing.Rule != sla.MissingDown {
			t.Errorf("%s: target %v, missing %v; want %v and down", c.name, terms.Target, terms.Missing.Rule, c.target)
		}
	}
}
