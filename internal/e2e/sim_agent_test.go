package e2e

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	program "github.com/probity-sla/probity/agent"
	"github.com/probity-sla/probity/agent/schedule"
	"github.com/probity-sla/probity/internal/config"
)

// simAgent is one agent, with a clock of its own.
type simAgent struct {
	s    *sim
	name string
	stop func()

	wall   atomic.Int64 // how far its wall clock is ahead
	mu     sync.Mutex
	asleep time.Time     // since when it sleeps; zero: awake
	slept  time.Duration // in all
	epoch  time.Time
}

func newSimAgent(s *sim, name string) *simAgent {
	return &simAgent{s: s, name: name, epoch: time.Now()}
}

// clock stands still while the agent sleeps; afterwards only the wall clock and
// the boot clock know that time has passed.
func (a *simAgent) clock() schedule.Clock {
	now := func() (time.Time, time.Duration) {
		a.mu.Lock()
		defer a.mu.Unlock()
		if !a.asleep.IsZero() {
			return a.asleep, a.slept
		}
		return time.Now(), a.slept
	}
	return schedule.Clock{
		Wall: func() time.Time { t, _ := now(); return t.Add(time.Duration(a.wall.Load())) },
		Mono: func() time.Duration { t, slept := now(); return t.Sub(a.epoch) - slept },
		Boot: func() time.Duration { t, _ := now(); return t.Sub(a.epoch) },
	}
}

// suspend freezes the agent's clocks and its network for a while.
func (a *simAgent) suspend(d time.Duration) {
	a.mu.Lock()
	a.asleep = time.Now()
	a.mu.Unlock()
	a.s.net.sever(a.name, true)
	time.Sleep(d)
	a.s.net.sever(a.name, false)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.asleep, a.slept = time.Time{}, a.slept+d
}

// start boots the agent from what is on its disk.
func (a *simAgent) start() {
	t := a.s.t
	t.Helper()
	p := a.s.pace
	name := "agent-" + a.name + ".toml"
	text := fmt.Sprintf("agent = %q\ndata_dir = %q\n[collector]\nurl = \"http://collector\"\nallow_plain_http = true\ntoken = %q\n",
		a.name, filepath.Join(a.s.dir, a.name), "pa_"+a.name)
	if p.beat > 0 {
		text += fmt.Sprintf("poll_interval = %q\nheartbeat_interval = %q\n", p.beat, p.beat)
	}
	a.s.write(name, text+"[canary]\ntargets = [\"tcp://canary.example.net:443\"]\n")
	cfg, err := program.LoadConfig(filepath.Join(a.s.dir, name), func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatal(err)
	}
	if p.batch > 0 {
		cfg.Batch.MaxDelay = config.Duration(p.batch)
	}
	g, err := program.New(cfg, program.Options{
		Log: a.s.log.With("agent", a.name), Clock: a.clock(), Listener: a.s.net.listen("agent-" + a.name),
		Dial: a.s.net.from(a.name), Probe: a.s.target.probe(a.name), Tick: p.tick,
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- g.Run(ctx) }()
	a.stop = func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("agent %s: %v", a.name, err)
		}
		a.stop = nil
	}
}
