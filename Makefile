# `make demo` shows the middleware at work, `make test` runs every check. Both need Python >= 3.11,
# make and a Rust toolchain, and install everything else into $(VENV).

PYTHON ?= python3
VENV ?= .venv
# How many examples the property tests try, and for how long the open-ended ones run.
EXAMPLES ?= 2000
SECONDS ?= 60

BIN := $(VENV)/bin
# One interpreter for cargo and maturin, so that neither rebuilds what the other built.
export PYO3_PYTHON := $(abspath $(BIN)/python)
# maturin would take a .venv in this folder for the one that is meant.
export VIRTUAL_ENV := $(abspath $(VENV))
export PIP_DISABLE_PIP_VERSION_CHECK := 1
SOURCES := Cargo.toml Cargo.lock build.rs $(shell find src -name '*.rs' 2>/dev/null)

.DEFAULT_GOAL := help
.PHONY: help demo build test test-rust test-python lint typing servers fuzz-parity fuzz-expressions bench attacks memory clean

help: ## what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1	/' | expand -t 20

$(BIN)/.tools: pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "fastcors needs Python 3.11 or newer, and there is no '$(PYTHON)'. Name another with: make PYTHON=/path/to/python" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "fastcors needs Python 3.11 or newer, and '$(PYTHON)' is $$($(PYTHON) -V). Name another with: make PYTHON=/path/to/python" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "'$(PYTHON)' cannot make a virtual environment: install its venv package (Debian: apt install python3-venv)" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --upgrade 'pip>=25.1'
	$(BIN)/pip install --quiet --group dev
	@touch $@

$(BIN)/.built: $(BIN)/.tools $(SOURCES)
	@command -v cargo >/dev/null || { echo "fastcors is built by Rust, and there is no 'cargo' on the PATH: install a toolchain with rustup, then try again" >&2; exit 1; }
	@command -v cc >/dev/null || { echo "Rust needs a C compiler to link, and there is no 'cc' on the PATH (Debian: apt install gcc)" >&2; exit 1; }
	$(BIN)/maturin develop --release --quiet
	@touch $@

build: $(BIN)/.built ## build the extension into the virtual environment

demo: build ## a FastAPI application behind the middleware, asked over a socket (ONCE=1 ends by itself)
	@$(BIN)/python examples/demo.py $(if $(ONCE),--once) $(if $(PORT),--port $(PORT))

test: lint test-rust typing test-python ## every check

lint: $(BIN)/.tools ## formatting and lints of Rust and Python
	cargo fmt --check
	cargo clippy --locked --all-targets -- -D warnings
	cargo clippy --locked --all-targets --no-default-features -- -D warnings
	$(BIN)/ruff format --check
	$(BIN)/ruff check

test-rust: $(BIN)/.tools ## the core, without Python
	cargo test --locked --no-default-features

typing: build ## mypy and basedpyright on the package, its tests and a user's file; the stub against the module
	$(BIN)/mypy
	$(BIN)/python -m mypy.stubtest fastcors --mypy-config-file pyproject.toml
	$(BIN)/basedpyright --level error examples

test-python: build ## the extension, against Starlette, behind real servers
	FASTCORS_EXAMPLES=$(EXAMPLES) $(BIN)/pytest

servers: build ## only the tests behind real servers
	$(BIN)/pytest -m servers

fuzz-parity: build ## hold both middlewares against each other for SECONDS
	$(BIN)/python -m tests.parity.fuzz --seconds $(SECONDS)

fuzz-expressions: build ## hold both regular expression engines against each other for SECONDS
	$(BIN)/python -m tests.expressions.fuzz --seconds $(SECONDS)

attacks: build ## hostile requests, with the time each takes
	$(BIN)/python -m tests.attacks

memory: build ## the memory of a million requests and of a million origins
	$(BIN)/python -m tests.memory

bench: build ## one request, side by side with Starlette: the times, then what each adds
	$(BIN)/pytest benches --benchmark-only
	$(BIN)/python -m benches.added_cost

clean: ## remove what was built
	rm -rf $(VENV) target
