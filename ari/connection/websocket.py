"""The WebSocket as a source: websocket-client's frames, on a socket that nothing here waits for.

Asterisk gives a write 100 ms and then drops the connection. A reader that parses event by event
can be slower than an Asterisk in a burst; one that first empties the kernel's buffers never is.
So what has come is taken off the connection before any of it is looked at::

    kernel ── fill() ──> memory ── recv() ──> websocket-client ── frames ──> read()
    kernel <── flush() ── memory <──────────────────────────────── frames ── ping(), send()

There is one place to wait, for bytes, for room and for the bell that others ring. A frame that
comes byte by byte, a TLS record of which a part is missing and a server that reads nothing
therefore keep nobody.
"""

from __future__ import annotations

import logging
import selectors
import socket
import ssl
import struct
import threading
import time
from collections import deque
from contextlib import ExitStack, suppress

import websocket
from websocket import ABNF

from ..transport.errors import root_cause
from .source import HEARD, Lost, Message, Received, RecvSource, Socket, Source

__all__ = ["WebSocketSource", "as_source"]

log = logging.getLogger(__name__)

#: Bytes that one read takes at the most, and how many reads are made before parsing goes on.
_CHUNK = 1 << 20
_CHUNKS = 16

#: Seconds that saying goodbye to the server may take.
_FAREWELL = 1.0

#: Seconds that one wait may take, for what selectors take at the most is some weeks.
_LONGEST = 86400.0

#: Bytes that a control frame may carry.
_CONTROL = 125

#: What a socket that does not wait raises instead.
_NOT_NOW = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class _Incomplete(Exception):
    """The rest of a frame is still on its way; websocket-client keeps what it has of it."""


def as_source(opened: websocket.WebSocket | Socket) -> Source:
    """Return the source that an opened WebSocket makes."""
    if isinstance(opened, websocket.WebSocket):
        return WebSocketSource(opened)
    return RecvSource(opened)


class WebSocketSource:
    """A source made of a WebSocket of websocket-client.

    Everything is written by the reading thread: TLS allows no second one. What others send is
    queued, and a bell wakes the reader.

    :param ws: the WebSocket, open. It belongs to this from now on, and is closed if this fails.
    :raises Lost: it is closed already.
    """

    def __init__(self, ws: websocket.WebSocket) -> None:
        self.socket = ws
        self._data = bytearray()
        self._at = 0
        self._unsent = bytearray()
        self._outgoing: deque[bytes] = deque()
        self._fragments: list[bytes] = []
        self._kind: int | None = None
        self._more = True
        self._end: str | None = None
        self._broken: str | None = None
        self._woken = False
        self._closed = False
        # Guards the bell, which is rung by other threads and signal handlers, against closing.
        self._lock = threading.RLock()
        self._open = ExitStack()
        self._open.callback(_close_socket, ws, ws.sock)
        try:
            self._sock = _checked(ws.sock)
            self._sock.setblocking(False)
            ws.frame_buffer.recv = self._recv
            self._bell, self._rope = socket.socketpair()
            self._open.callback(self._bell.close)
            self._open.callback(self._rope.close)
            self._bell.setblocking(False)
            self._rope.setblocking(False)
            self._selector = selectors.DefaultSelector()
            self._open.callback(self._selector.close)
            self._selector.register(self._bell, selectors.EVENT_READ)
            self._interest = selectors.EVENT_READ
            self._selector.register(self._sock, self._interest)
        except BaseException:
            self._closed = True
            self._open.close()
            raise

    def read(self, timeout: float) -> Received:
        """Return the next message, or None after so many seconds of silence or :meth:`wake`.

        Bytes that make no whole frame are silence.
        """
        until = time.monotonic() + timeout
        try:
            while not self._woken:
                if self._outgoing:
                    self._write_queued()
                if self._unsent:
                    self._flush()
                self._fill()
                try:
                    return self._take_frame()
                except _Incomplete:
                    pass
                left = until - time.monotonic()
                if left <= 0 or not (self._more or self._wait(left)):
                    return None
        except Lost:
            raise
        except Exception as ex:
            # Whatever websocket-client makes of garbage; its releases differ.
            raise Lost(root_cause(ex)) from ex
        return None

    def ping(self) -> None:
        """Ask the other side for a sign of life."""
        self._write(ABNF.OPCODE_PING, b"")
        self._flush()

    def send(self, text: str) -> None:
        """Have the reading thread send a message."""
        data = text.encode()
        with self._lock:
            if self._closed:
                raise Lost("the connection is closed")
            self._outgoing.append(data)
            self._ring()

    def wake(self) -> None:
        """Make :meth:`read` return, now and from now on, without writing anything."""
        with self._lock:
            self._woken = True
            if not self._closed:
                self._ring()

    def close(self, *, farewell: bool) -> None:
        """Close without waiting for the other side; closing twice does no harm.

        What is not written yet is written first, if there is a farewell and room for it within
        a second.
        """
        with self._lock:
            first, self._closed = not self._closed, True
        if not first:
            return
        try:
            if farewell and self._end is None:
                self._say_goodbye()
        except (OSError, ValueError) as ex:
            log.debug("closing: %s", ex)
        finally:
            with self._lock:
                self._open.close()

    def _ring(self) -> None:
        with suppress(BlockingIOError):  # then it has been rung often enough
            self._rope.send(b".")

    def abandon(self) -> None:
        """Close this process's copies of the file descriptors, which the parent goes on using."""
        self.close(farewell=False)

    # What the reading thread does.

    def _fill(self) -> bool:
        """Take in what has come, without waiting; return whether there is something to read."""
        self._more = False
        try:
            for _ in range(_CHUNKS if self._end is None else 0):
                chunk = self._sock.recv(_CHUNK)
                if not chunk:
                    self._end = "the server hung up"
                    break
                self._data += chunk
            else:
                self._more = True  # TLS may hold it already, where no selector sees it
        except _NOT_NOW:
            pass  # Nothing more, or a part of a TLS record; the rest is still on its way.
        except OSError as ex:
            self._end = root_cause(ex)  # told after what came before it
        if self._end is None and not self._more:
            self._end = self._broken
        return self._end is not None or self._at < len(self._data)

    def _wait(self, seconds: float) -> bool:
        """Wait for bytes, or for room if there is something to write; return whether they came.

        The bell ends the wait as well.
        """
        interest = selectors.EVENT_READ | (selectors.EVENT_WRITE if self._unsent else 0)
        if interest != self._interest:
            self._selector.modify(self._sock, interest)
            self._interest = interest
        ready = self._selector.select(min(seconds, _LONGEST))
        for key, _ in ready:
            if key.fileobj is self._bell:
                self._bell.recv(_CHUNK)
        return bool(ready)

    def _recv(self, size: int) -> bytes:
        """Return up to this many bytes of those that have come."""
        if self._at == len(self._data):
            if self._end is not None:
                raise Lost(self._end)
            raise _Incomplete
        taken = bytes(self._data[self._at : self._at + size])
        self._at += len(taken)
        if self._at == len(self._data) or self._at > _CHUNK:
            del self._data[: self._at]
            self._at = 0
        return taken

    def _take_frame(self) -> Received:
        """Return what the next frame brings.

        :raises Lost: it closes the connection, or breaks the protocol.
        """
        frame = self.socket.recv_frame()  # type: ignore[no-untyped-call]
        data = bytes(frame.data)
        if frame.opcode == ABNF.OPCODE_CLOSE:
            self._write(ABNF.OPCODE_CLOSE, data[:2])
            self._flush()
            self._end = "the server closed it" + _said(data)  # and nothing is said after it
            raise Lost(self._end)
        if frame.opcode in (ABNF.OPCODE_PING, ABNF.OPCODE_PONG):
            if len(data) > _CONTROL:
                raise Lost("the server broke the protocol: a control frame that is too long")
            # A server that does not take its answers gets no more of them.
            if frame.opcode == ABNF.OPCODE_PING and len(self._unsent) < _CHUNK:
                self._write(ABNF.OPCODE_PONG, data)
                self._flush()
            return HEARD
        if (frame.opcode == ABNF.OPCODE_CONT) != (self._kind is not None):
            raise Lost("the server broke the protocol: a fragment out of place")
        self._fragments.append(data)
        if self._kind is None:
            self._kind = frame.opcode
        if not frame.fin:
            return HEARD
        kind, self._kind = self._kind, None
        whole, self._fragments = b"".join(self._fragments), []
        return _as_text(whole) if kind == ABNF.OPCODE_TEXT else whole

    def _write(self, opcode: int, data: bytes) -> None:
        self._unsent += ABNF.create_frame(data, opcode).format()

    def _flush(self) -> None:
        """Send as much of what is written as there is room for.

        A connection that takes nothing any more is lost once all that came on it is read: the
        server may have said why.
        """
        try:
            while self._unsent and (sent := self._sock.send(self._unsent)):
                del self._unsent[:sent]
        except _NOT_NOW:
            pass
        except (OSError, ValueError) as ex:
            self._unsent.clear()
            self._broken = root_cause(ex)

    def _write_queued(self) -> None:
        for _ in range(len(self._outgoing)):
            self._write(ABNF.OPCODE_TEXT, self._outgoing.popleft())

    def _say_goodbye(self) -> None:
        self._write_queued()
        self._write(ABNF.OPCODE_CLOSE, struct.pack("!H", websocket.STATUS_NORMAL))
        until = time.monotonic() + _FAREWELL
        self._flush()
        if self._unsent:
            self._selector.unregister(self._bell)  # which may have been rung
            self._selector.modify(self._sock, selectors.EVENT_WRITE)
        while self._unsent and (left := until - time.monotonic()) > 0:
            self._selector.select(left)
            self._flush()


def _checked(sock: socket.socket | None) -> socket.socket:
    if sock is None:
        raise Lost("the connection is closed")
    return sock


def _close_socket(ws: websocket.WebSocket, sock: socket.socket | None) -> None:
    # Not left to the WebSocket, which closes only what looks like a socket of Python's own.
    try:
        if sock is not None:
            sock.close()
    except OSError as ex:
        log.debug("closing: %s", ex)
    ws.shutdown()  # type: ignore[no-untyped-call]


def _as_text(data: bytes) -> Message:
    try:
        return str(data, "utf-8")
    except UnicodeDecodeError:
        return data


def _said(close: bytes) -> str:
    """Return the code and reason that a close frame gives, as they end a sentence."""
    if len(close) < 2:
        return ""
    reason = close[2:].decode("utf-8", "replace")
    return f", code {int.from_bytes(close[:2], 'big')}" + (f": {reason!r}" if reason else "")
