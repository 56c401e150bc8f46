"""The numbers in the ids and names of channels."""

from __future__ import annotations

from ari.testing.core.clock import Clock


class Numbering:
    """Counts what is made, so that each id and each name is used once."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._serial = -1
        self._ids = 0

    def next_serial(self) -> int:
        """Return the number that makes the next channel's name unique."""
        self._serial += 1
        return self._serial

    def next_id(self) -> str:
        """Return a channel id as Asterisk makes them."""
        self._ids += 1
        return f"{int(self._clock.wall())}.{self._ids}"
