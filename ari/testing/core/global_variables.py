"""The global variables of the PBX."""

from __future__ import annotations

from ari.testing.core.applications import ALL_CHANNELS
from ari.testing.core.bus import Bus


class GlobalVariables(dict[str, str]):
    """Variables that every channel can read; a dict that tells of its changes."""

    def __init__(self, bus: Bus) -> None:
        super().__init__()
        self._bus = bus

    def assign(self, name: str, value: str | None) -> None:
        """Set a variable, or unset it with None, and publish that if it changes anything."""
        if value is not None:
            self[name] = value
        elif not self.pop(name, ""):
            return
        self._bus.publish(
            lambda application: ALL_CHANNELS in application.channels,
            "ChannelVarset",
            lambda: {"variable": name, "value": value or ""},
        )
