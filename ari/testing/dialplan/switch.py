"""The switch: what the dialplan's applications use of the PBX."""

from __future__ import annotations

from typing import Protocol

from ari.testing.calls.media import Media
from ari.testing.dialplan.language import Dialplan
from ari.testing.state.bridge_table import Bridges
from ari.testing.state.exchange import Exchange


class Switch(Protocol):
    """The PBX, as the dialplan's applications see it."""

    dialplan: Dialplan
    media: Media
    bridges: Bridges
    exchange: Exchange
