package contract_test

import (
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"
)

// clockStarts lie around changes of the clocks, and on an ordinary Friday.
var clockStarts = []string{"2026-03-27T20:00:00Z", "2026-10-23T21:00:00Z", "2026-04-10T14:00:00Z", "2026-10-31T12:00:00Z", "2026-03-07T15:00:00Z"}

func drawClock(t *rapid.T) *clockWorld {
	zone := func(name string) *time.Location {
		z, err := time.LoadLocation(rapid.SampledFrom([]string{"UTC", "Europe/London", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"}).Draw(t, name))
		if err != nil {
			t.Fatal(err)
		}
		return z
	}
	c := &clockWorld{zone: zone("tz"), unit: 900}
	c.hours = c.zone
	span := int64(300)
	if chance(t, "fine", 3) {
		c.unit, span = 1, 6000
	}
	start, _ := time.Parse(time.RFC3339, rapid.SampledFrom(clockStarts).Draw(t, "start"))
	instant := func(name string, low int64) int64 {
		return start.Unix() + c.unit*rapid.Int64Range(low, span).Draw(t, name)
	}
	c.target = c.unit * rapid.Int64Range(1, span/2).Draw(t, "target")
	c.reopen = rapid.SampledFrom([]string{"", "resume", "restart", "wall"}).Draw(t, "reopen")
	c.op = rapid.SampledFrom([]string{"", "gt", "ge"}).Draw(t, "op")
	if chance(t, "says retroactive", 5) {
		c.retroactive = new(rapid.Bool().Draw(t, "retroactive"))
	}
	if chance(t, "calendar", 6) {
		if chance(t, "other zone", 3) {
			c.hours = zone("calendar.tz")
		}
		c.drawCalendar(t, start)
	}
	open := clockEvent{at: instant("open", 0), kind: "open"}
	if chance(t, "opened before", 3) {
		open.hasEffective, open.effective = true, min(instant("effective", 0), open.at)
	}
	c.events = []clockEvent{open}
	last := open.at
	kinds := []string{"pause", "resume", "stop", "reopen"}
	for i := range rapid.IntRange(0, 6).Draw(t, "events") {
		last += c.unit * rapid.Int64Range(0, span/5).Draw(t, "wait")
		e := clockEvent{at: last, kind: rapid.SampledFrom(kinds).Draw(t, fmt.Sprint("event ", i))}
		if chance(t, "has effective", 3) {
			e.hasEffective, e.effective = true, last-c.unit*rapid.Int64Range(-3, span/6).Draw(t, "late by")
		}
		c.events = append(c.events, e)
	}
	if chance(t, "evaluates", 6) {
		c.evaluate = new(instant("evaluate_at", -2))
	}
	if chance(t, "has horizon", 8) {
		c.horizon = new(c.unit * rapid.Int64Range(0, 2*span).Draw(t, "horizon"))
	} else if c.unit == 1 {
		c.horizon = new(int64(20_000))
	}
	return c
}

func (c *clockWorld) drawCalendar(t *rapid.T, start time.Time) {
	for range rapid.IntRange(1, 2).Draw(t, "ranges") {
		r := weeklyRange{days: rapid.SampledFrom([][]int{{1, 2, 3, 4, 5}, {1, 2, 3, 4, 5, 6, 7}, {6, 7}, {5}}).Draw(t, "dow")}
		r.from = 1800 * rapid.IntRange(0, 47).Draw(t, "from")
		r.to = 1800 * rapid.IntRange(0, 48).Draw(t, "to")
		c.weekly = append(c.weekly, r)
	}
	for range rapid.IntRange(0, 2).Draw(t, "holidays") {
		c.holidays = append(c.holidays, start.Truncate(24*time.Hour).AddDate(0, 0, rapid.IntRange(0, 4).Draw(t, "holiday")))
	}
	midnight := start.Truncate(24*time.Hour).AddDate(0, 0, -4)
	for d := range 390 {
		day := midnight.AddDate(0, 0, d)
		dow := (int(day.Weekday())+6)%7 + 1
		for _, r := range c.weekly {
			if slices.Contains(r.days, dow) {
				to := r.to
				if to <= r.from {
					to += 86400
				}
				c.windows = append(c.windows, [2]int64{wallAt(day.Unix()+int64(r.from), c.hours), wallAt(day.Unix()+int64(to), c.hours)})
			}
		}
	}
	for _, day := range c.holidays {
		c.off = append(c.off, [2]int64{wallAt(day.Unix(), c.hours), wallAt(day.Unix()+86400, c.hours)})
	}
}

func (c *clockWorld) render(t *rapid.T) fields {
	when := func(at int64) string {
		wall := time.Unix(at, 0).In(c.zone)
		_, offset := wall.Zone()
		switch form := rapid.IntRange(0, 3).Draw(t, "form"); {
		case form < 2 && wallAt(at+int64(offset), c.zone) == at:
			return wall.Format("2006-01-02T15:04:05")
		case form == 2:
			return wall.Format("2006-01-02T15:04:05-07:00")
		}
		return wall.UTC().Format("2006-01-02T15:04:05Z")
	}
	terms := fields{"target_s": c.target}
	for k, v := range map[string]string{"reopen": c.reopen, "op": c.op} {
		if v != "" {
			terms[k] = v
		}
	}
	if c.retroactive != nil {
		terms["retroactive"] = *c.retroactive
	}
	if c.weekly != nil {
		terms["calendar"] = c.calendar()
	}
	var events []fields
	for _, e := range c.events {
		f := fields{"at": when(e.at), "event": e.kind}
		if e.hasEffective {
			f["effective_at"] = when(e.effective)
		}
		events = append(events, f)
	}
	out := fields{"kind": "clock", "terms": terms, "events": events, "tz": c.zone.String(), "want_due": true}
	if c.evaluate != nil {
		out["evaluate_at"] = when(*c.evaluate)
	}
	if c.horizon != nil {
		out["horizon_s"] = *c.horizon
	}
	return out
}

func (c *clockWorld) calendar() fields {
	clock := func(s int) string { return fmt.Sprintf("%02d:%02d", s/3600, s/60%60) }
	var weekly []fields
	for _, r := range c.weekly {
		weekly = append(weekly, fields{"dow": r.days, "from": clock(r.from), "to": clock(r.to)})
	}
	var holidays []string
	for _, h := range c.holidays {
		holidays = append(holidays, h.Format(time.DateOnly))
	}
	out := fields{"weekly": weekly, "holidays": holidays}
	if c.hours != c.zone || len(c.holidays) == 0 {
		out["tz"] = c.hours.String()
	}
	return out
}
