# Install servers that fork, and use one client in all of their processes.

.PHONY: processes

$(VENV)/.processes-ready: $(VENV_READY)
	PYTHONWARNINGS=ignore $(BIN)/pip install --quiet --retries 10 --editable '.[processes]'
	touch $@

processes: $(VENV)/.processes-ready
	$(BIN)/python -m pytest tests/processes $(PYTEST_ARGS)
