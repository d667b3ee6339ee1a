# Every command of the project, one line each. README.md explains them.
STACK  ?= dev
# Where the shop is on 127.0.0.1: over HTTP and, with a certificateArn, over HTTPS.
PORT   ?= 8080
HTTPS_PORT ?= 8443
# Of the operators' API of AWS: 6 above PORT if not given.
AWS_PORT ?=
CONFIG ?=
# How long a second of AWS takes, in seconds, where it takes time: 1 is real time.
SCALE  ?=
# Of preview, cost, status and events: text, or json for programs; markdown of preview and cost.
FORMAT ?= text
# Of forecast alone: names of changes, separated by semicolons; any SAMPLE for six of
# them; any AGAIN to compare with what was measured before.
ONLY ?=
SAMPLE ?=
AGAIN ?=
# Of cost alone: what the shop is used like a month, as "requests=5e6 outGB=100".
USAGE ?=
# Of preview alone.
BASE ?=
BASE_STACK ?=
BASE_CONFIG ?=

# Unoptimised, the AWS SDK compiles in half the time; nothing here needs it fast.
# All commands, and the release (infra/release/build.go), share the other flags, and so what
# is compiled already.
export CGO_ENABLED = 0
export GOFLAGS := $(GOFLAGS) -trimpath '-gcflags=github.com/pulumi/...=-N -l'

LOCAL = .local/bin/local

.PHONY: up preview down status events maintenance diagram drawings cost load faults forecast soak tour test race bench lint evidence workflows setup

up: setup ## bring the stack up on this machine, or update it
	@$(LOCAL) up -stack $(STACK) -port $(PORT) -https-port $(HTTPS_PORT) $(if $(AWS_PORT),-aws-port $(AWS_PORT)) $(if $(SCALE),-scale $(SCALE)) $(foreach c,$(CONFIG),-config $(c))

preview: setup ## show what up would change, or with BASE=commit what differs from that
	@$(LOCAL) preview -stack $(STACK) -port $(PORT) -https-port $(HTTPS_PORT) -format $(FORMAT) $(foreach c,$(CONFIG),-config $(c)) \
	  -base '$(BASE)' -base-stack '$(BASE_STACK)' $(foreach c,$(BASE_CONFIG),-base-config $(c))

down: setup ## destroy the stack that runs, and stop everything
	@$(LOCAL) down $(if $(filter file,$(origin STACK)),,-stack $(STACK))

status: setup ## who runs where, since when, with which log
	@$(LOCAL) status $(if $(filter json,$(FORMAT)),-json)

events: setup ## what has happened since make up
	@$(LOCAL) events $(if $(filter json,$(FORMAT)),-json)

maintenance: setup ## open the maintenance window, for changes without applyImmediately
	@$(LOCAL) maintenance

diagram: setup ## draw the stack as it is declared, into .local/diagram.svg
	@$(LOCAL) diagram -stack $(STACK) $(foreach c,$(CONFIG),-config $(c)) > .local/diagram.svg
	@echo .local/diagram.svg

drawings: ## renew the drawings in docs/architecture, which a test compares with the declaration
	@go test -vet=off ./tests -run TestTheDrawingsInDocs -update

cost: setup ## what the stack costs a month as it is declared, line by line
	@$(LOCAL) cost -stack $(STACK) -format $(FORMAT) $(foreach c,$(CONFIG),-config $(c)) $(foreach u,$(USAGE),-usage $(u))

load: ## 200 people shop for 30 seconds
	@go run ./tests/load -url http://127.0.0.1:$(PORT)

faults: ## what goes wrong, one fault at a time, among people who shop in the running stack
	@go run ./tests/faults $(foreach c,$(CONFIG),-config $(c))

soak: ## 20 minutes of shopping while a random process is killed every 15 seconds
	@go run ./tests/faults -soak 20m -shoppers 50 -customers 25 $(foreach c,$(CONFIG),-config $(c))

tour: SETUP = dynamodb
tour: setup ## every two options of the declaration, from nothing to a fleet that was replaced, and down again
	@go run ./tests/tour -port $(PORT)

forecast: SETUP = dynamodb
forecast: setup ## many changes, forecast and then carried out among shoppers: were the forecasts right? ONLY names some
	@go run ./tests/forecast $(if $(SCALE),-scale $(SCALE)) $(if $(ONLY),-only '$(ONLY)') $(if $(SAMPLE),-sample) $(if $(AGAIN),-again)

# Most tests wait for servers most of the time: more of them than there are processors.
CORES = $(shell getconf _NPROCESSORS_ONLN)

test: SETUP = dynamodb browser awscli
test: setup ## all tests, against real servers; those that take longest begin first
	@tools/inmemory go test -vet=off -parallel $$((2 * $(CORES))) ./tests ./...

race: SETUP = dynamodb browser awscli race
race: setup ## the tests of service and local cloud, watched for data races
	@CGO_ENABLED=1 go test -race -vet=off ./app/... ./local/...

bench: SETUP = dynamodb bench
bench: setup ## the service against what bounds it and against what else might be picked
	@go test -vet=off ./tests/bench -run '^$$' -bench . -benchtime 1x -timeout 1h

lint: ## gofmt, go vet, staticcheck, actionlint, govulncheck, and what nothing shows in the documents
	@tools/lint

evidence: ## what shows the commands and numbers of the documents, and what nothing shows
	@go run ./tests/evidence

workflows: setup ## the commands of the workflows for pull requests, without GitHub, in a clone with a planted change
	@go run ./local/ci steps .github/workflows/preview.yml .github/workflows/test.yml

setup: # installs or builds what is missing
	@tools/setup $(findstring dynamodb,$(CONFIG)) $(SETUP)
