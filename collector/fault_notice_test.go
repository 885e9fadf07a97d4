package collector

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/collector/store"
	"github.com/probity-sla/probity/collector/web"
	"github.com/probity-sla/probity/internal/sla"
)

const contosoToken = "pt_contoso"

// withCustomer gives a house a token of the customer.
func (h *house) withCustomer() {
	h.t.Helper()
	h.records(func(ctx context.Context, db *store.Store) error {
		return db.CreateToken(ctx, store.TokenRecord{ID: "tk-c", Name: "contoso", Role: roleCustomer, Customer: "Contoso", Hash: hashText(contosoToken), CreatedAt: 1})
	})
}

// report sends a fault in as the customer, and returns the answer.
func (h *house) report(summary string) (int, string, incident.Fault) {
	h.t.Helper()
	status, body := h.ask("POST", "/api/v1/agreements/shop/faults", contosoToken, fmt.Appendf(nil,
		`{"service":"web","summary":%q,"since":%q,"contact":"noc@contoso.example"}`,
		summary, time.Now().Add(-time.Minute).UTC().Format(time.RFC3339)))
	var f incident.Fault
	if err := json.Unmarshal([]byte(body), &f); err != nil {
		h.t.Fatal(err)
	}
	return status, body, f
}

// TestAReportedFaultPagesTheHouse: and its answer closes the page.
func TestAReportedFaultPagesTheHouse(t *testing.T) {
	p := newPagerHouse(t)
	p.withCustomer()
	p.serve()
	status, body, f := p.report("no orders come in")
	if status != http.StatusCreated {
		t.Fatalf("report: %d %s", status, body)
	}
	eventually(t, "who is on call is told", func() bool {
		return slices.Equal(p.pages(f.ID), []string{"trigger"}) && p.hook.find(f.ID, "no orders come in", "/faults/"+f.ID) != ""
	})
	if status, body := p.ask("POST", "/api/v1/faults/"+f.ID+"/decline", operatorToken, []byte(`{"answer":"a drill"}`)); status != http.StatusOK {
		t.Fatalf("decline: %d %s", status, body)
	}
	eventually(t, "the page is closed", func() bool { return slices.Equal(p.pages(f.ID), []string{"trigger", "resolve"}) })
}

// TestARefusedAcceptanceLeavesNothing: neither a correction nor an answer.
func TestARefusedAcceptanceLeavesNothing(t *testing.T) {
	p := newPagerHouse(t)
	p.withCustomer()
	p.serve()
	_, _, f := p.report("no orders come in")
	now := time.Now()
	accept := func(more string) (int, string) {
		return p.ask("POST", "/api/v1/faults/"+f.ID+"/accept", operatorToken, fmt.Appendf(nil, `{"answer":"seen","correction":{"from":%q,"to":%q,"services":["web"]}%s}`,
			now.Add(-time.Hour).UTC().Format(time.RFC3339), now.Add(-time.Minute).UTC().Format(time.RFC3339), more))
	}
	corrections := func() (out []store.CorrectionRecord) {
		p.records(func(ctx context.Context, db *store.Store) (err error) {
			out, err = db.Corrections(ctx, "", 0, 1<<62)
			return err
		})
		return out
	}
	for more, want := range map[string]int{`,"severity":"P9"`: http.StatusBadRequest, `,"incident":"INC-2020-0001"`: http.StatusNotFound} {
		if status, body := accept(more); status != want {
			t.Errorf("accept with %s: %d; want %d: %s", more, status, want, body)
		}
		if got := corrections(); len(got) != 0 {
			t.Fatalf("after a refused accept with %s: %+v", more, got)
		}
	}
	if status, body := accept(""); status != http.StatusOK {
		t.Fatalf("accept: %d %s", status, body)
	}
	got := corrections()
	if len(got) != 1 || got[0].Effect != sla.EffectDown || got[0].ApprovedAt != 0 {
		t.Errorf("after the accept: %+v; want one correction, proposed", got)
	}
	if status, _ := accept(""); status != http.StatusConflict || len(corrections()) != 1 {
		t.Errorf("accepted twice: %d, %d corrections", status, len(corrections()))
	}
}

// TestFaultsATokenMayReportAreBounded: by the record, whatever was restarted.
func TestFaultsATokenMayReportAreBounded(t *testing.T) {
	p := newPagerHouse(t)
	p.withCustomer()
	now := time.Now().UnixMilli()
	p.records(func(ctx context.Context, db *store.Store) error {
		for n := range maxFaultsAnHour - 1 {
			f := incident.Fault{ID: fmt.Sprintf("FLT-2026-%d", n), Agreement: "shop", Reporter: "tk-c", ReportedAt: now - 1000}
			r, err := faultRecord(&f, now)
			if err == nil {
				err = db.AddFault(ctx, r, nil, store.FaultEvent{Seq: 1, At: now})
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	p.serve()
	if status, body, _ := p.report("the last that is taken"); status != http.StatusCreated {
		t.Fatalf("report %d: %d %s", maxFaultsAnHour, status, body)
	}
	if status, body, _ := p.report("one too many"); status != http.StatusTooManyRequests || !strings.Contains(body, "problem:too-many") {
		t.Errorf("report %d: %d %s", maxFaultsAnHour+1, status, body)
	}
}

func TestBytesATokenMaySendAreBounded(t *testing.T) {
	ctx := t.Context()
	db, err := store.Open(ctx, store.Options{Path: t.TempDir() + "/db"})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	const file = store.MaxAttachmentBytes
	const day = 24 * 60 * 60 * 1000
	c := &collector{db: db}
	for n := range maxFaultBytesADay / file {
		f := store.FaultRecord{ID: fmt.Sprint(n), Token: "tk-c", ReportedAt: day}
		if err := db.AddFault(ctx, f, []store.AttachmentRecord{{N: 1, Data: make([]byte, file)}}, store.FaultEvent{Seq: 1}); err != nil {
			t.Fatal(err)
		}
	}
	for _, x := range []struct {
		at    int64
		bytes int
		ok    bool
	}{{2 * day, 1, false}, {2*day + 1, 1, true}, {2 * day, 0, true}} {
		err := c.admitFault(ctx, &incident.Fault{Reporter: "tk-c", ReportedAt: x.at}, [][]byte{make([]byte, x.bytes)})
		problem, refused := err.(*web.Problem)
		if refused == x.ok || refused && problem.Status != http.StatusTooManyRequests {
			t.Errorf("%d bytes at %d: %v; want taken %t", x.bytes, x.at, err, x.ok)
		}
	}
}
