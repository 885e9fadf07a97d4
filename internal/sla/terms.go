package sla

// Terms are the parameters of SLA-SEMANTICS, sections A to H, of one service.
// The zero value has every default. Lengths are ms.
type Terms struct {
	Consecutive Consecutive   // A
	Probes      Probes        // A
	Endpoints   Endpoints     // A
	Degraded    DegradedTerms // B
	Missing     Missing       // C
	Slot        Slot          // D
	Start       OutageStart   // E
	MinOutage   MinOutage     // E
	Maintenance MaintenanceTerms
	Contract    Validity // G
	Hours       *Calendar
	OutageRound OutageRound
	Denominator int64 // G: a fixed denominator; 0: actual

	Target   Ratio  // share of good time promised, in [0, 1]; absent without an objective
	MaxBad   *int64 // H: an absolute budget
	PctRound *PctRound
	BreachOp BreachOp
	Tiers    []Tier
	Credit   *Credit

	Requests Requests // request ratios
}

// Consecutive opens an outage at the Fail-th failure in a row and closes it at
// the Recover-th success in a row. 0 means 1.
type Consecutive struct {
	Fail, Recover      int64
	LateStart, LateEnd bool // no back-dating of the edge
}

// ProbesRule joins the locations that see the same check.
type ProbesRule uint8

const (
	AnyDown ProbesRule = iota
	AllDown
	QuorumCount
	QuorumFraction
	HealthyFractionGT
)

// Probes says when what several locations see is down.
type Probes struct {
	Rule     ProbesRule
	K        int
	Fraction Ratio
	MinValid int // 0 means 1
}

// EndpointsRule joins the parts of a service.
type EndpointsRule uint8

const (
	AllMustBeUp EndpointsRule = iota
	AnyUp
	AtLeast
)

// Endpoints says how many parts of a service must be up.
type Endpoints struct {
	Rule EndpointsRule
	K    int
}

// DegradedRule is what degraded time counts as.
type DegradedRule uint8

const (
	DegradedUp DegradedRule = iota
	DegradedDown
	DegradedWeight
)

// DegradedTerms count degraded time as up, as down, or Weight of each second as bad.
type DegradedTerms struct {
	Rule   DegradedRule
	Weight Ratio
}

// MissingRule is what time that nobody observed counts as.
type MissingRule uint8

const (
	MissingExclude MissingRule = iota
	MissingUp
	MissingDown
	MissingCarry
)

// Missing is the policy for unknown time.
type Missing struct {
	Rule     MissingRule
	CarryMax *int64      // nil: no limit
	After    MissingRule // what is left of a gap after carrying; never MissingCarry
}

// Align is where slots start.
type Align uint8

const (
	AlignPeriod Align = iota
	AlignMidnight
	AlignEpoch
)

// BadWhen compares the bad share of a slot.
type BadWhen uint8

const (
	BadAny BadWhen = iota
	BadAll
	BadGT
	BadGE
)

// Slot judges time in slots of a length. Length 0: no slots.
type Slot struct {
	Length int64
	Align  Align
	When   BadWhen
	Share  Ratio // for BadGT and BadGE
}

// OutageStart is the instant from which an outage counts.
type OutageStart uint8

const (
	FirstFailure OutageStart = iota
	FirstTicket
)

// Op compares a length with a bound.
type Op uint8

const (
	OpGE Op = iota
	OpGT
)

// MinOutage forgives short outages. Length 0: none.
type MinOutage struct {
	Length   int64
	Op       Op
	Excess   bool // only what goes beyond Length counts
	InPeriod bool // measured inside the period
}

// Treatment is what time in qualifying maintenance counts as.
type Treatment uint8

const (
	TreatExclude Treatment = iota
	TreatUp
	TreatAsIs
)

// CapBasis is what maintenance caps are spent on.
type CapBasis uint8

const (
	CapWindow CapBasis = iota
	CapDowntime
)

// CapPer is the span that a maintenance cap is granted for, in the agreement's
// zone. Where it is not the period, the caller says in Input how much was spent
// before (CapSpent) and when it starts anew (CapResets).
type CapPer uint8

const (
	CapPerPeriod CapPer = iota
	CapPerMonth
	CapPerQuarter
	CapPerYear
)

// MaintenanceTerms say which windows qualify, how much of them, and for what.
type MaintenanceTerms struct {
	Treatment          Treatment
	MinNotice          int64  // 0: no notice required
	MaxWindow          int64  // 0: any length
	Cap                *int64 // per CapPer; nil: no cap
	CapBasis           CapBasis
	CapPer             CapPer
	SplitsOutage       bool
	EmergencyExcused   bool
	EmergencyMinNotice int64
}

// Validity is when the contract is in force. 0: open on that side.
type Validity struct {
	From, To int64
	DeemedUp bool // time outside counts as up, not as out of scope
}

// RoundMode rounds a length to a unit.
type RoundMode uint8

const (
	RoundCeil RoundMode = iota
	RoundFloor
)

// OutageRound rounds the counted time of each outage. Unit 0: not rounded.
type OutageRound struct {
	Unit int64
	Mode RoundMode
}

// PctMode rounds a percentage.
type PctMode uint8

const (
	HalfUp PctMode = iota
	HalfEven
	PctFloor
)

// PctRound is applied to the availability before anything is compared with it.
type PctRound struct {
	Digits int
	Mode   PctMode
}

// BreachOp is the comparison that makes a breach.
type BreachOp uint8

const (
	BreachLT BreachOp = iota
	BreachLE
)

// Tier grants a credit where every bound that is present holds. Bounds are
// shares in [0, 1]; Credit is in per cent of the period's fee.
type Tier struct{ LT, LE, GT, GE, Credit Ratio }

// DurationTier is a Tier on the bad time, ms; nil bounds are absent.
type DurationTier struct {
	LT, LE, GT, GE *int64
	Credit         Ratio
}

// CreditScheme is how credits grow.
type CreditScheme uint8

const (
	CreditTiers CreditScheme = iota
	CreditPerUnit
	CreditProrata
	CreditAffected
	CreditDuration
)

// CountUnits counts units of bad time.
type CountUnits uint8

const (
	CountStarted CountUnits = iota
	CountFull
)

// Credit is a way to reckon credits that is not Terms.Tiers.
type Credit struct {
	Scheme       CreditScheme
	Unit         int64
	PerUnit      Ratio // per cent of the fee per unit
	Count        CountUnits
	BeyondBudget bool
	Cap          Ratio // per cent of the fee; absent: none
	Multiple     Ratio
	Affected     Ratio // share of customers
	Tiers        []DurationTier
}

// RatioMethod is how request counts become a ratio.
type RatioMethod uint8

const (
	Occurrences RatioMethod = iota
	RatioSlices
	Slices
)

// EmptySlot is what a slice with too few requests counts as.
type EmptySlot uint8

const (
	EmptyGood EmptySlot = iota
	EmptyBad
	EmptyExclude
)

// Requests are the parameters of request ratios.
type Requests struct {
	Method       RatioMethod
	Threshold    Ratio // Slices: the share of errors past which a slice is bad
	ReachedIsBad bool  // op ge: a share equal to the threshold is bad
	Empty        EmptySlot
	Min          int64 // fewer requests make an empty slot; 0 means 1
}

// AggregateRule makes one figure of several services.
type AggregateRule uint8

const (
	Worst AggregateRule = iota
	Best
	Weighted
	SumSeconds
	InSeries   // all services are needed: the product of their availabilities
	InParallel // one service is enough: less the product of what is missing
)

// InTime reports whether the aggregate's good, bad and total are lengths of time;
// else they are in units of weight.
func (r AggregateRule) InTime() bool { return r == Worst || r == Best || r == SumSeconds }

// ReopenRule is what time between stop and reopen counts as.
type ReopenRule uint8

const (
	ReopenResume ReopenRule = iota
	ReopenRestart
	ReopenWall
)

// ClockTerms are a response or resolution target.
type ClockTerms struct {
	Target         int64
	Calendar       *Calendar // nil: around the clock
	Reopen         ReopenRule
	NotRetroactive bool           // count events from when they were entered
	ReachedIsLate  bool           // op ge: elapsed equal to the target is a breach
	Tiers          []DurationTier // credits for a late answer or repair, by the time elapsed
}

// ClockEventKind is what happened to a clock.
type ClockEventKind uint8

const (
	ClockOpen ClockEventKind = iota
	ClockPause
	ClockResume
	ClockStop
	ClockReopen
)

// ClockEvent is one event, as entered at At, true from Effective on (0: from At).
type ClockEvent struct {
	At, Effective int64
	Kind          ClockEventKind
}
