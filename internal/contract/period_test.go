package contract

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func at(t testing.TB, s string) int64 {
	t.Helper()
	v, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return v.UnixMilli()
}

func TestContainingCutsTimeAsTheContractDoes(t *testing.T) {
	for _, row := range []struct {
		sentence            string
		period              Period
		zone, in            string
		from, to, wantLabel string
	}{
		{"a month is the calendar's", Period{Kind: Month}, "UTC", "2026-11-17T08:00:00Z", "2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z", "2026-11"},
		{"its first instant is in it", Period{Kind: Month}, "UTC", "2026-11-01T00:00:00Z", "2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z", "2026-11"},
		{"March in Berlin is an hour short", Period{Kind: Month}, "Europe/Berlin", "2026-03-29T12:00:00Z", "2026-02-28T23:00:00Z", "2026-03-31T22:00:00Z", "2026-03"},
		{"October in Berlin is an hour long", Period{Kind: Month}, "Europe/Berlin", "2026-10-31T12:00:00Z", "2026-09-30T22:00:00Z", "2026-10-31T23:00:00Z", "2026-10"},
		{"April at Lord Howe is half an hour long", Period{Kind: Month}, "Australia/Lord_Howe", "2026-04-10T00:00:00Z", "2026-03-31T13:00:00Z", "2026-04-30T13:30:00Z", "2026-04"},
		{"December 2011 in Apia has thirty days", Period{Kind: Month}, "Pacific/Apia", "2011-12-15T00:00:00Z", "2011-12-01T10:00:00Z", "2011-12-31T10:00:00Z", "2011-12"},
		{"a leap February has 29 days", Period{Kind: Month}, "Asia/Shanghai", "2028-02-29T10:00:00Z", "2028-01-31T16:00:00Z", "2028-02-29T16:00:00Z", "2028-02"},
		{"the fourth quarter", Period{Kind: Quarter}, "UTC", "2026-11-17T08:00:00Z", "2026-10-01T00:00:00Z", "2027-01-01T00:00:00Z", "2026-Q4"},
		{"a year from April has its fourth quarter in January", Period{Kind: Quarter, Anchor: 4}, "UTC", "2027-02-01T00:00:00Z", "2027-01-01T00:00:00Z", "2027-04-01T00:00:00Z", "2026-Q4"},
		{"a year from February starts its quarters then", Period{Kind: Quarter, Anchor: 2}, "UTC", "2026-01-31T00:00:00Z", "2025-11-01T00:00:00Z", "2026-02-01T00:00:00Z", "2025-Q4"},
		{"a year", Period{Kind: Year}, "America/New_York", "2026-06-01T00:00:00Z", "2026-01-01T05:00:00Z", "2027-01-01T05:00:00Z", "2026"},
		{"a contract year from July", Period{Kind: Year, Anchor: 7}, "UTC", "2026-06-30T23:59:59Z", "2025-07-01T00:00:00Z", "2026-07-01T00:00:00Z", "2025"},
		{"a week starts on Monday", Period{Kind: Week}, "UTC", "2026-11-22T23:00:00Z", "2026-11-16T00:00:00Z", "2026-11-23T00:00:00Z", "2026-W47"},
		{"a week from Sunday is named by its Thursday", Period{Kind: Week, Anchor: 7}, "UTC", "2026-11-22T23:00:00Z", "2026-11-22T00:00:00Z", "2026-11-29T00:00:00Z", "2026-W48"},
		{"New Year may lie in week 53", Period{Kind: Week}, "UTC", "2027-01-01T00:00:00Z", "2026-12-28T00:00:00Z", "2027-01-04T00:00:00Z", "2026-W53"},
		{"a week before the epoch", Period{Kind: Week}, "UTC", "1969-12-30T00:00:00Z", "1969-12-29T00:00:00Z", "1970-01-05T00:00:00Z", "1970-W01"},
		{"billed from the 15th", Period{Kind: Billing, Anchor: 15}, "UTC", "2026-12-14T23:59:59Z", "2026-11-15T00:00:00Z", "2026-12-15T00:00:00Z", "2026-11-15.."},
		{"billed from the 31st, November starts on the 30th", Period{Kind: Billing, Anchor: 31}, "UTC", "2026-11-30T00:00:00Z", "2026-11-30T00:00:00Z", "2026-12-31T00:00:00Z", "2026-11-30.."},
		{"billed from the 31st, February starts on the 28th", Period{Kind: Billing, Anchor: 31}, "Europe/Berlin", "2026-03-30T12:00:00Z", "2026-02-27T23:00:00Z", "2026-03-30T22:00:00Z", "2026-02-28.."},
		{"billed from the 30th in Apia, the skipped day starts late", Period{Kind: Billing, Anchor: 30}, "Pacific/Apia", "2011-12-31T00:00:00Z", "2011-12-30T10:00:00Z", "2012-01-29T10:00:00Z", "2011-12-30.."},
		{"30 days roll with today as the last", Period{Kind: Rolling, Days: 30}, "UTC", "2026-12-02T09:00:00Z", "2026-11-03T00:00:00Z", "2026-12-03T00:00:00Z", "2026-11-03..2026-12-02"},
		{"7 rolling days across the change of clocks", Period{Kind: Rolling, Days: 7}, "Europe/Berlin", "2026-03-31T09:00:00Z", "2026-03-24T23:00:00Z", "2026-03-31T22:00:00Z", "2026-03-25..2026-03-31"},
	} {
		got := row.period.Containing(at(t, row.in), zone(t, row.zone))
		if got.From != at(t, row.from) || got.To != at(t, row.to) || got.Label != row.wantLabel {
			t.Errorf("%s: %+v.Containing(%s, %s) = %s … %s %q; want %s … %s %q", row.sentence, row.period, row.in, row.zone,
				time.UnixMilli(got.From).UTC().Format(time.RFC3339), time.UnixMilli(got.To).UTC().Format(time.RFC3339), got.Label,
				row.from, row.to, row.wantLabel)
		}
	}
}

func drawPeriod(t *rapid.T) Period {
	p := Period{Kind: PeriodKind(rapid.IntRange(0, 5).Draw(t, "kind"))}
	if most := p.Kind.maxAnchor(); most > 0 {
		p.Anchor = rapid.IntRange(0, most).Draw(t, "anchor")
	}
	if p.Kind == Rolling {
		p.Days = rapid.IntRange(1, 400).Draw(t, "days")
	}
	return p
}

func TestPeriodsTileTimeAndLabelsNameThem(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawPeriod(t)
		z, err := time.LoadLocation(rapid.SampledFrom(oddZones).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		at := rapid.Int64Range(0, 4_000_000_000_000).Draw(t, "at")
		s := p.Containing(at, z)
		if at < s.From || at >= s.To {
			t.Fatalf("%+v.Containing(%d, %s) = %+v: it does not", p, at, z, s)
		}
		if got, err := p.Parse(s.Label, z); err != nil || got != s {
			t.Fatalf("%+v.Parse(%q, %s) = %+v, %v; want %+v", p, s.Label, z, got, err, s)
		}
		next, previous := p.Next(s, z), p.Previous(s, z)
		if p.Kind == Rolling {
			if next.To <= s.To || previous.To >= s.To || next.From < s.From || previous.From > s.From {
				t.Fatalf("%+v in %s: %+v, then %+v, then %+v do not move a day at a time", p, z, previous, s, next)
			}
			return
		}
		if next.From != s.To || previous.To != s.From {
			t.Fatalf("%+v in %s: %+v, then %+v, then %+v leave a hole", p, z, previous, s, next)
		}
	})
}

func TestParseRefusesLabelsOfNoPeriod(t *testing.T) {
	for _, row := range []struct {
		sentence string
		period   Period
		label    string
	}{
		{"there is no 13th month", Period{Kind: Month}, "2026-13"},
		{"a quarter is no month", Period{Kind: Month}, "2026-Q4"},
		{"there is no fifth quarter", Period{Kind: Quarter}, "2026-Q5"},
		{"2025 has no week 53", Period{Kind: Week}, "2025-W53"},
		{"nor is there a week 0", Period{Kind: Week}, "2025-W00"},
		{"billed from the 15th, nothing starts on the 14th", Period{Kind: Billing, Anchor: 15}, "2026-11-14.."},
		{"a rolling period has its length", Period{Kind: Rolling, Days: 30}, "2026-11-04..2026-12-02"},
		{"nothing is no period", Period{Kind: Year}, ""},
	} {
		if got, err := row.period.Parse(row.label, time.UTC); err == nil {
			t.Errorf("%s: %+v.Parse(%q) = %+v; want an error", row.sentence, row.period, row.label, got)
		}
	}
}

func BenchmarkContaining(b *testing.B) {
	z, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		b.Fatal(err)
	}
	now := time.Date(2026, 11, 17, 8, 0, 0, 0, time.UTC).UnixMilli()
	for b.Loop() {
		Period{Kind: Month}.Containing(now, z)
	}
}
