package config

import (
	"testing"
	"time"
)

func TestParseDuration(t *testing.T) {
	tests := []struct {
		in   string
		want time.Duration
		out  string // "" when refused
	}{
		{"500ms", 500 * time.Millisecond, "500ms"},
		{"1m30s", 90 * time.Second, "1m30s"},
		{"5m", 5 * time.Minute, "5m"},
		{"2h", 2 * time.Hour, "2h"},
		{"10m", 10 * time.Minute, "10m"},
		{"90d", 90 * day, "90d"},
		{"1d12h", 36 * time.Hour, "36h"},
		{"24h", day, "1d"},
		{"0", 0, "0s"},
		{"30", 0, ""},
		{"1.5", 0, ""},
		{"-5m", 0, ""},
		{"1d-5m", 0, ""},
		{"1d24h", 0, ""},
		{"d", 0, ""},
		{"", 0, ""},
		{"999999999d", 0, ""},
		{"5 minutes", 0, ""},
	}
	for _, tt := range tests {
		got, err := ParseDuration(tt.in)
		if got != tt.want || (err == nil) != (tt.out != "") {
			t.Errorf("ParseDuration(%q) = %v, %v; want %v", tt.in, got, err, tt.want)
		}
		if s := Duration(got).String(); err == nil && s != tt.out {
			t.Errorf("Duration(%v).String() = %q; want %q", got, s, tt.out)
		}
	}
}

func TestSize(t *testing.T) {
	tests := []struct {
		in   string
		want Size
		ok   bool
	}{
		{"256 MiB", 256 << 20, true},
		{"64KiB", 64 << 10, true},
		{"10 MB", 10_000_000, true},
		{"512 B", 512, true},
		{"1 TiB", 1 << 40, true},
		{"256", 0, false},
		{"-1 MiB", 0, false},
		{"1.5 GiB", 0, false},
		{"9999999999 TiB", 0, false},
		{"MiB", 0, false},
	}
	for _, tt := range tests {
		var got Size
		err := got.UnmarshalText([]byte(tt.in))
		if got != tt.want || (err == nil) != tt.ok {
			t.Errorf("UnmarshalText(%q) = %v, %v; want %v", tt.in, got, err, tt.want)
		}
		var back Size
		if err := back.UnmarshalText([]byte(got.String())); err != nil || back != got {
			t.Errorf("Size(%d) printed as %q, which reads as %d, %v", got, got, back, err)
		}
	}
}

func TestListen(t *testing.T) {
	tests := []struct {
		in           string
		ok, loopback bool
	}{
		{"127.0.0.1:9410", true, true},
		{"127.8.9.10:0", true, true},
		{"[::1]:9410", true, true},
		{"[::ffff:127.0.0.1]:1", true, true},
		{"localhost:80", true, true},
		{":9410", true, false},
		{"0.0.0.0:9410", true, false},
		{"[::]:9410", true, false},
		{"192.0.2.1:9410", true, false},
		{"9410", false, false},
		{"127.0.0.1:http", false, false},
		{"127.0.0.1:70000", false, false},
		{"http://127.0.0.1:80", false, false},
	}
	for _, tt := range tests {
		got, err := ParseListen(tt.in)
		if (err == nil) != tt.ok || got.Loopback() != tt.loopback {
			t.Errorf("ParseListen(%q) = %v (loopback %v), %v; want ok %v, loopback %v", tt.in, got, got.Loopback(), err, tt.ok, tt.loopback)
		}
	}
}

func FuzzUnits(f *testing.F) {
	for _, s := range []string{"90d", "1d12h", "5m", "256 MiB", "127.0.0.1:1", "[::1]:0"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if d, err := ParseDuration(s); err == nil {
			if back, err := ParseDuration(Duration(d).String()); err != nil || back != d || d < 0 {
				t.Errorf("ParseDuration(%q) = %v, which reads back as %v, %v", s, d, back, err)
			}
		}
		var size Size
		if err := size.UnmarshalText([]byte(s)); err == nil && size < 0 {
			t.Errorf("Size(%q) = %d; want no negative size", s, size)
		}
		if l, err := ParseListen(s); err == nil {
			if back, err := ParseListen(l.String()); err != nil || back != l {
				t.Errorf("ParseListen(%q) = %v, which reads back as %v, %v", s, l, back, err)
			}
		}
	})
}
