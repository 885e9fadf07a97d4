package contract

import (
	"bytes"
	"encoding"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/BurntSushi/toml"
	"github.com/pb33f/jsonschema/v6"
)

type node = map[string]any

func schemaRoot(t testing.TB) node {
	t.Helper()
	var root node
	if err := json.Unmarshal(Schema(), &root); err != nil {
		t.Fatal(err)
	}
	return root
}

// schemaFaults walks the schema beside the Go types that decode the file, and
// says where one has a key that the other lacks.
func schemaFaults(root, at node, typ reflect.Type, path string) []string {
	if ref, ok := at["$ref"].(string); ok {
		at = root["$defs"].(node)[strings.TrimPrefix(ref, "#/$defs/")].(node)
	}
	if typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	if c, ok := reflect.New(typ).Interface().(choice); ok { // a table first, then a name
		table := reflect.TypeOf(c.place(node{})).Elem()
		forms, _ := at["anyOf"].([]any)
		if len(forms) != 2 || forms[1].(node)["type"] != "string" {
			return []string{path + ": a table or a name in Go, not in the schema"}
		}
		return schemaFaults(root, forms[0].(node), table, path)
	}
	_, custom := reflect.New(typ).Interface().(tomlValue)
	_, text := reflect.New(typ).Interface().(encoding.TextUnmarshaler)
	switch {
	case custom || text:
		return nil
	case typ.Kind() == reflect.Slice:
		items, ok := at["items"].(node)
		if !ok {
			return []string{path + ": a list in Go, not in the schema"}
		}
		return schemaFaults(root, items, typ.Elem(), path+"[]")
	case typ.Kind() == reflect.Map:
		values, ok := at["additionalProperties"].(node)
		if !ok {
			return []string{path + ": free names in Go, not in the schema"}
		}
		return schemaFaults(root, values, typ.Elem(), path+".*")
	case typ.Kind() != reflect.Struct:
		return nil
	}
	properties, _ := at["properties"].(node)
	var faults []string
	if at["additionalProperties"] != false {
		faults = append(faults, path+": unknown keys are allowed")
	}
	fields := keysOf(typ)
	for _, key := range sortedKeys(fields) {
		p, ok := properties[key].(node)
		if !ok {
			faults = append(faults, path+"."+key+": in Go, not in the schema")
			continue
		}
		faults = append(faults, schemaFaults(root, p, fields[key].Type, path+"."+key)...)
	}
	for _, key := range sortedKeys(properties) {
		if _, ok := fields[key]; !ok {
			faults = append(faults, path+"."+key+": in the schema, not in Go")
		}
	}
	return faults
}

func TestTheSchemaHasTheKeysOfTheFile(t *testing.T) {
	root := schemaRoot(t)
	if faults := schemaFaults(root, root, reflect.TypeFor[agreementFile](), ""); len(faults) > 0 {
		t.Errorf("agreement.schema.json differs from the Go types:\n%s", strings.Join(faults, "\n"))
	}
	// The comparison itself can fail.
	planted := root["properties"].(node)
	planted["zonne"] = planted["zone"]
	delete(planted, "zone")
	want := []string{".zone: in Go, not in the schema", ".zonne: in the schema, not in Go"}
	if got := schemaFaults(root, root, reflect.TypeFor[agreementFile](), ""); !slices.Equal(got, want) {
		t.Errorf("with a key renamed, the differences are %q; want %q", got, want)
	}
}

func TestEveryExampleFollowsTheSchema(t *testing.T) {
	compiler := jsonschema.NewCompiler()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	if err := compiler.AddResource("agreement.schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := compiler.Compile("agreement.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range examples(t) {
		if err := s.Validate(asJSON(t, file)); err != nil {
			t.Errorf("%s: %v", filepath.Base(file), err)
		}
	}
	if err := s.Validate(map[string]any{"id": "x"}); err == nil {
		t.Error("an agreement without a zone follows the schema")
	}
}

// asJSON reads TOML as a schema sees it: dates are texts.
func asJSON(t testing.TB, file string) any {
	t.Helper()
	var raw map[string]any
	if _, err := toml.DecodeFile(file, &raw); err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(datesAsText(raw))
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func datesAsText(v any) any {
	switch v := v.(type) {
	case time.Time:
		return v.Format(time.RFC3339)
	case map[string]any:
		for k := range v {
			v[k] = datesAsText(v[k])
		}
	case []any:
		for i := range v {
			v[i] = datesAsText(v[i])
		}
	case []map[string]any:
		for i := range v {
			datesAsText(v[i])
		}
	}
	return v
}

func examples(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob("../../configs/agreements/*.toml")
	if err != nil || len(files) < 13 {
		t.Fatalf("only %d examples, %v", len(files), err)
	}
	return files
}

func TestTheReferenceExplainsEveryKey(t *testing.T) {
	data, err := os.ReadFile("../../configs/agreements/reference.toml")
	if err != nil {
		t.Fatal(err)
	}
	var walk func(at node, path string)
	walk = func(at node, path string) {
		for _, key := range sortedKeys(at) {
			child, ok := at[key].(node)
			if !ok {
				continue
			}
			if properties, ok := child["properties"].(node); ok {
				for _, name := range sortedKeys(properties) {
					if explained := regexp.MustCompile(`\b` + name + `\b\s*[=\]]|[[.]` + name + `\]|\bas ` + name + `\b`); !explained.Match(data) {
						t.Errorf("reference.toml does not explain %s.%s", path+"."+key, name)
					}
				}
			}
			walk(child, fmt.Sprint(path, ".", key))
		}
	}
	walk(node{"agreement": schemaRoot(t)}, "")
}

// Every example loads, and lint says of it exactly what its "# lint: " lines say.
func TestEveryExampleLoadsAndLintsAsItSays(t *testing.T) {
	set, faults := LoadDir("../../configs/agreements")
	if err := Join(faults); err != nil {
		t.Fatal(err)
	}
	for _, a := range set.Agreements {
		var want, got []string
		for line := range strings.Lines(string(a.Source)) {
			if says, ok := strings.CutPrefix(line, "# lint: "); ok {
				want = append(want, strings.TrimSpace(says))
			}
		}
		for _, f := range Lint(a) {
			got = append(got, f.String())
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: lint says\n%s\nwant\n%s", filepath.Base(a.File), strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		if !strings.HasPrefix(string(a.Source), "#") {
			t.Errorf("%s does not begin with a comment that explains it", filepath.Base(a.File))
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, file := range examples(f) {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte(shop))
	f.Add([]byte("service = 1\nburn = []\nterms = {tiers = [{}]}\n[[maintenance]]\nrrule = \"FREQ=MONTHLY;BYDAY=53MO\"\n"))
	around := surroundings{
		read: func(string, int64) ([]byte, error) { return nil, os.ErrNotExist },
		env:  func(string) (string, bool) { return "x", true },
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		a, faults := parse("fuzz.toml", data, around)
		if (a == nil) != (len(faults) > 0) {
			t.Fatalf("agreement %v beside faults %v", a, faults)
		}
		if a == nil {
			return
		}
		Lint(a)
		set, faults := NewSet([]*Agreement{a})
		if len(faults) > 0 {
			return
		}
		set.Assignment("a", "l", 20*time.Millisecond)
		now := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC).UnixMilli()
		p := a.Period.Containing(now, a.Zone)
		for _, m := range a.Planned {
			Expand(m, a.Zone, p.Window)
		}
	})
}
