# Install a real Asterisk 22 and 16, and run the tests on both.

.PHONY: asterisk test-asterisk scenarios

asterisk:
	@python3 tests/asterisk/harness/install_asterisk.py

# On a server of your own (ARI_TEST_URL) the scenarios are left out: they are recorded from these two.
# A real server has races of its own, so a failed test gets a second chance; the summary counts them.
test-asterisk: $(VENV_READY)
	$(BIN)/python -m pytest tests/asterisk $(if $(ARI_TEST_URL),,tests/scenarios) \
		--server 22 --server 16 --reruns 1 $(PYTEST_ARGS)

# The scenarios, on the simulator and on both releases.
scenarios: $(VENV_READY)
	$(BIN)/python -m pytest tests/scenarios $(PYTEST_ARGS)
