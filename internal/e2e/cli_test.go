package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestCommandLine runs the transcripts in testdata/script: what a person types,
// and what the collector answers. `capture NAME REGEXP` keeps the first group of
// what the last command printed in a variable.
func TestCommandLine(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("PATH", bin+string(os.PathListSeparator)+env.Getenv("PATH"))
			env.Setenv("PROBITY_COLLECTOR_CONFIG", filepath.Join(env.WorkDir, "collector.toml"))
			return nil
		},
		Cmds: seeds,
	})
}

func capture(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: capture NAME REGEXP")
	}
	re, err := regexp.Compile("(?m)" + args[1])
	ts.Check(err)
	found := re.FindStringSubmatch(ts.ReadFile("stdout"))
	if len(found) < 2 {
		ts.Fatalf("%s is not in the output, or has no group", args[1])
	}
	ts.Setenv(args[0], found[1])
}

// TestEveryCommandHasHelp asks each command that a program lists for its help.
func TestEveryCommandHasHelp(t *testing.T) {
	t.Parallel()
	for _, program := range []string{"probity-collector", "probity-agent"} {
		list, err := exec.Command(filepath.Join(bin, program), "--help").Output()
		if err != nil {
			t.Fatal(err)
		}
		lines := regexp.MustCompile(`(?m)^  ([a-z-]+(?: [a-z-]+)*) .* \S`).FindAllStringSubmatch(string(list), -1)
		if len(lines) < 4 {
			t.Errorf("%s --help lists %d commands:\n%s", program, len(lines), list)
		}
		for _, line := range lines {
			words := strings.Fields(line[1])
			help, err := exec.Command(filepath.Join(bin, program), append(words, "--help")...).Output()
			example := regexp.MustCompile(`(?m)^Example:\n  (\S+=\S+ )*` + program + ` ` + line[1])
			if err != nil || !example.Match(help) || !strings.Contains(string(help), "Usage: "+program+" "+line[1]) {
				t.Errorf("%s %s --help: %v\n%s\nwant its usage and an example", program, line[1], err, help)
			}
		}
	}
}
