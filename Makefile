# The two commands a newcomer needs are "go run ./cmd/kelisim" and "make test".

GOLANGCI := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0

.PHONY: help run test tools unit e2e race lint generate bench fuzz soak attack load loadyear compose

help: ## list what can be made
	@grep -hE '^[a-z0-9]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

run: ## run the demonstration site
	go run ./cmd/kelisim

# How long the tests of one package may take, on a machine that is slow or has other things to do.
PATIENCE := 20m

test: tools unit e2e ## run all tests, installing what they need

tools:
	@scripts/tools

unit:
	go vet ./...
	go test -timeout $(PATIENCE) ./...

e2e: tools ## drive the demonstration in a real browser
	cd e2e && go vet ./... && go test -timeout $(PATIENCE) ./...
	cd examples && go vet ./... && go test -timeout $(PATIENCE) ./...

race: ## run the tests under the race detector
	go test -race -timeout 1h ./...

lint: ## run golangci-lint, at the version pinned here
	go run $(GOLANGCI) run ./...

generate: ## rebuild the front end, the location tables and the map (needs npm)
	go generate ./...

bench: ## run the benchmarks that BENCHMARKS.md records
	go test -run '^$$' -bench . -benchmem ./middleware ./internal/gate ./visit ./geo ./stats ./internal/accesslog ./internal/logimport

FUZZTIME ?= 60s
fuzz: ## run every fuzz target for FUZZTIME (60s)
	scripts/fuzz $(FUZZTIME)

SOAK ?= 10m
soak: tools ## run the outage and soak tests for SOAK (10m)
	KELISIM_SOAK=$(SOAK) go test -count=1 -timeout 0 -run 'Soak' ./...

attack: tools ## try to find out who visited a site from its dump, up to a million known addresses (an hour or less)
	KELISIM_ATTACK=1 go test -count=1 -timeout 0 -v ./internal/attack

YEAR ?= 50000000
loadyear: tools ## load a year of YEAR (50000000) page views into both stores and time every report
	KELISIM_YEAR=$(YEAR) go test -count=1 -timeout 0 -v ./internal/yearload

compose: ## check docker-compose.yml
	docker compose config --quiet
