package contract

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// DenominatorFile is `denominator`: "actual", or {fixed_s = 2592000}.
type DenominatorFile struct {
	FixedS int64 // 0: actual
}

var errDenominator = errors.New(`write "actual", or {fixed_s = 2592000}`)

// UnmarshalJSON reads both forms.
func (d *DenominatorFile) UnmarshalJSON(data []byte) error {
	var word string
	if json.Unmarshal(data, &word) == nil {
		return d.fromWord(word)
	}
	var table struct {
		FixedS *int64 `json:"fixed_s"`
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&table); err != nil || table.FixedS == nil {
		return fmt.Errorf("denominator: %w", errDenominator)
	}
	return d.fromSeconds(*table.FixedS)
}

// MarshalJSON writes the form that was read.
func (d DenominatorFile) MarshalJSON() ([]byte, error) {
	if d.FixedS == 0 {
		return []byte(`"actual"`), nil
	}
	return fmt.Appendf(nil, `{"fixed_s":%d}`, d.FixedS), nil
}

// UnmarshalTOML reads both forms.
func (d *DenominatorFile) UnmarshalTOML(v any) error {
	switch v := v.(type) {
	case string:
		return d.fromWord(v)
	case map[string]any:
		if s, ok := v["fixed_s"].(int64); ok && len(v) == 1 {
			return d.fromSeconds(s)
		}
	}
	return fmt.Errorf("denominator: %w", errDenominator)
}

func (d *DenominatorFile) fromWord(word string) error {
	if word != "actual" {
		return fmt.Errorf("denominator %q: %w", word, errDenominator)
	}
	d.FixedS = 0
	return nil
}

func (d *DenominatorFile) fromSeconds(s int64) error {
	if s <= 0 {
		return fmt.Errorf("denominator.fixed_s %d: it must be positive", s)
	}
	d.FixedS = s
	return nil
}
