package promapi

import (
	"bufio"
	"context"
	"io"
	"log/slog"
	"strconv"
	"strings"
	"sync"
)

// MaxTextSeries bounds how many series an Exporter writes in one scrape.
const MaxTextSeries = 50_000

// Exporter writes snapshots in the Prometheus text format.
type Exporter struct {
	Log *slog.Logger
	Max int // series in a scrape; 0: MaxTextSeries

	said sync.Once
}

// Metrics writes every figure of a snapshot. What goes beyond Max is left out,
// counted in probity_metrics_series_left_out, and logged once.
func (x *Exporter) Metrics(w io.Writer, s *Snapshot) error {
	limit := x.Max
	if limit <= 0 {
		limit = MaxTextSeries
	}
	out := bufio.NewWriter(w)
	written, left := 0, 0
	for i := range families {
		f := &families[i]
		header := false
		f.now(s, func(value float64, labels ...string) {
			if written == limit {
				left++
				return
			}
			if !header {
				header = true
				writeHeader(out, f.name, f.help)
			}
			written++
			writeSample(out, f.name, value, labels)
		})
	}
	writeHeader(out, "probity_metrics_series_left_out", "Series that were left out of this scrape because there are more than the bound.")
	writeSample(out, "probity_metrics_series_left_out", float64(left), nil)
	if left > 0 {
		x.said.Do(func() {
			x.Log.LogAttrs(context.Background(), slog.LevelWarn, "more series than /metrics gives out; ask the query API for the rest",
				slog.Int("given", written), slog.Int("left_out", left))
		})
	}
	return out.Flush()
}

func writeHeader(w *bufio.Writer, name, help string) {
	w.WriteString("# HELP " + name + " " + help + "\n# TYPE " + name + " gauge\n")
}

var escaper = strings.NewReplacer(`\`, `\\`, "\n", `\n`, `"`, `\"`)

func writeSample(w *bufio.Writer, name string, value float64, labels []string) {
	w.WriteString(name)
	sep := byte('{')
	for i := 0; i+1 < len(labels); i += 2 {
		w.WriteByte(sep)
		sep = ','
		w.WriteString(labels[i])
		w.WriteString(`="`)
		escaper.WriteString(w, strings.ToValidUTF8(labels[i+1], "\uFFFD"))
		w.WriteByte('"')
	}
	if sep == ',' {
		w.WriteByte('}')
	}
	w.WriteByte(' ')
	w.Write(strconv.AppendFloat(w.AvailableBuffer(), value, 'g', -1, 64))
	w.WriteByte('\n')
}
