package contract

import (
	"fmt"
	"time"

	"github.com/probity-sla/probity/internal/sla"
)

// Clock is a promise to answer, or to mend, faults of a severity within a time.
type Clock struct {
	Severity  string // the contract's own word; Agreement.Severities has their order
	Indicator Indicator
	Opens     Opens
	Stops     Stops
	Pauses    []string // reasons for which the clock stands still, such as "customer"; none: it never does
	Calendar  string   // the name of the [calendar] it runs on; "": written in place, or around the clock
	Terms     *sla.ClockTerms
}

// Indicator is what a clock measures.
type Indicator uint8

const (
	Response   Indicator = iota // to the first answer by a person
	Resolution                  // until the fault is mended
)

// Opens is the event that opens a clock. Both are always on record.
type Opens uint8

const (
	ByDetection Opens = iota // the failure itself is seen; a report of one that no probe saw is its detection
	ByReport                 // the customer reports it; without a report the clock never opens
)

// Stops is the event that stops a clock.
type Stops uint8

const (
	HumanAnswer Stops = iota // response: the first answer by a person, never an automatic one
	Workaround               // resolution: a workaround that the customer accepts, or the fix, whichever is first
	Fix                      // resolution: the fix alone
)

var (
	indicatorWords = []string{"response", "resolution"}
	opensWords     = []string{"detection", "report"}
	stopsWords     = []string{"human_answer", "workaround", "fix"}
)

// String returns the word that agreements write.
func (i Indicator) String() string { return wordAt(indicatorWords, int(i)) }

// String returns the word that agreements write.
func (o Opens) String() string { return wordAt(opensWords, int(o)) }

// String returns the word that agreements write.
func (s Stops) String() string { return wordAt(stopsWords, int(s)) }

// MarshalText writes the word.
func (i Indicator) MarshalText() ([]byte, error) { return []byte(i.String()), nil }

// MarshalText writes the word.
func (o Opens) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// MarshalText writes the word.
func (s Stops) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

func wordAt(words []string, i int) string {
	if i < len(words) {
		return words[i]
	}
	return fmt.Sprintf("code-%d", i)
}

// String returns "P1 response".
func (c *Clock) String() string { return c.Severity + " " + c.Indicator.String() }

// Clock returns the agreement's clock for a severity and an indicator, nil when
// it promises nothing there.
func (a *Agreement) Clock(severity string, i Indicator) *Clock {
	for j := range a.Clocks {
		if c := &a.Clocks[j]; c.Severity == severity && c.Indicator == i {
			return c
		}
	}
	return nil
}

// Severities returns the agreement's severities in the order of its file: the
// gravest first. Without any of its own they are those of its clocks.
func (a *Agreement) Severities() []string {
	var out []string
	if len(a.Levels) > 0 {
		for _, l := range a.Levels {
			out = append(out, l.Name)
		}
		return out
	}
	seen := map[string]bool{}
	for _, c := range a.Clocks {
		if !seen[c.Severity] {
			out = append(out, c.Severity)
		}
		seen[c.Severity] = true
	}
	return out
}

// ClockFile is the terms of a response or resolution clock, as agreements and
// cases write them.
type ClockFile struct {
	TargetS     *int64             `toml:"target_s" json:"target_s,omitempty"`
	Calendar    *CalendarFile      `toml:"calendar" json:"calendar,omitempty"`
	Reopen      *string            `toml:"reopen" json:"reopen,omitempty"`
	Retroactive *bool              `toml:"retroactive" json:"retroactive,omitempty"`
	Op          *string            `toml:"op" json:"op,omitempty"`
	Tiers       []DurationTierFile `toml:"tiers" json:"tiers,omitempty"`
}

// Compile turns the terms of a clock into those of the engine, with every fault at once.
func (f *ClockFile) Compile(path string, zone *time.Location) (*sla.ClockTerms, []FieldError) {
	c := &compiler{path: path, zone: zone}
	t := &sla.ClockTerms{NotRetroactive: f.Retroactive != nil && !*f.Retroactive}
	if f.TargetS == nil {
		c.fault("target_s", "write the target in seconds", "a clock needs it")
	}
	c.seconds("target_s", f.TargetS, 0, &t.Target)
	c.word("reopen", f.Reopen, &t.Reopen)
	c.oneOf("op", f.Op, "gt", "ge", &t.ReachedIsLate)
	if f.Calendar != nil {
		t.Calendar = c.calendar("calendar", f.Calendar)
	}
	t.Tiers = c.durationTiers("tiers", f.Tiers)
	return t, c.faults
}
