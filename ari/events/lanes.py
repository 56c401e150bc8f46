"""Lanes: queues of tasks by key, each taken by one worker at a time, in order.

Transitions only: whoever works the lanes off, threads or asyncio, guards them and waits for them.

::

    put ──> ready ── take ──> taken ── done ──> ready again, or gone
    hold ──> held, tasks queue ── release ──> ready
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable
from typing import TypeAlias

__all__ = ["Lanes", "Task"]

Task: TypeAlias = Callable[[], object]


class Lanes:
    """Queues of tasks by key.

    :ivar size: how many tasks are queued.
    """

    def __init__(self) -> None:
        self._queues: dict[Hashable, deque[Task]] = {}
        self._ready: deque[Hashable] = deque()
        self._held: set[Hashable] = set()
        self._finishing = False
        self._stopped = False
        self.size = 0

    def put(self, key: Hashable, task: Task) -> bool:
        """Queue a task; return whether its lane became ready."""
        self.size += 1
        queue = self._queues.get(key)
        if queue is not None:
            queue.append(task)
            return False
        self._queues[key] = deque([task])
        if key in self._held:
            return False
        self._ready.append(key)
        return True

    def take(self) -> tuple[Hashable, Task] | None:
        """Return the next task with its lane, which is taken until :meth:`done`; None if none."""
        if self._stopped or not self._ready:
            return None
        key = self._ready.popleft()
        self.size -= 1
        return key, self._queues[key].popleft()

    def done(self, key: Hashable) -> bool:
        """Release a lane taken with :meth:`take`; return whether it is ready again."""
        if self._queues[key]:
            self._ready.append(key)
            return True
        del self._queues[key]
        return False

    def hold(self, key: Hashable) -> bool:
        """Hold an empty lane: tasks queue, none is taken, until :meth:`release`.

        Return whether it is held now; a lane that has tasks, or is held already, is left alone.
        """
        if key in self._queues or key in self._held:
            return False
        self._held.add(key)
        return True

    def release(self, key: Hashable) -> bool:
        """Release a lane that :meth:`hold` held; return whether it is ready."""
        self._held.discard(key)
        if key in self._queues:
            self._ready.append(key)
            return True
        return False

    def finish(self) -> None:
        """End once every queued task is done."""
        self._finishing = True

    def stop(self) -> None:
        """End now; what is queued is dropped."""
        self._stopped = True

    @property
    def over(self) -> bool:
        """Whether they were stopped, or were finished and no task is left."""
        return self._stopped or (self._finishing and not self._queues)
