# The commands for people; each may be repeated and is quick where nothing changed.
#   make run    builds and starts the scaler with a modelled fleet, on 127.0.0.1
#   make test   installs what the tests need and runs all of them

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := build
.PHONY: run test build release lint generate bench \
  swift build-packages generate-packages test-packages

BUILD_PACKAGES := libgrpc-dev libprotobuf-c-dev libcurl4-openssl-dev pkg-config
GENERATE_PACKAGES := protobuf-compiler protobuf-c-compiler
TEST_PACKAGES := $(GENERATE_PACKAGES) prometheus victoria-metrics golang-go golang-google-grpc-dev \
  protoc-gen-go-1-3 openssl curl jq python3-venv \
  faketime libfaketime iproute2 \
  golang-github-masterminds-sprig-dev golang-k8s-sigs-yaml-dev chromium chromium-driver

# Arguments after `serve --demo`, for example ARGS="--grpc-listen 127.0.0.1:0".
ARGS ?=
# Which benchmark `make bench` runs; Tests/Benchmarks/run lists them.
BENCH ?= fleet

run: release
	@Tests/Scripts/install-packages python3-venv
	@Tests/Scripts/make-venv
	exec .build/release/keda-burst-scaler serve --demo $(ARGS)

test: swift build-packages test-packages
	Tests/Scripts/make-venv
	Tests/Scripts/run-tests

build: swift build-packages
	swift build

release: swift build-packages
	swift build --configuration release --static-swift-stdlib --product keda-burst-scaler \
	  -Xlinker -z -Xlinker now

lint: swift
	swift format lint --strict --recursive Package.swift Sources Tests

generate: generate-packages
	proto/generate.sh

bench: swift build-packages
	Tests/Benchmarks/run $(BENCH)

swift:
	@Tests/Scripts/require-swift

build-packages:
	@Tests/Scripts/install-packages $(BUILD_PACKAGES)

generate-packages:
	@Tests/Scripts/install-packages $(GENERATE_PACKAGES)

test-packages:
	@Tests/Scripts/install-packages $(TEST_PACKAGES)
	@command -v kubectl >/dev/null || Tests/Scripts/install-packages kubernetes-client
