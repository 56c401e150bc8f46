"""One client's affairs: what is registered, waited for and running, and what its requests did.

Whatever is below a client gets what it needs from its session, and does not know the client.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Protocol

from .. import forks
from ..connection.source import Source
from ..connection.websocket import as_source
from ..events.listeners import ListenerTable
from ..events.schema import EventSchema
from ..events.waits import WaitingRoom
from ..exceptions import ARIDescriptionError
from ..kinds import Key
from ..swagger.client import Operation, SwaggerClient
from ..transport.base import Json
from ..transport.procedures import Procedure
from .event_sources import EventSources
from .lookback import Holder, LookBack
from .presence import ask_about
from .waiting import ThreadTime, ThreadWaiter, first_event

__all__ = ["Running", "Session"]

log = logging.getLogger(__name__)


class Running(Protocol):
    """What a session knows of one ``run()``."""

    @property
    def reading(self) -> bool:
        """Whether events may still come."""

    @property
    def closing(self) -> bool:
        """Whether it was closed, and is about to end."""

    @property
    def apps(self) -> Sequence[str]:
        """The applications whose events it reads."""

    @property
    def holder(self) -> Holder:
        """Holds events back for who makes something."""

    @property
    def threads(self) -> Sequence[int]:
        """The numbers of the threads that call handlers."""

    def close(self) -> None:
        """End soon; from any thread."""

    def abandon(self, why: str) -> None:
        """Leave everything to the parent, in a forked child."""


class Session:
    """What a client's requests, runs, listeners and waits share.

    :param swagger: the description, and who sends requests.
    :param exception_handler: called with what a listener raised.
    :ivar schema: what the declarations say of events.
    :ivar listeners: the listeners of events.
    :ivar registered: the listeners of applications that were registered, by name.
    :ivar deregistered: the listeners of applications that are no longer registered, by name.
    :ivar waits: who waits for which events.
    :ivar event_sources: what each application is subscribed to.
    :ivar lookback: what requests did lately.
    :ivar websockets: the sockets that are open.
    :ivar answers: takes messages that are answers to requests and not events, by their type.
    :ivar before_wait: called on a thread that is about to wait.
    :ivar time_waited: the seconds that each thread has waited on purpose.
    :ivar slow_handler: from how many seconds on a handler is logged as slow.
    :ivar runs: the runs under way.
    :ivar closes: how often it was closed.
    """

    def __init__(
        self, swagger: SwaggerClient, exception_handler: Callable[[BaseException], object]
    ) -> None:
        self.swagger = swagger
        self.exception_handler = exception_handler
        self.slow_handler = 1.0
        events = swagger.get_resource("events")
        self.schema = EventSchema(events.models if events is not None else {})
        self.listeners = ListenerTable()
        self.registered = ListenerTable()
        self.deregistered = ListenerTable()
        self.waits = WaitingRoom()
        self.event_sources = EventSources()
        self.runs: list[Running] = []
        self.lookback = LookBack(
            self.waits,
            self.event_sources,
            self.listeners,
            lambda: [run.holder for run in self.runs],
        )
        self.websockets: set[object] = set()
        self.answers: dict[str, Callable[[Json], object]] = {}
        self.before_wait: Callable[[], object] = self.lookback.release_held
        self.closes = 0
        self.time_waited = ThreadTime({})
        self._closed = False
        self._lock = threading.RLock()
        forks.tell_in_children(self)

    def connect(self, apps: Sequence[str]) -> Source:
        """Open the source of the events of applications, without reading it.

        :raises ARIException: it cannot be opened.
        """
        events = self.swagger.get_resource("events")
        opening = getattr(events, "eventWebsocket", None)
        if opening is None:
            opening = self.swagger.require("events.eventWebsocket")
        arguments = {"app": ",".join(apps)}
        if isinstance(opening, Operation):  # else it is the user's own
            try:
                opening.request(**arguments)
            except TypeError as ex:
                raise ARIDescriptionError(
                    f"{opening.model.name} is not declared as run() calls it: {ex}"
                ) from ex
        return as_source(opening(**arguments))

    def on_fork(self, parent: int) -> None:
        """Leave runs to the parent, whose threads read the events; see :mod:`ari.forks`."""
        self._lock = threading.RLock()
        for part in (
            self.listeners,
            self.registered,
            self.deregistered,
            self.event_sources,
        ):
            part.renew_lock()
        self.waits.on_fork(threading.get_ident())
        runs, self.runs = self.runs, []
        if runs:
            why = (
                f"process {parent} reads the events, and not its child {os.getpid()}; "
                "a run() of the child's own reads events here"
            )
            for run in runs:
                run.abandon(why)
            self.websockets.clear()
            self.waits.close(why)

    # Waiting.

    def open_wait(self, types: Iterable[str], keys: Sequence[Key] = ()) -> ThreadWaiter:
        """Begin a wait of the calling thread.

        :param types: the event types.
        :param keys: the objects that the events must be about, any of them; the end of any of
            them ends the wait. Without keys, events about anything.
        """
        forks.notice()
        types = frozenset(types)
        waiter = ThreadWaiter(
            self.waits,
            types,
            keys,
            before_wait=self.before_wait,
            time_waited=self.time_waited,
        )
        self.waits.enter(waiter, self.lookback.trails(keys, types))
        return waiter

    def wait_for(
        self,
        types: Sequence[str],
        keys: Sequence[Key],
        predicate: Callable[[Json], object] | None,
        deadline: float | None,
    ) -> Procedure[Json]:
        """Return the first event of these types that the predicate accepts; a procedure.

        Later waits on these objects start after it.

        :param deadline: the ``time.monotonic()`` second to wait until; None waits for ever.
        :raises ARIWaitTimeout: none came in time.
        :raises ARIObjectGone: none can come any more.
        """
        if not self.runs:
            log.warning("waiting for %s, but no run() is reading events yet", " or ".join(types))
        known = not keys or self.waits.is_inside(keys[0]) or self.lookback.knows(keys[0])
        with self.open_wait(types, keys) as waiter:
            ask = partial(self.ask_about, keys)
            event = yield from first_event(waiter, predicate, deadline, ask, known=known)
            if waiter.latest:  # else it is an end that was remembered, and changes nothing
                self.lookback.start_at(keys, types, waiter.latest + 1)
            return event

    def ask_about(self, keys: Sequence[Key]) -> Procedure[None]:
        """Ask whether the object of a wait is still there; see :func:`~.presence.ask_about`."""
        return ask_about(self.swagger, self.waits, keys)

    # Running.

    def begin_run(self, run: Running, closes: int | None = None) -> None:
        """Record that a run begins; close it if it was asked for before the last close.

        A later run may be served, for closing does not end the use of a client.

        :param closes: what :attr:`closes` was when it was asked for; None for now.
        :raises RuntimeError: another run of this client reads the events of its applications, and
            would be cut off from them.
        """
        forks.notice()
        with self._lock:
            if closes is not None and closes != self.closes:
                self.runs.append(run)
                run.close()
                return
            others = [other for other in self.runs if other.reading and not other.closing]
            taken = {app for other in others for app in other.apps}
            both = sorted(taken.intersection(run.apps))
            if both:
                raise RuntimeError(
                    f"run() got {', '.join(both)}, whose events another run() of this client reads "
                    "already; it is called once for each application"
                )
            self.runs.append(run)
            self._closed = False
            self.waits.reopen()

    def stop_waits(self, threads: Iterable[int]) -> None:
        """End the waits whose events nobody reads now that a run has stopped to read.

        These are the waits of that run's own handlers; all of them when no other run reads.

        :param threads: the threads of its handlers.
        """
        with self._lock:
            if any(run.reading for run in self.runs):
                self.waits.deafen(threads)
            else:
                self.waits.close()

    def end_run(self, run: Running) -> None:
        """Forget a run that ended; with the last one close the connections if it was closed."""
        with self._lock:
            self.waits.undeafen(run.threads)
            if run in self.runs:
                self.runs.remove(run)
            finish = self._closed and not self.runs
        if finish:
            self.swagger.close()

    def close(self) -> None:
        """End all runs and waits; the last run, or else this call, closes the connections."""
        forks.notice()
        with self._lock:
            self._closed = True
            self.closes += 1
            runs = list(self.runs)
            for run in runs:
                run.close()
            self.waits.close()
        if not runs:
            self.swagger.close()
