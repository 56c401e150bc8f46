"""The event stream: one thread that only reads, keeps the connection alive and makes it again.

::

    open() ──> reading ──lost──> waiting, connecting ──> reading …
                  │                     │
                  └────── ended ────────┴──> on_end(why)

What is read goes to a :class:`StreamEvents` at once; nothing here waits for a handler, so that
Asterisk, which gives up on a reader after 100 ms, never has to wait.
"""

from __future__ import annotations

import logging
import random
import selectors
import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import requests
import websocket

from ..exceptions import (
    ARIConnectionError,
    ARIException,
    ARIForbidden,
    ARIUnauthorized,
    root_cause,
)
from .readahead import ReadAhead

__all__ = ["EventStream", "Latch", "Reconnect", "StreamEvents"]

log = logging.getLogger(__name__)

#: Seconds that the reading thread gets to end after it was told to.
_PATIENCE = 5.0

#: Seconds that saying goodbye to the server may take.
_FAREWELL = 1.0


@dataclass(frozen=True)
class Reconnect:
    """How a lost connection is made again: full-jitter backoff.

    Before an attempt the client waits a random time between 0 and
    ``min(max_delay, first_delay * 2 ** n)``, where n counts the attempts in a row from 0, so that
    many clients do not come back at once.

    :param first_delay: seconds, the upper bound of the first wait.
    :param max_delay: seconds, the upper bound of any wait. Short, for callers are waiting.
    :param max_attempts: how many attempts in a row may fail; None for no limit.
    :param stable_after: seconds after which a connection counts as good, and the backoff begins
        anew after its loss.
    """

    first_delay: float = 0.1
    max_delay: float = 1.5
    max_attempts: int | None = None
    stable_after: float = 10.0

    def delay(self, attempt: int, rand: Callable[[], float] = random.random) -> float:
        """Return the seconds to wait before an attempt.

        :param attempt: its number in a row, 0 for the first.
        :param rand: returns a number from 0 to 1.
        """
        # The exponent is bounded, for a float is, and attempts are not.
        return rand() * min(self.max_delay, self.first_delay * 2.0 ** min(attempt, 60))


class StreamEvents(Protocol):
    """What a stream tells, all on the reading thread but the first :meth:`on_connected`."""

    def on_message(self, message: Any) -> None:
        """Take a message: a str, or bytes for one that is not text."""

    def on_connected(self, apps: Sequence[str], again: bool) -> None:
        """Learn that the applications are registered; ``again`` after a loss."""

    def on_lost(self, apps: Sequence[str], reason: str) -> None:
        """Learn that the connection was lost."""

    def on_end(self, failure: BaseException | None) -> None:
        """Learn that the stream ended, and of the failure that ended it, if one did."""


class Latch:
    """An event that is set once, if need be by a signal handler that interrupts its setting.

    ``threading.Event`` would hang there: one thread cannot take its lock twice.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition(threading.RLock())
        self._set = False

    def set(self) -> None:
        """Set it; a second time does no harm."""
        with self._changed:
            self._set = True
            self._changed.notify_all()

    def is_set(self) -> bool:
        """Tell whether it is set."""
        return self._set

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until it is set, or for so many seconds; return whether it is."""
        with self._changed:
            return self._changed.wait_for(self.is_set, timeout)


class EventStream:
    """The WebSocket of some applications, kept open.

    :param connect: opens a WebSocket for a list of applications.
    :param apps: the applications' names.
    :param events: is told what happens.
    :param reconnect: how a lost connection is made again; None to end instead.
    :param ping_interval: seconds of silence after which the server is pinged.
    :param ping_timeout: seconds after which a server that does not answer a ping counts as lost.
    """

    def __init__(
        self,
        connect: Callable[[Sequence[str]], Any],
        apps: Sequence[str],
        events: StreamEvents,
        *,
        reconnect: Reconnect | None,
        ping_interval: float,
        ping_timeout: float,
    ) -> None:
        self.apps = list(apps)
        self.socket: Any = None
        self._connect = connect
        self._events = events
        self._reconnect = reconnect
        self._ping_interval = ping_interval
        self._ping_timeout = ping_timeout
        self._closing = Latch()
        self._lock = threading.RLock()
        self._thread: threading.Thread | None = None

    @property
    def closing(self) -> bool:
        """Whether the stream was closed, if it has not ended yet."""
        return self._closing.is_set()

    def open(self) -> None:
        """Connect, on the calling thread, and start to read on another.

        :raises ARIException: the first connection cannot be made.
        """
        self._use(self._connect(self.apps))
        self._events.on_connected(tuple(self.apps), False)
        self._thread = threading.Thread(target=self._read_forever, name="ari-events", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the stream; from any thread, any number of times.

        The reading thread is only woken; it says goodbye to the server itself. Two threads never
        write on one socket, and a signal handler never waits for a lock that its own thread holds.
        """
        with self._lock:
            first = not self._closing.is_set()
            self._closing.set()
            if first and self.socket is not None:
                _wake(self.socket)

    def join(self) -> None:
        """Wait until the reading thread has ended."""
        if self._thread is not None:
            self._thread.join(_PATIENCE)
        self._discard()

    def give_up(self, app: str) -> None:
        """Drop an application that another client took; without any left, the stream ends."""
        if app in self.apps:
            self.apps.remove(app)
        if not self.apps:
            self.close()

    def _use(self, ws: Any) -> bool:
        """Make a new socket the current one; return False if the stream was closed meanwhile."""
        with self._lock:
            self.socket = ws
            return not self._closing.is_set()

    def _read_forever(self) -> None:
        failure: BaseException | None = None
        try:
            self._keep_reading()
        except BaseException as ex:  # noqa: BLE001 - handed to the thread that called run()
            failure = ex
        finally:
            self._discard()
            self._events.on_end(None if self._closing.is_set() else failure)

    def _keep_reading(self) -> None:
        attempt = 0
        while True:
            began = time.monotonic()
            reason = self._read()
            self._discard()
            if reason is None or self._closing.is_set():
                return
            log.warning("connection of %s lost: %s", ", ".join(self.apps), reason)
            self._events.on_lost(tuple(self.apps), reason)
            if self._reconnect is None:
                raise ARIConnectionError(f"the event stream was lost: {reason}")
            if time.monotonic() - began >= self._reconnect.stable_after:
                attempt = 0
            attempt = self._connect_again(self._reconnect, attempt)
            if self._closing.is_set():
                return
            log.info("connection of %s made again", ", ".join(self.apps))
            self._events.on_connected(tuple(self.apps), True)

    def _connect_again(self, policy: Reconnect, attempt: int) -> int:
        """Try until connected or closed; return the number of attempts in a row."""
        failed = 0
        while not self._closing.wait(policy.delay(attempt)):
            attempt += 1
            try:
                if self._use(self._connect(self.apps)):
                    return attempt
            except (ARIUnauthorized, ARIForbidden):
                raise
            except (
                ARIException,
                requests.RequestException,
                websocket.WebSocketException,
                OSError,
            ) as ex:
                failed += 1
                log.info("attempt %d to reconnect failed: %s", failed, ex)
                if policy.max_attempts is not None and failed >= policy.max_attempts:
                    raise ARIConnectionError(
                        f"the event stream was lost, and {failed} attempts to reconnect failed; "
                        f"the last: {root_cause(ex)}"
                    ) from ex
        return attempt

    def _discard(self) -> None:
        with self._lock:
            ws, self.socket = self.socket, None
        if ws is not None:
            _drop(ws, farewell=self._closing.is_set())

    def _read(self) -> str | None:
        """Read until the end; return why it was lost, or None for a proper end.

        A socket of someone else's making ends properly by returning None from ``recv()``.
        """
        ws = self.socket
        if isinstance(ws, websocket.WebSocket):
            return self._read_websocket(ws)
        while not self._closing.is_set():
            try:
                message = ws.recv()
            except (OSError, ARIException, websocket.WebSocketException) as ex:
                return root_cause(ex)
            if message is None:
                break
            self._events.on_message(_decoded(message))
        return None

    def _read_websocket(self, ws: Any) -> str | None:
        with selectors.DefaultSelector() as selector:
            selector.register(ws.sock, selectors.EVENT_READ)
            try:
                return self._read_frames(ws, selector, ReadAhead(ws, selector))
            except (OSError, websocket.WebSocketException) as ex:
                return root_cause(ex)

    def _read_frames(
        self, ws: Any, selector: selectors.BaseSelector, ahead: ReadAhead
    ) -> str | None:
        pinged = False
        ws.settimeout(self._ping_interval)
        while True:
            frame = self._next_frame(ws, selector, ahead)
            if self._closing.is_set():
                return None
            if frame is None and pinged:
                return f"no answer to a ping within {self._ping_timeout:g} s"
            if pinged != (frame is None):
                pinged = frame is None
                ws.settimeout(self._ping_timeout if pinged else self._ping_interval)
            if frame is None:
                ws.ping()
                continue
            opcode, data = frame
            if opcode == websocket.ABNF.OPCODE_CLOSE:
                return "the server closed it"
            if opcode == websocket.ABNF.OPCODE_TEXT:
                self._events.on_message(_decoded(data))
            elif opcode == websocket.ABNF.OPCODE_BINARY:
                self._events.on_message(data)

    def _next_frame(
        self, ws: Any, selector: selectors.BaseSelector, ahead: ReadAhead
    ) -> tuple[int, Any] | None:
        """Return the next frame; None after a silence, or when the stream was closed."""
        # Waits outside of the socket's own recv(), which drops the socket at the end of the bytes:
        # there would be nothing left to say goodbye on.
        if self._closing.is_set() or not (ahead.fill() or selector.select(ws.gettimeout())):
            return None
        if self._closing.is_set():
            return None
        try:
            frame: tuple[int, Any] = ws.recv_data(control_frame=True)
        except (TimeoutError, websocket.WebSocketTimeoutException):
            return None
        return frame


def _decoded(data: bytes | str) -> bytes | str:
    """Return a text frame as str; as it came if it is not UTF-8, for the log to show."""
    if isinstance(data, str):
        return data
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data


def _wake(ws: Any) -> None:
    """End what the reading thread waits for, without writing anything."""
    try:
        if isinstance(ws, websocket.WebSocket):
            # Past TLS, whose state belongs to the reading thread: the end of the incoming bytes.
            socket.socket.shutdown(ws.sock, socket.SHUT_RD)  # type: ignore[arg-type]
        else:
            ws.send_close()
    except (OSError, websocket.WebSocketException) as ex:
        log.debug("waking the reader: %s", ex)


def _drop(ws: Any, *, farewell: bool) -> None:
    """Close a socket without waiting for the other side, which may be gone.

    :param farewell: whether to say goodbye first.
    """
    try:
        if not isinstance(ws, websocket.WebSocket):
            ws.close()
            return
        if farewell and ws.connected:
            ws.settimeout(_FAREWELL)
            ws.send_close()
    except (OSError, websocket.WebSocketException) as ex:
        log.debug("closing: %s", ex)
    finally:
        if isinstance(ws, websocket.WebSocket):
            ws.shutdown()  # type: ignore[no-untyped-call]
