package incident

import (
	"cmp"
	"time"
)

// CertFacts are what is known of the certificates that one check is served.
type CertFacts struct {
	At            int64
	Agreement     string
	AgreementName string
	Service       string
	ServiceName   string
	Customer      string
	Tier          string
	Language      string
	Zone          *time.Location
	Check         string
	NotAfter      int64    // the earliest end in the chains last served; 0: none was seen
	Warn          int64    // ms before NotAfter; DefaultCertWarn when 0
	Where         []string // "check/location" that were served the one that ends first
}

// ObserveCert judges the certificates that one check is served. The alert
// closes when the one that ends first has been renewed.
func (e *Engine) ObserveCert(f CertFacts) []Change {
	x := finding{alert: Alert{Kind: CertificateExpiring, Agreement: f.Agreement, Service: f.Service, Check: f.Check}, is: stays}
	a, warn := &x.alert, cmp.Or(f.Warn, DefaultCertWarn)
	switch {
	case f.NotAfter == 0: // not seen: a service that is down serves none
	case f.NotAfter-f.At <= warn:
		x.is, a.Where = on, f.Where
		if e.open[key(a)] == nil {
			a.StartsAt = f.At
		}
	default:
		x.is, x.over = off, languageOf(f.Language).say(reasonRenewed, "until", instant(f.NotAfter, f.Zone))
	}
	a.Severity = cmp.Or(e.o.Severity[a.Kind], defaultSeverity[a.Kind])
	x.labels = []string{"customer", f.Customer, "tier", f.Tier}
	x.language, x.zone, x.words = f.Language, f.Zone, f.words
	return e.settle(f.At, x)
}

// RetireCheck closes what is open for a check that is no longer made.
func (e *Engine) RetireCheck(at int64, check, reason string) []Change {
	return e.retire(at, reason, func(a *Alert) bool { return a.Check == check })
}

func (f *CertFacts) words() words {
	l := languageOf(f.Language)
	w := words{
		"agreement", cmp.Or(f.AgreementName, f.Agreement), "service", cmp.Or(f.ServiceName, f.Service),
		"places", l.shortList(f.Where),
	}
	switch {
	case f.NotAfter > f.At:
		w = append(w, "not_after", instant(f.NotAfter, f.Zone), "ends_in", l.length((f.NotAfter-f.At)/60_000*60_000))
	case f.NotAfter != 0:
		w = append(w, "not_after", instant(f.NotAfter, f.Zone), "ended", instant(f.NotAfter, f.Zone))
	}
	return w
}
