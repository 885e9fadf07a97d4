package web

import (
	"github.com/probity-sla/probity/internal/contract"
	"github.com/probity-sla/probity/internal/sla"
)

// treeNode is a service with the checks that prove it, and the rules that join
// locations and checks.
type treeNode struct {
	Name      string
	State     verdictView
	Rule      string // how checks make the service
	Locations string // how locations make a check
	DependsOn []string
	Checks    []treeCheck
}

type treeCheck struct {
	Name, Link, Kind string
	State            sla.State // the worst that a location says
	Locations        int
}

// fillTree lays out services and checks, from the rows of the matrix.
func (v *agreementView) fillTree(wd *words) {
	row := 0
	for i := range v.Agreement.Services {
		svc := &v.Agreement.Services[i]
		n := treeNode{Name: orElse(svc.Name, svc.ID), DependsOn: svc.DependsOn}
		if svc.Terms != nil {
			n.Rule, n.Locations = endpointsWords(wd, svc.Terms.Endpoints, len(svc.Checks)), probesWords(wd, svc.Terms.Probes)
		}
		for _, l := range v.Live.Services {
			if l.Service == svc.ID {
				n.State = verdictView{State: l.State, Excused: l.Excused}
			}
		}
		for j := range svc.Checks {
			c := treeCheck{Name: checkName(&svc.Checks[j]), Link: "/checks/" + string(svc.Checks[j].ID), Kind: svc.Checks[j].Kind.String()}
			for _, cell := range v.Matrix[row].Cells {
				if cell.Runs {
					c.Locations++
					if c.Locations == 1 || badness[cell.State] > badness[c.State] {
						c.State = cell.State
					}
				}
			}
			row++
			n.Checks = append(n.Checks, c)
		}
		v.Tree = append(v.Tree, n)
	}
}

func endpointsWords(wd *words, e sla.Endpoints, checks int) string {
	switch {
	case checks < 2:
		return ""
	case e.Rule == sla.AnyUp:
		return wd.T("up while any check is up")
	case e.Rule == sla.AtLeast:
		return wd.T("up while at least %d of %d checks are up", e.K, checks)
	}
	return wd.T("up while every check is up")
}

func probesWords(wd *words, p sla.Probes) string {
	switch p.Rule {
	case sla.AllDown:
		return wd.T("a check is down when every location says so")
	case sla.QuorumCount:
		return wd.T("a check is down when %d locations say so", p.K)
	case sla.QuorumFraction:
		return wd.T("a check is down when %s %% of its locations say so", p.Fraction.Percent(0))
	case sla.HealthyFractionGT:
		return wd.T("a check is up while more than %s %% of its locations say so", p.Fraction.Percent(0))
	}
	return wd.T("a check is down when any location says so")
}

// aggregateWords says how services make the agreement's figure.
func aggregateWords(wd *words, a *contract.Agreement) string {
	if len(a.Services) < 2 {
		return ""
	}
	if a.Aggregate == "" {
		return wd.T("aggregate worst")
	}
	return wd.T("aggregate " + a.Aggregate)
}

// handledRow is how one clock was kept.
type handledRow struct {
	sla.Compliance
	Percent string
}

// fillHandled shows how faults of the period were handled.
func (v *agreementView) fillHandled() {
	h := v.Statement.Handled
	if h == nil {
		return
	}
	for _, c := range h.Clocks {
		row := handledRow{Compliance: c}
		if c.Share.Present() {
			row.Percent = c.Share.Percent(1)
		}
		v.Handled = append(v.Handled, row)
	}
	if c := h.Credits.Total; c.Present() {
		v.Credit = sla.Of(c.Num, 100*c.Den).Percent(2)
	}
}
