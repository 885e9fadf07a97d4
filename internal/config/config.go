// Package config reads the programs' own settings: strict TOML, durations and
// sizes with units, secrets that never print, and listen addresses. Every
// fault names the file and the key, and says what to write instead.
package config

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"github.com/BurntSushi/toml"
)

// KeyError is one fault in a configuration file.
type KeyError struct {
	File    string
	Line    int    // 0 when not known
	Path    string // dotted key, "" when the file as a whole is at fault
	Problem string
	Hint    string // what to do
}

func (e *KeyError) Error() string {
	var b strings.Builder
	b.WriteString(e.File)
	if e.Line > 0 {
		fmt.Fprintf(&b, ":%d", e.Line)
	}
	b.WriteString(": ")
	if e.Path != "" {
		b.WriteString(e.Path + ": ")
	}
	b.WriteString(e.Problem)
	if e.Hint != "" {
		b.WriteString("; " + e.Hint)
	}
	return b.String()
}

// Errors are all the faults found in one file, one a line.
type Errors []*KeyError

func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, f := range e {
		lines[i] = f.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap lets errors.As find a *KeyError.
func (e Errors) Unwrap() []error {
	out := make([]error, len(e))
	for i, f := range e {
		out[i] = f
	}
	return out
}

// Decode fills dst, a pointer to a struct with toml tags, from TOML. Keys that
// dst does not know are faults, all reported at once as Errors. Defaults that
// dst holds beforehand stay where the file is silent. name is the file's name,
// for messages.
func Decode(name string, data []byte, dst any) error {
	md, err := toml.Decode(string(data), dst)
	if err != nil {
		return Errors{syntaxError(name, err)}
	}
	var faults Errors
	for _, key := range outermost(md.Undecoded()) {
		faults = append(faults, unknownKey(name, key, reflect.TypeOf(dst)))
	}
	if len(faults) > 0 {
		return faults
	}
	return nil
}

// toml.Decode reports mistyped values as text only.
var mistyped = regexp.MustCompile(`^toml: line (\d+) \(last key "(.*)"\): (.*)$`)
var incompatible = regexp.MustCompile(`^incompatible types: TOML value has type (\S+); destination has type (\S+)$`)

func syntaxError(name string, err error) *KeyError {
	e := &KeyError{File: name, Problem: strings.TrimPrefix(err.Error(), "toml: ")}
	var perr toml.ParseError
	if errors.As(err, &perr) {
		e.Line, e.Path, e.Problem = perr.Position.Line, perr.LastKey, perr.Message
		if cause := errors.Unwrap(perr); e.Problem == "" && cause != nil {
			e.Problem = strings.TrimPrefix(cause.Error(), "toml: ")
		}
		return e
	}
	if m := mistyped.FindStringSubmatch(err.Error()); m != nil {
		e.Line, _ = strconv.Atoi(m[1])
		e.Path, e.Problem = m[2], m[3]
	}
	if m := incompatible.FindStringSubmatch(e.Problem); m != nil {
		e.Problem = fmt.Sprintf("is %s, but must be %s", kindName(m[1]), kindName(m[2]))
	}
	return e
}

func kindName(goType string) string {
	switch {
	case strings.HasPrefix(goType, "int"), strings.HasPrefix(goType, "uint"):
		return "an integer"
	case strings.HasPrefix(goType, "float"):
		return "a number"
	case strings.HasPrefix(goType, "map"), goType == "struct":
		return "a table"
	case goType == "slice", strings.HasPrefix(goType, "[]"):
		return "an array"
	case goType == "bool":
		return "true or false"
	default:
		return "a " + goType
	}
}

// outermost drops keys that lie below another one: an unknown table is one fault.
func outermost(keys []toml.Key) []toml.Key {
	var out []toml.Key
	for _, k := range keys {
		if n := len(out); n > 0 && below(k, out[n-1]) {
			continue
		}
		out = append(out, k)
	}
	return out
}

func below(k, table toml.Key) bool {
	if len(k) < len(table) {
		return false
	}
	for i := range table {
		if k[i] != table[i] {
			return false
		}
	}
	return true
}

func unknownKey(name string, key toml.Key, t reflect.Type) *KeyError {
	e := &KeyError{File: name, Path: key.String(), Problem: "unknown key", Hint: "remove it"}
	known := knownKeys(t, key[:len(key)-1])
	if near := nearest(key[len(key)-1], known); near != "" {
		e.Hint = fmt.Sprintf("did you mean %q?", near)
	} else if len(known) > 0 {
		e.Hint = "remove it, or use one of " + strings.Join(known, ", ")
	}
	return e
}
