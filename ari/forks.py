"""What a forked child process makes anew, because its copy belongs to the parent.

A fork copies locks as they are, even those that a thread holds which the child does not have, and
shares connections, so that two processes would read each other's answers. Whatever holds such
things registers here once, and is told in the child before anything else of Python runs there.
"""

from __future__ import annotations

import logging
import os
import threading
from typing import Protocol
from weakref import WeakSet

__all__ = ["Inherited", "notice", "tell_in_children", "this_process"]

log = logging.getLogger(__name__)


class Inherited(Protocol):
    """What is told in a forked child that it is a copy."""

    def on_fork(self, parent: int) -> None:
        """Make anew what belongs to the parent, without waiting for any lock.

        :param parent: the process that the copy was made of.
        """


class _Process:
    """The process that this one was when it was asked last."""

    def __init__(self) -> None:
        self.number = os.getpid()
        self.inherited: WeakSet[Inherited] = WeakSet()
        self._lock = threading.RLock()
        self._telling = False

    def on_fork(self) -> None:
        """Tell everything that was inherited; in the child, before anything else runs there."""
        # The parent's may be held, and be at it, by a thread that is not here.
        self._lock = threading.RLock()
        self._telling = False
        self.tell()

    def tell(self) -> None:
        """Tell everything that was inherited, if this is another process than before.

        Other threads come on only when all has been told: until then they would use what belongs
        to the parent.
        """
        with self._lock:
            if self._telling or os.getpid() == self.number:
                return
            self._telling = True
            try:
                for thing in list(self.inherited):
                    try:
                        thing.on_fork(self.number)
                    except Exception:
                        log.exception("%r is not usable in the forked process", thing)
            finally:
                self._telling = False
                self.number = os.getpid()


#: A process is one for all that runs in it, and so are its hooks, which cannot be taken back.
this_process = _Process()

if hasattr(os, "register_at_fork"):  # else there is no fork
    os.register_at_fork(after_in_child=this_process.on_fork)


def tell_in_children(thing: Inherited) -> None:
    """Call ``thing.on_fork()`` in every forked child, as long as anybody else refers to it."""
    this_process.inherited.add(thing)


def notice() -> None:
    """See to a fork that Python was not told of, as uwsgi's is without ``enable-threads``."""
    if os.getpid() != this_process.number:
        this_process.tell()
