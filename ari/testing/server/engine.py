"""The engine: one PBX shared by threads, and its time tied to the real one, or not.

Every entry point takes the lock, lets the time catch up, does its work, runs what became due by
it, and wakes the threads that wait for a condition.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ari.testing.core.answers import JSON, Outcome
from ari.testing.core.clock import Clock
from ari.testing.pbx import PBX
from ari.testing.rest.handlers import handlers
from ari.testing.rest.routing import Request, Router

#: At unlimited speed the time jumps from event to event, this many seconds apart, so that the
#: programs under test have a moment to react.
BREATH = 0.002


class Engine:
    """A PBX with a lock, a router and a pace.

    :param description: the interface that is served.
    :param speed: virtual seconds per real second; 0 for a time that only :meth:`advance` moves,
        infinity for one that jumps from event to event.
    """

    def __init__(self, description: dict[str, JSON], *, speed: float = 1.0) -> None:
        self.lock = threading.RLock()
        self.changed = threading.Condition(self.lock)
        self.clock = Clock(epoch=time.time())
        self.router = Router(description)
        self.pbx = PBX(self.clock)
        self.handlers = handlers(self.pbx)
        self._speed = speed
        self._real, self._virtual = time.monotonic(), 0.0
        #: Called, from any thread, when the next timer may have changed.
        self.on_schedule: Callable[[], None] = lambda: None

    @property
    def speed(self) -> float:
        """Return the virtual seconds per real second."""
        return self._speed

    @speed.setter
    def speed(self, value: float) -> None:
        with self.operate():
            self._speed = value
            self._rebase()

    def _rebase(self) -> None:
        self._real, self._virtual = time.monotonic(), self.clock.now

    def _catch_up(self) -> None:
        if self._speed and not math.isinf(self._speed):
            elapsed = time.monotonic() - self._real
            self.clock.run_until(self._virtual + elapsed * self._speed)

    @contextmanager
    def operate(self) -> Iterator[PBX]:
        """Hold the lock and give the PBX; on leaving, run what became due."""
        with self.lock:
            self._catch_up()
            try:
                yield self.pbx
            finally:
                self.clock.settle()
                self.changed.notify_all()
        self.on_schedule()

    def request(self, request: Request) -> Outcome:
        """Answer a request."""
        with self.operate():
            return self.router.dispatch(request, self.handlers)

    def advance(self, seconds: float) -> None:
        """Move the virtual time forward at once."""
        with self.operate():
            self.clock.run_until(self.clock.now + seconds)
            self._rebase()

    def seconds_to_next(self) -> float | None:
        """Return in how many real seconds the next timer is due, None if time stands still."""
        with self.lock:
            due = self.clock.next_due()
            if due is None or not self._speed:
                return None
            if math.isinf(self._speed):
                return BREATH
            passed = (time.monotonic() - self._real) * self._speed
            return max(due - self._virtual - passed, 0.0) / self._speed

    def tick(self) -> None:
        """Run what is due; at unlimited speed, jump to it."""
        with self.operate():
            if math.isinf(self._speed):
                due = self.clock.next_due()
                if due is not None:
                    self.clock.run_until(due)

    def wait_until(self, condition: Callable[[], bool], timeout: float, what: str) -> None:
        """Wait until *condition* holds; it is checked whenever something happens.

        :param timeout: real seconds.
        :raises TimeoutError: the message names *what* did not come.
        """
        with self.changed:
            if not self.changed.wait_for(condition, timeout):
                raise TimeoutError(f"{what} did not come within {timeout:g} s")

    def forget(self) -> None:
        """Lose everything, also the configuration."""
        with self.operate():
            self.pbx.crash()
            self._replace(PBX(self.clock))

    def restart(self) -> None:
        """Lose everything but the configuration: telephones, dialplan and sounds."""
        with self.operate():
            self.pbx.crash()
            self._replace(self.pbx.restarted())

    def _replace(self, pbx: PBX) -> None:
        self.pbx = pbx
        self.handlers = handlers(pbx)
