# Stayworth: two commands on a fresh machine are `make run` and `make test`.
SHELL := /bin/bash
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
SOURCE ?= demo
DATA ?=
PORT ?= 3000
FULL ?=
export STAYWORTH_CORE__SOURCE := $(SOURCE)
ifneq ($(DATA),)
export STAYWORTH_CORE__DATA := $(DATA)
endif
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --constraint constraints.txt

.DEFAULT_GOAL := help
.PHONY: help run test coverage slow soak evaluate ui lint types check benchmark docs docs-site screenshots release clean

help:  ## explain the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 18
	@echo; echo '  SOURCE=public DATA=<folder> reads the published files; STAYWORTH_HOME moves everything written (var/).'

$(VENV)/.ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(PIP) torch==2.13.0
	$(PIP) --editable .
	@touch $@

$(VENV)/.ready-dev: $(VENV)/.ready
	$(PIP) --editable '.[dev]'
	@touch $@

run: $(VENV)/.ready  ## set up, run the pipeline, print where the report is
	@$(BIN)/stayworth run

evaluate: $(VENV)/.ready  ## the same with the full report; FULL=1: ten repeats and every study (hours, told first)
	@$(BIN)/stayworth evaluate $(if $(FULL),--everything)

ui: $(VENV)/.ready  ## serve the Dagster UI on localhost
	@$(BIN)/stayworth ui --port $(PORT)

WORKERS ?= 2

test: $(VENV)/.ready-dev  ## set up and run the tests (slow ones excluded) in WORKERS=2 processes
	env -u STAYWORTH_CORE__SOURCE -u STAYWORTH_CORE__DATA $(BIN)/python -m pytest -m 'not slow and not gpu' -n $(WORKERS) --dist loadfile --no-loadscope-reorder --durations 25

COUNTED := tests/unit tests/rooms tests/definitions tests/invariants tests/recovery

coverage: $(VENV)/.ready-dev  ## lines that the quick tests run in their own process, held to a floor
	env -u STAYWORTH_CORE__SOURCE -u STAYWORTH_CORE__DATA $(BIN)/python -m pytest -m 'not slow and not gpu' $(COUNTED) -n $(WORKERS) --dist loadfile --no-loadscope-reorder --cov --cov-report=
	$(BIN)/coverage json -q -o .coverage.json
	$(BIN)/python -m tests.coverage_floor .coverage.json

slow: $(VENV)/.ready-dev  ## the slow tests
	env -u STAYWORTH_CORE__SOURCE -u STAYWORTH_CORE__DATA $(BIN)/python -m pytest -m 'slow and not gpu'

KILLS ?= 100

soak: $(VENV)/.ready-dev  ## kill the pipeline at random moments and compare (KILLS=100; hours on a busy machine)
	env -u STAYWORTH_CORE__SOURCE -u STAYWORTH_CORE__DATA $(BIN)/python -m tests.crash.soak --kills $(KILLS)

lint: $(VENV)/.ready-dev  ## ruff
	$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: $(VENV)/.ready-dev  ## pyright
	$(BIN)/pyright

check: lint types test  ## lint, types, tests

BENCHMARKS := $(sort $(shell grep -ls '__main__' benchmarks/*.py | sed 's,.*/,,; s,\.py$$,,'))
NAME ?= $(BENCHMARKS)

benchmark: $(VENV)/.ready-benchmarks  ## every benchmark on the public files (DATA=<folder>; NAME=<one> runs one)
	@set -e; for name in $(NAME); do echo "== $$name"; $(BIN)/python -m benchmarks.$$name --data "$(DATA)"; done

$(VENV)/.ready-benchmarks: $(VENV)/.ready-dev
	$(PIP) --editable '.[benchmarks]'
	@touch $@

docs: $(VENV)/.ready  ## rewrite the generated pages of docs/
	$(BIN)/stayworth catalogue

docs-site: $(VENV)/.ready-docs  ## build the site of docs/ into build/site; any warning fails
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet
	@echo 'open build/site/index.html'

$(VENV)/.ready-docs: $(VENV)/.ready
	$(PIP) --editable '.[docs]'
	@touch $@

screenshots: $(VENV)/.ready  ## pictures of report and UI for docs/pictures, over what this home holds (needs Chromium)
	$(PIP) --editable '.[browser]'
	$(BIN)/stayworth screenshots

release:  ## cut a release on main: VERSION=0.3.0 dates the changelog, states the version, commits, tags
	$(PYTHON) .ci/release.py "$(VERSION)"

clean:  ## remove what was written at run time (not the environment)
	rm -rf var .pytest_cache .ruff_cache .hypothesis .coverage .coverage.json
