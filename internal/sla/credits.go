package sla

import "math/big"

// Credits says how the credits of a period are joined (SLA.md F39, F40).
type Credits struct {
	Repairs RepairRule
	Cap     Ratio // per cent of the period's fee at most, of all credits together; absent: none
}

// RepairRule is what several late repairs of one period earn.
type RepairRule uint8

const (
	RepairsLargest RepairRule = iota // the largest of their credits: a tier names what the period costs at most
	RepairsSum                       // each earns its own
)

// CreditSum is what a period earns, per cent of its fee. Total is the sum of the
// other two, or the cap when that is less.
type CreditSum struct {
	Availability Ratio `json:"availability_pct"`
	Repairs      Ratio `json:"repairs_pct"`
	Total        Ratio `json:"total_pct"`
	Capped       bool  `json:"capped"` // the cap made Total less
}

// Join adds the credits of a period: that for availability, absent being none,
// and those of its late incidents, each by ClockTerms.Credit.
func (c Credits) Join(availability Ratio, late []Ratio) CreditSum {
	sum, most := new(big.Rat), new(big.Rat)
	for _, l := range late {
		x := l.Rat()
		sum.Add(sum, x)
		if x.Cmp(most) > 0 {
			most = x
		}
	}
	repairs := most
	if c.Repairs == RepairsSum {
		repairs = sum
	}
	total := new(big.Rat).Add(availability.Rat(), repairs)
	out := CreditSum{Availability: near(availability.Rat()), Repairs: near(repairs), Total: near(total)}
	if c.Cap.Present() && total.Cmp(c.Cap.Rat()) > 0 {
		out.Total, out.Capped = c.Cap, true
	}
	return out
}
