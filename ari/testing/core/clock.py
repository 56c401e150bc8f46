"""Virtual time: a heap of timers, and scripts that sleep on it without sleeping.

Nothing here looks at the real time or starts a thread. The owner of the clock moves it with
:meth:`Clock.run_until`; everything due until then happens, in order, on the caller's thread.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Generator
from datetime import datetime, timezone
from typing import Any

#: What a :class:`Task` runs: yields seconds to sleep, or None to wait until it is woken.
Script = Generator["float | None", Any, None]


class Timer:
    """A callback that is due at a moment of the virtual time."""

    __slots__ = ("action", "when")

    def __init__(self, when: float, action: Callable[[], None]) -> None:
        self.when = when
        self.action: Callable[[], None] | None = action

    def cancel(self) -> None:
        """Never run the callback."""
        self.action = None


class Clock:
    """The time of one simulated PBX.

    :param epoch: the wall clock's seconds since 1970 at virtual time zero.
    """

    def __init__(self, epoch: float = 1_700_000_000.0) -> None:
        self.epoch = epoch
        self.now = 0.0
        self._heap: list[tuple[float, int, Timer]] = []
        self._count = 0
        self.tasks: set[Task] = set()
        #: The task whose script runs now.
        self.current_task: Task | None = None

    def call_later(self, seconds: float, action: Callable[[], None]) -> Timer:
        """Run *action* after *seconds* of virtual time."""
        timer = Timer(self.now + max(seconds, 0.0), action)
        self._count += 1
        heapq.heappush(self._heap, (timer.when, self._count, timer))
        return timer

    def call_soon(self, action: Callable[[], None]) -> Timer:
        """Run *action* as the next thing that is due."""
        return self.call_later(0.0, action)

    def next_due(self) -> float | None:
        """Return the moment of the next timer, or None."""
        while self._heap and self._heap[0][2].action is None:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def run_until(self, when: float) -> None:
        """Run everything that is due until *when*, then set the time to *when*."""
        while True:
            due = self.next_due()
            if due is None or due > when:
                break
            timer = heapq.heappop(self._heap)[2]
            self.now = max(self.now, due)
            action, timer.action = timer.action, None
            if action is not None:
                action()
        self.now = max(self.now, when)

    def clear(self) -> None:
        """Cancel every timer and end every script where it waits."""
        for task in list(self.tasks):
            task.close()
        self._heap.clear()

    def settle(self) -> None:
        """Run everything that is due now."""
        self.run_until(self.now)

    def wall(self) -> float:
        """Return the virtual time as seconds since 1970."""
        return self.epoch + self.now

    def timestamp(self) -> str:
        """Return the virtual time as Asterisk writes it: milliseconds, offset without a colon."""
        moment = datetime.fromtimestamp(self.wall(), timezone.utc)
        return moment.isoformat(timespec="milliseconds").replace("+00:00", "+0000")


class Task:
    """One activity of the PBX, written as a generator that yields when it waits.

    It stands for a thread of Asterisk. ``value = yield 2.0`` continues with None after two seconds,
    or earlier with the value given to :meth:`wake`; ``yield None`` waits for :meth:`wake` alone.
    """

    def __init__(self, clock: Clock, script: Script) -> None:
        self._clock = clock
        self._script = script
        self._inbox: deque[Any] = deque()
        self._error: BaseException | None = None
        self._started = False
        self.done = False
        self._timer: Timer | None = clock.call_soon(self._resume)
        self._prompt = True  # the timer means "continue now" and is no sleep
        clock.tasks.add(self)

    def wake(self, value: Any = None) -> None:
        """Continue the script now, with *value*."""
        if not self.done:
            self._inbox.append(value)
            self._hurry()

    def interrupt(self, error: BaseException) -> None:
        """Raise *error* where the script waits."""
        if not self.done:
            self._error = error
            self._hurry()

    def _hurry(self) -> None:
        if self._prompt:
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._clock.call_soon(self._resume)
        self._prompt = True

    def _resume(self) -> None:
        before, self._clock.current_task = self._clock.current_task, self
        try:
            self._step()
        finally:
            self._clock.current_task = before

    def _step(self) -> None:
        """Run the script until it waits again."""
        self._prompt = True
        try:
            if not self._started:
                self._started = True
                delay = self._script.send(None)
            elif self._error is not None:
                error, self._error = self._error, None
                self._inbox.clear()
                delay = self._script.throw(error)
            else:
                delay = self._script.send(self._inbox.popleft() if self._inbox else None)
        except StopIteration:
            self._finish()
            return
        self._prompt = False
        if self._inbox or self._error is not None:
            self._timer = None
            self._hurry()
        else:
            self._timer = None if delay is None else self._clock.call_later(delay, self._resume)

    def _finish(self) -> None:
        self.done = True
        self._timer = None
        self._clock.tasks.discard(self)

    def close(self) -> None:
        """End the script where it waits."""
        if self._timer is not None:
            self._timer.cancel()
        self._finish()
        self._script.close()
