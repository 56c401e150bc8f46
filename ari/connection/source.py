"""A source of messages: what a stream reads from, whatever it is made of."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Protocol, TypeAlias

from ..transport.errors import root_cause

__all__ = ["HEARD", "Ended", "Lost", "Message", "Received", "RecvSource", "Socket", "Source"]

log = logging.getLogger(__name__)

#: A message: str, or bytes for one that is not text in UTF-8.
Message: TypeAlias = str | bytes


class _Heard:
    """The other side was heard, though it sent no message: the answer to a ping, for instance."""


HEARD = _Heard()

#: What a read brings: a message, a sign of life, or None for silence.
Received: TypeAlias = Message | _Heard | None


class Lost(Exception):
    """The connection of a source was lost; the text is the reason."""


class Ended(Exception):
    """A source came to its proper end."""


class Source(Protocol):
    """An open connection that messages come from.

    One thread reads, and only that thread writes; :meth:`wake` and :meth:`send` may be called
    from any other.
    """

    @property
    def socket(self) -> object:
        """What it is made of, as ``client.websockets`` shows it."""

    def read(self, timeout: float) -> Received:
        """Return the next message; None after so many seconds of silence, and after :meth:`wake`.

        :raises Lost: the connection is lost.
        :raises Ended: there is nothing more to come.
        """

    def ping(self) -> None:
        """Ask the other side for a sign of life; on the reading thread."""

    def send(self, text: str) -> None:
        """Send a message; from any thread.

        :raises Lost: the connection is lost.
        """

    def wake(self) -> None:
        """Make :meth:`read` return now, and from now on; from any thread or signal handler."""

    def close(self, *, farewell: bool) -> None:
        """Close without waiting for the other side, which may be gone.

        :param farewell: whether to say goodbye first.
        """

    def abandon(self) -> None:
        """Drop it in a forked child, without a word to the other side or the parent."""


class Socket(Protocol):
    """A WebSocket of somebody else's making, with what ari-py used of one."""

    @property
    def recv(self) -> Callable[[], str | bytes | None]:
        """Return the next message, waiting for it; None at the end."""

    @property
    def send_close(self) -> Callable[[], object]:
        """Say goodbye; :meth:`recv` returns soon."""

    @property
    def close(self) -> Callable[[], object]:
        """Close the connection."""


class RecvSource:
    """A source made of a socket with only ``recv()``, ``send_close()`` and ``close()``.

    Its ``recv()`` waits for as long as it likes, so it is neither pinged nor timed. It ends
    properly by returning None.
    """

    def __init__(self, socket: Socket) -> None:
        self.socket = socket
        self._woken = False

    def read(self, timeout: float) -> Received:
        """Return the next message, however long it takes."""
        if self._woken:
            return None
        try:
            message = self.socket.recv()
        except Exception as ex:  # whatever somebody else's socket raises
            raise Lost(root_cause(ex)) from ex
        if message is None:
            raise Ended
        if isinstance(message, str):
            return message
        try:
            return message.decode("utf-8")
        except UnicodeDecodeError:
            return message

    def ping(self) -> None:
        """Do nothing: it cannot be pinged."""

    def send(self, text: str) -> None:
        """Send a message, if it can: ``send()`` is more than it must have."""
        send: Callable[[str], object] | None = getattr(self.socket, "send", None)
        if send is None:
            raise Lost(f"{type(self.socket).__name__} cannot send")
        try:
            send(text)
        except Exception as ex:
            raise Lost(root_cause(ex)) from ex

    def wake(self) -> None:
        """Say goodbye, at which ``recv()`` returns."""
        self._woken = True
        try:
            self.socket.send_close()
        except Exception as ex:  # noqa: BLE001 - what wakes goes on to wake others
            log.debug("waking the reader: %s", ex)

    def abandon(self) -> None:
        """Do nothing: closing it might be more than to close this process's copy."""

    def close(self, *, farewell: bool) -> None:
        """Close the socket; whoever wakes it has said goodbye already."""
        try:
            self.socket.close()
        except Exception as ex:  # noqa: BLE001 - the connection is given up in any case
            log.debug("closing: %s", ex)
