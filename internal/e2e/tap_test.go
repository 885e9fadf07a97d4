package e2e

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/probity-sla/probity/internal/protocol"
)

// slotKey is the identity of a result.
type slotKey struct {
	check protocol.CheckID
	agent protocol.AgentID
	slot  int64
}

// refusal is an answer to a push that was not an acknowledgement.
type refusal struct {
	status      int
	contentType string
	retryAfter  string
}

// tap is a reverse proxy between agents and the collector. It writes down what
// the collector acknowledged, and can be cut.
type tap struct {
	url    string
	unpack *protocol.Decompressor
	client http.Client

	mu       sync.Mutex
	to       string // the collector's address; "": cut
	acked    map[slotKey]protocol.Outcome
	newest   map[protocol.AgentID]int64
	refused  []refusal
	rejected []protocol.Rejected
	faults   []string // what no honest agent and collector say to each other
}

func newTap(t *testing.T) *tap {
	unpack, err := protocol.NewDecompressor(protocol.MaxBatchBytes)
	if err != nil {
		t.Fatal(err)
	}
	p := &tap{unpack: unpack, acked: map[slotKey]protocol.Outcome{}, newest: map[protocol.AgentID]int64{}}
	p.client.Transport = &http.Transport{DisableKeepAlives: true}
	s := httptest.NewServer(p)
	t.Cleanup(s.Close)
	p.url = s.URL
	return p
}

func (p *tap) connect(address string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.to = address
}

func (p *tap) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	to := p.to
	p.mu.Unlock()
	body, err := io.ReadAll(r.Body)
	if to == "" || err != nil {
		panic(http.ErrAbortHandler) // the peer sees a cut connection
	}
	req, err := http.NewRequestWithContext(r.Context(), r.Method, "http://"+to+r.URL.RequestURI(), bytes.NewReader(body))
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	req.Header = r.Header.Clone()
	resp, err := p.client.Do(req)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if r.URL.Path == "/api/v1/push" {
		p.record(body, resp, answer)
	}
	for name, values := range resp.Header {
		w.Header()[name] = values
	}
	w.WriteHeader(resp.StatusCode)
	_, _ = w.Write(answer)
}

// record notes what an answer acknowledges before the agent hears of it: from
// here on the collector owes these results.
func (p *tap) record(body []byte, resp *http.Response, answer []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if resp.StatusCode != http.StatusOK {
		p.refused = append(p.refused, refusal{resp.StatusCode, resp.Header.Get("Content-Type"), resp.Header.Get("Retry-After")})
		return
	}
	var ack protocol.Ack
	var b protocol.Batch
	raw, err := p.unpack.Decompress(nil, body)
	if err == nil {
		err = protocol.DecodeBatch(raw, &b)
	}
	if err == nil {
		err = json.Unmarshal(answer, &ack)
	}
	if err != nil {
		p.faults = append(p.faults, "acknowledged, but unreadable: "+err.Error())
		return
	}
	p.rejected = append(p.rejected, ack.Rejected...)
	refused := map[int]bool{}
	for _, r := range ack.Rejected {
		if !r.Gap {
			refused[r.Index] = true
		}
	}
	for i, r := range b.Results {
		if refused[i] {
			continue
		}
		k := slotKey{r.Check, b.Agent, r.Slot}
		if was, again := p.acked[k]; again && was != r.Outcome {
			p.faults = append(p.faults, "one slot, two outcomes: "+string(r.Check))
		}
		p.acked[k] = r.Outcome
		p.newest[b.Agent] = max(p.newest[b.Agent], r.Slot)
	}
}

// heard returns the newest acknowledged slot of an agent.
func (p *tap) heard(agent protocol.AgentID) int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.newest[agent]
}

// checksSince lists the checks with an acknowledged slot at or after an instant.
func (p *tap) checksSince(ms int64) map[protocol.CheckID]bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := map[protocol.CheckID]bool{}
	for k := range p.acked {
		if k.slot >= ms {
			out[k.check] = true
		}
	}
	return out
}

func (p *tap) refusals() []refusal {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]refusal(nil), p.refused...)
}
