"""Calling handlers: on which thread, in which order, and what becomes of their exceptions.

Events wait in lanes. A lane is worked off by one thread at a time, in order; with workers there is
a lane for each call, so the events of one call stay in order while other calls go on. Without
workers there is one lane, and the thread that called ``run()`` works it off.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Hashable
from typing import Any, Protocol

__all__ = ["Dispatcher", "Lanes"]

log = logging.getLogger(__name__)

#: From how many waiting events on a backlog is logged; again at each doubling.
_BACKLOG = 1000

#: Seconds after which a wait looks again: a signal handler on the waiting thread may have changed
#: something in between the look and the wait, where no notice reaches it.
_GLANCE = 1.0

#: Seconds that workers get to come back from their handlers once it is over.
_PATIENCE = 5.0

Task = Callable[[], None]


class Handler(Protocol):
    """What is called, as logs name it."""

    @property
    def name(self) -> str:
        """The name of the user's function."""


class Lanes:
    """Queues of tasks by key, each taken by one thread at a time, in order."""

    def __init__(self) -> None:
        # Two conditions on one lock, so that what is meant for one who takes never wakes the one
        # who waits for the end instead.
        lock = threading.RLock()
        self._changed = threading.Condition(lock)
        self._ended = threading.Condition(lock)
        self._waiting: dict[Hashable, deque[Task]] = {}
        self._ready: deque[Hashable] = deque()
        self._held: set[Hashable] = set()
        self._finishing = False
        self._stopped = False
        self.size = 0

    def put(self, key: Hashable, task: Task) -> None:
        """Add a task to the lane of this key."""
        with self._changed:
            lane = self._waiting.get(key)
            if lane is None:
                self._waiting[key] = deque([task])
                if key not in self._held:
                    self._ready.append(key)
                    self._changed.notify()
            else:
                lane.append(task)
            self.size += 1

    def take(self) -> tuple[Hashable, Task] | None:
        """Return the next task and its lane, which is taken until :meth:`done`; None at the end."""
        with self._changed:
            while not self._ready and not self._over():
                self._changed.wait(_GLANCE)
            if self._stopped or not self._ready:
                return None
            key = self._ready.popleft()
            self.size -= 1
            return key, self._waiting[key].popleft()

    def done(self, key: Hashable) -> None:
        """Give a taken lane free."""
        with self._changed:
            if self._waiting[key]:
                self._ready.append(key)
                self._changed.notify()
            else:
                del self._waiting[key]
                self._announce_end()

    def hold(self, key: Hashable) -> bool:
        """Let a lane that is empty so far collect only, until :meth:`release`."""
        with self._changed:
            if key in self._waiting or key in self._held:
                return False
            self._held.add(key)
            return True

    def release(self, key: Hashable) -> None:
        """Let a lane go that :meth:`hold` held."""
        with self._changed:
            self._held.discard(key)
            if key in self._waiting:
                self._ready.append(key)
                self._changed.notify()

    def finish(self) -> None:
        """End when all that waits is done."""
        with self._changed:
            self._finishing = True
            self._announce_end()

    def stop(self) -> None:
        """End now; what waits is dropped."""
        with self._changed:
            self._stopped = True
            self._announce_end()

    def join(self) -> None:
        """Wait for the end: stopped, or finishing and nothing left to do."""
        with self._changed:
            while not self._over():
                self._ended.wait(_GLANCE)

    def _announce_end(self) -> None:
        if self._over():
            self._changed.notify_all()
            self._ended.notify_all()

    def _over(self) -> bool:
        return self._stopped or (self._finishing and not self._waiting)


class Dispatcher:
    """Runs tasks in lanes, on the calling thread or on workers.

    :param workers: how many threads; 0 for the one that calls :meth:`run`.
    :param waited: returns the seconds that the current thread has waited on purpose, which do not
        make a handler slow.
    :param slow: from how many seconds on a handler is logged as slow.
    """

    def __init__(
        self, workers: int = 0, waited: Callable[[], float] = lambda: 0.0, slow: float = 1.0
    ) -> None:
        if workers < 0:
            raise ValueError(f"workers={workers}: a number of threads, or 0 for the caller's own")
        self.lanes = Lanes()
        self.workers = workers
        self._waited = waited
        self._slow = slow
        self._failure: BaseException | None = None
        self._backlog = _BACKLOG
        self._running: dict[int, tuple[Handler, float]] = {}
        self._threads: list[threading.Thread] = []
        self._caller = 0
        self._here = threading.local()

    def put(self, key: Hashable, task: Task) -> None:
        """Add a task; those of one key run in order, one at a time."""
        self.lanes.put(key if self.workers else None, task)
        size = self.lanes.size
        if size >= self._backlog:
            self._backlog = size * 2
            log.warning("%d events wait for their handlers; running: %s", size, self._names())
        elif size < _BACKLOG // 2:
            self._backlog = _BACKLOG

    def hold(self, key: Hashable) -> None:
        """Keep the tasks of a key back until the current task ends, or :meth:`release`.

        A handler that makes an object can so register its listeners before the object's first
        event is handled. Without workers that is so anyway.
        """
        if self.workers and self.lanes.hold(key):
            self._held().append(key)

    def release(self) -> None:
        """Let go what the current task holds."""
        held = self._held()
        while held:
            self.lanes.release(held.pop())

    def _held(self) -> list[Hashable]:
        """Return the keys that the current thread's task holds."""
        if not hasattr(self._here, "held"):
            self._here.held = []
        held: list[Hashable] = self._here.held
        return held

    def run(self) -> None:
        """Run tasks until the end; raise what a task raised."""
        self._caller = threading.get_ident()
        if not self.workers:
            self._work()
        else:
            self._run_workers()
        if self._failure is not None:
            raise self._failure

    def _run_workers(self) -> None:
        # Known before they start: Ctrl-C may come while they do.
        self._threads = [
            threading.Thread(target=self._work, name=f"ari-worker-{n}", daemon=True)
            for n in range(self.workers)
        ]
        try:
            for thread in self._threads:
                thread.start()
            self.lanes.join()
        finally:
            self.lanes.stop()

    @property
    def threads(self) -> list[int]:
        """The numbers of the threads that run tasks."""
        return [self._caller, *(t.ident for t in self._threads if t.ident is not None)]

    def join(self) -> None:
        """Wait for workers that are still in a handler, for a while."""
        deadline = time.monotonic() + _PATIENCE
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

    def _work(self) -> None:
        while (taken := self.lanes.take()) is not None:
            key, task = taken
            try:
                task()
            except BaseException as ex:  # noqa: BLE001 - run() raises it on the caller's thread
                if self._failure is None:
                    self._failure = ex
                self.lanes.stop()
            finally:
                self.release()
                self.lanes.done(key)

    def call(
        self, handler: Handler, function: Callable[..., Any], *args: Any, **kwargs: Any
    ) -> None:
        """Call a handler's function; log it if it was slow.

        Time that it spent waiting for events does not count.
        """
        me = threading.get_ident()
        began, waited = time.monotonic(), self._waited()
        self._running[me] = (handler, began)
        try:
            function(*args, **kwargs)
        finally:
            self._running.pop(me, None)
            took = time.monotonic() - began - (self._waited() - waited)
            if took >= self._slow:
                log.warning("slow handler: %s took %.1f s", handler.name, took)
