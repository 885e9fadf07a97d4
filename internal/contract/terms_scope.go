package contract

import (
	"fmt"
	"slices"
	"time"

	"github.com/probity-sla/probity/internal/sla"
)

func (c *compiler) scope(f *TermsFile, t *sla.Terms) {
	if v := f.Contract; v != nil {
		t.Contract.From = c.instant("contract.from", v.From)
		t.Contract.To = c.instant("contract.to", v.To)
		c.oneOf("contract.outside", v.Outside, "out_of_scope", "deemed_up", &t.Contract.DeemedUp)
		if v.From != nil && v.To != nil && t.Contract.To <= t.Contract.From {
			c.fault("contract.to", "", "the contract ends before it begins")
		}
	}
	if f.ServiceHours != nil {
		t.Hours = c.calendar("service_hours", f.ServiceHours)
	}
	if f.Denominator != nil && f.Denominator.FixedS != 0 {
		c.seconds("denominator.fixed_s", &f.Denominator.FixedS, 1, &t.Denominator)
	}
}

// instant reads an absolute instant, or a wall time in the agreement's zone.
func (c *compiler) instant(key string, s *string) int64 {
	if s == nil {
		return 0
	}
	ms, err := instantIn(*s, c.zone)
	if err != nil {
		c.fault(key, "", "%v", err)
	}
	return ms
}

// instantIn resolves an ISO 8601 instant: absolute when it carries Z or an
// offset, else wall time in zone.
func instantIn(s string, zone *time.Location) (int64, error) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04Z07:00", "2006-01-02 15:04:05Z07:00"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UnixMilli(), nil
		}
	}
	if t, err := time.ParseInLocation("2006-01-02T15:04:05.999", s, time.UTC); err == nil {
		return At(t, zone).UnixMilli() + int64(t.Nanosecond())/1e6, nil
	}
	wall, err := ParseWall(s)
	if err != nil {
		return 0, fmt.Errorf("%w, nor an instant such as 2026-11-22T01:00:00Z", err)
	}
	return At(wall, zone).UnixMilli(), nil
}

func (c *compiler) calendar(key string, f *CalendarFile) *sla.Calendar {
	cal := &sla.Calendar{Zone: c.zone}
	if f.TZ != nil {
		zone, err := time.LoadLocation(*f.TZ)
		if err != nil || *f.TZ == "" || *f.TZ == "Local" {
			c.fault(key+".tz", "write an IANA name such as Europe/Berlin", "unknown zone %q", *f.TZ)
			zone = c.zone
		}
		cal.Zone = zone
	}
	if len(f.Weekly) == 0 {
		c.fault(key+".weekly", "write at least one range of days and hours", "the calendar is empty")
	}
	for i, r := range f.Weekly {
		cal.Weekly = append(cal.Weekly, c.weekly(fmt.Sprintf("%s.weekly[%d]", key, i+1), r))
	}
	for i, day := range f.Holidays {
		d, err := time.Parse(time.DateOnly, day)
		if err != nil {
			c.fault(fmt.Sprintf("%s.holidays[%d]", key, i+1), "write a date such as 2026-12-25", "%q is no date", day)
			continue
		}
		cal.Holidays = append(cal.Holidays, int32(d.Unix()/86400))
	}
	slices.Sort(cal.Holidays)
	return cal
}

func (c *compiler) weekly(key string, f RangeFile) sla.Range {
	var r sla.Range
	if len(f.Dow) == 0 {
		c.fault(key+".dow", "write days as 1 (Monday) to 7 (Sunday)", "no day of the week")
	}
	for _, d := range f.Dow {
		if d < 1 || d > 7 {
			c.fault(key+".dow", "write days as 1 (Monday) to 7 (Sunday)", "%d is no day of the week", d)
			continue
		}
		r.Days[d-1] = true
	}
	r.From = c.clockTime(key+".from", f.From)
	r.To = c.clockTime(key+".to", f.To)
	return r
}

// clockTime reads "08:00", "08:00:30" or "24:00" as seconds from midnight.
func (c *compiler) clockTime(key, s string) int32 {
	if s == "24:00" || s == "24:00:00" {
		return 86400
	}
	for _, layout := range []string{"15:04", "15:04:05"} {
		if t, err := time.Parse(layout, s); err == nil {
			return int32(t.Hour()*3600 + t.Minute()*60 + t.Second())
		}
	}
	c.fault(key, "write a time such as 08:00, or 24:00", "%q is no time of day", s)
	return 0
}
