package collector

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net"
	"net/mail"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/collector/report"
	"github.com/probity-sla/probity/collector/store"
	"github.com/probity-sla/probity/internal/contract"
	"github.com/probity-sla/probity/internal/protocol"
	"github.com/probity-sla/probity/internal/sla"
)

// postOffice is a mail server that keeps what it takes.
type postOffice struct {
	mu    sync.Mutex
	mails [][]byte
	rcpt  []string
	port  int
}

func openPostOffice(t *testing.T) *postOffice {
	t.Helper()
	p := &postOffice{}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p.port = l.Addr().(*net.TCPAddr).Port
	srv := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return postSession{p}, nil }))
	srv.Domain = "mail.example.net"
	ended := make(chan struct{})
	go func() { defer close(ended); _ = srv.Serve(l) }()
	t.Cleanup(func() { _ = srv.Close(); <-ended })
	return p
}

type postSession struct{ *postOffice }

func (postSession) Reset()                               {}
func (postSession) Logout() error                        { return nil }
func (postSession) Mail(string, *smtp.MailOptions) error { return nil }

func (s postSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rcpt = append(s.rcpt, to)
	return nil
}

func (s postSession) Data(r io.Reader) error {
	body, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mails = append(s.mails, body)
	return nil
}

func (p *postOffice) taken() [][]byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.mails
}

// attached returns the subject of a mail, and its one file.
func attached(t *testing.T, raw []byte) (subject, name string, data []byte) {
	t.Helper()
	msg, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	subject, err = new(mime.WordDecoder).DecodeHeader(msg.Header.Get("Subject"))
	if err != nil {
		t.Fatal(err)
	}
	_, params, err := mime.ParseMediaType(msg.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	parts := multipart.NewReader(msg.Body, params["boundary"])
	for {
		part, err := parts.NextPart()
		if err != nil {
			t.Fatalf("no file in the mail: %v", err)
		}
		if part.FileName() == "" {
			continue
		}
		data, err := io.ReadAll(base64.NewDecoder(base64.StdEncoding, part))
		if err != nil {
			t.Fatal(err)
		}
		return subject, part.FileName(), data
	}
}

const customerToken = "pt_contoso"

const monthlyCheck protocol.CheckID = "shop/web/home"

// monthly is an agreement whose report is issued for each month.
func monthly(review bool) string {
	return fmt.Sprintf(`id = "shop"
name = "Online shop"
customer = "Contoso"
provider = "Fabrikam"
zone = "Europe/Berlin"
period = { kind = "month" }
[terms]
target_pct = "99.9"
tiers = [{ lt = "99.9", credit = "10" }]
[terms.maintenance]
min_notice_s = 172800
[report]
issue_after = "1s"
review = %v
recipients = ["customer@example.org"]
[[severity]]
name = "P1"
[[clock]]
severity = "P1"
indicator = "resolution"
target_s = 3600
[[service]]
id = "web"
name = "Storefront"
confirm = 1
  [[service.check]]
  id = "home"
  target = "https://shop.example.com/"
  interval = "10m"
  timeout = "10s"
`, review)
}

// monthHouse is a house that has lived through the month before this one: two
// hours down with an incident, maintenance with notice and without, and a day
// of which nothing is known.
func monthHouse(t *testing.T, review bool) (*house, *postOffice, contract.Span) {
	post := openPostOffice(t)
	h := newHouse(t, map[string]string{"agreements/shop.toml": monthly(review)})
	h.write("collector.toml", houseConfig(fmt.Sprintf(`[evaluate]
settle = "1s"
[reports]
mail = "service-mail"
[[notify]]
name = "service-mail"
type = "email"
host = "127.0.0.1"
port = %d
tls = "none"
from = "Probity <probity@example.net>"
to = ["ops@example.net"]
kinds = ["objective_breached"]
severities = ["page"]
agreements = ["none"]
`, post.port)))
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	month := contract.Period{}
	p := month.Previous(month.Containing(time.Now().UnixMilli(), zone), zone)
	const hour = int64(3_600_000)
	down := sla.Window{From: p.From + 100*hour, To: p.From + 102*hour}
	h.records(func(ctx context.Context, db *store.Store) error {
		b := &protocol.Batch{Agent: "edge", Boot: [16]byte{9}, Seq: 1}
		interval := 10 * time.Minute
		for slot := protocol.NextSlot(p.From-24*hour, protocol.Phase(monthlyCheck, "edge", interval, protocol.DefaultGrid), interval); slot < p.To+hour; slot += interval.Milliseconds() {
			outcome := protocol.OutcomeUp
			switch {
			case slot >= p.From+200*hour && slot < p.From+224*hour:
				continue
			case slot >= down.From && slot < down.To:
				outcome = protocol.OutcomeDown
			}
			b.Results = append(b.Results, result(monthlyCheck, interval, slot, outcome))
		}
		if _, err := db.AppendBatch(ctx, b, p.To+hour); err != nil {
			return err
		}
		for _, m := range []store.MaintenanceRecord{
			{ID: "mw-kept", Agreement: "shop", From: p.From + 300*hour, To: p.From + 301*hour, Reason: "New firmware", CreatedBy: "ops", AnnouncedAt: p.From + 10*hour},
			{ID: "mw-late", Agreement: "shop", From: p.From + 101*hour, To: p.From + 102*hour, Reason: "Hurried swap", CreatedBy: "ops", AnnouncedAt: p.From + 99*hour},
		} {
			if err := db.AddMaintenance(ctx, m); err != nil {
				return err
			}
		}
		err := db.CreateToken(ctx, store.TokenRecord{ID: "tk-c", Name: "contoso", Role: roleCustomer, Customer: "Contoso", Hash: hashText(customerToken), CreatedAt: p.From})
		return errors.Join(err, liveThroughFault(ctx, db, down))
	})
	return h, post, p
}

// liveThroughFault writes the record of an incident as people would have, then.
func liveThroughFault(ctx context.Context, db *store.Store, down sla.Window) error {
	ref := &incident.OutageRef{ID: "o-1", Agreement: "shop", Service: "web", From: down.From}
	ended := *ref
	ended.To = down.To
	var i *incident.Incident
	for n, e := range []incident.Event{
		{Kind: incident.EventOpened, By: incident.System, Text: "Storefront of Online shop is down", Agreement: "shop", Outage: ref, Effective: down.From, Severity: "P1"},
		{Kind: incident.EventAcknowledged, By: "anna"},
		{Kind: incident.EventOutageEnded, By: incident.System, Outage: &ended, Effective: down.To},
		{Kind: incident.EventResolved, By: "anna", Effective: down.To},
		{Kind: incident.EventCause, By: "anna", Text: "A route was withdrawn"},
		{Kind: incident.EventRemedy, By: "anna", Text: "The route is announced again"},
		{Kind: incident.EventAction, By: "anna", Action: &incident.Action{ID: "INC-2026-0001/1", Text: "Check routes before a push", Owner: "ben", Due: "2030-12-15", State: incident.ActionOpen}},
	} {
		at := []int64{down.From + 1000, down.From + 600_000, down.To + 1000, down.To + 2000, down.To + 3000, down.To + 4000, down.To + 5000}[n]
		err := withBook(ctx, db, at, 24*time.Hour, func(b *book, _ *store.IncidentWrite) error {
			if i == nil {
				i = &incident.Incident{ID: "INC-2026-0001"}
				b.incidents = append(b.incidents, i)
			} else {
				i = b.byID("INC-2026-0001")
			}
			return b.add(i, e)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// serviceReports lists what is on record of the agreement shop, newest first.
func (h *house) serviceReports() (out []store.ServiceReportRecord) {
	h.t.Helper()
	h.records(func(ctx context.Context, db *store.Store) (err error) {
		out, err = db.ServiceReports(ctx, "shop", "")
		return err
	})
	return out
}

func (h *house) exported(id, format string) string {
	return h.command("report", "export", id, "--format", format)
}

func pdfText(t *testing.T, pdf []byte) string {
	t.Helper()
	name := t.TempDir() + "/report.pdf"
	if err := os.WriteFile(name, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "pdftotext", "-raw", "-enc", "UTF-8", name, "-").Output()
	if err != nil {
		t.Fatalf("pdftotext: %v (scripts/install-test-packages.sh installs it)", err)
	}
	return string(out)
}

// TestAMonthIsReportedIssuedAndCorrected: by the schedule, from results to the
// mail; then a correction brings the next revision, and a restart brings none.
func TestAMonthIsReportedIssuedAndCorrected(t *testing.T) {
	h, post, p := monthHouse(t, false)
	h.serve()
	eventually(t, "the report of "+p.Label+" is mailed", func() bool { return len(post.taken()) == 1 })
	all := h.serviceReports()
	if len(all) != 1 || all[0].State != store.ReportIssued || all[0].Label != p.Label || all[0].IssuedBy != incident.System {
		t.Fatalf("reports %+v; want one of %s, issued by itself", all, p.Label)
	}
	first := all[0]
	h.sameFigures(&first, p)
	subject, name, pdf := attached(t, post.taken()[0])
	if string(pdf) != h.exported(first.ID, "pdf") || name != "shop-"+p.Label+"-r1.pdf" || !strings.Contains(subject, "Online shop, "+p.Label) || post.rcpt[0] != "customer@example.org" {
		t.Errorf("mail %q with %s of %d bytes to %v; want the issued PDF, to the agreement's recipient", subject, name, len(pdf), post.rcpt)
	}

	was := h.exported(first.ID, "json")
	h.command("correction", "add", "--agreement", "shop", "--from", instantText(p.From+100*3_600_000), "--to", instantText(p.From+101*3_600_000),
		"--effect", "exclude", "--reason", "The customer's own power cut", "--approved-by", "Contoso")
	eventually(t, "the corrected report is mailed", func() bool { return len(post.taken()) == 2 })
	all = h.serviceReports()
	if len(all) != 2 || all[0].Revision != 2 || all[0].State != store.ReportIssued {
		t.Fatalf("reports %+v; want a second revision, issued", all)
	}
	h.sameFigures(&all[0], p)
	var m report.Model
	if err := json.Unmarshal([]byte(h.exported(all[0].ID, "json")), &m); err != nil {
		t.Fatal(err)
	}
	if m.Replaces != 1 || len(m.Differences) == 0 || len(m.Corrections) != 1 || !strings.Contains(fmt.Sprint(m.Differences), "availability") {
		t.Errorf("revision 2 replaces %d with %+v; want the availability among what changed, and the correction", m.Replaces, m.Differences)
	}
	if h.exported(first.ID, "json") != was {
		t.Error("the first revision changed")
	}
	h.stop()
	h.serve()
	h.command("correction", "add", "--agreement", "shop", "--from", instantText(p.From+99*3_600_000), "--to", instantText(p.From+100*3_600_000),
		"--effect", "down", "--reason", "Orders failed", "--approved-by", "Fabrikam")
	eventually(t, "a third revision, and none in between", func() bool { return len(h.serviceReports()) >= 3 && h.serviceReports()[0].State == store.ReportIssued })
	if n := len(h.serviceReports()); n != 3 {
		t.Errorf("%d reports after a restart and a correction, want 3", n)
	}
}

// sameFigures holds every form of an issued report against the statement.
func (h *house) sameFigures(r *store.ServiceReportRecord, p contract.Span) {
	h.t.Helper()
	var st *sla.Statement
	h.records(func(ctx context.Context, db *store.Store) (err error) {
		st, err = db.Statement(ctx, "shop", p.Label, 0)
		return err
	})
	var m report.Model
	if err := json.Unmarshal([]byte(h.exported(r.ID, "json")), &m); err != nil {
		h.t.Fatal(err)
	}
	v := &st.Overall
	want := report.Figure(v.Availability, v.Target)
	if m.Overall.Availability != want || m.Overall.Exact.Good != v.Good || m.Overall.Exact.Bad != v.Bad || m.Overall.Exact.Unknown != v.Unknown ||
		m.Method.Fingerprint != st.Fingerprint || m.Method.StatementRevision != st.Revision || len(m.Outages) != len(st.Services[0].Verdict.Outages) {
		h.t.Errorf("report %s %+v; want the figures of statement %+v", m.Overall.Availability, m.Overall.Exact, v)
	}
	if st.Handled == nil || len(m.Compliance) != 1 || m.Compliance[0].Missed != st.Handled.Clocks[0].Missed || m.Times != st.Handled.Times || len(m.Clocks) != 1 {
		h.t.Errorf("clocks %+v, %+v; want those of the statement, %+v", m.Compliance, m.Clocks, st.Handled)
	}
	if status, page := h.ask("GET", "/agreements/shop?period="+p.Label, readerToken, nil); status != 200 || !strings.Contains(page, want) {
		h.t.Errorf("the page of the agreement: %d, without %s", status, want)
	}
	for format, text := range map[string]string{
		"html": h.exported(r.ID, "html"), "csv": h.exported(r.ID, "csv"), "pdf": pdfText(h.t, []byte(h.exported(r.ID, "pdf"))),
	} {
		words := []string{want, "mw-kept", "mw-late"}
		if format != "csv" {
			words = []string{want, "A route was withdrawn", "New firmware", "Hurried swap", "Check routes before a push"}
		}
		for _, word := range words {
			if !strings.Contains(strings.Join(strings.Fields(text), " "), word) {
				h.t.Errorf("%s of report %s lacks %q", format, r.ID, word)
			}
		}
	}
}

// TestAReportWaitsForItsReviewer: a draft is made, and nothing goes out before
// a person has read it and another word issues it.
func TestAReportWaitsForItsReviewer(t *testing.T) {
	h, post, p := monthHouse(t, true)
	h.serve()
	eventually(t, "the draft of "+p.Label, func() bool { return len(h.serviceReports()) == 1 })
	id := h.serviceReports()[0].ID
	h.refused("not reviewed", "report", "issue", id)
	h.command("report", "review", id, "--by", "anna")
	h.refused("done already", "report", "review", id)
	if status, _ := h.ask("GET", "/api/v1/reports/"+id+"/file", customerToken, nil); status != 404 {
		t.Errorf("the customer reads a report that is not issued: %d", status)
	}
	if status, said := h.ask("POST", "/api/v1/reports/"+id+"/issue", operatorToken, nil); status != 200 {
		t.Fatalf("issue: %d %s", status, said)
	}
	if status, pdf := h.ask("GET", "/api/v1/reports/"+id+"/file?format=pdf", customerToken, nil); status != 200 || pdf != h.exported(id, "pdf") {
		t.Errorf("the customer gets %d, %d bytes; want the PDF that was issued", status, len(pdf))
	}
	for _, path := range []string{"/reports", "/reports/" + id, "/agreements/shop/reports"} {
		if status, page := h.ask("GET", path, customerToken, nil); status != 200 || !strings.Contains(page, id) {
			t.Errorf("GET %s as the customer: %d", path, status)
		}
	}
	for _, path := range []string{"/reviews?customer=Contoso&year=" + p.Label[:4], "/actions"} {
		if status, page := h.ask("GET", path, operatorToken, nil); status != 200 || !strings.Contains(page, "Check routes before a push") {
			t.Errorf("GET %s: %d, without the action", path, status)
		}
	}
	h.refused("done already", "report", "issue", id)
	eventually(t, "the mail", func() bool { return len(post.taken()) == 1 })
	if said := h.command("report", "show", id); !strings.Contains(said, "reviewed  anna") || !strings.Contains(said, "issued    operator") {
		t.Errorf("report show:\n%s", said)
	}
	h.refused("nothing has changed", "report", "draft", "--agreement", "shop", "--period", p.Label)
	if h.command("report", "--agreement", "shop", "--period", p.Label, "--format", "csv") != h.exported(id, "csv") {
		t.Error("report prints another document than was issued")
	}
	for _, c := range []struct {
		what string
		args []string
	}{
		{"no service report", []string{"report", "show", "sr-none"}}, {"agreement is missing", []string{"report"}}, {"no agreement", []string{"report", "--agreement", "none"}},
		{"has not begun", []string{"report", "--agreement", "shop", "--period", "2099-10"}}, {"--format", []string{"report", "--agreement", "shop", "--format", "doc"}},
		{"either --customer or --house", []string{"review"}}, {"no agreement is with a customer", []string{"review", "--customer", "Nobody"}},
		{"no action", []string{"action", "close", "ac-none"}}, {"no action", []string{"action", "close", "INC-2026-0001/9"}}, {"state", []string{"action", "close", "INC-2026-0001/1", "--state", "gone"}},
		{"due", []string{"action", "add", "--agreement", "shop", "--text", "x", "--owner", "y", "--due", "soon"}},
	} {
		h.refused(c.what, c.args...)
	}
}

// TestActionsAndTheReviewOfAYear: actions of reviews and of incidents are closed
// alike, and the review of the year counts them.
func TestActionsAndTheReviewOfAYear(t *testing.T) {
	h, _, p := monthHouse(t, true)
	h.serve()
	eventually(t, "the frozen statement", func() bool { return len(h.serviceReports()) == 1 })
	made := h.command("action", "add", "--agreement", "shop", "--text", "A second line", "--owner", "ben", "--due", "2030-01-31")
	id, _, _ := strings.Cut(made, ":")
	h.command("action", "close", id, "--note", "ordered and lit")
	h.command("action", "close", "INC-2026-0001/1", "--state", "dropped", "--note", "the routers do it")
	said := h.command("action", "list", "--agreement", "shop")
	for _, want := range []string{id, "ordered and lit", "INC-2026-0001/1", "dropped", "the routers do it"} {
		if !strings.Contains(said, want) {
			t.Errorf("action list lacks %q:\n%s", want, said)
		}
	}
	var r report.Review
	text := h.command("review", "--house", "--year", p.Label[:4], "--format", "json")
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		t.Fatal(err)
	}
	if r.Missed != 1 || len(r.Agreements) != 1 || r.Dropped != 1 || len(r.Causes) == 0 || r.Times.Incidents != 1 {
		t.Errorf("review %s; want one missed period, its cause, one incident and the action that was dropped", text)
	}
	for _, format := range []string{"html", "pdf", "csv"} {
		if h.command("review", "--customer", "Contoso", "--year", p.Label[:4], "--format", format) == "" {
			t.Errorf("review as %s is empty", format)
		}
	}
}
