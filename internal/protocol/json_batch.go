package protocol

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
)

type batchJSON struct {
	Version int          `json:"version"`
	Agent   AgentID      `json:"agent"`
	Boot    string       `json:"boot"`
	Seq     uint64       `json:"seq"`
	Results *resultsJSON `json:"results,omitempty"`
	Gaps    *gapsJSON    `json:"gaps,omitempty"`
}

type (
	resultsJSON []resultJSON
	gapsJSON    []gapJSON
)

func (l *resultsJSON) UnmarshalJSON(data []byte) (err error) {
	*l, err = strictList[resultJSON](data, "results in a batch", MaxBatchResults)
	return err
}

func (l *gapsJSON) UnmarshalJSON(data []byte) (err error) {
	*l, err = strictList[gapJSON](data, "gaps in a batch", MaxBatchGaps)
	return err
}

type resultJSON struct {
	Check      CheckID     `json:"check"`
	SlotMS     int64       `json:"slot_ms"`
	IntervalUS int64       `json:"interval_us"`
	LatenessUS int64       `json:"lateness_us,omitempty"`
	DurationUS int64       `json:"duration_us,omitempty"`
	Outcome    string      `json:"outcome"`
	Cause      string      `json:"cause,omitempty"`
	Phases     *phasesJSON `json:"phases,omitempty"`
	Endpoint   string      `json:"endpoint,omitempty"`
	Status     int         `json:"status,omitempty"`
	Message    string      `json:"message,omitempty"`
	ExpiryMS   int64       `json:"tls_expiry_ms,omitempty"`
	Sent       int         `json:"sent,omitempty"`
	Received   int         `json:"received,omitempty"`
}

type phasesJSON struct {
	ResolveUS   int64 `json:"resolve_us,omitempty"`
	ConnectUS   int64 `json:"connect_us,omitempty"`
	TLSUS       int64 `json:"tls_us,omitempty"`
	FirstByteUS int64 `json:"first_byte_us,omitempty"`
	TransferUS  int64 `json:"transfer_us,omitempty"`
}

type gapJSON struct {
	Check      CheckID `json:"check,omitempty"`
	FromMS     int64   `json:"from_ms"`
	ToMS       int64   `json:"to_ms"`
	Count      int64   `json:"count,omitempty"`
	IntervalUS int64   `json:"interval_us,omitempty"`
	Reason     string  `json:"reason"`
}

// EncodeBatchJSON returns the JSON encoding of b.
func EncodeBatchJSON(b *Batch) ([]byte, error) {
	results := make(resultsJSON, len(b.Results))
	for i := range b.Results {
		results[i] = resultToJSON(&b.Results[i])
	}
	gaps := make(gapsJSON, len(b.Gaps))
	for i, g := range b.Gaps {
		gaps[i] = gapJSON{g.Check, g.From, g.To, g.Count, g.Interval.Microseconds(), g.Reason.String()}
	}
	out := batchJSON{Version: Version, Agent: b.Agent, Boot: hex.EncodeToString(b.Boot[:]), Seq: b.Seq}
	if len(results) > 0 {
		out.Results = &results
	}
	if len(gaps) > 0 {
		out.Gaps = &gaps
	}
	return json.Marshal(out)
}

// DecodeBatchJSON reads a JSON batch into b, with the same bounds as
// DecodeBatch. Unknown keys are refused; an unknown outcome, cause or gap
// reason is kept as a code that Validate refuses, so it costs one result.
func DecodeBatchJSON(data []byte, b *Batch) error {
	if len(data) > MaxBatchBytes {
		return &LimitError{"batch bytes", int64(len(data)), MaxBatchBytes}
	}
	*b = Batch{Results: b.Results[:0], Gaps: b.Gaps[:0]}
	var in batchJSON
	if err := strict(data, &in); err != nil {
		return fmt.Errorf("decode batch: %w", err)
	}
	if in.Version != Version {
		return fmt.Errorf("decode batch: version %d is not known; this program reads version %d", in.Version, Version)
	}
	boot, err := hex.DecodeString(in.Boot)
	if err != nil || copy(b.Boot[:], boot) != len(b.Boot) || len(boot) != len(b.Boot) {
		return fmt.Errorf("decode batch: boot %q is not %d hexadecimal digits", in.Boot, 2*len(b.Boot))
	}
	b.Agent, b.Seq = in.Agent, in.Seq
	if in.Results != nil {
		for i := range *in.Results {
			b.Results = append(b.Results, (*in.Results)[i].result())
		}
	}
	if in.Gaps != nil {
		for i := range *in.Gaps {
			b.Gaps = append(b.Gaps, (*in.Gaps)[i].gap())
		}
	}
	return nil
}

func resultToJSON(r *Result) resultJSON {
	out := resultJSON{
		Check: r.Check, SlotMS: r.Slot, IntervalUS: r.Interval.Microseconds(),
		LatenessUS: r.Lateness.Microseconds(), DurationUS: r.Duration.Microseconds(),
		Outcome: r.Outcome.String(), Cause: r.Cause.String(),
		Endpoint: r.Endpoint, Status: r.Status, Message: r.Message,
		ExpiryMS: r.TLSExpiry, Sent: r.Sent, Received: r.Received,
	}
	if p := r.Phases; p != (Phases{}) {
		out.Phases = &phasesJSON{p.Resolve.Microseconds(), p.Connect.Microseconds(), p.TLS.Microseconds(),
			p.FirstByte.Microseconds(), p.Transfer.Microseconds()}
	}
	return out
}

func (r *resultJSON) result() Result {
	out := Result{
		Check: r.Check, Slot: r.SlotMS, Interval: micros(r.IntervalUS),
		Lateness: micros(r.LatenessUS), Duration: micros(r.DurationUS),
		Outcome: word[Outcome](outcomeNames, r.Outcome), Cause: word[Cause](causeNames, r.Cause),
		Endpoint: r.Endpoint, Status: r.Status, Message: r.Message,
		TLSExpiry: r.ExpiryMS, Sent: r.Sent, Received: r.Received,
	}
	if p := r.Phases; p != nil {
		out.Phases = Phases{micros(p.ResolveUS), micros(p.ConnectUS), micros(p.TLSUS), micros(p.FirstByteUS), micros(p.TransferUS)}
	}
	return out
}

func (g *gapJSON) gap() Gap {
	return Gap{g.Check, g.FromMS, g.ToMS, g.Count, micros(g.IntervalUS), word[GapReason](gapNames, g.Reason)}
}

// word looks an enum up by its name; 255 when there is none.
func word[T ~uint8](names []string, s string) T {
	for i, n := range names {
		if n == s {
			return T(i)
		}
	}
	return T(code(-1))
}
