package web

import (
	"context"

	"github.com/probity-sla/probity/internal/protocol"
	"github.com/probity-sla/probity/internal/sla"
)

// Links hands out what opens a customer's agreements without a log-in: each link
// is a token of the role customer, which Auth knows by its hash until it expires
// or is revoked.
type Links interface {
	// CreateLink stores l, gives it an ID, and returns it with its token, which
	// nobody is told again.
	CreateLink(ctx context.Context, l Link) (stored Link, token string, err error)
	// ListLinks returns them newest first, those revoked or expired too.
	ListLinks(ctx context.Context) ([]Link, error)
	// RevokeLink ends a link; ErrConflict when it was revoked before.
	RevokeLink(ctx context.Context, id, by string, at int64) (Link, error)
}

// Link is a customer's way in, without its token.
type Link struct {
	ID         string   `json:"id"`
	Name       string   `json:"name"` // whom it was made for, "Kim, Aurora Retail"
	Customer   string   `json:"customer"`
	Agreements []string `json:"agreements"` // empty: all of the customer
	CreatedAt  int64    `json:"created_at"` // ms UTC
	ExpiresAt  int64    `json:"expires_at"`
	RevokedAt  int64    `json:"revoked_at,omitempty"`
}

// Gaps knows why results are missing, where an agent said so.
type Gaps interface {
	// Gaps returns what touches the window, oldest first.
	Gaps(ctx context.Context, check protocol.CheckID, agent protocol.AgentID, w sla.Window) ([]protocol.Gap, error)
}

// Shortener lets announced maintenance end before it was to.
type Shortener interface {
	// Shorten lets a single window end at to, which web holds to lie after at and
	// inside the window. It returns ErrConflict when the window is over, was
	// cancelled or shortened before, or is written in the agreement's file.
	Shorten(ctx context.Context, id string, to int64, by string, at int64) (MaintenanceWindow, error)
}
