"""The WebSocket as a source: websocket-client, read ahead.

Asterisk gives a write 100 ms and then drops the connection. A reader that parses event by event
can be slower than an Asterisk in a burst; one that first empties the kernel's buffers never is.
So what has come is taken off the connection before any of it is looked at::

    kernel ── fill() ──> memory ── recv() ──> websocket-client ── frames ──> read()
"""

from __future__ import annotations

import logging
import selectors
import socket
import ssl
import time
from collections import deque
from contextlib import ExitStack

import websocket

from ..transport.errors import root_cause
from .source import HEARD, Lost, Received, RecvSource, Socket, Source

__all__ = ["WebSocketSource", "as_source"]

log = logging.getLogger(__name__)

#: Bytes that one read takes at the most, and how many reads are made before parsing goes on.
_CHUNK = 1 << 20
_CHUNKS = 16

#: How many messages are sent before it reads on, so that who sends a lot does not keep it from it.
_AT_ONCE = 16

#: Seconds that saying goodbye to the server may take.
_FAREWELL = 1.0

_ERRORS = (OSError, websocket.WebSocketException)


def as_source(opened: websocket.WebSocket | Socket) -> Source:
    """Return the source that an opened WebSocket makes."""
    if isinstance(opened, websocket.WebSocket):
        return WebSocketSource(opened)
    return RecvSource(opened)


class WebSocketSource:
    """A source made of a WebSocket of websocket-client.

    Everything is written by the reading thread: TLS allows no second one. What others send is
    queued, and a bell wakes the reader.

    :param ws: the WebSocket, open. It reads through this from now on.
    """

    def __init__(self, ws: websocket.WebSocket) -> None:
        self.socket = ws
        self._data = bytearray()
        self._at = 0
        self._outgoing: deque[str] = deque()
        self._woken = False
        with ExitStack() as failing:  # for want of file descriptors, say
            failing.callback(ws.shutdown)
            self._bell, self._rope = map(failing.enter_context, socket.socketpair())
            self._bell.setblocking(False)
            self._rope.setblocking(False)
            self._selector = selectors.DefaultSelector()
            failing.callback(self._selector.close)
            self._selector.register(self._bell, selectors.EVENT_READ)
            self._selector.register(ws.sock, selectors.EVENT_READ)  # type: ignore[arg-type]
            failing.pop_all()
        self._recv_on = ws.frame_buffer.recv
        ws.frame_buffer.recv = self._recv

    def read(self, timeout: float) -> Received:
        """Return the next message, or None after so many seconds of silence or :meth:`wake`."""
        if self.socket.gettimeout() != timeout:
            self.socket.settimeout(timeout)
        try:
            if not self._something_came(time.monotonic() + timeout):
                return None
            opcode, data = self.socket.recv_data(control_frame=True)
        except (TimeoutError, websocket.WebSocketTimeoutException):
            return None
        except _ERRORS as ex:
            raise Lost(root_cause(ex)) from ex
        if opcode == websocket.ABNF.OPCODE_CLOSE:
            raise Lost("the server closed it")
        if opcode == websocket.ABNF.OPCODE_TEXT:
            try:
                return str(data, "utf-8")
            except UnicodeDecodeError:
                return bytes(data)
        return bytes(data) if opcode == websocket.ABNF.OPCODE_BINARY else HEARD

    def ping(self) -> None:
        """Ask the other side for a sign of life."""
        try:
            self.socket.ping()
        except _ERRORS as ex:
            raise Lost(root_cause(ex)) from ex

    def send(self, text: str) -> None:
        """Have the reading thread send a message."""
        if not self.socket.connected:
            raise Lost("the connection is closed")
        self._outgoing.append(text)
        try:
            self._rope.send(b".")
        except BlockingIOError:
            pass  # it has been rung often enough
        except OSError as ex:
            raise Lost("the connection is closed") from ex

    def wake(self) -> None:
        """Make :meth:`read` return, now and from now on, without writing anything."""
        self._woken = True
        sock = self.socket.sock
        if sock is None:  # it met its end just now, and read() returns by itself
            return
        try:
            # Past TLS, whose state belongs to the reading thread: the end of the incoming bytes.
            socket.socket.shutdown(sock, socket.SHUT_RD)
        except OSError as ex:
            log.debug("waking the reader: %s", ex)

    def close(self, *, farewell: bool) -> None:
        """Close without waiting for the other side."""
        try:
            if farewell and self.socket.connected:
                self.socket.settimeout(_FAREWELL)
                self._send_queued(len(self._outgoing))
                self.socket.send_close()
        except (*_ERRORS, Lost) as ex:
            log.debug("closing: %s", ex)
        finally:
            self.socket.shutdown()  # type: ignore[no-untyped-call]
            self._selector.close()
            self._bell.close()
            self._rope.close()

    def abandon(self) -> None:
        """Close this process's copies of the file descriptors, which the parent goes on using."""
        self.close(farewell=False)

    # What the reading thread does.

    def _something_came(self, until: float) -> bool:
        """Wait for bytes, and send what there is to send; return whether there are bytes."""
        # This waits outside of the WebSocket's own recv(), which drops the socket at the end of
        # the bytes: there would be nothing left to say goodbye on.
        while not self._woken:
            self._send_queued(_AT_ONCE)
            if self._fill():
                return not self._woken
            left = 0.0 if self._outgoing else max(0.0, until - time.monotonic())
            came = self._is_readable(left)
            # Answered before the next look at what there is to send, so that no ring is lost.
            more = self._answer_bell() or self._outgoing
            if not came and (not more or time.monotonic() >= until):
                return False
        return False

    def _send_queued(self, most: int) -> None:
        try:
            for _ in range(min(most, len(self._outgoing))):
                self.socket.send(self._outgoing.popleft())
        except _ERRORS as ex:  # a timeout as well: part of the message may have been written
            raise Lost(root_cause(ex)) from ex

    def _answer_bell(self) -> bool:
        """Tell whether the bell was rung since the last time."""
        try:
            return bool(self._bell.recv(_CHUNK))
        except BlockingIOError:
            return False

    def _fill(self) -> bool:
        """Take in what has come, without waiting; return whether there is something to read."""
        sock = self.socket.sock
        if sock is None:
            return self._at < len(self._data)
        # TLS may have taken bytes off the connection already; and what has come may be its own.
        pending = getattr(sock, "pending", None)
        timeout = sock.gettimeout()
        try:
            if pending:
                sock.setblocking(False)
            for _ in range(_CHUNKS):
                if not ((pending and pending()) or self._is_readable(0)):
                    break
                if self._woken:  # so that may be the end that wake() made; TLS would not survive it
                    break
                chunk = sock.recv(_CHUNK)
                if not chunk:
                    return True  # The end is met by the WebSocket itself, after what is here.
                self._data += chunk
        except (TimeoutError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            pass  # A part of a TLS record; the rest is still on its way.
        finally:
            if pending:
                sock.settimeout(timeout)
        return self._at < len(self._data)

    def _is_readable(self, timeout: float) -> bool:
        """Tell whether bytes have come, or come within some seconds; the bell ends the wait."""
        return any(key.fileobj is not self._bell for key, _ in self._selector.select(timeout))

    def _recv(self, size: int) -> bytes:
        """Return up to this many bytes; wait for them only if nothing is here."""
        if self._at == len(self._data):
            return self._recv_on(size)
        taken = bytes(self._data[self._at : self._at + size])
        self._at += len(taken)
        if self._at == len(self._data) or self._at > _CHUNK:
            del self._data[: self._at]
            self._at = 0
        return taken
