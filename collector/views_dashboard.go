package collector

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/probity-sla/probity/collector/store"
	"github.com/probity-sla/probity/collector/web"
	"github.com/probity-sla/probity/internal/protocol"
	"github.com/probity-sla/probity/internal/sla"
)

// linkPrefix begins the IDs of tokens that were made as links for customers.
const linkPrefix = "ln"

// CreateLink makes a token that opens a customer's agreements.
func (v views) CreateLink(ctx context.Context, l web.Link) (web.Link, string, error) {
	token, hash := newToken("pt")
	t := store.TokenRecord{
		ID: newID(linkPrefix), Name: l.Name, Role: roleCustomer, Hash: hash, CreatedAt: v.c.now().UnixMilli(),
		Customer: l.Customer, Agreements: l.Agreements, ExpiresAt: l.ExpiresAt,
	}
	if err := v.c.db.CreateToken(ctx, t); err != nil {
		return web.Link{}, "", err
	}
	return linkView(&t), token, nil
}

func linkView(t *store.TokenRecord) web.Link {
	agreements := t.Agreements
	if agreements == nil {
		agreements = []string{}
	}
	return web.Link{
		ID: t.ID, Name: t.Name, Customer: t.Customer, Agreements: agreements,
		CreatedAt: t.CreatedAt, ExpiresAt: t.ExpiresAt, RevokedAt: t.RevokedAt,
	}
}

// ListLinks lists them, newest first.
func (v views) ListLinks(ctx context.Context) ([]web.Link, error) {
	tokens, err := v.c.db.Tokens(ctx)
	out := []web.Link{}
	for i := range slices.Backward(tokens) {
		if strings.HasPrefix(tokens[i].ID, linkPrefix+"-") {
			out = append(out, linkView(&tokens[i]))
		}
	}
	return out, err
}

// RevokeLink ends a link.
func (v views) RevokeLink(ctx context.Context, id, _ string, at int64) (web.Link, error) {
	if !strings.HasPrefix(id, linkPrefix+"-") {
		return web.Link{}, fmt.Errorf("link %q: %w", id, web.ErrNotFound)
	}
	if err := v.c.db.RevokeToken(ctx, id, at); err != nil {
		return web.Link{}, inWebWords(err)
	}
	all, err := v.ListLinks(ctx)
	if n := slices.IndexFunc(all, func(l web.Link) bool { return l.ID == id }); n >= 0 {
		return all[n], err
	}
	return web.Link{}, errors.Join(err, web.ErrNotFound)
}

// Gaps says why results are missing, where an agent told.
func (v views) Gaps(ctx context.Context, check protocol.CheckID, agent protocol.AgentID, w sla.Window) ([]protocol.Gap, error) {
	return v.c.db.Gaps(ctx, check, agent, w.From, w.To)
}

// Shorten lets a single window end sooner.
func (v views) Shorten(ctx context.Context, id string, to int64, by string, at int64) (web.MaintenanceWindow, error) {
	m, err := v.c.db.MaintenanceByID(ctx, id)
	switch {
	case err != nil:
		return web.MaintenanceWindow{}, inWebWords(err)
	case m.CreatedBy == byFile:
		return web.MaintenanceWindow{}, inWebWords(fmt.Errorf("maintenance %s %w", id, errInFile))
	case m.To <= at:
		return web.MaintenanceWindow{}, inWebWords(fmt.Errorf("maintenance %s %w", id, errOver))
	}
	if err := v.c.db.EndMaintenance(ctx, id, by, to); err != nil {
		return web.MaintenanceWindow{}, inWebWords(err)
	}
	return v.MaintenanceByID(ctx, id)
}
