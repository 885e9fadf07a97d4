package evaluate

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/probity-sla/probity/internal/contract"
	"github.com/probity-sla/probity/internal/sla"
)

// handled adds to a statement how the faults of its window were handled. What
// they add is part of the fingerprint; without incidents it stays as it was.
func (e *Evaluator) handled(ctx context.Context, a *contract.Agreement, r Request, st *sla.Statement) error {
	h, err := e.o.Records.Handled(ctx, a, r.Window, st.Overall.Credit, cmp.Or(r.AsOf, e.o.Now().UnixMilli()))
	if err != nil {
		return fmt.Errorf("agreement %s: incidents: %w", a.ID, err)
	}
	if h == nil {
		return nil
	}
	st.Handled = h
	body, err := json.Marshal(h)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(append([]byte(st.Fingerprint), body...))
	st.Fingerprint = hex.EncodeToString(sum[:])
	return nil
}

// Handled returns the live statement of an agreement with how the faults of its
// period were handled as of now: their clocks run on between two evaluations.
func (e *Evaluator) Handled(ctx context.Context, live *AgreementLive) (*sla.Statement, error) {
	st := *live.Statement
	return &st, e.handled(ctx, live.Agreement, Request{Window: st.Overall.Period}, &st)
}

// Reopen has the closed periods of an agreement that reach to an instant, ms
// UTC, looked at again: an incident of them changed.
func (e *Evaluator) Reopen(agreement string, from int64) {
	e.mu.Lock()
	defer e.mu.Unlock()
	l := e.live[agreement]
	if l == nil || from >= l.periodFrom {
		return
	}
	e.noteReopen(agreement, from)
	l.dirty = true
}
