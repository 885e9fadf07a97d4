package e2e

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/probity-sla/probity/collector"
	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/collector/store"
	"github.com/probity-sla/probity/internal/protocol"
	"github.com/probity-sla/probity/internal/sla"
)

const simToken = "pt_the-token-of-who-reads-and-operates"

// pace is how coarsely a simulation looks at the clock. The zero value is what
// the programs do by themselves.
type pace struct {
	tick   time.Duration // of the collector's stages
	batch  time.Duration // that an agent gathers results for
	beat   time.Duration // between heartbeats, and between polls of the assignment
	settle time.Duration
}

// sim is the whole system in one bubble of fake time: both programs with every
// stage, spools on disk and SQLite included. Only the network and what is
// probed are stand-ins.
type sim struct {
	t        *testing.T
	dir      string
	pace     pace
	net      *simNet
	target   *simTarget
	receiver *simReceiver
	hooks    *http.Server
	log      *slog.Logger
	stop     func() // the collector's; nil while it is away
	agents   map[string]*simAgent
}

// newSim builds a world in which nothing runs yet.
func newSim(t *testing.T, p pace, agreements map[string]string) *sim {
	t.Helper()
	s := &sim{
		t: t, dir: t.TempDir(), pace: p, net: newSimNet(), target: newSimTarget(), receiver: newSimReceiver(t),
		agents: map[string]*simAgent{}, log: slog.New(slog.DiscardHandler),
	}
	if os.Getenv("PROBITY_SIM_LOG") != "" {
		s.log = slog.New(slog.NewTextHandler(os.Stderr, nil))
	}
	s.hooks = &http.Server{Handler: s.receiver}
	go s.hooks.Serve(s.net.listen("hooks"))
	for id, text := range agreements {
		s.write("agreements/"+id+".toml", text)
	}
	settle := ""
	if p.settle > 0 {
		settle = fmt.Sprintf("[evaluate]\nsettle = %q\n", p.settle)
	}
	s.write("collector.toml", "[store]\npath = \"db\"\n[agreements]\ndirectory = \"agreements\"\n"+settle+
		"[[notify]]\nname = \"hooks\"\ntype = \"webhook\"\nurl = \"http://hooks/\"\nupdates = true\n")
	return s
}

func (s *sim) write(name, text string) {
	s.t.Helper()
	path := filepath.Join(s.dir, name)
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
		s.t.Fatal(err)
	}
}

// serve starts the collector.
func (s *sim) serve() {
	s.t.Helper()
	cfg, err := collector.LoadConfig(filepath.Join(s.dir, "collector.toml"))
	if err != nil {
		s.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended, bound := make(chan error, 1), make(chan struct{})
	l := s.net.listen("collector")
	go func() {
		ended <- collector.Run(ctx, cfg, collector.RunOptions{
			Log: s.log, Listener: l, Dial: s.net.from("collector"), Tick: s.pace.tick,
			Reload: func() (*collector.Config, error) { return collector.LoadConfig(filepath.Join(s.dir, "collector.toml")) },
			Bound:  func(string) { close(bound) },
		})
	}()
	select {
	case <-bound:
	case err := <-ended:
		s.t.Fatalf("collector: %v", err)
	}
	s.stop = func() {
		s.net.sever("collector", false) // cuts what the collector dialled
		cancel()
		if err := <-ended; err != nil {
			s.t.Errorf("collector: %v", err)
		}
		s.stop = nil
	}
}

// records opens the database beside the collector, as the command line does.
func (s *sim) records(do func(ctx context.Context, db *store.Store) error) {
	s.t.Helper()
	ctx := context.Background()
	db, err := store.Open(ctx, store.Options{Path: filepath.Join(s.dir, "db")})
	if err == nil {
		err = errors.Join(do(ctx, db), db.Close())
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// begin has the collector serve and the agents probe; each agent stands at the
// location of its own name.
func (s *sim) begin(agents ...string) {
	s.t.Helper()
	s.records(func(ctx context.Context, db *store.Store) error {
		now := time.Now().UnixMilli()
		for _, name := range agents {
			if err := db.EnrolAgent(ctx, store.AgentRecord{
				Name: protocol.AgentID(name), Location: protocol.Location(name), Hash: hashed("pa_" + name), EnrolledAt: now,
			}); err != nil {
				return err
			}
			s.agents[name] = newSimAgent(s, name)
		}
		return db.CreateToken(ctx, store.TokenRecord{ID: "t1", Name: "sim", Role: "operate", Hash: hashed(simToken), CreatedAt: now})
	})
	s.serve()
	for _, name := range agents {
		s.agents[name].start()
	}
}

func hashed(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// end stops everything that runs.
func (s *sim) end() {
	for _, a := range s.agents {
		if a.stop != nil {
			a.stop()
		}
	}
	if s.stop != nil {
		s.stop()
	}
	_ = s.hooks.Close()
}

// call asks the collector's API, and decodes what it answers.
func (s *sim) call(method, path string, body io.Reader, into any) {
	s.t.Helper()
	client := &http.Client{Transport: &http.Transport{DialContext: s.net.from("operator"), DisableKeepAlives: true}}
	req, err := http.NewRequest(method, "http://collector"+path, body)
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+simToken)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := client.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode/100 != 2 {
		s.t.Fatalf("%s %s: %s %s %v", method, path, resp.Status, text, err)
	}
	if into != nil {
		if err := json.Unmarshal(text, into); err != nil {
			s.t.Fatalf("%s %s: %v in %s", method, path, err, text)
		}
	}
}

// statement asks the API for a statement.
func (s *sim) statement(agreement, query string) *sla.Statement {
	s.t.Helper()
	st := &sla.Statement{}
	s.call("GET", "/api/v1/agreements/"+agreement+"/statement?"+query, nil, st)
	return st
}

// frozen reads the revisions of a period's statement, ledgers included.
func (s *sim) frozen(agreement, label string) []*sla.Statement {
	s.t.Helper()
	var out []*sla.Statement
	s.read(func(ctx context.Context, db *store.Store) error {
		all, err := db.StatementRevisions(ctx, agreement, label)
		if err != nil {
			return err
		}
		for _, r := range all {
			st, err := db.Statement(ctx, agreement, label, r.Revision)
			if err != nil {
				return err
			}
			out = append(out, st)
		}
		return nil
	})
	return out
}

// read opens the database for reading beside the collector.
func (s *sim) read(do func(ctx context.Context, db *store.Store) error) {
	s.t.Helper()
	ctx := context.Background()
	db, err := store.Open(ctx, store.Options{Path: filepath.Join(s.dir, "db"), ReadOnly: true})
	if err == nil {
		err = errors.Join(do(ctx, db), db.Close())
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// alerts reads every alert on record, newest first.
func (s *sim) alerts() []incident.Alert {
	s.t.Helper()
	var out []incident.Alert
	s.read(func(ctx context.Context, db *store.Store) error {
		rows, err := db.Alerts(ctx, "", 1000)
		if err != nil {
			return err
		}
		out = make([]incident.Alert, len(rows))
		for i, r := range rows {
			if err := json.Unmarshal(r.Body, &out[i]); err != nil {
				return err
			}
		}
		return nil
	})
	return out
}

// open lists the open alerts with their dates, in the order of their names.
func (s *sim) open() []string {
	var out []string
	for _, a := range s.alerts() {
		if a.Open() {
			out = append(out, a.ID+" since "+clock(a.StartsAt))
		}
	}
	slices.Sort(out)
	return out
}

// outages reads every outage of an agreement that was not withdrawn.
func (s *sim) outages(agreement string) []incident.Outage {
	s.t.Helper()
	var out []incident.Outage
	s.read(func(ctx context.Context, db *store.Store) error {
		rows, err := db.Outages(ctx, agreement, 0, always)
		for _, r := range rows {
			var o incident.Outage
			if err := json.Unmarshal(r.Body, &o); err != nil {
				return err
			}
			if !o.Withdrawn {
				out = append(out, o)
			}
		}
		return err
	})
	return out
}
