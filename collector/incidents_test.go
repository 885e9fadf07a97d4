package collector

import (
	"encoding/json"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/collector/oncall"
	"github.com/probity-sla/probity/internal/protocol"
	"github.com/probity-sla/probity/internal/sla"
)

// severe are the terms of an agreement whose faults are answered within an hour.
const severe = `
[[severity]]
name = "P1"
major = true
location_share = "0.5"

[[severity]]
name = "P2"

[[clock]]
severity = "P1"
indicator = "response"
target_s = 3600

[[clock]]
severity = "P1"
indicator = "resolution"
target_s = 14400

[faults]
report_required = true
`

// told collects what a webhook is told.
type told struct {
	mu     sync.Mutex
	bodies []string
}

func (r *told) ServeHTTP(_ http.ResponseWriter, req *http.Request) {
	body, _ := io.ReadAll(req.Body)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.bodies = append(r.bodies, string(body))
}

// find returns the first body that holds every word, "" when there is none.
func (r *told) find(words ...string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
next:
	for _, b := range r.bodies {
		for _, w := range words {
			if !strings.Contains(b, w) {
				continue next
			}
		}
		return b
	}
	return ""
}

func faultHouse(t *testing.T) (*house, *told) {
	r := &told{}
	hook := httptest.NewServer(r)
	t.Cleanup(hook.Close)
	h := newHouse(t, map[string]string{"agreements/shop.toml": agreementText("shop", "1s", severe)})
	h.write("collector.toml", houseConfig(`[incidents]
resolve_after = "0s"
[[notify]]
name = "pager"
type = "webhook"
url = "`+hook.URL+`"
[[person]]
name = "anna"
channels = ["pager"]
[[rotation]]
name = "primary"
people = ["anna"]
every = "1w"
hand_over = "Mon 09:00"
start = "2026-11-23"
[[escalation]]
name = "house"
  [[escalation.level]]
  after = "0s"
  notify = ["rotation:primary"]
  repeat = "15m"
`))
	return h, r
}

// incidents lists what the API knows.
func (h *house) incidents() []incident.Incident {
	var page struct{ Incidents []incident.Incident }
	h.get("/api/v1/incidents", &page)
	return page.Incidents
}

// TestAFaultFromOutageToReview: the whole life of an incident, as each part of
// the program sees it.
func TestAFaultFromOutageToReview(t *testing.T) {
	h, pager := faultHouse(t)
	h.serve()
	const check protocol.CheckID = "shop/web/home"
	slots := slotsBefore(check, time.Second, time.Now(), 40)
	for i, slot := range slots[:30] {
		outcome := protocol.OutcomeUp
		if i >= 20 {
			outcome = protocol.OutcomeDown
		}
		h.push(uint64(i+1), result(check, time.Second, slot, outcome))
	}
	eventually(t, "an incident", func() bool { return len(h.incidents()) == 1 })
	i := h.incidents()[0]
	if i.State != incident.IncidentOpen || !i.Major || i.Severities["shop"] != "P1" || i.DetectedAt != slots[20] {
		t.Fatalf("incident %+v; want it open, major, P1, detected at the first failure %d", i, slots[20])
	}
	var page string
	eventually(t, "anna is told", func() bool { page = pager.find(i.ID, "/ack?t="); return page != "" })

	ack := regexp.MustCompile(`http://[^"\\ ]*/ack\?t=[A-Za-z0-9_.-]+`).FindString(page)
	link, err := url.Parse(ack)
	if err != nil || link.Query().Get("t") == "" {
		t.Fatalf("no link to acknowledge in %s", page)
	}
	h.acknowledge(link.Query().Get("t"))
	if got := h.incidents()[0]; got.State != incident.IncidentAcknowledged || got.AcknowledgedBy != "anna" {
		t.Fatalf("after the link: %s by %q; want acknowledged by anna", got.State, got.AcknowledgedBy)
	}
	for n, slot := range slots[30:] {
		h.push(uint64(n+31), result(check, time.Second, slot, protocol.OutcomeUp))
	}
	eventually(t, "the incident resolves itself", func() bool { return h.incidents()[0].State == incident.IncidentResolved })
	if got := h.incidents()[0]; got.ResolvedAt != slots[30] {
		t.Errorf("resolved at %d; want the end of the outage, %d", got.ResolvedAt, slots[30])
	}

	h.refused("cause", "incident", "review", i.ID)
	h.command("incident", "cause", i.ID, "--text", "a route was withdrawn")
	h.command("incident", "remedy", i.ID, "--text", "the route is announced again")
	h.command("incident", "action", i.ID, "--text", "check routes before a push", "--owner", "anna", "--due", "2026-12-15")
	h.command("incident", "review", i.ID, "--by", "ben")
	if said := h.command("incident", "show", i.ID); !strings.Contains(said, "reviewed") || !strings.Contains(said, "response of shop P1: met") {
		t.Errorf("incident show:\n%s", said)
	}
	report := h.command("incident", "report", i.ID, "--agreement", "shop")
	for _, want := range []string{"a route was withdrawn", "the route is announced again", "check routes before a push", "connection refused"} {
		if !strings.Contains(report, want) {
			t.Errorf("the fault report lacks %q:\n%s", want, report)
		}
	}
	var st sla.Statement
	if err := json.Unmarshal([]byte(h.command("statement", "--agreement", "shop", "--format", "json")), &st); err != nil {
		t.Fatal(err)
	}
	if st.Handled == nil || len(st.Handled.Clocks) != 2 || st.Handled.Clocks[0].Met != 1 || st.Handled.Clocks[1].Met != 1 || st.Handled.Times.Incidents != 1 {
		t.Errorf("the statement says of faults: %+v; want one incident, both clocks met", st.Handled)
	}
}

// acknowledge opens a signed link, and presses its button.
func (h *house) acknowledge(token string) {
	h.t.Helper()
	status, body := h.ask("GET", "/ack?t="+url.QueryEscape(token), "", nil)
	if status != http.StatusOK || h.incidents()[0].AcknowledgedAt != 0 {
		h.t.Fatalf("GET /ack: %d, acknowledged at %d; want a page that does nothing yet\n%s", status, h.incidents()[0].AcknowledgedAt, body)
	}
	if status, body = h.send("POST", "/ack", "", "application/x-www-form-urlencoded", []byte("t="+url.QueryEscape(token))); status >= 400 {
		h.t.Fatalf("POST /ack: %d\n%s", status, body)
	}
}

func TestAckLinksAreSigned(t *testing.T) {
	key, other := []byte("a key of thirty-two bytes, or so"), []byte("another key of thirty-two bytes.")
	claim := ackClaim{"INC-2026-0001", "anna", 2, 42}
	token := signAck(key, claim)
	if got, ok := readAck(key, token); !ok || got != claim {
		t.Errorf("readAck(%q) = %+v, %v; want %+v", token, got, ok, claim)
	}
	longest := ackClaim{"INC-2026-1000000000", strings.Repeat("n", oncall.MaxNameBytes), 100_000, math.MaxInt64}
	if got, ok := readAck(key, signAck(key, longest)); !ok || got != longest {
		t.Errorf("the longest token, %d bytes, is read as %+v, %v", len(signAck(key, longest)), got, ok)
	}
	if _, ok := readAck(other, token); ok {
		t.Error("a token of another key is taken")
	}
	for n := range len(token) {
		bad := []byte(token)
		bad[n] ^= 1
		if _, ok := readAck(key, string(bad)); ok {
			t.Errorf("a token with byte %d changed is taken", n)
		}
	}
}

func FuzzAckToken(f *testing.F) {
	key := []byte("a key of thirty-two bytes, or so")
	f.Add(signAck(key, ackClaim{"INC-2026-0001", "anna", 2, 42}))
	f.Add("..")
	f.Add("bm8.bm8")
	f.Fuzz(func(t *testing.T, token string) {
		if claim, ok := readAck(key, token); ok && signAck(key, claim) != token {
			t.Errorf("%q is taken, and was not signed so", token)
		}
	})
}

// TestAReloadClosesNothingThatIsInForce: alerts without a service, those of
// clocks, belong to an agreement that is in force.
func TestAReloadClosesNothingThatIsInForce(t *testing.T) {
	h, _ := faultHouse(t)
	h.write("agreements/shop.toml", agreementText("shop", "1s", strings.ReplaceAll(severe, "target_s = 3600", "target_s = 1")))
	h.serve()
	const check protocol.CheckID = "shop/web/home"
	for n, slot := range slotsBefore(check, time.Second, time.Now(), 20) {
		h.push(uint64(n+1), result(check, time.Second, slot, protocol.OutcomeDown))
	}
	open := func() string {
		var page struct {
			Alerts []struct {
				ID, Rule string
			}
		}
		h.get("/api/v1/alerts?open=true", &page)
		out := ""
		for _, a := range page.Alerts {
			if a.Rule == "service_down" || a.Rule == "response_missed" {
				out += a.ID + "\n"
			}
		}
		return out
	}
	eventually(t, "the response is missed", func() bool { return strings.Count(open(), "\n") == 2 })
	before := open()
	if status, body := h.ask("POST", "/-/reload", operatorToken, nil); status != http.StatusOK {
		t.Fatalf("reload: %d %s", status, body)
	}
	if after := open(); after != before {
		t.Errorf("open alerts before a reload:\n%sand after:\n%s", before, after)
	}
}

// TestAnIncidentOutlivesItsAgreement: what nobody measures any longer ends, so
// that the incident can be closed.
func TestAnIncidentOutlivesItsAgreement(t *testing.T) {
	h, _ := faultHouse(t)
	h.write("agreements/other.toml", agreementText("other", "1s", ""))
	h.write("agreements/shop.toml", agreementText("shop", "1s", `name = "`+strings.Repeat("n", 200)+"\"\n"+severe))
	h.serve()
	const check protocol.CheckID = "shop/web/home"
	for n, slot := range slotsBefore(check, time.Second, time.Now(), 20) {
		h.push(uint64(n+1), result(check, time.Second, slot, protocol.OutcomeDown))
	}
	eventually(t, "an incident", func() bool { return len(h.incidents()) == 1 })
	h.remove("agreements/shop.toml")
	if status, body := h.ask("POST", "/-/reload", operatorToken, nil); status != http.StatusOK {
		t.Fatalf("reload: %d %s", status, body)
	}
	eventually(t, "the incident resolves itself", func() bool { return h.incidents()[0].State == incident.IncidentResolved })
}
