package web

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/probity-sla/probity/internal/contract"
	"github.com/probity-sla/probity/internal/sla"
)

// choice is one filter of the form.
type choice struct {
	Name, Label, Now string
	List             []string // none: to be written
}

// maxChoices is how many values a filter offers to choose from; beyond, one writes.
const maxChoices = 60

// standing is an agreement as it stands now, for choosing and sorting.
type standing struct {
	*contract.Agreement
	live    Live
	st      *sla.Statement
	excused bool
	missed  bool
}

// overviewQuery is what of the overview is shown, and how. Its zero value shows all.
type overviewQuery struct {
	Find, Customer, Tier, Tag, State, Sort string
	Wall                                   bool
}

// Ways to choose by state, and to sort.
var (
	stateChoices = []string{"down", "degraded", "unknown", "maintenance", "up", "missed", "overdrawn"}
	sortChoices  = []string{"name", "customer", "state", "availability", "budget"}
)

func readOverviewQuery(q url.Values) (overviewQuery, error) {
	o := overviewQuery{Find: q.Get("find"), Customer: q.Get("customer"), Tier: q.Get("tier"), Tag: q.Get("tag"), State: q.Get("state"), Sort: q.Get("sort")}
	if o.State != "" && !slices.Contains(stateChoices, o.State) {
		return o, invalidField("state", "must be one of "+strings.Join(stateChoices, ", "))
	}
	if o.Sort != "" && !slices.Contains(sortChoices, o.Sort) {
		return o, invalidField("sort", "must be one of "+strings.Join(sortChoices, ", "))
	}
	switch q.Get("wall") {
	case "":
	case "1":
		o.Wall = true
	default:
		return o, invalidField("wall", "is 1, or left out")
	}
	return o, nil
}

// Narrowed reports whether anything is left out.
func (o overviewQuery) Narrowed() bool {
	o.Sort, o.Wall = "", false
	return o != overviewQuery{}
}

func (o overviewQuery) values() url.Values {
	v := url.Values{}
	for key, text := range map[string]string{"find": o.Find, "customer": o.Customer, "tier": o.Tier, "tag": o.Tag, "state": o.State, "sort": o.Sort} {
		if text != "" {
			v.Set(key, text)
		}
	}
	if o.Wall {
		v.Set("wall", "1")
	}
	return v
}

// Toggled is the link to the same with the wall put up, or taken down.
func (o overviewQuery) Toggled() string {
	o.Wall = !o.Wall
	return "/?" + o.values().Encode()
}

// ByState is the link to those in a state.
func (o overviewQuery) ByState(state string) string {
	o.State = state
	return "/?" + o.values().Encode()
}

// standings reads how each agreement stands; the running statements are at hand,
// so that a thousand cost little.
func (s *Server) standings(r *http.Request, all []*contract.Agreement) ([]standing, error) {
	out := make([]standing, 0, len(all))
	for _, a := range all {
		live, err := s.statements.Live(r.Context(), a.ID)
		if err != nil {
			return nil, err
		}
		p := s.running(a)
		st, err := s.statements.Statement(r.Context(), StatementQuery{Agreement: a.ID, Label: p.Label, Window: p.Window})
		if err != nil {
			return nil, err
		}
		b := st.Overall.Breach
		out = append(out, standing{a, live, st, live.Excused(), b != nil && *b})
	}
	return out, nil
}

// choose returns those that were asked for, in the order that was asked for.
func (o *overviewQuery) choose(all []standing) []standing {
	customer := same(o.Customer, all, func(s *standing) []string { return []string{s.Customer} })
	tier := same(o.Tier, all, func(s *standing) []string { return []string{s.Tier} })
	tag := same(o.Tag, all, func(s *standing) []string { return s.Tags })
	find := strings.ToLower(o.Find)
	var out []standing
	for i := range all {
		s := &all[i]
		if customer(s) && tier(s) && tag(s) && s.has(o.State) && strings.Contains(s.text(), find) {
			out = append(out, *s)
		}
	}
	key := o.Sort
	if key == "" && o.Wall {
		key = "state"
	}
	if by := orders[key]; by != nil {
		slices.SortStableFunc(out, by)
	}
	return out
}

// same compares a filter with the words of an agreement: whole words when there
// is such a one, else what is written is a part.
func same(want string, all []standing, words func(*standing) []string) func(*standing) bool {
	if want == "" {
		return func(*standing) bool { return true }
	}
	whole := slices.ContainsFunc(all, func(s standing) bool { return slices.Contains(words(&s), want) })
	low := strings.ToLower(want)
	return func(s *standing) bool {
		return slices.ContainsFunc(words(s), func(w string) bool {
			return w == want || !whole && strings.Contains(strings.ToLower(w), low)
		})
	}
}

// text is what a search looks into.
func (s *standing) text() string {
	return strings.ToLower(strings.Join(append([]string{s.ID, s.Name, s.Customer, s.Tier}, s.Tags...), "\n"))
}

// state is the word by which an agreement is chosen and counted. Down in
// maintenance that qualifies is a state of its own.
func (s *standing) state() string {
	switch {
	case s.excused:
		return "maintenance"
	case s.live.State == sla.Down, s.live.State == sla.Degraded, s.live.State == sla.Unknown:
		return s.live.State.String()
	}
	return "up"
}

func (s *standing) has(state string) bool {
	switch state {
	case "":
		return true
	case "missed":
		return s.missed
	case "overdrawn":
		return s.st.Overall.Target.Present() && s.st.Overall.Budget >= 0 && s.st.Overall.BudgetLeft < 0
	}
	return s.state() == state
}

// orders compare for sorting: what needs a person comes first, what has no
// figure last.
var orders = map[string]func(a, b standing) int{
	"name":     func(a, b standing) int { return cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)) },
	"customer": func(a, b standing) int { return cmp.Compare(strings.ToLower(a.Customer), strings.ToLower(b.Customer)) },
	"state": func(a, b standing) int {
		return cmp.Compare(slices.Index(stateChoices, a.state()), slices.Index(stateChoices, b.state()))
	},
	"availability": func(a, b standing) int {
		x, y := a.st.Overall.Availability, b.st.Overall.Availability
		if !x.Present() || !y.Present() {
			return cmp.Compare(rank(!x.Present()), rank(!y.Present()))
		}
		return x.Cmp(y)
	},
	"budget": func(a, b standing) int {
		x, y := &a.st.Overall, &b.st.Overall
		if x.Budget <= 0 || y.Budget <= 0 {
			return cmp.Compare(rank(x.Budget <= 0), rank(y.Budget <= 0))
		}
		return cmp.Compare(float64(x.BudgetLeft)/float64(x.Budget), float64(y.BudgetLeft)/float64(y.Budget))
	},
}

func rank(last bool) int {
	if last {
		return 1
	}
	return 0
}

// choices are the distinct values of a filter, sorted; none when there are too
// many to choose from.
func choices(all []standing, words func(*standing) []string) []string {
	seen := map[string]bool{}
	for i := range all {
		for _, w := range words(&all[i]) {
			if w != "" {
				seen[w] = true
			}
		}
		if len(seen) > maxChoices {
			return nil
		}
	}
	out := make([]string, 0, len(seen))
	for w := range seen {
		out = append(out, w)
	}
	slices.Sort(out)
	return out
}
