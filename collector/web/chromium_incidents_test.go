package web

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

func (b *browser) logIn(t *testing.T, base, token, path string) {
	t.Helper()
	field := chromedp.CSS("input[name=token]")
	b.do(t, chromedp.Navigate(base+"/login?next="+path), chromedp.WaitVisible(field), chromedp.SendKeys(field, token),
		chromedp.Click(chromedp.CSS("form.login button")), chromedp.WaitVisible(chromedp.CSS("main")))
	b.until(t, `location.pathname === "`+path+`"`)
}

func (b *browser) logOut(t *testing.T) {
	t.Helper()
	b.do(t, chromedp.Click(chromedp.CSS(`form[action="/logout"] button`)))
	b.until(t, `location.pathname === "/login"`)
}

// A customer reports a fault with a file and reads the reference; an operator
// sees the evidence beside it and accepts it; another acknowledges by link.
func TestFaultFromReportToAnswerInChromium(t *testing.T) {
	f := newFixture()
	srv := f.serve(t, nil).URL
	b := openBrowser(t)
	b.look(t, 1280, 800, false)
	file := filepath.Join(t.TempDir(), "till.log")
	if err := os.WriteFile(file, []byte("14:10:02 503 Service Unavailable\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	b.logIn(t, srv, "aurora-token", "/agreements/aurora-shop/report-fault")
	b.shoot(t, "report-fault-light")
	b.do(t, chromedp.SendKeys(chromedp.CSS("input[name=summary]"), "Cards are refused at the till"),
		chromedp.SendKeys(chromedp.CSS("input[name=contact]"), "Kim, +49 30 1234"),
		chromedp.SendKeys(chromedp.CSS("textarea[name=details]"), "Error 503 after paying"),
		chromedp.SetUploadFiles(chromedp.CSS("input[type=file]"), []string{file}),
		chromedp.Click(chromedp.CSS(".form-page button.primary")), chromedp.WaitVisible(chromedp.CSS("#reference")))
	reference := get(t, b, chromedp.Text(chromedp.CSS("#reference")))
	if reference != "FLT-2026-00004" || len(f.people.faults[0].Fault.Attachments) != 1 || f.people.faults[0].Fault.Since != fixtureNow.UnixMilli() {
		t.Fatalf("reference %q, stored %+v", reference, f.people.faults[0].Fault)
	}
	b.shoot(t, "fault-sent-light")
	b.logOut(t)

	b.logIn(t, srv, "operate-token", "/faults/"+reference)
	b.shoot(t, "fault-operate-light")
	b.do(t, chromedp.SendKeys(chromedp.CSS("textarea[name=answer]"), "We see it too."), chromedp.Click(chromedp.CSS("#accept button.primary")))
	b.until(t, `document.querySelector("#state") && document.querySelector("#state").textContent.includes("Accepted")`)
	b.do(t, chromedp.Navigate(srv+incidentPath), chromedp.Click(chromedp.CSS(`button[value="acknowledged"]`)))
	b.until(t, `document.querySelector("#head") && document.querySelector("#head").textContent.includes("Acknowledged")`)
	if v := f.people.incidents[0].Incident; v.AcknowledgedBy != "operate-token" {
		t.Errorf("acknowledged by %q", v.AcknowledgedBy)
	}
	b.noComplaints(t)
}

func TestAcknowledgeByLinkInChromium(t *testing.T) {
	f := newFixture()
	srv := f.serve(t, nil).URL
	b := openBrowser(t)
	b.look(t, 390, 800, true)
	b.do(t, chromedp.Navigate(srv+"/ack?t="+ackTokenOf(AckLink{"INC-2026-0042", "anna", fixtureNow.UnixMilli() + minute})), chromedp.WaitVisible(chromedp.CSS("#ack button")))
	b.shoot(t, "ack-phone-dark")
	b.do(t, chromedp.Click(chromedp.CSS("#ack button")), chromedp.WaitVisible(chromedp.CSS("#acknowledged")))
	if said := get(t, b, chromedp.Text(chromedp.CSS("#acknowledged"))); !strings.Contains(said, "Acknowledged by anna") {
		t.Errorf("after acknowledging: %q", said)
	}
	b.noComplaints(t)
}

func (b *browser) noComplaints(t *testing.T) {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, c := range b.complaints {
		t.Errorf("the browser complains: %s", c)
	}
}

func TestIncidentPagesInChromium(t *testing.T) {
	srv := newFixture().serve(t, nil).URL
	b := openBrowser(t)
	b.look(t, 1280, 800, false)
	b.logIn(t, srv, "operate-token", "/incidents")
	for _, row := range []struct {
		name, path string
		width      int64
		dark       bool
	}{
		{"incidents-light", "/incidents", 1280, false},
		{"incident-light", incidentPath, 1280, false},
		{"incident-dark", incidentPath, 1280, true},
		{"incident-phone", incidentPath, 390, false},
		{"incident-report-light", incidentPath + "/report", 1280, false},
		{"faults-light", "/faults", 1280, false},
		{"fault-phone-dark", "/faults/FLT-2026-AU3KX", 390, true},
		{"oncall-light", "/oncall", 1280, false},
		{"oncall-phone", "/oncall", 390, false},
		{"report-fault-phone-zh", "/agreements/harbour-wan/report-fault?lang=zh-CN", 390, false},
		{"incident-zh", incidentPath + "?lang=zh-CN", 1280, false},
	} {
		b.look(t, row.width, 800, row.dark)
		b.do(t, chromedp.Navigate(srv+row.path), chromedp.WaitVisible(chromedp.CSS("main")))
		b.shoot(t, row.name)
		if get(t, b, chromedp.Evaluate[bool]("document.documentElement.scrollWidth > document.documentElement.clientWidth")) {
			t.Errorf("%s is wider than its screen of %d px", row.name, row.width)
		}
	}
	b.noComplaints(t)
}
