package contract

import (
	"fmt"
	"net/mail"
	"slices"
	"strings"
	"time"

	"github.com/probity-sla/probity/internal/sla"
)

type faultsFile struct {
	ReportRequired bool   `toml:"report_required"`
	Hotline        string `toml:"hotline"`
	Mail           string `toml:"mail"`
}

type publishFile struct {
	StatusPage bool   `toml:"status_page"`
	Badges     bool   `toml:"badges"`
	Title      string `toml:"title"`
}

type reportFile struct {
	IssueAfter *Duration `toml:"issue_after"`
	Review     *bool     `toml:"review"`
	Recipients []string  `toml:"recipients"`
	Language   string    `toml:"language"`
}

type creditsFile struct {
	Repairs *string  `toml:"repairs"`
	Cap     *Decimal `toml:"cap"`
}

// customers reads what an agreement says about its customers beside figures.
func (b *builder) customers(f *agreementFile, a *Agreement) {
	a.Faults = Faults(f.Faults)
	b.text("faults.hotline", f.Faults.Hotline)
	b.address("faults.mail", f.Faults.Mail)
	a.Publish = Publish(f.Publish)
	b.text("publish.title", f.Publish.Title)
	if a.Publish.Title == "" {
		a.Publish.Title = a.Name
	}
	a.Report = b.report(&f.Report, a.Language)
	a.Credits = b.credits(&f.Credits)
	a.Escalation = f.Escalation
	b.text("escalation", f.Escalation)
	a.CertificateWarning = DefaultCertificateWarning
	if f.CertificateWarning != nil {
		a.CertificateWarning = time.Duration(*f.CertificateWarning)
	}
}

func (b *builder) report(f *reportFile, language string) Report {
	r := Report{Review: f.Review == nil || *f.Review, Recipients: f.Recipients, Language: f.Language}
	if f.IssueAfter != nil {
		if r.IssueAfter = time.Duration(*f.IssueAfter); r.IssueAfter == 0 {
			b.fault("report.issue_after", `write a length such as "1d", or leave it out`, "is 0: late results have not arrived when a period ends")
		}
	}
	if r.Language == "" {
		r.Language = language
	} else if !slices.Contains(languages, r.Language) {
		b.fault("report.language", "write "+strings.Join(languages, " or "), "%q is no language of reports", r.Language)
	}
	if len(f.Recipients) > MaxRecipients {
		b.fault("report.recipients", "write the address of a list", "%d recipients; at most %d", len(f.Recipients), MaxRecipients)
		return r
	}
	for i, address := range f.Recipients {
		at := fmt.Sprintf("report.recipients[%d]", i+1)
		switch {
		case address == "":
			b.fault(at, "", "is empty")
		case slices.Contains(f.Recipients[:i], address):
			b.fault(at, "leave one out", "%q is named twice", address)
		}
		b.address(at, address)
	}
	return r
}

func (b *builder) credits(f *creditsFile) sla.Credits {
	var c sla.Credits
	if f.Repairs != nil {
		if err := c.Repairs.UnmarshalText([]byte(*f.Repairs)); err != nil {
			b.fault("credits.repairs", "", "%v", err)
		}
	}
	if f.Cap != nil {
		c.Cap = f.Cap.Ratio
	}
	return c
}

// address checks a mail address without a name; "" is none.
func (b *builder) address(path, s string) {
	if s == "" {
		return
	}
	if p, err := mail.ParseAddress(s); err != nil || p.Address != s || len(s) > MaxTextLength {
		b.fault(path, "write it like service@example.com", "%q is no mail address", s)
	}
}
