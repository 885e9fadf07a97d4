# Probity. The two commands that matter: `make run` and `make test`.

GO      ?= go
BIN     := bin
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
LDFLAGS := -s -w -X github.com/probity-sla/probity/internal/selfmon.version=$(VERSION)
# How long `make run` runs; empty: until Ctrl-C.
SECONDS ?=
# How long each fuzz target runs under `make fuzz`.
FUZZTIME ?= 30s
# Where goroutines meet; the rest is pure or spends its time in one.
RACE := ./agent ./agent/schedule ./agent/spool ./agent/uplink ./agent/probe ./collector ./collector/evaluate \
	./collector/incident ./collector/ingest ./collector/notify ./collector/oncall ./collector/promapi ./collector/store ./internal/selfmon

.PHONY: all build run test test-packages race lint bench fuzz clean help

all: build

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

build: ## both programs into bin/
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags '$(LDFLAGS)' -o $(BIN)/ ./agent/cmd/probity-agent ./collector/cmd/probity-collector

run: build ## a collector, an agent and sample agreements on this machine; SECONDS=60 ends by itself
	@CGO_ENABLED=0 $(GO) build -trimpath -o $(BIN)/probity-demo ./scripts/demo
	@exec $(BIN)/probity-demo $(if $(SECONDS),-seconds $(SECONDS))

test-packages: ## Debian packages that the tests use
	@./scripts/install-test-packages.sh

test: test-packages build ## everything that must pass; screenshots of the pages go to artifacts/
	@mkdir -p artifacts
	PROBITY_ARTIFACTS=$(CURDIR)/artifacts $(GO) test -timeout 12m ./...

race: test-packages build ## the packages where goroutines meet, under the race detector
	$(GO) test -race -short -timeout 8m $(RACE)

lint: ## gofmt, vet, staticcheck
	@out=$$(gofmt -l $$(git ls-files '*.go')); test -z "$$out" || { echo "not formatted (run gofmt -w):"; echo "$$out"; exit 1; }
	$(GO) vet ./...
	$(GO) tool staticcheck ./...

bench: build ## figures for BENCHMARKS.md
	./scripts/bench.sh

fuzz: ## every fuzz target, FUZZTIME each
	./scripts/fuzz.sh $(FUZZTIME)

clean: ## what the targets above made
	rm -rf $(BIN) artifacts
