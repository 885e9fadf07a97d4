package promapi

import (
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
)

// noDefault makes a time parameter one that must be given.
const noDefault = math.MinInt64

// timeParam reads a time: Unix seconds with decimals, or RFC 3339. otherwise is
// in ms UTC.
func timeParam(r *http.Request, name string, otherwise int64) (time.Time, error) {
	text := r.Form.Get(name)
	if text == "" && otherwise != noDefault {
		return time.UnixMilli(otherwise).UTC(), nil
	}
	ms := math.NaN()
	if f, err := strconv.ParseFloat(text, 64); err == nil {
		ms = math.Round(f * 1000)
	} else if t, err := time.Parse(time.RFC3339Nano, text); err == nil {
		ms = float64(t.UnixMilli())
	}
	if math.IsNaN(ms) || math.Abs(ms) > float64(maxInstant) {
		return time.Time{}, bad("invalid parameter %q: cannot parse %q to a valid timestamp", name, text)
	}
	return time.UnixMilli(int64(ms)).UTC(), nil
}

// durationParam reads a positive duration: seconds with decimals, or as "5m".
func durationParam(r *http.Request, name string, otherwise time.Duration) (time.Duration, error) {
	text := r.Form.Get(name)
	if text == "" && otherwise != 0 {
		return otherwise, nil
	}
	if f, err := strconv.ParseFloat(text, 64); err == nil {
		if f > 0 && f < maxWindow.Seconds() {
			return time.Duration(f * float64(time.Second)), nil
		}
	} else if d, err := model.ParseDuration(text); err == nil && d > 0 && time.Duration(d) < maxWindow {
		return time.Duration(d), nil
	}
	return 0, bad("invalid parameter %q: %q is no duration above zero and below %d days", name, text, maxWindow/(24*time.Hour))
}

// limitParam reads how many results are wanted; 0: all.
func limitParam(r *http.Request) (int, error) {
	text := r.Form.Get("limit")
	if text == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0, bad(`invalid parameter "limit": %q is no whole number from 0 on`, text)
	}
	return n, nil
}

// matchersParam reads match[]: sets of matchers of which any may match. None
// given means everything.
func (a *API) matchersParam(r *http.Request) ([][]*labels.Matcher, error) {
	texts := r.Form["match[]"]
	if len(texts) > maxMatchers {
		return nil, bad(`invalid parameter "match[]": more than %d of them`, maxMatchers)
	}
	for _, s := range texts {
		if len(s) > maxQueryBytes {
			return nil, bad(`invalid parameter "match[]": longer than %d bytes`, maxQueryBytes)
		}
	}
	sets, err := a.parser.ParseMetricSelectors(texts)
	if err != nil {
		return nil, bad(`invalid parameter "match[]": %w`, err)
	}
	for _, set := range sets {
		if !selective(set) {
			return nil, bad("match[] must contain at least one non-empty matcher")
		}
	}
	return sets, nil
}

func selective(set []*labels.Matcher) bool {
	for _, m := range set {
		if m != nil && !m.Matches("") {
			return true
		}
	}
	return false
}
