package report

import (
	"strings"
	"testing"
	"time"

	"github.com/probity-sla/probity/internal/sla"
)

func TestTextSaysHowFaultsWereHandled(t *testing.T) {
	spread := sla.SpreadOf([]int64{600_000, 900_000})
	st := &sla.Statement{Agreement: "shop", Label: "2026-10", Zone: "UTC", Handled: &sla.Handled{
		Clocks: []sla.Compliance{{Severity: "P1", Indicator: "response", Target: 3_600_000, Incidents: 3, Met: 1, Missed: 1, Running: 1, Share: sla.Of(1, 2)}},
		Times:  sla.MeanTimes{Incidents: 3, Acknowledge: spread}, Credits: sla.CreditSum{Availability: sla.Of(10, 1), Repairs: sla.Of(5, 1), Total: sla.Of(15, 1)},
	}}
	var b strings.Builder
	if err := Text(&b, st, time.UTC); err != nil {
		t.Fatal(err)
	}
	got := strings.Join(strings.Fields(b.String()), " ")
	for _, want := range []string{
		"Faults: 3", "P1 response 3600.000 3 1 1 1 50.00", "mean time to acknowledge 750.000 s over 2, longest 900.000 s",
		"credits in all 15.00 % of the period's fee: availability 10.00 %, repairs 5.00 %",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the statement lacks %q:\n%s", want, b.String())
		}
	}
	if st.Handled = nil; strings.Contains(b.String(), "Faults: 0") {
		t.Error("a statement without incidents speaks of faults")
	}
}
