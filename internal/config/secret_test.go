package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSecretNeverPrints(t *testing.T) {
	s := struct{ Token Secret }{NewSecret("hunter2")}
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
		fmt.Fprintf(&out, verb+"\n", s)
		fmt.Fprintf(&out, verb+"\n", s.Token)
	}
	slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "token", s.Token, "all", s)
	slog.New(slog.NewTextHandler(&out, nil)).Info("x", "token", s.Token, "all", s)
	if err := json.NewEncoder(&out).Encode(s); err != nil {
		t.Fatal(err)
	}
	for _, leak := range []string{"hunter2", "68756e74657232"} {
		if strings.Contains(out.String(), leak) {
			t.Errorf("the secret leaked as %q in:\n%s", leak, &out)
		}
	}
}

func TestSecretSource(t *testing.T) {
	dir := t.TempDir()
	file := func(name, content string, mode os.FileMode) string {
		p := filepath.Join(dir, name)
		if err := os.WriteFile(p, []byte(content), mode); err != nil {
			t.Fatal(err)
		}
		return p
	}
	private := file("private", "from-file\n", 0o600)
	open := file("open", "from-file\n", 0o644)
	empty := file("empty", "\n", 0o600)
	huge := file("huge", strings.Repeat("x", MaxSecretBytes+1), 0o600)
	tests := []struct {
		name            string
		value, file     string
		env             map[string]string
		want, warn, err string
	}{
		{"nothing set is an empty secret", "", "", nil, "", "", ""},
		{"the key alone", "inline", "", nil, "inline", "", ""},
		{"the file loses its newline", "", private, nil, "from-file", "", ""},
		{"a file others can read warns", "", open, nil, "from-file", "chmod 600", ""},
		{"the environment", "", "", map[string]string{"P_TOKEN": "e"}, "e", "", ""},
		{"the environment's file", "", "", map[string]string{"P_TOKEN_FILE": private}, "from-file", "", ""},
		{"two places are refused", "inline", private, nil, "", "", "token: set in 2 places (token, token_file); keep one"},
		{"file and environment are refused", "", private, map[string]string{"P_TOKEN": "e"}, "", "", "token_file, $P_TOKEN"},
		{"an empty file is refused", "", empty, nil, "", "", "is empty; write the secret into it"},
		{"a huge file is refused", "", huge, nil, "", "", "larger than"},
		{"a missing file is named", "", filepath.Join(dir, "none"), nil, "", "", "token_file: open "},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			src := SecretSource{Key: "token", Value: NewSecret(tt.value), File: tt.file, Env: "P_TOKEN"}
			got, err := src.Resolve(func(k string) (string, bool) { v, ok := tt.env[k]; return v, ok })
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) {
					t.Errorf("Resolve = %v; want an error with %q", err, tt.err)
				}
				return
			}
			if err != nil || got.Secret.Reveal() != tt.want || !strings.Contains(got.Warning, tt.warn) || (tt.warn == "") != (got.Warning == "") {
				t.Errorf("Resolve = %q, warning %q, %v; want %q, %q", got.Secret.Reveal(), got.Warning, err, tt.want, tt.warn)
			}
		})
	}
}
