# Every command of the project. `make` alone lists them.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
UV := $(BIN)/uv
# Tests wait for servers a good part of their time: on two cores three at once take a sixth less.
TEST_WORKERS ?= 3
PYTEST_ARGS ?=
MODULES ?=
BESIDE ?=
LONG ?=
PARTS ?=
SOURCES := activities catalogue console embedded pages portal settings states workflows cli.py logs.py loop_watch.py programs.py secret_strength.py worker.py
OTHERS ?=
OTHERS_AT := .venv-beside
COMPILE := pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url

export PYTHONUNBUFFERED := 1
export UV_NO_PROGRESS := 1
# Compiled when installed, once, and not while somebody waits for the first command.
export UV_COMPILE_BYTECODE := 1
# Programs that tests start by the dozen would be compiled anew each time.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help install run test check format bench mutation lock docs build clean

help:  ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(STAMP)  ## Install everything, pinned by hash, into .venv
	@:

$(STAMP): requirements.lock pyproject.toml
	@command -v "$(PYTHON)" >/dev/null || { \
	  echo "Python 3.11 or newer is needed, and '$(PYTHON)' was not found: install it, or say where: make PYTHON=/path/to/python3.12" >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Python 3.11 or newer is needed; '$(PYTHON)' is $$("$(PYTHON)" --version 2>&1). Say where another is: make PYTHON=/path/to/python3.12" >&2; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "'$(PYTHON)' cannot make virtual environments: install its venv module (on Debian and Ubuntu: apt-get install python3-venv)" >&2; exit 1; }
	@echo "Installing into $(VENV) …"
	@test -x $(BIN)/python || "$(PYTHON)" -m venv $(VENV)
	@awk '/^uv==/ {on = 1} on {print} on && !/\\$$/ {exit}' requirements.lock > $(VENV)/uv.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r $(VENV)/uv.txt
	@$(UV) pip sync --quiet --require-hashes --python $(BIN)/python requirements.lock
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q $(SOURCES)
	@touch $@

run: $(STAMP)  ## Start the whole on this machine, with examples, until Ctrl-C
	@exec $(BIN)/python -m embedded

test: $(STAMP)  ## Run everything that CI runs
	@$(MAKE) --no-print-directory check
	$(BIN)/python -m pytest -n $(TEST_WORKERS) --dist worksteal $(PYTEST_ARGS)

check: $(STAMP)  ## Format, lint, types, import rules, dead code, combinations, documents, compose file: what needs no server
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/vulture
	$(BIN)/python -m tools.combinations
	$(BIN)/python tools/docs/build.py --check
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml

format: $(STAMP)  ## Format and fix what can be fixed by itself
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(STAMP) $(if $(OTHERS),$(OTHERS_AT)/dbos/.installed $(OTHERS_AT)/dbosify/.installed)  ## Measure everything, with targets; LONG=1, BESIDE=path, OTHERS=1, PARTS=…: see bench/README.md
	$(BIN)/python -m bench $(if $(LONG),--long) $(if $(BESIDE),--before $(BESIDE)) $(PARTS)

$(OTHERS_AT)/%/.installed: bench/beside/%.lock | $(STAMP)
	$(UV) venv --quiet --clear --python $(BIN)/python $(@D)
	$(UV) pip sync --quiet --compile-bytecode --require-hashes --python $(@D)/bin/python $<
	@touch $@

mutation: $(STAMP)  ## Change states/, or MODULES, in one place at a time and see whether a test notices; takes long
	$(UV) pip install --quiet --require-hashes --python $(BIN)/python -r tools/mutation/requirements.lock
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable tools/mutation
	$(BIN)/python -m pytest --quiet tools/mutation
	$(BIN)/python -m tools.mutation $(MODULES)

docs: $(STAMP)  ## Make the generated pages of docs/ from the code
	$(BIN)/python tools/docs/build.py

lock: $(STAMP)  ## Pin the newest versions that fit, with hashes
	$(UV) $(COMPILE) --upgrade requirements-dev.in -o requirements.lock
	$(UV) $(COMPILE) requirements.in --constraint requirements.lock -o requirements-production.lock
	$(UV) $(COMPILE) tools/mutation/requirements.in --constraint requirements.lock -o tools/mutation/requirements.lock
	for name in dbos dbosify; do \
	  $(UV) $(COMPILE) bench/beside/$$name.in --constraint requirements.lock -o bench/beside/$$name.lock; done

build: $(STAMP)  ## Build the distribution into dist/
	$(UV) build --quiet --no-build-isolation --python $(BIN)/python --out-dir dist .

clean:  ## Remove .venv, caches and what was built; the data in var/ stay
	rm -rf $(VENV) $(OTHERS_AT) dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
