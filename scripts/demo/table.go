package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/probity-sla/probity/internal/sla"
)

// How often the table is drawn: in place on a terminal, else as blocks of lines.
const (
	drawTerminal = time.Second
	drawLines    = 10 * time.Second
	apiTimeout   = 5 * time.Second
	maxShown     = 4 // alerts below a table that is drawn in place
)

// check is what the table shows of one check.
type check struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Agreement string `json:"agreement"`
	Service   string `json:"service"`
	Locations []struct {
		State sla.State `json:"state"`
	} `json:"locations"`
}

// watch prints the address and then the live table until ctx ends or a program does.
func (d *demo) watch(ctx context.Context) error {
	fmt.Printf("\nDashboard: http://%s/\n", d.listen)
	fmt.Printf("Sign in to answer incidents:    %s", d.operator)
	fmt.Printf("Sign in as a customer of one:   %s", d.customer)
	fmt.Printf("For the command line:           export PROBITY_COLLECTOR_CONFIG=%s\n\n", d.path("collector.toml"))
	terminal := isTerminal(os.Stdout)
	every := drawLines
	if terminal {
		every = drawTerminal
	}
	t := time.NewTicker(every)
	defer t.Stop()
	lines := 0
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-d.collector.done:
			return fmt.Errorf("the collector ended: %v\n%s", d.collector.err, d.collector.lastLines())
		case <-d.agent.done:
			return fmt.Errorf("the agent ended: %v\n%s", d.agent.err, d.agent.lastLines())
		case <-t.C:
		}
		text, err := d.table(ctx, terminal)
		if err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return fmt.Errorf("read the live state: %w", err)
		}
		if terminal && lines > 0 {
			fmt.Printf("\x1b[%dA\x1b[J", lines)
		}
		fmt.Print(text)
		lines = strings.Count(text, "\n")
	}
}

func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// table renders one row a check, and the newest alerts below.
func (d *demo) table(ctx context.Context, inPlace bool) (string, error) {
	var list struct {
		Checks []check `json:"checks"`
	}
	if err := d.get(ctx, "/api/v1/checks", &list); err != nil {
		return "", err
	}
	statements := map[string]*sla.Statement{}
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "%s\tSTATE\tAVAILABILITY\tBUDGET LEFT\tLAST CAUSE\n", time.Now().Format(time.TimeOnly)+"  CHECK")
	for _, c := range list.Checks {
		st := statements[c.Agreement]
		if st == nil {
			st = &sla.Statement{}
			if err := d.get(ctx, "/api/v1/agreements/"+c.Agreement+"/statement", st); err != nil {
				return "", err
			}
			statements[c.Agreement] = st
		}
		cause, err := d.lastCause(ctx, c.ID)
		if err != nil {
			return "", err
		}
		available, left := figures(st, c.Service)
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", c.ID, stateOf(c), available, left, cause)
	}
	w.Flush()
	alerts := d.hook.last(maxShown)
	if !inPlace {
		alerts = d.hook.fresh()
	}
	for _, line := range alerts {
		fmt.Fprintf(&b, "alert  %s\n", line)
	}
	return b.String() + "\n", nil
}

func stateOf(c check) string {
	if len(c.Locations) == 0 {
		return sla.Unknown.String()
	}
	return c.Locations[0].State.String()
}

// figures are the service's availability and what is left of its budget.
func figures(st *sla.Statement, service string) (available, left string) {
	for _, s := range st.Services {
		if s.Service != service {
			continue
		}
		available, left = "–", "–"
		if v := s.Verdict; v.Availability.Present() {
			available = v.Availability.Percent(4) + " %"
		}
		if s.Verdict.Budget >= 0 {
			left = (time.Duration(s.Verdict.BudgetLeft) * time.Millisecond).Round(100 * time.Millisecond).String()
		}
	}
	return available, left
}

func (d *demo) lastCause(ctx context.Context, id string) (string, error) {
	var list struct {
		Series []struct {
			Results []struct {
				Cause string `json:"cause"`
				Slot  int64  `json:"slot"`
			} `json:"results"`
		} `json:"series"`
	}
	if err := d.get(ctx, "/api/v1/checks/"+url.PathEscape(id)+"/failures?limit=1", &list); err != nil {
		return "", err
	}
	cause, newest := "–", int64(0)
	for _, l := range list.Series {
		for _, r := range l.Results {
			if r.Slot > newest {
				newest = r.Slot
				cause = fmt.Sprintf("%s at %s", r.Cause, time.UnixMilli(r.Slot).Format(time.TimeOnly))
			}
		}
	}
	return cause, nil
}

func (d *demo) get(ctx context.Context, path string, into any) error {
	ctx, cancel := context.WithTimeout(ctx, apiTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+d.listen+path, nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("GET %s: %s", path, resp.Status)
	}
	return json.NewDecoder(resp.Body).Decode(into)
}

// statements prints the statement of each agreement as the command line does.
func (d *demo) statements() error {
	for _, id := range []string{"demo-web", "demo-network", "demo-flaky"} {
		text, err := d.collectorCommand(context.Background(), "statement", "--agreement", id)
		if err != nil {
			return err
		}
		fmt.Printf("\n%s", text)
	}
	return nil
}
