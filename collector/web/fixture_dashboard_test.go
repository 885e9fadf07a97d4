package web

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"time"

	"github.com/probity-sla/probity/internal/protocol"
	"github.com/probity-sla/probity/internal/sla"
)

// fixtureLink is a link and the hash of its token.
type fixtureLink struct {
	Link
	hash [sha256.Size]byte
}

func (f *fixture) CreateLink(_ context.Context, l Link) (Link, string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	l.ID = fmt.Sprintf("ln-%d", len(f.links))
	token := "token-of-" + l.ID
	f.links = append(f.links, fixtureLink{l, hashOf(token)})
	return l, token, f.fail
}

func (f *fixture) ListLinks(context.Context) ([]Link, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []Link
	for _, l := range slices.Backward(f.links) {
		out = append(out, l.Link)
	}
	return out, f.fail
}

func (f *fixture) RevokeLink(_ context.Context, id, _ string, at int64) (Link, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	i := slices.IndexFunc(f.links, func(l fixtureLink) bool { return l.ID == id })
	switch {
	case i < 0:
		return Link{}, ErrNotFound
	case f.links[i].RevokedAt != 0:
		return Link{}, ErrConflict
	}
	f.links[i].RevokedAt = at
	return f.links[i].Link, f.fail
}

// linkHolder is who holds a link's token, while the link is valid.
func (f *fixture) linkHolder(hash [sha256.Size]byte) (Principal, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, l := range f.links {
		if l.hash == hash && l.RevokedAt == 0 && l.ExpiresAt > fixtureNow.UnixMilli() {
			return Principal{ID: l.ID, Name: l.Name, Role: RoleCustomer, Customer: l.Customer, Agreements: l.Agreements}, nil
		}
	}
	return Principal{}, ErrNotFound
}

func (f *fixture) Gaps(_ context.Context, check protocol.CheckID, agent protocol.AgentID, w sla.Window) ([]protocol.Gap, error) {
	g := protocol.Gap{Check: check, From: at(10, 9, 0), To: at(10, 14, 59), Count: 719, Interval: 30 * time.Second, Reason: protocol.GapSuspended}
	if check != "aurora-shop/storefront/home" || agent != "fra-1" || g.From >= w.To || g.To < w.From {
		return nil, f.fail
	}
	return []protocol.Gap{g}, f.fail
}

func (f *fixture) Shorten(_ context.Context, id string, to int64, _ string, _ int64) (MaintenanceWindow, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	i := slices.IndexFunc(f.windows, func(m MaintenanceWindow) bool { return m.ID == id })
	switch {
	case i < 0:
		return MaintenanceWindow{}, ErrNotFound
	case f.windows[i].EndedAt != 0 || f.windows[i].CancelledAt != 0:
		return MaintenanceWindow{}, ErrConflict
	}
	f.windows[i].EndedAt = to
	return f.windows[i], f.fail
}

func fixtureLinks() []fixtureLink {
	return []fixtureLink{{Link{ID: "ln-0", Name: "Kim, Aurora Retail", Customer: "Aurora Retail GmbH", CreatedAt: at(2, 8, 0), ExpiresAt: at(40, 0, 0)}, hashOf("token-of-ln-0")}}
}
