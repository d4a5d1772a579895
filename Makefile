# Every target does its own set-up. Needs: Python 3.11 or later, Node 20 or later, make.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
CDK    := node_modules/.bin/cdk

# Major versions of Node.js: jsii's banner would stand before every output.
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION := 20,22
export JSII_SILENCE_WARNING_DEPRECATED_NODE_VERSION := 20,22
export CDK_DISABLE_CLI_TELEMETRY := 1
# Hundreds of processes import the library in the tests: one compiles it.
unexport PYTHONDONTWRITEBYTECODE

# Tests that share something expensive stay in one process, and begin first (tests/conftest.py).
IN_PARALLEL := -n 2 --dist loadgroup --no-loadscope-reorder

.DEFAULT_GOAL := help
.PHONY: help setup demo demo-once test test-fast test-wheel chaos lint synth bench bench-smoke docs pictures pins update sbom audit dist hooks clean

help:  ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## */	/' | expand -t 12

demo: setup  ## deploy the sample to a local cloud, send it traffic, keep it running
	@$(BIN)/python -m demo

demo-once: setup  ## the same, then stop everything; non-zero if anything was wrong
	@$(BIN)/python -m demo --once

test: lint  ## everything CI runs
	@$(BIN)/python -m pytest $(IN_PARALLEL)

test-fast: setup  ## unit tests alone
	@$(BIN)/python -m pytest -q tests/unit

test-wheel: setup  ## what is packed, installed away from this checkout
	@$(BIN)/python -m pytest $(IN_PARALLEL) tests/packaging

chaos: setup  ## 5,000 schedules of faults and 20,000 events through the sample pipeline
	@CHAOS_SCHEDULES=5000 $(BIN)/python -m pytest $(IN_PARALLEL) tests/pipeline

lint: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@node_modules/.bin/eslint

STAGE ?= dev
synth: setup  ## templates of STAGE (dev, staging, prod, local) into cdk.out, checked by cfn-lint
	@$(CDK) synth --quiet -c stage=$(STAGE) --output cdk.out
	@$(BIN)/cfn-lint cdk.out/*.template.json
	@echo "cdk.out/: no findings"

bench: setup  ## measure, side by side; writes docs/benchmarks.md
	@$(BIN)/python -m benchmarks

bench-smoke: setup  ## the benchmarks of the layers, as little as shows that they run
	@$(BIN)/python -m benchmarks --quick python_layer node_layer

docs: setup  ## the site, into build/site; a link that leads nowhere ends it
	@$(BIN)/python -m sphinx --fail-on-warning --keep-going --fresh-env --quiet --doctree-dir build/doctrees docs build/site
	@echo "build/site/index.html"

pictures: setup  ## the pictures of README and docs, from real runs; needs Debian's chromium
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --upgrade \
	  --target build/pictures --requirement docs/pictures/requirements.txt
	@PYTHONPATH=build/pictures $(BIN)/python -m docs.pictures

setup: $(VENV)/.installed node_modules/.installed

$(VENV)/.installed: requirements.txt pyproject.toml
	@echo "== Python packages into $(VENV)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

node_modules/.installed: package.json package-lock.json
	@echo "== CDK CLI and Spotlight into node_modules"
	@npm ci --loglevel=error
	@touch $@

COMPILE = $(BIN)/uv pip compile --quiet --generate-hashes --no-emit-index-url --no-emit-find-links \
  --custom-compile-command "make pins" $(UPGRADE)
pins:  ## resolve what is asked for into what is installed: requirements.txt here and of each layer
	@$(COMPILE) --group dev --universal --python-version 3.11 pyproject.toml -o requirements.txt
	@for asked in $$(find lambda_src docs -name requirements.in); do \
	  $(COMPILE) --python-version 3.10 $$asked -o $${asked%.in}.txt; done

update: setup  ## move every pin to the newest release, test the layers, say what changed in size and cold start
	@$(BIN)/python -m supply_chain update

sbom: setup  ## say anew what the layers carry: THIRD_PARTY_NOTICES.txt, supply_chain/cdk-sentry.cdx.json
	@$(BIN)/python -m supply_chain sbom

audit: setup  ## ask for known vulnerabilities of what is pinned
	@for pinned in requirements.txt $$(find lambda_src -name requirements.txt); do \
	  $(BIN)/pip-audit --disable-pip --require-hashes --strict -r $$pinned || exit 1; done
	@npm audit --audit-level=high
	@cd lambda_src/sentry_layer_nodejs && npm audit

dist: setup  ## the wheel and the source distribution, into dist/
	@rm -rf dist
	@$(BIN)/python -m hatchling build -d dist

hooks: setup  ## have git run the quick checks before each commit
	@$(BIN)/pre-commit install

clean:  ## remove what the other targets made
	rm -rf $(VENV) node_modules build dist cdk.out .cache
