package agent

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/probity-sla/probity/agent/probe"
	"github.com/probity-sla/probity/internal/protocol"
)

// Bounds of one probe command.
const (
	maxProbes  = 10_000
	probeEvery = time.Second // between the probes of --count
)

// probeFlags are what the command line says besides the target.
type probeFlags struct {
	json     bool
	timeout  time.Duration
	count    int
	caFile   string
	insecure bool
	family   string
}

func probeCommand() command {
	return command{
		name: "probe", args: "TARGET",
		short: "Probe a target once, now, and say how it answered.\n" +
			"TARGET is http(s)://host/path, tcp://host:port, tls://host:port, dns://server/name?type=A or icmp://host.\n" +
			"Exit status: 0 up or degraded, 1 down, 2 wrong usage, 3 this agent could not judge.",
		example: "probity-agent probe https://www.example.org/ --timeout 5s\n" +
			"  probity-agent probe 'dns://192.0.2.53/www.example.org?type=AAAA' --json",
		setup: func(fs *flag.FlagSet, s *streams) func(context.Context, []string) error {
			var f probeFlags
			fs.BoolVar(&f.json, "json", false, "print one JSON object a line")
			fs.DurationVar(&f.timeout, "timeout", probe.DefaultTimeout, "`duration` of the whole probe at most")
			fs.IntVar(&f.count, "count", 1, "`number` of probes, a second apart; the last one decides the exit status")
			fs.StringVar(&f.caFile, "ca-file", "", "PEM `file` with roots to trust besides the system's")
			fs.BoolVar(&f.insecure, "insecure", false, "accept any certificate")
			fs.StringVar(&f.family, "family", "any", "IP `version`: any, ipv4 or ipv6")
			return func(ctx context.Context, args []string) error { return runProbe(ctx, s, args[0], f) }
		},
	}
}

func runProbe(ctx context.Context, s *streams, target string, f probeFlags) error {
	check, err := f.check(target)
	if err != nil {
		return err
	}
	p, err := probe.New(probe.Options{})
	if err != nil {
		return err
	}
	defer p.Close()
	var res protocol.Result
	for i := range f.count {
		if i > 0 && !sleep(ctx, probeEvery, nil) {
			break
		}
		res = p.Run(ctx, check, time.Now().UnixMilli())
		res.Lateness = 0 // nobody scheduled it
		var d *probe.Diagnosis
		if check.Kind == protocol.KindICMP && res.Outcome != protocol.OutcomeUnknown && i == f.count-1 {
			if got, err := probe.Diagnose(ctx, check.Target); err == nil {
				d = &got
			}
		}
		if err := f.print(s.out, target, &res, d); err != nil {
			return err
		}
	}
	switch res.Outcome {
	case protocol.OutcomeUp, protocol.OutcomeDegraded:
		return nil
	case protocol.OutcomeDown:
		return exitError(exitFault)
	}
	return exitError(exitUnknown)
}

func (f *probeFlags) check(target string) (*protocol.Check, error) {
	check, err := probe.ParseTarget(target)
	if err != nil {
		return nil, usagef("%v", err)
	}
	if f.timeout <= 0 || f.timeout > time.Hour {
		return nil, usagef("--timeout is %v; write a duration up to 1h, for example 5s", f.timeout)
	}
	if f.count < 1 || f.count > maxProbes {
		return nil, usagef("--count is %d; write a number from 1 to %d", f.count, maxProbes)
	}
	if err := check.Family.UnmarshalText([]byte(f.family)); err != nil {
		return nil, usagef("--family is %q; write any, ipv4 or ipv6", f.family)
	}
	check.Timeout = f.timeout
	if f.caFile == "" && !f.insecure {
		return &check, nil
	}
	t := &protocol.TLSSpec{SkipVerify: f.insecure}
	if f.caFile != "" {
		pem, err := os.ReadFile(f.caFile)
		if err != nil {
			return nil, usagef("--ca-file: %v", err)
		}
		t.CAPEM = string(pem)
	}
	switch {
	case check.HTTP != nil && strings.HasPrefix(target, "https:"):
		check.HTTP.TLS = t
	case check.TCP != nil && check.TCP.UseTLS:
		check.TCP.TLS = t
	default:
		return nil, usagef("--ca-file and --insecure are for https:// and tls:// targets")
	}
	if err := probe.Validate(&check); err != nil {
		return nil, usagef("%v", err)
	}
	return &check, nil
}

func (f *probeFlags) print(w io.Writer, target string, r *protocol.Result, d *probe.Diagnosis) error {
	if f.json {
		return printJSON(w, target, r, d)
	}
	line := fmt.Sprintf("%s %s", target, r.Outcome)
	if r.Cause != protocol.CauseNone {
		line += " (" + r.Cause.String() + ")"
	}
	line += fmt.Sprintf(" in %v", round(r.Duration))
	if r.Message != "" {
		line += ": " + r.Message
	}
	fmt.Fprintln(w, line)
	field := func(name, value string) { fmt.Fprintf(w, "  %-11s %s\n", name, value) }
	if r.Endpoint != "" {
		field("endpoint", r.Endpoint)
	}
	if r.Status != 0 {
		field("status", fmt.Sprint(r.Status))
	}
	for _, p := range phases(r) {
		if p.took > 0 {
			field(p.name, round(p.took).String())
		}
	}
	if r.TLSExpiry != 0 {
		at := time.UnixMilli(r.TLSExpiry).UTC()
		field("certificate", fmt.Sprintf("until %s (%d days)", at.Format(time.DateOnly), int(time.Until(at).Hours()/24)))
	}
	if r.Sent > 0 {
		field("echoes", fmt.Sprintf("%d of %d answered", r.Received, r.Sent))
	}
	if d != nil {
		field("path", fmt.Sprintf("%d echoes, loss %.0f %%, round trip %v to %v, mean %v, jitter %v",
			d.Sent, 100*d.Loss, round(d.Min), round(d.Max), round(d.Avg), round(d.Jitter)))
	}
	return nil
}

type phase struct {
	name string
	took time.Duration
}

func phases(r *protocol.Result) []phase {
	return []phase{
		{"resolve", r.Phases.Resolve}, {"connect", r.Phases.Connect}, {"tls", r.Phases.TLS},
		{"first byte", r.Phases.FirstByte}, {"transfer", r.Phases.Transfer},
	}
}

func printJSON(w io.Writer, target string, r *protocol.Result, d *probe.Diagnosis) error {
	us := time.Duration.Microseconds
	out := map[string]any{
		"target": target, "at_ms": r.Slot, "outcome": r.Outcome, "duration_us": us(r.Duration),
		"phases": map[string]int64{
			"resolve_us": us(r.Phases.Resolve), "connect_us": us(r.Phases.Connect), "tls_us": us(r.Phases.TLS),
			"first_byte_us": us(r.Phases.FirstByte), "transfer_us": us(r.Phases.Transfer),
		},
	}
	set := func(key string, value any, present bool) {
		if present {
			out[key] = value
		}
	}
	set("cause", r.Cause, r.Cause != protocol.CauseNone)
	set("message", r.Message, r.Message != "")
	set("endpoint", r.Endpoint, r.Endpoint != "")
	set("status", r.Status, r.Status != 0)
	set("tls_expiry_ms", r.TLSExpiry, r.TLSExpiry != 0)
	set("sent", r.Sent, r.Sent > 0)
	set("received", r.Received, r.Sent > 0)
	if d != nil {
		out["path"] = map[string]any{
			"sent": d.Sent, "received": d.Received, "loss": d.Loss, "min_us": us(d.Min),
			"avg_us": us(d.Avg), "max_us": us(d.Max), "jitter_us": us(d.Jitter),
		}
	}
	return json.NewEncoder(w).Encode(out)
}

// round keeps three or four digits: enough to compare, few enough to read.
func round(d time.Duration) time.Duration {
	switch {
	case d >= time.Second:
		return d.Round(time.Millisecond)
	case d >= time.Millisecond:
		return d.Round(10 * time.Microsecond)
	}
	return d.Round(100 * time.Nanosecond)
}
