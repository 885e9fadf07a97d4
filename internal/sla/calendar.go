package sla

import "time"

// Calendar is a weekly calendar in local time, less its holidays (G). A range
// that ends at or before its start ends on the next day; a holiday takes its
// whole local day out.
type Calendar struct {
	Zone     *time.Location
	Weekly   []Range
	Holidays []int32 // local days since 1970-01-01, ascending
}

// Range is a span of local time on some days of the week.
type Range struct {
	Days     [7]bool // Monday first
	From, To int32   // seconds from local midnight; To may be 86400
}
