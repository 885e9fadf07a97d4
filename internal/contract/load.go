package contract

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

// Bounds of what is loaded. A set past any of them is refused whole.
const (
	MaxFiles       = 20_000    // agreement files in a directory
	MaxFileBytes   = 512 << 10 // one agreement file
	MaxNesting     = 1000      // open brackets in one agreement file
	MaxServices    = 200       // of one agreement
	MaxChecks      = 2000      // of one agreement
	MaxPlanned     = 500       // maintenance entries of one agreement
	MaxTags        = 50        // of one agreement
	MaxBurnRules   = 20        // of one agreement
	MaxClocks      = 100       // of one agreement
	MaxCalendars   = 20        // of one agreement
	MaxPauses      = 20        // of one clock
	MaxSeverities  = 20        // of one agreement
	MaxDepends     = 20        // services that one service depends on
	MaxRecipients  = 50        // of one agreement's reports
	MaxLocations   = 200       // of one check
	MaxHeaders     = 50        // of one check
	MaxIDLength    = 40        // of an agreement, service, check or maintenance entry
	MaxTextLength  = 200       // of a name
	MaxBodyBytes   = 64 << 10  // of a request, and of what is sent over TCP
	MaxSecretBytes = 16 << 10  // of a header's value_file
	MaxCABytes     = 256 << 10 // of a ca_file
	MaxPattern     = 1000      // bytes of a regular expression
)

// LoadDir reads every *.toml in dir as one agreement, in the order of their
// names. Names that start with a dot are passed over, so that a mounted
// configuration map works. It returns either a set or all faults of all files.
func LoadDir(dir string) (*Set, []FieldError) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, []FieldError{{File: dir, Problem: plain(err), Hint: "create the directory, or name another with agreements.directory"}}
	}
	var agreements []*Agreement
	var faults []FieldError
	files := 0
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") || filepath.Ext(e.Name()) != ".toml" {
			continue
		}
		if files++; files > MaxFiles {
			return nil, append(faults, FieldError{File: dir, Problem: fmt.Sprintf("more than %d agreement files", MaxFiles)})
		}
		a, f := LoadFile(filepath.Join(dir, e.Name()))
		faults = append(faults, f...)
		if a != nil {
			agreements = append(agreements, a)
		}
	}
	set, f := NewSet(agreements)
	if set != nil && len(faults) == 0 { // else what is missing may be what could not be read
		f = set.unknown()
	}
	if faults = append(faults, f...); len(faults) > 0 {
		return nil, faults
	}
	return set, nil
}

// LoadFile reads one agreement. It returns either an agreement or all its faults.
func LoadFile(path string) (*Agreement, []FieldError) {
	data, err := readBounded(path, MaxFileBytes)
	if err != nil {
		return nil, []FieldError{{File: path, Problem: err.Error(), Hint: "an agreement is one TOML file"}}
	}
	return Parse(path, data)
}

// Parse reads an agreement from its bytes. name stands in messages, and the files
// that the agreement names are looked for beside it.
func Parse(name string, data []byte) (*Agreement, []FieldError) {
	return parse(name, data, osSurroundings(name))
}

// osSurroundings look for files beside the agreement's own.
func osSurroundings(name string) surroundings {
	return surroundings{
		read: func(path string, limit int64) ([]byte, error) {
			if !filepath.IsAbs(path) {
				path = filepath.Join(filepath.Dir(name), path)
			}
			return readBounded(path, limit)
		},
		env: os.LookupEnv,
	}
}

// surroundings are what an agreement may refer to outside its own bytes.
type surroundings struct {
	read func(path string, limit int64) ([]byte, error)
	env  func(name string) (string, bool)
}

func parse(name string, data []byte, around surroundings) (*Agreement, []FieldError) {
	switch {
	case len(data) > MaxFileBytes:
		return nil, []FieldError{{File: name, Problem: fmt.Sprintf("is larger than %d bytes", MaxFileBytes)}}
	case !utf8.Valid(data):
		return nil, []FieldError{{File: name, Problem: "is not UTF-8", Hint: "save it as UTF-8"}}
	}
	var f agreementFile
	faults := decode(name, data, &f)
	b := &builder{file: name, around: around, faults: faults}
	a := b.agreement(&f)
	if len(b.faults) > 0 {
		return nil, b.faults
	}
	sum := sha256.Sum256(data)
	a.File, a.Source, a.Revision = name, data, hex.EncodeToString(sum[:])
	return a, nil
}

// readBounded reads a regular file of at most limit bytes.
func readBounded(path string, limit int64) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, errors.New(plain(err))
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("is not a regular file")
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, errors.New(plain(err))
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, errors.New(plain(err))
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("is larger than %d bytes", limit)
	}
	return data, nil
}

// plain is the reason of a file error without its operation and path, which the
// FieldError names already.
func plain(err error) string {
	var p *os.PathError
	if errors.As(err, &p) {
		return p.Err.Error()
	}
	return err.Error()
}
