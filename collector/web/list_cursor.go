package web

import (
	"encoding/base64"
	"net/url"
	"regexp"
	"strings"
)

// Bounds of the lists that are read page by page.
const (
	defaultPage = 50
	maxPage     = 200
)

// recordID is how incidents, reported faults and overrides are named.
var recordID = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]{0,39}$`)

// pageCursor is the place after the record of that ID, in a list that only
// grows at its head.
func pageCursor(id string) string {
	return base64.RawURLEncoding.EncodeToString([]byte("after." + id))
}

var errCursor = invalidField("cursor", `use the value of "next" as it was given`)

// parsePageCursor returns the ID behind a cursor, "" for none.
func parsePageCursor(text string) (string, error) {
	if text == "" {
		return "", nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(text)
	id, ok := strings.CutPrefix(string(raw), "after.")
	if err != nil || !ok || !recordID.MatchString(id) || pageCursor(id) != text {
		return "", errCursor
	}
	return id, nil
}

// parsePage reads cursor and limit.
func parsePage(q url.Values) (before string, limit int, err error) {
	if limit, err = parseLimit(q, defaultPage, maxPage); err != nil {
		return "", 0, err
	}
	before, err = parsePageCursor(q.Get("cursor"))
	return before, limit, err
}

// cut returns the first limit records of one more, and the cursor of what
// follows, "" at the end.
func cut[T any](list []T, limit int, id func(T) string) ([]T, string) {
	if len(list) <= limit {
		return list, ""
	}
	list = list[:limit]
	return list, pageCursor(id(list[limit-1]))
}
