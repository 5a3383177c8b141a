# `make demo` shows the middleware at work, `make test` runs every check. Both need Python, make, a Rust
# toolchain and a C compiler, which `toolchain` checks, and install what PyPI has into $(VENV). `make test`
# also needs rustfmt, clippy, nginx, chromium and redis-server.

PYTHON ?= python3
VENV ?= .venv
# The number of examples of each property test, and the seconds of each open-ended run.
EXAMPLES ?= 2000
SECONDS ?= 60
# The interpreters that wheels are built for.
PYTHONS ?= $(ASKED)
# More arguments for maturin: manylinux2014 is what zig's linker makes of it, on any Linux.
WHEEL ?= $(if $(filter Linux,$(shell uname -s)),--zig --compatibility manylinux2014)
# More arguments for pytest.
PYTEST ?=
# More arguments for each benchmark, such as --quick.
BENCH ?=
# The benchmarks that bench-record writes to benches/results.
RECORDED ?= added_cost endpoint overrides function rivals enforcement minimal scaling origin_set cold servers protocol
# What `make quick` leaves to `make test`: it takes long, or needs servers, compilers or another process.
LEFT_OUT := tests/attacks tests/browser tests/demo/test_accessibility.py tests/demo/test_page.py tests/feeds/test_demo.py tests/feeds/test_document.py::test_redis_is_followed tests/feeds/test_many.py tests/feeds/test_redis.py tests/feeds/test_workers.py tests/memory tests/migration tests/servers tests/site tests/typing tests/lint/test_hostile.py \
	tests/project/test_benches.py tests/project/test_demo.py tests/project/test_makefile.py tests/project/test_packaging.py tests/project/test_release.py \
	tests/proof/test_proof.py::test_every_corrected_regex_matches_an_origin_and_no_untrusted_one

# The Pythons without the GIL that the code is checked for.
FREE_THREADED := 3.14 3.15

# The oldest versions that work.
PYTHON_NEEDED := $(shell sed -n 's/^requires-python = ">=\(.*\)"/\1/p' pyproject.toml)
RUST_NEEDED := $(shell sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)

BIN := $(VENV)/bin
# The Python to use before anything is installed: the environment's, if there is one.
ASKED := $(or $(wildcard $(BIN)/python),$(PYTHON))
# `$(AT_LEAST) 1.95.0 1.88` succeeds.
AT_LEAST := $(ASKED) -c 'import sys; have, need = [[int(n) for n in v.split(".")[:2]] for v in sys.argv[1:]]; sys.exit(have < need)'
# One interpreter for cargo and maturin, so that neither rebuilds what the other built.
export PYO3_PYTHON := $(abspath $(BIN)/python)
# Otherwise maturin would use a .venv in this folder.
export VIRTUAL_ENV := $(abspath $(VENV))
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# For the pip that maturin starts, too.
export PIP_QUIET := 1
SOURCES := Cargo.toml Cargo.lock build.rs $(shell find src -name '*.rs' 2>/dev/null)

# The coverage that libFuzzer needs, also with a stable toolchain: branches taken, and comparisons.
COVERAGE := -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares
FUZZED := $(basename $(notdir $(wildcard fuzz/targets/*.rs)))
# With a named target, build scripts are built without coverage.
FUZZ_HOST = $(shell rustc -vV | sed -n 's/^host: //p')

.DEFAULT_GOAL := help
# cargo and pytest use all cores themselves, and some tests compare costs.
.NOTPARALLEL:
.PHONY: help toolchain linters demo screenshot demo-fleet fleet build quick test test-rust test-python test-pythons test-starlettes lint typing servers browser test-apps explanations fuzz-parity fuzz-expressions fuzz-patterns fuzz-core bench bench-pytest bench-servers bench-rivals bench-scaling bench-origin-set bench-core bench-cold bench-record plots instructions instructions-record attacks memory clean workflows notices docs docs-serve wheel try-wheel release-check oldest-rust check-free-threaded stress-threads

# $(call program,NAME,WHAT NEEDS IT,PACKAGE) installs a program by apt if possible, and stops otherwise.
program = @command -v $(1) >/dev/null 2>&1 \
	|| { command -v apt-get >/dev/null 2>&1 && [ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get install -y -qq $(3) >/dev/null; } \
	|| { echo "$(2) '$(1)', which does not run here: install it, then try again (Debian: apt install $(3))" >&2; exit 1; }

chromium = $(call program,chromium,pages are tried in,chromium)
redis = $(call program,redis-server,feeds are tried with,redis-server)
define tried_programs
$(call program,nginx,a recipe is tried behind,nginx-light)
$(chromium)
$(redis)
endef

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1	/' | expand -t 20

toolchain: ## check what make cannot install: Python, Rust and a C compiler
	@stop() { echo "$$*" >&2; exit 1; }; \
	version=$$($(ASKED) -V 2>&1) || stop "fastcors needs Python $(PYTHON_NEEDED) or newer, and no '$(ASKED)' runs here: name another with make PYTHON=/path/to/python"; \
	$(AT_LEAST) "$${version#* }" $(PYTHON_NEEDED) 2>/dev/null || stop "fastcors needs Python $(PYTHON_NEEDED) or newer, and '$(ASKED)' is $$version: name another with make PYTHON=/path/to/python"; \
	$(ASKED) -c 'import ensurepip, venv' 2>/dev/null || stop "'$(ASKED)' cannot make a virtual environment: install its venv package (Debian: apt install python3-venv)"; \
	for tool in cargo rustc; do \
		version=$$($$tool --version 2>/dev/null) || stop "fastcors is built by Rust $(RUST_NEEDED) or newer, and no '$$tool' runs here: install a toolchain with rustup, then try again"; \
		$(AT_LEAST) "$${version#* }" $(RUST_NEEDED) 2>/dev/null || stop "fastcors is built by Rust $(RUST_NEEDED) or newer, and this is $$version: renew the toolchain with 'rustup update', then try again"; \
	done; \
	cc --version >/dev/null 2>&1 || stop "Rust needs a C compiler to link, and no 'cc' runs here (Debian: apt install gcc)"

linters: toolchain
	@for tool in fmt clippy; do \
		cargo $$tool --version >/dev/null 2>&1 || { echo "the lints need 'cargo $$tool', which does not run here: install it with 'rustup component add rustfmt clippy'" >&2; exit 1; }; \
	done

$(BIN)/.demo: pyproject.toml | toolchain
	@echo "Installing what the build and the demo need into $(VENV)."
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --upgrade 'pip>=25.1'
	@$(BIN)/python -m pip install --group demo
	@touch $@

$(BIN)/.tools: $(BIN)/.demo
	@echo "Installing what the checks and the benchmarks need into $(VENV): some minutes and 1.1 GB, once."
	@$(BIN)/python -m pip install --group dev
	@touch $@

$(BIN)/.built: $(BIN)/.demo $(SOURCES) | toolchain
	@echo "Building the extension: one to three minutes."
	@# Without --group, maturin installs the group dev.
	@# maturin's output matters only if the build fails; it warns about tools/build_backend.py each time.
	@$(BIN)/maturin develop --release --quiet --group demo >$(BIN)/.build.log 2>&1 || { cat $(BIN)/.build.log >&2; exit 1; }
	@touch $@

build: $(BIN)/.built ## build the extension into the virtual environment

demo: build ## requests to an API behind the middleware, and a page that sends more of them live (ONCE=1 ends by itself)
	@$(BIN)/python -m examples.demo $(if $(ONCE),--once) $(if $(PORT),--port $(PORT))

screenshot: build $(BIN)/.tools ## renew the picture of the demo's page in the README
	$(chromium)
	$(BIN)/python -m tests.demo.screenshot

$(BIN)/.fleet: $(BIN)/.demo
	@$(BIN)/python -m pip install --group fleet
	@touch $@

demo-fleet: build $(BIN)/.fleet ## three workers that follow a Redis set, and an origin that comes and goes (ONCE=1 ends by itself)
	$(redis)
	@$(BIN)/python examples/fleet.py $(if $(ONCE),--once)

quick: linters build $(BIN)/.tools ## what to run before each commit: formatting, lints, types, fast tests
	cargo fmt --check
	cargo clippy --quiet --locked --all-targets -- -D warnings
	$(BIN)/ruff format --check --quiet
	$(BIN)/ruff check --quiet
	$(BIN)/mypy
	PROPTEST_CASES=16 cargo test --quiet --locked --no-default-features --lib
	FASTCORS_EXAMPLES=20 $(BIN)/pytest --quiet $(foreach each,$(LEFT_OUT),$(if $(findstring ::,$(each)),--deselect,--ignore)=$(each)) $(PYTEST)
	@echo "Left to 'make test': the lints without Python, the twins of the core, stubtest, basedpyright, more examples of each property, and $(LEFT_OUT)"

test: linters lint test-rust typing docs test-python ## every check

lint: linters $(BIN)/.tools ## formatting and lints of Rust and Python, and which module imports which
	cargo fmt --check
	cargo fmt --check --manifest-path fuzz/Cargo.toml
	cargo clippy --quiet --locked --all-targets -- -D warnings
	cargo clippy --quiet --locked --all-targets --no-default-features -- -D warnings
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	PYTHONPATH=python $(BIN)/lint-imports --no-cache --no-logo

test-rust: $(BIN)/.demo ## the core, without Python
	cargo test --quiet --locked --no-default-features

typing: build $(BIN)/.tools ## mypy and basedpyright on the package, its tests and a user's file; the stub against the module
	$(BIN)/mypy
	$(BIN)/python -m mypy.stubtest fastcors --mypy-config-file pyproject.toml
	$(BIN)/basedpyright --level error examples

test-python: build $(BIN)/.tools ## the extension, against Starlette, behind real servers
	$(tried_programs)
	FASTCORS_EXAMPLES=$(EXAMPLES) $(BIN)/pytest $(PYTEST)

test-pythons: toolchain ## the extension, built for and tested with each other Python from 3.11 to 3.15
	@$(ASKED) -m tests.pythons

test-starlettes: build $(BIN)/.tools ## subclasses, install and recipes with the oldest and the newest Starlette that FastAPI takes
	@$(BIN)/python -m tests.starlettes

check-free-threaded: linters ## the code for the Pythons without the GIL, as far as it compiles without one of them
	@for version in $(FREE_THREADED); do \
		folder=target/free-threaded; mkdir -p $$folder; \
		printf '%s\n' implementation=CPython version=$$version shared=true target_abi=CPython-free_threaded-$$version pointer_width=64 build_flags=Py_GIL_DISABLED > $$folder/$$version.txt; \
		PYO3_CONFIG_FILE=$$PWD/$$folder/$$version.txt CARGO_TARGET_DIR=$$folder cargo clippy --quiet --locked --lib -- -D warnings || exit 1; \
	done

stress-threads: build $(BIN)/.tools ## one middleware under load from several threads for SECONDS; means most where PYTHON has no GIL
	$(BIN)/python -X faulthandler -m tests.asgi.stress --seconds $(SECONDS)

servers: build $(BIN)/.tools ## only the tests behind real servers, those in Chromium too
	$(tried_programs)
	$(BIN)/pytest -m servers

browser: build $(BIN)/.tools ## only the tests in Chromium, with every fetch of their tables
	$(chromium)
	FASTCORS_FETCHES=all $(BIN)/pytest tests/browser $(PYTEST)

fleet: build $(BIN)/.tools ## the tests of feeds, with a million entries from each kind of feed
	$(redis)
	FASTCORS_ORIGINS=1000000 $(BIN)/pytest tests/feeds $(PYTEST)

test-apps: build $(BIN)/.tools ## published applications from PyPI, with Starlette's class and with fastcors' (APPS="tiled mcp": only these)
	$(BIN)/python -m tests.apps $(APPS)

explanations: build $(BIN)/.tools ## renew the texts in tests/explain/explanations.toml; review the difference
	$(BIN)/python -m tests.explain.golden

fuzz-parity: build $(BIN)/.tools ## compare both middlewares for SECONDS
	$(BIN)/python -m tests.parity.fuzz --seconds $(SECONDS)

fuzz-expressions: build $(BIN)/.tools ## compare both regular expression engines for SECONDS
	$(BIN)/python -m tests.cors.expressions.fuzz --seconds $(SECONDS)

fuzz-patterns: build $(BIN)/.tools ## compare origin patterns with their twin for SECONDS
	$(BIN)/python -m tests.cors.patterns.fuzz --seconds $(SECONDS)

fuzz-core: toolchain ## compare the core with naive twins, guided by coverage, each for SECONDS (needs a C++ compiler)
	$(call program,c++,libFuzzer is built by a C++ compiler:,g++)
	@echo "Building the targets: some minutes the first time."
	@RUSTFLAGS="$(COVERAGE)" cargo build --quiet --locked --release --manifest-path fuzz/Cargo.toml --target $(FUZZ_HOST)
	@for target in $(FUZZED); do \
		mkdir -p fuzz/corpus/$$target fuzz/artifacts; \
		fuzz/target/$(FUZZ_HOST)/release/$$target -max_total_time=$(SECONDS) -max_len=300 -print_final_stats=1 \
			-artifact_prefix=fuzz/artifacts/$$target- fuzz/corpus/$$target 2>fuzz/artifacts/$$target.log \
			|| { cat fuzz/artifacts/$$target.log >&2; exit 1; }; \
		sed -n "s/^stat::number_of_executed_units: */$$target, no disagreement, cases: /p" fuzz/artifacts/$$target.log; \
	done

attacks: build $(BIN)/.tools ## hostile requests, and the time of each
	$(BIN)/python -m tests.attacks

memory: build $(BIN)/.tools ## the memory of a million requests and of a million origins
	$(BIN)/python -m tests.memory

bench: build $(BIN)/.tools ## one request, side by side with Starlette: what each adds, a FastAPI endpoint, overrides, functions (BENCH=--quick: short)
	$(BIN)/python -m benches.added_cost $(BENCH)
	$(BIN)/python -m benches.endpoint $(BENCH)
	$(BIN)/python -m benches.overrides $(BENCH)
	$(BIN)/python -m benches.function $(BENCH)

bench-pytest: build $(BIN)/.tools ## the same requests by pytest-benchmark, with its statistics
	$(BIN)/pytest benches --benchmark-only $(PYTEST)

bench-servers: build $(BIN)/.tools ## requests per second of uvicorn and granian under load (needs wrk), and uvicorn without sockets
	$(call program,wrk,the load is made by,wrk)
	$(BIN)/python -m benches.servers $(BENCH)
	$(BIN)/python -m benches.protocol $(BENCH)
	$(BIN)/python -m benches.minimal $(BENCH)

bench-rivals: build $(BIN)/.tools ## the frameworks' own CORS, and another package's enforcement, beside fastcors
	$(BIN)/python -m benches.rivals $(BENCH)
	$(BIN)/python -m benches.enforcement $(BENCH)

bench-scaling: build $(BIN)/.tools ## cost over the number of origins, expressions and headers
	$(BIN)/python -m benches.scaling $(BENCH)

bench-origin-set: build $(BIN)/.tools ## an OriginSet of a million beside a fixed list: requests, changes, and requests meanwhile
	$(BIN)/python -m benches.origin_set $(BENCH)

bench-core: ## the Rust core alone, by criterion
	cargo bench --locked --no-default-features --bench core

bench-cold: build $(BIN)/.tools ## the import, and building a policy
	$(BIN)/python -m benches.cold $(BENCH)

bench-record: build $(BIN)/.tools ## all of these but bench-pytest and bench-core, into benches/results and the plots and tables of the documents
	$(if $(filter servers,$(RECORDED)),$(call program,wrk,the load is made by,wrk))
	@for each in $(RECORDED); do $(BIN)/python -m benches.$$each --record $(BENCH) || exit 1; done
	$(BIN)/python -m benches.plots
	$(BIN)/python -m benches.document

plots: build $(BIN)/.tools ## the last results into the plots and tables of the documents
	$(BIN)/python -m benches.plots
	$(BIN)/python -m benches.document

instructions: build $(BIN)/.tools ## instructions per request, compared with the recorded ones (needs valgrind)
	$(call program,valgrind,instructions are counted by,valgrind)
	$(BIN)/python -m benches.instructions --check

instructions-record: build $(BIN)/.tools ## instructions per request, into benches/instructions.json and the documents
	$(call program,valgrind,instructions are counted by,valgrind)
	$(BIN)/python -m benches.instructions --record
	$(BIN)/python -m benches.document

workflows: $(BIN)/.tools ## what CI elsewhere runs: against its schema, and what is unsafe in it
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(BIN)/zizmor --quiet --offline --persona pedantic .github/workflows

notices: toolchain ## the licenses of the crates in a wheel, into THIRD-PARTY-NOTICES.md
	@$(ASKED) -m tools.notices

$(BIN)/.docs: $(BIN)/.demo
	@$(BIN)/python -m pip install --group docs
	@touch $@

# The theme prints an announcement of its own.
docs docs-serve: export NO_MKDOCS_2_WARNING := 1
docs: $(BIN)/.docs ## the documentation site, into target/site: fails for a broken link and a page that the navigation lacks
	@$(BIN)/python -m mkdocs build
	@echo "The site is target/site/index.html; 'make docs-serve' shows it."

docs-serve: $(BIN)/.docs ## the documentation site on loopback, built anew after each change
	@$(BIN)/python -m mkdocs serve --no-strict --dev-addr 127.0.0.1:$(or $(PORT),8000)

$(BIN)/.release: $(BIN)/.demo
	@$(BIN)/python -m pip install --group release
	@touch $@

wheel: $(BIN)/.release ## a source distribution and wheels, for each of PYTHONS, into dist
	@rm -rf dist
	@$(BIN)/python -m tools.wheels $(addprefix --interpreter ,$(PYTHONS)) $(WHEEL)
	@ls dist

try-wheel: ## the tests with the wheel in dist, in a clean environment of each of PYTHONS
	@for python in $(PYTHONS); do $$python -m tools.try_wheel dist $(PYTEST) || exit 1; done

release-check: wheel try-wheel ## whether this can be released: builds dist, checks metadata, licenses, links, the version and the changelog
	@$(BIN)/python -m tools.release_check dist

oldest-rust: ## build with the oldest Rust that Cargo.toml names (rustup or, on Debian 12, apt's rustc-web has it)
	@tools/oldest_rust.sh $(RUST_NEEDED)

clean: ## remove what was built
	rm -rf $(VENV) .venv-3.* .venv-apps .venv-pythons .venv-starlettes target fuzz/target dist
