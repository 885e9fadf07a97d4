package contract

import (
	"fmt"
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/probity-sla/probity/internal/sla"
)

// Duration is a length of time written as a text with its unit: "30s", "1m30s",
// "14d" (a day is 24 hours). It is never negative, and whole milliseconds.
type Duration time.Duration

// UnmarshalText reads the text form.
func (d *Duration) UnmarshalText(b []byte) error {
	v, err := parseDuration(string(b))
	*d = Duration(v)
	return err
}

func parseDuration(s string) (time.Duration, error) {
	rest, total := s, time.Duration(0)
	if days, tail, ok := strings.Cut(s, "d"); ok {
		n, err := strconv.Atoi(days)
		if err != nil || n < 0 || n > 36600 {
			return 0, fmt.Errorf("%q is no length of time: write it like 30s, 1m30s, 36h or 14d", s)
		}
		rest, total = tail, time.Duration(n)*24*time.Hour
	}
	if rest != "" || s == "" {
		v, err := time.ParseDuration(rest)
		if err != nil || v < 0 || v > 36600*24*time.Hour {
			return 0, fmt.Errorf("%q is no length of time: write it like 30s, 1m30s, 36h or 14d", s)
		}
		total += v
	}
	if total%time.Millisecond != 0 {
		return 0, fmt.Errorf("%q is finer than a millisecond", s)
	}
	return total, nil
}

// Decimal is an exact number, written as a text ("99.95") or a whole number. A
// TOML decimal is refused: 99.95 has no exact value in binary.
type Decimal struct {
	sla.Ratio
	Text string
}

var decimalForm = regexp.MustCompile(`^\d{1,6}(\.\d{1,4})?$`)

// UnmarshalTOML reads a text or a whole number.
func (d *Decimal) UnmarshalTOML(v any) error {
	switch v := v.(type) {
	case string:
		return d.parse(v)
	case int64:
		return d.parse(strconv.FormatInt(v, 10))
	case float64:
		return fmt.Errorf("is a decimal number without quotes: write it as a text, like \"14.4\", so that it stays exact")
	}
	return fmt.Errorf("is %s, not a number in quotes", typeName(v))
}

func (d *Decimal) parse(s string) error {
	r, ok := new(big.Rat).SetString(s)
	if !ok || !decimalForm.MatchString(s) {
		return fmt.Errorf("%q is no number such as \"14.4\", of at most six digits and four decimals", s)
	}
	d.Text, d.Ratio = s, sla.Ratio{Num: r.Num().Int64(), Den: r.Denom().Int64()}
	return nil
}

// wallTime is a local wall time, as a text or as a TOML date without an offset.
type wallTime struct {
	time.Time // floating; At resolves it
	set       bool
}

// UnmarshalTOML reads a text or a local date.
func (w *wallTime) UnmarshalTOML(v any) error {
	switch v := v.(type) {
	case string:
		t, err := ParseWall(v)
		w.Time, w.set = t, err == nil
		return err
	case time.Time:
		switch v.Location().String() {
		case "datetime-local", "date-local":
			w.Time, w.set = floating(v), true
			return nil
		case "time-local":
			return fmt.Errorf("has no date: write it like 2026-11-22T02:00:00")
		}
		return fmt.Errorf("has an offset, but is a time in the agreement's zone: write it like 2026-11-22T02:00:00")
	}
	return fmt.Errorf("is %s, not a date like 2026-11-22 or 2026-11-22T02:00:00", typeName(v))
}

// in resolves w in a zone, ms UTC; 0 when it was not given.
func (w wallTime) in(zone *time.Location) int64 {
	if !w.set {
		return 0
	}
	return At(w.Time, zone).UnixMilli()
}

// instant is a time in UTC or with an offset, as a text or as a TOML date-time;
// without an offset it is a local wall time.
type instant struct {
	wall wallTime
	at   time.Time
	set  bool
}

// UnmarshalTOML reads a text or a date-time.
func (i *instant) UnmarshalTOML(v any) error {
	if s, ok := v.(string); ok {
		if t, err := time.Parse(time.RFC3339, s); err == nil {
			i.at, i.set = t, true
			return nil
		}
	}
	if t, ok := v.(time.Time); ok && !strings.HasSuffix(t.Location().String(), "-local") {
		i.at, i.set = t, true
		return nil
	}
	if err := i.wall.UnmarshalTOML(v); err != nil {
		return fmt.Errorf("%w, nor an instant like 2026-11-01T09:00:00Z", err)
	}
	i.set = true
	return nil
}

// in resolves i, ms UTC; 0 when it was not given.
func (i instant) in(zone *time.Location) int64 {
	if i.wall.set || !i.set {
		return i.wall.in(zone)
	}
	return i.at.UnixMilli()
}
