package web

import (
	"fmt"
	"slices"
	"strings"
)

// plotPoints bounds the points of one series in a plot drawn on the server.
const plotPoints = 400

// plot is a latency plot: lines in a box of 1000 × 100, marks beside it.
type plot struct {
	Series []series
	Y      []tick // X holds the height, in per cent from the top
	X      []tick
	Source string // the points as JSON, for a closer look with scripts
	Title  string
}

// series is one location's line. Class tells lines apart by dash and colour.
type series struct {
	Label, Class, Path string
	Median             string
}

// newPlot draws one line for each location, with holes where there was no result.
func (c *canvas) newPlot(title, source string, rows []LocationState, points [][]Latency) *plot {
	top := scaleOf(points)
	p := &plot{Title: title, Source: source, X: c.ticks()}
	for i, row := range rows {
		if len(points[i]) == 0 {
			continue
		}
		p.Series = append(p.Series, series{
			Label: string(row.Location), Class: fmt.Sprintf("series-%d", i%6),
			Path: c.path(points[i], top), Median: microsText(median(points[i])),
		})
	}
	if p.Series == nil {
		return nil
	}
	for i := range 3 {
		p.Y = append(p.Y, tick{fmt.Sprintf("%d%%", 50*i), microsText(top * int64(2-i) / 2)})
	}
	return p
}

// scaleOf is a round height that holds nearly every point: one answer after
// seconds must not flatten the rest.
func scaleOf(points [][]Latency) int64 {
	var all []int64
	for _, list := range points {
		for _, p := range list {
			all = append(all, p.Micros)
		}
	}
	if len(all) == 0 {
		return 1000
	}
	slices.Sort(all)
	want := all[len(all)-1]
	if p99 := all[len(all)*99/100]; want > 4*p99 {
		want = 2 * p99
	}
	for unit := int64(100); ; unit *= 10 {
		for _, n := range []int64{1, 2, 4, 6, 10} {
			if n*unit >= want {
				return n * unit
			}
		}
	}
}

func median(list []Latency) int64 {
	all := make([]int64, len(list))
	for i, p := range list {
		all[i] = p.Micros
	}
	slices.Sort(all)
	return all[len(all)/2]
}

// path lifts the pen where two points are much further apart than usual.
func (c *canvas) path(points []Latency, top int64) string {
	gaps := make([]int64, 0, len(points))
	for i := 1; i < len(points); i++ {
		gaps = append(gaps, points[i].Slot-points[i-1].Slot)
	}
	slices.Sort(gaps)
	usual := int64(1 << 62)
	if len(gaps) > 0 {
		usual = gaps[len(gaps)/2] * 5 / 2
	}
	var b strings.Builder
	for i, p := range points {
		verb := "L"
		if i == 0 || p.Slot-points[i-1].Slot > usual {
			verb = "M"
		}
		x := 1000 * float64(p.Slot-c.From) / float64(c.To-c.From)
		y := 100 - 100*min(1, float64(p.Micros)/float64(top))
		fmt.Fprintf(&b, "%s%.1f %.2f", verb, x, y)
	}
	return b.String()
}

func microsText(us int64) string {
	switch {
	case us >= 1_000_000:
		return trimZeros(fmt.Sprintf("%.2f", float64(us)/1e6)) + " s"
	case us >= 1000:
		return trimZeros(fmt.Sprintf("%.1f", float64(us)/1e3)) + " ms"
	}
	return fmt.Sprintf("%d µs", us)
}

func trimZeros(s string) string { return strings.TrimRight(strings.TrimRight(s, "0"), ".") }
