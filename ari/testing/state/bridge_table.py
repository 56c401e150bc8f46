"""The table of bridges, by their ids."""

from __future__ import annotations

from ari.testing.core.answers import Refusal
from ari.testing.core.core import Core
from ari.testing.state.bridges import Bridge


class Bridges(dict[str, Bridge]):
    """The bridges by their ids."""

    def __init__(self, core: Core) -> None:
        super().__init__()
        self._core = core

    def require(self, identifier: str) -> Bridge:
        """Return a bridge, or refuse with 404."""
        bridge = self.get(identifier)
        if bridge is None:
            raise Refusal(404, "Bridge not found")
        return bridge

    def add(self, identifier: str, name: str, kinds: set[str], *, basic: bool = False) -> Bridge:
        """Make a bridge and publish it; a *basic* one belongs to the dialplan."""
        bridge = self[identifier] = Bridge(self._core, identifier, name, kinds, basic=basic)
        bridge.gone.connect(lambda: self._forget(bridge))
        bridge.emit("BridgeCreated")
        return bridge

    def _forget(self, bridge: Bridge) -> None:
        self.pop(bridge.id, None)
        self._core.applications.forget_bridge(bridge.id)
