package promapi

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/storage"
)

// The endpoints that say what there is answer from the present catalogue: start
// and end are accepted, and do not narrow it.

// series lists the label sets that match.
func (a *API) series(r *http.Request, s *Snapshot) (answer, error) {
	sets, err := a.matchersParam(r)
	if err != nil {
		return answer{}, err
	}
	if len(sets) == 0 {
		return answer{}, bad("no match[] parameter provided")
	}
	limit, err := limitParam(r)
	if err != nil {
		return answer{}, err
	}
	var found []labels.Labels
	said := map[uint64]bool{}
	q := a.querier(s, minLookback)
	most := a.o.Limits.Series
	for _, set := range sets {
		q.each(set, func(k key) {
			if h := k.labels.Hash(); !said[h] && len(found) <= most {
				said[h] = true
				found = append(found, k.labels)
			}
		})
	}
	slices.SortFunc(found, labels.Compare)
	out := answer{}
	if limit = cmp.Or(min(limit, most), most); len(found) > limit {
		found = found[:limit]
		out.warnings = out.warnings.Add(fmt.Errorf("results truncated due to limit of %d", limit))
	}
	out.data = append(out.data, '[')
	for i, l := range found {
		if i > 0 {
			out.data = append(out.data, ',')
		}
		out.data = appendLabels(out.data, l)
	}
	out.data = append(out.data, ']')
	return out, nil
}

func (a *API) labelNames(r *http.Request, s *Snapshot) (answer, error) {
	return a.names(r, s, func(q *querier, set []*labels.Matcher) ([]string, error) {
		out, _, err := q.LabelNames(r.Context(), &storage.LabelHints{}, set...)
		return out, err
	})
}

func (a *API) labelValues(r *http.Request, s *Snapshot) (answer, error) {
	name := r.PathValue("name")
	if !model.UTF8Validation.IsValidLabelName(name) {
		return answer{}, bad("invalid label name: %q", name)
	}
	return a.names(r, s, func(q *querier, set []*labels.Matcher) ([]string, error) {
		out, _, err := q.LabelValues(r.Context(), name, &storage.LabelHints{}, set...)
		return out, err
	})
}

// names answers with the union of what read returns for each match[].
func (a *API) names(r *http.Request, s *Snapshot, read func(*querier, []*labels.Matcher) ([]string, error)) (answer, error) {
	sets, err := a.matchersParam(r)
	if err != nil {
		return answer{}, err
	}
	limit, err := limitParam(r)
	if err != nil {
		return answer{}, err
	}
	if len(sets) == 0 {
		sets = [][]*labels.Matcher{nil}
	}
	all := []string{}
	q := a.querier(s, minLookback)
	for _, set := range sets {
		some, err := read(q, set)
		if err != nil {
			return answer{}, err
		}
		all = append(all, some...)
	}
	slices.Sort(all)
	all = slices.Compact(all)
	out := answer{}
	if limit > 0 && len(all) > limit {
		all = all[:limit]
		out.warnings = out.warnings.Add(fmt.Errorf("results truncated due to limit of %d", limit))
	}
	out.data, err = json.Marshal(all)
	return out, err
}

// metadata says of each metric what it is.
func (a *API) metadata(r *http.Request, _ *Snapshot) (answer, error) {
	type entry struct {
		Type string `json:"type"`
		Help string `json:"help"`
		Unit string `json:"unit"`
	}
	only := r.Form.Get("metric")
	out := map[string][]entry{}
	for _, f := range families {
		if only == "" || only == f.name {
			out[f.name] = []entry{{Type: "gauge", Help: f.help}}
		}
	}
	data, err := json.Marshal(out)
	return answer{data: data}, err
}

// buildInfo says which version of the API this is: Grafana decides by it what
// it may ask for.
func (a *API) buildInfo(*http.Request, *Snapshot) (answer, error) {
	data, err := json.Marshal(map[string]string{
		"version": upstreamVersion, "revision": a.o.Version, "branch": "probity", "buildUser": "", "buildDate": "", "goVersion": "",
	})
	return answer{data: data}, err
}

// upstreamVersion is the Prometheus whose engine answers.
const upstreamVersion = "3.16.0"

// noExemplars: there are none.
func noExemplars(*http.Request, *Snapshot) (answer, error) {
	return answer{data: []byte("[]")}, nil
}
