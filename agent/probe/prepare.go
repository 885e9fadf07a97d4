package probe

import (
	"crypto/x509"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"sync"
	"sync/atomic"
	"time"

	"github.com/probity-sla/probity/internal/protocol"
)

// A plan is a check with everything compiled that a run needs: expressions,
// TLS settings, the bytes to send. It does not change and serves many runs.
type plan interface {
	probe(*run) *fault
}

// Validate says why a check cannot be run, naming the key; nil when it can.
func Validate(check *protocol.Check) error {
	_, err := prepare(check, new(planCache))
	return err
}

func prepare(check *protocol.Check, c *planCache) (plan, error) {
	switch check.Kind {
	case protocol.KindHTTP:
		return prepareHTTP(check, c)
	case protocol.KindTCP:
		return prepareTCP(check, c)
	case protocol.KindDNS:
		return prepareDNS(check)
	case protocol.KindICMP:
		return prepareICMP(check)
	}
	return nil, fmt.Errorf("kind: %q is none of http, tcp, dns, icmp", check.Kind)
}

// A plan not used for planIdle is dropped when the cache next doubles: its
// check is longer than any interval out of the assignment.
const planIdle = protocol.MaxInterval + time.Hour

// planCache keeps one plan per check id.
type planCache struct {
	mu      sync.RWMutex
	plans   map[protocol.CheckID]*cachedPlan
	sweepAt int
	pools   map[string]*x509.CertPool // by the PEM text: checks often share a CA
}

type cachedPlan struct {
	check atomic.Pointer[protocol.Check]
	used  atomic.Int64 // Unix seconds
	plan  plan
	err   error
}

// get returns the plan of a check, compiled when the check is new or changed.
func (c *planCache) get(check *protocol.Check) (plan, error) {
	c.mu.RLock()
	known := c.plans[check.ID]
	c.mu.RUnlock()
	if known != nil {
		if was := known.check.Load(); was == check || reflect.DeepEqual(was, check) {
			known.check.Store(check)
			known.used.Store(time.Now().Unix())
			return known.plan, known.err
		}
	}
	fresh := new(cachedPlan)
	fresh.check.Store(check)
	fresh.used.Store(time.Now().Unix())
	fresh.plan, fresh.err = prepare(check, c)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.plans == nil {
		c.plans = make(map[protocol.CheckID]*cachedPlan)
	}
	c.plans[check.ID] = fresh
	if len(c.plans) > c.sweepAt {
		c.sweep()
	}
	return fresh.plan, fresh.err
}

func (c *planCache) sweep() {
	oldest := time.Now().Add(-planIdle).Unix()
	for id, p := range c.plans {
		if p.used.Load() < oldest {
			delete(c.plans, id)
		}
	}
	c.sweepAt = max(64, 2*len(c.plans))
	c.pools = nil
}

// pool returns the system's roots and those in pem.
func (c *planCache) pool(pem string) (*x509.CertPool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if p := c.pools[pem]; p != nil {
		return p, nil
	}
	p, err := x509.SystemCertPool()
	if err != nil {
		p = x509.NewCertPool()
	}
	if !p.AppendCertsFromPEM([]byte(pem)) {
		return nil, errors.New("ca_pem: no certificate found; expected PEM blocks of type CERTIFICATE")
	}
	if c.pools == nil {
		c.pools = make(map[string]*x509.CertPool)
	}
	c.pools[pem] = p
	return p, nil
}

// compile compiles an RE2 expression; "" is none.
func compile(key, expr string) (*regexp.Regexp, error) {
	if expr == "" {
		return nil, nil
	}
	re, err := regexp.Compile(expr)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", key, err)
	}
	return re, nil
}
