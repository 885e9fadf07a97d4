package contract

import (
	"math/big"
	"net/url"
	"strings"
	"time"

	"github.com/probity-sla/probity/internal/protocol"
	"github.com/probity-sla/probity/internal/sla"
)

// provable is how many intervals must fit into a budget: where one interval is
// more than a tenth of it, the edges of outages weigh more than outages do.
const provable = 10

// proof asks whether the checks of a service can see what its objective forbids.
func (l *linter) proof(path string, s *Service) {
	t := s.Terms
	for i := range s.Checks {
		c := &s.Checks[i]
		at := path + ".check[" + own(c.ID) + "].interval"
		blind := c.Interval * time.Duration(max(1, t.Consecutive.Fail))
		if least := time.Duration(t.MinOutage.Length) * time.Millisecond; least > 0 {
			if 2*blind > least {
				l.warn(at, "probe at least twice as often as the shortest outage that counts",
					"outages count from %s, and a check every %s tells no closer than %s", least, c.Interval, blind)
			}
			continue // every outage that counts is seen
		}
		if slot := time.Duration(t.Slot.Length) * time.Millisecond; slot > 0 && c.Interval > slot {
			l.warn(at, "probe at least once a slot", "slots last %s, and a check every %s leaves some without a result", slot, c.Interval)
		}
		budget, ok := l.budget(t)
		if ok && blind*provable > budget {
			l.warn(at, "shorten the interval, or say in terms.min_outage from when outages count",
				"a check every %s cannot see outages under %s; at %s the %s's budget is %d s",
				c.Interval, blind, objective(t), l.a.Period.Kind.noun(), budget/time.Second)
		}
	}
}

// objective names what a service promises.
func objective(t *sla.Terms) string {
	if t.Target.Den == 0 {
		return "this objective"
	}
	return percent(rat(t.Target)) + " %"
}

// budget is the bad time that a mean period allows, and whether there is an objective.
func (l *linter) budget(t *sla.Terms) (time.Duration, bool) {
	if t.MaxBad != nil {
		return time.Duration(*t.MaxBad) * time.Millisecond, true
	}
	target := rat(t.Target)
	if target == nil {
		return 0, false
	}
	share := new(big.Rat).Sub(big.NewRat(1, 1), target)
	share.Mul(share, big.NewRat(int64(l.meanPeriod(t)/time.Millisecond), 1))
	ms := new(big.Int).Div(share.Num(), share.Denom())
	return time.Duration(ms.Int64()) * time.Millisecond, true
}

// meanPeriod is the mean length of what counts in a period: 400 years hold
// 146,097 days.
func (l *linter) meanPeriod(t *sla.Terms) time.Duration {
	const year = 146097 * 86400 / 400 * time.Second
	length := l.a.Period.Nominal()
	switch l.a.Period.Kind {
	case Month, Billing:
		length = year / 12
	case Quarter:
		length = year / 4
	case Year:
		length = year
	}
	if t.Denominator > 0 {
		return time.Duration(t.Denominator) * time.Millisecond
	}
	if t.Hours != nil {
		length = length / (7 * 24 * 60) * (weekly(t.Hours) / time.Minute)
	}
	return length
}

// weekly is how long the service hours of a week are; ranges that overlap count once.
func weekly(c *sla.Calendar) time.Duration {
	var open [7 * 24 * 60]bool
	for _, r := range c.Weekly {
		for day, on := range r.Days {
			if !on {
				continue
			}
			to := r.To
			if to <= r.From {
				to += 86400
			}
			for m := r.From / 60; m < (to+59)/60; m++ {
				open[(day*1440+int(m))%len(open)] = true
			}
		}
	}
	n := 0
	for _, o := range open {
		if o {
			n++
		}
	}
	return time.Duration(n) * time.Minute
}

// endpoints finds rules over the checks of a service that can never change their mind.
func (l *linter) endpoints(terms, path string, s *Service) {
	if e := s.Terms.Endpoints; e.Rule == sla.AtLeast && e.K > len(s.Checks) {
		l.fail(terms+".endpoints.k", "lower k or add checks", "%d parts must be up, and %s has %d: it can never be up", e.K, path, len(s.Checks))
	}
}

// locations finds rules over locations that can never change their mind.
func (l *linter) locations(terms, at string, t *sla.Terms, c *Check) {
	n := len(c.Locations)
	if n == 0 {
		return // every location, however many there will be
	}
	if t.Probes.Rule == sla.QuorumCount && t.Probes.K > n {
		l.fail(terms+".probes.k", "lower k or name more locations", "%d locations must see it down, and %s runs at %d: it can never be down", t.Probes.K, at, n)
	}
	if t.Probes.MinValid > n {
		l.fail(terms+".probes.min_valid", "lower min_valid or name more locations", "%d locations must be valid, and %s runs at %d: it would always be unknown", t.Probes.MinValid, at, n)
	}
	if t.Probes.Rule == sla.QuorumCount && t.Probes.MinValid < t.Probes.K && t.Probes.K <= n {
		l.warn(terms+".probes.min_valid", "write min_valid = k", "with fewer than %d valid locations a total outage would count as up", t.Probes.K)
	}
}

// probing looks at how a single check is run.
func (l *linter) probing(at string, c *Check) {
	if need := 2*c.Interval + c.Timeout; l.a.Silent < need {
		l.warn("silent", "raise it to "+need.String(), "%s is shorter than two rounds of %s: a late result would raise an alert", l.a.Silent, at)
	}
	if c.HTTP == nil {
		return
	}
	for _, h := range c.HTTP.Headers {
		if strings.EqualFold(h.Name, "Authorization") || strings.EqualFold(h.Name, "Cookie") {
			if u, err := url.Parse(c.Target); err == nil && u.Scheme == "http" {
				l.warn(at+".http.header["+h.Name+"]", "write the target as https://", "it is sent unencrypted")
			}
		}
	}
	if c.HTTP.TLS != nil && c.HTTP.TLS.SkipVerify {
		l.warn(at+".tls.skip_verify", "name the authority with ca_file", "anyone could answer in the service's place, and it would count as up")
	}
}

// own is the check's own name, without its agreement and service.
func own(id protocol.CheckID) string { return string(id[strings.LastIndexByte(string(id), '/')+1:]) }
