"""Make the harness importable and its fixtures known."""

import sys
from pathlib import Path

PROJECT = str(Path(__file__).resolve().parents[2])
if PROJECT not in sys.path:
    sys.path.insert(0, PROJECT)

from tests.asterisk.plugin import (  # noqa: E402
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
