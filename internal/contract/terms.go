package contract

import "github.com/probity-sla/probity/internal/sla"

// TermsFile is the parameters of SLA-SEMANTICS, sections A to H, as agreements
// (TOML) and worked cases (JSON) write them, word for word. What is absent has
// its default. Percentages, weights and fractions are decimal strings; _s means
// whole seconds.
type TermsFile struct {
	Consecutive  *ConsecutiveFile `toml:"consecutive" json:"consecutive,omitempty"`
	Probes       *ProbesFile      `toml:"probes" json:"probes,omitempty"`
	Endpoints    *EndpointsFile   `toml:"endpoints" json:"endpoints,omitempty"`
	Degraded     *string          `toml:"degraded" json:"degraded,omitempty"`
	Missing      *string          `toml:"missing" json:"missing,omitempty"`
	CarryMaxS    *int64           `toml:"carry_max_s" json:"carry_max_s,omitempty"`
	CarryAfter   *string          `toml:"carry_after" json:"carry_after,omitempty"`
	Slot         *SlotFile        `toml:"slot" json:"slot,omitempty"`
	OutageStart  *string          `toml:"outage_start" json:"outage_start,omitempty"`
	MinOutage    *MinOutageFile   `toml:"min_outage" json:"min_outage,omitempty"`
	Maintenance  *MaintenanceFile `toml:"maintenance" json:"maintenance,omitempty"`
	Contract     *ValidityFile    `toml:"contract" json:"contract,omitempty"`
	ServiceHours *CalendarFile    `toml:"service_hours" json:"service_hours,omitempty"`
	OutageRound  *OutageRoundFile `toml:"outage_round" json:"outage_round,omitempty"`
	Denominator  *DenominatorFile `toml:"denominator" json:"denominator,omitempty"`

	TargetPct *string       `toml:"target_pct" json:"target_pct,omitempty"`
	MaxBadS   *int64        `toml:"max_bad_s" json:"max_bad_s,omitempty"`
	PctRound  *PctRoundFile `toml:"pct_round" json:"pct_round,omitempty"`
	BreachOp  *string       `toml:"breach_op" json:"breach_op,omitempty"`
	Tiers     []TierFile    `toml:"tiers" json:"tiers,omitempty"`
	Credit    *CreditFile   `toml:"credit" json:"credit,omitempty"`

	Method             *string `toml:"method" json:"method,omitempty"`
	SlotErrorThreshold *string `toml:"slot_error_threshold" json:"slot_error_threshold,omitempty"`
	SlotErrorOp        *string `toml:"slot_error_op" json:"slot_error_op,omitempty"`
	EmptySlot          *string `toml:"empty_slot" json:"empty_slot,omitempty"`
	MinRequests        *int64  `toml:"min_requests" json:"min_requests,omitempty"`
}

// ConsecutiveFile is `consecutive`: results in a row that open and close an outage.
type ConsecutiveFile struct {
	Fail          *int64 `toml:"fail" json:"fail,omitempty"`
	Recover       *int64 `toml:"recover" json:"recover,omitempty"`
	BackdateStart *bool  `toml:"backdate_start" json:"backdate_start,omitempty"`
	BackdateEnd   *bool  `toml:"backdate_end" json:"backdate_end,omitempty"`
}

// ProbesFile is `probes`: the rule over locations.
type ProbesFile struct {
	Rule     *string `toml:"rule" json:"rule,omitempty"`
	K        *int64  `toml:"k" json:"k,omitempty"`
	Fraction *string `toml:"fraction" json:"fraction,omitempty"`
	MinValid *int64  `toml:"min_valid" json:"min_valid,omitempty"`
}

// EndpointsFile is `endpoints`: the rule over the parts of a service.
type EndpointsFile struct {
	Rule *string `toml:"rule" json:"rule,omitempty"`
	K    *int64  `toml:"k" json:"k,omitempty"`
}

// SlotFile is `slot`.
type SlotFile struct {
	S       int64   `toml:"s" json:"s"`
	Align   *string `toml:"align" json:"align,omitempty"`
	BadWhen *string `toml:"bad_when" json:"bad_when,omitempty"` // any, all, gt:x or ge:x
}

// MinOutageFile is `min_outage`.
type MinOutageFile struct {
	S       int64   `toml:"s" json:"s"`
	Op      *string `toml:"op" json:"op,omitempty"`
	Counts  *string `toml:"counts" json:"counts,omitempty"`
	Measure *string `toml:"measure" json:"measure,omitempty"`
}

// MaintenanceFile is `maintenance`: which windows excuse, and how.
type MaintenanceFile struct {
	Treatment           *string `toml:"treatment" json:"treatment,omitempty"`
	MinNoticeS          *int64  `toml:"min_notice_s" json:"min_notice_s,omitempty"`
	MaxWindowS          *int64  `toml:"max_window_s" json:"max_window_s,omitempty"`
	CapS                *int64  `toml:"cap_s" json:"cap_s,omitempty"`
	CapBasis            *string `toml:"cap_basis" json:"cap_basis,omitempty"`
	CapPer              *string `toml:"cap_per" json:"cap_per,omitempty"`
	SplitsOutage        *bool   `toml:"splits_outage" json:"splits_outage,omitempty"`
	EmergencyExcused    *bool   `toml:"emergency_excused" json:"emergency_excused,omitempty"`
	EmergencyMinNoticeS *int64  `toml:"emergency_min_notice_s" json:"emergency_min_notice_s,omitempty"`
}

// ValidityFile is `contract`: when the contract is in force.
type ValidityFile struct {
	From    *string `toml:"from" json:"from,omitempty"`
	To      *string `toml:"to" json:"to,omitempty"`
	Outside *string `toml:"outside" json:"outside,omitempty"`
}

// CalendarFile is `service_hours`, and the `calendar` of a clock.
type CalendarFile struct {
	TZ       *string     `toml:"tz" json:"tz,omitempty"`
	Weekly   []RangeFile `toml:"weekly" json:"weekly,omitempty"`
	Holidays []string    `toml:"holidays" json:"holidays,omitempty"`
}

// RangeFile is a span of local time on days of the week, 1 (Monday) to 7.
type RangeFile struct {
	Dow  []int  `toml:"dow" json:"dow"`
	From string `toml:"from" json:"from"`
	To   string `toml:"to" json:"to"`
}

// OutageRoundFile is `outage_round`.
type OutageRoundFile struct {
	UnitS int64   `toml:"unit_s" json:"unit_s"`
	Mode  *string `toml:"mode" json:"mode,omitempty"`
}

// PctRoundFile is `pct_round`.
type PctRoundFile struct {
	Digits int     `toml:"digits" json:"digits"`
	Mode   *string `toml:"mode" json:"mode,omitempty"`
}

// TierFile is a credit for a range of availability, per cent.
type TierFile struct {
	LT     *string `toml:"lt" json:"lt,omitempty"`
	LE     *string `toml:"le" json:"le,omitempty"`
	GT     *string `toml:"gt" json:"gt,omitempty"`
	GE     *string `toml:"ge" json:"ge,omitempty"`
	Credit string  `toml:"credit" json:"credit"`
}

// CreditFile is `credit`: a scheme that is not a list of availability tiers.
type CreditFile struct {
	Scheme        *string            `toml:"scheme" json:"scheme,omitempty"`
	UnitS         *int64             `toml:"unit_s" json:"unit_s,omitempty"`
	CreditPerUnit *string            `toml:"credit_per_unit" json:"credit_per_unit,omitempty"`
	Count         *string            `toml:"count" json:"count,omitempty"`
	BeyondBudget  *bool              `toml:"beyond_budget" json:"beyond_budget,omitempty"`
	Cap           *string            `toml:"cap" json:"cap,omitempty"`
	Multiple      *string            `toml:"multiple" json:"multiple,omitempty"`
	Ratio         *string            `toml:"ratio" json:"ratio,omitempty"`
	Tiers         []DurationTierFile `toml:"tiers" json:"tiers,omitempty"`
}

// isTiers reports whether the scheme is that of the availability tiers.
func (f *CreditFile) isTiers() bool { return f.Scheme != nil && *f.Scheme == sla.CreditTiers.String() }

// DurationTierFile is a credit for a range of bad time.
type DurationTierFile struct {
	LTS    *int64 `toml:"lt_s" json:"lt_s,omitempty"`
	LES    *int64 `toml:"le_s" json:"le_s,omitempty"`
	GTS    *int64 `toml:"gt_s" json:"gt_s,omitempty"`
	GES    *int64 `toml:"ge_s" json:"ge_s,omitempty"`
	Credit string `toml:"credit" json:"credit"`
}

// requestKeys names the parameters of request ratios that f writes.
func (f *TermsFile) requestKeys() []string {
	var keys []string
	for _, k := range []struct {
		key     string
		written bool
	}{
		{"method", f.Method != nil}, {"slot_error_threshold", f.SlotErrorThreshold != nil},
		{"slot_error_op", f.SlotErrorOp != nil}, {"empty_slot", f.EmptySlot != nil}, {"min_requests", f.MinRequests != nil},
	} {
		if k.written {
			keys = append(keys, k.key)
		}
	}
	return keys
}

// Over returns the terms of f, and those of base where f says nothing: what a
// service writes overrides its agreement. A table that f has replaces the table
// of base whole, so that what a service says can be read in one place. Tiers and
// credit are two ways to say the same: one that f has replaces the other of base.
func (f *TermsFile) Over(base *TermsFile) *TermsFile {
	if f == nil {
		f = &TermsFile{}
	}
	if base == nil {
		base = &TermsFile{}
	}
	out := *base
	over(&out.Consecutive, f.Consecutive)
	over(&out.Probes, f.Probes)
	over(&out.Endpoints, f.Endpoints)
	over(&out.Degraded, f.Degraded)
	over(&out.Missing, f.Missing)
	over(&out.CarryMaxS, f.CarryMaxS)
	over(&out.CarryAfter, f.CarryAfter)
	over(&out.Slot, f.Slot)
	over(&out.OutageStart, f.OutageStart)
	over(&out.MinOutage, f.MinOutage)
	over(&out.Maintenance, f.Maintenance)
	over(&out.Contract, f.Contract)
	over(&out.ServiceHours, f.ServiceHours)
	over(&out.OutageRound, f.OutageRound)
	over(&out.Denominator, f.Denominator)
	over(&out.TargetPct, f.TargetPct)
	over(&out.MaxBadS, f.MaxBadS)
	over(&out.PctRound, f.PctRound)
	over(&out.BreachOp, f.BreachOp)
	over(&out.Credit, f.Credit)
	over(&out.Method, f.Method)
	over(&out.SlotErrorThreshold, f.SlotErrorThreshold)
	over(&out.SlotErrorOp, f.SlotErrorOp)
	over(&out.EmptySlot, f.EmptySlot)
	over(&out.MinRequests, f.MinRequests)
	if f.Tiers != nil || f.Credit != nil && !f.Credit.isTiers() {
		out.Tiers = f.Tiers
	}
	if f.Tiers != nil && f.Credit == nil {
		out.Credit = nil
	}
	return &out
}

func over[T any](dst **T, src *T) {
	if src != nil {
		*dst = src
	}
}
