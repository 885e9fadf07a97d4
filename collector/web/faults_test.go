package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"mime/multipart"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/probity-sla/probity/collector/incident"
)

// multipartForm writes a multipart body; files are the fields that begin with "@", by name.
func multipartForm(t testing.TB, fields ...string) (body, contentType string) {
	t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for i := 0; i+1 < len(fields); i += 2 {
		w, err := m.CreateFormField(fields[i])
		if name, file := strings.CutPrefix(fields[i], "@"); file {
			w, err = m.CreateFormFile("attachment", name)
		}
		if err != nil {
			t.Fatal(err)
		}
		w.Write([]byte(fields[i+1]))
	}
	m.Close()
	return b.String(), m.FormDataContentType()
}

// said is what a page says, as its reader sees it.
func said(a answer) string { return html.UnescapeString(text(a.body)) }

const reportForm = "/agreements/aurora-shop/report-fault"

func TestCustomerReportsAFault(t *testing.T) {
	f := newFixture()
	srv := f.serve(t, nil)
	page := ask(t, "GET", srv.URL+reportForm, "aurora-token", "")
	for _, want := range []string{`value="2026-11-19T14:30"`, "Local time of Europe/Berlin", "PNG, JPEG, WebP, PDF, pcap, text", `enctype="multipart/form-data"`} {
		if !strings.Contains(text(page.body)+page.body, want) {
			t.Errorf("the form lacks %q", want)
		}
	}
	body, kind := multipartForm(t, "service", "payments", "summary", "Cards refused", "details", "Error 503\nat the till", "since", "2026-11-19T14:10", "until", "",
		"contact", "Kim", "website", "", "@till.log", "503 Service Unavailable", "@screen.exe", "\x89PNG\r\n\x1a\n…")
	got := ask(t, "POST", srv.URL+reportForm, "aurora-token", body, "Content-Type", kind)
	if got.status != 303 || got.header.Get("Location") != "/faults/FLT-2026-00004?sent=1" {
		t.Fatalf("sending = %d to %q\n%s", got.status, got.header.Get("Location"), text(got.body))
	}
	x := f.people.faults[0].Fault
	if x.Since != at(19, 13, 10) || x.Until != 0 || x.ReportedAt != fixtureNow.UnixMilli() || x.Reporter != "aurora-token" || x.Service != "payments" || x.Language != "en" {
		t.Errorf("stored %+v", x)
	}
	if len(x.Attachments) != 2 || x.Attachments[0].Type != "text/plain" || x.Attachments[0].Name != "till.log" || x.Attachments[1].Name != "screen.exe.png" || x.Attachments[1].Type != "image/png" {
		t.Errorf("attachments %+v; want them known by their content", x.Attachments)
	}
	page = ask(t, "GET", srv.URL+got.header.Get("Location"), "aurora-token", "")
	if said := said(page); !strings.Contains(said, "Its reference number is FLT-2026-00004") || strings.Contains(said, "What probes saw") {
		t.Errorf("after sending: %s", said)
	}
	file := ask(t, "GET", srv.URL+"/api/v1/faults/FLT-2026-00004/attachments/2", "aurora-token", "")
	h := file.header
	if h.Get("Content-Disposition") != `attachment; filename="screen.exe.png"; filename*=UTF-8''screen.exe.png` || h.Get("X-Content-Type-Options") != "nosniff" ||
		h.Get("Content-Type") != "image/png" || !strings.Contains(h.Get("Content-Security-Policy"), "sandbox") || !strings.HasPrefix(file.body, "\x89PNG") {
		t.Errorf("the file = %v %q", h, file.body)
	}
	for path, token := range map[string]string{"/attachments/2": "harbour-token", "/attachments/3": "aurora-token", "/attachments/x": "aurora-token"} {
		if got := ask(t, "GET", srv.URL+"/api/v1/faults/FLT-2026-00004"+path, token, ""); got.status != 404 {
			t.Errorf("%s with %s = %d; want 404", path, token, got.status)
		}
	}
}

func TestReportsThatAreRefused(t *testing.T) {
	good := []string{"summary", "Cards refused", "since", "2026-11-19T14:10", "contact", "Kim"}
	with := func(more ...string) []string { return append(append([]string{}, good...), more...) }
	for _, row := range []struct {
		name   string
		fields []string
		says   string
	}{
		{"nothing filled in", nil, "What is wrong : is missing"},
		{"a time that has not come", []string{"summary", "x", "contact", "y", "since", "2026-11-19T15:10"}, "Began : has not come yet"},
		{"a time long ago", []string{"summary", "x", "contact", "y", "since", "2020-11-19T15:10"}, "Began : is more than a year ago"},
		{"an end before the beginning", with("until", "2026-11-19T13:00"), "Ended : must be later than since"},
		{"a time that clocks skipped", []string{"summary", "x", "contact", "y", "since", "2026-03-29T02:30"}, "In Europe/Berlin the clocks were set forward over 2026-03-29 02:30, so there was no such time."},
		{"a time that clocks showed twice", []string{"summary", "x", "contact", "y", "since", "2026-10-25T02:30"}, "Which of the two? the first, UTC+02:00 the second, UTC+01:00"},
		{"no time", []string{"summary", "x", "contact", "y", "since", "yesterday"}, "Write it as 2026-11-22T02:00, local time of Europe/Berlin."},
		{"a service of another agreement", with("service", "uplink"), `Service : "uplink" is not a service of aurora-shop`},
		{"a program", with("@a.png", "MZ\x90\x00"), `"a.png" is not of a kind that is taken`},
		{"an empty file", with("@a.txt", ""), `"a.txt" is empty`},
		{"too large a file", with("@a.txt", strings.Repeat("x", maxFaultFileBytes+1)), "is larger than 4 MiB"},
		{"too many files", with("@1", "x", "@2", "x", "@3", "x", "@4", "x", "@5", "x", "@6", "x"), "at most 5 files"},
		{"what people do not see is filled in", with(honeypot, "http://spam.example"), "This field is not for people."},
	} {
		f := newFixture()
		body, kind := multipartForm(t, row.fields...)
		got := ask(t, "POST", f.serve(t, nil).URL+reportForm, "aurora-token", body, "Content-Type", kind)
		if got.status != 400 || !strings.Contains(said(got), row.says) || len(f.people.faults) != 3 {
			t.Errorf("%s = %d, %d faults; want 400 and %q:\n%s", row.name, got.status, len(f.people.faults), row.says, text(got.body))
		}
	}
	f := newFixture()
	srv := f.serve(t, nil)
	body, kind := multipartForm(t, "summary", "x", "contact", "y", "since", "2026-10-25T02:30", "since_fold", "second")
	if got := ask(t, "POST", srv.URL+reportForm, "aurora-token", body, "Content-Type", kind); got.status != 303 || f.people.faults[0].Fault.Since != time.Date(2026, 10, 25, 1, 30, 0, 0, time.UTC).UnixMilli() {
		t.Errorf("the second of two times = %d, %+v", got.status, f.people.faults[0].Fault)
	}
	body, kind = multipartForm(t, "@a", strings.Repeat("x", maxFaultFileBytes), "@b", strings.Repeat("x", maxFaultFileBytes), "@c", strings.Repeat("x", maxFaultFileBytes), "@d", "x")
	if got := ask(t, "POST", srv.URL+shopAPI+"/faults", "aurora-token", body, "Content-Type", kind); got.status != 413 {
		t.Errorf("more than 12 MiB = %d %s; want 413", got.status, got.body)
	}
	if got := ask(t, "POST", srv.URL+reportForm, "aurora-token", body, "Content-Type", kind, "Sec-Fetch-Site", "cross-site"); got.status != 403 {
		t.Errorf("from another site = %d; want 403", got.status)
	}
	body, kind = multipartForm(t, "since", "2026-11-19T13:10:00Z", "planted", "x")
	if got := ask(t, "POST", srv.URL+shopAPI+"/faults", "aurora-token", body, "Content-Type", kind); got.status != 400 || !strings.Contains(got.body, "planted") {
		t.Errorf("an unknown field = %d %s", got.status, got.body)
	}
}

func TestFaultReportsAreLimited(t *testing.T) {
	f := newFixture()
	now := fixtureNow
	srv := f.serve(t, func(o *Options) { o.Now = func() time.Time { return now } })
	post := func(token string) answer { return ask(t, "POST", srv.URL+shopAPI+"/faults", token, sampleFault) }
	for i := range faultsPerToken {
		if got := post("aurora-token"); got.status != 201 {
			t.Fatalf("report %d = %d %s", i+1, got.status, got.body)
		}
	}
	got := post("aurora-token")
	if got.status != 429 || got.header.Get("Retry-After") != "3600" || len(f.people.faults) != 3+faultsPerToken {
		t.Errorf("one too many = %d, Retry-After %q, %d stored", got.status, got.header.Get("Retry-After"), len(f.people.faults)-3)
	}
	if got := post("operate-token"); got.status != 201 {
		t.Errorf("another token = %d; want 201", got.status)
	}
	now = now.Add(faultsWithin)
	if got := post("aurora-token"); got.status != 201 {
		t.Errorf("an hour later = %d %s", got.status, got.body)
	}
	l := newLimiter()
	for i := range maxLimiterKeys + 10 {
		l.take(fmt.Sprint(i), 1, time.Hour, now.Add(time.Duration(i)*time.Millisecond))
	}
	if len(l.keys) > maxLimiterKeys {
		t.Errorf("%d keys; at most %d", len(l.keys), maxLimiterKeys)
	}
}

func TestOperatorAnswersFaults(t *testing.T) {
	f := newFixture()
	srv := f.serve(t, nil)
	page := ask(t, "GET", srv.URL+"/faults/FLT-2026-AU3KX", "operate-token", "")
	for _, want := range []string{"What probes saw in that time", "Payments 20 min 14 min 0 s 0 s 6 min", "Card payments fail &lt;b&gt;now", "till.txt", "INC-2026-0042 Payments and Uplink failing"} {
		if !strings.Contains(text(page.body), want) {
			t.Errorf("the operator's page lacks %q:\n%s", want, text(page.body))
		}
	}
	ask400 := func(path string, v url.Values, want string) {
		t.Helper()
		got := ask(t, "POST", srv.URL+path, "operate-token", v.Encode(), "Content-Type", "application/x-www-form-urlencoded")
		if got.status != 400 || !strings.Contains(said(got), want) {
			t.Errorf("POST %s %v = %d; want 400 and %q:\n%s", path, v, got.status, want, text(got.body))
		}
	}
	ask400("/faults/FLT-2026-AU3KX/accept", url.Values{"severity": {"P9"}}, `"P9" is not a severity of the agreement`)
	ask400("/faults/FLT-2026-AU3KX/accept", url.Values{"propose": {"1"}, "from": {"2026-11-19T14:20"}, "to": {"2026-11-19T14:10"}}, "Correction to : must be later than from")
	ask400("/faults/FLT-2026-AU3KX/decline", url.Values{}, "is missing")
	got := ask(t, "POST", srv.URL+"/faults/FLT-2026-AU3KX/accept", "operate-token", url.Values{"incident": {"INC-2026-0042"}, "answer": {"We see it too."}, "propose": {"1"},
		"services": {"payments"}, "from": {"2026-11-19T14:10"}, "to": {"2026-11-19T14:16"}}.Encode(), "Content-Type", "application/x-www-form-urlencoded")
	x := f.people.faults[1].Fault
	if got.status != 303 || x.State != incident.FaultAccepted || x.Incident != "INC-2026-0042" || x.Correction == "" || x.AnsweredBy != "operate-token" {
		t.Fatalf("accepting = %d, %+v\n%s", got.status, x, text(got.body))
	}
	c := f.corrections[len(f.corrections)-1]
	if c.From != at(19, 13, 10) || c.To != at(19, 13, 16) || c.ApprovedAt != 0 || c.Services[0] != "payments" || !strings.HasPrefix(c.Reason, "FLT-2026-AU3KX: ") {
		t.Errorf("the correction = %+v; want it proposed for what no probe saw", c)
	}
	got = ask(t, "POST", srv.URL+"/faults/FLT-2026-AU3KX/decline", "operate-token", "declined=no", "Content-Type", "application/x-www-form-urlencoded")
	if got.status != 409 {
		t.Errorf("declining what was accepted = %d; want 409", got.status)
	}
	page = ask(t, "GET", srv.URL+"/faults/FLT-2026-AU3KX", "aurora-token", "")
	if said := said(page); !strings.Contains(said, "Accepted") || !strings.Contains(said, "We see it too.") || strings.Contains(said, "operate-token") {
		t.Errorf("the reporter reads %s", said)
	}
}

func TestListsArePaged(t *testing.T) {
	f := newFixture()
	for i := range 7 {
		f.people.faults = append(f.people.faults, FaultView{Fault: incident.Fault{ID: fmt.Sprintf("FLT-2026-OLD%d", i), Agreement: []string{"aurora-shop", "harbour-wan"}[i%2], State: incident.FaultDeclined, ReportedAt: at(2, 0, 0) - int64(i)}})
	}
	srv := f.serve(t, nil)
	for _, row := range []struct {
		token string
		want  int
	}{{"read-token", 10}, {"aurora-token", 6}, {"harbour-token", 4}} {
		seen, cursor := map[string]bool{}, ""
		for range 20 {
			got := decode[struct {
				Faults []incident.Fault
				Next   string
			}](t, ask(t, "GET", srv.URL+"/api/v1/faults?limit=2&cursor="+cursor, row.token, ""))
			for _, x := range got.Faults {
				if seen[x.ID] {
					t.Errorf("%s comes twice", x.ID)
				}
				seen[x.ID] = true
			}
			if cursor = got.Next; cursor == "" {
				break
			}
		}
		if len(seen) != row.want {
			t.Errorf("with %s: %d faults; want %d", row.token, len(seen), row.want)
		}
	}
	if got := ask(t, "GET", srv.URL+"/api/v1/faults?cursor="+pageCursor("FLT-2026-HB7Q2"), "aurora-token", ""); got.status != 400 {
		t.Errorf("a cursor of another's page = %d; want 400", got.status)
	}
}

func FuzzFaultForm(f *testing.F) {
	body, kind := multipartForm(f, "summary", "x", "since", "2026-11-19T14:10", "@a.txt", "hello", "@", "")
	_, boundary, _ := strings.Cut(kind, "boundary=")
	f.Add([]byte(body), boundary)
	f.Add([]byte("--b\r\nContent-Disposition: form-data; name=\"attachment\"; filename=\"../../x\\y\"\r\n\r\n%PDF-\r\n--b--\r\n"), "b")
	f.Add([]byte("--b\r\n\r\n--b--"), "b")
	f.Fuzz(func(t *testing.T, body []byte, boundary string) {
		got, err := parseFaultForm(multipart.NewReader(bytes.NewReader(body), boundary))
		if err != nil {
			if p := asProblem(err); p.Status >= 500 {
				t.Fatalf("%v is not the client's", err)
			}
			return
		}
		var bad faultsOf
		list, data := attachments(got.files, &bad)
		if len(list) != len(data) || len(list) > maxFaultFiles {
			t.Fatalf("%d described, %d files", len(list), len(data))
		}
		for _, a := range list {
			if a.Name == "" || strings.ContainsAny(a.Name, "/\\\"\r\n\x00") || len(a.Name) > maxFileNameBytes+8 || strings.HasPrefix(a.Name, ".") {
				t.Fatalf("name %q", a.Name)
			}
			if h := contentDisposition(a.Name); strings.ContainsAny(h, "\r\n") || strings.Count(h, `"`) != 2 {
				t.Fatalf("header %q", h)
			}
		}
	})
}

func FuzzFaultJSON(f *testing.F) {
	f.Add([]byte(sampleFault))
	f.Add([]byte(`{"attachments":[{"name":"a","data":"aGVsbG8="}],"since":1794094200000}`))
	a := newFixture().agreements[0]
	f.Fuzz(func(t *testing.T, body []byte) {
		var in faultInput
		if json.Unmarshal(body, &in) != nil {
			return
		}
		d, err := in.validate(a, in.files(), fixtureNow.UnixMilli(), Principal{Name: "aurora"})
		if err == nil && (d.Fault.Summary == "" || d.Fault.Since == 0 || d.Fault.Since > fixtureNow.UnixMilli()+60_000 || len(d.Data) != len(d.Fault.Attachments) || len(d.Fault.Summary) > maxSummaryBytes) {
			t.Fatalf("taken: %+v", d.Fault)
		}
	})
}

func FuzzPageCursor(f *testing.F) {
	f.Add("")
	f.Add(pageCursor("INC-2026-0042"))
	f.Add("YWZ0ZXIu")
	f.Fuzz(func(t *testing.T, s string) {
		id, err := parsePageCursor(s)
		if err == nil && s != "" && pageCursor(id) != s {
			t.Fatalf("parsePageCursor(%q) = %q", s, id)
		}
	})
}

func FuzzAckToken(f *testing.F) {
	f.Add("")
	f.Add("abc.DEF-_~=")
	f.Add("\x00/../")
	f.Fuzz(func(t *testing.T, s string) {
		got, ok := ackToken(s)
		if ok && (got != s || len(s) > maxAckTokenBytes || url.QueryEscape(strings.NewReplacer("~", "", "=", "").Replace(s)) != strings.NewReplacer("~", "", "=", "").Replace(s)) {
			t.Fatalf("ackToken(%q) = %q", s, got)
		}
	})
}

func FuzzWallTime(f *testing.F) {
	berlin := mustZone("Europe/Berlin")
	for _, s := range []string{"2026-03-29T02:30", "2026-10-25T02:30", "2026-11-19T14:10:05", "9999-99-99T99:99"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		in := wallInput{Text: s, Fold: "first"}
		ms, err := in.instant(berlin)
		if err == nil && !strings.HasPrefix(time.UnixMilli(ms).In(berlin).Format("2006-01-02T15:04:05"), s) {
			t.Fatalf("%q became %s", s, time.UnixMilli(ms).In(berlin))
		}
	})
}
