"""Reading ahead: what has come is taken off the connection before any of it is looked at.

Asterisk gives a write 100 ms and then drops the connection. A reader that parses event by event can
be slower than an Asterisk in a burst; one that first empties the kernel's buffers never is.
"""

from __future__ import annotations

import selectors
import ssl
from typing import Any

__all__ = ["ReadAhead"]

#: Bytes that one read takes at the most, and how many reads are made before parsing goes on.
_CHUNK = 1 << 20
_CHUNKS = 16


class ReadAhead:
    """Serves a websocket-client WebSocket out of memory that is filled ahead of it.

    :param ws: the WebSocket; it reads through this from now on.
    :param selector: has the WebSocket's socket registered for reading.
    """

    def __init__(self, ws: Any, selector: selectors.BaseSelector) -> None:
        self._ws = ws
        self._selector = selector
        self._read_on = ws.frame_buffer.recv
        self._data = bytearray()
        self._at = 0
        ws.frame_buffer.recv = self.recv

    def fill(self) -> bool:
        """Take in what has come, without waiting; return whether there is something to read."""
        sock = self._ws.sock
        try:
            for _ in range(_CHUNKS):
                if sock is None or not (self._decrypted(sock) or self._selector.select(0)):
                    break
                chunk = sock.recv(_CHUNK)
                if not chunk:
                    return True  # The end is met by the WebSocket itself, after what is here.
                self._data += chunk
        except (TimeoutError, ssl.SSLWantReadError):
            pass  # A part of a TLS record; the rest is still on its way.
        return self._at < len(self._data)

    @staticmethod
    def _decrypted(sock: Any) -> int:
        """Return the bytes that TLS has already taken off the connection."""
        count: int = getattr(sock, "pending", lambda: 0)()
        return count

    def recv(self, size: int) -> bytes:
        """Return up to this many bytes; wait for them only if nothing is here."""
        if self._at == len(self._data):
            data: bytes = self._read_on(size)
            return data
        taken = bytes(self._data[self._at : self._at + size])
        self._at += len(taken)
        if self._at == len(self._data) or self._at > _CHUNK:
            del self._data[: self._at]
            self._at = 0
        return taken
