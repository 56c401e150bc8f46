"""Calling handlers: on which thread, and what becomes of their exceptions.

Events wait in :class:`~ari.events.lanes.Lanes`, which threads work off here. With workers there
is a lane for each call, so the events of one call stay in order while other calls go on. Without
workers there is one lane, and the thread that called ``run()`` works it off.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Hashable
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

from ..connection.latch import GLANCE, PATIENCE
from ..events.lanes import Lanes, Task
from ..events.listeners import Listener
from ..kinds import Key
from .waiting import ThreadTime

__all__ = ["Workers"]

log = logging.getLogger(__name__)

#: Warn when this many events wait, and again at each doubling.
_BACKLOG = 1000


#: Seconds after which a handler that does not wait for events counts as hanging.
_HANGING = 10.0


class Named(Protocol):
    """What is called, as logs name it."""

    @property
    def name(self) -> str:
        """The name of the user's function."""


class Workers:
    """Runs tasks in lanes, on the calling thread or on threads of its own.

    :param count: how many threads; 0 for the one that calls :meth:`run`.
    :param slow: from how many seconds on a handler is logged as slow.
    :param time_waited: the seconds that each thread has waited on purpose, which do not make a
        handler slow.
    :param around: makes a context manager that each thread works in.
    """

    def __init__(
        self,
        count: int = 0,
        *,
        slow: float = 1.0,
        time_waited: ThreadTime | None = None,
        around: Callable[[Workers], AbstractContextManager[object]] = lambda _workers: (
            nullcontext()
        ),
    ) -> None:
        if count < 0:
            raise ValueError(f"workers={count}: a number of threads, or 0 for the caller's own")
        self.count = count
        self._slow = slow
        self._time_waited = time_waited or ThreadTime({})
        self._around = around
        self._make_lock()
        self._lanes = Lanes()
        self._failure: BaseException | None = None
        self._backlog = _BACKLOG
        self._running: dict[int, tuple[Named, float]] = {}
        self._lane_of: dict[int, Hashable] = {}
        self._warned: dict[int, float] = {}
        self._threads: list[threading.Thread] = []
        self._caller = 0
        self._held = _Held()

    def _make_lock(self) -> None:
        # Two conditions on one lock, so that what is meant for one who takes never wakes the one
        # who waits for the end instead.
        self._lock = threading.RLock()
        self._changed = threading.Condition(self._lock)
        self._ended = threading.Condition(self._lock)

    # Order.

    def put(self, key: Hashable, task: Task) -> None:
        """Queue a task; those of one key run in order, one at a time."""
        with self._lock:
            lanes = self._lanes
            # Without workers, what is held back for its maker is handled apart, and then on.
            apart = self.count or key in lanes.held or key in lanes.queues
            if lanes.put(key if apart else None, task):
                self._changed.notify()
            size = self._lanes.size
        if size >= self._backlog:
            self._backlog = size * 2
            log.warning("%d events wait for their handlers; running: %s", size, self._names())
        elif size < _BACKLOG // 2:
            self._backlog = _BACKLOG

    def _take(self) -> tuple[Hashable, Task] | None:
        """Wait for the next task, and return it with its lane; None at the end."""
        with self._lock:
            while True:
                pause = self._release_due() if self._lanes.held else GLANCE
                taken = self._lanes.take()
                if taken is not None or self._lanes.over:
                    return taken
                self._changed.wait(pause)

    def _release_due(self) -> float:
        """Release what was held back for long enough; return the seconds until the next."""
        now = time.monotonic()
        for key in self._lanes.release_due(now):
            log.info("events were held back for who made %s; they are handled now", key)
            self._changed.notify()
        return max(0.0, min([GLANCE, *(moment - now for moment in self._lanes.held.values())]))

    def _done(self, key: Hashable) -> None:
        with self._lock:
            if self._lanes.done(key):
                self._changed.notify()
            self._announce_end()

    def finish(self) -> None:
        """End once every queued task is done."""
        with self._lock:
            self._lanes.finish()
            self._announce_end()

    def stop(self) -> None:
        """End now; what is queued is dropped."""
        with self._lock:
            self._lanes.stop()
            self._announce_end()

    def abandon(self) -> None:
        """End in a forked child, which has neither the threads nor what they held."""
        self._make_lock()
        self._running.clear()
        self.stop()

    def _announce_end(self) -> None:
        if self._lanes.over:
            self._changed.notify_all()
            self._ended.notify_all()

    # Holding back, which is the current thread's affair.

    @property
    def holds(self) -> bool:
        """Whether other handlers may run meanwhile, so that holding is needed."""
        return bool(self.count)

    def hold(self, key: Key) -> None:
        """Hold the tasks of a key back until the current task ends, or :meth:`release`.

        Who makes an object can so register listeners before the object's first event is handled.
        """
        with self._lock:
            if self._lanes.hold(key):
                self._held.keys.append(key)

    def hold_for(self, key: Key, seconds: float) -> None:
        """Hold the tasks of a key that is held no longer than for some seconds from now."""
        with self._lock:
            self._lanes.hold_until(key, time.monotonic() + seconds)
            self._changed.notify()

    def release(self) -> None:
        """Release what the current task holds."""
        held = self._held.keys
        if not held:
            return
        with self._lock:
            while held:
                if self._lanes.release(held.pop()):
                    self._changed.notify()

    # Threads.

    def run(self) -> None:
        """Run tasks until the end; raise what a task raised."""
        self._caller = threading.get_ident()
        if not self.count:
            self._work()
        else:
            self._run_threads()
        if self._failure is not None:
            raise self._failure

    def _run_threads(self) -> None:
        # Known before they start: Ctrl-C may come while they do.
        self._threads = [
            threading.Thread(target=self._work, name=f"ari-worker-{n}", daemon=True)
            for n in range(self.count)
        ]
        try:
            for thread in self._threads:
                thread.start()
            with self._lock:
                while not self._lanes.over:
                    self._ended.wait(GLANCE)
        finally:
            self.stop()

    def _work(self) -> None:
        _ = self._time_waited.waited  # made for this thread now, and not during its first handler
        with self._around(self):
            while (taken := self._take()) is not None:
                key, task = taken
                self._lane_of[threading.get_ident()] = key
                try:
                    task()
                except BaseException as ex:  # noqa: BLE001 - run() raises it on the caller's thread
                    if self._failure is None:
                        self._failure = ex
                    self.stop()
                finally:
                    self.release()
                    self._done(key)

    @property
    def threads(self) -> list[int]:
        """The numbers of the threads that run tasks."""
        return [self._caller, *(t.ident for t in self._threads if t.ident is not None)]

    def join(self) -> None:
        """Wait a while for threads that are still in a handler."""
        deadline = time.monotonic() + PATIENCE
        for thread in self._threads:
            if thread.is_alive() and thread is not threading.current_thread():
                thread.join(max(0.0, deadline - time.monotonic()))
                if thread.is_alive():
                    log.warning("a handler is still running after the end: %s", self._names())

    def _names(self) -> str:
        """Say which handlers are running, and for how long."""
        now = time.monotonic()
        running = list(self._running.values())
        return ", ".join(f"{h.name} for {now - began:.1f} s" for h, began in running) or "none"

    def report_hanging(self) -> None:
        """Log the handlers that have hung for long, with what waits behind them.

        A handler that waits for an event does not hang. Each is named again when it has hung for
        twice as long.
        """
        now = time.monotonic()
        for thread, (handler, began) in list(self._running.items()):
            since = max(began, self._time_waited.woke.get(thread, 0.0))
            limit = self._warned.get(thread, _HANGING)
            if now - since < limit:
                if now - since < _HANGING:
                    self._warned.pop(thread, None)
                continue
            self._warned[thread] = 2 * limit
            with self._lock:
                behind = len(self._lanes.queues.get(self._lane_of.get(thread), ()))
            log.warning(
                "a handler hangs: %s for %.0f s; %d events wait behind it",
                handler.name,
                now - since,
                behind,
            )

    # Handlers.

    def call(
        self, subscription: Named, listener: Listener, /, *args: object, **kwargs: object
    ) -> None:
        """Call a listener; log it if it was slow.

        Time that it spent waiting for events does not count.
        """
        me = threading.get_ident()
        began, waited = time.monotonic(), self._time_waited.waited
        self._running[me] = (subscription, began)
        try:
            listener(*args, **kwargs)
        finally:
            self._running.pop(me, None)
            took = time.monotonic() - began - (self._time_waited.waited - waited)
            if took >= self._slow:
                log.warning("slow handler: %s took %.1f s", subscription.name, took)


class _Held(threading.local):
    """The keys that the current thread's task holds."""

    def __init__(self) -> None:
        self.keys: list[Hashable] = []
