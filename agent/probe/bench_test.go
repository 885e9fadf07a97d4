package probe

import (
	"bufio"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/miekg/dns"

	"github.com/probity-sla/probity/internal/protocol"
)

// The benchmarks report the CPU that a probe costs the agent: the process's
// user and system time, from getrusage. The peers therefore run in a child
// process, this test binary started again with peerVar set.
const peerVar = "PROBITY_TEST_PEER"

// peers is what the child prints: where it listens, and whom to trust.
type peers struct{ HTTP, HTTPS, TCP, DNS, CA string }

// servePeers runs in the child until its standard input ends.
func servePeers() {
	t := new(testing.B)
	ca := newAuthority(t)
	listener := func() net.Listener {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			panic(err)
		}
		return l
	}
	web, secure, tcp := listener(), listener(), listener()
	pc, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	page := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "all good\n") })
	go func() { _ = http.Serve(web, page) }()
	go func() {
		_ = http.Serve(tls.NewListener(secure, &tls.Config{Certificates: []tls.Certificate{ca.issue(t, time.Now().Add(day), "127.0.0.1")}}), page)
	}()
	go func() {
		for c, err := tcp.Accept(); err == nil; c, err = tcp.Accept() {
			closeQuietly(c)
		}
	}()
	go func() { _ = (&dns.Server{PacketConn: pc, Handler: dns.HandlerFunc(answerA)}).ActivateAndServe() }()
	_ = json.NewEncoder(os.Stdout).Encode(peers{web.Addr().String(), secure.Addr().String(), tcp.Addr().String(), pc.LocalAddr().String(), ca.pem})
	_, _ = io.Copy(io.Discard, os.Stdin)
}

func startPeers(b *testing.B) peers {
	b.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), peerVar+"=1")
	in, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { closeQuietly(in); _ = cmd.Wait() })
	var p peers
	if err := json.NewDecoder(bufio.NewReader(out)).Decode(&p); err != nil {
		b.Fatal(err)
	}
	return p
}

const (
	together = 10 // probes that start at one grid point: 500 a second on a grid of 20 ms
	gridStep = 20 * time.Millisecond
	inFlight = 64 // probes under way at saturation
)

func BenchmarkProbe(b *testing.B) {
	at := startPeers(b)
	query := check(protocol.KindDNS, at.DNS)
	query.DNS = &protocol.DNSSpec{Name: "www.example.org"}
	https := check(protocol.KindHTTP, "https://"+at.HTTPS+"/")
	https.HTTP = &protocol.HTTPSpec{TLS: &protocol.TLSSpec{CAPEM: at.CA}}
	for _, kind := range []struct {
		name  string
		check *protocol.Check
	}{
		{"HTTP", check(protocol.KindHTTP, "http://"+at.HTTP+"/")}, {"HTTPS", https},
		{"TCP", check(protocol.KindTCP, at.TCP)}, {"DNS", query}, {"ICMP", check(protocol.KindICMP, "127.0.0.1")},
	} {
		p := newProber(b)
		probe := func() error {
			if res := p.once(kind.check); res.Outcome != protocol.OutcomeUp {
				return errors.New(res.Message)
			}
			return nil
		}
		b.Run(kind.name+"/saturated", func(b *testing.B) { benchmark(b, probe, 0) })
		b.Run(kind.name+"/500-a-second", func(b *testing.B) { benchmark(b, probe, gridStep) })
	}
	b.Run("HTTP-by-Transport/saturated", func(b *testing.B) { benchmark(b, byTransport(at.HTTP), 0) })
}

// byTransport is what exchange1 is measured against: net/http as most probers use it.
func byTransport(addr string) func() error {
	client := http.Client{Timeout: 2 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	return func() error {
		resp, err := client.Get("http://" + addr + "/")
		if err != nil {
			return err
		}
		defer closeQuietly(resp.Body)
		_, err = io.Copy(io.Discard, resp.Body)
		return err
	}
}

// benchmark probes b.N times: as fast as it goes, or with a step between groups.
func benchmark(b *testing.B, probe func() error, step time.Duration) {
	if err := probe(); err != nil {
		b.Fatal(err)
	}
	var failed sync.Map
	once := func() {
		if err := probe(); err != nil {
			failed.Store(err.Error(), true)
		}
	}
	measured(b, func() {
		if step > 0 {
			onGrid(b.N, step, once)
		} else {
			saturate(b.N, once)
		}
	})
	failed.Range(func(message, _ any) bool { b.Error(fmt.Sprint("a probe failed: ", message)); return false })
}

// measured reports the CPU that b.N probes cost.
func measured(b *testing.B, probes func()) {
	b.ReportAllocs()
	b.ResetTimer()
	before := cpuTime(b)
	probes()
	b.ReportMetric(float64((cpuTime(b)-before).Microseconds())/float64(b.N), "cpu-µs/probe")
}

// onGrid probes in groups that start together, one each step.
func onGrid(n int, step time.Duration, probe func()) {
	ticker := time.NewTicker(step)
	defer ticker.Stop()
	for ; n > 0; n -= together {
		var group sync.WaitGroup
		for range min(together, n) {
			group.Go(probe)
		}
		group.Wait()
		<-ticker.C
	}
}

// saturate keeps inFlight probes under way.
func saturate(n int, probe func()) {
	var all sync.WaitGroup
	free := make(chan struct{}, inFlight)
	for range n {
		free <- struct{}{}
		all.Go(func() { probe(); <-free })
	}
	all.Wait()
}

// cpuTime is the user and system time of this process.
func cpuTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
