"""The event stream: one thread that only reads, keeps the connection alive and makes it again.

::

    open(), connecting ──> reading ──lost──> waiting, connecting ──> reading …
                │             │                         │
                └─────────────┴──────── ended ──────────┴──> on_end(why)

What is read goes to a :class:`StreamEvents` at once; nothing here waits for a handler, so that
Asterisk, which gives up on a reader after 100 ms, never has to wait.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol

from ..exceptions import ARIConnectionError, ARIException, ARIForbidden, ARIUnauthorized
from ..transport.errors import root_cause
from .backoff import Attempts, Reconnect
from .connecting import Connecting
from .keepalive import KeepAlive
from .latch import PATIENCE, Latch
from .source import Ended, Lost, Source
from .threads import finish, start

__all__ = ["EventStream", "StreamEvents"]

log = logging.getLogger(__name__)


class StreamEvents(Protocol):
    """What a stream tells, all on the reading thread but the first :meth:`on_connected`."""

    def on_message(self, message: object) -> None:
        """Called with each message: a str, or bytes for one that is not text."""

    def on_connected(self, apps: Sequence[str], again: bool) -> None:
        """Called when the applications are registered; ``again`` after a loss."""

    def on_lost(self, apps: Sequence[str], reason: str) -> None:
        """Called when the connection was lost."""

    def on_end(self, failure: BaseException | None) -> None:
        """Called when the stream ended, with the failure that ended it, if one did."""


class EventStream:
    """The events of some applications, from one source after another.

    :param connect: opens a source for a list of applications.
    :param apps: the applications' names.
    :param events: is told what happens.
    :param reconnect: how a lost connection is made again; None to end instead.
    :param ping_interval: seconds of silence after which the server is pinged.
    :param ping_timeout: seconds after which a server that does not answer a ping counts as lost.
    :raises ValueError: the pings' seconds make no sense.
    """

    def __init__(
        self,
        connect: Callable[[Sequence[str]], Source],
        apps: Sequence[str],
        events: StreamEvents,
        *,
        reconnect: Reconnect | None,
        ping_interval: float,
        ping_timeout: float,
    ) -> None:
        self.apps = list(apps)
        self.source: Source | None = None
        self._connect = connect
        self._events = events
        self._reconnect = reconnect
        self._make_keepalive = partial(KeepAlive, ping_interval, ping_timeout)
        self._make_keepalive()  # which refuses what makes no sense before anything is opened
        self._closing = Latch()
        self._lock = threading.RLock()
        self._thread: threading.Thread | None = None
        self._connecting: Connecting | None = None
        self._abandoned = False

    @property
    def closing(self) -> bool:
        """Whether the stream was closed, if it has not ended yet."""
        return self._closing.is_set()

    def open(self) -> None:
        """Connect, and start to read on another thread; if it is closed meanwhile, end at once.

        :raises ARIException: the first connection cannot be made.
        """
        try:
            connected = self._connect_source()
        except ARIException:
            raise
        except Exception as ex:
            raise ARIConnectionError(f"no event stream could be opened: {root_cause(ex)}") from ex
        if not connected:
            self._discard()
            self._events.on_end(None)
            return
        self._events.on_connected(tuple(self.apps), False)
        self._thread = threading.Thread(target=self._read_forever, name="ari-events", daemon=True)
        start(self._thread)

    def close(self) -> None:
        """End the stream; from any thread, any number of times.

        The reading thread is only woken; it says goodbye to the server itself. Two threads never
        write on one socket, and a signal handler never waits for a lock that its own thread holds.
        """
        with self._lock:
            first = not self._closing.is_set()
            self._closing.set()
            if first and self._connecting is not None:
                self._connecting.give_up()
            if first and self.source is not None:
                self.source.wake()

    def send(self, text: str) -> None:
        """Send a message to the other side; from any thread.

        :raises ARIConnectionError: there is no connection.
        """
        source = self.source
        try:
            if source is None:
                raise Lost("the connection is lost")
            source.send(text)
        except Lost as ex:
            raise ARIConnectionError(f"nothing was sent: {ex}") from ex

    def join(self) -> None:
        """Wait until the reading thread has ended; what it says afterwards, nobody hears."""
        if self._thread is not None and not finish(self._thread, PATIENCE):
            self._abandoned = True
        self._discard()

    def abandon(self) -> None:
        """Leave the connection to the parent, in a forked child; it ends here."""
        self._lock = threading.RLock()
        self._closing = Latch()
        self._closing.set()
        source, self.source = self.source, None
        if source is not None:
            source.abandon()

    def give_up(self, app: str) -> None:
        """Drop an application that another client took; without any left, the stream ends."""
        if app in self.apps:
            self.apps.remove(app)
        if not self.apps:
            self.close()

    def _connect_source(self) -> bool:
        """Connect, and read from there from now on; return False if the stream was closed."""
        connecting = Connecting(partial(self._connect, self.apps))
        with self._lock:
            self._connecting = connecting
            if self._closing.is_set():
                return False
        try:
            connecting.wait()
            with self._lock:
                # In this order, for Ctrl-C may come in between.
                self.source = connecting.source
                connecting.source = None
            return not self._closing.is_set()
        finally:
            connecting.end()
            self._connecting = None

    def _read_forever(self) -> None:
        failure: BaseException | None = None
        try:
            if not self._abandoned:
                self._keep_reading()
        except BaseException as ex:  # noqa: BLE001 - handed to the thread that called run()
            failure = ex
        finally:
            self._discard()
            if not self._abandoned:
                self._events.on_end(None if self._closing.is_set() else failure)

    def _keep_reading(self) -> None:
        attempts = Attempts(self._reconnect) if self._reconnect is not None else None
        while True:
            began = time.monotonic()
            reason = self._read()
            self._discard()
            if reason is None or self._closing.is_set():
                return
            log.warning("connection of %s lost: %s", ", ".join(self.apps), reason)
            self._events.on_lost(tuple(self.apps), reason)
            if attempts is None:
                raise ARIConnectionError(f"the event stream was lost: {reason}")
            attempts.lost(time.monotonic() - began)
            self._connect_again(attempts)
            if self._closing.is_set():
                return
            log.info("connection of %s made again", ", ".join(self.apps))
            self._events.on_connected(tuple(self.apps), True)

    def _connect_again(self, attempts: Attempts) -> None:
        """Try until connected or closed."""
        while not self._closing.wait(attempts.next_delay()):
            try:
                if self._connect_source():
                    return
            except (ARIUnauthorized, ARIForbidden):
                raise
            except Exception as ex:  # an http client may raise anything
                last = attempts.fail()
                log.info("attempt %d to reconnect failed: %s", attempts.failed, ex)
                if last:
                    raise ARIConnectionError(
                        f"the event stream was lost, and {attempts.failed} attempts to reconnect "
                        f"failed; the last: {root_cause(ex)}"
                    ) from ex

    def _discard(self) -> None:
        with self._lock:
            source, self.source = self.source, None
        if source is not None:
            source.close(farewell=self._closing.is_set())

    def _read(self) -> str | None:
        """Read until the end; return why it was lost, or None for a proper end."""
        source = self.source
        if source is None or self._closing.is_set():
            return None
        alive = self._make_keepalive()
        try:
            while True:
                received = source.read(alive.patience)
                if received is not None:
                    if alive.pinged:
                        alive.heard()
                    if isinstance(received, (str, bytes)):
                        self._events.on_message(received)
                elif self._closing.is_set():
                    break
                elif alive.silent():
                    source.ping()
                else:
                    return f"no answer to a ping within {alive.patience:g} s"
        except Ended:
            pass
        except Lost as ex:
            return str(ex)
        return None
