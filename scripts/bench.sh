#!/bin/sh
# Runs the benchmarks behind BENCHMARKS.md and prints the machine they ran on.
# COUNT=6 repeats each, for benchstat.
set -eu
cd "$(dirname "$0")/.."
echo "cores: $(nproc)"
sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1
go version
go test -run '^$' -bench . -benchmem -count "${COUNT:-1}" ./...
