package promapi

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/VictoriaMetrics/metrics"

	"github.com/probity-sla/probity/collector/timeline"
	"github.com/probity-sla/probity/internal/protocol"
	"github.com/probity-sla/probity/internal/sla"
)

// t0 is when the seeded history begins: 2026-10-01 00:00 UTC.
const t0 = int64(1790812800_000)

var discard = slog.New(slog.DiscardHandler)

const day = int64(timeline.DayMillis)

// seeded is a source that holds results as the store does, as encoded runs and
// levels of days, and computes ledgers with package sla.
type seeded struct {
	snapshot Snapshot
	days     map[trackKey]map[int64]encoded

	mu      sync.Mutex // of what follows: many queries may run at once
	codec   *timeline.Codec
	ledgers int // computed
}

type trackKey struct {
	check protocol.CheckID
	agent protocol.AgentID
}

type encoded struct{ runs, detail []byte }

// outcomes say what a slot was; absent slots are silence.
type outcomes func(slot int64) (timeline.Outcome, bool)

func newSeeded(t testing.TB, at int64) *seeded {
	t.Helper()
	codec, err := timeline.NewCodec()
	if err != nil {
		t.Fatal(err)
	}
	return &seeded{snapshot: Snapshot{At: at}, days: map[trackKey]map[int64]encoded{}, codec: codec}
}

// add stores the results of one check from one agent, interval apart.
func (s *seeded) add(t testing.TB, check protocol.CheckID, agent protocol.AgentID, interval time.Duration, from, to int64, what outcomes) {
	t.Helper()
	step := interval.Milliseconds()
	out := map[int64]encoded{}
	for d := from; d < to; d = (timeline.Day(d) + 1) * day {
		var samples []timeline.Sample
		for slot := d; slot < min(to, (timeline.Day(d)+1)*day); slot += step {
			if o, ok := what(slot); ok {
				level := timeline.Quantise(20_000 + slot/step%7*1000)
				if o == timeline.Down {
					level = 0
				}
				samples = append(samples, timeline.Sample{Slot: slot, Step: int32(step), Outcome: o, Level: level})
			}
		}
		p := timeline.Build(samples)
		detail, err := s.codec.AppendDetail(nil, p)
		if err != nil {
			t.Fatal(err)
		}
		out[timeline.Day(d)] = encoded{timeline.AppendRuns(nil, p.AppendRuns(nil)), detail}
	}
	s.days[trackKey{check, agent}] = out
}

func (s *seeded) Snapshot(context.Context) (*Snapshot, error) { return &s.snapshot, nil }

func (s *seeded) Runs(_ context.Context, check protocol.CheckID, agent protocol.AgentID, from, to int64) ([]timeline.Run, error) {
	var all []timeline.Run
	k := trackKey{check, agent}
	for d := timeline.Day(from) - 1; d <= timeline.Day(to-1); d++ {
		if x, ok := s.days[k][d]; ok {
			runs, err := timeline.DecodeRuns(nil, x.runs)
			if err != nil {
				return nil, err
			}
			for _, r := range runs {
				all = timeline.AppendRun(all, r)
			}
		}
	}
	return timeline.AppendClip(nil, all, from, to), nil
}

func (s *seeded) Latencies(_ context.Context, check protocol.CheckID, agent protocol.AgentID, from, to int64, _ int) ([]timeline.Point, error) {
	var out []timeline.Point
	k := trackKey{check, agent}
	for d := timeline.Day(from); d <= timeline.Day(to-1); d++ {
		x, ok := s.days[k][d]
		if !ok {
			continue
		}
		runs, err := timeline.DecodeRuns(nil, x.runs)
		if err != nil {
			return nil, err
		}
		s.mu.Lock()
		p, err := s.codec.Decode(runs, x.detail)
		s.mu.Unlock()
		if err != nil {
			return nil, err
		}
		for _, q := range p.Clip(from, to) {
			if q.Level > 0 {
				out = append(out, timeline.Point{Slot: q.Slot, Micros: q.Level.Micros()})
			}
		}
	}
	return out, nil
}

// Ledger judges every service by its checks: all must be up, any location down is down.
func (s *seeded) Ledger(ctx context.Context, agreement string, w sla.Window) (*sla.Statement, error) {
	s.mu.Lock()
	s.ledgers++
	s.mu.Unlock()
	out := &sla.Statement{Agreement: agreement}
	for i := range s.snapshot.Agreements {
		a := &s.snapshot.Agreements[i]
		if a.ID != agreement {
			continue
		}
		for j := range a.Services {
			v, err := s.verdict(ctx, &a.Services[j], w)
			if err != nil {
				return nil, err
			}
			out.Services = append(out.Services, sla.ServiceStatement{Service: a.Services[j].ID, Verdict: *v})
		}
	}
	return out, nil
}

func (s *seeded) verdict(ctx context.Context, svc *Service, w sla.Window) (*sla.Verdict, error) {
	in := &sla.Input{Period: w, Until: min(w.To, s.snapshot.At), Zone: time.UTC}
	for _, c := range svc.Checks {
		part := sla.Part{Name: shortID(c.ID)}
		for _, l := range c.Locations {
			runs, err := s.Runs(ctx, c.ID, l.Agent, w.From, w.To)
			if err != nil {
				return nil, err
			}
			seen := sla.Observation{Runs: []sla.Run{}}
			for _, r := range runs {
				state := [...]sla.State{timeline.Unknown: sla.Unknown, timeline.Up: sla.Up, timeline.Degraded: sla.Degraded, timeline.Down: sla.Down}[r.Outcome]
				seen.Runs = append(seen.Runs, sla.Run{First: r.First, Step: r.Step, Count: r.Count, State: state})
			}
			part.Seen.Probes = append(part.Seen.Probes, sla.Part{Name: string(l.Agent), Seen: seen})
		}
		in.Observed.Endpoints = append(in.Observed.Endpoints, part)
	}
	return sla.Compute(&sla.Terms{Target: sla.Of(999, 1000)}, in)
}

// client asks the HTTP API.
type client struct {
	t   testing.TB
	url string
}

// serveAPI puts a source behind a real socket.
func serveAPI(t testing.TB, s *seeded, limits Limits) client {
	t.Helper()
	api, err := New(Options{
		Catalogue: s, Results: s, Ledgers: s, Log: discard, Metrics: metrics.NewSet(),
		Version: "test", Limits: limits,
	})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(api.Handler("/prometheus"))
	t.Cleanup(server.Close)
	return client{t, server.URL + "/prometheus"}
}

// reply is Prometheus's envelope.
type reply struct {
	Status, ErrorType, Error string
	Warnings                 []string
	Data                     json.RawMessage
}

// get asks for a path; pairs are name, value, …
func (c client) get(path string, pairs ...string) (int, reply) {
	c.t.Helper()
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		q.Add(pairs[i], pairs[i+1])
	}
	res, err := http.Get(c.url + path + "?" + q.Encode())
	if err != nil {
		c.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	var out reply
	if err := json.Unmarshal(body, &out); err != nil {
		c.t.Fatalf("GET %s answered %d with what is no JSON: %v\n%s", path, res.StatusCode, err, body)
	}
	return res.StatusCode, out
}
