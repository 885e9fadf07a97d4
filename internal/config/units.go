package config

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

const day = 24 * time.Hour

// Duration is an elapsed time written with units: "500ms", "1m30s", "90d".
// A bare number is refused: nobody can tell whether it is seconds.
type Duration time.Duration

// Std returns d as the standard library's type.
func (d Duration) Std() time.Duration { return time.Duration(d) }

func (d Duration) String() string {
	v := time.Duration(d)
	if v >= day && v%day == 0 {
		return strconv.FormatInt(int64(v/day), 10) + "d"
	}
	s := v.String() // "5m0s", "1h0m0s": drop the zero parts
	if strings.HasSuffix(s, "m0s") {
		s = s[:len(s)-2]
	}
	if strings.HasSuffix(s, "h0m") {
		s = s[:len(s)-2]
	}
	return s
}

func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

func (d *Duration) UnmarshalText(text []byte) error {
	v, err := ParseDuration(string(text))
	if err != nil {
		return err
	}
	*d = Duration(v)
	return nil
}

// ParseDuration reads what Duration accepts: Go's units, and d for 24 hours in
// front of them. Negative durations are refused.
func ParseDuration(s string) (time.Duration, error) {
	if s == "0" {
		return 0, nil
	}
	if _, err := strconv.ParseFloat(s, 64); err == nil {
		return 0, fmt.Errorf("duration %s has no unit; write %q for seconds or %q for milliseconds", s, s+"s", s+"ms")
	}
	var days int64
	rest := s
	if head, tail, ok := strings.Cut(s, "d"); ok {
		n, err := strconv.ParseUint(head, 10, 31)
		if err != nil || n > uint64(math.MaxInt64/int64(day))-1 {
			return 0, badDuration(s)
		}
		days, rest = int64(n), tail
	}
	d := time.Duration(days) * day
	if rest == "" {
		if s == "" {
			return 0, badDuration(s)
		}
		return d, nil
	}
	part, err := time.ParseDuration(rest)
	if err != nil || (days > 0 && part >= day) {
		return 0, badDuration(s)
	}
	if part < 0 || strings.HasPrefix(rest, "-") {
		return 0, fmt.Errorf("duration %q is negative; write it without the sign", s)
	}
	return d + part, nil
}

func badDuration(s string) error {
	return fmt.Errorf("%q is not a duration; write for example \"500ms\", \"30s\", \"5m\", \"1h30m\" or \"90d\"", s)
}

// Size is a number of bytes written with a unit: "256 MiB", "64KiB", "10 MB", "512 B".
type Size int64

var units = []struct {
	name  string
	bytes int64
}{
	{"TiB", 1 << 40}, {"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10},
	{"TB", 1e12}, {"GB", 1e9}, {"MB", 1e6}, {"kB", 1e3}, {"KB", 1e3}, {"B", 1},
}

// Bytes returns the number of bytes.
func (s Size) Bytes() int64 { return int64(s) }

func (s Size) String() string {
	for _, u := range units[:4] {
		if int64(s) >= u.bytes && int64(s)%u.bytes == 0 {
			return fmt.Sprintf("%d %s", int64(s)/u.bytes, u.name)
		}
	}
	return fmt.Sprintf("%d B", int64(s))
}

func (s Size) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

func (s *Size) UnmarshalText(text []byte) error {
	in := string(text)
	for _, u := range units {
		digits, ok := strings.CutSuffix(in, u.name)
		if !ok {
			continue
		}
		n, err := strconv.ParseUint(strings.TrimSpace(digits), 10, 63)
		if err != nil || n > uint64(math.MaxInt64/u.bytes) {
			break
		}
		*s = Size(int64(n) * u.bytes)
		return nil
	}
	return fmt.Errorf("%q is not a size; write a whole number with a unit, for example \"256 MiB\", \"64 KiB\" or \"512 B\"", in)
}
