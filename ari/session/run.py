"""One ``run()``: reads the stream, meets the waiters, and has the handlers called.

::

    EventStream ──message──> parse ──event──> WaitingRoom.meet
                                        └───> Dispatcher ──> ListenerTable.matching ──> handlers
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, Any

from ..connection.stream import EventStream, Latch, Reconnect
from ..events.listeners import Subscription
from ..events.waits import Key
from .gap import recover
from .workers import Dispatcher

if TYPE_CHECKING:
    from ..client import Client

__all__ = ["Running", "call_listeners", "parse"]

log = logging.getLogger(__name__)

#: How a check that failed is tried again.
_RECOVERY = Reconnect(first_delay=1.0, max_delay=10.0)

#: Seconds before each check after a gap: again some time later, since a handler that was between
#: two waits may begin to wait for what is gone already.
_CHECKS = (0.0, 1.0, 5.0, 30.0)

#: Seconds that such a check gets to end, once all else has.
_PATIENCE = 5.0


def parse(message: Any) -> dict[str, Any]:
    """Return the event that a message is.

    :raises ValueError: it is none.
    """
    if not isinstance(message, str):
        raise ValueError("not a text in UTF-8")
    try:
        event = json.loads(message)
    except RecursionError as ex:
        raise ValueError("nested too deeply") from ex
    if not isinstance(event, dict):
        raise ValueError("not a JSON object")
    if not isinstance(event.get("type"), str):
        raise ValueError("without a type")
    return event


class Running:
    """The parts of one ``run()`` and what goes on between them.

    :param client: whose listeners and waiters are served.
    :param apps: the applications' names.
    :param workers: how many handlers may run at once; 0 for one, on the calling thread.
    :ivar reading: whether events may still come.
    """

    def __init__(
        self,
        client: Client,
        apps: Sequence[str],
        *,
        workers: int,
        reconnect: Reconnect | None,
        ping_interval: float,
        ping_timeout: float,
    ) -> None:
        self.reading = True
        self._client = client
        self._registered: set[str] = set()
        self._shown: Any = None
        self._recoveries: list[threading.Thread] = []
        self._gap_over = Latch()
        self._failure: BaseException | None = None
        self._dispatcher = Dispatcher(workers, client.waiting.waited, client.slow_handler)
        self.stream = EventStream(
            client.open_websocket,
            apps,
            self,
            reconnect=reconnect,
            ping_interval=ping_interval,
            ping_timeout=ping_timeout,
        )

    def run(self) -> None:
        """Serve events until the end; raise what ended it, if it was a failure."""
        with ExitStack() as ending:  # each step is done even if one before it raises
            ending.callback(self._client.end_run, self)
            ending.callback(self._deregister_all)
            ending.callback(self._join_recoveries)
            ending.callback(self._dispatcher.join)
            ending.callback(self._stop_reading)
            ending.callback(self.stream.join)
            ending.callback(self.close)
            self._client.begin_run(self)
            self.stream.open()
            self._dispatcher.run()
        if self._failure is not None:
            raise self._failure

    @property
    def threads(self) -> list[int]:
        """The numbers of the threads that call handlers."""
        return self._dispatcher.threads

    def close(self) -> None:
        """End soon; from any thread, any number of times."""
        self._dispatcher.lanes.stop()
        self.stream.close()
        self._gap_over.set()  # after closing, see on_connected()

    def _stop_reading(self) -> None:
        """Let no wait go on for events that cannot come."""
        self.reading = False
        self._client.settle_waits(self.threads)

    def _join_recoveries(self) -> None:
        for thread in self._recoveries:
            thread.join(_PATIENCE)

    def _deregister_all(self) -> None:
        self._set_socket(None)
        for app in sorted(self._registered):
            self._deregister(app)

    # What the stream tells, on its reading thread.

    def on_message(self, message: Any) -> None:
        """Take a message; one that is no event is logged and passed over."""
        if message == "":
            return
        try:
            event = parse(message)
            keys = self._client.schema.references(event)
        except ValueError as ex:
            shown = message[:200] if isinstance(message, (str, bytes)) else message
            log.error("invalid event passed over: %s: %.200r", ex, shown)
            return
        self._client.waiting.meet(event, keys)
        self._client.ledger.forget(event["type"], keys)
        if event["type"] == "ApplicationReplaced":
            self._on_replaced(event)
        lane = keys[0] if keys else None
        self._dispatcher.put(lane, partial(self.handle, event, keys))

    def _on_replaced(self, event: dict[str, Any]) -> None:
        app = str(event.get("application"))
        if app not in self.stream.apps:
            return
        log.warning(
            "another client took the application %s; no more of its events come here%s",
            app,
            "" if len(self.stream.apps) > 1 else ", so run() ends",
        )
        self._dispatcher.put(("app", app), partial(self._deregister, app))
        self.stream.give_up(app)

    def on_connected(self, apps: Sequence[str], again: bool) -> None:
        """Tell that applications are registered, and after a gap make up for it."""
        self._set_socket(self.stream.socket)
        for app in apps:
            self._dispatcher.put(("app", app), partial(self._register, app))
        if again:
            self._gap_over = over = Latch()
            thread = threading.Thread(
                target=self._recover, args=(apps, over), name="ari-recovery", daemon=True
            )
            self._recoveries = [t for t in self._recoveries if t.is_alive()]
            self._recoveries.append(thread)
            thread.start()
            if self.stream.closing:  # since when nobody looks for the new latch
                over.set()

    def _recover(self, apps: Sequence[str], over: Latch) -> None:
        """Make up for a gap, on a thread of its own; try again until it works.

        :param over: set when the connection is lost again, or the run ends.
        """
        client = self._client
        for pause in _CHECKS:
            attempt = 0
            while not over.wait(_RECOVERY.delay(attempt) if attempt else pause):
                if recover(client.swagger, apps, client.ledger, client.table, client.waiting):
                    break
                attempt += 1
            else:
                return
            apps = ()  # which need to be subscribed once only

    def on_lost(self, apps: Sequence[str], reason: str) -> None:
        """Tell that applications are registered no more."""
        self._gap_over.set()
        self._set_socket(None)
        for app in apps:
            self._dispatcher.put(("app", app), partial(self._deregister, app))

    def on_end(self, failure: BaseException | None) -> None:
        """Let the handlers finish what came, and then end."""
        self._stop_reading()
        self._failure = failure
        self._dispatcher.lanes.finish()

    def _set_socket(self, socket: Any) -> None:
        """Show the current socket in ``client.websockets``."""
        sockets = self._client.websockets
        sockets.discard(self._shown)
        self._shown = socket
        if socket is not None:
            sockets.add(socket)

    # What the dispatcher runs.

    def handle(self, event: dict[str, Any], keys: Sequence[Key]) -> None:
        """Call the listeners of an event."""
        self._client.calls.handling(self._dispatcher)
        call_listeners(self._client, event, keys, self._dispatcher.call)

    def _register(self, app: str) -> None:
        self._registered.add(app)
        self._call_all(self._client.on_registered.matching(app, ()))

    def _deregister(self, app: str) -> None:
        if app in self._registered:
            self._registered.discard(app)
            self._call_all(self._client.on_deregistered.matching(app, ()))

    def _call_all(self, subscriptions: Sequence[Subscription]) -> None:
        _call_each(self._client, subscriptions, (), self._dispatcher.call)


def call_listeners(
    client: Client, event: dict[str, Any], keys: Sequence[Key], call: Callable[..., None]
) -> None:
    """Call the listeners of an event, and let go those of an object that it ends.

    :param keys: the objects that the event is about.
    :param call: called with a subscription, its function and the function's arguments.
    """
    try:
        _call_each(client, client.table.matching(event["type"], keys), (event,), call)
    finally:
        if not client.waiting.has_moved_on(event, keys):
            client.table.settle(event["type"], keys)


def _call_each(
    client: Client,
    subscriptions: Sequence[Subscription],
    arguments: tuple[Any, ...],
    call: Callable[..., None],
) -> None:
    for subscription in subscriptions:
        if subscription.claim():
            function, more, kwargs = subscription
            try:
                call(subscription, function, *arguments, *more, **kwargs)
            except Exception as ex:  # noqa: BLE001 - what a user's function raises is the user's
                client.exception_handler(ex)
