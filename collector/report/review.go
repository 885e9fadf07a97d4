package report

import (
	"errors"

	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/internal/contract"
	"github.com/probity-sla/probity/internal/sla"
)

// Review looks back over a year, of one customer or of the whole house: which
// promises were kept, what broke them, what it cost, and what was done about it.
type Review struct {
	Schema     int            `json:"schema"`             // 1
	Customer   string         `json:"customer,omitempty"` // "": the whole house
	Language   string         `json:"language"`
	Zone       string         `json:"zone"`
	Label      string         `json:"label"` // "2026"
	Window     sla.Window     `json:"window"`
	Created    Signature      `json:"created"`
	Version    string         `json:"version"`
	Kept       int            `json:"kept"` // periods of agreements
	Missed     int            `json:"missed"`
	NoData     int            `json:"no_data"` // nothing was judged
	Agreements []ReviewRow    `json:"agreements"`
	Services   []Share        `json:"services"` // worst first
	Causes     []Share        `json:"causes"`   // worst first
	Times      sla.MeanTimes  `json:"mean_times"`
	Open       int            `json:"actions_open"`
	Done       int            `json:"actions_done"`
	Dropped    int            `json:"actions_dropped"`
	Actions    []ReviewAction `json:"actions"`
	Advice     []Advice       `json:"advice"`
}

// ReviewRow is one agreement over the year.
type ReviewRow struct {
	Agreement    string    `json:"agreement"`
	Name         string    `json:"name"`
	Customer     string    `json:"customer"`
	Objective    string    `json:"objective_pct"`
	Kept         int       `json:"kept"` // periods
	Missed       int       `json:"missed"`
	NoData       int       `json:"no_data"`
	Availability string    `json:"availability_pct"` // good over total of all periods; Absent where the aggregate is no time
	Worst        string    `json:"worst_pct"`
	WorstLabel   string    `json:"worst_period,omitempty"`
	Coverage     string    `json:"coverage_pct"` // the least of any period
	Credit       string    `json:"credit_pct"`   // the sum, in per cent of one period's fee
	CreditExact  sla.Ratio `json:"credit"`
}

// Share is one bar of a Pareto chart: bad time of a service, or of a cause.
type Share struct {
	Agreement  string `json:"agreement,omitempty"` // of a service
	Service    string `json:"service,omitempty"`
	Name       string `json:"name"` // of a service, or the cause; "": no cause on record
	Outages    int    `json:"outages"`
	Bad        int64  `json:"bad_ms"`
	Percent    string `json:"percent"`
	Cumulative string `json:"cumulative_percent"`
}

// ReviewAction is an improvement action, with what it changed: the availability
// in the periods before it was closed, and in those after.
type ReviewAction struct {
	ActionRow
	Agreement string `json:"agreement"`
	Before    string `json:"before_pct"`
	After     string `json:"after_pct"`
	Periods   [2]int `json:"periods"` // that the two rest on
}

// Advice is a target that history says is too soft or too hard.
type Advice struct {
	Agreement string `json:"agreement"`
	Service   string `json:"service"`
	Name      string `json:"name"`
	Objective string `json:"objective_pct"`
	Hard      bool   `json:"hard"` // else soft
	Periods   int    `json:"periods"`
	Missed    int    `json:"missed"`
	Suggested string `json:"suggested_pct"` // Absent: none of the usual targets would do
}

// ReviewInput is what a review is made of.
type ReviewInput struct {
	Customer   string // "": the whole house
	Language   string
	Zone       string
	Label      string
	Window     sla.Window
	Agreements []ReviewAgreement
	Incidents  []incident.Incident
	Times      sla.MeanTimes
	Actions    []ReviewAction // Before, After and Periods are filled in
	Created    Signature
	Version    string
}

// ReviewAgreement is an agreement with the statements of its periods that end in
// the window, oldest first; nil where there is none.
type ReviewAgreement struct {
	Agreement  *contract.Agreement
	Statements []*sla.Statement
}

// BuildReview makes a review. It reads no clock, and every figure is made of the
// statements' own.
func BuildReview(in ReviewInput) (*Review, error) {
	if in.Window.To <= in.Window.From {
		return nil, errors.New("a review needs a window")
	}
	r := &Review{
		Schema: modelSchema, Customer: in.Customer, Language: in.Language, Zone: in.Zone, Label: in.Label, Window: in.Window,
		Created: in.Created, Version: in.Version, Times: in.Times, Agreements: []ReviewRow{}, Actions: []ReviewAction{}, Advice: []Advice{},
	}
	for i := range in.Agreements {
		a := &in.Agreements[i]
		if a.Agreement == nil {
			return nil, errors.New("a review needs every agreement with its statements")
		}
		row := a.row()
		r.Kept, r.Missed, r.NoData = r.Kept+row.Kept, r.Missed+row.Missed, r.NoData+row.NoData
		r.Agreements = append(r.Agreements, row)
		r.Advice = append(r.Advice, a.advice()...)
	}
	r.Services = in.worst()
	r.Causes = in.causes()
	for _, a := range in.Actions {
		in.compare(&a)
		switch a.State {
		case incident.ActionDone:
			r.Done++
		case incident.ActionDropped:
			r.Dropped++
		default:
			r.Open++
		}
		r.Actions = append(r.Actions, a)
	}
	return r, nil
}
