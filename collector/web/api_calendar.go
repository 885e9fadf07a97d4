package web

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/probity-sla/probity/internal/contract"
)

// maxFaults bounds how many faults of one body are told.
const maxFaults = 100

// getCalendar serves an agreement's maintenance to calendar programs.
func (s *Server) getCalendar(w http.ResponseWriter, r *http.Request) error {
	if _, err := params(r); err != nil {
		return err
	}
	a, err := s.agreement(r)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := s.records.WriteCalendar(r.Context(), &b, a.ID); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/calendar; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Disposition", `inline; filename="`+a.ID+`.ics"`)
	if r.Method != http.MethodHead {
		w.Write(b.Bytes())
	}
	return nil
}

// postCalendar announces what a calendar holds and is not known yet: all of it, or nothing.
func (s *Server) postCalendar(w http.ResponseWriter, r *http.Request) error {
	if _, err := params(r); err != nil {
		return err
	}
	a, err := s.agreement(r)
	if err != nil {
		return err
	}
	data, err := readText(w, r, "text/calendar", contract.MaxICSBytes)
	if err != nil {
		return err
	}
	entries, faults := contract.ParseICS(data)
	if len(faults) > 0 {
		return faultProblem("calendar", faults)
	}
	now := s.now().UnixMilli()
	in, err := s.records.ImportCalendar(r.Context(), a.ID, entries, principalOf(r).Name, now)
	if err != nil {
		return err
	}
	if len(in.Announced) > 0 {
		s.Publish(Event{Kind: "maintenance", Agreement: a.ID, At: now})
	}
	return writeJSON(w, r, http.StatusOK, Imported{orEmpty(in.Announced), orEmpty(in.Known), orEmpty(in.Over)})
}

// readText reads a body of one media type, bounded.
func readText(w http.ResponseWriter, r *http.Request, mediaType string, most int64) ([]byte, error) {
	if ct, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";"); !strings.EqualFold(strings.TrimSpace(ct), mediaType) {
		return nil, newProblem(http.StatusUnsupportedMediaType, "media-type", "The body must be "+mediaType, `send "Content-Type: `+mediaType+`"`)
	}
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, most))
	var big *http.MaxBytesError
	if err != nil && !errors.As(err, &big) {
		return nil, invalidField("body", "did not arrive whole")
	}
	return data, err
}

// faultProblem tells every fault of a text that somebody wrote, each under its own key.
func faultProblem(body string, faults []contract.FieldError) *Problem {
	fields := make([]FieldProblem, 0, min(len(faults), maxFaults+1))
	for _, f := range faults[:min(len(faults), maxFaults)] {
		where := body
		if f.Path != "" {
			where += ": " + quote(f.Path)
		}
		f.File, f.Path = "", ""
		fields = append(fields, FieldProblem{where, f.Error()})
	}
	if len(faults) > maxFaults {
		fields = append(fields, FieldProblem{body, "has more faults than are told at once"})
	}
	return invalid(fields...)
}
