"""A latch: set once, from any thread or signal handler, and waited for."""

from __future__ import annotations

import threading

__all__ = ["Latch"]


class Latch:
    """An event that is set once, if need be by a signal handler that interrupts its setting.

    ``threading.Event`` would hang there: one thread cannot take its lock twice.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition(threading.RLock())
        self._set = False

    def set(self) -> None:
        """Set it; a second time does no harm."""
        with self._changed:
            self._set = True
            self._changed.notify_all()

    def is_set(self) -> bool:
        """Tell whether it is set."""
        return self._set

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until it is set, or for so many seconds; return whether it is."""
        with self._changed:
            return self._changed.wait_for(self.is_set, timeout)
