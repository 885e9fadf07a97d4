package collector

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/probity-sla/probity/collector/evaluate"
	"github.com/probity-sla/probity/collector/store"
	"github.com/probity-sla/probity/internal/contract"
	"github.com/probity-sla/probity/internal/sla"
)

// records gives evaluate what people decided, as the store keeps it.
type records struct {
	db  *store.Store
	dir string // of the agreements: what an earlier revision names relative to itself
}

// Exclusions returns the maintenance and corrections that touch w, as they stood at asOf.
func (r records) Exclusions(ctx context.Context, a *contract.Agreement, w sla.Window, asOf int64) (*evaluate.Exclusions, error) {
	out := &evaluate.Exclusions{}
	ms, err := r.db.Maintenance(ctx, a.ID, w.From, w.To)
	if err != nil {
		return nil, err
	}
	for i := range ms {
		if !stoodAt(&ms[i], asOf) {
			continue
		}
		windows, err := occurrences(&ms[i], w)
		if err != nil {
			return nil, fmt.Errorf("maintenance %s: %w", ms[i].ID, err)
		}
		for _, win := range windows {
			out.Maintenance = append(out.Maintenance, evaluate.Maintenance{
				Maintenance: win, Services: ms[i].Services, Reason: ms[i].Reason, By: ms[i].CreatedBy,
			})
		}
	}
	cs, err := r.db.Corrections(ctx, a.ID, w.From, w.To)
	if err != nil {
		return nil, err
	}
	for _, c := range cs {
		out.Adjustments = append(out.Adjustments, evaluate.Adjustment{Services: c.Services, By: c.CreatedBy, Adjustment: sla.Adjustment{
			ID: c.ID, From: c.From, To: c.To, Effect: c.Effect, Reason: c.Reason,
			ApprovedBy: c.ApprovedBy, ApprovedAt: c.ApprovedAt, RevokedAt: c.RevokedAt,
		}})
	}
	return out, nil
}

// stoodAt undoes what happened to a record after asOf, and reports whether it
// had been announced by then.
func stoodAt(m *store.MaintenanceRecord, asOf int64) bool {
	if asOf == 0 {
		return true
	}
	if m.CancelledAt > asOf {
		m.CancelledAt = 0
	}
	if m.EndedAt > asOf {
		m.EndedAt = 0
	}
	return m.AnnouncedAt <= asOf
}

// SaveStatement freezes a statement.
func (r records) SaveStatement(ctx context.Context, s *sla.Statement) (int, error) {
	return r.db.SaveStatement(ctx, s)
}

// Frozen returns the newest statement of a period that was frozen by asOf.
func (r records) Frozen(ctx context.Context, agreement, label string, asOf int64) (*sla.Statement, error) {
	revision := 0 // the newest
	if asOf != 0 {
		all, err := r.db.StatementRevisions(ctx, agreement, label)
		if err != nil {
			return nil, err
		}
		for _, x := range all {
			if x.ComputedAt <= asOf {
				revision = max(revision, x.Revision)
			}
		}
		if revision == 0 {
			return nil, nil
		}
	}
	s, err := r.db.Statement(ctx, agreement, label, revision)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	return s, err
}

// InForce returns the revision of an agreement that had been loaded last at an instant.
func (r records) InForce(ctx context.Context, id string, at int64) (string, error) {
	loads, err := r.db.AgreementLoads(ctx, id)
	revision := ""
	for _, x := range loads {
		if x.At <= at {
			revision = x.Revision
		}
	}
	return revision, err
}

// AgreementAt parses an agreement as it read in an earlier revision.
func (r records) AgreementAt(ctx context.Context, id, revision string) (*contract.Agreement, error) {
	all, err := r.db.AgreementRevisions(ctx, id)
	if err != nil {
		return nil, err
	}
	for _, x := range all {
		if x.Revision == revision {
			a, faults := contract.Parse(filepath.Join(r.dir, id+".toml@"+revision[:12]), x.Source)
			return a, contract.Join(faults)
		}
	}
	return nil, fmt.Errorf("agreement %s revision %.12s: %w", id, revision, store.ErrNotFound)
}

// Vantages lists the agents and where they stand.
func (r records) Vantages(ctx context.Context) ([]evaluate.Vantage, error) {
	agents, err := r.db.Agents(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]evaluate.Vantage, len(agents))
	for i, a := range agents {
		out[i] = evaluate.Vantage{Agent: a.Name, Location: a.Location, Active: a.RevokedAt == 0}
	}
	return out, nil
}

// loadAgreements loads a directory of agreements whole, or says every fault.
func loadAgreements(dir string) (*contract.Set, error) {
	set, faults := contract.LoadDir(dir)
	if err := contract.Join(faults); err != nil {
		return nil, err
	}
	return set, nil
}
