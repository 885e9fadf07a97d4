package ingest

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// timed is an answer that remembers what its connection's write deadline was
// when bytes went out, and what it is left at.
type timed struct {
	*httptest.ResponseRecorder
	deadline, sentUnder time.Time
}

func (w *timed) SetWriteDeadline(t time.Time) error { w.deadline = t; return nil }
func (w *timed) FlushError() error                  { w.sentUnder = w.deadline; w.Flush(); return nil }

// A connection serves other requests afterwards, behind a proxy even those of
// people: a deadline left on it would cut their answers off.
func TestAnswersAreBoundedAndLeaveNoDeadline(t *testing.T) {
	r := newRig(t, nil)
	for name, header := range map[string][2]string{
		"an assignment": {"Authorization", "Bearer " + token},
		"no news":       {"If-None-Match", `"1"`},
		"a refusal":     {"Authorization", "Bearer forged"},
	} {
		req := httptest.NewRequest(http.MethodGet, "/api/v1/assignment", nil)
		req.Header.Set("Authorization", "Bearer "+token)
		req.Header.Set(header[0], header[1])
		w := &timed{ResponseRecorder: httptest.NewRecorder()}
		r.handler.Assignment(w, req)
		if w.sentUnder.IsZero() || !w.deadline.IsZero() {
			t.Errorf("%s: sent under the deadline %v, which was left at %v; want one, and none", name, w.sentUnder, w.deadline)
		}
	}
}
