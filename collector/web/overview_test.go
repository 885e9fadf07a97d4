package web

import (
	"compress/gzip"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/probity-sla/probity/internal/sla"
)

func TestOverviewOfAThousandIsLight(t *testing.T) {
	srv := thousand().serve(t, func(o *Options) { o.OpenRead = true })
	for path, most := range map[string]int{"/": 300_000, "/?wall=1": 300_000, "/?sort=availability&page=40": 300_000} {
		got := ask(t, "GET", srv.URL+path, "", "")
		if got.status != 200 || len(got.body) > most {
			t.Errorf("GET %s = %d with %d bytes; want at most %d, before compression", path, got.status, len(got.body), most)
		}
		t.Logf("GET %s: %d bytes, %d compressed", path, len(got.body), packed(t, got.body))
	}
}

func packed(t *testing.T, body string) int {
	t.Helper()
	var n counter
	z := gzip.NewWriter(&n)
	io.WriteString(z, body)
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return int(n)
}

type counter int

func (c *counter) Write(b []byte) (int, error) { *c += counter(len(b)); return len(b), nil }

func TestOverviewFilters(t *testing.T) {
	f := newFixture()
	f.agreements[0].Tags = []string{"eu", "retail"}
	srv := f.serve(t, func(o *Options) { o.OpenRead = true })
	shop, wan, mail := `"/agreements/aurora-shop"`, `"/agreements/harbour-wan"`, `"/agreements/meridian-mail"`
	for _, row := range []struct {
		query string
		want  []string // links in their order
	}{
		{"", []string{shop, wan, mail}},
		{"?find=PORT", []string{wan}},
		{"?customer=Port+of+Harbour", []string{wan}},
		{"?customer=aurora", []string{shop}},
		{"?tier=gold", []string{shop}},
		{"?tag=eu", []string{shop}},
		{"?tag=eu&tier=carrier", nil},
		{"?state=down", []string{shop}},
		{"?state=unknown", []string{mail}},
		{"?state=up", []string{wan}},
		{"?state=missed", []string{shop}},
		{"?state=overdrawn", []string{shop}},
		{"?sort=state", []string{shop, mail, wan}},
		{"?sort=availability", []string{shop, wan, mail}},
		{"?sort=budget", []string{shop, wan, mail}},
		{"?sort=customer", []string{shop, mail, wan}},
		{"?wall=1", []string{shop, mail, wan}},
	} {
		got := ask(t, "GET", srv.URL+"/"+row.query, "", "")
		var order []string
		for rest := got.body; ; {
			i := strings.Index(rest, `class="name" href=`)
			if i < 0 {
				break
			}
			rest = rest[i+len(`class="name" href=`):]
			order = append(order, rest[:strings.Index(rest, ">")])
		}
		if fmt.Sprint(order) != fmt.Sprint(row.want) || got.status != 200 {
			t.Errorf("GET /%s = %d, lists %v; want %v", row.query, got.status, order, row.want)
		}
	}
	for _, query := range []string{"?state=odd", "?sort=odd", "?wall=2", "?page=2", "?page=x", "?other=1"} {
		if got := ask(t, "GET", srv.URL+"/"+query, "", ""); got.status != 400 {
			t.Errorf("GET /%s = %d; want 400", query, got.status)
		}
	}
}

func TestOverviewTellsWhatComes(t *testing.T) {
	f := newFixture()
	for i := range f.agreements[0].Services {
		f.agreements[0].Services[i].Terms = &sla.Terms{Target: sla.Of(99, 100)}
	}
	f.target["aurora-shop"] = sla.Of(99, 100)
	got := text(openPage(t, f, "/").body)
	for _, want := range []string{"Open incidents: 1", "Maintenance 2026-11-22 02:00 – 2026-11-22 05:00"} {
		if !strings.Contains(got, want) {
			t.Errorf("the overview does not say %q:\n%s", want, got)
		}
	}
	st, err := f.Statement(t.Context(), StatementQuery{Agreement: "aurora-shop", Window: sla.Window{From: at(1, 0, 0), To: at(31, 0, 0)}})
	if err != nil {
		t.Fatal(err)
	}
	v := &st.Services[1].Verdict
	want, ok := f.agreements[0].Services[1].Terms.Forecast(v, sla.TallyOf(v.Ledger, v.Until-paceWindow.Milliseconds(), v.Until))
	if at := breaksAt(f.agreements[0], st); !ok && at != 0 || ok && at > want {
		t.Errorf("breaksAt = %d; the service of payments breaks at %d, %v", at, want, ok)
	}
}
