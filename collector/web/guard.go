package web

import "net/http"

// Require lets only those through to next who may do what the role may: for
// endpoints that the program serves beside these, /metrics and /-/reload.
func (s *Server) Require(role Role, next http.Handler) http.Handler {
	return s.protect(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := s.authorize(r, role); err != nil {
			s.writeProblem(w, r, err)
			return
		}
		next.ServeHTTP(w, r)
	}))
}
