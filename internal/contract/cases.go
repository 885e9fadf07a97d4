package contract

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/probity-sla/probity/internal/sla"
)

// Worked cases: a contract's terms, what was seen, and the answer that somebody
// worked out by hand. Their terms become those of the engine exactly as an
// agreement's do.

// Bounds of the instants of cases, so that a hostile file cannot keep us busy.
const (
	minCaseYear = 1900
	maxCaseYear = 2200
)

// RunCases computes every case of a JSON array, and prints "ok ID", or
// "FAIL ID field: got … want …" for each answer that differs. err is about w,
// or a file that is no array of cases; a case that cannot be read has failed.
func RunCases(w io.Writer, data []byte) (passed, failed int, err error) {
	var cases []json.RawMessage
	if err := json.Unmarshal(data, &cases); err != nil {
		return 0, 0, fmt.Errorf("read an array of cases: %w", err)
	}
	for i, raw := range cases {
		id, misses := runCase(raw)
		if id == "" {
			id = fmt.Sprintf("case-%d", i+1)
		}
		if len(misses) == 0 {
			passed++
			if _, err := fmt.Fprintf(w, "ok %s\n", id); err != nil {
				return passed, failed, err
			}
			continue
		}
		failed++
		for _, m := range misses {
			if _, err := fmt.Fprintf(w, "FAIL %s %s\n", id, m); err != nil {
				return passed, failed, err
			}
		}
	}
	return passed, failed, nil
}

// caseHead is what cases of every kind have.
type caseHead struct {
	ID         string                     `json:"id"`
	Kind       string                     `json:"kind"`
	Source     string                     `json:"source"`
	SourceKind string                     `json:"source_kind"`
	Note       string                     `json:"note"`
	Expect     map[string]json.RawMessage `json:"expect"`
	Published  []publishedFigure          `json:"published"`
}

// publishedFigure is what the author of a case printed.
type publishedFigure struct {
	Field  string          `json:"field"`
	Value  json.RawMessage `json:"value"`
	Digits int             `json:"digits"`
	Mode   string          `json:"mode"` // trunc or floor; else half up
}

// runCase returns the case's id and what differs.
func runCase(raw json.RawMessage) (id string, misses []string) {
	var head caseHead
	if err := json.Unmarshal(raw, &head); err != nil {
		return head.ID, []string{"case: " + err.Error()}
	}
	got, err := answer(raw, head.Kind)
	if err != nil {
		return head.ID, []string{"case: " + err.Error()}
	}
	if len(head.Expect) == 0 && len(head.Published) == 0 {
		return head.ID, []string{"case: it expects nothing"}
	}
	for _, field := range sortedKeys(head.Expect) {
		misses = append(misses, got.expect(field, head.Expect[field])...)
	}
	for _, p := range head.Published {
		misses = append(misses, got.published(p)...)
	}
	return head.ID, misses
}

// answer computes a case of some kind.
func answer(raw json.RawMessage, kind string) (answers, error) {
	switch kind {
	case "availability":
		v, err := availabilityVerdict(raw)
		if err != nil {
			return nil, err
		}
		return verdictAnswers(v), nil
	case "ratio":
		s, err := ratioScore(raw)
		if err != nil {
			return nil, err
		}
		return scoreAnswers(s, 1), nil
	case "aggregate":
		return aggregateAnswers(raw)
	case "credit":
		return creditAnswers(raw)
	case "clock":
		return clockAnswers(raw)
	case "budget":
		return budgetAnswers(raw)
	}
	return nil, fmt.Errorf("unknown kind %q: write availability, ratio, credit, clock, budget or aggregate", kind)
}

// strict decodes JSON and refuses keys that it does not know.
func strict(raw json.RawMessage, into any) error {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	return dec.Decode(into)
}

// compileCase is TermsFile.Compile with every fault in one error.
func compileCase(f *TermsFile, zone *time.Location) (*sla.Terms, error) {
	t, faults := f.Compile("terms", zone)
	return t, Join(faults)
}

// caseZone loads an IANA zone; "" is UTC.
func caseZone(name string) (*time.Location, error) {
	if name == "" {
		return time.UTC, nil
	}
	zone, err := time.LoadLocation(name)
	if err != nil || name == "Local" {
		return nil, fmt.Errorf("unknown zone %q: write an IANA name such as Europe/Berlin", name)
	}
	return zone, nil
}

// caseClock resolves the instants of a case and keeps the first fault.
type caseClock struct {
	zone *time.Location
	err  error
}

func (c *caseClock) at(s string) int64 {
	ms, err := instantIn(s, c.zone)
	if y := time.UnixMilli(ms).Year(); err == nil && (y < minCaseYear || y > maxCaseYear) {
		err = fmt.Errorf("%q is not between %d and %d", s, minCaseYear, maxCaseYear)
	}
	if c.err == nil {
		c.err = err
	}
	return ms
}

// optional is at for an instant that may be absent: 0.
func (c *caseClock) optional(s *string) int64 {
	if s == nil {
		return 0
	}
	return c.at(*s)
}
