"""Make the fixtures of the harness known to pytest."""

from tests.asterisk.harness.fixtures import (
    asterisk,
    pytest_generate_tests,
    session_switchboard,
    spare_asterisk,
    switchboard,
)

__all__ = [
    "asterisk",
    "pytest_generate_tests",
    "session_switchboard",
    "spare_asterisk",
    "switchboard",
]
