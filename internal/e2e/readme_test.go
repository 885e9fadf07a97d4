package e2e

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// stepTimeout bounds one command of a document.
const stepTimeout = 20 * time.Second

// step is one thing that a document has its reader do: write a file, or run a command.
type step struct {
	line     int
	file     string // with text, to be written
	text     string
	command  string
	expected []string // lines of output; "..." stands for anything
}

// stepsOf reads the steps of a document: a block "```toml NAME" is a file, a
// block "```console" holds commands after "$ ", each with its output below.
func stepsOf(doc []byte) (steps []step) {
	var block string
	in := bufio.NewScanner(bytes.NewReader(doc))
	for n := 1; in.Scan(); n++ {
		line := in.Text()
		if info, fence := strings.CutPrefix(line, "```"); fence {
			block = info
			if lang, name, ok := strings.Cut(info, " "); ok && lang == "toml" {
				steps = append(steps, step{line: n, file: name})
			}
			continue
		}
		switch command, isCommand := strings.CutPrefix(line, "$ "); {
		case strings.HasPrefix(block, "toml "):
			steps[len(steps)-1].text += line + "\n"
		case block == "console" && isCommand:
			steps = append(steps, step{line: n, command: command})
		case block == "console":
			last := &steps[len(steps)-1]
			last.expected = append(last.expected, line)
		}
	}
	return steps
}

// matches reports whether output has the expected lines, "..." standing for
// anything within a line, and alone on a line for any lines.
func matches(expected []string, output string) bool {
	var pattern strings.Builder
	pattern.WriteString(`^`)
	for _, line := range expected {
		if line == "..." {
			pattern.WriteString(`(.*\n)*?`)
			continue
		}
		parts := strings.Split(line, "...")
		for i := range parts {
			parts[i] = regexp.MustCompile(`\s+`).ReplaceAllString(regexp.QuoteMeta(parts[i]), `\s+`)
		}
		pattern.WriteString(strings.Join(parts, `.*`) + `\s*\n`)
	}
	pattern.WriteString(`$`)
	if output != "" && !strings.HasSuffix(output, "\n") {
		output += "\n"
	}
	return regexp.MustCompile(pattern.String()).MatchString(output)
}

// reader follows a document in a directory of its own, as a person would.
type reader struct {
	t      *testing.T
	dir    string
	places *strings.Replacer // the document's addresses → free ones
}

func (r *reader) do(s step) {
	r.t.Helper()
	here := r.places.Replace
	if s.file != "" {
		path := filepath.Join(r.dir, s.file)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			r.t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(here(s.text)), 0o644); err != nil {
			r.t.Fatal(err)
		}
		return
	}
	if program, background := strings.CutSuffix(s.command, " &"); background {
		r.start(here(program))
		return
	}
	// What was started takes a moment: a reader looks again.
	var output string
	for deadline := time.Now().Add(stepTimeout); ; {
		output = r.run(here(s.command))
		want := make([]string, len(s.expected))
		for i := range want {
			want[i] = here(s.expected[i])
		}
		if matches(want, output) {
			return
		}
		if time.Now().After(deadline) || strings.Contains(s.command, " add ") || strings.Contains(s.command, " create ") {
			r.t.Fatalf("line %d: $ %s\nprinted:\n%s\nthe document says:\n%s", s.line, s.command, output, strings.Join(want, "\n"))
		}
	}
}

func (r *reader) command(ctx context.Context, line string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "bash", "-c", line)
	cmd.Dir = r.dir
	cmd.Env = []string{"PATH=" + bin + ":" + os.Getenv("PATH"), "HOME=" + r.dir}
	return cmd
}

func (r *reader) run(line string) string {
	ctx, cancel := context.WithTimeout(r.t.Context(), stepTimeout)
	defer cancel()
	output, err := r.command(ctx, line).CombinedOutput()
	if err != nil {
		return fmt.Sprintf("%s\n(%v)\n", output, err)
	}
	return string(output)
}

func (r *reader) start(line string) {
	cmd := r.command(r.t.Context(), "exec "+line)
	log := &bytes.Buffer{}
	cmd.Stdout, cmd.Stderr = log, log
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = stepTimeout
	if err := cmd.Start(); err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { // the test's context has ended: it stops
		if err := cmd.Wait(); err != nil && r.t.Failed() {
			r.t.Logf("$ %s &: %v\n%s", line, err, log)
		}
	})
}

func TestReadmeDoesWhatItSays(t *testing.T) {
	doc, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	r := &reader{t: t, dir: t.TempDir(), places: strings.NewReplacer("127.0.0.1:8420", freePlace(t), "127.0.0.1:9411", freePlace(t))}
	steps := stepsOf(doc)
	if len(steps) < 15 {
		t.Fatalf("README.md has %d steps; has its form changed?", len(steps))
	}
	for _, s := range steps {
		r.do(s)
	}
}

// freePlace is an address on which nobody listens now.
func freePlace(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func TestReadmeLinksLeadSomewhere(t *testing.T) {
	for _, name := range []string{"README.md", "CHANGELOG.md", "BENCHMARKS.md"} {
		doc, err := os.ReadFile(filepath.Join("../..", name))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`\]\(([^)#]+)[^)]*\)`).FindAllSubmatch(doc, -1) {
			if target := string(m[1]); !strings.Contains(target, "://") {
				if _, err := os.Stat(filepath.Join("../..", target)); err != nil {
					t.Errorf("%s links to %s: %v", name, target, err)
				}
			}
		}
	}
}

func TestOutputMatching(t *testing.T) {
	for _, c := range []struct {
		expected, output string
		want             bool
	}{
		{"a\nb", "a\nb\n", true},
		{"a\nb", "a\nc\n", false},
		{"a\n...\nz", "a\nb\nc\nz\n", true},
		{"id ... planned", "id-1 x y planned\n", false},
		{"id... planned", "id-1  x y   planned\n", true},
		{"", "", true},
		{"", "noise\n", false},
	} {
		var expected []string
		if c.expected != "" {
			expected = strings.Split(c.expected, "\n")
		}
		if got := matches(expected, c.output); got != c.want {
			t.Errorf("matches(%q, %q) = %v; want %v", c.expected, c.output, got, c.want)
		}
	}
}
