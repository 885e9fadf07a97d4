package report

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// poppler runs one of poppler-utils, which scripts/packages.txt names.
func poppler(t *testing.T, program string, args ...string) []byte {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), program, args...).Output()
	if err != nil {
		t.Fatalf("%s %v: %v (scripts/install-test-packages.sh installs it)", program, args, err)
	}
	return out
}

// printed writes a report as a PDF file and returns its name.
func printed(t *testing.T, r Report) string {
	t.Helper()
	var b bytes.Buffer
	if err := WritePDF(&b, r); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "report.pdf")
	if err := os.WriteFile(name, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// pages are the words of each page, one line a page.
func pages(t *testing.T, file string) []string {
	t.Helper()
	var out []string
	for page := range strings.SplitSeq(strings.TrimSuffix(string(poppler(t, "pdftotext", "-raw", "-enc", "UTF-8", file, "-")), "\f"), "\f") {
		out = append(out, strings.Join(strings.Fields(page), " "))
	}
	return out
}

func TestPDFSaysWhatIsOnRecord(t *testing.T) {
	for _, language := range []string{"en", "zh-CN"} {
		file := printed(t, built(t, language))
		golden(t, "service."+language+".pdf.txt", []byte(strings.Join(pages(t, file), "\n")+"\n"))
		for line := range strings.Lines(string(poppler(t, "pdffonts", file))) {
			if f := strings.Fields(line); strings.HasPrefix(line, "utf8") && f[len(f)-5] != "yes" {
				t.Errorf("%s: a font is not inside the file: %s", language, line)
			}
		}
	}
}

// Every page has ink on it, and none in its margins.
func TestPagesKeepTheirMargins(t *testing.T) {
	for _, language := range []string{"en", "zh-CN"} {
		file := printed(t, built(t, language))
		prefix := filepath.Join(t.TempDir(), "page")
		poppler(t, "pdftoppm", "-r", "36", "-gray", file, prefix)
		images, err := filepath.Glob(prefix + "*.pgm")
		if err != nil || len(images) != len(pages(t, file)) {
			t.Fatalf("%d images of %d pages: %v", len(images), len(pages(t, file)), err)
		}
		for _, name := range images {
			inside, outside := ink36(t, name)
			if inside < 200 || outside > 0 {
				t.Errorf("%s, %s: %d dark dots in the text and %d in the margins", language, filepath.Base(name), inside, outside)
			}
		}
	}
}

// ink36 counts the dark dots of a page at 36 dots to the inch, within 48 points
// of its left and right edges and elsewhere.
func ink36(t *testing.T, name string) (inside, outside int) {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var w, h, top int
	if _, err := fmt.Sscanf(string(data[:20]), "P5\n%d %d\n%d\n", &w, &h, &top); err != nil {
		t.Fatal(err)
	}
	for i, dot := range data[len(data)-w*h:] {
		switch x := i % w; {
		case dot > 200:
		case x < 24 || x >= w-24:
			outside++
		default:
			inside++
		}
	}
	return inside, outside
}

func TestPDFIsTheSameByteForByte(t *testing.T) {
	m := built(t, "zh-CN")
	var first bytes.Buffer
	if err := WritePDF(&first, m); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range 4 { // side by side, as a server would: they share the fonts
		all.Go(func() {
			var b bytes.Buffer
			if err := WritePDF(&b, m); err != nil || !bytes.Equal(first.Bytes(), b.Bytes()) {
				t.Errorf("the same report is another PDF: %d and %d bytes, %v", first.Len(), b.Len(), err)
			}
		})
	}
	all.Wait()
	late := *m
	late.Issued = &Signature{By: "m.osei", At: m.Issued.At + 60_000}
	var b bytes.Buffer
	if err := WritePDF(&b, &late); err != nil || bytes.Equal(first.Bytes(), b.Bytes()) {
		t.Errorf("a report issued a minute later is the same PDF (%v)", err)
	}
}

func BenchmarkWritePDF(b *testing.B) {
	for _, language := range []string{"en", "zh-CN"} {
		m := built(b, language)
		b.Run(language, func(b *testing.B) {
			for b.Loop() {
				if err := WritePDF(new(bytes.Buffer), m); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkWriteHTML(b *testing.B) {
	m := built(b, "en")
	for b.Loop() {
		if err := WriteHTML(new(bytes.Buffer), m); err != nil {
			b.Fatal(err)
		}
	}
}
