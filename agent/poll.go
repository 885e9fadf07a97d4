package agent

import (
	"context"
	"encoding/hex"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/probity-sla/probity/agent/probe"
	"github.com/probity-sla/probity/agent/uplink"
	"github.com/probity-sla/probity/internal/protocol"
	"github.com/probity-sla/probity/internal/selfmon"
)

// staleFault is how long polls fail, while heartbeats are answered, before the
// agent reports it.
const staleFault = time.Minute

// follow keeps the assignment in force up to date until ctx ends.
func (a *Agent) follow(ctx context.Context) {
	failures := 0
	for {
		wait := jitter(a.cfg.Load().Collector.PollInterval.Std())
		if err := a.poll(ctx); err != nil && ctx.Err() == nil {
			failures++
			wait = min(wait, uplink.Wait(failures))
			if failures == 1 || failures%100 == 0 {
				a.log.LogAttrs(ctx, slog.LevelWarn, "assignment is not up to date, trying again",
					slog.Any("error", err), slog.String("in_force", a.version()))
			}
			a.setStale(err)
		} else {
			failures = 0
			a.setStale(nil)
		}
		if !sleep(ctx, wait, a.pollNow) {
			return
		}
	}
}

// poll asks once and puts a changed assignment in force.
func (a *Agent) poll(ctx context.Context) error {
	next, data, err := a.link.Load().Poll(ctx, a.version())
	if err != nil || next == nil {
		return err
	}
	if name := a.cfg.Load().Agent; next.Agent != protocol.AgentID(name) {
		return fmt.Errorf("the collector knows this token as agent %q, the configuration says %q; correct the key agent, or the token", next.Agent, name)
	}
	if err := uplink.Keep(a.cfg.Load().assignmentFile(), data); err != nil {
		a.log.LogAttrs(ctx, slog.LevelError, "assignment is in force, but a restart without the collector would not know it", slog.Any("error", err))
	}
	a.assign(ctx, next)
	return nil
}

// assign puts an assignment in force.
func (a *Agent) assign(ctx context.Context, next *protocol.Assignment) {
	for i := range next.Checks {
		if err := probe.Validate(&next.Checks[i]); err != nil {
			a.log.LogAttrs(ctx, slog.LevelError, "check cannot be run, its results are unknown; correct it in the agreement",
				slog.String("check", string(next.Checks[i].ID)), slog.Any("error", err))
		}
	}
	a.sched.Update(next)
	a.assignment.Store(next)
	a.health.Hold("assignment")
	a.log.LogAttrs(ctx, slog.LevelInfo, "assignment in force", slog.String("version", next.Version),
		slog.Int("checks", len(next.Checks)), slog.String("location", string(next.Location)))
}

func (a *Agent) version() string {
	if as := a.assignment.Load(); as != nil {
		return as.Version
	}
	return ""
}

// beat sends heartbeats until ctx ends.
func (a *Agent) beat(ctx context.Context) {
	failing := false
	for {
		beat, err := a.link.Load().Beat(ctx, a.heartbeat())
		a.answered.Store(err == nil)
		switch {
		case err == nil:
			a.clock.observe(beat)
			failing = false
		case ctx.Err() == nil && !failing:
			failing = true
			a.log.LogAttrs(ctx, slog.LevelWarn, "heartbeat is not answered, trying again", slog.Any("error", err))
		}
		if !sleep(ctx, jitter(a.cfg.Load().Collector.HeartbeatInterval.Std()), a.beatNow) {
			return
		}
	}
}

func (a *Agent) heartbeat() *protocol.Heartbeat {
	st := a.spool.Stats()
	hb := &protocol.Heartbeat{
		Agent: protocol.AgentID(a.cfg.Load().Agent), Boot: hex.EncodeToString(a.boot[:]), At: a.now().UnixMilli(),
		Version: selfmon.Version().Version, Assignment: a.version(), SpoolBytes: st.Bytes, Faults: a.faults(),
	}
	if as := a.assignment.Load(); as != nil {
		hb.Checks = len(as.Checks)
	}
	if rec, ok, err := a.spool.Next(); err == nil && ok {
		hb.Oldest = max(0, rec.Mark)
	}
	return hb
}

// faults lists what keeps this agent from judging or delivering, for people.
func (a *Agent) faults() []string {
	var out []string
	say := func(word string, err error) {
		if err != nil {
			out = append(out, protocol.TruncateMessage(word+": "+err.Error()))
		}
	}
	say("clock_off", a.clock.fault())
	say("spool_failing", a.rec.fault())
	if a.uplinkLost.Load() {
		out = append(out, protocol.TruncateMessage("uplink_lost: no canary answers: "+a.canary.Load().String()))
	}
	a.faultMu.Lock()
	defer a.faultMu.Unlock()
	// A collector that was away for everything is not a fault of this agent.
	if a.answered.Load() && time.Since(a.staleSince) >= staleFault {
		say("assignment_stale", a.assignmentFault)
	}
	return out
}

func (a *Agent) setStale(err error) {
	a.faultMu.Lock()
	defer a.faultMu.Unlock()
	if a.assignmentFault == nil {
		a.staleSince = time.Now()
	}
	a.assignmentFault = err
}

// jitter spreads a period by a tenth either way, so that agents do not march in step.
func jitter(d time.Duration) time.Duration { return d - d/10 + rand.N(d/5+1) }

// sleep waits for d or for a nudge; it returns false when ctx ends.
func sleep(ctx context.Context, d time.Duration, nudge <-chan struct{}) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-nudge:
	case <-timer.C:
	}
	return true
}
