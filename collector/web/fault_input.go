package web

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strings"

	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/internal/contract"
)

// Bounds of the words of a reported fault.
const (
	maxSummaryBytes = 200
	maxContactBytes = 200
	maxFieldBytes   = 8 << 10 // of one field of a form, before it is looked at
	maxFormParts    = 32
)

// honeypot is a field that people do not see; what fills it in is no person.
const honeypot = "website"

// faultInput is what a customer may say of a fault.
type faultInput struct {
	Service     string       `json:"service"`
	Summary     string       `json:"summary"`
	Details     string       `json:"details"`
	Since       Instant      `json:"since"`
	Until       Instant      `json:"until"` // 0: it goes on
	Contact     string       `json:"contact"`
	Language    string       `json:"language"` // "": the agreement's
	Attachments []attachedIn `json:"attachments"`
}

type attachedIn struct {
	Name string `json:"name"`
	Data []byte `json:"data"` // base64 in JSON
}

// faultForm is a report as a form sends it: fields by name, and files.
type faultForm struct {
	fields map[string]string
	files  []faultFile
}

// readFaultForm reads a form of either kind; a repeated field holds its first value.
func readFaultForm(w http.ResponseWriter, r *http.Request) (*faultForm, error) {
	r.Body = http.MaxBytesReader(w, r.Body, maxFaultBytes)
	kind, args, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/form-data" || args["boundary"] == "" {
		return nil, newProblem(http.StatusUnsupportedMediaType, "media-type", "The body must be a form or JSON",
			`send "Content-Type: multipart/form-data" with its boundary, or application/json`)
	}
	f, err := parseFaultForm(multipart.NewReader(r.Body, args["boundary"]))
	var big *http.MaxBytesError
	if errors.As(err, &big) {
		return nil, newProblem(http.StatusRequestEntityTooLarge, "too-large", "The report is too large", "all files together are at most 12 MiB")
	}
	return f, err
}

// parseFaultForm reads the parts of a form, each within its bound.
func parseFaultForm(m *multipart.Reader) (*faultForm, error) {
	f := &faultForm{fields: map[string]string{}}
	for n := 0; ; n++ {
		p, err := m.NextPart()
		if err == io.EOF {
			return f, nil
		}
		var big *http.MaxBytesError
		switch {
		case errors.As(err, &big):
			return nil, err
		case err != nil:
			return nil, invalidField("body", "is not a form: "+err.Error())
		case n >= maxFormParts:
			return nil, invalidField("body", "has more fields than any form here")
		}
		if err := f.take(p); err != nil {
			return nil, err
		}
	}
}

// take keeps one part. A file field that was left empty is none.
func (f *faultForm) take(p *multipart.Part) error {
	name, isFile := p.FormName(), p.FileName() != ""
	most := int64(maxFieldBytes)
	if isFile || name == "attachment" {
		most = maxFaultFileBytes
	}
	data, err := io.ReadAll(io.LimitReader(p, most+1))
	var big *http.MaxBytesError
	switch {
	case errors.As(err, &big):
		return err
	case err != nil:
		return invalidField("body", "is not a form: "+err.Error())
	case name == "attachment" && isFile && len(f.files) <= maxFaultFiles:
		f.files = append(f.files, faultFile{p.FileName(), data})
	case name == "attachment" || isFile: // left empty, or one file too many: said when the report is checked
	case int64(len(data)) > most:
		return invalidField(quote(name), "is longer than 8 KiB")
	default:
		if _, ok := f.fields[name]; !ok {
			f.fields[name] = string(data)
		}
	}
	return nil
}

// validate checks a report against the agreement and the clock, and makes the
// draft of it.
func (in *faultInput) validate(a *contract.Agreement, files []faultFile, now int64, p Principal) (FaultDraft, error) {
	var bad faultsOf
	in.Summary, in.Details, in.Contact = strings.TrimSpace(in.Summary), strings.TrimSpace(in.Details), strings.TrimSpace(in.Contact)
	bad.text("summary", in.Summary, maxSummaryBytes, true)
	bad.text("details", in.Details, maxNoteBytes, false)
	bad.text("contact", in.Contact, maxContactBytes, true)
	if in.Service != "" && !hasService(a, in.Service) {
		bad.add("service", "%s is not a service of %s", quote(in.Service), a.ID)
	}
	since, until := int64(in.Since), int64(in.Until)
	if since == 0 {
		bad.add("since", "is missing")
	} else {
		bad.past("since", since, now)
	}
	if until != 0 {
		bad.past("until", until, now)
		if since != 0 && until <= since {
			bad.add("until", "must be later than since")
		}
	}
	if in.Language == "" {
		in.Language = orElse(a.Language, english.tag)
	}
	if byTag(in.Language) == nil {
		bad.add("language", "must be one of %s, %s", english.tag, chinese.tag)
	}
	list, data := attachments(files, &bad)
	return FaultDraft{Data: data, Fault: incident.Fault{
		Agreement: a.ID, Service: in.Service, State: incident.FaultReceived, Summary: in.Summary, Details: in.Details,
		Since: since, Until: until, Contact: in.Contact, Language: in.Language, ReportedAt: now, ReportedBy: p.Name, Reporter: p.ID, Attachments: list,
	}}, bad.problem()
}
