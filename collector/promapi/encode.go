package promapi

import (
	"encoding/json"
	"math"
	"strconv"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
)

// appendSuccess writes the envelope around data.
func appendSuccess(dst []byte, a answer) []byte {
	dst = append(dst, `{"status":"success","data":`...)
	dst = append(dst, a.data...)
	warnings, infos := a.warnings.AsStrings("", maxWarnings, maxWarnings)
	dst = appendStrings(dst, `,"warnings":`, warnings)
	dst = appendStrings(dst, `,"infos":`, infos)
	return append(dst, '}')
}

// maxWarnings bounds the annotations of one answer.
const maxWarnings = 10

func appendStrings(dst []byte, key string, list []string) []byte {
	if len(list) == 0 {
		return dst
	}
	dst = append(append(dst, key...), '[')
	for i, s := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendString(dst, s)
	}
	return append(dst, ']')
}

func appendFailure(dst []byte, f *failure) []byte {
	dst = appendString(append(dst, `{"status":"error","errorType":`...), f.kind)
	dst = appendString(append(dst, `,"error":`...), f.err.Error())
	return append(dst, '}')
}

func appendString(dst []byte, s string) []byte {
	b, err := json.Marshal(s)
	if err != nil {
		return append(dst, `""`...) // a string always marshals
	}
	return append(dst, b...)
}

// appendValue writes a result of the engine, at most limit series of it (0:
// all), and reports whether any were left out.
func appendValue(dst []byte, v parser.Value, limit int) (_ []byte, cut bool) {
	dst = append(dst, `{"resultType":"`...)
	dst = append(append(dst, v.Type()...), `","result":`...)
	switch v := v.(type) {
	case promql.Scalar:
		dst = appendSample(dst, v.T, v.V)
	case promql.String:
		dst = append(appendTime(append(dst, '['), v.T), ',')
		dst = append(appendString(dst, v.V), ']')
	case promql.Vector:
		if cut = limit > 0 && len(v) > limit; cut {
			v = v[:limit]
		}
		dst = append(dst, '[')
		for i, s := range v {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendLabels(append(dst, `{"metric":`...), s.Metric)
			dst = append(appendSample(append(dst, `,"value":`...), s.T, s.F), '}')
		}
		dst = append(dst, ']')
	case promql.Matrix:
		if cut = limit > 0 && len(v) > limit; cut {
			v = v[:limit]
		}
		dst = appendMatrix(dst, v)
	}
	return append(dst, '}'), cut
}

func appendMatrix(dst []byte, m promql.Matrix) []byte {
	dst = append(dst, '[')
	for i, s := range m {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendLabels(append(dst, `{"metric":`...), s.Metric)
		dst = append(dst, `,"values":[`...)
		for j, p := range s.Floats {
			if j > 0 {
				dst = append(dst, ',')
			}
			dst = appendSample(dst, p.T, p.F)
		}
		dst = append(dst, "]}"...)
	}
	return append(dst, ']')
}

func appendLabels(dst []byte, l labels.Labels) []byte {
	dst = append(dst, '{')
	first := true
	l.Range(func(x labels.Label) {
		if !first {
			dst = append(dst, ',')
		}
		first = false
		dst = append(appendString(dst, x.Name), ':')
		dst = appendString(dst, x.Value)
	})
	return append(dst, '}')
}

func appendSample(dst []byte, t int64, v float64) []byte {
	dst = append(appendTime(append(dst, '['), t), ',')
	format := byte('f')
	if abs := math.Abs(v); abs != 0 && (abs < 1e-6 || abs >= 1e21) {
		format = 'e'
	}
	dst = strconv.AppendFloat(append(dst, '"'), v, format, -1, 64)
	return append(dst, '"', ']')
}

// appendTime writes ms as seconds.
func appendTime(dst []byte, ms int64) []byte {
	return strconv.AppendFloat(dst, float64(ms)/1000, 'f', -1, 64)
}
