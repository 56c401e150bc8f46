"""Waiting on a thread, and what waits in several steps."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ..connection.latch import GLANCE
from ..events.waiter import Room, Waiter
from ..exceptions import ARIWaitTimeout
from ..kinds import Key
from ..transport.base import Json
from ..transport.procedures import Procedure

__all__ = ["NextEvent", "ThreadTime", "ThreadWaiter", "first_event"]


#: Seconds between two questions whether what is waited for is still there; the last one repeats.
PAUSES = (5.0, 5.0, 10.0, 20.0, 30.0)


@dataclass(frozen=True)
class NextEvent:
    """A step: wait for a waiter's next event; its outcome is the event.

    :ivar deadline: the ``time.monotonic()`` second to wait until; None waits for ever.
    """

    waiter: Waiter
    deadline: float | None


class ThreadTime(threading.local):
    """The seconds that each thread has spent waiting on purpose.

    :ivar woke: for all threads, by number: when the latest wait ended, or ``inf`` while one lasts.
    """

    waited = 0.0

    def __init__(self, woke: dict[int, float]) -> None:
        self.woke = woke

    def begin(self) -> float:
        """Begin a wait; return what :meth:`end` wants."""
        self.woke[threading.get_ident()] = math.inf
        return time.monotonic()

    def end(self, began: float) -> None:
        """End a wait."""
        now = time.monotonic()
        self.woke[threading.get_ident()] = now
        self.waited += now - began


class ThreadWaiter(Waiter):
    """A wait of the thread that made it.

    :param before_wait: called on the thread that is about to wait.
    :param time_waited: counts the seconds that it waits.
    """

    def __init__(
        self,
        room: Room,
        types: Iterable[str],
        keys: Sequence[Key] = (),
        *,
        before_wait: Callable[[], object] = lambda: None,
        time_waited: ThreadTime | None = None,
    ) -> None:
        super().__init__(room, frozenset(types), keys, threading.get_ident())
        self._before_wait = before_wait
        self._time_waited = time_waited or ThreadTime({})
        self._changed = threading.Condition()

    def wake(self) -> None:
        """Make the waiting thread look again."""
        with self._changed:
            self._changed.notify()

    def on_fork(self) -> None:
        self._changed = threading.Condition()

    def get(self, deadline: float | None = None) -> Json:
        """Return the next event.

        :param deadline: the ``time.monotonic()`` second to wait until; None waits for ever.
        :raises ARIWaitTimeout: none came in time.
        :raises ARIObjectGone: none can come any more.
        """
        self._before_wait()
        began = self._time_waited.begin()
        try:
            with self._changed:
                while (event := self.take(now := time.monotonic())) is None:
                    if deadline is not None and now >= deadline:
                        raise ARIWaitTimeout(f"{self.describe()}: nothing came in time")
                    ends = [deadline, self.ends_at, now + GLANCE]
                    self._changed.wait(min(end for end in ends if end is not None) - now)
                return event
        finally:
            self._time_waited.end(began)


def first_event(
    waiter: Waiter,
    predicate: Callable[[Json], object] | None,
    deadline: float | None,
    ask: Callable[[], Procedure[None]],
    *,
    known: bool,
) -> Procedure[Json]:
    """Return the first event of a waiter that a predicate accepts; a procedure.

    Asterisk does not tell everybody of every end. So it is asked now and then whether what is
    waited for is still there.

    :param ask: asks, and ends the wait if it is gone; a procedure.
    :param known: whether the object was dealt with just before, so that there is no need to ask
        at once.
    :raises ARIWaitTimeout: none came in time.
    :raises ARIObjectGone: none can come any more.
    """
    pauses = iter(PAUSES if known else (0.0, *PAUSES))
    pause = next(pauses)
    look_at = time.monotonic() + pause
    while True:
        until = look_at if deadline is None else min(look_at, deadline)
        try:
            event: Json = yield NextEvent(waiter, until)
        except ARIWaitTimeout:
            if deadline is not None and until >= deadline:
                raise
            yield from ask()
            pause = next(pauses, pause)
            look_at = time.monotonic() + pause
        else:
            if predicate is None or predicate(event):
                return event
