package web

import (
	"context"

	"github.com/probity-sla/probity/collector/report"
)

// ServiceReport is a revision of the service report of a period, without its
// content. Once issued it never changes.
type ServiceReport struct {
	ID          string `json:"id"`
	Agreement   string `json:"agreement"`
	Period      string `json:"period"` // label
	Revision    int    `json:"revision"`
	State       string `json:"state"`      // draft, reviewed, issued
	CreatedAt   int64  `json:"created_at"` // ms UTC
	CreatedBy   string `json:"created_by"`
	UpdatedAt   int64  `json:"updated_at"` // of the content
	ReviewedAt  int64  `json:"reviewed_at,omitempty"`
	ReviewedBy  string `json:"reviewed_by,omitempty"`
	IssuedAt    int64  `json:"issued_at,omitempty"`
	IssuedBy    string `json:"issued_by,omitempty"`
	Fingerprint string `json:"fingerprint"` // of the statement
}

// ImprovementAction is what somebody will do so that it gets better, and by when.
type ImprovementAction struct {
	ID        string `json:"id"`
	Agreement string `json:"agreement"`
	Incident  string `json:"incident,omitempty"`
	Text      string `json:"text"`
	Owner     string `json:"owner"`
	Due       string `json:"due"`   // local date
	State     string `json:"state"` // open, done, dropped
	Note      string `json:"note,omitempty"`
	CreatedAt int64  `json:"created_at"`
	CreatedBy string `json:"created_by"`
	UpdatedAt int64  `json:"updated_at"`
	UpdatedBy string `json:"updated_by"`
	ClosedAt  int64  `json:"closed_at,omitempty"`
}

// Reports is what is known and done about service reports. What there is not is
// ErrNotFound, and what the state of a report does not allow ErrConflict.
type Reports interface {
	// ServiceReports returns those of an agreement, "" of all, newest first.
	ServiceReports(ctx context.Context, agreement string) ([]ServiceReport, error)
	ServiceReport(ctx context.Context, id string) (ServiceReport, *report.Model, error)
	// ReportFile is a report as pdf, html, csv or json: as it was issued, or as it stands.
	ReportFile(ctx context.Context, id, format string) ([]byte, error)
	// DraftReport makes the report of a period, or makes anew the one not issued yet.
	DraftReport(ctx context.Context, agreement, period, by string) (ServiceReport, error)
	// ReviewReport signs the draft that was made at seen; 0: whichever there is.
	ReviewReport(ctx context.Context, id, by string, seen int64) (ServiceReport, error)
	IssueReport(ctx context.Context, id, by string) (ServiceReport, error)
}

// Reviews looks back: over years, and at what was to be improved.
type Reviews interface {
	// YearReview is of one customer, or of the whole house for "".
	YearReview(ctx context.Context, customer string, year int, language, by string) (*report.Review, error)
	// Actions returns those of an agreement, "" of all, by the day they are due.
	Actions(ctx context.Context, agreement string) ([]ImprovementAction, error)
	AddAction(ctx context.Context, a ImprovementAction) (ImprovementAction, error)
	SettleAction(ctx context.Context, id, state, note, by string) error
}

// ReportSource is both; without it there are no service reports.
type ReportSource interface {
	Reports
	Reviews
}
