package oncall

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Duration is a length with units in text: "15m".
type Duration time.Duration

// UnmarshalText reads what time.ParseDuration reads, not below zero, in whole milliseconds.
func (d *Duration) UnmarshalText(text []byte) error {
	v, err := time.ParseDuration(string(text))
	if err != nil || v < 0 || v%time.Millisecond != 0 {
		return fmt.Errorf("%q is not a duration; write for example \"15m\"", text)
	}
	*d = Duration(v)
	return nil
}

// MarshalText writes "15m0s".
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

func (d Duration) millis() int64 { return time.Duration(d).Milliseconds() }

// Every is the length of a turn, in days of the local calendar; 0: not given.
type Every int

// UnmarshalText reads "1d" or "2w".
func (e *Every) UnmarshalText(text []byte) error {
	s := string(text)
	unit := 0
	if strings.HasSuffix(s, "d") {
		unit = 1
	} else if strings.HasSuffix(s, "w") {
		unit = 7
	}
	if n, ok := number(strings.TrimRight(s, "dw"), MaxTurnDays); ok && unit > 0 && len(s) == len(strconv.Itoa(n))+1 && n > 0 && n*unit <= MaxTurnDays {
		*e = Every(n * unit)
		return nil
	}
	return fmt.Errorf("%q is not the length of a turn; write \"1d\", \"1w\" or another number of days or weeks up to %d days", text, MaxTurnDays)
}

// MarshalText writes whole weeks as weeks.
func (e Every) MarshalText() ([]byte, error) {
	if e%7 == 0 && e > 0 {
		return []byte(strconv.Itoa(int(e)/7) + "w"), nil
	}
	return []byte(strconv.Itoa(int(e)) + "d"), nil
}

// Weekday is a day of the week; the zero value is Sunday.
type Weekday time.Weekday

var weekdays = [...]string{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"}

// UnmarshalText reads "Mon".
func (w *Weekday) UnmarshalText(text []byte) error {
	for i, name := range weekdays {
		if name == string(text) {
			*w = Weekday(i)
			return nil
		}
	}
	return fmt.Errorf("%q is not a day of the week; write Mon, Tue, Wed, Thu, Fri, Sat or Sun", text)
}

// MarshalText writes "Mon".
func (w Weekday) MarshalText() ([]byte, error) { return []byte(w.String()), nil }

func (w Weekday) String() string { return weekdays[w] }

// HandOver is the local time at which a turn begins, with its weekday where the
// turns are of whole weeks. The zero value is not given.
type HandOver struct {
	Weekday Weekday
	Weekly  bool // Weekday is given
	Minute  int  // of the day
	Given   bool
}

// UnmarshalText reads "Mon 09:00" or "09:00".
func (h *HandOver) UnmarshalText(text []byte) error {
	out := HandOver{Given: true}
	clock := string(text)
	if day, rest, ok := strings.Cut(clock, " "); ok {
		if err := out.Weekday.UnmarshalText([]byte(day)); err != nil {
			return err
		}
		out.Weekly, clock = true, rest
	}
	var ok bool
	if out.Minute, ok = minuteOf(clock); !ok || out.Minute == dayMinutes {
		return fmt.Errorf("%q is not a time of hand-over; write for example \"Mon 09:00\", or \"09:00\" when it is every day", text)
	}
	*h = out
	return nil
}

// MarshalText writes "Mon 09:00", "" when it is not given.
func (h HandOver) MarshalText() ([]byte, error) {
	switch {
	case !h.Given:
		return nil, nil
	case h.Weekly:
		return []byte(h.Weekday.String() + " " + clockText(h.Minute)), nil
	}
	return []byte(clockText(h.Minute)), nil
}

// Hours is a span of local time. Where To is not after From, it ends on the next day.
type Hours struct{ From, To int } // minutes of the day; To up to 24:00

// UnmarshalText reads "22:00-07:00".
func (h *Hours) UnmarshalText(text []byte) error {
	from, to, _ := strings.Cut(string(text), "-")
	a, ok1 := minuteOf(from)
	b, ok2 := minuteOf(to)
	if !ok1 || !ok2 || a == b || a == dayMinutes {
		return fmt.Errorf("%q is not a span of hours; write for example \"22:00-07:00\", or \"00:00-24:00\" for the whole day", text)
	}
	*h = Hours{a, b}
	return nil
}

// MarshalText writes "22:00-07:00".
func (h Hours) MarshalText() ([]byte, error) {
	return []byte(clockText(h.From) + "-" + clockText(h.To)), nil
}

const dayMinutes = 24 * 60

// minuteOf reads "09:00", up to "24:00".
func minuteOf(s string) (int, bool) {
	if len(s) != 5 || s[2] != ':' {
		return 0, false
	}
	h, ok1 := number(s[:2], 24)
	m, ok2 := number(s[3:], 59)
	return h*60 + m, ok1 && ok2 && h*60+m <= dayMinutes
}

func clockText(minute int) string { return fmt.Sprintf("%02d:%02d", minute/60, minute%60) }

// number reads decimal digits, and nothing else, up to most.
func number(s string, most int) (int, bool) {
	n, err := strconv.ParseUint(s, 10, 31)
	return int(n), err == nil && int(n) <= most
}
