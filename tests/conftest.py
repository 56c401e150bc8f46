"""Make the project importable, and say on which servers the tests run that need one."""

import sys
from pathlib import Path

PROJECT = str(Path(__file__).resolve().parents[1])
if PROJECT not in sys.path:
    sys.path.insert(0, PROJECT)

import pytest  # noqa: E402


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--server",
        action="append",
        choices=("simulator", "22", "16"),
        help="run the tests that need a server on this one only (may be given more than once)",
    )
