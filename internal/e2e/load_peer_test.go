package e2e

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/probity-sla/probity/internal/protocol"
)

// Of the peers of BenchmarkLoad.
const (
	loadFaults    = int((loadTotal+loadDrain)/time.Second) + 1 // agreements that only fail, one a second
	loadTotal     = loadSettles + loadLasts
	loadDrain     = 5 * time.Second        // for the last answers
	loadPageGap   = 2 * time.Second        // between two looks of one page, as probity.js has it
	loadPageWait  = 200 * time.Millisecond // from a change to the look at it, at least
	loadPushEvery = 90 * time.Millisecond  // for three agreements
	loadTimeout   = 20 * time.Second       // of one answer
	loadQuery     = `sum by (agreement) (probe_success{agreement=~"a05.."})`
)

// peers are everybody around one collector, in a process of their own.
type peers struct {
	house  *alertHouse
	client *http.Client
	counts bool // measured from here on; guarded by mu

	mu      sync.Mutex
	took    map[string][]time.Duration
	faults  map[string]int
	pushed  map[string]time.Time // agreement → when its failure was pushed
	sending sync.Mutex           // an agent sends one batch at a time
	streams int
	resyncs int
}

// servePeer plays the peers and prints what they saw: a unit and a figure a line.
func servePeer(address string) error {
	seq, err := strconv.ParseUint(os.Getenv(loadPeer+"_SEQ"), 10, 64)
	if err != nil {
		return err
	}
	p := &peers{
		house:  &alertHouse{address: address, seq: make(chan uint64, 1)},
		client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 2 * loadPages}},
		took:   map[string][]time.Duration{}, faults: map[string]int{}, pushed: map[string]time.Time{},
	}
	p.house.seq <- seq
	ctx, stop := context.WithTimeout(context.Background(), loadTotal+loadDrain)
	defer stop()
	var all sync.WaitGroup
	for n := range loadPages {
		all.Go(func() { p.page(ctx, n) })
	}
	all.Go(func() { p.every(ctx, loadPushEvery, p.results) })
	all.Go(func() { p.every(ctx, time.Second/loadStatements, p.statement) })
	all.Go(func() { p.every(ctx, 5*time.Second, func(int) { p.ask(ctx, "scrape", "/metrics") }) })
	all.Go(func() { p.every(ctx, 10*time.Second, p.query) })
	all.Go(func() { p.every(ctx, time.Second, p.fail) })
	time.Sleep(loadSettles)
	p.measure(true)
	fmt.Println("begins")
	time.Sleep(loadLasts)
	p.measure(false)
	fmt.Println("ended")
	p.print()
	stop()
	all.Wait()
	fmt.Println("seq", <-p.house.seq)
	return nil
}

func (p *peers) measure(on bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.counts = on
}

// every runs do at a steady pace, whether or not the last one is done.
func (p *peers) every(ctx context.Context, gap time.Duration, do func(n int)) {
	t := time.NewTicker(gap)
	defer t.Stop()
	var all sync.WaitGroup
	defer all.Wait()
	for n := 0; ; n++ {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			all.Go(func() { do(n) })
		}
	}
}

// results pushes good results of three agreements; those that are to fail are left out.
func (p *peers) results(n int) {
	const steady = benchAgreements - loadFaults
	var results []protocol.Result
	for i := range 3 {
		results = append(results, p.house.good(loadFaults+(3*n+i)%steady, time.Now())...)
	}
	p.push(results...)
}

func (p *peers) push(results ...protocol.Result) {
	p.sending.Lock()
	defer p.sending.Unlock()
	began := time.Now()
	p.note("push", began, p.house.send(results...))
}

func (p *peers) statement(int) {
	ctx, stop := context.WithTimeout(context.Background(), loadTimeout)
	defer stop()
	p.ask(ctx, "statement", fmt.Sprintf("/api/v1/agreements/a%04d/statement", rand.IntN(benchAgreements)))
}

func (p *peers) query(int) {
	ctx, stop := context.WithTimeout(context.Background(), loadTimeout)
	defer stop()
	now := time.Now().Unix()
	q := url.Values{"query": {loadQuery}, "start": {strconv.FormatInt(now-3600, 10)}, "end": {strconv.FormatInt(now, 10)}, "step": {"60"}}
	p.ask(ctx, "promql", "/prometheus/api/v1/query_range?"+q.Encode())
}

// fail pushes the first failing result of an agreement: an event that every stream is told.
func (p *peers) fail(n int) {
	name := fmt.Sprintf("a%04d", n)
	id := protocol.CheckID(name + "/s0/home")
	began := time.Now()
	p.mu.Lock()
	if p.counts {
		p.pushed[name] = began
	}
	p.mu.Unlock()
	p.push(protocol.Result{
		Check: id, Slot: p.house.slot(id, began), Interval: benchInterval, Outcome: protocol.OutcomeDown, Cause: protocol.CauseConnectRefused,
	})
}

// ask fetches a path; what counts is the time to the last byte.
func (p *peers) ask(ctx context.Context, what, path string) {
	began := time.Now()
	resp, err := p.get(ctx, path)
	if err == nil {
		_, err = io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
	}
	if ctx.Err() == nil || what == "statement" {
		p.note(what, began, err)
	}
}

func (p *peers) get(ctx context.Context, path string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+p.house.address+path, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+loadReader)
	req.Header.Set("Accept-Encoding", "gzip") // as it comes: peers need not read it
	resp, err := p.client.Do(req)
	if err == nil && resp.StatusCode != http.StatusOK {
		resp.Body.Close()
		err = fmt.Errorf("%s: %s", path, resp.Status)
	}
	return resp, err
}

// page is one open page: three of four an overview, the rest an agreement's.
func (p *peers) page(ctx context.Context, n int) {
	path, what := "/", "overview"
	if n%4 == 3 {
		path, what = fmt.Sprintf("/agreements/a%04d", n), "agreement"
	}
	changed := make(chan struct{}, 1)
	changed <- struct{}{} // it is opened
	var stream sync.WaitGroup
	stream.Go(func() { p.stream(ctx, changed) })
	defer stream.Wait()
	for last := time.Now().Add(-rand.N(loadPageGap)); ; {
		select {
		case <-ctx.Done():
			return
		case <-changed:
		}
		time.Sleep(max(loadPageWait, loadPageGap-time.Since(last)))
		last = time.Now()
		resp, err := p.get(ctx, path)
		if ctx.Err() == nil {
			p.note(what, last, err)
		}
		if err == nil {
			_, _ = io.Copy(io.Discard, resp.Body)
			resp.Body.Close()
		}
	}
}

// stream reads events and notes how long after the push a failure was told.
func (p *peers) stream(ctx context.Context, changed chan<- struct{}) {
	resp, err := p.get(ctx, "/api/v1/events")
	if err != nil {
		p.note("stream", time.Now(), err)
		return
	}
	defer resp.Body.Close()
	p.mu.Lock()
	p.streams++
	p.mu.Unlock()
	for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
		data, ok := strings.CutPrefix(lines.Text(), "data: ")
		if !ok {
			continue
		}
		select {
		case changed <- struct{}{}:
		default:
		}
		if strings.Contains(data, `"kind":"state"`) || strings.Contains(data, `"resync"`) {
			p.event(data)
		}
	}
}

func (p *peers) event(data string) {
	var e struct{ Kind, Agreement, Service, State string }
	if err := json.Unmarshal([]byte(data), &e); err != nil {
		p.note("event", time.Now(), err)
		return
	}
	p.mu.Lock()
	pushed, ours := p.pushed[e.Agreement]
	if e.Kind == "resync" && p.counts {
		p.resyncs++
	}
	p.mu.Unlock()
	if ours && e.State == "down" && e.Service == "s0" {
		p.note("event", pushed, nil)
	}
}

// note enters what one answer took, or that it failed.
func (p *peers) note(what string, began time.Time, err error) {
	took := time.Since(began)
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case !p.counts:
	case err != nil:
		p.faults[what+": "+err.Error()]++
	default:
		p.took[what] = append(p.took[what], took)
	}
}

// print tells p50 and p99 of everything, and what did not come.
func (p *peers) print() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for what, took := range p.took {
		slices.Sort(took)
		fmt.Printf("ms-%s-p50 %.2f\nms-%s-p99 %.2f\n", what, millis(took[len(took)/2]), what, millis(took[len(took)*99/100]))
		fmt.Printf("%s/s %.1f\n", what, float64(len(took))/loadLasts.Seconds())
	}
	failed := 0
	for fault, n := range p.faults {
		failed += n
		fmt.Printf("%d times: %s\n", n, fault)
	}
	fmt.Printf("failed %d\n", failed)
	fmt.Printf("resyncs/s %.1f\n", float64(p.resyncs)/loadLasts.Seconds())
	fmt.Printf("%%-events %.2f\n", 100*float64(len(p.took["event"]))/float64(max(1, p.streams*len(p.pushed))))
}

func millis(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
