package contract

import (
	"fmt"
	"strings"
	"time"

	"github.com/probity-sla/probity/internal/sla"
)

// MaxSeconds bounds every length in an agreement: 100 years.
const MaxSeconds = 100 * 366 * 86400

// Compile turns the terms into those of the engine. It reports every fault at
// once, each with its path below path; local times are in zone.
func (f *TermsFile) Compile(path string, zone *time.Location) (*sla.Terms, []FieldError) {
	c := &compiler{path: path, zone: zone}
	t := &sla.Terms{}
	c.observe(f, &t.Consecutive, &t.Probes, &t.Endpoints)
	c.policies(f, t)
	c.slot(f.Slot, &t.Slot)
	c.outages(f, t)
	c.maintenance(f.Maintenance, &t.Maintenance)
	c.scope(f, t)
	c.objective(f, t)
	c.credit(f.Credit, t)
	c.requests(f, &t.Requests)
	return t, c.faults
}

// compiler collects the faults of one file of terms.
type compiler struct {
	path   string
	zone   *time.Location
	faults []FieldError
}

func (c *compiler) fault(key, hint, format string, args ...any) {
	path := key
	if c.path != "" {
		path = c.path + "." + key
	}
	c.faults = append(c.faults, FieldError{Path: path, Problem: fmt.Sprintf(format, args...), Hint: hint})
}

// word reads an enumeration; absent keeps the default.
func (c *compiler) word(key string, s *string, dst interface{ UnmarshalText([]byte) error }) {
	if s == nil {
		return
	}
	if err := dst.UnmarshalText([]byte(*s)); err != nil {
		c.fault(key, "", "%v", err)
	}
}

// oneOf reads a choice of two words as whether the second was chosen.
func (c *compiler) oneOf(key string, s *string, first, second string, dst *bool) {
	if s == nil {
		return
	}
	if *s != first && *s != second {
		c.fault(key, "", "%q is none of %s or %s", *s, first, second)
	}
	*dst = *s == second
}

// count reads a whole number of at least low.
func (c *compiler) count(key string, v *int64, low int64, dst *int64) {
	if v == nil {
		return
	}
	if *v < low || *v > 1<<40 {
		c.fault(key, "", "%d is out of range: at least %d", *v, low)
		return
	}
	*dst = *v
}

// small is count for a number of things that exist at once.
func (c *compiler) small(key string, v *int64, low int64, dst *int) {
	n := int64(*dst)
	c.count(key, v, low, &n)
	*dst = int(n)
}

// seconds reads a length in whole seconds as ms.
func (c *compiler) seconds(key string, v *int64, low int64, dst *int64) {
	if v == nil {
		return
	}
	if *v < low || *v > MaxSeconds {
		c.fault(key, "", "%d s is out of range: %d to %d", *v, low, int64(MaxSeconds))
		return
	}
	*dst = *v * 1000
}

// optional is seconds where absence means something else than 0.
func (c *compiler) optional(key string, v *int64) *int64 {
	if v == nil {
		return nil
	}
	ms := int64(0)
	c.seconds(key, v, 0, &ms)
	return &ms
}

// decimal reads a decimal string in [0, high]; absent stays absent.
func (c *compiler) decimal(key string, s *string, high int64) sla.Ratio {
	if s == nil {
		return sla.Ratio{}
	}
	r, err := sla.ParseDecimal(*s)
	if err != nil {
		c.fault(key, "", "%v", err)
		return sla.Ratio{}
	}
	if r.Cmp(sla.Of(0, 1)) < 0 || r.Cmp(sla.Of(high, 1)) > 0 {
		c.fault(key, "", "%s is out of range: 0 to %d", *s, high)
		return sla.Ratio{}
	}
	return r
}

// percent reads a percentage in [0, 100] as a share.
func (c *compiler) percent(key string, s *string) sla.Ratio {
	r := c.decimal(key, s, 100)
	r.Den *= 100
	return r
}

func (c *compiler) observe(f *TermsFile, run *sla.Consecutive, probes *sla.Probes, ends *sla.Endpoints) {
	if k := f.Consecutive; k != nil {
		c.count("consecutive.fail", k.Fail, 1, &run.Fail)
		c.count("consecutive.recover", k.Recover, 1, &run.Recover)
		run.LateStart = k.BackdateStart != nil && !*k.BackdateStart
		run.LateEnd = k.BackdateEnd != nil && !*k.BackdateEnd
	}
	if p := f.Probes; p != nil {
		c.word("probes.rule", p.Rule, &probes.Rule)
		c.small("probes.k", p.K, 1, &probes.K)
		c.small("probes.min_valid", p.MinValid, 1, &probes.MinValid)
		probes.Fraction = c.decimal("probes.fraction", p.Fraction, 1)
		switch probes.Rule {
		case sla.QuorumCount:
			if p.K == nil {
				c.fault("probes.k", "write how many locations must be down", "quorum_count needs it")
			}
		case sla.QuorumFraction, sla.HealthyFractionGT:
			if p.Fraction == nil {
				c.fault("probes.fraction", `write a decimal string such as "0.51"`, "%s needs it", probes.Rule)
			}
		}
	}
	if e := f.Endpoints; e != nil {
		c.word("endpoints.rule", e.Rule, &ends.Rule)
		c.small("endpoints.k", e.K, 1, &ends.K)
		if ends.Rule == sla.AtLeast && e.K == nil {
			c.fault("endpoints.k", "write how many parts must be up", "at_least needs it")
		}
	}
}

func (c *compiler) policies(f *TermsFile, t *sla.Terms) {
	if f.Degraded != nil {
		word, weight, weighted := strings.Cut(*f.Degraded, ":")
		c.word("degraded", &word, &t.Degraded.Rule)
		switch {
		case weighted != (t.Degraded.Rule == sla.DegradedWeight):
			c.fault("degraded", `write "up", "down" or "weight:0.3"`, "%q is none of them", *f.Degraded)
		case weighted:
			t.Degraded.Weight = c.decimal("degraded", &weight, 1)
		}
	}
	c.word("missing", f.Missing, &t.Missing.Rule)
	c.word("carry_after", f.CarryAfter, &t.Missing.After)
	if t.Missing.After == sla.MissingCarry {
		c.fault("carry_after", "write exclude, up or down", "what is left after carrying cannot be carried")
	}
	t.Missing.CarryMax = c.optional("carry_max_s", f.CarryMaxS)
}

func (c *compiler) slot(f *SlotFile, t *sla.Slot) {
	if f == nil {
		return
	}
	c.seconds("slot.s", &f.S, 1, &t.Length)
	c.word("slot.align", f.Align, &t.Align)
	if f.BadWhen == nil {
		return
	}
	word, share, shared := strings.Cut(*f.BadWhen, ":")
	c.word("slot.bad_when", &word, &t.When)
	switch {
	case shared != (t.When == sla.BadGT || t.When == sla.BadGE):
		c.fault("slot.bad_when", `write any, all, gt:0.05 or ge:0.5`, "%q is none of them", *f.BadWhen)
	case shared:
		t.Share = c.decimal("slot.bad_when", &share, 1)
	}
}

func (c *compiler) outages(f *TermsFile, t *sla.Terms) {
	c.word("outage_start", f.OutageStart, &t.Start)
	if m := f.MinOutage; m != nil {
		c.seconds("min_outage.s", &m.S, 0, &t.MinOutage.Length)
		c.word("min_outage.op", m.Op, &t.MinOutage.Op)
		c.oneOf("min_outage.counts", m.Counts, "whole", "excess", &t.MinOutage.Excess)
		c.oneOf("min_outage.measure", m.Measure, "whole", "in_period", &t.MinOutage.InPeriod)
	}
	if r := f.OutageRound; r != nil {
		c.seconds("outage_round.unit_s", &r.UnitS, 1, &t.OutageRound.Unit)
		c.word("outage_round.mode", r.Mode, &t.OutageRound.Mode)
	}
}

func (c *compiler) maintenance(f *MaintenanceFile, t *sla.MaintenanceTerms) {
	if f == nil {
		return
	}
	c.word("maintenance.treatment", f.Treatment, &t.Treatment)
	c.seconds("maintenance.min_notice_s", f.MinNoticeS, 0, &t.MinNotice)
	c.seconds("maintenance.max_window_s", f.MaxWindowS, 1, &t.MaxWindow)
	t.Cap = c.optional("maintenance.cap_s", f.CapS)
	c.word("maintenance.cap_basis", f.CapBasis, &t.CapBasis)
	c.word("maintenance.cap_per", f.CapPer, &t.CapPer)
	c.seconds("maintenance.emergency_min_notice_s", f.EmergencyMinNoticeS, 0, &t.EmergencyMinNotice)
	t.SplitsOutage = f.SplitsOutage != nil && *f.SplitsOutage
	t.EmergencyExcused = f.EmergencyExcused != nil && *f.EmergencyExcused
}
