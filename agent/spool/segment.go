package spool

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

const (
	segmentSuffix = ".seg"
	quarantineDir = "quarantine"
)

// segment is one file of records, named by its first record's number.
type segment struct {
	path  string
	first uint64
	size  int64
}

func segmentPath(dir string, first uint64) string {
	return filepath.Join(dir, fmt.Sprintf("%016x%s", first, segmentSuffix))
}

// listSegments returns the segments of a directory, oldest first.
func listSegments(dir string) ([]*segment, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var out []*segment
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), segmentSuffix)
		first, err := strconv.ParseUint(name, 16, 64)
		if !ok || err != nil || e.IsDir() {
			continue
		}
		info, err := e.Info()
		if err != nil {
			return nil, err
		}
		out = append(out, &segment{path: filepath.Join(dir, e.Name()), first: first, size: info.Size()})
	}
	slices.SortFunc(out, func(a, b *segment) int {
		if a.first < b.first {
			return -1
		}
		return 1
	})
	return out, nil
}

// syncDir makes the creation and removal of files in dir durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer func() { _ = d.Close() }()
	return d.Sync()
}

// setAside writes bytes that cannot be delivered to a side file, for people, and
// removes the oldest such files beyond the bound. It returns the file's path.
func setAside(dir, name string, data []byte) (string, error) {
	q := filepath.Join(dir, quarantineDir)
	path := filepath.Join(q, name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		return "", fmt.Errorf("set aside %d bytes: %w", len(data), err)
	}
	entries, err := os.ReadDir(q)
	if err != nil || len(entries) <= maxQuarantined {
		return path, nil
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return modified(a).Compare(modified(b)) })
	for _, e := range entries[:len(entries)-maxQuarantined] {
		_ = os.Remove(filepath.Join(q, e.Name()))
	}
	return path, nil
}
