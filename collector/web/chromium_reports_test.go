package web

import (
	"testing"

	"github.com/chromedp/chromedp"
)

// A service manager makes a report, reads it, signs and issues it; the customer
// finds it, and reads it whole.
func TestReportFromDraftToCustomerInChromium(t *testing.T) {
	f := newFixture()
	srv := f.serve(t, nil).URL
	b := openBrowser(t)
	b.look(t, 1280, 800, false)
	click := func(selector string) chromedp.Action[chromedp.Void] { return chromedp.Click(chromedp.CSS(selector)) }
	b.logIn(t, srv, "operate-token", "/agreements/aurora-shop/reports")
	b.shoot(t, "reports-light")
	b.do(t, chromedp.SetValue(chromedp.CSS("#draft input[name=period]"), "2026-09"), click("#draft button.primary"))
	b.until(t, `location.pathname === "/reports/sr-5"`)
	b.shoot(t, "report-draft-light")
	b.do(t, click(`form[action$="/review"] button`), chromedp.WaitVisible(chromedp.CSS(`form[action$="/issue"]`)), click(`form[action$="/issue"] button`))
	b.until(t, `document.querySelector(".lede") && document.querySelector(".lede").textContent.includes("issued") && !document.querySelector("#sign")`)
	for _, page := range []struct{ path, name string }{{"/reviews", "review"}, {"/actions", "actions"}, {"/reports/sr-2", "report"}} {
		for _, look := range []struct {
			name  string
			width int64
			dark  bool
		}{{"light", 1280, false}, {"dark", 1280, true}, {"phone", 390, false}} {
			b.look(t, look.width, 800, look.dark)
			b.do(t, chromedp.Navigate(srv+page.path), chromedp.WaitVisible(chromedp.CSS("main h1")))
			b.shoot(t, page.name+"-"+look.name)
		}
		if get(t, b, chromedp.Evaluate[bool]("document.documentElement.scrollWidth > document.documentElement.clientWidth")) {
			t.Errorf("%s is wider than a phone", page.path)
		}
	}
	b.look(t, 1280, 800, false)
	b.logOut(t)
	b.logIn(t, srv, "aurora-token", "/reports")
	b.shoot(t, "reports-customer")
	b.do(t, click(`a[href="/reports/sr-5"]`), chromedp.WaitVisible(chromedp.CSS(`a[href$="format=html"]`)), click(`a[href$="format=html"]`))
	b.until(t, `document.body && document.body.textContent.includes("html of sr-5")`)
	b.noComplaints(t)
}
