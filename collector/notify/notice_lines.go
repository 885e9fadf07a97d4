package notify

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/probity-sla/probity/collector/incident"
)

// head says what the incident is and how far it has come.
func (n *IncidentNotice) head(t *words) []string {
	in := &n.Incident
	state := t.states[string(in.State)]
	if in.AcknowledgedBy != "" {
		state += t.comma + t.acknowledgedBy + " " + in.AcknowledgedBy + ", " + n.when(in.AcknowledgedAt)
	}
	lines := []string{in.Title, "", t.incident + t.colon + in.ID + t.comma + state}
	for _, a := range slices.Sorted(maps.Keys(in.Severities)) {
		lines = append(lines, t.agreement+t.colon+a+t.comma+t.severity+t.colon+in.Severities[a])
	}
	if in.ReportedAt != 0 {
		lines = append(lines, t.reported+t.colon+n.when(in.ReportedAt))
	}
	if n.Step.Level > 0 {
		told := strings.Join(n.Step.People, t.comma)
		line := leveled(t, n.Step.Level)
		if n.Step.Repeat > 0 {
			line += t.comma + t.repeated
		}
		lines = append(lines, line+t.comma+t.told+t.colon+cmp.Or(told, strings.Join(n.Step.Channels, t.comma), t.nobody))
	}
	return lines
}

func (n *IncidentNotice) tail(t *words) []string {
	var lines []string
	if n.Incident.Cause != "" {
		lines = append(lines, t.cause+t.colon+n.Incident.Cause)
	}
	if n.Incident.Remedy != "" {
		lines = append(lines, t.remedy+t.colon+n.Incident.Remedy)
	}
	if n.Person != "" && n.AckURL != "" {
		lines = append(lines, fmt.Sprintf(t.ackAs, n.Person))
	}
	return section(t, "", lines)
}

// section sets a heading over lines and says how many it leaves out.
func section(t *words, heading string, lines []string) []string {
	if len(lines) == 0 {
		return nil
	}
	out := []string{""}
	if heading != "" {
		out = append(out, heading+strings.TrimRight(t.colon, " "))
	}
	return append(out, lines...)
}

// clockLines tell when what is due, the nearest first.
func (n *IncidentNotice) clockLines(t *words) []string {
	all := slices.Clone(n.Clocks)
	slices.SortStableFunc(all, func(a, b Clock) int { return cmp.Compare(a.Due, b.Due) })
	return listed(t, all, func(c Clock) string {
		said := cmp.Or(t.clockNames[c.Name], c.Name) + " (" + c.Agreement + t.comma + c.Severity + ")"
		switch {
		case c.Done && c.Missed:
			return said + t.colon + t.missed
		case c.Done:
			return said + t.colon + t.met
		case c.Paused:
			return said + t.colon + t.paused
		case c.Due == 0 && c.Missed:
			return said + t.colon + t.missed
		case c.Due == 0:
			return ""
		case c.Missed || c.Due <= n.At:
			return said + t.colon + t.missed + t.comma + n.when(c.Due) + t.comma + fmt.Sprintf(t.over, t.length(n.At-c.Due))
		}
		return said + t.colon + t.due + " " + n.when(c.Due) + t.comma + fmt.Sprintf(t.left, t.length(c.Due-n.At))
	})
}

func (n *IncidentNotice) outageLines(t *words) []string {
	var real []incident.OutageRef
	for _, o := range n.Incident.Outages {
		if !o.Withdrawn {
			real = append(real, o)
		}
	}
	if len(real) == 0 {
		return []string{t.noOutage}
	}
	return listed(t, real, func(o incident.OutageRef) string {
		end := t.ongoing + t.comma + t.length(max(0, n.At-o.From))
		if o.To != 0 {
			end = t.ended + " " + n.when(o.To) + t.comma + t.length(o.To-o.From)
		}
		return "- " + o.Agreement + "/" + o.Service + t.comma + t.since + " " + n.when(o.From) + t.comma + end
	})
}

// alertLines give the figures and the deciding locations.
func (n *IncidentNotice) alertLines(t *words) []string {
	return listed(t, n.Alerts, func(a incident.Alert) string {
		said := "- " + cmp.Or(a.Annotations["summary"], a.Key)
		if d := a.Annotations["description"]; d != "" {
			return said + t.stop + " " + bounded(oneLine(d), MaxShortBytes)
		}
		if len(a.Where) > 0 {
			said += " (" + strings.Join(a.Where, t.comma) + ")"
		}
		return said
	})
}

// listed writes at most maxListed items, and the number of those left out.
func listed[T any](t *words, all []T, line func(T) string) []string {
	var out []string
	for i, x := range all {
		if i == maxListed {
			return append(out, fmt.Sprintf(t.more, len(all)-i))
		}
		if s := line(x); s != "" {
			out = append(out, s)
		}
	}
	return out
}

func (n *IncidentNotice) when(ms int64) string {
	zone := n.Zone
	if zone == nil {
		zone = time.UTC
	}
	return time.UnixMilli(ms).In(zone).Format("2006-01-02 15:04:05 -07:00")
}

// length writes a duration in ms with its two largest units: "2 h 5 min".
func (t *words) length(ms int64) string {
	s := ms / 1000
	units := []struct {
		of   int64
		name string
	}{{86400, t.day}, {3600, t.hour}, {60, t.minute}, {1, t.second}}
	for i, u := range units {
		if s < u.of && u.of > 1 {
			continue
		}
		out := itoa(s/u.of) + " " + strings.TrimSpace(u.name)
		if i+1 < len(units) && s%u.of/units[i+1].of > 0 {
			out += " " + itoa(s%u.of/units[i+1].of) + " " + strings.TrimSpace(units[i+1].name)
		}
		return out
	}
	return ""
}
