package web

import (
	"fmt"
	"time"
)

// wallInput is a local time as a form sends it. Fold says which of two is meant
// when clocks were set back: "first", "second", or "" before anybody asked.
type wallInput struct {
	Text  string
	Fold  string
	Twice bool // the clocks showed it twice: the form asks which
	// Earlier and Later are the two offsets from UTC to choose between, "+02:00".
	Earlier, Later string
}

// wallError says why a local time is none, in words that are translated with
// its arguments.
type wallError struct {
	text string
	args []any
}

func (e *wallError) Error() string { return fmt.Sprintf(e.text, e.args...) }

// ErrorIn is the error in a language.
func (e *wallError) ErrorIn(wd *words) string { return wd.T(e.text, e.args...) }

// instant resolves the local time in a zone to ms UTC. A time that clocks
// skipped is refused; one that they showed twice needs Fold.
func (in *wallInput) instant(z *time.Location) (int64, error) {
	var wall time.Time
	var err error
	for _, layout := range []string{formLayout, "2006-01-02T15:04:05"} {
		if wall, err = time.ParseInLocation(layout, in.Text, time.UTC); err == nil {
			break
		}
	}
	if err != nil {
		return 0, &wallError{`Write it as 2026-11-22T02:00, local time of %s.`, []any{z.String()}}
	}
	found := instantsOf(wall, z)
	switch {
	case len(found) == 0:
		return 0, &wallError{"In %s the clocks were set forward over %s, so there was no such time.", []any{z.String(), wall.Format("2006-01-02 15:04")}}
	case found[0] < minInstant || found[0] >= maxInstant:
		return 0, &wallError{"It lies before 2000 or after 2199.", nil}
	case len(found) == 1:
		return found[0], nil
	}
	in.Twice = true
	in.Earlier, in.Later = offsetAt(found[0], z), offsetAt(found[1], z)
	switch in.Fold {
	case "first":
		return found[0], nil
	case "second":
		return found[1], nil
	}
	return 0, &wallError{"In %s the clocks were set back and showed %s twice. Say which is meant.", []any{z.String(), wall.Format("2006-01-02 15:04")}}
}

// instantsOf returns the instants, ms UTC in order, at which clocks in a zone
// show a wall time: none in a gap, two in an overlap.
func instantsOf(wall time.Time, z *time.Location) []int64 {
	const day = 24 * time.Hour
	var out []int64
	for _, near := range []time.Time{wall.Add(-day), wall.Add(day)} {
		_, offset := near.In(z).Zone()
		t := wall.Add(-time.Duration(offset) * time.Second)
		if t.In(z).Format(time.DateTime) == wall.Format(time.DateTime) && (len(out) == 0 || out[0] != t.UnixMilli()) {
			out = append(out, t.UnixMilli())
		}
	}
	if len(out) == 2 && out[0] > out[1] {
		out[0], out[1] = out[1], out[0]
	}
	return out
}

func offsetAt(ms int64, z *time.Location) string {
	return time.UnixMilli(ms).In(z).Format("-07:00")
}

// wallText is an instant as <input type="datetime-local"> takes it.
func wallText(ms int64, z *time.Location) string {
	return time.UnixMilli(ms).In(z).Format(formLayout)
}
