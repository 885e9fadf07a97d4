package collector

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/probity-sla/probity/collector/store"
	"github.com/probity-sla/probity/internal/protocol"
	"github.com/probity-sla/probity/internal/sla"
)

// command runs the program with the house's configuration.
func (h *house) command(args ...string) string {
	h.t.Helper()
	var out, errs bytes.Buffer
	err := dispatch(h.t.Context(), append(args, "--config", h.path("collector.toml")), &streams{&out, &errs, func(string) string { return "" }})
	if err != nil {
		h.t.Fatalf("%s: %v\n%s%s", strings.Join(args, " "), err, out.String(), errs.String())
	}
	return out.String()
}

// TestCalendarRoundTrip: what one collector exports, another imports, once.
func TestCalendarRoundTrip(t *testing.T) {
	text := map[string]string{"agreements/shop.toml": agreementText("shop", "1m", "")}
	from, to := newHouse(t, text), newHouse(t, text)
	start := time.Now().Add(72 * time.Hour).UTC().Truncate(time.Minute)
	from.command("maintenance", "add", "--agreement", "shop", "--from", start.Format(time.RFC3339), "--length", "90m", "--reason", "move; with a comma, and a line")
	from.command("maintenance", "add", "--agreement", "shop", "--from", start.Add(time.Hour*24).Format(time.RFC3339), "--length", "1h",
		"--rrule", "FREQ=WEEKLY", "--reason", "patches")
	calendar := from.command("maintenance", "export", "--agreement", "shop")
	to.write("planned.ics", calendar)
	if said := to.command("maintenance", "import", to.path("planned.ics"), "--agreement", "shop"); !strings.Contains(said, "2 of 2 entries announced") {
		t.Errorf("import: %s", said)
	}
	if said := to.command("maintenance", "import", to.path("planned.ics"), "--agreement", "shop"); !strings.Contains(said, "0 of 2 entries announced") {
		t.Errorf("import again: %s", said)
	}
	w := sla.Window{From: start.UnixMilli(), To: start.Add(60 * 24 * time.Hour).UnixMilli()}
	if here, there := from.excluded(w), to.excluded(w); here != there || strings.Count(here, "\n") < 8 {
		t.Errorf("windows exported:\n%s\nimported:\n%s", here, there)
	}
}

// excluded lists the windows of maintenance in w, a line each.
func (h *house) excluded(w sla.Window) string {
	h.t.Helper()
	out := ""
	h.records(func(ctx context.Context, db *store.Store) error {
		cfg, err := LoadConfig(h.path("collector.toml"))
		if err != nil {
			return err
		}
		a, err := agreementOf(cfg, "shop")
		if err != nil {
			return err
		}
		ex, err := records{db: db}.Exclusions(ctx, a, w, 0)
		if err != nil {
			return err
		}
		var lines []string
		for _, m := range ex.Maintenance {
			lines = append(lines, instantText(m.From)+" "+instantText(m.To)+"\n")
		}
		slices.Sort(lines)
		out = strings.Join(lines, "")
		return nil
	})
	return out
}

// TestWhatIf: the same history under other terms, and the agreement untouched.
func TestWhatIf(t *testing.T) {
	h := newHouse(t, map[string]string{"agreements/shop.toml": agreementText("shop", "1s", "[terms]\ntarget_pct = \"99\"\n")})
	h.write("gold.toml", "[terms]\ntarget_pct = \"50\"\n")
	h.serve()
	const check protocol.CheckID = "shop/web/home"
	var all []protocol.Result
	slots := slotsBefore(check, time.Second, time.Now().Add(-time.Minute), 100)
	for i, slot := range slots {
		outcome := protocol.OutcomeUp
		if i < 10 {
			outcome = protocol.OutcomeDown
		}
		all = append(all, result(check, time.Second, slot, outcome))
	}
	h.push(1, all...)
	window := []string{"--from", instantText(slots[0]), "--to", instantText(slots[99] + 1000)}
	var got struct{ Agreed, Instead sla.Statement }
	said := h.command(append([]string{"whatif", "--agreement", "shop", "--terms", h.path("gold.toml"), "--format", "json"}, window...)...)
	if err := json.Unmarshal([]byte(said), &got); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		v      *sla.Verdict
		breach bool
	}{{"agreed", &got.Agreed.Overall, true}, {"instead", &got.Instead.Overall, false}} {
		if c.v.Bad != (sla.Ratio{Num: 10_000, Den: 1}) || c.v.Good != (sla.Ratio{Num: 90_000, Den: 1}) || c.v.Breach == nil || *c.v.Breach != c.breach {
			t.Errorf("%s: bad %v, good %v, breach %v; want 10 s, 90 s, %v", c.name, c.v.Bad, c.v.Good, c.v.Breach, c.breach)
		}
	}
}

func instantText(ms int64) string { return time.UnixMilli(ms).UTC().Format(time.RFC3339Nano) }

// refused runs the program, which has to refuse with an error that names what.
func (h *house) refused(what string, args ...string) {
	h.t.Helper()
	var out, errs bytes.Buffer
	err := dispatch(h.t.Context(), append(args, "--config", h.path("collector.toml")), &streams{&out, &errs, func(string) string { return "" }})
	if err == nil || !strings.Contains(err.Error(), what) {
		h.t.Fatalf("%s: %v; want an error about %s", strings.Join(args, " "), err, what)
	}
}
