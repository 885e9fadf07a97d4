package sla

import "fmt"

// The words of SLA-SEMANTICS, one table per enumeration; the index is the value.
var (
	stateWords      = []string{"unknown", "up", "degraded", "down", "excluded", "out_of_scope"}
	effectWords     = []string{"exclude", "up", "down"}
	probesWords     = []string{"any_down", "all_down", "quorum_count", "quorum_fraction", "healthy_fraction_gt"}
	endpointsWords  = []string{"all_must_be_up", "any_up", "at_least"}
	degradedWords   = []string{"up", "down", "weight"}
	missingWords    = []string{"exclude", "up", "down", "carry"}
	alignWords      = []string{"period", "midnight", "epoch"}
	badWhenWords    = []string{"any", "all", "gt", "ge"}
	startWords      = []string{"first_failure", "ticket"}
	treatmentWords  = []string{"exclude", "count_as_up", "count_as_is"}
	capBasisWords   = []string{"window", "downtime"}
	capPerWords     = []string{"period", "month", "quarter", "year"}
	roundWords      = []string{"ceil", "floor"}
	pctModeWords    = []string{"half_up", "half_even", "floor"}
	opWords         = []string{"ge", "gt"}
	breachWords     = []string{"lt", "le"}
	schemeWords     = []string{"tiers", "per_unit", "prorata_multiple", "affected_ratio", "duration_tiers"}
	countWords      = []string{"started", "full"}
	methodWords     = []string{"occurrences", "ratio_slices", "slices"}
	emptyWords      = []string{"good", "bad", "exclude"}
	aggregateWords  = []string{"worst", "best", "weighted", "sum_seconds", "serial", "parallel"}
	reopenWords     = []string{"resume", "restart", "wall"}
	clockEventWords = []string{"open", "pause", "resume", "stop", "reopen"}
	repairWords     = []string{"largest", "sum"}
)

// word is every enumeration of this package.
type word interface{ ~uint8 }

func wordOf[T word](v T, words []string) string {
	if int(v) < len(words) {
		return words[v]
	}
	return fmt.Sprintf("code-%d", v)
}

func parseWord[T word](dst *T, words []string, text []byte) error {
	for i, w := range words {
		if w == string(text) {
			*dst = T(i)
			return nil
		}
	}
	return fmt.Errorf("%q is none of %s", text, orList(words))
}

// orList joins words as a person would: "a, b or c".
func orList(words []string) string {
	s := ""
	for i, w := range words {
		switch {
		case i == 0:
		case i == len(words)-1:
			s += " or "
		default:
			s += ", "
		}
		s += w
	}
	return s
}

func (v State) String() string                { return wordOf(v, stateWords) }
func (v State) MarshalText() ([]byte, error)  { return []byte(v.String()), nil }
func (v *State) UnmarshalText(b []byte) error { return parseWord(v, stateWords, b) }

func (v Effect) String() string                { return wordOf(v, effectWords) }
func (v Effect) MarshalText() ([]byte, error)  { return []byte(v.String()), nil }
func (v *Effect) UnmarshalText(b []byte) error { return parseWord(v, effectWords, b) }

func (v ProbesRule) String() string                { return wordOf(v, probesWords) }
func (v ProbesRule) MarshalText() ([]byte, error)  { return []byte(v.String()), nil }
func (v *ProbesRule) UnmarshalText(b []byte) error { return parseWord(v, probesWords, b) }

func (v EndpointsRule) String() string                { return wordOf(v, endpointsWords) }
func (v EndpointsRule) MarshalText() ([]byte, error)  { return []byte(v.String()), nil }
func (v *EndpointsRule) UnmarshalText(b []byte) error { return parseWord(v, endpointsWords, b) }

func (v DegradedRule) String() string                { return wordOf(v, degradedWords) }
func (v DegradedRule) MarshalText() ([]byte, error)  { return []byte(v.String()), nil }
func (v *DegradedRule) UnmarshalText(b []byte) error { return parseWord(v, degradedWords, b) }

func (v MissingRule) String() string                { return wordOf(v, missingWords) }
func (v MissingRule) MarshalText() ([]byte, error)  { return []byte(v.String()), nil }
func (v *MissingRule) UnmarshalText(b []byte) error { return parseWord(v, missingWords, b) }

func (v Align) String() string                { return wordOf(v, alignWords) }
func (v Align) MarshalText() ([]byte, error)  { return []byte(v.String()), nil }
func (v *Align) UnmarshalText(b []byte) error { return parseWord(v, alignWords, b) }

func (v BadWhen) String() string                { return wordOf(v, badWhenWords) }
func (v BadWhen) MarshalText() ([]byte, error)  { return []byte(v.String()), nil }
func (v *BadWhen) UnmarshalText(b []byte) error { return parseWord(v, badWhenWords, b) }

func (v OutageStart) String() string                { return wordOf(v, startWords) }
func (v OutageStart) MarshalText() ([]byte, error)  { return []byte(v.String()), nil }
func (v *OutageStart) UnmarshalText(b []byte) error { return parseWord(v, startWords, b) }

func (v Treatment) String() string                { return wordOf(v, treatmentWords) }
func (v Treatment) MarshalText() ([]byte, error)  { return []byte(v.String()), nil }
func (v *Treatment) UnmarshalText(b []byte) error { return parseWord(v, treatmentWords, b) }

func (v CapBasis) String() string                { return wordOf(v, capBasisWords) }
func (v CapBasis) MarshalText() ([]byte, error)  { return []byte(v.String()), nil }
func (v *CapBasis) UnmarshalText(b []byte) error { return parseWord(v, capBasisWords, b) }

func (v CapPer) String() string                { return wordOf(v, capPerWords) }
func (v CapPer) MarshalText() ([]byte, error)  { return []byte(v.String()), nil }
func (v *CapPer) UnmarshalText(b []byte) error { return parseWord(v, capPerWords, b) }

func (v RoundMode) String() string                { return wordOf(v, roundWords) }
func (v RoundMode) MarshalText() ([]byte, error)  { return []byte(v.String()), nil }
func (v *RoundMode) UnmarshalText(b []byte) error { return parseWord(v, roundWords, b) }

func (v PctMode) String() string                { return wordOf(v, pctModeWords) }
func (v PctMode) MarshalText() ([]byte, error)  { return []byte(v.String()), nil }
func (v *PctMode) UnmarshalText(b []byte) error { return parseWord(v, pctModeWords, b) }

func (v Op) String() string                { return wordOf(v, opWords) }
func (v Op) MarshalText() ([]byte, error)  { return []byte(v.String()), nil }
func (v *Op) UnmarshalText(b []byte) error { return parseWord(v, opWords, b) }

func (v BreachOp) String() string                { return wordOf(v, breachWords) }
func (v BreachOp) MarshalText() ([]byte, error)  { return []byte(v.String()), nil }
func (v *BreachOp) UnmarshalText(b []byte) error { return parseWord(v, breachWords, b) }

func (v CreditScheme) String() string                { return wordOf(v, schemeWords) }
func (v CreditScheme) MarshalText() ([]byte, error)  { return []byte(v.String()), nil }
func (v *CreditScheme) UnmarshalText(b []byte) error { return parseWord(v, schemeWords, b) }

func (v CountUnits) String() string                { return wordOf(v, countWords) }
func (v CountUnits) MarshalText() ([]byte, error)  { return []byte(v.String()), nil }
func (v *CountUnits) UnmarshalText(b []byte) error { return parseWord(v, countWords, b) }

func (v RatioMethod) String() string                { return wordOf(v, methodWords) }
func (v RatioMethod) MarshalText() ([]byte, error)  { return []byte(v.String()), nil }
func (v *RatioMethod) UnmarshalText(b []byte) error { return parseWord(v, methodWords, b) }

func (v EmptySlot) String() string                { return wordOf(v, emptyWords) }
func (v EmptySlot) MarshalText() ([]byte, error)  { return []byte(v.String()), nil }
func (v *EmptySlot) UnmarshalText(b []byte) error { return parseWord(v, emptyWords, b) }

func (v AggregateRule) String() string                { return wordOf(v, aggregateWords) }
func (v AggregateRule) MarshalText() ([]byte, error)  { return []byte(v.String()), nil }
func (v *AggregateRule) UnmarshalText(b []byte) error { return parseWord(v, aggregateWords, b) }

func (v ReopenRule) String() string                { return wordOf(v, reopenWords) }
func (v ReopenRule) MarshalText() ([]byte, error)  { return []byte(v.String()), nil }
func (v *ReopenRule) UnmarshalText(b []byte) error { return parseWord(v, reopenWords, b) }

func (v ClockEventKind) String() string                { return wordOf(v, clockEventWords) }
func (v ClockEventKind) MarshalText() ([]byte, error)  { return []byte(v.String()), nil }
func (v *ClockEventKind) UnmarshalText(b []byte) error { return parseWord(v, clockEventWords, b) }

func (v RepairRule) String() string                { return wordOf(v, repairWords) }
func (v RepairRule) MarshalText() ([]byte, error)  { return []byte(v.String()), nil }
func (v *RepairRule) UnmarshalText(b []byte) error { return parseWord(v, repairWords, b) }
