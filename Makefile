# `make demo` shows the library at work, `make test` tests it; each sets up .venv by itself.

PYTHON ?= python3
VENV := .venv
VENV_READY := $(VENV)/.ready
BIN := $(VENV)/bin

.PHONY: all test lint types unit docs nose demo clean

all: test

$(VENV_READY): pyproject.toml requirements.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --retries 10 --editable '.[testing,cli,test,lint,docs]'
	touch $@

test: lint types unit

lint: $(VENV_READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: $(VENV_READY)
	$(BIN)/mypy

unit: $(VENV_READY)
	$(BIN)/pytest --cov --cov-report=term --cov-fail-under=95 $(PYTEST_ARGS)

nose: $(VENV_READY)
	$(BIN)/nosetests tests/unit

docs: $(VENV_READY)
	$(BIN)/sphinx-build -W -q -b html docs docs/_build/html

clean:
	rm -rf $(VENV) .venv-* build dist *.egg-info docs/_build

include asterisk.mk interop.mk
