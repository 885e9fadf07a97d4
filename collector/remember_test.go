package collector

import (
	"testing"
	"time"

	"github.com/probity-sla/probity/internal/protocol"
)

// TestSpooledResultsOfAnEarlierInterval: results that waited in a spool while
// an agreement changed, and the collector restarted, are still results; those
// of a text that was in force between two others, too.
func TestSpooledResultsOfAnEarlierInterval(t *testing.T) {
	const check protocol.CheckID = "shop/web/home"
	h := newHouse(t, map[string]string{"agreements/shop.toml": agreementText("shop", "2s", "")})
	h.serve()
	h.stop()
	var waiting []protocol.Result
	for _, slot := range slotsBefore(check, 2*time.Second, time.Now(), 3) {
		waiting = append(waiting, result(check, 2*time.Second, slot, protocol.OutcomeUp))
	}
	h.write("agreements/shop.toml", agreementText("shop", "3s", ""))
	h.serve()
	if ack := h.push(1, waiting...); ack.Accepted != 3 || len(ack.Rejected) != 0 {
		t.Errorf("results of the interval before: %+v; want all three accepted", ack)
	}
	h.stop()
	waiting = waiting[:0]
	for _, slot := range slotsBefore(check, 3*time.Second, time.Now(), 3) {
		waiting = append(waiting, result(check, 3*time.Second, slot, protocol.OutcomeUp))
	}
	h.write("agreements/shop.toml", agreementText("shop", "2s", "")) // as it was at first
	h.serve()
	if ack := h.push(2, waiting...); ack.Accepted != 3 || len(ack.Rejected) != 0 {
		t.Errorf("results of a text that was replaced by the one before: %+v; want all three accepted", ack)
	}
	odd := result(check, 7*time.Second, slotsBefore(check, 7*time.Second, time.Now(), 1)[0], protocol.OutcomeUp)
	if ack := h.push(3, odd); ack.Accepted != 0 || len(ack.Rejected) != 1 {
		t.Errorf("a result of an interval that no text had: %+v; want it rejected", ack)
	}
}

// TestTextInForceAtAnInstant: a text that comes back is in force again.
func TestTextInForceAtAnInstant(t *testing.T) {
	db := openStore(t)
	for at, revision := range []string{"a", "a", "b", "a", "a"} {
		if err := db.SaveAgreement(t.Context(), "shop", revision, []byte(revision), int64(100*at+100)); err != nil {
			t.Fatal(err)
		}
	}
	for at, want := range map[int64]string{99: "", 100: "a", 299: "a", 300: "b", 399: "b", 400: "a", 9999: "a"} {
		if got, err := (records{db: db}).InForce(t.Context(), "shop", at); got != want || err != nil {
			t.Errorf("InForce(%d) = %q, %v; want %q", at, got, err, want)
		}
	}
}
