# make run and make test do all the set-up on a fresh machine with Python 3.11+ and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO ?= 1
PORT ?= 8000
PIP := $(BIN)/pip install --quiet --disable-pip-version-check --require-hashes
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: help run test install install-test lint check-types messages lock clean bench accuracy fuzz proof-rating bench-rating pictures

help:
	@echo "make run    start the platform with its demo (DEMO=0: empty, with a set-up page)"
	@echo "make test   run everything: style, types, layers, tests on SQLite and PostgreSQL, browser"

run: install
	@DEMO=$(DEMO) PORT=$(PORT) reviewapp prepare --listen --demo "$(DEMO)"
	@DEMO=$(DEMO) PORT=$(PORT) exec honcho start --port $(PORT) web worker

install: $(VENV)/.installed
	@reviewapp messages >/dev/null

install-test: $(VENV)/.installed-test
	@reviewapp messages >/dev/null

$(VENV)/bin/python:
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11))" || { echo "Python 3.11 or newer is needed (PYTHON=python3.x)."; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(VENV)/bin/python requirements.lock pyproject.toml
	$(PIP) -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	$(BIN)/reviewapp headings
	@touch $@

$(VENV)/.installed-test: $(VENV)/.installed requirements-dev.lock
	$(PIP) -r requirements-dev.lock
	@touch $@

test: install-test lint check-types
	pytest -n 2 --dist loadgroup $(ARGS)
	pytest -n 2 --dist loadgroup --engine postgresql $(ARGS)

lint: install-test
	ruff check .
	ruff format --check .
	lint-imports
	djlint templates --lint --quiet

check-types: install-test
	mypy

accuracy: install-test
	python -m tests.corpus.accuracy $(ARGS)

fuzz: install-test
	python -m tests.fuzz.run --minutes $${MINUTES:-10}

bench: install-test
	python bench/precheck.py
	python bench/archive.py
	python bench/upload.py
	python bench/scans.py

bench-rating: install-test
	python bench/rating.py $(ARGS)

proof-rating: install-test
	python -m tests.e2e.rating_proof --cuts $${CUTS:-200} $(if $(SEED),--seed $(SEED))

pictures: install-test
	python -m tests.e2e.pictures

lock:
	uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --python-version 3.11 --extra build pyproject.toml -o requirements.lock
	uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --python-version 3.11 --extra build --extra dev pyproject.toml -o requirements-dev.lock

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis
