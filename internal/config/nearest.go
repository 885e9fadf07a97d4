package config

import (
	"encoding"
	"reflect"
	"slices"
	"strings"
)

var textType = reflect.TypeFor[encoding.TextUnmarshaler]()

// knownKeys lists the keys that the table at path may have, sorted; nil when
// the table is free-form or unknown itself.
func knownKeys(t reflect.Type, path []string) []string {
	t = table(t)
	for _, p := range path {
		if t == nil {
			return nil
		}
		f, ok := fieldFor(t, p)
		if !ok {
			return nil
		}
		t = table(f)
	}
	if t == nil {
		return nil
	}
	var keys []string
	eachField(t, func(name string, _ reflect.Type) { keys = append(keys, name) })
	slices.Sort(keys)
	return keys
}

// table unwraps pointers, slices and arrays down to a struct; nil when there is none.
func table(t reflect.Type) reflect.Type {
	for {
		switch t.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Array:
			t = t.Elem()
		case reflect.Struct:
			if reflect.PointerTo(t).Implements(textType) {
				return nil
			}
			return t
		default:
			return nil
		}
	}
}

func fieldFor(t reflect.Type, key string) (reflect.Type, bool) {
	var found reflect.Type
	eachField(t, func(name string, ft reflect.Type) {
		if strings.EqualFold(name, key) {
			found = ft
		}
	})
	return found, found != nil
}

func eachField(t reflect.Type, visit func(name string, ft reflect.Type)) {
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("toml"), ",")
		switch {
		case name == "-" || (!f.IsExported() && !f.Anonymous):
		case f.Anonymous && name == "" && table(f.Type) != nil:
			eachField(table(f.Type), visit)
		case name == "":
			visit(f.Name, f.Type)
		default:
			visit(name, f.Type)
		}
	}
}

// nearest returns the candidate that looks most like a slip of key, or "".
func nearest(key string, candidates []string) string {
	best, bestDistance := "", 1+len(key)/3
	for _, c := range candidates {
		if d := distance(strings.ToLower(key), strings.ToLower(c)); d <= bestDistance {
			if best == "" || d < bestDistance {
				best, bestDistance = c, d
			}
		}
	}
	return best
}

// distance is Levenshtein's, in bytes.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(diagonal+cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
