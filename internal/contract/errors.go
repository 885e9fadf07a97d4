package contract

import (
	"errors"
	"strings"
)

// FieldError is one fault of an agreement file, told to the person who wrote it:
// where it is, what is wrong, and what to do.
type FieldError struct {
	File    string // as it was named to the loader; "" when there is no file
	Path    string // the key, with the item's own id: `service[shop].check[home].timeout`
	Problem string
	Hint    string // what to do; "" when Problem says it
}

// Error returns "file: path: problem; hint".
func (e FieldError) Error() string {
	var b strings.Builder
	for _, part := range []string{e.File, e.Path} {
		if part != "" {
			b.WriteString(part)
			b.WriteString(": ")
		}
	}
	b.WriteString(e.Problem)
	if e.Hint != "" {
		b.WriteString("; ")
		b.WriteString(e.Hint)
	}
	return b.String()
}

// Join makes one error of all faults, a line each; nil when there are none.
func Join(faults []FieldError) error {
	errs := make([]error, len(faults))
	for i, f := range faults {
		errs[i] = f
	}
	return errors.Join(errs...)
}
