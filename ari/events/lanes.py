"""Lanes: queues of tasks by key, each taken by one worker at a time, in order.

Transitions only: whoever works the lanes off, threads or asyncio, guards them and waits for them.

::

    put ──> ready ── take ──> taken ── done ──> ready again, or gone
    hold ──> held, tasks queue ── release, release_due ──> ready
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Hashable
from typing import TypeAlias

__all__ = ["Lanes", "Task"]

Task: TypeAlias = Callable[[], object]


class Lanes:
    """Queues of tasks by key.

    :ivar size: how many tasks are queued.
    :ivar queues: the tasks that are queued in each lane that is ready, taken or held.
    :ivar held: the lanes that are held, with the ``time.monotonic()`` second until which.
    """

    def __init__(self) -> None:
        self.queues: dict[Hashable, deque[Task]] = {}
        self.held: dict[Hashable, float] = {}
        self._ready: deque[Hashable] = deque()
        self._finishing = False
        self._stopped = False
        self.size = 0

    def put(self, key: Hashable, task: Task) -> bool:
        """Queue a task; return whether its lane became ready."""
        self.size += 1
        queue = self.queues.get(key)
        if queue is not None:
            queue.append(task)
            return False
        self.queues[key] = deque([task])
        if key in self.held:
            return False
        self._ready.append(key)
        return True

    def take(self) -> tuple[Hashable, Task] | None:
        """Return the next task with its lane, which is taken until :meth:`done`; None if none."""
        if self._stopped or not self._ready:
            return None
        key = self._ready.popleft()
        self.size -= 1
        return key, self.queues[key].popleft()

    def done(self, key: Hashable) -> bool:
        """Release a lane taken with :meth:`take`; return whether it is ready again."""
        if self.queues[key]:
            self._ready.append(key)
            return True
        del self.queues[key]
        return False

    def hold(self, key: Hashable) -> bool:
        """Hold an empty lane: tasks queue, none is taken, until :meth:`release`.

        Return whether it is held now; a lane that has tasks, or is held already, is left alone.
        """
        if key in self.queues or key in self.held:
            return False
        self.held[key] = math.inf
        return True

    def hold_until(self, key: Hashable, moment: float) -> None:
        """Hold a lane that is held no longer than to this ``time.monotonic()`` second."""
        if key in self.held:
            self.held[key] = moment

    def release(self, key: Hashable) -> bool:
        """Release a lane that :meth:`hold` held; return whether it is ready."""
        if self.held.pop(key, None) is None or key not in self.queues:
            return False
        self._ready.append(key)
        return True

    def release_due(self, now: float) -> list[Hashable]:
        """Release the lanes whose time is over; return those that are ready."""
        due = [key for key, moment in self.held.items() if moment <= now]
        return [key for key in due if self.release(key)]

    def finish(self) -> None:
        """End once every queued task is done."""
        self._finishing = True

    def stop(self) -> None:
        """End now; what is queued is dropped."""
        self._stopped = True

    @property
    def over(self) -> bool:
        """Whether they were stopped, or were finished and no task is left."""
        return self._stopped or (self._finishing and not self.queues)
