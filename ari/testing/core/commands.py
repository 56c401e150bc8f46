"""Commands: scripts that wait for their turn and run one after the other."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from ari.testing.core.clock import Clock, Script, Task

#: Makes the script that is run when the command's turn comes.
Command = Callable[[], Script]


class HungUp(Exception):  # it ends a script, it is no fault
    """Raised where a script waits when its channel is hung up or its queue is closed."""


def at_once(action: Callable[[], object]) -> Command:
    """Make a command of something that takes no time."""

    def command() -> Script:
        action()
        yield from ()

    return command


def run_to_hangup(command: Command) -> None:
    """Run a command on a channel that is already hung up: start it, then hang it up."""
    script = command()
    try:
        script.send(None)
        script.throw(HungUp())
    except (StopIteration, HungUp):
        pass


class CommandQueue:
    """Commands that run on a task of their own, which exists while there are any."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._queue: deque[Command] = deque()
        self._task: Task | None = None

    def add(self, command: Command) -> None:
        """Run *command* after those added before."""
        self._queue.append(command)
        if self._task is None:
            self._task = Task(self._clock, self._run())

    def _run(self) -> Script:
        try:
            while self._queue:
                yield from self._queue.popleft()()
        except HungUp:
            while self._queue:
                run_to_hangup(self._queue.popleft())
        self._task = None

    def close(self) -> None:
        """Break off the running command and the waiting ones."""
        if self._task is not None:
            self._task.interrupt(HungUp())
