package probe

import (
	"fmt"
	"time"

	"github.com/probity-sla/probity/internal/protocol"
)

// Bounds and defaults of an ICMP check.
const (
	MaxEchoes      = 100
	MaxEchoBytes   = 65_000 // of payload; an IPv4 packet takes 65,507
	defaultSpacing = 20 * time.Millisecond
	defaultEcho    = 56
)

// icmpPlan sends echoes to one address and counts those that come back.
type icmpPlan struct {
	at      place
	count   int
	spacing time.Duration
	size    int
	maxLoss int
}

func prepareICMP(check *protocol.Check) (plan, error) {
	spec := protocol.ICMPSpec{}
	if check.ICMP != nil {
		spec = *check.ICMP
	}
	at, err := newPlace(check.Target, 0, check.Family)
	if err != nil {
		return nil, fmt.Errorf("target: %w", err)
	}
	p := &icmpPlan{at: at, count: max(1, spec.Count), spacing: spec.Spacing, size: spec.Size, maxLoss: spec.MaxLoss}
	if p.spacing == 0 {
		p.spacing = defaultSpacing
	}
	if p.size == 0 {
		p.size = defaultEcho
	}
	switch {
	case spec.Count < 0 || spec.Count > MaxEchoes:
		return nil, fmt.Errorf("icmp.count: %d is not within 1 to %d", spec.Count, MaxEchoes)
	case p.size < tokenBytes || p.size > MaxEchoBytes:
		return nil, fmt.Errorf("icmp.size: %d is not within %d to %d bytes", p.size, tokenBytes, MaxEchoBytes)
	case p.maxLoss < 0 || p.maxLoss > 99:
		return nil, fmt.Errorf("icmp.max_loss: %d is not within 0 to 99 per cent", p.maxLoss)
	case p.spacing < 0 || time.Duration(p.count-1)*p.spacing >= timeoutOf(check):
		return nil, fmt.Errorf("icmp.spacing: %d echoes %v apart do not fit into the timeout of %v", p.count, p.spacing, timeoutOf(check))
	}
	return p, nil
}

func (p *icmpPlan) probe(r *run) *fault {
	addrs, f := r.resolve(p.at)
	if f != nil {
		return f
	}
	to := addrs[0]
	r.res.Endpoint = p.at.endpoint(to)
	e := newEchoes(p.count)
	defer e.release()
	err := r.p.icmp[familyIndex(to)].ping(r, to, e, p)
	r.res.Sent, r.res.Received = e.sent, e.received
	if err != nil {
		return r.fail(connecting, r.res.Endpoint, err)
	}
	if e.received > 0 {
		r.latency = e.total / time.Duration(e.received)
		r.res.Phases.FirstByte = r.latency
	}
	return p.judge(r, e)
}

// judge says why too few echoes came back: unreachable, if anyone on the way said so.
func (p *icmpPlan) judge(r *run, e *echoes) *fault {
	lost := e.sent - e.received
	switch {
	case lost*100 <= p.maxLoss*e.sent:
		return nil
	case e.received == 0 && e.refusal != "":
		return faultf(protocol.CauseNetworkUnreachable, "%s: %s", r.res.Endpoint, e.refusal)
	}
	return faultf(protocol.CauseLoss, "%d of %d echoes to %s lost; more than %d %% is down", lost, e.sent, r.res.Endpoint, p.maxLoss)
}
