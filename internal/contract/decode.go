package contract

import (
	"encoding"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/BurntSushi/toml"
)

// decode reads TOML into dst, a pointer to a struct, strictly: every key must be
// known and every value of its type. It reports all faults, not the first, and
// names an item of a list by its own id, which a line number cannot do.
func decode(name string, data []byte, dst any) []FieldError {
	if depth(data) > MaxNesting {
		return []FieldError{{File: name, Problem: fmt.Sprintf("nested deeper than %d", MaxNesting), Hint: "an agreement needs five levels"}}
	}
	var raw map[string]any
	if _, err := toml.Decode(string(data), &raw); err != nil {
		return []FieldError{{File: name, Problem: syntaxProblem(err), Hint: "see configs/agreements/reference.toml for how each key is written"}}
	}
	d := &decoder{file: name}
	d.table("", raw, reflect.ValueOf(dst).Elem())
	return d.faults
}

func syntaxProblem(err error) string {
	if e, ok := err.(toml.ParseError); ok {
		return fmt.Sprintf("line %d: %s", e.Position.Line, e.Message)
	}
	return strings.TrimPrefix(err.Error(), "toml: ")
}

// depth is how deep brackets nest at most, strings not told apart: a bound, since
// the parser recurses.
func depth(data []byte) int {
	most, now := 0, 0
	for _, b := range data {
		switch b {
		case '[', '{':
			now++
			most = max(most, now)
		case ']', '}':
			now = max(0, now-1)
		}
	}
	return most
}

// tomlValue is a type that reads more than one kind of TOML value.
type tomlValue interface{ UnmarshalTOML(any) error }

// choice is a type that reads different kinds of TOML values in different places.
type choice interface{ place(in any) (dst any) }

type decoder struct {
	file   string
	faults []FieldError
}

func (d *decoder) fault(path, problem, hint string) {
	d.faults = append(d.faults, FieldError{File: d.file, Path: path, Problem: problem, Hint: hint})
}

// table decodes the keys of one table into the struct dst.
func (d *decoder) table(path string, in map[string]any, dst reflect.Value) {
	fields := keysOf(dst.Type())
	for _, key := range sortedKeys(in) {
		at := join(path, key)
		f, ok := fields[key]
		if !ok {
			d.fault(at, "no such key", didYouMean(key, fields))
			continue
		}
		d.value(at, in[key], dst.FieldByIndex(f.Index))
	}
}

// value decodes one TOML value into dst.
func (d *decoder) value(path string, in any, dst reflect.Value) {
	switch u := dst.Addr().Interface().(type) {
	case tomlValue:
		if err := u.UnmarshalTOML(in); err != nil {
			d.fault(path, err.Error(), "")
		}
		return
	case choice:
		d.value(path, in, reflect.ValueOf(u.place(in)).Elem())
		return
	case encoding.TextUnmarshaler:
		if s, ok := in.(string); !ok {
			d.fault(path, "is "+typeName(in)+", not a text", "put it in quotes")
		} else if err := u.UnmarshalText([]byte(s)); err != nil {
			d.fault(path, err.Error(), "")
		}
		return
	}
	ok := true
	switch dst.Kind() {
	case reflect.Pointer:
		dst.Set(reflect.New(dst.Type().Elem()))
		d.value(path, in, dst.Elem())
	case reflect.Struct:
		var t map[string]any
		if t, ok = in.(map[string]any); ok {
			d.table(path, t, dst)
		}
	case reflect.Slice:
		ok = d.list(path, in, dst)
	case reflect.Map:
		ok = d.named(path, in, dst)
	default:
		ok = d.scalar(path, in, dst)
	}
	if !ok {
		hint := ""
		if _, float := in.(float64); float {
			hint = `numbers with a point are written in quotes, like "99.95", so that they stay exact`
		}
		d.fault(path, "is "+typeName(in)+", not "+wanted(dst.Type()), hint)
	}
}

func (d *decoder) scalar(path string, in any, dst reflect.Value) bool {
	switch v := in.(type) {
	case string:
		if dst.Kind() != reflect.String {
			return false
		}
		dst.SetString(v)
	case bool:
		if dst.Kind() != reflect.Bool {
			return false
		}
		dst.SetBool(v)
	case int64:
		if !dst.CanInt() {
			return false
		}
		if dst.OverflowInt(v) {
			d.fault(path, fmt.Sprintf("%d is out of range", v), "")
			return true
		}
		dst.SetInt(v)
	default:
		return false
	}
	return true
}

// list decodes an array, or an array of tables whose items are named by their ids.
func (d *decoder) list(path string, in any, dst reflect.Value) bool {
	var items []any
	switch v := in.(type) {
	case []any:
		items = v
	case []map[string]any:
		for _, t := range v {
			items = append(items, t)
		}
	default:
		return false
	}
	dst.Set(reflect.MakeSlice(dst.Type(), len(items), len(items)))
	for i, item := range items {
		d.value(path+"["+itemName(item, i)+"]", item, dst.Index(i))
	}
	return true
}

// named decodes a table whose keys are free names.
func (d *decoder) named(path string, in any, dst reflect.Value) bool {
	t, ok := in.(map[string]any)
	if !ok {
		return false
	}
	dst.Set(reflect.MakeMap(dst.Type()))
	for _, key := range sortedKeys(t) {
		v := reflect.New(dst.Type().Elem()).Elem()
		d.value(join(path, key), t[key], v)
		dst.SetMapIndex(reflect.ValueOf(key).Convert(dst.Type().Key()), v)
	}
	return true
}

// itemName is the item's own id or name, else its place in the list, from 1. A
// clock is named by what it promises.
func itemName(item any, i int) string {
	if t, ok := item.(map[string]any); ok {
		severity, _ := t["severity"].(string)
		indicator, _ := t["indicator"].(string)
		if s := severity + " " + indicator; severity != "" && indicator != "" && len(s) <= 64 {
			return s
		}
		for _, key := range []string{"id", "name"} {
			if s, ok := t[key].(string); ok && s != "" && len(s) <= 64 {
				return s
			}
		}
	}
	return strconv.Itoa(i + 1)
}

// keysOf maps the TOML keys of a struct type to its fields; fields of embedded
// structs count as its own.
func keysOf(t reflect.Type) map[string]reflect.StructField {
	keys := map[string]reflect.StructField{}
	for _, f := range reflect.VisibleFields(t) {
		if f.Anonymous || !f.IsExported() {
			continue
		}
		tag := f.Tag.Get("toml")
		if tag == "" {
			tag = f.Tag.Get("json")
		}
		if key, _, _ := strings.Cut(tag, ","); key != "" && key != "-" {
			keys[key] = f
		}
	}
	return keys
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func sortedKeys[K ~string, V any](m map[K]V) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
