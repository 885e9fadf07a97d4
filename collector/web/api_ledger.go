package web

import (
	"net/http"
	"sort"

	"github.com/probity-sla/probity/internal/sla"
)

// entryDoc is one span of a service's ledger: its state, and what decided it.
type entryDoc struct {
	Service string `json:"service"`
	sla.Entry
}

type ledgerDoc struct {
	Agreement   string     `json:"agreement"`
	Period      periodDoc  `json:"period"`
	Until       int64      `json:"until"` // end of what was judged
	Fingerprint string     `json:"fingerprint"`
	Entries     []entryDoc `json:"entries"`
	Next        string     `json:"next,omitempty"` // cursor of the next page; absent on the last
}

// getLedger pages through every span of every service: service by service,
// oldest first. A page starts at a place in time, so that entries which later
// results add before it do not repeat or skip those after it.
func (s *Server) getLedger(w http.ResponseWriter, r *http.Request) error {
	table, err := wantsCSV(r)
	if err != nil {
		return err
	}
	st, err := s.statement(r, "service", "cursor", "limit", "format")
	if err != nil {
		return err
	}
	q := r.URL.Query()
	limit, err := parseLimit(q, defaultLimit, maxLimit)
	if err != nil {
		return err
	}
	at, err := parseCursor(q.Get("cursor"))
	if err != nil {
		return err
	}
	only := q.Get("service")
	if only != "" && serviceOf(st, only) == nil {
		return unknown("service", only, "GET the agreement to see its services")
	}
	if notModified(w, r, etagOf(st, r.URL.RawQuery+formatTag(table))) {
		return nil
	}
	doc := ledgerDoc{
		Agreement: st.Agreement, Until: st.Overall.Until, Fingerprint: st.Fingerprint, Entries: []entryDoc{},
		Period: periodDoc{st.Label, st.Overall.Period.From, st.Overall.Period.To},
	}
	doc.Entries, doc.Next = pageOf(st, only, at, limit)
	if table {
		if doc.Next != "" {
			next := r.URL.Query()
			next.Set("cursor", doc.Next)
			w.Header().Set("Link", "<"+r.URL.Path+"?"+next.Encode()+`>; rel="next"`)
		}
		return writeCSV(w, r, st.Agreement+"-ledger", entryRows(doc.Entries))
	}
	return writeJSON(w, r, http.StatusOK, doc)
}

func pageOf(st *sla.Statement, only string, at cursor, limit int) (page []entryDoc, next string) {
	page = []entryDoc{}
	for i := at.service; i < len(st.Services); i++ {
		svc := &st.Services[i]
		if only != "" && svc.Service != only {
			continue
		}
		ledger := svc.Verdict.Ledger
		first := 0
		if i == at.service {
			first = sort.Search(len(ledger), func(j int) bool { return ledger[j].From >= at.from })
		}
		for _, e := range ledger[first:] {
			if len(page) == limit {
				return page, cursor{i, e.From}.String()
			}
			page = append(page, entryDoc{svc.Service, e})
		}
	}
	return page, ""
}

func serviceOf(st *sla.Statement, id string) *sla.ServiceStatement {
	for i := range st.Services {
		if st.Services[i].Service == id {
			return &st.Services[i]
		}
	}
	return nil
}

type outageDoc struct {
	Service string `json:"service"`
	sla.Outage
}

// getOutages lists the outages of the same account that the statement gives.
func (s *Server) getOutages(w http.ResponseWriter, r *http.Request) error {
	table, err := wantsCSV(r)
	if err != nil {
		return err
	}
	st, err := s.statement(r, "service", "format")
	if err != nil {
		return err
	}
	only := r.URL.Query().Get("service")
	if only != "" && serviceOf(st, only) == nil {
		return unknown("service", only, "GET the agreement to see its services")
	}
	if notModified(w, r, etagOf(st, "outages "+only+formatTag(table))) {
		return nil
	}
	docs := []outageDoc{}
	for _, svc := range st.Services {
		for _, o := range svc.Verdict.Outages {
			if only == "" || only == svc.Service {
				docs = append(docs, outageDoc{svc.Service, o})
			}
		}
	}
	if table {
		return writeCSV(w, r, st.Agreement+"-outages", outageRows(docs))
	}
	return writeJSON(w, r, http.StatusOK, map[string]any{
		"agreement": st.Agreement, "period": periodDoc{st.Label, st.Overall.Period.From, st.Overall.Period.To},
		"until": st.Overall.Until, "outages": docs,
	})
}
