package e2e

import (
	"bufio"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// What goes on in the house of BenchmarkLoad beside the results of its checks.
const (
	loadPages      = 200 // open, each with its stream of changes
	loadStatements = 50  // a second
	loadSettles    = 15 * time.Second
	loadLasts      = 30 * time.Second
	loadReader     = "probity_reader_of-the-benchmark"

	// loadPeer in the environment makes the test binary the peers of a collector
	// at that address, so that what they cost is not counted as its own.
	loadPeer = "PROBITY_LOAD_PEER"
)

// BenchmarkLoad measures a collector with 1,000 agreements and 10,000 checks as
// a busy day asks of it: results come in, people look on, programs ask.
func BenchmarkLoad(b *testing.B) {
	hooks := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer hooks.Close()
	h := newAlertHouse(b, hooks.URL)
	h.pushAll(time.Now().Add(-benchInterval))
	for range b.N {
		loadOnce(b, h)
	}
	b.ReportMetric(0, "ns/op")
}

func loadOnce(b *testing.B, h *alertHouse) {
	peer := exec.Command(os.Args[0])
	peer.Env = append(os.Environ(), loadPeer+"="+h.address, loadPeer+"_SEQ="+strconv.FormatUint(<-h.seq, 10))
	peer.Stderr = os.Stderr
	out, err := peer.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := peer.Start(); err != nil {
		b.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	var began, ended time.Time
	var before, after time.Duration
	for lines.Scan() {
		switch text := lines.Text(); text {
		case "begins":
			began, before = time.Now(), cpuTime()
		case "ended":
			ended, after = time.Now(), cpuTime()
		default:
			h.report(text)
		}
	}
	if err := errors.Join(lines.Err(), peer.Wait()); err != nil {
		b.Fatalf("peers: %v", err)
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(after-before)/float64(ended.Sub(began)), "cpu-s/s")
	b.ReportMetric(float64(m.HeapInuse)/(1<<20), "MiB-heap")
	b.ReportMetric(residentMiB(b), "MiB-resident")
}

// report takes one line of the peers: a figure's unit and its value, or what went wrong.
func (h *alertHouse) report(line string) {
	unit, value, _ := strings.Cut(line, " ")
	figure, err := strconv.ParseFloat(value, 64)
	switch {
	case err != nil:
		h.b.Log(line)
	case unit == "seq":
		h.seq <- uint64(figure)
	default:
		h.b.ReportMetric(figure, unit)
	}
}

// cpuTime is the user and system time of this process.
func cpuTime() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func residentMiB(b *testing.B) float64 {
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		b.Fatal(err)
	}
	pages, err := strconv.ParseFloat(strings.Fields(string(text))[1], 64)
	if err != nil {
		b.Fatal(err)
	}
	return pages * float64(os.Getpagesize()) / (1 << 20)
}
