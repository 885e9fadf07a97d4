package web

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"github.com/probity-sla/probity/internal/sla"
)

// handling adds to every statement how faults were handled.
type handling struct{ *fixture }

func (h handling) Statement(ctx context.Context, q StatementQuery) (*sla.Statement, error) {
	st, err := h.fixture.Statement(ctx, q)
	if err == nil {
		st.Handled = &sla.Handled{Clocks: []sla.Compliance{{Severity: "P1", Indicator: "response", Target: 15 * minute, Incidents: 3, Met: 2, Missed: 1, Share: sla.Of(2, 3), Taken: sla.SpreadOf([]int64{minute, 20 * minute})}},
			Credits: sla.CreditSum{Total: sla.Of(25, 2)}}
	}
	return st, err
}

func TestAgreementShowsWhatMakesTheFigure(t *testing.T) {
	f := newFixture()
	capped(f)
	f.agreements[0].Services[0].Terms.Endpoints = sla.Endpoints{Rule: sla.AtLeast, K: 1}
	f.agreements[0].Services[0].Terms.Probes = sla.Probes{Rule: sla.QuorumCount, K: 2}
	srv := f.serve(t, func(o *Options) { o.OpenRead, o.Statements = true, handling{f} })
	got := text(ask(t, "GET", srv.URL+"/agreements/aurora-shop", "", "").body)
	for _, want := range []string{"Storefront Up up while at least 1 of 2 checks are up home", "a check is down when 2 locations say so", "the agreement's figure is the worst of its services",
		"P1 response 15 min 3 2 1 66.6 % 20 min", "Credits of the period in all: 12.50 %", "Storefront / home Frankfurt fra-1 2026-11-10 10:00:00", "719 the machine slept", "co-1"} {
		if !strings.Contains(got, want) {
			t.Errorf("the agreement's page does not say %q:\n%s", want, got)
		}
	}
}

func TestCorrectionForms(t *testing.T) {
	f := newFixture()
	srv := f.serve(t, nil)
	page := srv.URL + "/agreements/aurora-shop"
	typed := url.Values{"effect": {"exclude"}, "from": {"2026-11-05T01:00"}, "to": {"2026-11-05T02:00"}, "reason": {"Power cut"}, "services": {"payments"}}
	if got := form(t, page+"/corrections", "read-token", typed); got.status != 403 {
		t.Errorf("proposing as a reader = %d; want 403", got.status)
	}
	if got := form(t, page+"/corrections", "operate-token", typed); got.status != 303 || got.header.Get("Location") != "/agreements/aurora-shop?period=2026-11#corrections" {
		t.Fatalf("proposing = %d to %q", got.status, got.header.Get("Location"))
	}
	if c := f.corrections[3]; c.From != at(5, 0, 0) || c.To != at(5, 1, 0) || c.Effect != sla.EffectExclude || c.CreatedBy != "operate-token" {
		t.Errorf("proposed %+v", c)
	}
	wrong := url.Values{"effect": {"odd"}, "from": {"2026-11-05T01:00"}, "to": {"2026-11-04T02:00"}, "reason": {"Kept"}}
	if got := form(t, page+"/corrections", "operate-token", wrong); got.status != 400 || !strings.Contains(got.body, `value="Kept"`) || !strings.Contains(got.body, "must be later than from") {
		t.Errorf("a wrong form = %d; want it back with what is wrong", got.status)
	}
	if got := form(t, srv.URL+"/corrections/co-4/approve", "operate-token", nil); got.status != 303 || f.corrections[3].ApprovedBy != "operate-token" {
		t.Errorf("approving = %d", got.status)
	}
	if got := ask(t, "GET", page, "operate-token", ""); !strings.Contains(text(got.body), "by who proposed it") {
		t.Error("approving one's own is not marked")
	}
	for path, want := range map[string]int{"/corrections/co-4/approve": 409, "/corrections/co-4/revoke": 303, "/corrections/co-4/burn": 404, "/corrections/none/approve": 404} {
		if got := form(t, srv.URL+path, "operate-token", nil); got.status != want {
			t.Errorf("POST %s = %d; want %d", path, got.status, want)
		}
	}
}

func TestWhatIfPage(t *testing.T) {
	srv := newFixture().serve(t, func(o *Options) { o.OpenRead = true })
	got := ask(t, "GET", srv.URL+"/agreements/aurora-shop/whatif?period=2026-11&target=95&notice=24", "", "")
	for _, want := range []string{"What if", "missed objective 99.9 %", "objective 95 %", `value="95"`, `value="24"`} {
		if !strings.Contains(text(got.body)+got.body, want) {
			t.Errorf("what if does not say %q: %d %s", want, got.status, text(got.body))
		}
	}
	for _, query := range []string{"target=120&notice=1", "target=99.9&notice=-1", "target=99.9%22%0A&notice=1", "target=&notice="} {
		if got := ask(t, "GET", srv.URL+"/agreements/aurora-shop/whatif?"+query, "", ""); got.status != 200 || !strings.Contains(got.body, `class="errors"`) {
			t.Errorf("GET whatif?%s = %d; want the form with what is wrong", query, got.status)
		}
	}
	if got := ask(t, "GET", srv.URL+"/agreements/aurora-shop/whatif?period=2027-05", "", ""); got.status != 422 {
		t.Errorf("a period that has not begun = %d", got.status)
	}
}
