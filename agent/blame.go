package agent

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/probity-sla/probity/agent/probe"
	"github.com/probity-sla/probity/agent/uplink"
	"github.com/probity-sla/probity/internal/protocol"
)

// canaryFresh is how old a verdict on the uplink may be to judge a failed probe.
const canaryFresh = time.Second

// maxCanaries bounds the targets of one agent.
const maxCanaries = 16

// canary tells an agent that has lost its network from a target that is down:
// when none of its targets answers, the agent cannot judge anything.
type canary struct {
	names  []string
	checks []protocol.Check
	run    func(context.Context, *protocol.Check, int64) protocol.Result

	mu   sync.Mutex
	last *canaryRound
}

type canaryRound struct {
	began time.Time
	done  chan struct{}
	lost  bool // after done
}

func newCanary(c CanaryConfig, run func(context.Context, *protocol.Check, int64) protocol.Result) (*canary, error) {
	if len(c.Targets) > maxCanaries {
		return nil, fmt.Errorf("%d targets, at most %d are of use", len(c.Targets), maxCanaries)
	}
	out := &canary{names: c.Targets, run: run}
	for i, target := range c.Targets {
		check, err := probe.ParseTarget(target)
		if err != nil {
			return nil, err
		}
		if slices.Contains(c.Targets[:i], target) {
			return nil, fmt.Errorf("%q is named twice", target)
		}
		check.ID = protocol.CheckID("canary/" + target)
		check.Timeout, check.Interval = c.Timeout.Std(), time.Minute
		out.checks = append(out.checks, check)
	}
	return out, nil
}

// lost reports whether the agent's own uplink is gone, by a round of probes no
// older than canaryFresh. Without canaries it is never known to be.
func (c *canary) lost(ctx context.Context) bool {
	if len(c.checks) == 0 {
		return false
	}
	c.mu.Lock()
	round := c.last
	if round == nil || time.Since(round.began) > canaryFresh {
		round = &canaryRound{began: time.Now(), done: make(chan struct{})}
		c.last = round
		c.mu.Unlock()
		round.lost = c.allDown(context.WithoutCancel(ctx))
		close(round.done)
		return round.lost
	}
	c.mu.Unlock()
	<-round.done
	return round.lost
}

func (c *canary) allDown(ctx context.Context) bool {
	down := make([]bool, len(c.checks))
	var wg sync.WaitGroup
	for i := range c.checks {
		wg.Go(func() {
			res := c.run(ctx, &c.checks[i], time.Now().UnixMilli())
			down[i] = res.Outcome == protocol.OutcomeDown || res.Outcome == protocol.OutcomeUnknown
		})
	}
	wg.Wait()
	return !slices.Contains(down, false)
}

// String names the first target, and says how many more there are.
func (c *canary) String() string {
	switch len(c.names) {
	case 0:
		return "none"
	case 1:
		return c.names[0]
	}
	return fmt.Sprintf("%s and %d more", c.names[0], len(c.names)-1)
}

// clockWatch knows how far this machine's clock is from the collector's.
type clockWatch struct {
	log *slog.Logger

	mu    sync.Mutex
	bound time.Duration
	last  uplink.Beat
	off   bool
}

// observe takes the measurement of one heartbeat. Only what the round trip
// cannot explain counts.
func (w *clockWatch) observe(b uplink.Beat) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.last = b
	was := w.off
	w.off = b.Offset.Abs()-b.RTT/2 > w.bound
	if w.off && !was {
		w.log.LogAttrs(context.Background(), slog.LevelError,
			"this machine's clock is off, results are unknown until it is set; check NTP",
			slog.Duration("offset", b.Offset), slog.Duration("bound", w.bound))
	}
	if was && !w.off {
		w.log.LogAttrs(context.Background(), slog.LevelInfo, "this machine's clock is right again", slog.Duration("offset", b.Offset))
	}
}

// fault says how the clock is off; nil when it is right, or not known.
func (w *clockWatch) fault() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.off {
		return nil
	}
	return fmt.Errorf("agent clock is off by %v from the collector's", w.last.Offset.Round(time.Millisecond))
}

func (w *clockWatch) offset() time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.last.Offset
}

func (w *clockWatch) rebound(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.bound = d
}

// judge turns a result that is the agent's own doing into an unknown one: with
// a wrong clock no slot is what it says, without an uplink no target is down.
func (a *Agent) judge(ctx context.Context, res *protocol.Result) {
	if err := a.clock.fault(); err != nil {
		unknown(res, err)
		return
	}
	c, lost := a.canary.Load(), false
	switch res.Outcome {
	case protocol.OutcomeDown:
		lost = c.lost(ctx)
	case protocol.OutcomeUnknown:
		return // says nothing of the uplink; a target that answered proves it
	}
	if a.uplinkLost.Swap(lost) != lost {
		a.log.LogAttrs(ctx, slog.LevelWarn, "uplink of this agent changed; while it is lost, failures are unknown",
			slog.Bool("lost", lost), slog.String("canaries", c.String()))
	}
	if lost {
		unknown(res, errors.New("agent uplink lost (canary "+c.String()+")"))
	}
}

func unknown(res *protocol.Result, why error) {
	was := res.Outcome.String()
	if res.Message != "" {
		was += ", " + res.Message
	}
	res.Outcome, res.Cause = protocol.OutcomeUnknown, protocol.CauseAgentFault
	res.Message = protocol.TruncateMessage(why.Error() + "; the probe saw: " + was)
}
