package contract

import (
	"slices"
	"strings"
	"testing"
)

// needing is an agreement of services in lines "service: needed needed".
func needing(t *testing.T, id string, lines ...string) *Agreement {
	t.Helper()
	text := "id = \"" + id + "\"\nzone = \"UTC\"\nperiod = {kind = \"month\"}\n[terms]\ntarget_pct = \"99\"\n"
	for _, line := range lines {
		name, on, _ := strings.Cut(line, ":")
		text += "[[service]]\nid = \"" + name + "\"\ndepends_on = ["
		for _, s := range strings.Fields(on) {
			text += "\"" + s + "\","
		}
		text += "]\n[[service.check]]\nid = \"a\"\ntarget = \"icmp://192.0.2.1\"\n"
	}
	return mustParse(t, text)
}

func TestServicesNameWhatTheyNeed(t *testing.T) {
	shop := needing(t, "shop", "web: db net/core", "db:")
	net := needing(t, "net", "core:")
	if got, want := shop.Services[0].DependsOn, []string{"shop/db", "net/core"}; !slices.Equal(got, want) {
		t.Errorf("web depends on %v; want %v", got, want)
	}
	set, faults := NewSet([]*Agreement{shop, net})
	if err := Join(append(faults, set.unknown()...)); err != nil {
		t.Fatal(err)
	}
	if a, s := set.Service("net/core"); a != net || s == nil || s.ID != "core" {
		t.Errorf("Service(net/core) = %v, %v", a, s)
	}
	if a, s := set.Service("net/edge"); a != nil || s != nil {
		t.Errorf("Service(net/edge) = %v, %v; want none", a, s)
	}
}

func TestServicesInACircleAreRefused(t *testing.T) {
	for _, row := range []struct {
		sentence string
		all      []*Agreement
		says     string
	}{
		{"two of one agreement", []*Agreement{needing(t, "a", "x: y", "y: x", "z: x")}, "service[x].depends_on: a circle: a/x needs a/y needs a/x"},
		{"three of two agreements", []*Agreement{needing(t, "a", "x: b/y"), needing(t, "b", "y: z", "z: a/x")}, "a/x needs b/y needs b/z needs a/x"},
		{"a circle behind a service that is in none", []*Agreement{needing(t, "a", "a: x", "x: y", "y: x")}, "service[x].depends_on: a circle: a/x needs a/y needs a/x"},
		{"a diamond is no circle", []*Agreement{needing(t, "a", "x: y z", "y: w", "z: w", "w:")}, ""},
		{"a part of a set", []*Agreement{needing(t, "a", "x: b/y")}, ""},
	} {
		_, faults := NewSet(row.all)
		got := ""
		if err := Join(faults); err != nil {
			got = err.Error()
		}
		if row.says == "" && got != "" || !strings.Contains(got, row.says) {
			t.Errorf("%s: NewSet says %q; want %q", row.sentence, got, row.says)
		}
	}
}

func TestWhatIsNeededMustExist(t *testing.T) {
	for _, c := range []struct{ on, says string }{
		{"api", `service[web].depends_on[1]: there is no service "api"; name a [[service]] by its id`},
		{"web", "service[web].depends_on[1]: the service depends on itself"},
		{"shop/web", "the service depends on itself"},
		{"a/b/c", `"a/b/c" is no service; write "service", or "agreement/service"`},
		{"", `"" is no service`},
	} {
		_, faults := Parse("test.toml", []byte(strings.Replace(shop, "id = \"web\"", "id = \"web\"\ndepends_on = [\""+c.on+"\"]", 1)))
		if err := Join(faults); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("depends_on %q: Parse gives %v\nwant %q", c.on, err, c.says)
		}
	}
	dir := t.TempDir()
	write(t, dir, "shop.toml", strings.Replace(shop, "id = \"web\"", "id = \"web\"\ndepends_on = [\"net/core\"]", 1))
	set, faults := LoadDir(dir)
	if err := Join(faults); set != nil || err == nil || !strings.Contains(err.Error(), `service[web].depends_on[1]: there is no service "net/core"; write the ids`) {
		t.Errorf("LoadDir gives %v, %v; want a service that is not there", set, err)
	}
}
