package report

import (
	"cmp"
	"math/big"
	"slices"
	"strings"

	"github.com/probity-sla/probity/internal/sla"
)

// account adds up good and total time over periods, exactly.
type account struct {
	good, total big.Rat
	n           int
}

func (x *account) add(v *sla.Verdict) {
	if v.Availability.Present() {
		x.good.Add(&x.good, v.Good.Rat())
		x.total.Add(&x.total, v.Total.Rat())
		x.n++
	}
}

// percent writes good over total with the decimals of a target and two more, cut down.
func (x *account) percent(target sla.Ratio) string {
	if x.total.Sign() == 0 {
		return Absent
	}
	return percentFloor(new(big.Rat).Quo(&x.good, &x.total), Decimals(target)+2)
}

// percentFloor writes 100·x, cut down.
func percentFloor(x *big.Rat, decimals int) string {
	scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(decimals)), nil)
	n := new(big.Int).Mul(new(big.Int).Mul(x.Num(), big.NewInt(100)), scale)
	return new(big.Rat).SetFrac(n.Div(n, x.Denom()), scale).FloatString(decimals)
}

// row sums up an agreement.
func (a *ReviewAgreement) row() ReviewRow {
	r := ReviewRow{Agreement: a.Agreement.ID, Name: a.Agreement.Name, Customer: a.Agreement.Customer, Objective: Absent, Worst: Absent, Coverage: Absent, Credit: Absent}
	var whole account
	var worst, coverage, target sla.Ratio
	credit, granted := new(big.Rat), false
	for _, st := range a.Statements {
		if st == nil {
			r.NoData++
			continue
		}
		v := &st.Overall
		switch Word(v) {
		case "kept":
			r.Kept++
		case "missed":
			r.Missed++
		case "no data":
			r.NoData++
		}
		if st.InTime() {
			whole.add(v)
		}
		target = v.Target
		if v.Availability.Present() && (!worst.Present() || v.Availability.Cmp(worst) < 0) {
			worst, r.WorstLabel = v.Availability, st.Label
		}
		if v.Coverage.Present() && (!coverage.Present() || v.Coverage.Cmp(coverage) < 0) {
			coverage = v.Coverage
		}
		owed := v.Credit
		if st.Handled != nil {
			owed = st.Handled.Credits.Total
		}
		if owed.Present() {
			credit.Add(credit, owed.Rat())
			granted = true
		}
	}
	r.Objective, r.Availability, r.Worst, r.Coverage = percentOf(target), whole.percent(target), Figure(worst, target), coverage.Percent(3)
	if granted && credit.Num().IsInt64() && credit.Denom().IsInt64() {
		r.CreditExact = sla.Of(credit.Num().Int64(), credit.Denom().Int64())
		r.Credit = creditPercent(r.CreditExact)
	}
	return r
}

// maxShares bounds a Pareto list; what is beyond is left to the JSON of statements.
const maxShares = 50

// worst ranks the services by bad time.
func (in *ReviewInput) worst() []Share {
	var out []Share
	for i := range in.Agreements {
		a := &in.Agreements[i]
		for _, s := range a.Agreement.Services {
			x := Share{Agreement: a.Agreement.ID, Service: s.ID, Name: s.Name}
			for _, st := range a.Statements {
				v := verdictOf(st, s.ID)
				x.Bad += Millis(v.Bad)
				x.Outages += len(v.Outages)
			}
			out = append(out, x)
		}
	}
	return ranked(out)
}

// causes ranks the causes that people wrote down by the bad time of their
// outages, as the statements count it.
func (in *ReviewInput) causes() []Share {
	byCause := map[string]*Share{}
	for i := range in.Agreements {
		a := &in.Agreements[i]
		for _, st := range a.Statements {
			if st == nil {
				continue
			}
			for k := range st.Services {
				for _, o := range st.Services[k].Verdict.Outages {
					cause := in.causeOf(a.Agreement.ID, st.Services[k].Service, &o)
					if byCause[cause] == nil {
						byCause[cause] = &Share{Name: cause}
					}
					byCause[cause].Outages++
					byCause[cause].Bad += o.Counted
				}
			}
		}
	}
	var out []Share
	for _, x := range byCause {
		out = append(out, *x)
	}
	return ranked(out)
}

// causeOf is the cause on record of an outage; "" without one.
func (in *ReviewInput) causeOf(agreement, service string, o *sla.Outage) string {
	best, most := "", int64(0)
	for i := range in.Incidents {
		for _, ref := range in.Incidents[i].Outages {
			if ref.Withdrawn || ref.Agreement != agreement || ref.Service != service {
				continue
			}
			to := ref.To
			if to == 0 {
				to = o.To
			}
			if shared := min(o.To, to) - max(o.From, ref.From); shared > most {
				best, most = strings.TrimSpace(in.Incidents[i].Cause), shared
			}
		}
	}
	return best
}

// ranked sorts shares, worst first, and says what part of the whole each is.
func ranked(shares []Share) []Share {
	out := slices.DeleteFunc(shares, func(x Share) bool { return x.Bad == 0 })
	slices.SortFunc(out, func(x, y Share) int {
		return cmp.Or(cmp.Compare(y.Bad, x.Bad), cmp.Compare(x.Agreement, y.Agreement), cmp.Compare(x.Service, y.Service), cmp.Compare(x.Name, y.Name))
	})
	total, sum := int64(0), int64(0)
	for i := range out {
		total += out[i].Bad
	}
	for i := range out {
		sum += out[i].Bad
		out[i].Percent, out[i].Cumulative = sla.Of(out[i].Bad, total).Percent(1), sla.Of(sum, total).Percent(1)
	}
	if out == nil {
		return []Share{}
	}
	return out[:min(len(out), maxShares)]
}
