package web

import (
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/probity-sla/probity/internal/contract"
)

// Bounds of what is asked and swapped.
const (
	onCallAhead      = 28 * 24 * time.Hour // shown without from and to
	maxOnCallWindow  = 366 * 24 * time.Hour
	maxOverride      = 92 * 24 * time.Hour
	maxOverrideAhead = 2 * 366 * 24 * time.Hour
)

// overrideInput is what a person says who swaps.
type overrideInput struct {
	Rotation string  `json:"rotation"`
	Person   string  `json:"person"`
	From     Instant `json:"from"`
	To       Instant `json:"to"`
}

// onCallWindow is the window that is asked for; four weeks from now without any.
func (s *Server) onCallWindow(q url.Values) (from, to int64, err error) {
	sp, err := parseSpan(url.Values{"from": q["from"], "to": q["to"]})
	if err != nil {
		return 0, 0, err
	}
	if sp.From == 0 {
		now := s.now()
		return now.UnixMilli(), now.Add(onCallAhead).UnixMilli(), nil
	}
	if sp.To-sp.From > maxOnCallWindow.Milliseconds() {
		return 0, 0, invalidField("to", "shifts are listed for at most a year at once")
	}
	return sp.From, sp.To, nil
}

func (s *Server) getOnCall(w http.ResponseWriter, r *http.Request) error {
	q, err := params(r, "from", "to")
	if err != nil {
		return err
	}
	from, to, err := s.onCallWindow(q)
	if err != nil {
		return err
	}
	list, err := s.incidents.Rotations(r.Context(), from, to)
	if err != nil {
		return err
	}
	list = slices.Clone(list)
	for i := range list {
		list[i].People, list[i].Shifts, list[i].Overrides = orEmpty(list[i].People), orEmpty(list[i].Shifts), orEmpty(list[i].Overrides)
	}
	return writeJSON(w, r, http.StatusOK, map[string]any{"from": from, "to": to, "rotations": orEmpty(list)})
}

func (s *Server) postOverride(w http.ResponseWriter, r *http.Request) error {
	if _, err := params(r); err != nil {
		return err
	}
	var in overrideInput
	if err := decodeBody(w, r, &in); err != nil {
		return err
	}
	o, err := s.override(r, &in)
	if err != nil {
		return err
	}
	return writeJSON(w, r, http.StatusCreated, o)
}

// override checks a swap and stores it. Whether the person and the rotation are
// known, the desk says.
func (s *Server) override(r *http.Request, in *overrideInput) (Override, error) {
	now := s.now().UnixMilli()
	var bad faultsOf
	bad.text("rotation", in.Rotation, contract.MaxIDLength, true)
	bad.text("person", in.Person, maxOwnerBytes, true)
	from, to := int64(in.From), int64(in.To)
	switch {
	case from == 0:
		bad.add("from", "is missing")
	case from > now+maxOverrideAhead.Milliseconds():
		bad.add("from", "lies more than two years ahead")
	}
	switch {
	case to <= from:
		bad.add("to", "must be later than from")
	case to <= now:
		bad.add("to", "lies in the past: who was called is on record")
	case to-from > maxOverride.Milliseconds():
		bad.add("to", "an override is at most 92 days long")
	}
	if err := bad.problem(); err != nil {
		return Override{}, err
	}
	o, err := s.incidents.AddOverride(r.Context(), Override{Rotation: in.Rotation, Person: in.Person, From: from, To: to,
		CreatedBy: principalOf(r).Name, CreatedAt: now})
	if err == nil {
		s.Publish(Event{Kind: "oncall", At: now})
	}
	return o, err
}

func (s *Server) revokeOverride(w http.ResponseWriter, r *http.Request) error {
	if _, err := params(r); err != nil {
		return err
	}
	o, err := s.revoke(r)
	if err != nil {
		return err
	}
	return writeJSON(w, r, http.StatusOK, o)
}

// revoke ends the override that the path names.
func (s *Server) revoke(r *http.Request) (Override, error) {
	id, now := r.PathValue("id"), s.now().UnixMilli()
	missing := unknown("override", id, "GET /api/v1/oncall lists them")
	if !recordID.MatchString(id) {
		return Override{}, missing
	}
	o, err := s.incidents.RevokeOverride(r.Context(), id, principalOf(r).Name, now)
	if err != nil {
		if asProblem(err).Status == http.StatusNotFound {
			err = missing
		}
		return o, err
	}
	s.Publish(Event{Kind: "oncall", At: now})
	return o, nil
}
