package protocol

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// golden is the batch that testdata/golden/batch-v1.* hold.
func golden() *Batch {
	const t0 = 1_790_000_000_000
	return &Batch{
		Agent: "fra-1",
		Boot:  [16]byte{0xde, 0xad, 0xbe, 0xef, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12},
		Seq:   42,
		Results: []Result{
			{Check: "shop/web/home", Slot: t0 + 20, Interval: 30 * time.Second, Lateness: 180 * time.Microsecond,
				Duration: 48_210 * time.Microsecond, Outcome: OutcomeUp,
				Phases:   Phases{1200 * time.Microsecond, 9800 * time.Microsecond, 21 * time.Millisecond, 15 * time.Millisecond, 310 * time.Microsecond},
				Endpoint: "[2001:db8::1]:443", Status: 200, TLSExpiry: t0 + 86_400_000*30},
			{Check: "shop/web/home", Slot: t0 + 30_020, Interval: 30 * time.Second, Duration: 10 * time.Second, Outcome: OutcomeDown,
				Cause: CauseConnectTimeout, Endpoint: "[2001:db8::1]:443", Message: "no answer from [2001:db8::1]:443 — gave up"},
			{Check: "shop/net/ping", Slot: t0 + 140, Interval: time.Second, Lateness: 2 * time.Millisecond, Duration: 3 * time.Millisecond,
				Outcome: OutcomeDegraded, Cause: CauseLoss, Endpoint: "192.0.2.7", Message: "1 of 3 lost", Sent: 3, Received: 2},
			{Check: "shop/net/dns", Slot: t0 + 60_000, Interval: time.Minute, Outcome: OutcomeUnknown, Cause: CauseAgentFault,
				Status: 3, Message: "no sockets"},
		},
		Gaps: []Gap{
			{Check: "shop/net/ping", From: t0 + 1140, To: t0 + 5140, Count: 5, Interval: time.Second, Reason: GapOverload},
			{From: t0 - 90_000, To: t0, Reason: GapSpoolFull},
		},
	}
}

// typical is what an agent sends: perCheck results in a row of n/perCheck
// checks of all kinds, one in a hundred down.
func typical(n, perCheck int) *Batch {
	rng := rand.New(rand.NewPCG(1, 2))
	b := &Batch{Agent: "fra-1", Boot: [16]byte{1, 2, 3}, Seq: 7}
	checks := max(1, n/perCheck)
	ms := func(lo, spread int) time.Duration {
		return time.Duration(lo*1000+rng.IntN(spread*1000)) * time.Microsecond
	}
	for i := range n {
		c := i % checks
		interval := 30 * time.Second
		r := Result{Check: CheckID(fmt.Sprintf("customer-%02d/service-%d/check-%03d", c%17, c%5, c)), Interval: interval,
			Slot:     1_790_000_000_000 + int64(c%1500)*20 + int64(i/checks)*interval.Milliseconds(),
			Lateness: time.Duration(rng.IntN(900)) * time.Microsecond, Outcome: OutcomeUp,
			Endpoint: fmt.Sprintf("192.0.2.%d:443", c%200)}
		switch c % 4 {
		case 0, 1:
			r.Phases = Phases{ms(1, 3), ms(8, 4), ms(12, 9), ms(15, 30), ms(0, 2)}
			r.Status, r.TLSExpiry = 200, 1_795_000_000_000+int64(c)*1000
			r.Duration = r.Phases.Resolve + r.Phases.Connect + r.Phases.TLS + r.Phases.FirstByte + r.Phases.Transfer
		case 2:
			r.Phases.Connect = ms(8, 4)
			r.Duration = r.Phases.Connect
		default:
			r.Sent, r.Received, r.Duration = 1, 1, ms(7, 3)
		}
		if rng.IntN(100) == 0 {
			r.Outcome, r.Cause, r.Message = OutcomeDown, CauseConnectTimeout, "no answer within 10s"
			r.Duration, r.Status, r.TLSExpiry, r.Phases, r.Received = 10*time.Second, 0, 0, Phases{}, 0
		}
		b.Results = append(b.Results, r)
	}
	return b
}

func sampleAssignment() *Assignment {
	return &Assignment{Version: "7f3a", Agent: "fra-1", Location: "frankfurt", Grid: DefaultGrid, Checks: []Check{
		{ID: "shop/web/home", Kind: KindHTTP, Target: "https://shop.example/", Interval: 30 * time.Second, Timeout: 10 * time.Second,
			Degraded: 800 * time.Millisecond, Family: FamilyIPv6, HTTP: &HTTPSpec{Method: "GET", Headers: []Header{{"Accept", "text/html"}},
				Status: []StatusRange{{200, 299}}, BodyContains: "Welcome", TLS: &TLSSpec{MinExpiry: 14 * 24 * time.Hour}}},
		{ID: "shop/net/smtp", Kind: KindTCP, Target: "mail.shop.example:25", Interval: time.Minute, Timeout: 5 * time.Second,
			TCP: &TCPSpec{Expect: "^220 "}},
		{ID: "shop/net/dns", Kind: KindDNS, Target: "192.0.2.53", Interval: time.Minute, Timeout: 2 * time.Second,
			DNS: &DNSSpec{Name: "shop.example.", Type: "A", Answers: []string{`192\.0\.2\.`}}},
		{ID: "shop/net/ping", Kind: KindICMP, Target: "192.0.2.7", Interval: time.Second, Timeout: 900 * time.Millisecond,
			ICMP: &ICMPSpec{Count: 3, Spacing: 20 * time.Millisecond, MaxLoss: 34}},
	}}
}
