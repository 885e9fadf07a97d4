package collector

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/probity-sla/probity/internal/protocol"
)

func (h *house) agreements() string {
	var page struct {
		Agreements []struct {
			ID string `json:"id"`
		} `json:"agreements"`
	}
	h.get("/api/v1/agreements", &page)
	ids := ""
	for _, a := range page.Agreements {
		ids += a.ID + " "
	}
	return strings.TrimSpace(ids)
}

func TestReloadIsWholeOrNotAtAll(t *testing.T) {
	h := newHouse(t, map[string]string{"agreements/shop.toml": agreementText("shop", "1m", "")})
	h.serve()
	for _, c := range []struct {
		what      string
		change    func()
		status    int
		says, has string
	}{
		{"nothing changed", func() {}, http.StatusOK, "reloaded", "shop"},
		{"a bad agreement beside a new good one", func() {
			h.write("agreements/bank.toml", agreementText("bank", "1m", ""))
			h.write("agreements/bad.toml", agreementText("bad", "1 minute", ""))
		}, http.StatusUnprocessableEntity, "bad", "shop"},
		{"the bad one corrected", func() { h.write("agreements/bad.toml", agreementText("depot", "1m", "")) }, http.StatusOK, "reloaded", "bank depot shop"},
		{"a key that only a restart can change, and an agreement taken away", func() {
			h.write("collector.toml", houseConfig("[evaluate]\nsettle = \"1m\"\n"))
			h.remove("agreements/bank.toml")
		}, http.StatusUnprocessableEntity, "[evaluate] changed", "bank depot shop"},
		{"a channel that cannot be opened", func() {
			h.write("collector.toml", houseConfig("[[notify]]\nname = \"x\"\ntype = \"webhook\"\nurl_file = \"nowhere\"\n"))
		}, http.StatusUnprocessableEntity, "nowhere", "bank depot shop"},
		{"the configuration put back", func() { h.write("collector.toml", houseConfig("")) }, http.StatusOK, "reloaded", "depot shop"},
	} {
		c.change()
		status, text := h.ask("POST", "/-/reload", operatorToken, nil)
		if status != c.status || !strings.Contains(text, c.says) {
			t.Errorf("%s: %d %q; want %d with %q", c.what, status, text, c.status, c.says)
		}
		if has := h.agreements(); has != c.has {
			t.Errorf("%s: agreements %q in force; want %q", c.what, has, c.has)
		}
	}
}

// hook counts what a receiver is told, by event.
type hook struct {
	*httptest.Server
	mu   sync.Mutex
	text string
}

func newHook(t *testing.T) *hook {
	h := &hook{}
	h.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		h.mu.Lock()
		defer h.mu.Unlock()
		h.text += string(body) + "\n"
	}))
	t.Cleanup(h.Close)
	return h
}

func (h *hook) heard(words ...string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	for line := range strings.Lines(h.text) {
		all := true
		for _, w := range words {
			all = all && strings.Contains(line, w)
		}
		if all {
			return true
		}
	}
	return false
}

func webhook(name string, to *hook) string {
	return "[[notify]]\nname = \"" + name + "\"\ntype = \"webhook\"\nurl = \"" + to.URL + "\"\n"
}

// TestReloadSwapsChannelsAndRetiresAlerts: what is no longer in any agreement
// closes its alerts, told over the channels that are in force by then.
func TestReloadSwapsChannelsAndRetiresAlerts(t *testing.T) {
	before, after := newHook(t), newHook(t)
	h := newHouse(t, map[string]string{
		"collector.toml":       houseConfig(webhook("pager", before)),
		"agreements/shop.toml": agreementText("shop", "1s", ""),
		"agreements/bank.toml": agreementText("bank", "1s", ""),
	})
	h.serve()
	var down []protocol.Result
	for _, check := range []protocol.CheckID{"shop/web/home", "bank/web/home"} {
		for _, slot := range slotsBefore(check, time.Second, time.Now(), 5) {
			down = append(down, result(check, time.Second, slot, protocol.OutcomeDown))
		}
	}
	h.push(1, down...)
	for _, id := range []string{"shop", "bank"} {
		eventually(t, id+" opens an alert", func() bool { return before.heard(`"event":"opened"`, "service_down:"+id+"/web") })
	}
	// One agreement leaves; the other's service gets another name.
	h.remove("agreements/bank.toml")
	h.write("agreements/shop.toml", strings.Replace(agreementText("shop", "1s", ""), `id = "web"`, `id = "store"`, 1))
	h.write("collector.toml", houseConfig(webhook("duty", after)))
	if status, text := h.ask("POST", "/-/reload", operatorToken, nil); status != http.StatusOK {
		t.Fatalf("reload: %d %s", status, text)
	}
	for _, id := range []string{"shop", "bank"} {
		eventually(t, id+" closes its alert", func() bool { return after.heard(`"event":"resolved"`, "service_down:"+id+"/web") })
	}
	if before.heard(`"event":"resolved"`) {
		t.Error("the old channel was told of what came after the reload")
	}
	var open struct {
		Alerts []struct {
			Rule string `json:"rule"`
		} `json:"alerts"`
	}
	h.get("/api/v1/alerts?open=true", &open)
	for _, a := range open.Alerts {
		if a.Rule == "service_down" {
			t.Errorf("still open: %+v", a)
		}
	}
}

// TestStartRetiresAlertsOfWhatLeft: the same when the agreement left while the
// collector was down.
func TestStartRetiresAlertsOfWhatLeft(t *testing.T) {
	told := newHook(t)
	h := newHouse(t, map[string]string{
		"collector.toml": houseConfig(webhook("pager", told)), "agreements/shop.toml": agreementText("shop", "1s", ""),
	})
	h.serve()
	var down []protocol.Result
	for _, slot := range slotsBefore("shop/web/home", time.Second, time.Now(), 5) {
		down = append(down, result("shop/web/home", time.Second, slot, protocol.OutcomeDown))
	}
	h.push(1, down...)
	eventually(t, "an alert opens", func() bool { return told.heard(`"event":"opened"`, "service_down:shop/web") })
	h.stop()
	h.remove("agreements/shop.toml")
	h.write("agreements/bank.toml", agreementText("bank", "1m", ""))
	h.serve()
	eventually(t, "it closes", func() bool { return told.heard(`"event":"resolved"`, "service_down:shop/web") })
}
