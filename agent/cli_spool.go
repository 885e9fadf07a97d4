package agent

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"time"

	"github.com/probity-sla/probity/agent/spool"
	"github.com/probity-sla/probity/internal/protocol"
)

func spoolCommand() command {
	return command{
		name: "spool", args: "[list|stats|verify]",
		short: "Show what waits for the collector, also while the agent runs; nothing is changed.\n" +
			"stats (the default) sums up, list shows each batch, verify decodes every byte and exits with 1 on damage.",
		example: "probity-agent spool verify --config /etc/probity/agent.toml",
		setup: func(fs *flag.FlagSet, s *streams) func(context.Context, []string) error {
			path := configFlag(fs, s)
			dir := fs.String("dir", "", "spool `directory`, instead of the configured one")
			asJSON := fs.Bool("json", false, "print JSON")
			return func(_ context.Context, args []string) error {
				if *dir == "" {
					cfg, err := LoadConfig(*path, s.lookup)
					if err != nil {
						return err
					}
					*dir = cfg.SpoolDir()
				}
				verb := "stats"
				if len(args) == 1 {
					verb = args[0]
				}
				return showSpool(s.out, verb, *dir, *asJSON)
			}
		},
	}
}

// spooled is one waiting batch, as shown.
type spooled struct {
	Record  uint64 `json:"record"`
	Batch   string `json:"batch"`
	Bytes   int    `json:"bytes"`
	Results int    `json:"results"`
	Gaps    int    `json:"gaps"`
	From    string `json:"from,omitempty"` // first slot
	To      string `json:"to,omitempty"`   // last slot
	Fault   string `json:"fault,omitempty"`
}

// spoolSummary is the whole spool, as shown.
type spoolSummary struct {
	spool.Report
	Batches int       `json:"batches"`
	Results int       `json:"results"`
	Gaps    int       `json:"gaps"`
	Damaged int64     `json:"damaged_bytes"`
	Faulty  int       `json:"undecodable_batches"`
	list    []spooled // with list only
}

func showSpool(w io.Writer, verb, dir string, asJSON bool) error {
	if verb != "list" && verb != "stats" && verb != "verify" {
		return usagef("spool %q is not known; write list, stats or verify", verb)
	}
	sum, err := inspectSpool(dir, verb == "list")
	if err != nil {
		return fmt.Errorf("spool: %w; name its directory with --dir, or the agent's configuration with --config", err)
	}
	switch {
	case asJSON && verb == "list":
		err = json.NewEncoder(w).Encode(sum.list)
	case asJSON:
		err = json.NewEncoder(w).Encode(sum)
	case verb == "list":
		printBatches(w, sum.list)
	default:
		sum.print(w)
	}
	if err == nil && verb == "verify" && (sum.Damaged > 0 || sum.Faulty > 0 || !sum.CursorOK) {
		return exitError(exitFault)
	}
	return err
}

func inspectSpool(dir string, list bool) (*spoolSummary, error) {
	c, err := newCodec()
	if err != nil {
		return nil, err
	}
	defer c.zstd.Close()
	var sum spoolSummary
	sum.Report, err = spool.Inspect(dir, func(r spool.Record) {
		b, fault := describe(c, r)
		sum.Batches++
		sum.Results += b.Results
		sum.Gaps += b.Gaps
		if fault {
			sum.Faulty++
		}
		if list {
			sum.list = append(sum.list, b)
		}
	})
	for _, seg := range sum.Segments {
		sum.Damaged += seg.Damaged
	}
	return &sum, err
}

func describe(c *codec, r spool.Record) (out spooled, fault bool) {
	out = spooled{Record: r.Seq, Bytes: len(r.Payload)}
	var b protocol.Batch
	if err := c.decode(r.Payload, &b); err != nil {
		out.Fault = err.Error()
		return out, true
	}
	out.Batch, _, _ = openEnvelope(r.Payload)
	out.Results, out.Gaps = len(b.Results), len(b.Gaps)
	if len(b.Results) == 0 {
		return out, false
	}
	from, to := b.Results[0].Slot, b.Results[0].Slot
	for i := range b.Results {
		from, to = min(from, b.Results[i].Slot), max(to, b.Results[i].Slot)
	}
	stamp := func(ms int64) string { return time.UnixMilli(ms).UTC().Format(time.RFC3339) }
	out.From, out.To = stamp(from), stamp(to)
	return out, false
}

func printBatches(w io.Writer, list []spooled) {
	fmt.Fprintf(w, "%8s %8s %8s %6s  %-20s  %-20s  %s\n", "RECORD", "BYTES", "RESULTS", "GAPS", "FROM", "TO", "BATCH")
	for _, b := range list {
		fmt.Fprintf(w, "%8d %8d %8d %6d  %-20s  %-20s  %s\n", b.Record, b.Bytes, b.Results, b.Gaps, b.From, b.To, b.Batch+b.Fault)
	}
}

func (s *spoolSummary) print(w io.Writer) {
	bytes := int64(0)
	for _, seg := range s.Segments {
		bytes += seg.Bytes
	}
	fmt.Fprintf(w, "spool       %s\nsegments    %d, %d bytes\nwaiting     %d batches, %d results, %d gaps\n",
		s.Dir, len(s.Segments), bytes, s.Batches, s.Results, s.Gaps)
	fmt.Fprintf(w, "damaged     %d bytes, %d batches that do not decode\nset aside   %d files\n", s.Damaged, s.Faulty, len(s.Quarantined))
	if !s.CursorOK {
		fmt.Fprintln(w, "cursor      damaged: everything is delivered again at the next start")
	}
}
