package incident

import (
	"cmp"
	"slices"
	"strings"
)

// Trouble is a confirmed outage that looks for its incident.
type Trouble struct {
	Outage OutageRef
	Keys   []string // what it may have in common with others, as Keys makes them
	Title  string
	Cause  string // of the deciding failure, protocol's vocabulary
}

// GroupOptions bound what belongs together. Lengths are ms.
type GroupOptions struct {
	ReopenWithin int64 // an incident that ended less long before the outage began is reopened
}

// Prefixes of keys. A parent is a service, so the two match each other.
const (
	keyHost    = "host:"
	keyService = "service:"
	keyParent  = "parent:"
)

// Keys names what an outage may have in common with others: the hosts behind
// the checks that decide it, the service itself ("agreement/service"), and the
// services that it cannot be up without. Sorted, each once.
func Keys(service string, hosts, parents []string) []string {
	out := make([]string, 0, 1+len(hosts)+len(parents))
	if service != "" {
		out = append(out, keyService+service)
	}
	for _, h := range hosts {
		if h != "" {
			out = append(out, keyHost+strings.ToLower(h))
		}
	}
	for _, p := range parents {
		if p != "" && p != service {
			out = append(out, keyParent+p)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// subject is what a key is about: a service is the same as a cause and as a parent.
func subject(key string) string {
	if name, ok := strings.CutPrefix(key, keyParent); ok {
		return keyService + name
	}
	return key
}

// shares reports whether two sets of keys have a subject in common. Two services
// that need the same third one do, whether or not anything measures the third.
func shares(a, b []string) bool {
	for _, x := range a {
		for _, y := range b {
			if subject(x) == subject(y) {
				return true
			}
		}
	}
	return false
}

// Group finds the incident that an outage belongs to, among those that are open
// or ended lately, in any order: the one that knows it already; else the oldest
// unresolved one with a key in common; else the one that ended last, unless it
// ended ReopenWithin or longer before the outage began. reopen says that it was
// resolved and the outage is later than that. ok is false when a new one is due.
// at stands for the beginning of an outage that has none.
func Group(open []*Incident, t Trouble, at int64, o GroupOptions) (id string, reopen, ok bool) {
	from := cmp.Or(t.Outage.From, at)
	var best *Incident
	for _, i := range open {
		if n := i.outage(t.Outage.ID); t.Outage.ID != "" && n >= 0 {
			return i.ID, i.wants(&t.Outage, from), true
		}
		if shares(i.Causes, t.Keys) && i.near(&t.Outage, from, o.ReopenWithin) && (best == nil || i.before(best)) {
			best = i
		}
	}
	if best == nil {
		return "", false, false
	}
	return best.ID, best.wants(&t.Outage, from), true
}

// near reports whether an outage is of the incident's time.
func (i *Incident) near(o *OutageRef, from, within int64) bool {
	if o.To != 0 && i.began()-o.To >= max(within, 1) {
		return false // over long before: late results told of it
	}
	return i.Unresolved() || from-i.ResolvedAt < within
}

// wants reports whether an outage reopens the incident: it goes on, or began after the incident's end.
func (i *Incident) wants(o *OutageRef, from int64) bool {
	return !i.Unresolved() && !o.Withdrawn && (o.To == 0 || from >= i.ResolvedAt)
}

// before reports whether the incident is taken rather than another.
func (i *Incident) before(j *Incident) bool {
	if i.Unresolved() != j.Unresolved() {
		return i.Unresolved()
	}
	if i.Unresolved() {
		return cmp.Or(cmp.Compare(i.OpenedAt, j.OpenedAt), cmp.Compare(i.ID, j.ID)) < 0
	}
	return cmp.Or(cmp.Compare(j.ResolvedAt, i.ResolvedAt), cmp.Compare(i.ID, j.ID)) < 0
}

// Restored says whether the collector resolves the incident at the instant at:
// its outages have ended and none has begun for resolveAfter ms. effective is
// when the last one ended: the resolution counts from then. due is when it may
// be resolved, 0 while there is nothing to wait for: an outage goes on, the
// incident is resolved, or no probe saw it, so that only people know its end.
func Restored(i *Incident, at, resolveAfter int64) (effective, due int64, ok bool) {
	if !i.Unresolved() || i.RestoredAt == 0 || i.Down() {
		return 0, 0, false
	}
	// A person who reopens it says that it goes on, whatever is measured.
	if i.ReopenedBy != System && i.ReopenedAt > i.RestoredAt {
		return 0, 0, false
	}
	due = i.RestoredAt + resolveAfter
	return i.RestoredAt, due, at >= due
}
