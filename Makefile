# The verbs of Yinzhengtong. `make` alone lists them.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help install test run bench bench-quick chaos lock clean

help: ## list the verbs
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

install: $(STAMP) ## make .venv and install the locked packages and this project into it

$(STAMP): requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing packages"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

test: install ## run every check: format, lint, types, imports, tests, an end-to-end session
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -m "not chaos"
	$(BIN)/yzt run

run: install ## run a trading session with simulated brokers and print the control table
	@$(BIN)/yzt run $(ARGS)

bench: install ## run all benchmark cases and their peers; exits 1 when a bar is missed
	@$(BIN)/python -m benchmarks

bench-quick: install ## run two cases and two peers once: a look, not for quoting
	@$(BIN)/python -m benchmarks --quick

chaos: install ## kill processes at 50 seeded moments under load
	$(BIN)/pytest -m chaos

lock: ## write requirements.lock anew from pyproject.toml (needs uv)
	@sed '/^[^#]/,$$d' requirements.lock > requirements.lock.new
	@uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
		--no-emit-index-url --extra dev --extra benchmarks pyproject.toml >> requirements.lock.new
	@mv requirements.lock.new requirements.lock

clean: ## remove what was installed, built and recorded here
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
