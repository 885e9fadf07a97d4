package web

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/internal/contract"
	"github.com/probity-sla/probity/internal/sla"
)

// faultDoc is one reported fault, what became of it and, for those who read
// everything, what probes saw in the time it claims.
type faultDoc struct {
	Fault    incident.Fault `json:"fault"`
	Events   []FaultEvent   `json:"events"` // oldest first
	Evidence *evidenceDoc   `json:"evidence,omitempty"`
}

// mayReport reports whether p may send in a fault: a customer, or an operator
// for a customer on the telephone.
func mayReport(p Principal) bool { return p.Role == RoleCustomer || p.Role >= RoleOperate }

// reporter finds the agreement that a fault is reported of, for one who may.
func (s *Server) reporter(r *http.Request) (*contract.Agreement, error) {
	a, err := s.agreement(r)
	if err != nil {
		return nil, err
	}
	if p := principalOf(r); !mayReport(p) && p.ID == "" {
		return nil, errUnauthorized
	} else if !mayReport(p) {
		return nil, newProblem(http.StatusForbidden, "forbidden", "This token may not do that",
			"it has the role "+p.Role.String()+"; the role customer or operate is needed")
	}
	return a, nil
}

// postFault takes a report as JSON or as a form, and answers with its reference.
func (s *Server) postFault(w http.ResponseWriter, r *http.Request) error {
	if _, err := params(r); err != nil {
		return err
	}
	a, err := s.reporter(r)
	if err != nil {
		return err
	}
	if err := s.admitFault(w, r); err != nil {
		return err
	}
	var in faultInput
	var files []faultFile
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
		files, err = s.formFault(w, r, &in)
	} else if err = decodeUpTo(w, r, &in, maxFaultBytes); err == nil {
		files = in.files()
	}
	if err != nil {
		return err
	}
	f, err := s.report(r, a, &in, files)
	if err != nil {
		return err
	}
	w.Header().Set("Location", "/api/v1/faults/"+f.ID)
	return writeJSON(w, r, http.StatusCreated, s.faultFor(r, f))
}

func (in *faultInput) files() (files []faultFile) {
	for _, a := range in.Attachments {
		files = append(files, faultFile{a.Name, a.Data})
	}
	return files
}

// formFault reads a form whose instants are written as the API writes them.
func (s *Server) formFault(w http.ResponseWriter, r *http.Request, in *faultInput) ([]faultFile, error) {
	f, err := readFaultForm(w, r)
	if err != nil {
		return nil, err
	}
	var bad faultsOf
	for name, value := range f.fields {
		switch name {
		case "service":
			in.Service = value
		case "summary":
			in.Summary = value
		case "details":
			in.Details = value
		case "contact":
			in.Contact = value
		case "language":
			in.Language = value
		case "since", "until":
			if value == "" {
				continue
			}
			ms, err := ParseInstant(value)
			if err != nil {
				bad.add(name, "%s", err)
			}
			if name == "since" {
				in.Since = Instant(ms)
			} else {
				in.Until = Instant(ms)
			}
		default:
			bad.add(quote(name), "is not a field here")
		}
	}
	return f.files, bad.problem()
}

// report stores a checked report, and tells those who watch.
func (s *Server) report(r *http.Request, a *contract.Agreement, in *faultInput, files []faultFile) (incident.Fault, error) {
	now := s.now().UnixMilli()
	d, err := in.validate(a, files, now, principalOf(r))
	if err != nil {
		return incident.Fault{}, err
	}
	f, err := s.incidents.ReportFault(r.Context(), d)
	if err == nil {
		s.Publish(Event{Kind: "fault", Agreement: a.ID, At: now})
	}
	return f, err
}

// faultFor is a fault as whoever asks may see it: a customer is answered by the
// provider, not by one of its people.
func (s *Server) faultFor(r *http.Request, f incident.Fault) incident.Fault {
	if principalOf(r).Role == RoleCustomer {
		f.AnsweredBy = ""
	}
	return f
}

func (s *Server) getFaults(w http.ResponseWriter, r *http.Request) error {
	q, err := params(r, "agreement", "state", "cursor", "limit")
	if err != nil {
		return err
	}
	fq, err := s.faultQuery(r, q)
	if err != nil {
		return err
	}
	list, next, err := s.listFaults(r, fq)
	if err != nil {
		return err
	}
	doc := map[string]any{"faults": orEmpty(list)}
	if next != "" {
		doc["next"] = next
	}
	return writeJSON(w, r, http.StatusOK, doc)
}

var faultStates = []string{string(incident.FaultReceived), string(incident.FaultAccepted), string(incident.FaultDeclined), string(incident.FaultResolved)}

func (s *Server) faultQuery(r *http.Request, q url.Values) (FaultQuery, error) {
	fq := FaultQuery{Agreement: q.Get("agreement"), State: incident.FaultState(q.Get("state"))}
	var err error
	if fq.Before, fq.Limit, err = parsePage(q); err != nil {
		return fq, err
	}
	if fq.State != "" && !contains(faultStates, string(fq.State)) {
		return fq, invalidField("state", "must be one of "+strings.Join(faultStates, ", "))
	}
	if fq.Agreement != "" && !s.seesAgreement(r, fq.Agreement) {
		return fq, unknown("agreement", fq.Agreement, "GET /api/v1/agreements lists those in force")
	}
	if fq.Before != "" && principalOf(r).Role == RoleCustomer {
		if _, err := s.faultByID(r, fq.Before); err != nil {
			return fq, errCursor
		}
	}
	return fq, nil
}

// listFaults returns one page, newest first, of those that whoever asks may see.
func (s *Server) listFaults(r *http.Request, q FaultQuery) (page []incident.Fault, next string, err error) {
	limit := q.Limit
	q.Limit++
	var all []incident.Fault
	if q.Agreement != "" || principalOf(r).Role != RoleCustomer {
		all, err = s.incidents.Faults(r.Context(), q)
	} else {
		all, err = s.ownFaults(r, q)
	}
	if err != nil {
		return nil, "", err
	}
	page, next = cut(all, limit, func(f incident.Fault) string { return f.ID })
	page = slices.Clone(page)
	for i := range page {
		page[i] = s.faultFor(r, page[i])
	}
	return page, next, nil
}

func (s *Server) ownFaults(r *http.Request, q FaultQuery) (all []incident.Fault, err error) {
	for _, a := range s.visible(r) {
		q.Agreement = a.ID
		list, err := s.incidents.Faults(r.Context(), q)
		if err != nil {
			return nil, err
		}
		all = append(all, list...)
	}
	slices.SortStableFunc(all, func(a, b incident.Fault) int {
		return cmp.Or(cmp.Compare(b.ReportedAt, a.ReportedAt), cmp.Compare(b.ID, a.ID))
	})
	return all, nil
}

func (s *Server) fault(r *http.Request) (FaultView, error) { return s.faultByID(r, r.PathValue("id")) }

func (s *Server) faultByID(r *http.Request, id string) (FaultView, error) {
	missing := unknown("reported fault", id, "GET /api/v1/faults lists them")
	if !recordID.MatchString(id) {
		return FaultView{}, missing
	}
	v, err := s.incidents.Fault(r.Context(), id)
	if err != nil && asProblem(err).Status != http.StatusNotFound {
		return v, err
	}
	if err != nil || !s.seesAgreement(r, v.Fault.Agreement) {
		return FaultView{}, missing
	}
	v.Fault = s.faultFor(r, v.Fault)
	if principalOf(r).Role == RoleCustomer {
		v.Events = slices.Clone(v.Events)
		for i := range v.Events {
			v.Events[i].By = ""
		}
	}
	return v, nil
}

func (s *Server) getFault(w http.ResponseWriter, r *http.Request) error {
	if _, err := params(r); err != nil {
		return err
	}
	v, err := s.fault(r)
	if err != nil {
		return err
	}
	doc := faultDoc{Fault: v.Fault, Events: orEmpty(v.Events)}
	if a := s.byID(v.Fault.Agreement); a != nil && principalOf(r).Role >= RoleRead {
		seen, err := s.seen(r.Context(), a, v.Fault)
		if err != nil {
			return err
		}
		doc.Evidence = seen.doc()
	}
	return writeJSON(w, r, http.StatusOK, doc)
}

func (s *Server) getFaultAttachment(w http.ResponseWriter, r *http.Request) error {
	if _, err := params(r); err != nil {
		return err
	}
	v, err := s.fault(r)
	if err != nil {
		return err
	}
	missing := unknown("attachment", r.PathValue("n"), "GET the reported fault to see what came with it")
	n, err := strconv.Atoi(r.PathValue("n"))
	if err != nil || !slices.ContainsFunc(v.Fault.Attachments, func(a incident.Attachment) bool { return a.N == n }) {
		return missing
	}
	a, data, err := s.incidents.FaultAttachment(r.Context(), v.Fault.ID, n)
	if err != nil {
		if asProblem(err).Status == http.StatusNotFound {
			err = missing
		}
		return err
	}
	writeAttachment(w, r, a, data)
	return nil
}

// acceptance is what an operator says who accepts a reported fault.
type acceptance struct {
	Incident   string         `json:"incident"`
	Title      string         `json:"title"`
	Severity   string         `json:"severity"`
	Answer     string         `json:"answer"`
	Correction *unseenClaimed `json:"correction"`
}

// unseenClaimed is down time that no probe saw, to be counted once it is approved.
type unseenClaimed struct {
	From     Instant  `json:"from"`
	To       Instant  `json:"to"`
	Services []string `json:"services"`
	Reason   string   `json:"reason"`
}

func (s *Server) acceptFault(w http.ResponseWriter, r *http.Request) error {
	if _, err := params(r); err != nil {
		return err
	}
	v, err := s.fault(r)
	if err != nil {
		return err
	}
	var in acceptance
	if err := decodeBody(w, r, &in); err != nil {
		return err
	}
	f, err := s.accept(r, v, &in)
	if err != nil {
		return err
	}
	return writeJSON(w, r, http.StatusOK, f)
}

// accept makes a reported fault part of an incident.
func (s *Server) accept(r *http.Request, v FaultView, in *acceptance) (incident.Fault, error) {
	now := s.now().UnixMilli()
	by := principalOf(r).Name
	a := s.byID(v.Fault.Agreement)
	if a == nil {
		return v.Fault, newProblem(http.StatusConflict, "conflict", "The agreement is not in force", "decline the fault, or put the agreement in force again")
	}
	var bad faultsOf
	in.Title, in.Severity, in.Answer = strings.TrimSpace(in.Title), strings.TrimSpace(in.Severity), strings.TrimSpace(in.Answer)
	bad.text("title", in.Title, maxTitleBytes, false)
	bad.text("severity", in.Severity, maxSeverityBytes, false)
	bad.text("answer", in.Answer, maxNoteBytes, false)
	if in.Incident != "" && !recordID.MatchString(in.Incident) {
		bad.add("incident", "%s is not the ID of an incident", quote(in.Incident))
	}
	if err := bad.problem(); err != nil {
		return v.Fault, err
	}
	acc := Acceptance{Incident: in.Incident, Title: in.Title, Severity: in.Severity, Answer: in.Answer, By: by, At: now}
	if c := in.Correction; c != nil {
		down := sla.EffectDown
		p := proposal{From: c.From, To: c.To, Services: c.Services, Effect: &down, Reason: orElse(c.Reason, v.Fault.ID+": "+v.Fault.Summary)}
		if err := p.validate(a); err != nil {
			return v.Fault, under("correction", err)
		}
		acc.Correction = &Correction{Agreement: a.ID, Services: p.Services, Effect: down, From: int64(p.From), To: int64(p.To),
			Reason: p.Reason, CreatedBy: by, CreatedAt: now}
	}
	f, err := s.incidents.AcceptFault(r.Context(), v.Fault.ID, acc)
	return f, s.answered(f, now, err)
}

// under puts the fields of a problem below another.
func under(field string, err error) error {
	p := asProblem(err)
	for i := range p.Errors {
		p.Errors[i].Field = field + "." + p.Errors[i].Field
	}
	return p
}

func (s *Server) declineFault(w http.ResponseWriter, r *http.Request) error {
	if _, err := params(r); err != nil {
		return err
	}
	v, err := s.fault(r)
	if err != nil {
		return err
	}
	var in struct {
		Answer string `json:"answer"`
	}
	if err := decodeBody(w, r, &in); err != nil {
		return err
	}
	f, err := s.decline(r, v, in.Answer)
	if err != nil {
		return err
	}
	return writeJSON(w, r, http.StatusOK, f)
}

// decline answers why a reported fault is none.
func (s *Server) decline(r *http.Request, v FaultView, answer string) (incident.Fault, error) {
	now := s.now().UnixMilli()
	var bad faultsOf
	answer = strings.TrimSpace(answer)
	bad.text("answer", answer, maxNoteBytes, true)
	if err := bad.problem(); err != nil {
		return v.Fault, err
	}
	f, err := s.incidents.DeclineFault(r.Context(), v.Fault.ID, answer, principalOf(r).Name, now)
	return f, s.answered(f, now, err)
}

func (s *Server) answered(f incident.Fault, at int64, err error) error {
	if err != nil {
		return err
	}
	s.Publish(Event{Kind: "fault", Agreement: f.Agreement, At: at})
	if f.Incident != "" {
		s.Publish(Event{Kind: "incident", Agreement: f.Agreement, At: at})
	}
	return nil
}
