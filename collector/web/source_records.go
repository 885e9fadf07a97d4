package web

import (
	"context"
	"io"

	"github.com/probity-sla/probity/internal/contract"
	"github.com/probity-sla/probity/internal/sla"
)

// Corrections lists what people decided about time that was observed otherwise.
type Corrections interface {
	// Corrections returns what touches the window, revoked ones too, oldest first.
	Corrections(ctx context.Context, agreement string, w sla.Window) ([]Correction, error)
	CorrectionByID(ctx context.Context, id string) (Correction, error)
}

// CorrectionDesk proposes and settles. Nothing is ever taken off the record.
type CorrectionDesk interface {
	// Propose stores c, gives it an ID, and returns it as stored. It counts once approved.
	Propose(ctx context.Context, c Correction) (Correction, error)
	// Approve lets a correction count; ErrConflict when it is approved or revoked already.
	Approve(ctx context.Context, id, by string, at int64) (Correction, error)
	// Revoke lets a correction no longer count; ErrConflict when it is revoked already.
	Revoke(ctx context.Context, id, by string, at int64) (Correction, error)
}

// Correction says that a span counts otherwise than it was observed, and who
// proposed, approved and revoked that.
type Correction struct {
	ID         string     `json:"id"`
	Agreement  string     `json:"agreement"`
	Services   []string   `json:"services"` // empty: all
	Effect     sla.Effect `json:"effect"`
	From       int64      `json:"from"` // ms UTC
	To         int64      `json:"to"`
	Reason     string     `json:"reason"`
	CreatedBy  string     `json:"created_by"`
	CreatedAt  int64      `json:"created_at"`
	ApprovedBy string     `json:"approved_by,omitempty"`
	ApprovedAt int64      `json:"approved_at,omitempty"` // 0: not approved, so it does not count
	RevokedBy  string     `json:"revoked_by,omitempty"`
	RevokedAt  int64      `json:"revoked_at,omitempty"`
}

// Calendar exchanges maintenance as iCalendar.
type Calendar interface {
	// WriteCalendar writes the maintenance of an agreement that stands or stood.
	WriteCalendar(ctx context.Context, w io.Writer, agreement string) error
	// ImportCalendar announces what is not known yet; one fault, and nothing is announced.
	ImportCalendar(ctx context.Context, agreement string, entries []contract.Planned, by string, at int64) (Imported, error)
}

// Imported says what became of the entries of a calendar, each named by its
// maintenance ID, or by its own name when it was passed over.
type Imported struct {
	Announced []string `json:"announced"`
	Known     []string `json:"known"`
	Over      []string `json:"over"` // lies in the past: to leave out past time record a correction
}

// Frozen knows the statements of closed periods as they were frozen.
type Frozen interface {
	// Revisions returns them oldest first; none when the period is not frozen.
	Revisions(ctx context.Context, agreement, label string) ([]Revision, error)
	// Revision returns one, or ErrNotFound.
	Revision(ctx context.Context, agreement, label string, number int) (*sla.Statement, error)
}

// Revision is one frozen statement of a period.
type Revision struct {
	Number      int    `json:"revision"`
	ComputedAt  int64  `json:"computed_at"` // ms UTC
	Fingerprint string `json:"fingerprint"`
}

// WhatIf computes what other terms would have made of stored history.
type WhatIf interface {
	WhatIf(ctx context.Context, q StatementQuery, terms *contract.Agreement) (*sla.Statement, error)
}

// Records is all that people decide and sign.
type Records interface {
	Corrections
	CorrectionDesk
	Calendar
	Frozen
	WhatIf
}
