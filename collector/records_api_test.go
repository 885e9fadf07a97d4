package collector

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestRecordsOverTheAPI: corrections and calendars end in the database, once,
// with the name of the token.
func TestRecordsOverTheAPI(t *testing.T) {
	h := newHouse(t, map[string]string{"agreements/shop.toml": agreementText("shop", "1m", "")})
	h.serve()
	start := time.Now().Add(72 * time.Hour).UTC().Truncate(time.Minute)
	status, text := h.ask("POST", "/api/v1/agreements/shop/corrections", operatorToken,
		[]byte(`{"from": "2026-01-05T00:00:00Z", "to": "2026-01-05T01:00:00Z", "effect": "exclude", "reason": "Power cut"}`))
	var c struct {
		ID        string
		CreatedBy string `json:"created_by"`
	}
	if err := json.Unmarshal([]byte(text), &c); err != nil || status != http.StatusCreated || c.CreatedBy != "operator" {
		t.Fatalf("proposing = %d %s", status, text)
	}
	for _, row := range []struct {
		step string
		want int
		says string
	}{
		{"approve", 200, `"approved_by":"operator"`}, {"approve", 409, "approved"}, {"revoke", 200, `"revoked_by":"operator"`}, {"revoke", 409, "revoked"},
	} {
		if status, text := h.ask("POST", "/api/v1/corrections/"+c.ID+"/"+row.step, operatorToken, nil); status != row.want || !strings.Contains(text, row.says) {
			t.Errorf("%s = %d %s; want %d with %s", row.step, status, text, row.want, row.says)
		}
	}
	calendar := "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:move\r\nDTSTART:" + start.Format("20060102T150405Z") +
		"\r\nDURATION:PT1H\r\nSUMMARY:Move\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
	post := func(body string) string {
		status, text := h.send("POST", "/api/v1/agreements/shop/maintenance.ics", operatorToken, "text/calendar", []byte(body))
		if status != 200 {
			t.Fatalf("importing = %d %s", status, text)
		}
		return text
	}
	if got := post(calendar); !strings.Contains(got, `"announced":["cal-shop-move-`) {
		t.Errorf("the first import: %s", got)
	}
	if got := post(calendar); !strings.Contains(got, `"known":["cal-shop-move-`) || !strings.Contains(got, `"announced":[]`) {
		t.Errorf("the second import: %s", got)
	}
	_, own := h.ask("GET", "/api/v1/agreements/shop/maintenance.ics", readerToken, nil)
	if got := post(own); !strings.Contains(got, `"known":["cal-shop-move-`) || !strings.Contains(got, `"announced":[]`) {
		t.Errorf("our own calendar come back: %s", got)
	}
	status, text = h.send("POST", "/api/v1/agreements/shop/whatif", readerToken, "application/toml", []byte("[terms]\ntarget_pct = \"12.5\"\n"))
	if status != 200 || !strings.Contains(text, `"target":"125/1000"`) {
		t.Errorf("what if = %d %s", status, text)
	}
	if status, text = h.ask("GET", "/api/v1/agreements/shop/revisions?period=2026-01", readerToken, nil); status != 200 || !strings.Contains(text, `"revisions":[]`) {
		t.Errorf("revisions of a period that was not observed = %d %s", status, text)
	}
}
