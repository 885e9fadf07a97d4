package web

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/probity-sla/probity/internal/protocol"
)

var (
	inTemplate = regexp.MustCompile(`\bt "((?:[^"\\]|\\.)*)"`)
	inCode     = regexp.MustCompile(`\.T\("((?:[^"\\]|\\.)*)"`)
	verb       = regexp.MustCompile(`%[sd%]`)
)

// untranslated returns what a text asks for and the table lacks.
func untranslated(text string, in *regexp.Regexp, table map[string]string) (missing []string) {
	for _, m := range in.FindAllStringSubmatch(text, -1) {
		if _, ok := table[m[1]]; !ok && !strings.HasSuffix(m[1], " ") {
			missing = append(missing, m[1])
		}
	}
	return missing
}

func TestEveryWordIsTranslated(t *testing.T) {
	if got := untranslated(`{{t "Planted"}}`, inTemplate, chineseWords); len(got) != 1 {
		t.Fatalf("the search misses a planted word: %q", got)
	}
	for _, pattern := range []string{"templates/*.html", "*.go"} {
		names, _ := filepath.Glob(pattern)
		for _, name := range names {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			in := inTemplate
			if strings.HasSuffix(name, ".go") {
				in = inCode
			}
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			for _, word := range untranslated(string(text), in, chineseWords) {
				t.Errorf("%s: %q has no Chinese", name, word)
			}
		}
	}
	words := append([]string{"kept", "missed", "no data", "no objective", "planned", "running", "over", "cancelled", "page", "ticket"}, stateWords[:]...)
	for c := protocol.CauseResolve; c <= protocol.CauseAgentFault; c++ {
		words = append(words, "cause "+c.String())
	}
	for key := range englishWords {
		words = append(words, key)
	}
	for _, word := range words {
		if chineseWords[word] == "" {
			t.Errorf("%q has no Chinese", word)
		}
	}
}

func TestTranslationsKeepPlaceHolders(t *testing.T) {
	for key, text := range chineseWords {
		if a, b := verb.FindAllString(key, -1), verb.FindAllString(text, -1); strings.Join(a, "") != strings.Join(b, "") {
			t.Errorf("%q has %v, its translation %v", key, a, b)
		}
	}
}

func TestLanguageIsChosen(t *testing.T) {
	for _, row := range []struct{ name, query, cookie, accept, want string }{
		{"by the browser", "", "", "zh-CN,zh;q=0.9,en;q=0.8", "zh-CN"},
		{"by the browser, a relative", "", "", "zh-Hans-SG", "zh-CN"},
		{"by the browser, one that we lack", "", "", "fr", "en"},
		{"by a header that is none", "", "", "\x00;;q=x", "en"},
		{"by the cookie before the browser", "", "zh-CN", "en", "zh-CN"},
		{"by the address before the cookie", "?lang=en", "zh-CN", "zh-CN", "en"},
		{"by an address that is none", "?lang=xx", "", "zh-CN", "zh-CN"},
	} {
		r := httptest.NewRequest("GET", "/"+row.query, nil)
		r.Header.Set("Accept-Language", row.accept)
		if row.cookie != "" {
			r.Header.Set("Cookie", langCookie+"="+row.cookie)
		}
		if got := choose(httptest.NewRecorder(), r); got.tag != row.want {
			t.Errorf("%s: %s; want %s", row.name, got.tag, row.want)
		}
	}
}
