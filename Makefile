# Two commands are the whole interface: `make run` and `make test`.
# The others are for people who change the code; CONTRIBUTING.md says when.

SHELL := /bin/bash
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

BIN := .venv/bin
RUN_STAMP := .venv/.installed-run
DEV_STAMP := .venv/.installed-dev
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header --extra service --extra postgres --extra risk

NODE_STAMP := node_modules/.installed
FRONT_END := src/throughcare/service/static/vendor/.copied

.PHONY: help run test check lock docs wheel clean moved

help:
	@echo 'make run    start the whole service on an invented town, print the address and who can sign in'
	@echo 'make test   everything that CI runs'
	@echo 'make check  formatting, lint, types, layer contracts and house rules, without the tests'
	@echo 'make docs   write the reference pages to docs/reference/'
	@echo 'make wheel  the package as one file in dist/, with the front-end files, for docs/service/deploy.md'
	@echo 'make lock   resolve the dependencies again, after a change to pyproject.toml'
	@echo 'make clean  remove what the other commands made, the environment too'

run: $(RUN_STAMP) $(FRONT_END)
	$(BIN)/throughcare try

test: $(DEV_STAMP) $(FRONT_END)
	$(BIN)/python -m tools.steps test

check: $(DEV_STAMP)
	$(BIN)/python -m tools.steps check

docs: $(DEV_STAMP)
	$(BIN)/python -m tools.reference docs/reference

wheel: $(RUN_STAMP) $(FRONT_END)
	$(BIN)/python -m pip wheel --quiet --no-deps --no-build-isolation --no-index --wheel-dir dist .

# run.lock is constrained by dev.lock, so that the product runs on the versions it was tested with.
lock: $(DEV_STAMP)
	$(COMPILE) --group dev --output-file requirements/dev.lock pyproject.toml
	$(COMPILE) --group build --constraint requirements/dev.lock --output-file requirements/run.lock pyproject.toml

clean:
	rm -rf .venv .environment.lock .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache \
		.coverage build dist out docs/reference node_modules src/throughcare/service/static
	find src tests tools benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp is newer than its lock when the environment holds what the lock names. An environment holds absolute
# paths: a folder that was moved makes it again.
ifneq ($(shell cat .venv/.made-at 2>/dev/null),$(shell pwd -P))
$(RUN_STAMP): moved
endif
moved:

$(RUN_STAMP): requirements/run.lock pyproject.toml tools/environment.sh
	tools/environment.sh requirements/run.lock
	@touch $@

$(DEV_STAMP): requirements/dev.lock $(RUN_STAMP)
	tools/environment.sh requirements/dev.lock
	@touch $@

# npm comes from the lock where the machine has none.
$(NODE_STAMP): package-lock.json $(RUN_STAMP)
	PATH="$$PATH:$(CURDIR)/$(BIN)" npm ci --ignore-scripts --no-audit --no-fund --loglevel error
	@touch $@

$(FRONT_END): $(NODE_STAMP) tools/front_end.py
	$(BIN)/python -m tools.front_end
	@touch $@
