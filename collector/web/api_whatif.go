package web

import (
	"net/http"

	"github.com/probity-sla/probity/internal/contract"
	"github.com/probity-sla/probity/internal/sla"
)

// postWhatIf accounts for a window twice: as agreed, and under the terms in the
// body. It stores nothing, so reading is enough.
func (s *Server) postWhatIf(w http.ResponseWriter, r *http.Request) error {
	q, err := params(r, "period", "from", "to")
	if err != nil {
		return err
	}
	a, err := s.agreement(r)
	if err != nil {
		return err
	}
	sp, err := parseSpan(q)
	if err != nil {
		return err
	}
	sq, err := s.window(a, sp)
	if err != nil {
		return err
	}
	data, err := readText(w, r, "application/toml", contract.MaxFileBytes)
	if err != nil {
		return err
	}
	// Terms only: a whole agreement could name files of the collector's machine.
	terms, faults := a.InsteadTerms("terms", data)
	if len(faults) > 0 {
		return faultProblem("terms", faults)
	}
	agreed, err := s.statements.Statement(r.Context(), sq)
	if err != nil {
		return err
	}
	instead, err := s.records.WhatIf(r.Context(), sq, terms)
	if err != nil {
		return err
	}
	return writeJSON(w, r, http.StatusOK, map[string]*sla.Statement{"agreed": withoutLedgers(agreed), "instead": withoutLedgers(instead)})
}
