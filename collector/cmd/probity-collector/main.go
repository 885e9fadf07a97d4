// Command probity-collector computes availability against agreements.
package main

import (
	"os"

	"github.com/probity-sla/probity/collector"
)

func main() { os.Exit(collector.Main(os.Args[1:], os.Stdout, os.Stderr, os.Getenv)) }
