package contract

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/probity-sla/probity/internal/sla"
)

const severities = shop + second + `
[[severity]]
name = "P1"
major = true
services = ["web"]
state = "down"
location_share = "0.5"
after = "5m"
[[severity]]
name = "P2"
state = "down"
[[severity]]
name = "P3"
services = ["web"]
state = "degraded"
`

func TestAnOutageIsOfTheFirstSeverityOfWhichEveryConditionHolds(t *testing.T) {
	a := mustParse(t, severities)
	for _, row := range []struct {
		sentence, service, state string
		failing, locations       int
		lasted                   time.Duration
		want                     string
	}{
		{"exactly half, exactly five minutes", "web", "down", 2, 4, 5 * time.Minute, "P1"},
		{"not yet so long", "web", "down", 2, 4, 5*time.Minute - 1, "P2"},
		{"seen by fewer than half", "web", "down", 1, 3, time.Hour, "P2"},
		{"another service", "feed", "down", 3, 3, time.Hour, "P2"},
		{"slow", "web", "degraded", 3, 3, time.Hour, "P3"},
		{"none holds: the last is for the rest", "feed", "degraded", 3, 3, time.Hour, "P3"},
		{"no location can tell", "web", "down", 0, 0, time.Hour, "P2"},
	} {
		got, ok := a.Severity(row.service, row.state, row.failing, row.locations, row.lasted)
		if got.Name != row.want || !ok || got.Major != (row.want == "P1") {
			t.Errorf("%s: Severity(%s, %s, %d, %d, %s) = %+v, %v; want %s", row.sentence,
				row.service, row.state, row.failing, row.locations, row.lasted, got, ok, row.want)
		}
	}
	want := Level{Name: "P1", Major: true, Services: []string{"web"}, State: "down", LocationShare: sla.Of(1, 2), After: 5 * time.Minute}
	if got := a.Level("P1"); !reflect.DeepEqual(*got, want) {
		t.Errorf("Level(P1) = %+v; want %+v", *got, want)
	}
	if got := a.Level("P9"); got != nil {
		t.Errorf("Level(P9) = %+v; want none", got)
	}
}

func TestWithoutSeveritiesAnOutageIsTheGravestOfTheClocks(t *testing.T) {
	a := mustParse(t, clocks)
	if got, ok := a.Severity("web", "degraded", 1, 3, 0); !ok || got.Name != "P1" || got.Major {
		t.Errorf("Severity of clocks P1 and P3 = %+v, %v; want P1, not major", got, ok)
	}
	if got := a.Severities(); !slices.Equal(got, []string{"P1", "P3"}) {
		t.Errorf("Severities() = %v", got)
	}
	if got, ok := mustParse(t, shop).Severity("web", "down", 1, 1, 0); ok {
		t.Errorf("an agreement that names none has the severity %+v", got)
	}
}

func TestSeveritiesThatCannotBe(t *testing.T) {
	row := func(lines string) string { return shop + "[[severity]]\n" + lines + "\n" }
	for _, c := range []struct{ sentence, text, says string }{
		{"no name", row("major = true"), "severity[1].name: is missing"},
		{"a service of nobody", row("name = \"P1\"\nservices = [\"x\"]"), `severity[P1].services[1]: there is no service "x"`},
		{"a service twice", row("name = \"P1\"\nservices = [\"web\", \"web\"]"), `severity[P1].services[2]: "web" is named twice`},
		{"a state of none", row("name = \"P1\"\nstate = \"up\""), `severity[P1].state: "up" is not understood; write down or degraded`},
		{"no share", row("name = \"P1\"\nlocation_share = \"0\""), "severity[P1].location_share: 0 is not above 0 and at most 1"},
		{"more than all", row("name = \"P1\"\nlocation_share = \"50\""), "severity[P1].location_share: 50 is not above 0 and at most 1"},
		{"a share that is no text", row("name = \"P1\"\nlocation_share = 0.5"), "severity[P1].location_share: is a decimal number without quotes"},
		{"a name twice", row("name = \"P1\"\n[[severity]]\nname = \"P1\""), `the agreement has two severities "P1"`},
		{"a clock of none", row("name = \"P1\"") + clockTOML("P2", "response", 60, ""), `clock[P2 response].severity: there is no severity "P2"; write a [[severity]] of that name, or one of P1`},
		{"too many", shop + strings.Repeat("[[severity]]\nname = \"P1\"\n", 21), "severity: 21 severities; at most 20"},
	} {
		a, faults := Parse("test.toml", []byte(c.text))
		if err := Join(faults); a != nil || err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: Parse gives %v\nwant %q", c.sentence, err, c.says)
		}
	}
}

func TestLintFindsSeveritiesThatDecideNothing(t *testing.T) {
	for _, row := range []struct{ sentence, text, says string }{
		{"three rows with the last for the rest", shop + "[[severity]]\nname = \"P1\"\nstate = \"down\"\n[[severity]]\nname = \"P2\"\n[[severity]]\nname = \"P3\"\n", ""},
		{"a last row with conditions", severities, "warning: severity[P3]: its conditions decide nothing: what no other severity is for is P3 all the same; leave them out"},
		{"a row behind one for everything", shop + "[[severity]]\nname = \"P2\"\n[[severity]]\nname = \"P1\"\nstate = \"down\"\n[[severity]]\nname = \"P3\"\n",
			"warning: severity[P1]: no outage reaches it: P2, before it, is for all of them; write the gravest severity first"},
		{"a severity without a clock", shop + "[[severity]]\nname = \"P1\"\n[[severity]]\nname = \"P2\"\n" + clockTOML("P1", "response", 60, ""),
			"warning: severity[P2]: P2 has no clock: it need never be answered or mended; add a [[clock]] for it"},
		{"a sum of nothing", shop + "[credits]\nrepairs = \"sum\"\n", "warning: credits.repairs: no clock earns a credit"},
		{"a cap on nothing", shop + "[credits]\ncap = \"30\"\n", "warning: credits.cap: nothing earns a credit"},
	} {
		if got := lintOf(t, row.text); row.says == "" && got != "" || !strings.Contains(got, row.says) {
			t.Errorf("%s: lint says\n%s\nwant %q", row.sentence, got, row.says)
		}
	}
}
