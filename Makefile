# `make demo` shows the library at work, `make test` tests it; both install what they need in .venv.

PYTHON ?= python3
VENV := .venv
VENV_READY := $(VENV)/.ready
BIN := $(VENV)/bin

.PHONY: all demo test lint types unit simulator docs nose bench clean

all: test

# One target after another, even with -j: tests that run beside each other may miss their deadlines.
.NOTPARALLEL:

# The demo needs fewer packages, which are installed sooner.
$(VENV)/.demo-ready: pyproject.toml requirements.txt
	$(PYTHON) -m venv $(VENV)
	PYTHONWARNINGS=ignore $(BIN)/pip install --quiet --retries 10 --editable '.[testing,cli]'
	touch $@

demo: $(VENV)/.demo-ready
	$(BIN)/ari simulate --port 0 --duration 12 --interval 2 -- $(BIN)/python examples/bridge-hold.py

$(VENV_READY): pyproject.toml requirements.txt
	$(PYTHON) -m venv $(VENV)
	PYTHONWARNINGS=ignore $(BIN)/pip install --quiet --retries 10 --editable '.[testing,cli,test,lint,docs]'
	touch $@

test: lint types unit simulator

lint: $(VENV_READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: $(VENV_READY)
	$(BIN)/mypy

unit: $(VENV_READY)
	$(BIN)/coverage run -m pytest $(PYTEST_ARGS)
	$(BIN)/coverage report --fail-under=95

# The tests that also run on a real Asterisk.
simulator: $(VENV_READY)
	$(BIN)/python -m pytest tests/scenarios tests/asterisk --server simulator $(PYTEST_ARGS)

nose: $(VENV_READY)
	$(BIN)/nosetests tests/unit

docs: $(VENV_READY)
	$(BIN)/sphinx-build -W -q -b html docs docs/_build/html

# The figures are for reading, but listeners.py fails if an event costs more with more listeners.
bench: $(VENV_READY)
	$(BIN)/python benchmarks/listeners.py
	$(BIN)/python benchmarks/throughput.py
	$(BIN)/python benchmarks/simulator.py

clean:
	rm -rf $(VENV) .venv-* build dist *.egg-info docs/_build

include tests/asterisk/asterisk.mk tests/interop/interop.mk tests/processes/processes.mk
