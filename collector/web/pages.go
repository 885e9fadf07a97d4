package web

import (
	"net/http"
	"strings"
)

type pages struct{}

func loadPages() (*pages, error) { return &pages{}, nil }

func (s *Server) mountPages(mux *http.ServeMux) {}

// ownPath keeps a page to go to only when it is one of ours.
func ownPath(next string) string {
	if !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.ContainsAny(next, "\\\t\r\n") {
		return "/"
	}
	return next
}
