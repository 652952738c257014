# The verbs of Yinzhengtong. `make` alone lists them.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
# One worker for each core, four at the most; a file stays with one, so that what its tests share is made once.
WORKERS := --numprocesses logical --maxprocesses 4 --dist loadfile --no-loadscope-reorder
unexport PYTHONDONTWRITEBYTECODE # each worker, and each process that a test starts, would compile everything again
RIGHT_PYTHON := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help install test run bench bench-quick chaos picture lock clean

help: ## list the verbs
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

# An environment of a Python that is too old, too new, or gone does not stay; nor does one of another than was asked for.
.PHONY: fitting-venv
fitting-venv:
	@test ! -e $(VENV) || $(BIN)/python -c '$(RIGHT_PYTHON)' 2>/dev/null \
		|| { echo "replacing $(VENV), whose Python is not 3.11 to 3.13"; rm -rf $(VENV); }
	@test ! -e $(VENV) || test "$(origin PYTHON)" = file \
		|| test "$$($(BIN)/python -V)" = "$$($(PYTHON) -V 2>&1)" \
		|| { echo "replacing $(VENV), whose Python is not $(PYTHON)"; rm -rf $(VENV); }

install: fitting-venv $(STAMP) ## make .venv and install the locked packages and this project into it

$(STAMP): requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -c '$(RIGHT_PYTHON)' 2>/dev/null || { echo \
		"yzt needs Python 3.11 to 3.13, $(PYTHON) is $$($(PYTHON) -V 2>&1): make install PYTHON=python3.13" >&2; exit 69; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing packages"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@sed -i '1s|^\(#!.*/python[0-9.]*\)$$|\1 -I|' $(BIN)/yzt # no PYTHONPATH, no folder of the caller's, puts another `config` before ours
	@touch $@

test: install ## run every check: format, lint, types, imports, tests, end-to-end sessions among them
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -m "not chaos" $(WORKERS)

run: install ## run two trade dates with simulated brokers, print the control table, write reports
	@$(BIN)/yzt run --reports build/reports $(ARGS)

bench: install ## run all benchmark cases and their peers; exits 1 when a bar is missed
	@$(BIN)/python -m benchmarks

bench-quick: install ## run two cases and two peers once: a look, not for quoting
	@$(BIN)/python -m benchmarks --quick

chaos: install ## kill processes at 50 seeded moments and at each frame of the close and of the settlement, and play the stories that `make test` does not
	$(BIN)/pytest -m chaos

picture: install ## run a session and draw it as docs/session.svg
	@$(BIN)/python docs/record_session.py

lock: ## write requirements.lock anew from pyproject.toml (needs uv)
	@sed '/^[^#]/,$$d' requirements.lock > requirements.lock.new
	@uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
		--no-emit-index-url --extra dev --extra benchmarks pyproject.toml >> requirements.lock.new
	@mv requirements.lock.new requirements.lock

clean: ## remove what was installed, built and recorded here
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
