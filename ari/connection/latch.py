"""A latch that a signal handler may set, and how long threads wait for one another."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["GLANCE", "PATIENCE", "Latch"]

#: Seconds after which a wait looks again: a signal handler on the waiting thread may have changed
#: something in between the look and the wait, where no notice reaches it.
GLANCE = 1.0

#: Seconds that a thread gets to end once it was told to.
PATIENCE = 5.0


class Latch:
    """An event that is set once, if need be by a signal handler that interrupts its setting.

    ``threading.Event`` would hang there: one thread cannot take its lock twice.
    """

    def __init__(self) -> None:
        # Taken by itself, for Ctrl-C within a condition's own ``with`` may leave it taken.
        self._lock = threading.RLock()
        self._changed = threading.Condition(self._lock)
        self._set = False

    def set(self) -> None:
        """Set it; a second time does no harm."""
        with self._lock:
            self._set = True
            self._changed.notify_all()

    def is_set(self) -> bool:
        """Tell whether it is set."""
        return self._set

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until it is set, or for so many seconds; return whether it is."""
        with _plain_interrupts(), self._lock:
            return self._changed.wait_for(self.is_set, timeout)


@contextmanager
def _plain_interrupts() -> Iterator[None]:
    """Raise Ctrl-C as what it is, even from the midst of Python's own locks.

    Interrupted before they are taken again, these complain of their release instead.
    """
    try:
        yield
    except RuntimeError as ex:
        if isinstance(ex.__context__, KeyboardInterrupt):
            raise ex.__context__ from None
        raise
