# A real Asterisk 22 and 16, and the tests that run on both.

.PHONY: asterisk test-asterisk scenarios

asterisk:
	@python3 tests/asterisk/rootfs.py

test-asterisk: $(VENV_READY)
	.venv/bin/python -m pytest tests/asterisk $(PYTEST_ARGS)

# The same plays on the simulator and on both releases.
scenarios: $(VENV_READY)
	.venv/bin/python -m pytest tests/scenarios $(PYTEST_ARGS)
