package web

import (
	"encoding/json"
	"fmt"
	"os"
	"testing"

	"github.com/chromedp/chromedp"
)

// violation is what axe-core says of a page.
type violation struct {
	ID     string `json:"id"`
	Impact string `json:"impact"`
	Help   string `json:"help"`
	Nodes  []struct {
		HTML    string `json:"html"`
		Summary string `json:"failureSummary"`
	} `json:"nodes"`
}

// axe returns the violations of a page that are serious or critical.
func (b *browser) axe(t *testing.T, script string) []violation {
	t.Helper()
	if err := chromedp.Do(b.ctx, chromedp.Evaluate[chromedp.Void](script)); err != nil {
		t.Fatal(err)
	}
	b.do(t, chromedp.Evaluate[chromedp.Void](`window.axeSays = ""; void axe.run(document, {resultTypes: ["violations"]}).then(r => {
		window.axeSays = JSON.stringify(r.violations.filter(v => v.impact === "serious" || v.impact === "critical")
			.map(v => ({id: v.id, impact: v.impact, help: v.help, nodes: v.nodes.slice(0, 3).map(n => ({html: n.html.slice(0, 200), failureSummary: n.failureSummary}))})));
	})`))
	b.until(t, `window.axeSays !== ""`)
	var out []violation
	if err := json.Unmarshal([]byte(get(t, b, chromedp.Evaluate[string](`window.axeSays`))), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func axeScript(t *testing.T) string {
	t.Helper()
	script, err := os.ReadFile("testdata/axe/axe.min.js")
	if err != nil {
		t.Fatal(err)
	}
	return string(script) + ";void 0"
}

// pagesToRead are the pages that are held against axe-core and looked at.
var pagesToRead = []struct{ name, path string }{
	{"overview", "/"}, {"overview-filtered", "/?state=down&sort=budget"}, {"wall", "/?wall=1"},
	{"agreement", "/agreements/aurora-shop"}, {"agreement-earlier", "/agreements/aurora-shop?period=2026-10"}, {"agreement-no-data", "/agreements/meridian-mail"},
	{"check", "/checks/aurora-shop/payments/api"}, {"maintenance", "/agreements/aurora-shop/maintenance"}, {"whatif", "/agreements/aurora-shop/whatif"}, {"links", "/links"},
	{"alerts", "/alerts"}, {"agents", "/agents"}, {"incidents", "/incidents"}, {"incident", "/incidents/INC-2026-0042"}, {"faults", "/faults"}, {"fault", "/faults/FLT-2026-AU3KX"},
	{"report-fault", "/agreements/aurora-shop/report-fault"}, {"oncall", "/oncall"}, {"status", "/status/aurora-shop"},
}

func TestPagesAreAccessible(t *testing.T) {
	for n := range 4 {
		scheme, dark, half := "light", n%2 == 1, pagesToRead[:len(pagesToRead)/2]
		if dark {
			scheme = "dark"
		}
		if n > 1 {
			half = pagesToRead[len(pagesToRead)/2:]
		}
		t.Run(fmt.Sprint(scheme, n/2), func(t *testing.T) {
			srv := newFixture().serve(t, nil)
			script := axeScript(t)
			b := openBrowser(t)
			b.look(t, 1280, 800, dark)
			b.logIn(t, srv.URL, "operate-token", "/agents")
			b.do(t, chromedp.Evaluate[chromedp.Void](`document.body.append(Object.assign(document.createElement("img"), {src: "/static/probity.svg"}))`))
			if got := b.axe(t, script); len(got) != 1 || got[0].ID != "image-alt" {
				t.Fatalf("a picture without a text is planted; axe says %+v", got)
			}
			for _, p := range half {
				b.look(t, 1280, 800, dark)
				b.do(t, chromedp.Navigate(srv.URL+p.path), chromedp.WaitVisible(chromedp.CSS("main")))
				b.shoot(t, "page-"+p.name+"-"+scheme)
				for _, v := range b.axe(t, script) {
					t.Errorf("%s: %s, %s: %s: %+v", p.name, v.ID, v.Impact, v.Help, v.Nodes)
				}
				if !dark {
					b.look(t, 390, 800, dark)
					b.shoot(t, "page-"+p.name+"-phone")
					if get(t, b, chromedp.Evaluate[bool]("document.documentElement.scrollWidth > document.documentElement.clientWidth")) {
						t.Errorf("%s is wider than a phone", p.name)
					}
				}
			}
			b.noComplaints(t)
		})
	}
}

// TestWalkToTheCause walks as an operator would: from what is down to its worst
// day and cause, to a maintenance announced too late, and to a customer's link.
func TestWalkToTheCause(t *testing.T) {
	f := newFixture()
	capped(f)
	srv := f.serve(t, nil)
	b := openBrowser(t)
	b.look(t, 1280, 800, false)
	b.logIn(t, srv.URL, "operate-token", "/agents")
	click := func(selector string) chromedp.Action[chromedp.Void] { return chromedp.Click(chromedp.CSS(selector)) }
	b.do(t, chromedp.Navigate(srv.URL+"/?state=missed"), chromedp.WaitVisible(chromedp.CSS("table.overview")), click("table.overview a.name"), chromedp.WaitVisible(chromedp.CSS("#timeline")))
	b.until(t, `document.querySelector("h1").textContent === "Aurora online shop"`)
	b.do(t, chromedp.Evaluate[chromedp.Void](`document.querySelector("#verdict .strip a[href*='2026-11-03']").dispatchEvent(new MouseEvent("click", {bubbles: true, cancelable: true, view: window}))`))
	b.until(t, `location.search.includes("2026-11-03")`)
	b.until(t, `document.querySelector("#outages").textContent.includes("31 min")`)
	b.do(t, chromedp.Navigate(srv.URL+"/agreements/aurora-shop/maintenance"), chromedp.WaitVisible(chromedp.CSS("#announce")))
	b.do(t, chromedp.Evaluate[chromedp.Void](`for (const [name, value] of [["from", "2026-11-20T21:30"], ["to", "2026-11-20T22:30"]]) {
		const field = document.querySelector("#announce [name=" + name + "]"); field.value = value; field.dispatchEvent(new Event("input", {bubbles: true})); }`))
	b.until(t, `document.querySelector("[data-says]").textContent.includes("17 h short of the 2 d notice; this window will count as down time")`)
	b.shoot(t, "maintenance-while-typing")
	b.do(t, chromedp.SendKeys(chromedp.CSS("#announce [name=reason]"), "Firmware"), click("#announce button.primary"), chromedp.WaitVisible(chromedp.CSS(".says.warns")))
	b.shoot(t, "maintenance-confirm")
	b.do(t, click("form.buttons button.primary"), chromedp.WaitVisible(chromedp.CSS("table.calendar li.short")))
	b.do(t, chromedp.Navigate(srv.URL+"/links"), chromedp.SendKeys(chromedp.CSS("[name=name]"), "Kim"), click("form.form-page button.primary"), chromedp.WaitVisible(chromedp.CSS(".teach code")))
	link := get(t, b, chromedp.Text(chromedp.CSS(".teach code")))
	b.do(t, click("form[action='/logout'] button"), chromedp.WaitVisible(chromedp.CSS("input[name=token]")), chromedp.Navigate(link), chromedp.WaitVisible(chromedp.CSS("#verdict")))
	if at := get(t, b, chromedp.Evaluate[string](`location.href`)); at != srv.URL+"/agreements/aurora-shop" {
		t.Errorf("the customer's link leads to %s", at)
	}
	if get(t, b, chromedp.Evaluate[bool](`!!document.querySelector("a[href='/agents'], #announce")`)) {
		t.Error("the customer is shown what is for operators")
	}
	b.shoot(t, "agreement-customer")
	b.do(t, click("a[hreflang='zh-CN']"), chromedp.WaitVisible(chromedp.CSS("html[lang='zh-CN'] #verdict")))
	b.noComplaints(t)
}
