"""A PBX in memory, so that ARI programs can be run and tested without an Asterisk.

Needs the extra ``testing``: ``pip install ari-py[testing]``.
"""

from __future__ import annotations

from ari.testing.callers import Caller, Telephone
from ari.testing.simulator import Simulator

__all__ = ["Caller", "Simulator", "Telephone"]
