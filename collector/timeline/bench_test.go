package timeline

import (
	"fmt"
	"testing"
)

// The spread is the standard deviation of the logarithm of latencies: 0.1 is a
// steady service, 0.2 a common one, 0.5 a restless one.
func BenchmarkEncode(b *testing.B) {
	for _, spread := range []float64{0.1, 0.2, 0.5} {
		b.Run(fmt.Sprint("spread=", spread), func(b *testing.B) {
			c := newCodec(b)
			p := aDay(2880, spread)
			var runs, detail []byte
			for b.Loop() {
				runs = AppendRuns(runs[:0], p.AppendRuns(nil))
				var err error
				if detail, err = c.AppendDetail(detail[:0], p); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(len(runs))/float64(len(p)), "runs-B/result")
			b.ReportMetric(float64(len(runs)+len(detail))/float64(len(p)), "B/result")
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(p)), "ns/result")
		})
	}
}

func BenchmarkDecode(b *testing.B) {
	c := newCodec(b)
	p := aDay(2880, 0.2)
	runs, detail := encode(b, c, p)
	for b.Loop() {
		decoded, err := DecodeRuns(nil, runs)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := c.Decode(decoded, detail); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(p)), "ns/result")
}

func BenchmarkDecodeRunsOnly(b *testing.B) {
	runs := AppendRuns(nil, aDay(2880, 0.2).AppendRuns(nil))
	var out []Run
	for b.Loop() {
		var err error
		if out, err = DecodeRuns(out[:0], runs); err != nil {
			b.Fatal(err)
		}
	}
}
