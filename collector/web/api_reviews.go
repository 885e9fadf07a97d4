package web

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/collector/report"
)

// Years that a review may be of.
const (
	minReviewYear = 2000
	maxReviewYear = 2200
)

// yearReview makes the review that is asked for: of a customer and a year, the
// whole house and this year where they are not named.
func (s *Server) yearReview(r *http.Request, q url.Values, language string) (*report.Review, error) {
	year := s.now().UTC().Year()
	if text := q.Get("year"); text != "" {
		var err error
		if year, err = strconv.Atoi(text); err != nil || year < minReviewYear || year > maxReviewYear {
			return nil, invalidField("year", "is not between 2000 and 2200")
		}
	}
	customer := q.Get("customer")
	if customer != "" && !slices.Contains(s.customers(), customer) {
		return nil, invalidField("customer", "no agreement in force is with "+quote(customer))
	}
	return s.reports.YearReview(r.Context(), customer, year, language, principalOf(r).Name)
}

// customers lists those of the agreements in force, by name.
func (s *Server) customers() []string {
	var out []string
	for _, a := range s.catalogue.Agreements() {
		out = append(out, a.Customer)
	}
	slices.Sort(out)
	return slices.DeleteFunc(slices.Compact(out), func(c string) bool { return c == "" })
}

func (s *Server) getYearReview(w http.ResponseWriter, r *http.Request) error {
	q, err := params(r, "customer", "year", "language", "format")
	if err != nil {
		return err
	}
	format, mime, err := formatAsked(q.Get("format"), "json")
	if err != nil {
		return err
	}
	if l := q.Get("language"); l != "" && byTag(l) == nil {
		return invalidField("language", "is not en or zh-CN")
	}
	v, err := s.yearReview(r, q, q.Get("language"))
	if err != nil {
		return err
	}
	var b bytes.Buffer
	write := map[string]func(io.Writer, report.Report) error{
		"pdf": report.WritePDF, "html": report.WriteHTML, "csv": report.WriteCSV, "json": report.WriteJSON,
	}[format]
	if err := write(&b, v); err != nil {
		return err
	}
	writeFile(w, r, "review-"+v.Label+"."+format, format, mime, b.Bytes())
	return nil
}

func (s *Server) getActions(w http.ResponseWriter, r *http.Request) error {
	q, err := params(r, "agreement", "open")
	if err != nil {
		return err
	}
	list, err := s.listActions(r, q)
	if err != nil {
		return err
	}
	return writeJSON(w, r, http.StatusOK, map[string]any{"actions": list})
}

func (s *Server) listActions(r *http.Request, q url.Values) ([]ImprovementAction, error) {
	open := q.Get("open")
	if open != "" && open != "true" && open != "false" {
		return nil, invalidField("open", "is not true or false")
	}
	list, err := s.reports.Actions(r.Context(), q.Get("agreement"))
	if open == "true" {
		list = slices.DeleteFunc(slices.Clone(list), func(a ImprovementAction) bool { return a.State != incident.ActionOpen })
	}
	return orEmpty(list), err
}

// improvementInput is what a person says of a new action.
type improvementInput struct {
	Text  string `json:"text"`
	Owner string `json:"owner"`
	Due   string `json:"due"`
}

func (s *Server) postAction(w http.ResponseWriter, r *http.Request) error {
	if _, err := params(r); err != nil {
		return err
	}
	var in improvementInput
	if err := decodeBody(w, r, &in); err != nil {
		return err
	}
	a, err := s.agreement(r)
	if err != nil {
		return err
	}
	x, err := s.addAction(r, a.ID, &in)
	if err != nil {
		return err
	}
	return writeJSON(w, r, http.StatusCreated, x)
}

func (s *Server) addAction(r *http.Request, agreement string, in *improvementInput) (ImprovementAction, error) {
	var bad faultsOf
	bad.text("text", in.Text, maxActionText, true)
	bad.text("owner", in.Owner, maxOwnerBytes, true)
	if _, err := time.Parse(time.DateOnly, in.Due); err != nil {
		bad.add("due", "is no date; write 2026-12-15")
	}
	if err := bad.problem(); err != nil {
		return ImprovementAction{}, err
	}
	x, err := s.reports.AddAction(r.Context(), ImprovementAction{Agreement: agreement, Text: in.Text, Owner: in.Owner, Due: in.Due,
		CreatedBy: principalOf(r).Name, CreatedAt: s.now().UnixMilli()})
	if err == nil {
		s.reportChanged(agreement)
	}
	return x, err
}

// maxActionText bounds what is said of an action, and what came of it.
const maxActionText = 2000

// settleInput is what became of an action.
type settleInput struct {
	State string `json:"state"`
	Note  string `json:"note"`
}

func (s *Server) postSettle(w http.ResponseWriter, r *http.Request) error {
	if _, err := params(r); err != nil {
		return err
	}
	var in settleInput
	if err := decodeBody(w, r, &in); err != nil {
		return err
	}
	x, err := s.settleAction(r, r.PathValue("id"), &in)
	if err != nil {
		return err
	}
	return writeJSON(w, r, http.StatusOK, x)
}

func (s *Server) settleAction(r *http.Request, id string, in *settleInput) (ImprovementAction, error) {
	var none ImprovementAction
	var bad faultsOf
	if !slices.Contains([]string{incident.ActionOpen, incident.ActionDone, incident.ActionDropped}, in.State) {
		bad.add("state", "is not open, done or dropped")
	}
	bad.text("note", in.Note, maxActionText, false)
	if err := bad.problem(); err != nil {
		return none, err
	}
	missing := unknown("action", id, "GET /api/v1/actions lists them")
	if err := s.reports.SettleAction(r.Context(), id, in.State, in.Note, principalOf(r).Name); err != nil {
		if asProblem(err).Status == http.StatusNotFound {
			err = missing
		}
		return none, err
	}
	all, err := s.reports.Actions(r.Context(), "")
	if err != nil {
		return none, err
	}
	i := slices.IndexFunc(all, func(a ImprovementAction) bool { return a.ID == id })
	if i < 0 {
		return none, missing
	}
	s.reportChanged(all[i].Agreement)
	return all[i], nil
}
