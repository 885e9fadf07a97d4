package protocol

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// strict decodes exactly one JSON value and refuses unknown keys.
func strict(data []byte, dst any) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(dst); err != nil {
		if errors.Is(err, io.EOF) {
			return errors.New("empty JSON")
		}
		return err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows the JSON value")
	}
	return nil
}

// strictList decodes a JSON array item by item, so that the count is bounded
// before the memory is taken. null is an empty list.
func strictList[T any](data []byte, what string, limit int) ([]T, error) {
	if string(bytes.TrimSpace(data)) == "null" {
		return nil, nil
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if t, err := dec.Token(); err != nil || t != json.Delim('[') {
		return nil, fmt.Errorf("%s: want an array", what)
	}
	var out []T
	for dec.More() {
		if len(out) == limit {
			return nil, &LimitError{what, 0, int64(limit)}
		}
		var item T
		if err := dec.Decode(&item); err != nil {
			return nil, fmt.Errorf("%s: item %d: %w", what, len(out), err)
		}
		out = append(out, item)
	}
	return out, nil
}
