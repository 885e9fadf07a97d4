package notify_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/collector/notify"
)

// service is a chat or paging service: how a channel of it is configured, how
// it answers, and what its documentation asks of a request.
type service struct {
	cfg    notify.Config // URL is put before the server's address
	path   string        // "" the URL's own
	ok     string        // an answer that says yes
	status int           // of it; 0: 200
	no     []answer
	check  func(t *testing.T, r seen, body map[string]any)
}

type answer struct {
	status int
	body   string
	final  bool
}

const (
	slackHook  = "/services/T00000000/B00000000/s3cretXXXXXXXXXXXXXXXXXX"
	robotHook  = "/robot/send?access_token=s3cret-token"
	feishuHook = "/open-apis/bot/v2/hook/s3cret-hook"
	weComHook  = "/cgi-bin/webhook/send?key=s3cret-key"
	teamsHook  = "/workflows/s3cret-id/triggers/manual/paths/invoke?api-version=1&sig=s3cret-sig"
	botToken   = "123456:s3cret-Token"
)

var services = map[string]service{
	"slack webhook": {
		cfg: notify.Config{Type: "slack", URL: slackHook}, ok: "ok",
		no: []answer{{400, "invalid_payload", true}, {404, "no_service", false}, {403, "action_prohibited", false}, {200, "?", false}},
		check: func(t *testing.T, _ seen, b map[string]any) {
			text := b["text"].(string)
			if b["channel"] != nil || !strings.Contains(text, "<https://sla.example.net/ack/abc|Acknowledge>") || !strings.Contains(text, "&lt;b&gt; &amp;") {
				t.Errorf("body %v", b)
			}
		},
	},
	"slack bot": {
		cfg: notify.Config{Type: "slack", URL: "/api/chat.postMessage", Token: "xoxb-s3cret", Chat: "C024BE91L"}, ok: `{"ok":true,"ts":"1"}`,
		no: []answer{{200, `{"ok":false,"error":"channel_not_found"}`, false}, {200, `{"ok":false,"error":"msg_too_long"}`, true}, {200, "<html>", false}},
		check: func(t *testing.T, r seen, b map[string]any) {
			if b["channel"] != "C024BE91L" || r.header.Get("Authorization") != "Bearer xoxb-s3cret" {
				t.Errorf("channel %v, Authorization %q", b["channel"], r.header.Get("Authorization"))
			}
		},
	},
	"teams": {
		cfg: notify.Config{Type: "teams", URL: teamsHook}, status: 202,
		no: []answer{{200, "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429", false}, {404, "", false}},
		check: func(t *testing.T, _ seen, b map[string]any) {
			att := b["attachments"].([]any)[0].(map[string]any)
			card := att["content"].(map[string]any)
			if b["type"] != "message" || att["contentType"] != "application/vnd.microsoft.card.adaptive" || card["type"] != "AdaptiveCard" || card["version"] == "" {
				t.Errorf("body %v", b)
			}
			if a := card["actions"].([]any)[0].(map[string]any); a["type"] != "Action.OpenUrl" || a["url"] != "https://sla.example.net/ack/abc" {
				t.Errorf("actions %v", card["actions"])
			}
		},
	},
	"telegram": {
		cfg: notify.Config{Type: "telegram", URL: "/", Token: botToken, Chat: "-1001234"}, path: "/bot" + botToken + "/sendMessage", ok: `{"ok":true,"result":{}}`,
		no: []answer{
			{400, `{"ok":false,"error_code":400,"description":"Bad Request: chat not found"}`, false},
			{400, `{"ok":false,"error_code":400,"description":"Bad Request: message text is empty"}`, true},
			{401, `{"ok":false,"error_code":401,"description":"Unauthorized"}`, false}, {200, `{"ok":false,"error_code":500}`, false}, {200, "", false},
		},
		check: func(t *testing.T, r seen, b map[string]any) {
			if b["chat_id"] != "-1001234" || b["parse_mode"] != nil || !strings.Contains(b["text"].(string), "<b> &") || r.header.Get("Authorization") != "" {
				t.Errorf("body %v", b)
			}
		},
	},
	"feishu": {
		cfg: notify.Config{Type: "feishu", URL: feishuHook, Secret: "s3cret-robot"}, ok: `{"code":0,"msg":"success","data":{}}`,
		no: []answer{{200, `{"code":19021,"msg":"sign match fail"}`, false}, {200, `{"code":9499,"msg":"Bad Request"}`, true}, {200, "{}", false}},
		check: func(t *testing.T, _ seen, b map[string]any) {
			m := hmac.New(sha256.New, []byte(b["timestamp"].(string)+"\ns3cret-robot"))
			if want := base64.StdEncoding.EncodeToString(m.Sum(nil)); b["sign"] != want || b["msg_type"] != "post" {
				t.Errorf("sign %v, want %s; msg_type %v", b["sign"], want, b["msg_type"])
			}
			post := b["content"].(map[string]any)["post"].(map[string]any)["en_us"].(map[string]any)
			if lines := post["content"].([]any); post["title"] == "" || lines[1].([]any)[0].(map[string]any)["href"] != "https://sla.example.net/ack/abc" {
				t.Errorf("post %v", post)
			}
		},
	},
	"wecom": {
		cfg: notify.Config{Type: "wecom", URL: weComHook}, ok: `{"errcode":0,"errmsg":"ok"}`,
		no: []answer{{200, `{"errcode":93000,"errmsg":"invalid webhook url"}`, false}, {200, `{"errcode":40008,"errmsg":"invalid message type"}`, true}},
		check: func(t *testing.T, _ seen, b map[string]any) {
			if text := b["text"].(map[string]any)["content"].(string); b["msgtype"] != "text" || len(text) > 2048 || !strings.Contains(text, "Acknowledge: https://sla.example.net/ack/abc") {
				t.Errorf("body %v", b)
			}
		},
	},
	"dingtalk": {
		cfg: notify.Config{Type: "dingtalk", URL: robotHook, Secret: "s3cret-robot"}, ok: `{"errcode":0,"errmsg":"ok"}`, path: "signed",
		no: []answer{{200, `{"errcode":310000,"errmsg":"sign not match"}`, false}, {200, `{"errcode":400101,"errmsg":"x"}`, true}},
		check: func(t *testing.T, r seen, b map[string]any) {
			u, err := url.Parse(r.path)
			if err != nil {
				t.Fatal(err)
			}
			q := u.Query()
			m := hmac.New(sha256.New, []byte("s3cret-robot"))
			m.Write([]byte(q.Get("timestamp") + "\ns3cret-robot"))
			if want := base64.StdEncoding.EncodeToString(m.Sum(nil)); q.Get("sign") != want || q.Get("access_token") != "s3cret-token" || u.Path != "/robot/send" {
				t.Errorf("%s, want sign %s", r.path, want)
			}
			if text := b["text"].(map[string]any)["content"].(string); b["msgtype"] != "text" || !strings.Contains(text, "https://sla.example.net/ack/abc") {
				t.Errorf("body %v", b)
			}
		},
	},
	"pagerduty": {
		cfg: notify.Config{Type: "pagerduty", URL: "/", Token: "s3cret-routing-key"}, path: "/v2/enqueue", ok: `{"status":"success"}`, status: 202,
		no: []answer{{400, `{"status":"invalid event","message":"s3cret-routing-key is wrong"}`, true}, {429, "", false}},
		check: func(t *testing.T, r seen, b map[string]any) {
			p := b["payload"].(map[string]any)
			if b["routing_key"] != "s3cret-routing-key" || b["event_action"] != "trigger" || b["dedup_key"] != "INC-2026-0042" ||
				p["severity"] != "critical" || p["source"] == "" || p["summary"] == "" || r.header.Get("Authorization") != "" {
				t.Errorf("body %v", b)
			}
		},
	},
	"opsgenie": {
		cfg: notify.Config{Type: "opsgenie", URL: "/", Token: "s3cret-api-key"}, path: "/v2/alerts", ok: `{"result":"Request will be processed"}`, status: 202,
		no: []answer{{422, `{"message":"s3cret-api-key"}`, true}, {401, "", false}, {429, "", false}},
		check: func(t *testing.T, r seen, b map[string]any) {
			if r.header.Get("Authorization") != "GenieKey s3cret-api-key" || b["alias"] != "INC-2026-0042" || b["priority"] != "P1" || len(b["message"].(string)) > 130 {
				t.Errorf("Authorization %q, body %v", r.header.Get("Authorization"), b)
			}
		},
	},
}

// serviceServer answers as it is told and keeps the requests.
type serviceServer struct {
	mu   sync.Mutex
	got  []seen
	says answer
}

func (s *serviceServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.got = append(s.got, seen{r.Header.Clone(), string(body), r.URL.RequestURI()})
	w.Header().Set("Retry-After", "7")
	w.WriteHeader(s.says.status)
	fmt.Fprint(w, s.says.body)
}

func (s *serviceServer) take() []seen {
	s.mu.Lock()
	defer s.mu.Unlock()
	got := s.got
	s.got = nil
	return got
}

// openService starts an HTTPS server and opens a channel to it.
func openService(t *testing.T, v service) (*notify.Channel, *serviceServer) {
	t.Helper()
	s := &serviceServer{says: answer{status: max(v.status, 200), body: v.ok}}
	srv := httptest.NewTLSServer(s)
	t.Cleanup(srv.Close)
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: srv.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg := v.cfg
	cfg.Name, cfg.CAFile, cfg.URL = "chat", ca, notify.Secret(srv.URL)+v.cfg.URL
	if v.cfg.Type == "slack" && v.cfg.Token != "" { // Slack's own address, reached by another way
		cfg.URL = ""
		ch := open(t, cfg)
		ch.Redirect(srv.URL + string(v.cfg.URL))
		return ch, s
	}
	return open(t, cfg), s
}

func TestServices(t *testing.T) {
	n := sampleNotice()
	n.Incident.Title = "shop <b> & \r\n" + strings.Repeat("very ", 50) + "down"
	for name, v := range services {
		t.Run(name, func(t *testing.T) {
			ch, s := openService(t, v)
			rows, err := notify.PlanIncident([]*notify.Channel{ch}, n)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(string(rows[0].Payload), "s3cret") {
				t.Errorf("the outbox holds a secret: %s", rows[0].Payload)
			}
			if err := ch.Send(t.Context(), rows[0]); err != nil {
				t.Fatal(err)
			}
			got := s.take()
			if len(got) != 1 || got[0].header.Get("Content-Type") != "application/json" {
				t.Fatalf("got %+v, want one request of JSON", got)
			}
			if want := v.path; want != "signed" && got[0].path != max(want, string(v.cfg.URL)) && got[0].path != want {
				t.Errorf("path %s, want %s", got[0].path, want)
			}
			var body map[string]any
			if err := json.Unmarshal([]byte(got[0].body), &body); err != nil {
				t.Fatal(err)
			}
			v.check(t, got[0], body)
			for _, a := range append(v.no, answer{status: 500, body: "s3cret"}, answer{status: 302}) {
				s.mu.Lock()
				s.says = a
				s.mu.Unlock()
				err := ch.Send(t.Context(), rows[0])
				if err == nil || notify.Final(err) != a.final {
					t.Errorf("answer %d %q: Send = %v, final %v; want final %v", a.status, a.body, err, notify.Final(err), a.final)
				}
			}
		})
	}
}

// TestServiceSecrets: whatever goes wrong, neither error nor log shows a secret.
func TestServiceSecrets(t *testing.T) {
	for name, v := range services {
		t.Run(name, func(t *testing.T) {
			ch, s := openService(t, v)
			rows, err := notify.PlanIncident([]*notify.Channel{ch}, sampleNotice())
			if err != nil {
				t.Fatal(err)
			}
			var log strings.Builder
			slog := slog.New(slog.NewTextHandler(&log, nil))
			echo := ch.Secrets() // a receiver that repeats all it knows
			for _, status := range []int{200, 400, 401, 500} {
				s.mu.Lock()
				s.says = answer{status: status, body: echo}
				s.mu.Unlock()
				if err := ch.Send(t.Context(), rows[0]); err != nil {
					slog.Error("failed", "err", err)
				}
			}
			ch.Redirect("https://127.0.0.1:1/" + strings.TrimPrefix(string(v.cfg.URL), "/"))
			err = ch.Send(t.Context(), rows[0])
			if err == nil {
				t.Error("a server that is out of reach counts as success")
			}
			slog.Error("failed", "err", err, "channel", fmt.Sprintf("%v %+v", v.cfg, v.cfg))
			if strings.Contains(log.String(), "s3cret") {
				t.Errorf("log shows a secret:\n%s", log.String())
			}
		})
	}
}

// TestDialWith: a service is reached by its own name, through another connection.
func TestDialWith(t *testing.T) {
	s := &serviceServer{says: answer{status: 202}}
	srv := httptest.NewTLSServer(s)
	defer srv.Close()
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: srv.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	ch := open(t, notify.Config{Name: "pd", Type: "pagerduty", Token: "k", CAFile: ca, URL: "https://example.com"}) // the certificate's name
	var asked string
	ch.DialWith(func(ctx context.Context, network, address string) (net.Conn, error) {
		asked = address
		return new(net.Dialer).DialContext(ctx, network, srv.Listener.Addr().String())
	})
	if err := send(t, ch, change(incident.ChangeOpened, "web", 1, 2)); err != nil || asked != "example.com:443" || len(s.take()) != 1 {
		t.Errorf("Send = %v, asked for %q", err, asked)
	}
}

// TestPagingFollows: what is acknowledged and resolved here is so there.
func TestPagingFollows(t *testing.T) {
	for _, tt := range []struct {
		service string
		change  incident.EventKind
		want    []string // path, parts of the body; none: nothing is sent
	}{
		{"pagerduty", incident.EventAcknowledged, []string{"/v2/enqueue", `"event_action":"acknowledge"`, `"dedup_key":"INC-2026-0042"`}},
		{"pagerduty", incident.EventResolved, []string{"/v2/enqueue", `"event_action":"resolve"`, `"dedup_key":"INC-2026-0042"`}},
		{"pagerduty", incident.EventNote, nil},
		{"opsgenie", incident.EventAcknowledged, []string{"/v2/alerts/INC-2026-0042/acknowledge?identifierType=alias"}},
		{"opsgenie", incident.EventResolved, []string{"/v2/alerts/INC-2026-0042/close?identifierType=alias"}},
		{"opsgenie", incident.EventNote, []string{"/v2/alerts/INC-2026-0042/notes?identifierType=alias", `"note":`}},
	} {
		ch, s := openService(t, services[tt.service])
		n := sampleNotice()
		n.Change = tt.change
		rows, err := notify.PlanIncident([]*notify.Channel{ch}, n)
		if err != nil {
			t.Fatal(err)
		}
		if err := ch.Send(t.Context(), rows[0]); err != nil {
			t.Fatal(err)
		}
		got := s.take()
		if len(got) > 0 != (tt.want != nil) {
			t.Errorf("%s %s: %d requests", tt.service, tt.change, len(got))
		}
		for i, want := range tt.want {
			if i == 0 && got[0].path != want || i > 0 && !strings.Contains(got[0].body, want) {
				t.Errorf("%s %s: %s %s, want %q", tt.service, tt.change, got[0].path, got[0].body, want)
			}
		}
	}
}

func TestAlertThroughServices(t *testing.T) {
	for name, v := range services {
		ch, s := openService(t, v)
		for _, kind := range []incident.ChangeKind{incident.ChangeOpened, incident.ChangeResolved} {
			c := change(kind, "web/ü?", 1000, 2000)
			if err := send(t, ch, c); err != nil {
				t.Fatalf("%s, %s: %v", name, kind, err)
			}
		}
		got := s.take()
		if len(got) != 2 {
			t.Fatalf("%s: %d requests, want 2", name, len(got))
		}
		if v.cfg.Type == "opsgenie" && !strings.HasPrefix(got[1].path, "/v2/alerts/service_down:shop%2Fweb%2F%C3%BC%3F/close?") {
			t.Errorf("closed by %s", got[1].path)
		}
		if v.cfg.Type != "opsgenie" && v.cfg.Type != "pagerduty" && !strings.Contains(got[1].body, "Resolved: web") {
			t.Errorf("%s: the end reads %s", name, got[1].body)
		}
	}
}

// TestTest: a test says that it is one, through every type of channel, and
// leaves nothing open.
func TestTest(t *testing.T) {
	all := map[string]service{
		"webhook":      {cfg: notify.Config{Type: "webhook", URL: "/h"}},
		"shaped":       {cfg: notify.Config{Type: "webhook", Format: "alertmanager", URL: "/h"}},
		"alertmanager": {cfg: notify.Config{Type: "alertmanager", URL: "/"}},
	}
	for name, v := range services {
		all[name] = v
	}
	for name, v := range all {
		ch, s := openService(t, v)
		if err := ch.Test(t.Context()); err != nil {
			t.Errorf("%s: Test = %v", name, err)
		}
		got := s.take()
		if len(got) == 0 || !strings.Contains(got[0].body, "TEST") {
			t.Errorf("%s: %+v; want a message marked TEST", name, got)
		}
		if paging := name == "pagerduty" || name == "opsgenie"; paging != (len(got) == 2) {
			t.Errorf("%s: %d requests", name, len(got))
		}
		s.mu.Lock()
		s.says = answer{status: 500}
		s.mu.Unlock()
		if err := ch.Test(t.Context()); err == nil {
			t.Errorf("%s: Test of a failing service = nil", name)
		}
	}
	s := startMail(t, notify.TLSNone)
	if err := open(t, s.config(t, notify.TLSNone)).Test(t.Context()); err != nil {
		t.Fatal(err)
	}
	if mails, _ := s.all(); len(mails) != 1 || !strings.Contains(string(mails[0].body), "[TEST]") {
		t.Errorf("mails %v", mails)
	}
}

// TestLinksSurvive: however long the text, the link to acknowledge stays whole.
func TestLinksSurvive(t *testing.T) {
	n := sampleNotice()
	n.Alerts[0].Annotations["description"] = strings.Repeat("很长的说明。\n", 5000)
	for name, v := range services {
		ch, s := openService(t, v)
		rows, err := notify.PlanIncident([]*notify.Channel{ch}, n)
		if err != nil {
			t.Fatal(err)
		}
		if err := ch.Send(t.Context(), rows[0]); err != nil {
			t.Fatal(err)
		}
		if got := s.take(); !strings.Contains(got[0].body, n.AckURL) || len(got[0].body) > 28_000 {
			t.Errorf("%s: %d bytes without the link", name, len(got[0].body))
		}
	}
}
