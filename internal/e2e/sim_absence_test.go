package e2e

import (
	"context"
	"encoding/json"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/probity-sla/probity/collector/store"
	"github.com/probity-sla/probity/internal/protocol"
	"github.com/probity-sla/probity/internal/sla"
)

// plainAgreement has one check, any location's failure counting.
const plainAgreement = `
id = "line"
customer = "Contoso"
provider = "Fabrikam"
zone = "Europe/Berlin"
period = { kind = "month" }
burn = []

[terms]
target_pct = "99.9"

[[service]]
id = "edge"

  [[service.check]]
  id = "ping"
  target = "icmp://192.0.2.1"
  interval = "1m"
`

const ping protocol.CheckID = "line/edge/ping"

// nearly is the pace of hours: every figure the programs' own, but for how
// often the collector looks at the clock.
var nearly = pace{tick: 5 * time.Second}

// accounted holds the store against what an agent probed: every slot of the
// check since the first has its result, once, or a gap with a reason.
func (s *sim) accounted(check protocol.CheckID, agent string) tally {
	s.t.Helper()
	var out tally
	s.read(func(_ context.Context, db *store.Store) error {
		have := stored(s.t, db, check, protocol.AgentID(agent))
		ran := slices.Clone(s.target.slots(agent, check))
		slices.Sort(ran)
		for i, slot := range ran {
			if i > 0 && ran[i-1] == slot {
				s.t.Errorf("%s: slot %s was probed twice", agent, clock(slot))
			}
		}
		for slot := range have {
			if !slices.Contains(ran, slot) {
				s.t.Errorf("%s: slot %s has a result that nobody probed", agent, clock(slot))
			}
		}
		out = tally{len(have), missing(s.t, db, check, protocol.AgentID(agent), time.Minute, have, ran[0], ran[len(ran)-1])}
		return nil
	})
	return out
}

func clock(ms int64) string { return time.UnixMilli(ms).UTC().Format("2006-01-02 15:04:05.000") }

// TestCollectorAwayForAnHour: what agents saw meanwhile waits in their spools,
// and turns unknown time into what it was. What the statement said before they
// could tell stays what it says as of then.
func TestCollectorAwayForAnHour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Date(2026, 5, 5, 10, 0, 0, 0, time.UTC)
		time.Sleep(time.Until(start))
		s := newSim(t, nearly, map[string]string{"line": plainAgreement})
		defer s.end()
		s.begin("ams", "fra")
		time.Sleep(time.Hour)
		s.stop()
		s.target.down(ping, time.Now().Add(20*time.Minute), 12*time.Minute)
		// Back at an instant that no slot lies close before.
		d := phases(ping, "ams", "fra")
		back := time.Now().Add(time.Hour + d[0])
		if d[1]-d[0] > 30*time.Second {
			back = time.Now().Add(time.Hour + d[1])
		}
		time.Sleep(time.Until(back) - 100*time.Millisecond)
		for name := range s.agents {
			s.net.sever(name, true)
		}
		s.serve()
		now := time.Now()
		const query = "from=2026-05-05T10:00:00Z&to=2026-05-05T13:00:00Z"
		before := s.statement("line", query)
		unknown := before.Overall.Unknown
		// Silence is unknown from the first missing slot to the watermark, a timeout
		// and the settling before now.
		if least := (55 * time.Minute).Milliseconds(); unknown < least {
			t.Errorf("before the agents are heard of, %v is unknown; want an hour, nearly", time.Duration(unknown)*time.Millisecond)
		}
		for name := range s.agents {
			s.net.sever(name, false)
		}
		time.Sleep(10 * time.Minute)
		after := s.statement("line", query)
		v := after.Overall
		// Either agent's failure counts: from the first that failed to the last that recovered.
		want := (12*time.Minute + d[1] - d[0]).Milliseconds()
		if first := d[0].Milliseconds(); v.Unknown != first || v.Bad != (sla.Ratio{Num: want, Den: 1}) {
			t.Errorf("once the spools have drained: unknown %d ms, bad %v; want %d (before the first slot) and %d", v.Unknown, v.Bad, first, want)
		}
		for _, name := range []string{"ams", "fra"} {
			if got := s.accounted(ping, name); got.gapped != 0 || got.results < 129 {
				t.Errorf("%s: %+v; want a result for every minute", name, got)
			}
		}
		then := s.statement("line", query+"&as_of="+now.UTC().Format("2006-01-02T15:04:05.000Z"))
		then.AsOf, then.Fingerprint, before.Fingerprint, then.ComputedAt = 0, "", "", before.ComputedAt
		if was, is := text(before), text(then); was != is {
			t.Errorf("as of the return the statement says\n%s\nthen it said\n%s", is, was)
		}
	})
}

func text(st *sla.Statement) string {
	b, _ := json.MarshalIndent(st, "", " ")
	return string(b)
}
