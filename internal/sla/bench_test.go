package sla_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/probity-sla/probity/internal/sla"
)

const (
	second = int64(1000)
	minute = 60 * second
	hour   = 60 * minute
	day    = 24 * hour
	slot   = 30 * second
)

func ms(t time.Time) int64 { return t.UnixMilli() }

func berlin(tb testing.TB) *time.Location {
	tb.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		tb.Fatal(err)
	}
	return zone
}

// seenRuns is one location's results: up, with an outage now and then.
func seenRuns(r *rand.Rand, from, to int64, outages int) []sla.Run {
	n := (to - from) / slot
	var runs []sla.Run
	at := int64(0)
	for i := range outages {
		start := max(at+1, n*int64(i)/int64(outages)+r.Int64N(n/int64(outages)))
		length := 1 + r.Int64N(20)
		if start+length >= n {
			break
		}
		runs = append(runs,
			sla.Run{First: from + at*slot, Step: slot, Count: start - at, State: sla.Up},
			sla.Run{First: from + start*slot, Step: slot, Count: length, State: sla.Down})
		at = start + length
	}
	return append(runs, sla.Run{First: from + at*slot, Step: slot, Count: n - at, State: sla.Up})
}

func locations(r *rand.Rand, from, to int64, outages int) sla.Observation {
	var parts []sla.Part
	for _, name := range []string{"fra", "nyc", "sin"} {
		parts = append(parts, sla.Part{Name: name, Seen: sla.Observation{Runs: seenRuns(r, from, to, outages)}})
	}
	return sla.Observation{Probes: parts}
}

// yearInput is one check at three locations for 365 days, with maintenance
// every Sunday night and business hours.
func yearInput(tb testing.TB) (*sla.Terms, *sla.Input) {
	zone := berlin(tb)
	from, to := time.Date(2026, 1, 1, 0, 0, 0, 0, zone), time.Date(2027, 1, 1, 0, 0, 0, 0, zone)
	in := &sla.Input{Period: sla.Window{From: ms(from), To: ms(to)}, Zone: zone}
	in.Observed = locations(rand.New(rand.NewPCG(1, 2)), ms(from), ms(to), 50)
	for d := from.AddDate(0, 0, 3); d.Before(to); d = d.AddDate(0, 0, 7) {
		start := d.Add(2 * time.Hour)
		in.Maintenance = append(in.Maintenance, sla.Maintenance{ID: "weekly", From: ms(start), To: ms(start) + 2*hour, Announced: ms(from) - 30*day})
	}
	terms := &sla.Terms{
		Probes: sla.Probes{Rule: sla.QuorumCount, K: 2},
		Target: sla.Of(999, 1000),
		Hours:  &sla.Calendar{Zone: zone, Weekly: []sla.Range{{Days: [7]bool{true, true, true, true, true}, From: 8 * 3600, To: 18 * 3600}}},
	}
	return terms, in
}

func BenchmarkComputeYear(b *testing.B) {
	terms, in := yearInput(b)
	b.Run("engine", func(b *testing.B) {
		b.ReportAllocs()
		var entries int
		for b.Loop() {
			v, err := sla.Compute(terms, in)
			if err != nil {
				b.Fatal(err)
			}
			entries = len(v.Ledger)
		}
		b.ReportMetric(float64(entries), "entries")
	})
	b.Run("naive", func(b *testing.B) {
		for b.Loop() {
			naiveYear(terms, in)
		}
	})
}

// TestNaiveYear holds the benchmark's loop and the engine to the same sums.
func TestNaiveYear(t *testing.T) {
	terms, in := yearInput(t)
	v, err := sla.Compute(terms, in)
	if err != nil {
		t.Fatal(err)
	}
	good, bad := naiveYear(terms, in)
	if v.Good != sla.Of(good*second, 1) || v.Bad != sla.Of(bad*second, 1) {
		t.Errorf("Compute: good %v, bad %v ms; a loop over seconds: %d, %d s", v.Good, v.Bad, good, bad)
	}
}

// naiveYear is what the engine avoids: a loop over every second of the year.
func naiveYear(terms *sla.Terms, in *sla.Input) (good, bad int64) {
	pos := make([]int, len(in.Observed.Probes))
	win := 0
	for at := in.Period.From; at < in.Period.To; at += second {
		local := time.UnixMilli(at).In(in.Zone)
		if wd := (int(local.Weekday()) + 6) % 7; !terms.Hours.Weekly[0].Days[wd] || local.Hour() < 8 || local.Hour() >= 18 {
			continue
		}
		for win < len(in.Maintenance) && in.Maintenance[win].To <= at {
			win++
		}
		if win < len(in.Maintenance) && in.Maintenance[win].From <= at {
			continue
		}
		down, valid := 0, 0
		for i, p := range in.Observed.Probes {
			runs := p.Seen.Runs
			for pos[i] < len(runs) && runs[pos[i]].First+runs[pos[i]].Count*runs[pos[i]].Step <= at {
				pos[i]++
			}
			if pos[i] < len(runs) && runs[pos[i]].First <= at {
				valid++
				if runs[pos[i]].State == sla.Down {
					down++
				}
			}
		}
		switch {
		case valid == 0:
		case down >= terms.Probes.K:
			bad++
		default:
			good++
		}
	}
	return good, bad
}

// BenchmarkMonth10k computes a month of 10,000 agreements of one service with
// three checks at three locations each, from runs in memory.
func BenchmarkMonth10k(b *testing.B) {
	zone := berlin(b)
	period := sla.Window{From: ms(time.Date(2026, 6, 1, 0, 0, 0, 0, zone)), To: ms(time.Date(2026, 7, 1, 0, 0, 0, 0, zone))}
	r := rand.New(rand.NewPCG(3, 4))
	inputs := make([]*sla.Input, 100)
	for i := range inputs {
		var checks []sla.Part
		for _, name := range []string{"api", "dns", "home"} {
			checks = append(checks, sla.Part{Name: name, Seen: locations(r, period.From, period.To, 4)})
		}
		inputs[i] = &sla.Input{Period: period, Zone: zone, Observed: sla.Observation{Endpoints: checks}}
	}
	terms := &sla.Terms{Probes: sla.Probes{Rule: sla.QuorumCount, K: 2}, Target: sla.Of(999, 1000)}
	b.ReportAllocs()
	for b.Loop() {
		for i := range 10_000 {
			if _, err := sla.Compute(terms, inputs[i%len(inputs)]); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// BenchmarkForecast is the forecast of a month with service hours, on an outage.
func BenchmarkForecast(b *testing.B) {
	terms := &sla.Terms{Target: sla.Of(9995, 10000), Hours: &sla.Calendar{Zone: time.UTC, Weekly: []sla.Range{{Days: [7]bool{true, true, true, true, true}, From: 8 * 3600, To: 18 * 3600}}}}
	in := &sla.Input{Period: sla.Window{From: noon, To: noon + 30*24*hour}, Until: noon + 10*24*hour,
		Observed: sla.Observation{Timeline: []sla.Span{{From: noon, To: noon + 10*24*hour, State: sla.Up}}}}
	v := compute(b, *terms, in)
	tally := sla.Tally{Up: 50 * minute, Down: 10 * minute, Bad: sla.Of(10*minute, 1)}
	b.ReportAllocs()
	for b.Loop() {
		if _, ok := terms.Forecast(v, tally); !ok {
			b.Fatal("the month outlasts ten minutes of every hour")
		}
	}
}
