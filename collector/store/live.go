package store

import (
	"strings"

	"github.com/probity-sla/probity/collector/timeline"
	"github.com/probity-sla/probity/internal/protocol"
)

// live is one series. Frozen samples are on their way into pieces.
type live struct {
	fresh      []timeline.Sample
	frozen     []timeline.Sample
	gaps       []protocol.Gap
	frozenGaps []protocol.Gap
	latest     protocol.Result
	seen       bool // latest is set
	evidence   string
}

func liveOf(ofAgent map[protocol.CheckID]*live, check protocol.CheckID) *live {
	l := ofAgent[check]
	if l == nil {
		l = &live{}
		ofAgent[protocol.CheckID(strings.Clone(string(check)))] = l
	}
	return l
}

func (l *live) add(r *protocol.Result, buf []byte) {
	buf = appendEvidence(buf, r)
	if l.evidence != string(buf) {
		l.evidence = string(buf)
	}
	l.fresh = append(l.fresh, sampleOf(r, l.evidence))
	if l.seen && r.Slot < l.latest.Slot {
		return
	}
	endpoint, message := l.latest.Endpoint, l.latest.Message
	if endpoint != r.Endpoint {
		endpoint = strings.Clone(r.Endpoint)
	}
	if message != r.Message {
		message = strings.Clone(r.Message)
	}
	l.latest, l.seen = *r, true
	l.latest.Check, l.latest.Endpoint, l.latest.Message = "", endpoint, message
}
