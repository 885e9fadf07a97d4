package e2e

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/probity-sla/probity/"

// allowed is the table of internal/adr/0001-house.md: which of our packages a
// package may import. A package that is not listed may import nothing of ours.
var allowed = map[string][]string{
	"internal/contract":               {"internal/sla", "internal/protocol", "internal/config"},
	"agent/schedule":                  {"internal/protocol"},
	"agent/probe":                     {"internal/protocol"},
	"agent/uplink":                    {"internal/protocol"},
	"collector/ingest":                {"internal/protocol"},
	"collector/incident":              {"internal/sla"},
	"collector/store":                 {"internal/protocol", "internal/sla", "collector/timeline", "collector/incident"},
	"collector/evaluate":              {"internal/protocol", "internal/contract", "internal/sla", "collector/timeline"},
	"collector/notify":                {"collector/incident", "internal/contract"},
	"collector/oncall":                {"collector/incident"},
	"collector/promapi":               {"internal/protocol", "internal/sla", "collector/timeline"},
	"collector/report":                {"internal/contract", "internal/sla", "collector/incident"},
	"collector/web":                   {"collector/report", "collector/incident", "internal/contract", "internal/sla", "internal/protocol"},
	"agent":                           {"agent/schedule", "agent/probe", "agent/spool", "agent/uplink", "internal/protocol", "internal/config", "internal/selfmon"},
	"agent/cmd/probity-agent":         {"agent"},
	"collector":                       {"collector/ingest", "collector/timeline", "collector/store", "collector/evaluate", "collector/incident", "collector/notify", "collector/oncall", "collector/promapi", "collector/report", "collector/web", "internal/protocol", "internal/config", "internal/selfmon", "internal/contract", "internal/sla"},
	"collector/cmd/probity-collector": {"collector"},
	"scripts/demo":                    {"internal/sla"},
}

// forbiddenImports lists the imports below dir that the table does not allow, "package → import".
// Tests in internal/e2e may import anything: they stand outside the house.
func forbiddenImports(dir string) ([]string, error) {
	cmd := exec.Command("go", "list", "-e", "-json=ImportPath,Imports,TestImports,XTestImports,GoFiles", "./...")
	cmd.Dir = dir
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w\n%s", err, errs.Bytes())
	}
	var bad []string
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p struct {
			ImportPath                         string
			Imports, TestImports, XTestImports []string
		}
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return bad, nil
		} else if err != nil {
			return nil, err
		}
		from := strings.TrimPrefix(p.ImportPath, module)
		if from == "internal/e2e" {
			continue
		}
		for _, imp := range slices.Concat(p.Imports, p.TestImports, p.XTestImports) {
			to, ours := strings.CutPrefix(imp, module)
			if ours && to != from && !slices.Contains(allowed[from], to) {
				bad = append(bad, from+" → "+to)
			}
		}
	}
}

func TestImportsKeepToTheTable(t *testing.T) {
	bad, err := forbiddenImports("../..")
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range bad {
		t.Errorf("import not in the table: %s", b)
	}
}

func TestImportTableCanFail(t *testing.T) {
	dir := t.TempDir()
	plant := map[string]string{
		"go.mod":                   "module github.com/probity-sla/probity\n\ngo 1.26\n",
		"internal/sla/sla.go":      "package sla\n\nimport _ \"" + module + "internal/protocol\"\n",
		"internal/protocol/p.go":   "package protocol\n",
		"collector/web/web.go":     "package web\n",
		"collector/web/w_test.go":  "package web\n\nimport _ \"" + module + "collector/store\"\n",
		"collector/store/store.go": "package store\n",
	}
	for name, text := range plant {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := forbiddenImports(dir)
	want := []string{"collector/web → collector/store", "internal/sla → internal/protocol"}
	if slices.Sort(got); err != nil || !slices.Equal(got, want) {
		t.Errorf("forbiddenImports of a module with two planted violations = %q, %v; want %q", got, err, want)
	}
}
