# Every target sets up what it lacks and is quick the second time.
# The steps longer than a line are in .ci/.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
# Tests and builds share two caches and a browser: `make -j` runs them one by one all the same.
.NOTPARALLEL:
# A package that failed half-way must not look built.
.DELETE_ON_ERROR:

CARGO_HOME ?= $(HOME)/.cargo
export PATH := $(CARGO_HOME)/bin:$(CURDIR)/www/node_modules/.bin:$(PATH)

WASM := www/pkg/lossfield_bg.wasm
PAGE := www/dist/index.html
WASM_SOURCES := Cargo.toml Cargo.lock .cargo/config.toml $(shell find src -type f)
PAGE_SOURCES := $(wildcard www/*.html www/*.ts www/*.js www/*.json) \
	$(shell find www/src www/public -type f 2>/dev/null)
WASM32 := --target wasm32-unknown-unknown

.PHONY: help
help: ## this list
	@echo "Lossfield: paint a mask, see what every segmentation loss sees."
	@echo
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

# --- build and serve ---

.PHONY: serve build build-wasm
serve: build ## build the page and serve it (PORT=4173)
	@.ci/serve.sh

build: $(PAGE) ## build the page for release, into www/dist

build-wasm: $(WASM) ## build the wasm package alone, into www/pkg

# The set-up targets stand after `|`: they run each time, and alone never cause a rebuild.
$(WASM): $(WASM_SOURCES) | setup-wasm setup-www
	@.ci/build-wasm.sh

$(PAGE): $(WASM) $(PAGE_SOURCES) | setup-www
	@echo "==> building the page"
	@npm --silent --prefix www run build

# --- test ---

.PHONY: test test-native test-wasm test-e2e test-libraries bench
test: test-native test-wasm test-e2e ## run every test
	@echo "==> all tests pass: native, wasm in a page and in a worker, and the built page"

test-native: ## cargo test: units, laws, golden values, charts, session
	@echo "==> native tests"
	@cargo test --quiet

test-wasm: setup-wasm setup-browser ## the wasm tests, in a headless Chromium
	@echo "==> wasm tests in Chromium"
	@.ci/test-wasm.sh

test-e2e: build setup-browser ## Playwright on the built page; leaves tests/e2e/screenshots
	@echo "==> tests of the built page"
	@.ci/test-e2e.sh

test-libraries: setup-rust ## run every copied line of Python in the libraries themselves (needs Python)
	@.ci/test-libraries.sh

bench: build setup-browser ## print how long a brush move takes, in a headless Chromium
	@.ci/test-e2e.sh bench

# --- check: the fastest first ---

.PHONY: check check-format check-rust check-docs check-www format
check: check-format check-rust check-docs check-www ## formatting, lints, types and docs
	@echo "==> all checks pass"

check-format: setup-rust setup-www
	@echo "==> formatting"
	@cargo fmt --check
	@prettier --log-level warn --check www tests/e2e

check-rust: setup-rust
	@echo "==> Rust lints, native and wasm32"
	@cargo metadata --locked --format-version 1 >/dev/null
	@cargo clippy --quiet --all-targets -- -D warnings
	@cargo clippy --quiet --all-targets $(WASM32) -- -D warnings

check-docs: setup-rust
	@echo "==> Rust documentation, native and wasm32"
	@RUSTDOCFLAGS=-Dwarnings cargo doc --quiet --no-deps
	@RUSTDOCFLAGS=-Dwarnings cargo doc --quiet --no-deps $(WASM32)

# The page's types come from the wasm package, so that is built first.
check-www: $(WASM) setup-www setup-e2e
	@echo "==> TypeScript and Svelte: types, then lints"
	@npm --silent --prefix www run check
	@npm --silent --prefix tests/e2e run check
	@npm --silent --prefix www run lint
	@npm --silent --prefix tests/e2e run lint

format: setup-rust setup-www ## format everything in place
	@cargo fmt
	@prettier --log-level warn --write www tests/e2e

# --- set-up ---

.PHONY: setup setup-rust setup-wasm setup-www setup-e2e setup-browser
setup: setup-wasm setup-www setup-browser ## install all that the other targets need

setup-rust:
	@.ci/setup-rust.sh

setup-wasm: setup-rust
	@.ci/setup-wasm.sh

setup-www:
	@.ci/setup-npm.sh www

setup-e2e:
	@.ci/setup-npm.sh tests/e2e

setup-browser: setup-e2e
	@.ci/setup-browser.sh

.PHONY: clean
clean: ## remove everything that was built or installed in this folder
	rm -rf target www/pkg www/dist www/node_modules
	rm -rf tests/e2e/node_modules tests/e2e/results tests/e2e/screenshots
