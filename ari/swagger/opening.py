"""A WebSocket in the making: one deadline for all of it, and an end to it from any thread.

::

    name ──> addresses ──> TCP ──> a proxy's tunnel ──> TLS ──> websocket-client's handshake
            └────────────── one deadline, and one bell that ends every wait ───────────────┘

Only the name is waited for outside of this, for nothing can end that.
"""

from __future__ import annotations

import base64
import errno
import math
import os
import selectors
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias, TypeVar
from urllib.parse import unquote, urlsplit

from requests.utils import DEFAULT_CA_BUNDLE_PATH

__all__ = ["Line", "Opening", "tls_context"]

_Made = TypeVar("_Made")

#: As ``socket.getaddrinfo()`` gives them.
_Address: TypeAlias = tuple[int, int, int, str, Any]

_CURRENT: ContextVar[Opening] = ContextVar("ari_opening")

_UNDER_WAY = (errno.EINPROGRESS, errno.EWOULDBLOCK, errno.EALREADY)

#: Bytes that the head of a proxy's answer may have.
_HEAD = 1 << 16


class Opening:
    """One WebSocket in the making, which may be given up.

    :ivar stuck: whether it waits for what cannot be given up: the address of a name.
    """

    def __init__(self) -> None:
        self.stuck = True
        self._given_up = False
        self._lock = threading.RLock()
        self._bell: socket.socket | None = None
        self._rope: socket.socket | None = None

    @staticmethod
    def current() -> Opening:
        """Return what :meth:`make` is making on this thread; else one that nobody gives up."""
        return _CURRENT.get(None) or Opening()

    def make(self, connect: Callable[[], _Made]) -> _Made:
        """Call what opens the WebSocket, on the current thread."""
        token = _CURRENT.set(self)
        try:
            return connect()
        finally:
            _CURRENT.reset(token)

    def give_up(self) -> None:
        """Make it fail now; from any thread or signal handler, any number of times."""
        with self._lock:
            self._given_up = True
            if self._rope is not None:
                with suppress(BlockingIOError):
                    self._rope.send(b".")

    @contextmanager
    def dial(
        self,
        host: str,
        port: int,
        *,
        timeout: float | None,
        context: ssl.SSLContext | None = None,
        proxy: str | None = None,
    ) -> Iterator[Line]:
        """Connect to a host, and return a line whose every step keeps the one deadline.

        The connection is closed if the block raises.

        :param timeout: seconds, from when the host's addresses are known; None for no limit.
        :param context: how TLS is spoken; None for a connection without it.
        :param proxy: the address of an HTTP proxy that tunnels.
        :raises OSError: there is no connection, or not in time; or it was given up.
        """
        via = urlsplit(proxy) if proxy else None
        near = (via.hostname or "", via.port or 80) if via else (host, port)
        addresses = socket.getaddrinfo(*near, type=socket.SOCK_STREAM)
        with self._bells():
            until = math.inf if timeout is None else time.monotonic() + timeout
            line = Line(self, self._connect(addresses, until), until)
            try:
                if via:
                    line.tunnel(host, port, via.username, via.password)
                if context is not None:
                    line.speak_tls(context, host)
                yield line
            except BaseException:
                line.close()
                raise

    def _connect(self, addresses: Sequence[_Address], until: float) -> socket.socket:
        """Connect to the first of the addresses that can be reached.

        One that does not answer gets no more than its share of the time.
        """
        failure = OSError(errno.EHOSTUNREACH, os.strerror(errno.EHOSTUNREACH))
        for position, (family, kind, protocol, _, address) in enumerate(addresses):
            now = time.monotonic()
            share = now + (until - now) / (len(addresses) - position)
            try:
                sock = socket.socket(family, kind, protocol)
            except OSError as ex:
                failure = ex
                continue
            try:
                sock.setblocking(False)
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
                code = sock.connect_ex(address)
                if code in _UNDER_WAY:
                    self.wait(sock, selectors.EVENT_WRITE, share)
                    code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                if code:
                    raise OSError(code, os.strerror(code))
            except BaseException as ex:
                sock.close()
                if self._given_up or not isinstance(ex, OSError):
                    raise
                failure = ex
            else:
                return sock
        raise failure

    @contextmanager
    def _bells(self) -> Iterator[None]:
        bell, rope = socket.socketpair()
        with bell, rope:
            rope.setblocking(False)
            with self._lock:
                self._bell, self._rope = bell, rope
                self.stuck = False
            try:
                yield
            finally:
                with self._lock:
                    self._bell = self._rope = None

    def wait(self, sock: socket.socket, event: int, until: float) -> None:
        """Wait until a socket is ready.

        :raises TimeoutError: it is not ready in time.
        :raises ConnectionAbortedError: it was given up.
        """
        if not self._given_up:
            with selectors.DefaultSelector() as selector:
                selector.register(sock, event)
                if self._bell is not None:
                    selector.register(self._bell, selectors.EVENT_READ)
                left = until - time.monotonic()
                if left <= 0 or not selector.select(None if left == math.inf else left):
                    raise TimeoutError("timed out")
        if self._given_up:
            raise ConnectionAbortedError("it was given up")


class Line:
    """A connection in the making, with as much of a socket as websocket-client's handshake uses.

    :param opening: what can be given up.
    :param sock: the connection, which does not wait.
    :param until: the ``time.monotonic()`` second at which everything has to be done.
    """

    def __init__(self, opening: Opening, sock: socket.socket, until: float) -> None:
        self.sock = sock
        self._opening = opening
        self._until = until

    def tunnel(self, host: str, port: int, username: str | None, password: str | None) -> None:
        """Have the proxy at the other end connect further.

        :raises ConnectionRefusedError: it does not.
        """
        far = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        head = f"CONNECT {far} HTTP/1.1\r\nHost: {far}\r\n"
        if username is not None:
            credentials = f"{unquote(username)}:{unquote(password or '')}".encode()
            head += f"Proxy-Authorization: Basic {base64.b64encode(credentials).decode()}\r\n"
        self.send(f"{head}\r\n".encode())
        answer = b""
        while not answer.endswith(b"\r\n\r\n"):
            byte = self.recv(1)
            if not byte or len(answer) > _HEAD:
                raise ConnectionRefusedError("the proxy gives no answer to CONNECT")
            answer += byte
        status = answer.split(b"\r\n")[0].decode("latin-1")
        if status.split()[1:2] != ["200"]:
            raise ConnectionRefusedError(f"the proxy does not connect: {status}")

    def speak_tls(self, context: ssl.SSLContext, host: str) -> None:
        """Begin TLS."""
        self.sock = context.wrap_socket(
            self.sock, server_hostname=host, do_handshake_on_connect=False
        )
        self.sock.setblocking(False)  # which eventlet forgets
        self._do(selectors.EVENT_READ, self.sock.do_handshake)

    def recv(self, size: int) -> bytes:
        """Return up to so many bytes; none at the end."""
        return self._do(selectors.EVENT_READ, partial(self.sock.recv, size))

    def send(self, data: bytes) -> int:
        """Send all of it."""
        sent = 0
        while sent < len(data):
            count = self._do(selectors.EVENT_WRITE, partial(self.sock.send, data[sent:]))
            if not count:  # as gevent says that TLS has to wait
                self._opening.wait(self.sock, selectors.EVENT_WRITE, self._until)
            sent += count
        return sent

    def gettimeout(self) -> None:
        """Return that there is no timeout: the deadline is kept in here."""

    def close(self) -> None:
        """Close the connection."""
        self.sock.close()

    def _do(self, event: int, step: Callable[[], _Made]) -> _Made:
        """Take a step as soon as the socket is ready for it.

        :param event: what it waits for if it does not say so.
        """
        while time.monotonic() < self._until:
            try:
                return step()
            except ssl.SSLWantReadError:
                awaited = selectors.EVENT_READ
            except ssl.SSLWantWriteError:
                awaited = selectors.EVENT_WRITE
            except BlockingIOError:
                awaited = event
            self._opening.wait(self.sock, awaited, self._until)
        raise TimeoutError("timed out")


def tls_context(verify: bool | str | None, cert: str | tuple[str, str] | None) -> ssl.SSLContext:
    """Return what requests' settings mean for TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if verify is False:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    else:
        bundle = verify if isinstance(verify, str) else DEFAULT_CA_BUNDLE_PATH
        is_dir = Path(bundle).is_dir()
        context.load_verify_locations(*((None, bundle) if is_dir else (bundle, None)))
    if cert:
        context.load_cert_chain(*((cert,) if isinstance(cert, str) else cert))
    return context
