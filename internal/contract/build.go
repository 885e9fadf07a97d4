package contract

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/probity-sla/probity/internal/sla"
)

// What a key that is left out means.
const (
	DefaultInterval = time.Minute
	DefaultTimeout  = 10 * time.Second // or the interval, if that is shorter
	DefaultSilent   = 5 * time.Minute
	DefaultConfirm  = 2
	DefaultLanguage = "en"
)

var (
	idForm    = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?$`)
	languages = []string{"en", "zh-CN"}
)

// builder turns what was decoded into an Agreement, and collects every fault.
type builder struct {
	file   string
	around surroundings
	zone   *time.Location
	checks int
	faults []FieldError
}

func (b *builder) fault(path, hint, format string, args ...any) {
	b.faults = append(b.faults, FieldError{File: b.file, Path: path, Problem: fmt.Sprintf(format, args...), Hint: hint})
}

// add takes over the faults of a compiler, which knows no file.
func (b *builder) add(faults []FieldError) {
	for _, x := range faults {
		x.File = b.file
		b.faults = append(b.faults, x)
	}
}

func (b *builder) agreement(f *agreementFile) *Agreement {
	a := &Agreement{
		ID: f.ID, Name: f.Name, Customer: f.Customer, Provider: f.Provider, Tier: f.Tier, Tags: f.Tags,
		Language: f.Language, Aggregate: f.Aggregate, Silent: time.Duration(f.Silent),
	}
	b.id("id", f.ID)
	b.texts(map[string]string{"name": a.Name, "customer": a.Customer, "provider": a.Provider, "tier": a.Tier})
	if a.Name == "" {
		a.Name = a.ID
	}
	b.words(f, a)
	b.zone = b.timeZone(f.Zone)
	a.Zone = b.zone
	a.Period = b.period(f.Period)
	b.validity(f, a)
	a.Burn = b.burn(f.Burn, a.Period)
	base := b.terms("terms", f.Terms, nil, a)
	a.Terms = base
	a.Notice = time.Duration(base.Maintenance.MinNotice) * time.Millisecond
	a.Calendars = b.calendars(f.Calendars)
	a.Clocks = b.clocks(f.Clocks, a.Calendars)
	a.Services = b.services(f, a)
	a.Levels = b.levels(f.Severities, a)
	b.customers(f, a)
	a.Planned = b.planned(f.Maintenance, a)
	return a
}

// words checks the agreement's own choices, and fills in their defaults.
func (b *builder) words(f *agreementFile, a *Agreement) {
	if a.Language == "" {
		a.Language = DefaultLanguage
	}
	if !slices.Contains(languages, a.Language) {
		b.fault("language", "write "+strings.Join(languages, " or "), "%q is no language of statements", a.Language)
	}
	if a.Aggregate == "" {
		a.Aggregate = sla.Worst.String()
	}
	var rule sla.AggregateRule
	if err := rule.UnmarshalText([]byte(a.Aggregate)); err != nil {
		b.fault("aggregate", "", "%v", err)
	}
	if a.Silent == 0 {
		a.Silent = DefaultSilent
	}
	if len(f.Tags) > MaxTags {
		b.fault("tags", "", "more than %d tags", MaxTags)
	}
	for i, tag := range f.Tags {
		b.text(fmt.Sprintf("tags[%d]", i+1), tag)
	}
}

func (b *builder) timeZone(name string) *time.Location {
	const hint = "write an IANA name such as Europe/Berlin, or UTC"
	if name == "" {
		b.fault("zone", hint, "is missing: an agreement's days begin somewhere")
		return time.UTC
	}
	z, err := time.LoadLocation(name)
	if err != nil || name == "Local" {
		b.fault("zone", hint, "%q is no time zone", name)
		return time.UTC
	}
	return z
}

func (b *builder) period(f *periodFile) Period {
	var p Period
	if f == nil || f.Kind == "" {
		b.fault("period.kind", "write "+strings.Join(periodNames, ", "), "is missing: what is billed needs a period")
		return p
	}
	kind := slices.Index(periodNames, f.Kind)
	if kind < 0 {
		b.fault("period.kind", "write "+strings.Join(periodNames, ", "), "%q is no kind of period", f.Kind)
		return p
	}
	p = Period{Kind: PeriodKind(kind), Anchor: f.Anchor, Days: f.Days}
	switch most := p.Kind.maxAnchor(); {
	case most == 0 && f.Anchor != 0:
		b.fault("period.anchor", "leave it out", "a %s has no anchor", p.Kind)
	case f.Anchor < 0 || f.Anchor > most:
		b.fault("period.anchor", "", "%d is not between 1 and %d", f.Anchor, most)
	case p.Kind == Billing && f.Anchor == 0:
		b.fault("period.anchor", "write the day of the month on which a billing month begins", "is missing")
	}
	switch {
	case p.Kind != Rolling && f.Days != 0:
		b.fault("period.days", "leave it out, or write kind = \"rolling\"", "only a rolling period counts days")
	case p.Kind == Rolling && (f.Days < 1 || f.Days > MaxRollingDays):
		b.fault("period.days", "write how many days roll, such as 30", "%d is not between 1 and %d", f.Days, MaxRollingDays)
		p.Days = 1
	}
	return p
}

func (b *builder) validity(f *agreementFile, a *Agreement) {
	a.ValidFrom, a.ValidTo = f.ValidFrom.in(b.zone), f.ValidTo.in(b.zone)
	if a.ValidTo != 0 && a.ValidTo <= a.ValidFrom {
		b.fault("valid_to", "it is the first day that the agreement no longer covers", "is not after valid_from")
	}
}

// counted refuses an objective over request counts: nothing collects them, and a
// figure from probes in its place would be of something else.
func (b *builder) counted(path string, f *TermsFile) {
	if f == nil {
		return
	}
	if keys := f.requestKeys(); len(keys) > 0 {
		b.fault(path+"."+keys[0], `judge time in slots, such as slot = {s = 300, bad_when = "gt:0.05"}; counts of your own are judged as a case of kind ratio by selftest`,
			"is about request counts, which nothing collects: probes measure time, and the objective could not be computed")
	}
}

// terms compiles what a service or the agreement says over base, and hands the
// agreement's validity down to it.
func (b *builder) terms(path string, f, base *TermsFile, a *Agreement) *sla.Terms {
	t, faults := f.Over(base).Compile(path, b.zone)
	b.add(faults)
	b.counted(path, f)
	if t.Contract.From != 0 && a.ValidFrom != 0 && path == "terms" {
		b.fault(path+".contract.from", "keep valid_from", "valid_from says it already")
	}
	if t.Contract.To != 0 && a.ValidTo != 0 && path == "terms" {
		b.fault(path+".contract.to", "keep valid_to", "valid_to says it already")
	}
	if path == "terms" {
		a.ValidFrom, a.ValidTo = either(a.ValidFrom, t.Contract.From), either(a.ValidTo, t.Contract.To)
	}
	t.Contract.From, t.Contract.To = either(t.Contract.From, a.ValidFrom), either(t.Contract.To, a.ValidTo)
	return t
}

func either(a, b int64) int64 {
	if a != 0 {
		return a
	}
	return b
}

func (b *builder) id(path, id string) {
	switch {
	case id == "":
		b.fault(path, "write a short name of lower-case letters, digits and hyphens", "is missing")
	case len(id) > MaxIDLength:
		b.fault(path, "", "is longer than %d characters", MaxIDLength)
	case !idForm.MatchString(id):
		b.fault(path, "use lower-case letters, digits and hyphens", "%q is no id", id)
	}
}

func (b *builder) texts(byPath map[string]string) {
	for _, path := range sortedKeys(byPath) {
		b.text(path, byPath[path])
	}
}

// text checks a line that people read.
func (b *builder) text(path, s string) {
	if utf8.RuneCountInString(s) > MaxTextLength {
		b.fault(path, "", "is longer than %d characters", MaxTextLength)
	}
	if strings.ContainsFunc(s, unicode.IsControl) {
		b.fault(path, "", "holds a line break or another control character")
	}
}
