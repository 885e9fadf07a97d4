// Package e2e starts the real programs and looks at them from outside: over
// HTTP, through signals and kill -9, and in what they leave on disk.
//
// With -short the tests that repeat something do so fewer times; they say how
// often. Nothing is left out.
package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// bin is the directory of the programs, built once for the whole run.
var bin string

func TestMain(m *testing.M) {
	if collector := os.Getenv(loadPeer); collector != "" {
		if err := servePeer(collector); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(buildAndRun(m))
}

func buildAndRun(m *testing.M) int {
	dir, err := os.MkdirTemp("", "probity-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	bin = dir
	build := exec.Command("go", "build", "-o", dir, "./agent/cmd/probity-agent", "./collector/cmd/probity-collector", "./scripts/demo")
	build.Dir = filepath.Join("..", "..")
	build.Stdout, build.Stderr = os.Stderr, os.Stderr
	if err := build.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "build the programs:", err)
		return 1
	}
	return m.Run()
}

// rounds is full, or a fifth of it with -short.
func rounds(t *testing.T, full int) int {
	n := full
	if testing.Short() {
		n = max(1, full/5)
	}
	t.Logf("%d rounds", n)
	return n
}
