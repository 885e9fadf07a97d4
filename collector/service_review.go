package collector

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/collector/report"
	"github.com/probity-sla/probity/collector/store"
	"github.com/probity-sla/probity/internal/contract"
	"github.com/probity-sla/probity/internal/selfmon"
	"github.com/probity-sla/probity/internal/sla"
)

// Years that a review may be of.
const (
	minReviewYear = 2000
	maxReviewYear = 2200
)

// yearReview looks back over a year: of one customer, or of the whole house for
// "". Periods that are not over yet do not count.
func (b *bindery) yearReview(ctx context.Context, set *contract.Set, customer string, year int, language, by string) (*report.Review, error) {
	if year < minReviewYear || year > maxReviewYear {
		return nil, fmt.Errorf("year %d is not between %d and %d", year, minReviewYear, maxReviewYear)
	}
	in := report.ReviewInput{
		Customer: customer, Label: strconv.Itoa(year), Zone: "UTC", Language: language,
		Created: report.Signature{By: by, At: b.now}, Version: selfmon.Version().Version,
	}
	zone := time.UTC
	var own []*contract.Agreement
	for _, a := range set.Agreements {
		if customer == "" || a.Customer == customer {
			own = append(own, a)
		}
	}
	if len(own) > 0 {
		zone, in.Zone = own[0].Zone, own[0].Zone.String()
		in.Language = cmp.Or(language, own[0].Report.Language, own[0].Language)
	}
	in.Language = cmp.Or(in.Language, "en")
	in.Window = sla.Window{From: yearStart(year, zone), To: yearStart(year+1, zone)}
	for _, a := range own {
		statements, err := b.overYear(ctx, a, in.Window)
		if err != nil {
			return nil, err
		}
		in.Agreements = append(in.Agreements, report.ReviewAgreement{Agreement: a, Statements: statements})
	}
	if err := b.houseRecords(ctx, &in, own); err != nil {
		return nil, err
	}
	return report.BuildReview(in)
}

func yearStart(year int, zone *time.Location) int64 {
	return contract.At(time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC), zone).UnixMilli()
}

// overYear is the statements of the periods that ended in a window, oldest
// first. Rolling periods are laid side by side, so that no day counts twice.
func (b *bindery) overYear(ctx context.Context, a *contract.Agreement, w sla.Window) ([]*sla.Statement, error) {
	var out []*sla.Statement
	p := a.Period.Containing(min(w.To, b.now)-1, a.Zone)
	for ; p.To > w.From && p.To > a.ValidFrom; p = a.Period.Containing(p.From-1, a.Zone) {
		if p.To > w.To || p.To > b.now || a.ValidTo != 0 && p.From >= a.ValidTo {
			continue
		}
		st, err := b.statement(ctx, a.ID, p)
		if err != nil {
			return nil, err
		}
		if st.Overall.Coverage.Num == 0 {
			st = nil
		}
		out = append(out, st)
	}
	for len(out) > 0 && out[len(out)-1] == nil {
		out = out[:len(out)-1] // before anything was observed
	}
	slices.Reverse(out)
	return out, nil
}

// houseRecords adds incidents and actions, each once however many agreements share it.
func (b *bindery) houseRecords(ctx context.Context, in *report.ReviewInput, own []*contract.Agreement) error {
	found, err := b.db.Incidents(ctx, store.IncidentQuery{From: in.Window.From, To: in.Window.To, Limit: maxOpenIncidents})
	if err != nil {
		return err
	}
	var handled []sla.Handling
	for n := range found {
		i, err := incidentOf(&found[n])
		if err != nil {
			return err
		}
		at := slices.IndexFunc(own, func(a *contract.Agreement) bool { return slices.Contains(agreementsOf(i), a.ID) })
		if at < 0 {
			continue
		}
		h, ok, err := b.handling(ctx, i, own[at].ID, in.Customer)
		if err != nil {
			return err
		}
		if ok {
			handled = append(handled, h)
		}
		in.Incidents = append(in.Incidents, *i)
	}
	in.Times = sla.MeanTimesOf(in.Window, handled)
	all, err := actionsOf(ctx, b.db, "")
	if err != nil {
		return err
	}
	for i := range all {
		x := &all[i]
		for _, a := range own {
			of := x.Agreement == a.ID || x.Incident != "" && slices.ContainsFunc(in.Incidents, func(i incident.Incident) bool {
				return i.ID == x.Incident && slices.Contains(agreementsOf(&i), a.ID)
			})
			if of && x.CreatedAt < in.Window.To && (x.ClosedAt == 0 || x.ClosedAt >= in.Window.From) {
				in.Actions = append(in.Actions, report.ReviewAction{ActionRow: actionRow(x), Agreement: a.ID})
				break
			}
		}
	}
	return nil
}

// handling is what became of an incident: for everybody, or for one customer's agreement.
func (b *bindery) handling(ctx context.Context, i *incident.Incident, agreement, customer string) (h sla.Handling, ok bool, err error) {
	stored, err := b.db.IncidentEvents(ctx, i.ID)
	if err != nil {
		return h, false, err
	}
	events, err := eventsOf(stored)
	if err != nil {
		return h, false, err
	}
	if customer == "" {
		agreement = ""
	}
	return incident.HandlingOf(events, agreement)
}
