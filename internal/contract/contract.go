// Package contract holds agreements as people write them: TOML files that are
// loaded strictly, validated whole, and revised by content. It turns an
// agreement into the types of package sla and the checks of package protocol.
package contract

import (
	"time"

	"github.com/probity-sla/probity/internal/protocol"
	"github.com/probity-sla/probity/internal/sla"
)

// Agreement is one SLA: services, objectives, period, exclusions, credits.
type Agreement struct {
	ID       string // [a-z0-9-], unique in a collector
	Name     string
	Customer string
	Provider string
	Tier     string
	Tags     []string
	Language string // "en" or "zh-CN": what the customer sees
	Zone     *time.Location
	Period   Period
	// ValidFrom and ValidTo are when the contract is in force, ms UTC; 0: open on that side.
	ValidFrom, ValidTo int64
	Services           []Service
	Planned            []Planned // maintenance written in the file
	Notice             time.Duration
	Revision           string // SHA-256 of the file's bytes, hex
	File               string
	Source             []byte // the file's bytes
	// Terms of the agreement as a whole; each service has its own, inherited and overridden.
	Terms *sla.Terms
	// Aggregate says how services make the agreement's figure: worst (default), best,
	// weighted, sum_seconds, serial, parallel.
	Aggregate string
	// Silent is how long an agent may send nothing before its results count as missing for alerts.
	Silent time.Duration
	Burn   []BurnRule
	// Clocks are the times within which faults are answered and mended, in the order of the file.
	Clocks    []Clock
	Calendars map[string]*sla.Calendar // the hours that clocks share, by name
	// Levels are the severities, the gravest first; those of the clocks when the file declares none.
	Levels     []Level
	Escalation string // the policy by which people are told of incidents; "": the collector's own default
	Faults     Faults
	Publish    Publish
	Report     Report
	Credits    sla.Credits
	// CertificateWarning is how long before a certificate ends a warning is given; 0: never.
	CertificateWarning time.Duration
}

// Service is what the customer buys: checks and the rule that joins them.
type Service struct {
	ID      string
	Name    string
	Weight  int64
	Checks  []Check
	Terms   *sla.Terms
	Confirm int // failed slots in a row, per location, before an outage is confirmed
	// DependsOn are the services without which this one cannot be up, "agreement/service".
	DependsOn []string
}

// Check is a protocol.Check with the locations that run it.
type Check struct {
	protocol.Check
	Name      string
	Locations []protocol.Location // empty: every location
}

// BurnRule alerts when both windows burn faster than Factor.
type BurnRule struct {
	Severity    string // "page" or "ticket"
	Long, Short time.Duration
	Factor      sla.Ratio
}

// PeriodKind is the calendar unit that is billed.
type PeriodKind uint8

const (
	Month PeriodKind = iota
	Quarter
	Year
	Week
	Billing // monthly from an anchor day
	Rolling // the last N days, ending now
)

// Period cuts time into billed spans in the agreement's zone.
type Period struct {
	Kind   PeriodKind
	Anchor int // Billing: day of month 1–31; Quarter and Year: first month, 1–12 (1 by default); Week: ISO weekday (1 by default)
	Days   int // Rolling: whole local days, the current one included
}

// Planned is maintenance written in the agreement's file: once, or by RRULE in its zone.
type Planned struct {
	ID        string
	Services  []string       // empty: all
	Start     string         // local wall time of the first, "2026-11-22T02:00:00"
	Length    time.Duration  // elapsed
	RRule     string         // "FREQ=WEEKLY;BYDAY=SU"; empty: once
	Until     string         // local wall time of the last possible start, a bare date included; empty: no end
	Except    []string       // local wall times of starts that are left out
	Zone      *time.Location // nil: the agreement's
	Announced int64          // ms UTC; 0: never
	Emergency bool
	Reason    string
}
