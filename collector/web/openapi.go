package web

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"net/http"
)

// OpenAPI is the OpenAPI 3.1 document of the whole API, what agents use included.
//
//go:embed openapi.yaml
var OpenAPI []byte

func (s *Server) getOpenAPI(w http.ResponseWriter, r *http.Request) error {
	sum := sha256.Sum256(OpenAPI)
	if notModified(w, r, `"`+hex.EncodeToString(sum[:12])+`"`) {
		return nil
	}
	w.Header().Set("Content-Type", "application/yaml")
	if r.Method != http.MethodHead {
		w.Write(OpenAPI)
	}
	return nil
}
