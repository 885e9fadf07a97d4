package contract

import "time"

// DefaultCertificateWarning is how long before a certificate ends a warning is given.
const DefaultCertificateWarning = 14 * 24 * time.Hour

// Faults says how customers report what is wrong, and what an incident owes them.
type Faults struct {
	ReportRequired bool   // an incident is reviewed only when its cause and its remedy are written down
	Hotline        string // a telephone number, as people dial it; "": none
	Mail           string // a mail address; "": none
}

// Publish says what may be shown to everybody; by default nothing is.
type Publish struct {
	StatusPage bool
	Badges     bool
	Title      string // of the status page; the agreement's name by default
}

// Report says when the service report of a period is made, and who gets it.
type Report struct {
	IssueAfter time.Duration // after the end of the period; 0: only when somebody asks for it
	Review     bool          // a person reviews the draft before it is issued; true by default
	Recipients []string      // mail addresses that an issued report is sent to
	Language   string        // "en" or "zh-CN"; the agreement's by default
}
