package e2e

import (
	"fmt"
	"net/url"
	"testing"
	"time"

	"github.com/probity-sla/probity/internal/sla"
)

// TestCollectorAwayAndBack stops the collector while the agent probes on. What
// the agent kept arrives late, and turns unknown time into up and down.
func TestCollectorAwayAndBack(t *testing.T) {
	t.Parallel()
	web := newTarget(t)
	s := newSite(t, map[string]string{"acme.toml": agreement("acme", time.Now(), "", service("web", "", web.url, "page /page 100ms"))})
	s.serve()
	north := s.enrol("north-1", "north")
	north.start()
	eventually(t, "results", func() bool { return s.tap.heard("north-1") > 0 })

	s.stopCollector(false)
	pause(500 * time.Millisecond)
	from := time.Now().UnixMilli()
	pause(time.Second)
	web.set("/page", true)
	pause(time.Second)
	web.set("/page", false)
	north.kill() // and what waits in the spool outlives the agent
	north.start()
	north.said("assignment in force") // from disk: the collector is away
	pause(time.Second)
	to := time.Now().UnixMilli()
	pause(2 * time.Second) // so that the window has settled without its results

	s.start()
	s.address = s.collector.said("collector serves")["address"].(string) // the tap is still cut
	v := s.window(from, to)
	if v.Unknown != to-from || v.Good.Num != 0 || v.Bad.Num != 0 {
		t.Errorf("before the late results: %+v; want %d ms unknown", v, to-from)
	}
	s.tap.connect(s.address)
	eventually(t, "the spool is delivered", func() bool { return s.tap.heard("north-1") > to })
	eventually(t, "the statement is re-opened", func() bool { v = s.window(from, to); return v.Unknown < to-from })
	eventually(t, "the running statement has the outage", func() bool { return s.current().Bad.Num > 0 })
	north.settle()
	s.stopCollector(false)

	n, wrong := account(t, s.open(), s.tap, "acme/web/page", "north-1", 100*time.Millisecond)
	wrong.report(t)
	v = s.statement("acme", "--from", instant(from), "--to", instant(to)).Services[0].Verdict
	t.Logf("%d results, %d missed; in the window good %v, bad %v, unknown %d of %d ms", n.results, n.gapped, v.Good, v.Bad, v.Unknown, to-from)
	if v.Good.Num == 0 || v.Bad.Num < 500 || v.Unknown > (to-from)/2 {
		t.Errorf("after the late results: good %v, bad %v, unknown %d ms; want up, down and little unknown", v.Good, v.Bad, v.Unknown)
	}
	if len(s.tap.rejected) > 0 || len(s.tap.faults) > 0 {
		t.Errorf("rejected %+v, faults %q; want none", s.tap.rejected, s.tap.faults)
	}
}

// window reads the first service's verdict over a window from the API.
func (s *site) window(from, to int64) sla.Verdict {
	s.t.Helper()
	var st sla.Statement
	s.get(fmt.Sprintf("/api/v1/agreements/acme/statement?from=%s&to=%s", url.QueryEscape(instant(from)), url.QueryEscape(instant(to))), &st)
	return st.Services[0].Verdict
}

// current is the same for the running period.
func (s *site) current() sla.Verdict {
	s.t.Helper()
	var st sla.Statement
	s.get("/api/v1/agreements/acme/statement", &st)
	return st.Services[0].Verdict
}
