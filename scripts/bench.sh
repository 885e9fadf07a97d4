#!/bin/sh
# Runs the benchmarks behind BENCHMARKS.md and prints the machine they ran on.
# COUNT=6 repeats each, for benchstat.
set -eu
cd "$(dirname "$0")/.."
echo "cores: $(nproc)"
sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1
go version
# One package at a time: two at once would measure each other.
go test -p 1 -run '^$' -bench . -benchmem -count "${COUNT:-1}" ./agent/... ./collector/... ./internal/sla ./internal/contract ./internal/protocol
