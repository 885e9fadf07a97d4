package uplink

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"

	"github.com/probity-sla/probity/internal/protocol"
)

// Poll asks for the assignment. It returns nil when the one with the given
// version is still in force, and otherwise the new one and its bytes, for Keep.
func (c *Client) Poll(ctx context.Context, version string) (*protocol.Assignment, []byte, error) {
	h := http.Header{"Accept": {"application/json"}}
	if version != "" {
		h["If-None-Match"] = []string{`"` + version + `"`}
	}
	resp, body, err := c.do(ctx, call{
		op: "poll assignment", method: http.MethodGet, path: "/api/v1/assignment",
		header: h, limit: protocol.MaxAssignmentSize, onlyOnce: true,
	})
	if err != nil || resp.StatusCode == http.StatusNotModified {
		return nil, nil, err
	}
	a, err := protocol.DecodeAssignment(body)
	if err != nil {
		return nil, nil, fmt.Errorf("poll assignment: %w", err)
	}
	return a, body, nil
}

// Keep writes an assignment to disk, whole or not at all, so that an agent that
// starts without its collector probes what it last knew.
func Keep(path string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return fmt.Errorf("keep assignment: %w", err)
	}
	defer func() { _ = os.Remove(f.Name()) }() // gone already when all went well
	_, err = f.Write(data)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("keep assignment: %w", err)
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return fmt.Errorf("keep assignment: %w", err)
	}
	return nil
}

// Recall reads the assignment kept on disk; it returns nil when there is none.
func Recall(path string) (*protocol.Assignment, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("recall assignment: %w", err)
	}
	a, err := protocol.DecodeAssignment(data)
	if err != nil {
		return nil, fmt.Errorf("recall assignment from %s: %w", path, err)
	}
	return a, nil
}
