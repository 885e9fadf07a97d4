package evaluate

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/probity-sla/probity/internal/contract"
	"github.com/probity-sla/probity/internal/sla"
)

// unreadable is a ledger whose exclusions cannot be read now and then.
type unreadable struct {
	*ledger
	fault error
	asked func()
}

func (u *unreadable) Exclusions(context.Context, *contract.Agreement, sla.Window, int64) (*Exclusions, error) {
	if u.asked != nil {
		u.asked()
	}
	return &u.exclusions, u.fault
}

func TestAChangeOutlivesAFailedRound(t *testing.T) {
	l, e := newLedger(t, "2026-10-31T23:00:00Z", "2026-11-05T00:00:00Z")
	u := &unreadable{ledger: l}
	e.o.Records = u
	e.Round(t.Context())
	before := e.Live("shop").Statement

	u.fault = errors.New("disk unreadable")
	e.TouchAll()
	e.Round(t.Context())
	u.fault = nil
	e.Round(t.Context())
	if e.Live("shop").Statement == before {
		t.Error("the statement is that of before the change; want it computed again after the failed round")
	}
}

func TestAChangeDuringARoundIsForTheNext(t *testing.T) {
	l, e := newLedger(t, "2026-10-31T23:00:00Z", "2026-11-05T00:00:00Z")
	u := &unreadable{ledger: l}
	e.o.Records = u
	e.Round(t.Context())
	u.asked = sync.OnceFunc(e.TouchAll) // once the round has begun to read
	e.TouchAll()
	e.Round(t.Context())
	before := e.Live("shop").Statement
	e.Round(t.Context())
	if e.Live("shop").Statement == before {
		t.Error("the statement is that of before the change; want it computed again in the next round")
	}
}

// Readers hold a live state while rounds go on and agreements are touched.
func TestLiveStatesAreReadDuringRounds(t *testing.T) {
	l, e := newLedger(t, "2026-10-31T23:00:00Z", "2026-11-05T00:00:00Z")
	e.Round(t.Context())
	var readers sync.WaitGroup
	stop := make(chan struct{})
	readers.Go(func() {
		for last := int64(0); ; {
			select {
			case <-stop:
				return
			default:
			}
			at := e.Live("shop").At
			if at < last {
				t.Errorf("computed at %d, after %d had been seen", at, last)
			}
			last = at
			e.TouchAll()
		}
	})
	for range 20 {
		l.now = l.now.Add(idle / 2)
		e.Round(t.Context())
	}
	close(stop)
	readers.Wait()
}

func TestAnAgreementThatLeftDuringARoundStaysAway(t *testing.T) {
	l, e := newLedger(t, "2026-10-31T23:00:00Z", "2026-11-05T00:00:00Z")
	none, faults := contract.NewSet(nil)
	if faults != nil {
		t.Fatal(contract.Join(faults))
	}
	u := &unreadable{ledger: l, asked: func() { e.SetAgreements(none) }}
	e.o.Records = u
	e.o.Observe = func(context.Context, *contract.Agreement, *ServiceLive) { t.Error("observed; want it left alone") }
	e.Round(t.Context())
	if e.Live("shop") != nil {
		t.Error("the agreement has a live state; want none")
	}
}
