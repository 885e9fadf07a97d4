package web

import (
	"strings"

	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/internal/sla"
)

// wallField is a local time in a form.
type wallField struct {
	Name, Label string
	In          wallInput
	Needed      bool
}

// incidentMark is the state whose mark an incident wears.
func incidentMark(st incident.IncidentState) sla.State {
	switch st {
	case incident.IncidentOpen:
		return sla.Down
	case incident.IncidentAcknowledged, incident.IncidentMitigated:
		return sla.Degraded
	}
	return sla.Up
}

// faultMark is the state whose mark a reported fault wears.
func faultMark(st incident.FaultState) sla.State {
	switch st {
	case incident.FaultReceived:
		return sla.Unknown
	case incident.FaultAccepted:
		return sla.Degraded
	case incident.FaultDeclined:
		return sla.Excluded
	}
	return sla.Up
}

// field names a field of a form, as a reader knows it.
func (w *words) field(name string) string {
	if i := strings.IndexByte(name, '['); i > 0 {
		name = name[:i]
	}
	if t, ok := w.table["field "+name]; ok {
		return t
	}
	return w.T(name)
}
