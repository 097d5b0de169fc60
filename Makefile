# Everything a newcomer needs: `make demo`, `make test`. Each works alone on Python 3.11+ and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUNTIME := $(VENV)/.runtime
DEMO_SERVERS := $(VENV)/.demo
DEVELOP := $(VENV)/.develop
BENCH := $(VENV)/.bench
SIZE ?= small
STORE ?= sqlite
SECONDS_ ?= 300
JOBS ?= 3
CEILING ?= 7200
DRAWS ?= 10000
SEED ?= 1
# Half as many processes again as cores, for many a test waits for a server or for a deadline; a file
# of tests as a whole to one of them, the longest files first.
SHARED = -n $(JOBS) --dist loadfile --no-loadscope-reorder
QUICK = -m "not slow and not servers" tests/unit tests/corpus
FLOOR ?= 64
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: help setup demo test quick coverage test-faults slips check man bench fuzz lock clean
help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 13

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)

$(RUNTIME): $(BIN)/python requirements/runtime.txt requirements/build.txt pyproject.toml
	$(PIP) --require-hashes -r requirements/runtime.txt -r requirements/build.txt
	$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(DEMO_SERVERS): $(RUNTIME) requirements/demo.txt
	$(PIP) --require-hashes -r requirements/demo.txt
	@touch $@

$(DEVELOP): $(RUNTIME) requirements/dev.txt
	$(PIP) --require-hashes -r requirements/dev.txt
	@touch $@

setup: $(DEVELOP) ## the virtual environment with everything for development

demo: $(DEMO_SERVERS) ## three suppliers exchange install codes through one simulated month
	$(BIN)/exchange demo $(DEMO)

test: $(DEVELOP) ## the whole test suite; real servers where they are installed; JOBS=1: one by one
	$(BIN)/python -m pytest $(SHARED) $(TESTS)

quick: $(DEVELOP) ## rules and reading alone, in under two minutes: no daemon, no server
	$(BIN)/python -m pytest $(SHARED) $(QUICK)

coverage: $(DEVELOP) ## the lines of exchange/ that `make quick` runs; fails below the floor
	$(BIN)/python -m pytest $(SHARED) $(QUICK) --cov --cov-report=term --cov-fail-under=$(FLOOR)

test-faults: $(DEVELOP) ## every command that writes, cut at each of its points; ONLY=init one of them
	$(BIN)/python -m tests.faults --seconds $(CEILING) $(if $(ONLY),--only "$(ONLY)",--postgresql 60)
	$(BIN)/python -m tests.faults --prove

slips: $(DEVELOP) ## 10,000 mistyped lists, DRAWS=... of them: no row lost in silence, none invented
	$(BIN)/python -m tests.slips --draws $(DRAWS) --seed $(SEED)

check: $(DEVELOP) ## ruff, mypy --strict (the tests too), import-linter
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

man: $(RUNTIME) ## the man page exchange.1 with every command, from the texts of --help
	$(BIN)/python -m exchange.cli.manpage exchange.1

$(BENCH): $(DEVELOP) requirements/bench.txt
	$(PIP) --require-hashes -r requirements/bench.txt
	@touch $@

bench: $(BENCH) ## the benchmarks against their comparators, some minutes; SIZE=full: an hour
	$(BIN)/python -m tests.benchmarks --size $(SIZE) --store $(STORE) --only "$(ONLY)"

fuzz: $(DEVELOP) ## coverage-guided fuzzing of the reading, and of the mailbox, five minutes each or SECONDS_=...
	$(PIP) "atheris>=3"
	$(BIN)/python -m tests.fuzz --seconds $(SECONDS_)
	$(BIN)/python -m tests.fuzz.server --seconds $(SECONDS_)

lock: $(DEVELOP) ## pin every dependency by hash, without an index address
	sh requirements/lock.sh

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
