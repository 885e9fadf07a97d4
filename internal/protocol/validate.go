package protocol

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Bounds of single values; PROTOCOL.md, section 6.
const (
	MaxElapsed = 25 * time.Hour  // lateness, duration and each phase
	MaxInstant = 253402300799999 // the end of the year 9999, ms UTC
	MaxStatus  = 4095            // HTTP status or DNS extended rcode
	MaxEchoes  = 10_000          // ICMP echoes in one probe
)

// Validate reports the first fault that spoils the batch as a whole. Single
// results and gaps are judged by their own Validate.
func (b *Batch) Validate() error {
	switch {
	case len(b.Results) > MaxBatchResults:
		return &LimitError{"results in a batch", int64(len(b.Results)), MaxBatchResults}
	case len(b.Gaps) > MaxBatchGaps:
		return &LimitError{"gaps in a batch", int64(len(b.Gaps)), MaxBatchGaps}
	case b.Seq == 0:
		return errors.New("seq is 0; the first batch of a boot is 1")
	case b.Boot == [16]byte{}:
		return errors.New("boot is all zeros; it is random for each start of the agent")
	}
	return checkName("agent", string(b.Agent))
}

// Validate reports the first fault of r on its own; nil when it may be stored.
func (r *Result) Validate() error {
	if err := checkName("check", string(r.Check)); err != nil {
		return err
	}
	if r.Slot <= 0 || r.Slot > MaxInstant {
		return fmt.Errorf("slot %d is not an instant in ms UTC", r.Slot)
	}
	if err := checkInterval(r.Interval); err != nil {
		return err
	}
	p := &r.Phases
	for _, d := range [...]time.Duration{r.Lateness, r.Duration, p.Resolve, p.Connect, p.TLS, p.FirstByte, p.Transfer} {
		if d < 0 || d > MaxElapsed {
			return fmt.Errorf("an elapsed time is %v; it must lie between 0 and %v", d, MaxElapsed)
		}
	}
	if err := r.checkVerdict(); err != nil {
		return err
	}
	return r.checkEvidence()
}

// checkVerdict holds outcome and cause together: up has no cause, down has one,
// and only the agent's own fault leaves the target unjudged.
func (r *Result) checkVerdict() error {
	if int(r.Outcome) >= len(outcomeNames) {
		return fmt.Errorf("outcome %s is not known", r.Outcome)
	}
	if int(r.Cause) >= len(causeNames) {
		return fmt.Errorf("cause %s is not known", r.Cause)
	}
	ok := false
	switch r.Outcome {
	case OutcomeUnknown:
		ok = r.Cause == CauseAgentFault
	case OutcomeUp:
		ok = r.Cause == CauseNone
	case OutcomeDegraded, OutcomeDown:
		ok = r.Cause != CauseNone && r.Cause != CauseAgentFault
	}
	if !ok {
		return fmt.Errorf("outcome %s does not go with cause %q", r.Outcome, r.Cause)
	}
	return nil
}

func (r *Result) checkEvidence() error {
	switch {
	case len(r.Endpoint) > MaxEndpointBytes:
		return fmt.Errorf("endpoint has %d bytes, at most %d are accepted", len(r.Endpoint), MaxEndpointBytes)
	case !utf8.ValidString(r.Endpoint):
		return errors.New("endpoint is not UTF-8")
	case len(r.Message) > MaxMessageBytes:
		return fmt.Errorf("message has %d bytes, at most %d are accepted", len(r.Message), MaxMessageBytes)
	case !utf8.ValidString(r.Message):
		return errors.New("message is not UTF-8")
	case r.Status < 0 || r.Status > MaxStatus:
		return fmt.Errorf("status %d is not between 0 and %d", r.Status, MaxStatus)
	case r.TLSExpiry < -MaxInstant || r.TLSExpiry > MaxInstant: // a peer may serve any date
		return fmt.Errorf("TLS expiry %d is not an instant in ms UTC", r.TLSExpiry)
	case r.Sent < 0 || r.Sent > MaxEchoes || r.Received < 0 || r.Received > r.Sent:
		return fmt.Errorf("%d of %d echoes received; sent is at most %d, received at most sent", r.Received, r.Sent, MaxEchoes)
	}
	return nil
}

// Validate reports the first fault of g on its own. Only what an agent loses
// together (spool_full, corrupt) may leave check, interval and count empty:
// then the gap is of every check of the agent.
func (g *Gap) Validate() error {
	if int(g.Reason) >= len(gapNames) {
		return fmt.Errorf("gap reason %s is not known", g.Reason)
	}
	if g.From <= 0 || g.To < g.From || g.To > MaxInstant {
		return fmt.Errorf("gap from %d to %d is not a span in ms UTC", g.From, g.To)
	}
	lost := g.Reason == GapSpoolFull || g.Reason == GapCorrupt
	if g.Check == "" && lost {
		if g.Interval != 0 || g.Count != 0 {
			return errors.New("a gap of every check has neither interval nor count")
		}
		return nil
	}
	if err := checkName("check", string(g.Check)); err != nil {
		return err
	}
	if err := checkInterval(g.Interval); err != nil {
		return err
	}
	slots := (g.To-g.From)/g.Interval.Milliseconds() + 1
	if g.Count > slots || g.Count < 0 || (g.Count == 0 && !lost) {
		return fmt.Errorf("gap counts %d slots; its span has %d", g.Count, slots)
	}
	return nil
}

func checkName(what, s string) error {
	if s == "" {
		return fmt.Errorf("%s is empty", what)
	}
	if len(s) > MaxIDBytes {
		return fmt.Errorf("%s has %d bytes, at most %d are accepted", what, len(s), MaxIDBytes)
	}
	if !plain(s) && (!utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl)) {
		return fmt.Errorf("%s %q is not printable UTF-8", what, s)
	}
	return nil
}

// plain reports whether s is printable ASCII, as nearly every name is.
func plain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

func checkInterval(d time.Duration) error {
	if d < MinInterval || d > MaxInterval || d%time.Millisecond != 0 {
		return fmt.Errorf("interval %v is not between %v and %v in whole milliseconds", d, MinInterval, MaxInterval)
	}
	return nil
}

// TruncateMessage makes text from outside fit for Result.Message: valid UTF-8,
// one line, at most MaxMessageBytes, cut between characters.
func TruncateMessage(s string) string {
	if len(s) > 4*MaxMessageBytes {
		s = s[:4*MaxMessageBytes] // the rest cannot matter
	}
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	if len(s) <= MaxMessageBytes {
		return s
	}
	cut := MaxMessageBytes
	for !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut]
}
