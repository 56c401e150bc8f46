# A real Asterisk 22 and 16, and the tests that run on both.

.PHONY: asterisk test-asterisk scenarios

asterisk:
	@python3 tests/asterisk/harness/install_asterisk.py

# On a server of the user's own, ARI_TEST_URL, the scenarios are left out: they are about two releases.
# A real server has races of its own; what fails twice is ours. Reruns are counted in the summary.
test-asterisk: $(VENV_READY)
	$(BIN)/python -m pytest tests/asterisk $(if $(ARI_TEST_URL),,tests/scenarios) \
		--server 22 --server 16 --reruns 1 $(PYTEST_ARGS)

# The same plays on the simulator and on both releases.
scenarios: $(VENV_READY)
	$(BIN)/python -m pytest tests/scenarios $(PYTEST_ARGS)
