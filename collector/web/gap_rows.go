package web

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/probity-sla/probity/internal/protocol"
	"github.com/probity-sla/probity/internal/sla"
)

// maxGapRows bounds the gaps listed on one page, the newest first.
const maxGapRows = 50

// gapRow says why an agent has no result for a time.
type gapRow struct {
	Check    string
	Location protocol.Location
	Agent    protocol.AgentID
	protocol.Gap
	End    int64 // ms UTC: where the last missed slot ends
	Reason string
}

// fillGaps lists what agents said of missing results in the period.
func (s *Server) fillGaps(ctx context.Context, wd *words, v *agreementView) error {
	if s.gaps == nil {
		return nil
	}
	w := sla.Window{From: v.Period.From, To: min(v.Period.To, s.now().UnixMilli())}
	for i := range v.Agreement.Services {
		svc := &v.Agreement.Services[i]
		for j := range svc.Checks {
			rows, err := s.checks.Locations(ctx, svc.Checks[j].ID)
			if err != nil {
				return err
			}
			for _, row := range rows {
				list, err := s.gaps.Gaps(ctx, svc.Checks[j].ID, row.Agent, w)
				if err != nil {
					return err
				}
				for _, g := range list {
					v.Gaps = append(v.Gaps, gapRow{orElse(svc.Name, svc.ID) + " / " + checkName(&svc.Checks[j]), row.Location, row.Agent, g,
						g.To + max(g.Interval, time.Millisecond).Milliseconds(), wd.T("gap " + g.Reason.String())})
				}
			}
		}
	}
	slices.SortStableFunc(v.Gaps, func(a, b gapRow) int { return cmp.Compare(b.From, a.From) })
	v.MoreGaps = max(0, len(v.Gaps)-maxGapRows)
	v.Gaps = v.Gaps[:len(v.Gaps)-v.MoreGaps]
	return nil
}
