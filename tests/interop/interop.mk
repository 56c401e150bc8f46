# Install other ARI clients and run them against the simulator.

INTEROP := .interop

.PHONY: interop

$(INTEROP)/aioari/.ready:
	$(PYTHON) -m venv $(INTEROP)/aioari
	$(INTEROP)/aioari/bin/pip install --quiet --retries 10 aioari==0.10.2
	touch $@

$(INTEROP)/node/.ready:
	mkdir -p $(INTEROP)/node
	if command -v npm >/dev/null; then npm install --silent --no-save --fetch-retries 5 \
		--prefix $(INTEROP)/node ari-client@2.2.0; else echo "no npm: its client is left out"; fi
	touch $@

interop: $(VENV_READY) $(INTEROP)/aioari/.ready $(INTEROP)/node/.ready
	$(BIN)/python -m pytest tests/interop $(PYTEST_ARGS)
