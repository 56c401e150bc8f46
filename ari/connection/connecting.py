"""One attempt to connect, on a thread of its own, so that closing never has to wait for it."""

from __future__ import annotations

import threading
from collections.abc import Callable

from ..swagger.opening import Opening
from .latch import GLANCE, PATIENCE, Latch
from .source import Source
from .threads import MOMENT, finish, start

__all__ = ["Connecting"]


class Connecting:
    """An attempt to connect, which may be given up.

    :param connect: opens a source; on a thread of this, whose end is not waited for if what it
        does cannot be ended: an address that is looked up, or an http client of the user's own.
    :ivar source: what was opened, until somebody takes it by setting this to None.
    """

    def __init__(self, connect: Callable[[], Source]) -> None:
        self.source: Source | None = None
        self._connect = connect
        self._opening = Opening()
        self._lock = threading.RLock()
        self._over = Latch()
        self._given_up = False
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="ari-connect", daemon=True)

    def wait(self) -> bool:
        """Connect; return False if it was given up meanwhile.

        :raises BaseException: what connecting raised.
        """
        start(self._thread)
        while not self._over.wait(GLANCE):
            pass
        if self._given_up:
            return False
        if self._error is not None:
            raise self._error
        return True

    def give_up(self) -> None:
        """End it now; from any thread or signal handler, any number of times."""
        with self._lock:
            self._given_up = True
        self._opening.give_up()
        self._over.set()

    def end(self) -> None:
        """Leave nothing of it but the source that was taken."""
        self.give_up()
        finish(self._thread, MOMENT if self._opening.stuck else PATIENCE)
        self._close_source()

    def _run(self) -> None:
        source = error = None
        try:
            if not self._given_up:
                source = self._opening.make(self._connect)
        except BaseException as ex:  # noqa: BLE001 - handed to the thread that waits
            error = ex
        with self._lock:
            self.source, self._error = source, error
            too_late = self._given_up
        self._over.set()
        if too_late:
            self._close_source()

    def _close_source(self) -> None:
        with self._lock:
            source, self.source = self.source, None
        if source is not None:
            source.close(farewell=True)
