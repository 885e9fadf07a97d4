package sla_test

import (
	"sync"
	"time"

	"github.com/probity-sla/probity/internal/sla"
	"pgregory.net/rapid"
)

// drawing draws a small world: a few dozen units of time, in which everything
// begins and ends on a unit, so that edges meet often.
type drawing struct {
	*rapid.T
	unit   int64
	origin int64 // a whole number of units
	n      int   // units that matter
	zone   *time.Location
}

// places are instants at which local clocks did something odd, and days like others.
var places = []struct {
	zone string
	near string // UTC
	unit time.Duration
}{
	{"UTC", "2026-04-12T10:00:00Z", time.Millisecond},
	{"UTC", "2026-04-12T10:00:00Z", time.Second},
	{"UTC", "1970-01-05T00:00:00Z", time.Minute},
	{"Europe/Berlin", "2026-03-29T01:00:00Z", 15 * time.Minute},
	{"Europe/Berlin", "2026-10-25T01:00:00Z", time.Hour},
	{"America/New_York", "2026-03-08T07:00:00Z", time.Hour},
	{"America/New_York", "2026-11-01T06:00:00Z", 30 * time.Minute},
	{"Australia/Lord_Howe", "2026-04-04T15:00:00Z", 30 * time.Minute},
	{"Australia/Lord_Howe", "2026-10-03T15:30:00Z", 30 * time.Minute},
	{"Pacific/Apia", "2011-12-30T10:00:00Z", time.Hour},
	{"Asia/Shanghai", "2028-02-28T16:00:00Z", time.Hour},
	{"Asia/Kolkata", "2026-04-12T00:00:00Z", 30 * time.Minute},
	{"Asia/Kathmandu", "2026-04-12T00:00:00Z", 15 * time.Minute},
	{"America/Sao_Paulo", "2018-11-04T03:00:00Z", time.Hour},     // no midnight
	{"America/Sao_Paulo", "2018-02-18T02:00:00Z", time.Hour},     // 23:00 twice
	{"America/Havana", "2026-11-01T05:00:00Z", 30 * time.Minute}, // midnight twice
	{"America/St_Johns", "2010-11-07T02:31:00Z", time.Minute},    // 00:01 back to 23:01
	{"Africa/Casablanca", "2026-02-15T02:00:00Z", time.Hour},     // Ramadan
	{"Antarctica/Troll", "2026-03-29T01:00:00Z", time.Hour},      // by two hours
	{"Europe/Berlin", "2028-02-29T11:00:00Z", 5 * time.Minute},   // leap day
	{"America/New_York", "2026-12-31T23:00:00Z", time.Hour},      // the year ends
	{"Australia/Lord_Howe", "2026-06-01T00:00:00Z", 30 * time.Minute},
}

var zonesByName sync.Map

// located is a zone by its name, loaded once.
func located(name string) *time.Location {
	if z, ok := zonesByName.Load(name); ok {
		return z.(*time.Location)
	}
	z, err := time.LoadLocation(name)
	if err != nil {
		panic(err)
	}
	zonesByName.Store(name, z)
	return z
}

func drawWorld(t *rapid.T) *world {
	d := &drawing{T: t}
	p := rapid.SampledFrom(places).Draw(t, "place")
	d.zone = located(p.zone)
	d.unit = p.unit.Milliseconds()
	d.n = 1 + d.upTo("units", 119)
	near, err := time.Parse(time.RFC3339, p.near)
	if err != nil {
		t.Fatal(err)
	}
	d.origin = near.UnixMilli()/d.unit*d.unit - int64(d.upTo("before", d.n))*d.unit
	w := &world{unit: d.unit, terms: d.terms(), in: d.input()}
	if n := len(w.in.Observed.Endpoints); n > 0 {
		w.terms.Endpoints.K = min(w.terms.Endpoints.K, n) // a contract that asks for more is refused
	}
	return w
}

func (d *drawing) upTo(name string, n int) int { return rapid.IntRange(0, n).Draw(d.T, name) }

// one reports true one time in n.
func (d *drawing) one(n int, name string) bool { return d.upTo(name, n-1) == n-1 }

// instant is somewhere in the world, or a little outside.
func (d *drawing) instant(name string) int64 {
	return d.origin + int64(rapid.IntRange(-8, d.n+8).Draw(d.T, name))*d.unit
}

// length is a whole number of units.
func (d *drawing) length(name string, n int) int64 { return int64(d.upTo(name, n)) * d.unit }

// uneven is a length that need not be a whole number of units.
func (d *drawing) uneven(name string, n int) int64 {
	return 1 + int64(rapid.Int64Range(0, int64(n)*d.unit*3/2).Draw(d.T, name))
}

func (d *drawing) window(name string, n int) (from, to int64) {
	from = d.instant(name)
	return from, from + int64(rapid.IntRange(-1, n).Draw(d.T, name+" length"))*d.unit
}

func (d *drawing) input() *sla.Input {
	from, to := d.origin, d.origin+int64(d.n)*d.unit
	in := &sla.Input{Period: sla.Window{From: from, To: to}, Zone: d.zone, Observed: d.observation(0)}
	if d.one(3, "runs still") {
		in.Until = d.instant("until")
	}
	for range d.upTo("windows", 3) {
		m := sla.Maintenance{ID: "m", Emergency: d.one(4, "emergency")}
		m.From, m.To = d.window("maintenance", d.n/2)
		if n := len(in.Maintenance); n > 0 && d.one(3, "touches") {
			m.From = in.Maintenance[n-1].To
		}
		if d.one(2, "announced") {
			m.Announced = m.From - int64(rapid.IntRange(-3, 12).Draw(d.T, "notice"))*d.unit
		}
		in.Maintenance = append(in.Maintenance, m)
	}
	if d.one(3, "corrected") {
		for range d.upTo("corrections", 3) {
			in.Adjustments = append(in.Adjustments, d.adjustment())
		}
		if d.one(2, "as of") {
			in.AsOf = int64(1 + d.upTo("as of", 5))
		}
	}
	if d.one(3, "cap of another span") {
		in.CapSpent = d.length("spent", 5)
		for at := d.upTo("reset", d.n); at > 0 && at < d.n; at += 1 + d.upTo("reset again", d.n) {
			in.CapResets = append(in.CapResets, from+int64(at)*d.unit)
		}
	}
	for range d.upTo("tickets", 3) {
		in.Tickets = append(in.Tickets, d.instant("ticket"))
	}
	return in
}

func (d *drawing) adjustment() sla.Adjustment {
	a := sla.Adjustment{ID: "a", Effect: sla.Effect(d.upTo("effect", 2)), ApprovedAt: int64(d.upTo("approved", 4))}
	a.From, a.To = d.window("correction", d.n/2)
	if d.one(4, "revoked") {
		a.RevokedAt = int64(1 + d.upTo("revoked", 5))
	}
	return a
}

func (d *drawing) observation(depth int) sla.Observation {
	switch kind := d.upTo("kind", 7); {
	case kind == 0 && depth < 1:
		return sla.Observation{Endpoints: d.parts(depth)}
	case kind <= 2 && depth < 2:
		return sla.Observation{Probes: d.parts(depth + 1)}
	case kind <= 4:
		return sla.Observation{Runs: d.runs()}
	case kind == 5:
		return sla.Observation{Timeline: d.scattered()}
	}
	return sla.Observation{Timeline: d.sequence()}
}

func (d *drawing) parts(depth int) []sla.Part {
	out := make([]sla.Part, 1+d.upTo("parts", 3))
	for i := range out {
		out[i] = sla.Part{Name: string(rune('a' + i)), Seen: d.observation(depth + 1)}
	}
	return out
}

// state is mostly up or down.
func (d *drawing) state() sla.State {
	return rapid.SampledFrom([]sla.State{sla.Up, sla.Down, sla.Up, sla.Down, sla.Degraded, sla.Unknown}).Draw(d.T, "state")
}

// sequence is one state after another, with no time between.
func (d *drawing) sequence() []sla.Span {
	var out []sla.Span
	at := d.instant("begins")
	for range d.upTo("spans", 9) {
		to := at + d.length("span", d.n/3+1)
		out = append(out, sla.Span{From: at, To: to, State: d.state()})
		at = to
	}
	return out
}

// scattered is spans that overlap and leave gaps, in any order.
func (d *drawing) scattered() []sla.Span {
	out := make([]sla.Span, d.upTo("spans", 6))
	for i := range out {
		out[i].State = d.state()
		out[i].From, out[i].To = d.window("span", d.n/2)
	}
	return out
}

// runs is results on one grid after another; the next may begin before the
// last result of the one before has ended.
func (d *drawing) runs() []sla.Run {
	out := []sla.Run{}
	at := d.instant("begins")
	for range 1 + d.upTo("grids", 1) {
		step := d.unit * int64(1+d.upTo("step", 5))
		for range d.upTo("runs", 8) {
			r := sla.Run{First: at, Step: step, Count: int64(1 + d.upTo("count", 5)), State: d.state()}
			at += r.Count * step
			if !d.one(5, "missing") {
				out = append(out, r)
			}
		}
		at -= d.length("early", int(step/d.unit)-1)
	}
	return out
}
