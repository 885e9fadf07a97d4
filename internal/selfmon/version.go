package selfmon

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// version is set by the linker: -X github.com/probity-sla/probity/internal/selfmon.version=v1.2.3
var version = "dev"

// Build says what a program was built from.
type Build struct {
	Version  string `json:"version"`
	Revision string `json:"revision"` // "" outside a repository; "+" is appended when the tree was dirty
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

// Version returns what this program was built from.
func Version() Build {
	b := Build{Version: version, Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	dirty := false
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Revision = s.Value[:min(len(s.Value), 12)]
		case "vcs.modified":
			dirty = s.Value == "true"
		}
	}
	if dirty && b.Revision != "" {
		b.Revision += "+"
	}
	return b
}

func (b Build) String() string {
	if b.Revision == "" {
		return fmt.Sprintf("%s (%s, %s)", b.Version, b.Go, b.Platform)
	}
	return fmt.Sprintf("%s (%s, %s, %s)", b.Version, b.Revision, b.Go, b.Platform)
}
