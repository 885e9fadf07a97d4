package e2e

import (
	"fmt"
	"strings"
	"time"
)

// service writes one [[service]] of an agreement; each check is "id path interval key=value…".
func service(id, head, url string, checks ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n[[service]]\nid = %q\n%s\n", id, head)
	for _, c := range checks {
		f := strings.Fields(c)
		fmt.Fprintf(&b, "\n[[service.check]]\nid = %q\ntarget = %q\ninterval = %q\ntimeout = %q\n%s\n",
			f[0], url+f[1], f[2], f[2], strings.Join(f[3:], "\n"))
	}
	return b.String()
}

// agreement writes an agreement file that is in force from an instant on.
func agreement(id string, from time.Time, terms string, services ...string) string {
	return fmt.Sprintf("id = %q\nzone = \"UTC\"\nvalid_from = %q\n\n[period]\nkind = \"month\"\n\n[terms]\ntarget_pct = \"99.9\"\n%s\n%s",
		id, from.UTC().Format("2006-01-02T15:04:05"), terms, strings.Join(services, ""))
}
