package collector

import (
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/probity-sla/probity/collector/store"
	"github.com/probity-sla/probity/internal/contract"
	"github.com/probity-sla/probity/internal/protocol"
)

// A reload takes an agreement out of force while a round still judges it: the
// round opens nothing, for nobody would close it.
func TestARoundOpensNoAlertOfWhatHasLeft(t *testing.T) {
	for _, tt := range []struct {
		name  string
		stays bool
		want  int
	}{{"in force", true, 1}, {"left", false, 0}} {
		h := newHouse(t, map[string]string{"collector.toml": houseConfig(""), "agreements/shop.toml": agreementText("shop", "1s", "")})
		cfg, err := LoadConfig(filepath.Join(h.dir, "collector.toml"))
		if err != nil {
			t.Fatal(err)
		}
		c := newCollector(RunOptions{Log: slog.New(slog.DiscardHandler)})
		if c.db, err = store.Open(t.Context(), store.Options{Path: cfg.Store.Path}); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.db.Close() })
		if err := c.wire(t.Context(), cfg); err != nil {
			t.Fatal(err)
		}
		b := &protocol.Batch{Agent: "edge", Boot: [16]byte{1}, Seq: 1}
		for _, slot := range slotsBefore("shop/web/home", time.Second, time.Now(), 5) {
			b.Results = append(b.Results, result("shop/web/home", time.Second, slot, protocol.OutcomeDown))
		}
		if _, err := c.db.AppendBatch(t.Context(), b, time.Now().UnixMilli()); err != nil {
			t.Fatal(err)
		}
		if !tt.stays {
			none, _ := contract.NewSet(nil)
			c.set.Store(none)
		}
		c.eval.Touch(c.takeChanges())
		c.eval.Round(t.Context())
		if got := c.desk.active(); len(got) != tt.want {
			t.Errorf("%s: open alerts %+v; want %d", tt.name, got, tt.want)
		}
	}
}
