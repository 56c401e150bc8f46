"""A PBX in memory, so that ARI programs can be run and tested without an Asterisk.

Needs the extra ``testing``: ``pip install 'ari-py[testing]'``. See :class:`Simulator`; for pytest
there are the fixtures of :mod:`ari.testing.pytest_plugin`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ari.testing.callers import Caller, Telephone
    from ari.testing.simulator import Simulator

__all__ = ["Caller", "Simulator", "Telephone"]

_HOME = {
    "Caller": "ari.testing.callers",
    "Simulator": "ari.testing.simulator",
    "Telephone": "ari.testing.callers",
}


def __getattr__(name: str) -> Any:
    """Import what is asked for only then: pytest loads this package in every project."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        return getattr(import_module(_HOME[name]), name)
    except ModuleNotFoundError as error:
        if error.name != "aiohttp":
            raise
        raise ImportError(
            "the simulator needs aiohttp: pip install 'ari-py[testing]'", name="aiohttp"
        ) from error
