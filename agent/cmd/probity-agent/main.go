// Command probity-agent probes contracted endpoints and pushes every result to a collector.
package main

import (
	"os"

	"github.com/probity-sla/probity/agent"
)

func main() {
	os.Exit(agent.Main(os.Args[1:], os.Stdout, os.Stderr, os.Getenv))
}
