package store

import (
	"context"
	"testing"

	"github.com/probity-sla/probity/internal/protocol"
)

// Of an agent that was enrolled more than once the valid enrolment counts,
// whatever the clock said at each.
func TestTheValidEnrolmentIsTheNewest(t *testing.T) {
	ctx := context.Background()
	for _, tt := range []struct {
		name   string
		again  int64 // when it is enrolled anew; 0: not
		want   int64 // EnrolledAt
		active bool
	}{
		{"revoked", 0, 1000, false},
		{"enrolled anew", 3000, 3000, true},
		{"enrolled anew after the clock was set back", 500, 500, true},
	} {
		s, _ := newStoreAt(t)
		must(t, s.EnrolAgent(ctx, AgentRecord{Name: "edge", Location: "fra", Hash: "h1", EnrolledAt: 1000}))
		must(t, s.RevokeAgent(ctx, "edge", 2000))
		if tt.again != 0 {
			must(t, s.EnrolAgent(ctx, AgentRecord{Name: "edge", Location: "ams", Hash: "h2", EnrolledAt: tt.again}))
		}
		got, err := s.Agents(ctx)
		if err != nil || len(got) != 1 || got[0].Name != protocol.AgentID("edge") || got[0].EnrolledAt != tt.want || (got[0].RevokedAt == 0) != tt.active {
			t.Errorf("%s: Agents = %+v, %v; want one, enrolled at %d, active: %v", tt.name, got, err, tt.want, tt.active)
		}
	}
}
