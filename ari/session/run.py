"""One ``run()``: reads the stream, meets the waits, and has the handlers called.

::

    EventStream ──message──> parse ──event──> WaitingRoom.meet
                                        └───> Workers ──> ListenerTable.matching ──> handlers
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial

from ..connection.backoff import Reconnect
from ..connection.latch import PATIENCE, Latch
from ..connection.stream import EventStream
from ..connection.threads import finish, start
from ..events.listeners import Call, Delivery, Listener, Subscription, call_each
from ..events.schema import parse
from ..exceptions import ARIConnectionError
from ..kinds import ENDS, LEAVES, Key, ended_key
from ..transport.base import Json
from ..transport.procedures import Pause, drive, take_step
from .gap import check_after_gap
from .session import Session
from .workers import Workers

__all__ = ["Run", "call_here", "call_listeners", "take_in"]

log = logging.getLogger(__name__)


#: Seconds between two looks at what handlers do.
WATCH_EVERY = 2.0


class Run:
    """The parts of one ``run()`` and what goes on between them.

    :param session: whose listeners and waits are served.
    :param apps: the applications' names.
    :param workers: how many handlers may run at once; 0 for one, on the calling thread.
    :ivar reading: whether events may still come.
    """

    def __init__(
        self,
        session: Session,
        apps: Sequence[str],
        *,
        workers: int,
        reconnect: Reconnect | None,
        ping_interval: float,
        ping_timeout: float,
    ) -> None:
        # First of all, so that no close() from now on is missed.
        self._closes = session.closes
        self.reading = True
        self._session = session
        self._registered: set[str] = set()
        self._shown: object = None
        self._checks: list[threading.Thread] = []
        self._gap_over = Latch()
        self._watched = Latch()
        self._watcher: threading.Thread | None = None
        self._failure: BaseException | None = None
        self._workers = Workers(
            workers,
            slow=session.slow_handler,
            time_waited=session.time_waited,
            around=session.lookback.handling,
        )
        self.stream = EventStream(
            session.connect,
            apps,
            self,
            reconnect=reconnect,
            ping_interval=ping_interval,
            ping_timeout=ping_timeout,
        )

    def run(self) -> None:
        """Serve events until the end; raise what ended it, if it was a failure."""
        # Reads backwards: what is entered last is done first, and each step even if one before
        # it raises.
        with ExitStack() as ending:
            ending.callback(self._session.end_run, self)
            ending.callback(self._deregister_all)
            ending.callback(self._join_checks)
            ending.callback(self._workers.join)
            ending.callback(self._stop_reading)
            ending.callback(self.stream.join)
            ending.callback(self.close)
            ending.callback(self._stop_watching)
            self._session.begin_run(self, self._closes)
            self.stream.open()
            self._start_watching()
            self._workers.run()
        if self._failure is not None:
            raise self._failure

    @property
    def closing(self) -> bool:
        """Whether it was closed, and is about to end."""
        return self.stream.closing

    @property
    def apps(self) -> list[str]:
        """The applications whose events it reads."""
        return self.stream.apps

    @property
    def holder(self) -> Workers:
        """Holds events back for who makes something."""
        return self._workers

    @property
    def threads(self) -> list[int]:
        """The numbers of the threads that call handlers."""
        return self._workers.threads

    def close(self) -> None:
        """End soon; from any thread, any number of times."""
        self._workers.stop()
        self.stream.close()
        self._gap_over.set()  # after closing, see on_connected()

    def abandon(self, why: str) -> None:
        """Leave everything to the parent, in a forked child.

        If a listener made the child and returns in it, ``run()`` ends there with this reason.
        """
        self.reading = False
        self._failure = ARIConnectionError(f"run() goes on in the parent: {why}")
        self._registered.clear()
        self._checks.clear()
        self._gap_over = Latch()
        self._watched = Latch()
        self._workers.abandon()
        self.stream.abandon()

    def _stop_reading(self) -> None:
        """End the waits for events that cannot come."""
        self.reading = False
        self._session.stop_waits(self.threads)

    def _start_watching(self) -> None:
        self._watcher = threading.Thread(target=self._watch, name="ari-watch", daemon=True)
        start(self._watcher)

    def _stop_watching(self) -> None:
        self._watched.set()
        if self._watcher is not None:
            finish(self._watcher, PATIENCE)

    def _watch(self) -> None:
        """Name handlers that hang, while they do; on a thread of its own."""
        while not self._watched.wait(WATCH_EVERY):
            self._workers.report_hanging()

    def _join_checks(self) -> None:
        for thread in self._checks:
            thread.join(PATIENCE)

    def _deregister_all(self) -> None:
        self._show_socket(None)
        for app in sorted(self._registered):
            self._deregister(app)

    # What the stream tells, on its reading thread.

    def on_message(self, message: object) -> None:
        """Treat a message; one that is neither an event nor an answer is logged and passed over.

        See :func:`take_in` for what is done at once; the rest waits in its lane.
        """
        if message == "":
            return
        session = self._session
        try:
            event = parse(message)
            answered = session.answers.get(event["type"])
            if answered is not None:
                answered(event)
                return
            keys = session.schema.references(event)
        except ValueError as ex:
            shown = message[:200] if isinstance(message, (str, bytes)) else message
            log.error("invalid event passed over: %s: %.200r", ex, shown)
            return
        delivery = take_in(session, event, keys)
        if event["type"] == "ApplicationReplaced":
            self._on_replaced(event)
        lane = keys[0] if keys else None
        self._workers.put(lane, partial(self.handle, delivery))

    def _on_replaced(self, event: Json) -> None:
        app = str(event.get("application"))
        if app not in self.stream.apps:
            return
        log.warning(
            "another client took the application %s; no more of its events come here%s",
            app,
            "" if len(self.stream.apps) > 1 else ", so run() ends",
        )
        self._workers.put(("app", app), partial(self._deregister, app))
        self.stream.give_up(app)

    def on_connected(self, apps: Sequence[str], again: bool) -> None:
        """Call the listeners of registered applications; after a gap, make up for it."""
        source = self.stream.source
        self._show_socket(source.socket if source is not None else None)
        for app in apps:
            self._workers.put(("app", app), partial(self._register, app))
        if again:
            self._gap_over = over = Latch()
            thread = threading.Thread(
                target=self._check, args=(apps, over), name="ari-recovery", daemon=True
            )
            self._checks = [t for t in self._checks if t.is_alive()]
            self._checks.append(thread)
            thread.start()
            if self.stream.closing:  # since when nobody looks for the new latch
                over.set()

    def _check(self, apps: Sequence[str], over: Latch) -> None:
        """Make up for a gap, on a thread of its own.

        :param over: set when the connection is lost again, or the run ends.
        """
        session = self._session
        swagger = session.swagger

        def perform(step: object) -> object:
            if isinstance(step, Pause):
                return over.wait(step.seconds)
            return take_step(step, swagger.transport)

        drive(check_after_gap(session, apps), perform)

    def on_lost(self, apps: Sequence[str], reason: str) -> None:
        """Call the listeners of applications that are no longer registered."""
        self._gap_over.set()
        self._show_socket(None)
        for app in apps:
            self._workers.put(("app", app), partial(self._deregister, app))

    def on_end(self, failure: BaseException | None) -> None:
        """End once the handlers have finished what came."""
        self._stop_reading()
        self._failure = failure
        self._workers.finish()

    def _show_socket(self, socket: object) -> None:
        """Show the current socket in ``client.websockets``."""
        sockets = self._session.websockets
        sockets.discard(self._shown)
        self._shown = socket
        if socket is not None:
            sockets.add(socket)

    # What the workers run.

    def handle(self, delivery: Delivery) -> None:
        """Call the listeners of an event."""
        try:
            call_listeners(self._session, delivery, self._workers.call)
        finally:
            self._session.lookback.end_handler()

    def _register(self, app: str) -> None:
        self._registered.add(app)
        self._call_all(self._session.registered.matching(app, ()))

    def _deregister(self, app: str) -> None:
        if app in self._registered:
            self._registered.discard(app)
            self._call_all(self._session.deregistered.matching(app, ()))

    def _call_all(self, subscriptions: Sequence[Subscription]) -> None:
        call_each(subscriptions, (), 0, self._workers.call, self._session.exception_handler)


def take_in(session: Session, event: Json, keys: Sequence[Key]) -> Delivery:
    """Meet the waits with an event that was just read, and take down its listeners.

    Whoever waits comes first, before a handler can begin another wait. The listeners are those
    that the event finds now: one that ends their object, and is handled earlier in a lane of its
    own, does not take them away.

    :param keys: the objects that the event is about, its main object first.
    """
    table, event_type = session.listeners, event["type"]
    number = session.waits.meet(event, keys)
    added = table.added
    delivery = Delivery(event, keys, number, table.matching(event_type, keys), added)
    if event_type in ENDS or event_type in LEAVES:
        session.event_sources.forget_ended(event_type, keys)
        if not session.waits.has_moved_on(event, keys):
            table.end(event_type, keys, number)
    return delivery


def call_listeners(session: Session, delivery: Delivery, call: Call) -> None:
    """Call the listeners of an event: those that it found, and those registered since.

    :param call: calls one listener.
    """
    table, event = session.listeners, delivery.event
    if table.added != delivery.added:
        table.add_later(delivery)
    try:
        call_each(delivery.listeners, (event,), delivery.number, call, session.exception_handler)
    finally:
        ended = ended_key(event["type"], delivery.keys) if event["type"] in ENDS else None
        if ended is not None and session.waits.has_ended(ended):
            # Those that were registered when the object had ended already.
            table.retire(ended, delivery.number)


def call_here(
    _subscription: Subscription, listener: Listener, /, *args: object, **kwargs: object
) -> None:
    """Call a listener on the current thread, and take no further care."""
    listener(*args, **kwargs)
