package promapi

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/probity-sla/probity/collector/timeline"
	"github.com/probity-sla/probity/internal/protocol"
	"github.com/probity-sla/probity/internal/sla"
)

const grafanaDir = "../../configs/grafana"

// dashboard is what a test reads of Grafana's JSON.
type dashboard struct {
	UID, Title, Description string
	Tags                    []string
	Templating              struct {
		List []struct {
			Name, Type string
			Query      json.RawMessage
		}
	}
	Panels []panel
}

type panel struct {
	ID                       int
	Type, Title, Description string
	GridPos                  struct{ H, W, X, Y int }
	FieldConfig              struct{ Defaults struct{ Unit string } }
	Targets                  []struct {
		Expr       string
		Instant    bool
		Datasource struct{ Type, UID string }
	}
}

func dashboards(t *testing.T) map[string]dashboard {
	t.Helper()
	files, err := filepath.Glob(grafanaDir + "/dashboards/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("dashboards in %s: %v, %v", grafanaDir, files, err)
	}
	out := map[string]dashboard{}
	for _, f := range files {
		text, err := os.ReadFile(f)
		var d dashboard
		if err == nil {
			err = json.Unmarshal(text, &d)
		}
		if err != nil {
			t.Fatalf("%s: %v", f, err)
		}
		out[filepath.Base(f)] = d
	}
	return out
}

// aHouse is two agreements probed from two locations over a month and a bit:
// one check is failing now, one is down everywhere, one agent is silent.
func aHouse(t *testing.T) *seeded {
	at := t0 + 32*day
	s := newSeeded(t, at)
	for i, id := range []string{"shop", "bank"} {
		a := Agreement{ID: id, Open: []Open{{Severity: "P1", Incidents: 1 - i}}}
		for _, service := range []string{"web", "api"} {
			svc := Service{ID: service}
			for k, check := range []string{"front", "login"} {
				c := Check{
					ID:       protocol.CheckID(id + "/" + service + "/" + check),
					Interval: time.Minute, Grace: 20 * time.Second, CertExpiry: at + int64(20+k)*day,
				}
				for _, l := range []Location{{Agent: "edge", Location: "berlin", State: sla.Up}, {Agent: "far", Location: "tokyo", State: sla.Up}} {
					failing := service == "api" && check == "login" && (l.Agent == "edge" || id == "bank")
					s.add(t, c.ID, l.Agent, time.Minute, t0, at, func(slot int64) (timeline.Outcome, bool) {
						if failing && slot >= at-600_000 || slot%(5*day) < 300_000 {
							return timeline.Down, true
						}
						return timeline.Up, l.Agent == "edge" || slot%day < 23*3600_000
					})
					c.Locations = append(c.Locations, l)
				}
				svc.Checks = append(svc.Checks, c)
			}
			a.Services = append(a.Services, svc)
		}
		s.snapshot.Agreements = append(s.snapshot.Agreements, a)
	}
	s.snapshot.Agents = []Agent{{"edge", "berlin", at - 1000}, {"far", "tokyo", at - day}}
	for i := range s.snapshot.Agreements {
		a := &s.snapshot.Agreements[i]
		for j := range a.Services {
			svc := &a.Services[j]
			v, err := s.verdict(t.Context(), svc, sla.Window{From: t0 + 31*day, To: t0 + 61*day})
			if err != nil {
				t.Fatal(err)
			}
			svc.Verdict, a.Overall, svc.Last = v, v, &v.Ledger[len(v.Ledger)-1]
			svc.Burn = []Burn{{time.Hour, sla.BurnRate(v.Ledger, at, 3600_000, v.Target)}}
		}
	}
	return s
}

// substitute fills in Grafana's variables as the panel would see them for $__range of a day.
var substitute = strings.NewReplacer(
	"$agreement", "shop", "$service", ".*", "$location", ".*",
	"$__range_s", "86400", "$__range", "1d", "$__rate_interval", "2m", "$__interval", "1m",
)

func TestEveryPanelOfEveryDashboardHasData(t *testing.T) {
	s := aHouse(t)
	c := serveAPI(t, s, Limits{})
	end := fmt.Sprint(s.snapshot.At / 1000)
	start := fmt.Sprint((s.snapshot.At - day) / 1000)
	for file, d := range dashboards(t) {
		for _, p := range d.Panels {
			for _, q := range p.Targets {
				query := substitute.Replace(q.Expr)
				if strings.Contains(query, "$") {
					t.Errorf("%s, panel %q: a variable is left in %s", file, p.Title, query)
				}
				path, params := "/api/v1/query", []string{"query", query, "time", end}
				if !q.Instant {
					path, params = "/api/v1/query_range", []string{"query", query, "start", start, "end", end, "step", "60"}
				}
				status, r := c.get(path, params...)
				if status != 200 {
					t.Errorf("%s, panel %q: %s answers %d %s: %s", file, p.Title, query, status, r.ErrorType, r.Error)
					continue
				}
				if n := results(t, r); n == 0 {
					t.Errorf("%s, panel %q: no data for %s", file, p.Title, query)
				}
			}
		}
	}
}

func results(t *testing.T, r reply) int {
	t.Helper()
	var d struct{ Result []json.RawMessage }
	if err := json.Unmarshal(r.Data, &d); err != nil {
		t.Fatal(err)
	}
	return len(d.Result)
}

func TestEveryPanelSaysWhatItShows(t *testing.T) {
	uids := map[string]bool{}
	for file, d := range dashboards(t) {
		if uids[d.UID] || d.UID == "" || d.Title == "" || d.Description == "" || !slices.Contains(d.Tags, "probity") {
			t.Errorf("%s: uid %q, title %q, description %q, tags %q; each must be there, and the uid be its own", file, d.UID, d.Title, d.Description, d.Tags)
		}
		uids[d.UID] = true
		for i, p := range d.Panels {
			if p.Title == "" || len(p.Description) < 20 || p.FieldConfig.Defaults.Unit == "" || len(p.Targets) == 0 {
				t.Errorf("%s, panel %q: description %q, unit %q, %d queries", file, p.Title, p.Description, p.FieldConfig.Defaults.Unit, len(p.Targets))
			}
			for _, q := range p.Targets {
				if q.Datasource.Type != "prometheus" || q.Datasource.UID != "${datasource}" {
					t.Errorf("%s, panel %q asks %v, not the data source of the variable", file, p.Title, q.Datasource)
				}
			}
			for _, o := range d.Panels[:i] {
				a, b := p.GridPos, o.GridPos
				if a.X < b.X+b.W && b.X < a.X+a.W && a.Y < b.Y+b.H && b.Y < a.Y+a.H || a.X+a.W > 24 || p.ID == o.ID {
					t.Errorf("%s: panels %q and %q overlap or share an id", file, p.Title, o.Title)
				}
			}
		}
	}
}

var labelValues = regexp.MustCompile(`^label_values\((.+), (\w+)\)$`)

func TestEveryVariableHasValues(t *testing.T) {
	c := serveAPI(t, aHouse(t), Limits{})
	for file, d := range dashboards(t) {
		for _, v := range d.Templating.List {
			if v.Type != "query" {
				continue
			}
			var q struct{ Query string }
			if err := json.Unmarshal(v.Query, &q); err != nil {
				t.Fatalf("%s: variable %s: %v", file, v.Name, err)
			}
			m := labelValues.FindStringSubmatch(q.Query)
			if m == nil {
				t.Errorf("%s: variable %s asks %q, want label_values(selector, label)", file, v.Name, q.Query)
				continue
			}
			status, r := c.get("/api/v1/label/"+m[2]+"/values", "match[]", substitute.Replace(m[1]))
			if status != 200 || string(r.Data) == "[]" {
				t.Errorf("%s: variable %s has no values: %d %s %s", file, v.Name, status, r.Data, r.Error)
			}
		}
	}
}

// The provisioned names must be the ones that the dashboards and the handler use.
func TestProvisioningNamesWhatIsThere(t *testing.T) {
	for file, wants := range map[string][]string{
		"datasources/probity.yaml": {"\n    uid: probity ", "\n    type: prometheus\n", "url: $PROBITY_URL/prometheus\n", "Bearer $PROBITY_TOKEN"},
		"dashboards/probity.yaml":  {"\n    type: file\n", "path: /var/lib/grafana/dashboards/probity\n"},
	} {
		text, err := os.ReadFile(filepath.Join(grafanaDir, "provisioning", file))
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range append(wants, "\napiVersion: 1\n") {
			if !strings.Contains("\n"+string(text), want) {
				t.Errorf("%s does not say %q:\n%s", file, want, text)
			}
		}
		if strings.Contains(string(text), "\t") {
			t.Errorf("%s has a tab, which is no YAML", file)
		}
	}
}
