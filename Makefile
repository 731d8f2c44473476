# Everything here sets up what it needs, and is quick when nothing has changed.

PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip install --quiet --disable-pip-version-check --no-build-isolation
CODE := src tests tools conftest.py $(wildcard bench)
DOCUMENTS := $(wildcard README.md docs)
WORKERS ?= auto

export PYTHON
# Tests start hundreds of processes; each would translate the sources anew.
unexport PYTHONDONTWRITEBYTECODE
.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:

##@ Use
.PHONY: help
help: ## List the targets
	@awk 'BEGIN { FS = ":.*## " } \
	  /^##@ / { printf "\n%s\n", substr($$0, 5) } \
	  /^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo

.PHONY: demo
demo: ready-to-run ## A made-up company in your browser, signed in already (Ctrl-C stops it)
	$(BIN)/lejek demo $(ARGS)

.PHONY: score-demo
score-demo: ready-to-run ## Score the bundled real leads in the terminal and as a page in var/
	@mkdir -p var
	$(BIN)/leadscore demo --out var/real-leads.html $(ARGS)

.PHONY: run
run: ready-to-run ## Serve your own data from var/ (the first time: lejek create-user)
	$(BIN)/lejek serve --migrate $(ARGS)

##@ Check
.PHONY: test
test: ready-to-check java chromium ## Run all tests (ARGS='-k decay' for some of them)
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup $(ARGS)

.PHONY: quick-test
quick-test: ready-to-check ## Run the tests that need neither Spark nor patience
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup -m 'not spark and not slow' $(ARGS)

.PHONY: test-postgres
test-postgres: ready-to-check chromium ## Run the product's tests on a PostgreSQL that is started for them
	tools/with_postgres.sh $(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup -m 'not embedded' src/lejek tests/journeys $(ARGS)

.PHONY: docs-test
docs-test: ready-to-check ## Run the examples of the documentation and of the docstrings
	tools/run_examples.sh $(DOCUMENTS) src/leadscore

.PHONY: check
check: format-check lint types imports test test-postgres docs-test ## Everything that must be green before a commit

.PHONY: format-check
format-check: ready-to-check
	$(BIN)/ruff format --check $(CODE)

.PHONY: lint
lint: ready-to-check ## Lint, and compare THIRD_PARTY.md with what is installed
	$(BIN)/ruff check $(CODE)
	$(BIN)/python tools/third_party.py --check
	$(BIN)/python tools/compile_messages.py

.PHONY: types
types: ready-to-check ## Check the types, strictly
	$(BIN)/mypy

.PHONY: imports
imports: ready-to-check ## Check who may import whom
	$(BIN)/lint-imports --no-logo

.PHONY: coverage
coverage: ready-to-check java chromium ## Run all tests and list the lines that none of them reaches
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup --cov --cov-report=term $(ARGS)

##@ Measure
.PHONY: bench
bench: ready-to-check ## Measure the speed at full size (some minutes)
	$(BIN)/python -m bench $(ARGS)

.PHONY: bench-small
bench-small: ready-to-check ## The same at a small size (under a minute)
	$(BIN)/python -m bench --small $(ARGS)

##@ Keep
.PHONY: format
format: ready-to-check ## Format the code and mend what the linter can mend
	$(BIN)/ruff check --fix-only --quiet $(CODE)
	$(BIN)/ruff format $(CODE)

.PHONY: lock
lock: ready-to-check ## Rewrite requirements/ from pyproject.toml (UPGRADE=1: to the newest versions)
	tools/lock.sh $(if $(UPGRADE),--upgrade)

.PHONY: third-party
third-party: ready-to-check ## Rewrite THIRD_PARTY.md from what is installed
	$(BIN)/python tools/third_party.py

.PHONY: clean
clean: ## Remove .venv, caches and everything that was made
	rm -rf $(VENV) build dist var htmlcov .coverage .coverage.* spark-warehouse metastore_db derby.log \
	  .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find src tests tools $(wildcard bench) -name __pycache__ -prune -exec rm -rf {} +

# What the targets above need.

.PHONY: java chromium
java:
	@tools/java_for_spark.sh
chromium:
	@tools/chromium_for_journeys.sh

$(VENV)/bin/pip:
	@tools/make_venv.sh

$(VENV)/installed-base: requirements/build.txt requirements/base.txt | $(VENV)/bin/pip
	@echo "Installing what Lejek needs ..."
	@$(PIP) --require-hashes --requirement requirements/build.txt
	@$(PIP) --require-hashes --requirement requirements/base.txt
	@touch $@

$(VENV)/installed-dev: requirements/dev.txt $(VENV)/installed-base
	@echo "Installing what the tests need (Spark is large: a minute or two) ..."
	@$(PIP) --require-hashes --requirement requirements/dev.txt
	@touch $@

$(VENV)/installed-lejek: pyproject.toml $(VENV)/installed-base
	@$(PIP) --no-deps --editable .
	@touch $@

$(VENV)/compiled-messages: $(wildcard src/lejek/*/locale/*/LC_MESSAGES/*.po) $(VENV)/installed-base
	@$(BIN)/python tools/compile_messages.py >/dev/null || echo "Some texts are not translated yet; make lint names them."
	@touch $@

.PHONY: ready-to-run ready-to-check
ready-to-run: $(VENV)/installed-lejek $(VENV)/compiled-messages
ready-to-check: $(VENV)/installed-dev $(VENV)/installed-lejek $(VENV)/compiled-messages
