package config

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
)

// MaxSecretBytes bounds a secret read from a file.
const MaxSecretBytes = 64 << 10

const redacted = "[secret]"

// Secret is text that does not print: only Reveal gives it.
type Secret struct{ value string }

// NewSecret wraps a value.
func NewSecret(value string) Secret { return Secret{value} }

// Reveal returns the value itself. Never log it.
func (s Secret) Reveal() string { return s.value }

// Empty reports whether there is no secret.
func (s Secret) Empty() bool { return s.value == "" }

func (s Secret) String() string               { return redacted }
func (s Secret) GoString() string             { return redacted }
func (s Secret) Format(f fmt.State, _ rune)   { _, _ = io.WriteString(f, redacted) }
func (s Secret) LogValue() slog.Value         { return slog.StringValue(redacted) }
func (s Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

func (s *Secret) UnmarshalText(text []byte) error {
	s.value = string(text)
	return nil
}

// SecretSource says where one secret may come from: the key, the key with
// _file, the environment variable, the variable with _FILE. At most one is set.
type SecretSource struct {
	Key   string // "token"; the file key is "token_file"
	Value Secret // of Key
	File  string // of Key_file
	Env   string // "PROBITY_AGENT_TOKEN"; "" for none
}

// Resolved is a secret, where it came from, and what is wrong with that place.
type Resolved struct {
	Secret  Secret
	From    string // "token_file /etc/probity/token", for messages; "" when nothing is set
	Warning string // "" or a sentence for the log
}

// Resolve finds the secret. lookup is os.LookupEnv outside of tests. It fails
// when more than one place is set, naming them; it returns an empty secret
// when none is: the caller knows whether it needs one.
func (s SecretSource) Resolve(lookup func(string) (string, bool)) (Resolved, error) {
	var set []string
	var out Resolved
	file := ""
	use := func(from string, value Secret, path string) {
		set = append(set, from)
		out.Secret, out.From, file = value, from, path
	}
	if !s.Value.Empty() {
		use(s.Key, s.Value, "")
	}
	if s.File != "" {
		use(s.Key+"_file", Secret{}, s.File)
	}
	if s.Env != "" {
		if v, ok := lookup(s.Env); ok && v != "" {
			use("$"+s.Env, Secret{v}, "")
		}
		if v, ok := lookup(s.Env + "_FILE"); ok && v != "" {
			use("$"+s.Env+"_FILE", Secret{}, v)
		}
	}
	if len(set) > 1 {
		return Resolved{}, fmt.Errorf("%s: set in %d places (%s); keep one of them", s.Key, len(set), strings.Join(set, ", "))
	}
	if file == "" {
		return out, nil
	}
	secret, warning, err := readSecret(file)
	if err != nil {
		return Resolved{}, fmt.Errorf("%s: %w", out.From, err)
	}
	return Resolved{Secret: secret, From: out.From + " " + file, Warning: warning}, nil
}

func readSecret(path string) (Secret, string, error) {
	f, err := os.Open(path)
	if err != nil {
		return Secret{}, "", err
	}
	defer func() { _ = f.Close() }()
	data, err := io.ReadAll(io.LimitReader(f, MaxSecretBytes+1))
	if err != nil {
		return Secret{}, "", err
	}
	if len(data) > MaxSecretBytes {
		return Secret{}, "", fmt.Errorf("%s is larger than %d bytes; name the file that holds the secret alone", path, MaxSecretBytes)
	}
	value := strings.TrimRight(string(data), "\r\n")
	if value == "" {
		return Secret{}, "", errors.New(path + " is empty; write the secret into it")
	}
	return Secret{value}, permissionWarning(f, path), nil
}

func permissionWarning(f *os.File, path string) string {
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() || info.Mode().Perm()&0o077 == 0 {
		return ""
	}
	return fmt.Sprintf("%s can be read by others (mode %04o); run chmod 600 on it", path, info.Mode().Perm())
}
