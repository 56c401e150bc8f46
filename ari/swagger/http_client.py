"""The http client: the one interface through which everything reaches the network.

:class:`HttpClient` is swaggerpy's interface. Anything with ``request()``, ``ws_connect()`` and
``close()`` will do; a WebSocket needs only ``recv()``, returning None at its end, ``send_close()``
and ``close()``.
:class:`SynchronousHttpClient` does it with requests and websocket-client.
"""

from __future__ import annotations

import os
import ssl
import threading
from contextlib import AbstractContextManager
from time import monotonic
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import urlsplit

import requests
import urllib3.exceptions
import websocket
from requests.adapters import HTTPAdapter
from requests.cookies import RequestsCookieJar
from requests.utils import select_proxy
from urllib3 import PoolManager

from .. import forks
from ..exceptions import ARIConnectionError
from ..transport.errors import response_error, root_cause, without_query
from ..transport.redaction import UNDER_WAY, cut_queries_from_log
from .opening import Line, Opening, tls_context

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = [
    "ApiKeyAuthenticator",
    "Authenticator",
    "BasicAuthenticator",
    "HttpClient",
    "SynchronousHttpClient",
]

#: Seconds until connected, and until an answer. Asterisk answers some calls only after the media
#: queued before them has played, so the second is long.
DEFAULT_TIMEOUT = (5.0, 60.0)

#: How many idle connections are kept for the threads that call.
DEFAULT_CONNECTIONS = 32

_SAFE_METHODS = frozenset(["GET", "HEAD", "OPTIONS"])

#: Seconds until a connection that the server closed meanwhile is noticed as such. What breaks later
#: broke while the server was at work, and asking again would wait once more for as long.
_FOUND_DEAD_WITHIN = 2.0

#: Scheme, host and port; None for what is left open.
_Origin: TypeAlias = tuple[str | None, str, int | None]

_DEFAULT_PORTS = {"http": 80, "https": 443}


class HttpClient:
    """Interface of what the Swagger layer sends requests with."""

    #: How many requests may be under way at once; more than one only if the client is thread-safe.
    parallel_requests = 1

    def close(self) -> None:
        """Close kept-alive connections. Closing twice does no harm."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def request(
        self,
        method: str,
        url: str,
        params: Any = None,
        data: Any = None,
        headers: Any = None,
    ) -> Any:
        """Send a request and return the response, whatever its status.

        :param method: GET, POST and so on.
        :param url: the address without query.
        :param params: query parameters, a dict or None.
        :param data: the body, a str or None.
        :param headers: additional headers, a dict or None.
        :return: a ``requests.Response`` or something that behaves as one.
        """
        raise NotImplementedError

    def ws_connect(self, url: str, params: Any = None) -> Any:
        """Open a WebSocket and return it.

        :param url: a ws or wss address without query.
        :param params: query parameters, a dict or None.
        """
        raise NotImplementedError

    def set_basic_auth(self, host: str, username: str, password: str) -> None:
        """Use HTTP Basic credentials on one server; see :class:`Authenticator` for the host."""
        raise NotImplementedError

    def set_api_key(self, host: str, api_key: str, param_name: str = "api_key") -> None:
        """Use an API key on one server; see :class:`Authenticator` for the host."""
        raise NotImplementedError


class Authenticator:
    """Base of what puts credentials on the requests to one server.

    Credentials belong to a scheme, a host and a port. What is left open of these becomes that of
    the first request that carries the credentials.

    :param host: a host name, ``localhost``; one with a port, ``localhost:8088``; or all three,
        ``http://localhost:8088``.
    :ivar username: the user that they are of, for error texts; None if they name none.
    :raises ValueError: the port is not valid.
    """

    username: str | None = None
    _bound_to: _Origin | None = None
    #: How addresses begin that are certainly on the server that they are bound to.
    _beginning: str | None = None

    def __init__(self, host: str) -> None:
        self.host = without_query(host) if "://" in host else host.rpartition("@")[2]
        if _origin_of(self.host) is None:
            raise ValueError("credentials got a host that is not valid: it is a name, or name:port")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.host!r})"

    def matches(self, url: str) -> bool:
        """Tell whether this url is on the server that the credentials are for."""
        if self._beginning is not None and url.startswith(self._beginning):
            return True
        there, meant = _origin_of(url), self._bound_to or _origin_of(self.host)
        if there is None or meant is None:
            return False
        return all(part in (None, other) for part, other in zip(meant, there, strict=True))

    def bind(self, url: str) -> None:
        """Keep the credentials from now on to the scheme, host and port of this url."""
        self._bound_to = self._bound_to or _origin_of(url)
        parts = urlsplit(url)
        self._beginning = f"{parts.scheme}://{parts.netloc}/"

    def apply(self, request: requests.Request) -> requests.Request:
        """Put the credentials on the request, and return it."""
        raise NotImplementedError


class BasicAuthenticator(Authenticator):
    """HTTP Basic credentials, sent in the Authorization header.

    :raises ValueError: the user name holds a colon, which cannot be sent.
    """

    username: str

    def __init__(self, host: str, username: str, password: str) -> None:
        super().__init__(host)
        if ":" in username:
            raise ValueError(
                "the user name holds a colon: what follows it would be taken for the password"
            )
        self.username = username
        self.password = password

    def apply(self, request: requests.Request) -> requests.Request:
        # As bytes, since requests would take a str for Latin-1 and Asterisk compares UTF-8.
        request.auth = (self.username.encode(), self.password.encode())
        return request


class ApiKeyAuthenticator(Authenticator):
    """An API key, sent as a query parameter.

    Asterisk's key, ``user:password``, is the exception: it says the same as HTTP Basic
    credentials, and is sent as these, for a password has no business in a URL.
    """

    def __init__(self, host: str, api_key: str, param_name: str = "api_key") -> None:
        super().__init__(host)
        self.api_key = api_key
        self.param_name = param_name
        if ":" in api_key:
            self.username = api_key.partition(":")[0]

    def apply(self, request: requests.Request) -> requests.Request:
        username, colon, password = self.api_key.partition(":")
        if colon:
            return BasicAuthenticator(self.host, username, password).apply(request)
        request.params = {**(request.params or {}), self.param_name: self.api_key}
        return request


class SynchronousHttpClient(HttpClient):
    """An http client on requests and websocket-client; safe to use from many threads.

    In a forked child it makes connections of its own, and leaves those of the parent alone.

    :param timeout: seconds until connected and until an answer, a pair, or one number for both.
    :param verify: as in requests: True, False, or the path of a CA bundle.
    :param cert: as in requests: a client certificate's path, or a (certificate, key) pair.
    """

    parallel_requests = 4

    def __init__(
        self,
        *,
        timeout: float | tuple[float, float] = DEFAULT_TIMEOUT,
        verify: bool | str = True,
        cert: str | tuple[str, str] | None = None,
    ) -> None:
        cut_queries_from_log()
        self.session = requests.Session()
        self.session.verify = verify
        self.session.cert = cert
        self._pool_size = 0
        self.reserve_connections(DEFAULT_CONNECTIONS)
        self.timeout = timeout
        self.authenticator: Authenticator | None = None
        forks.tell_in_children(self)

    def close(self) -> None:
        forks.notice()
        self.session.close()

    def on_fork(self, parent: int) -> None:
        """Make the session's connections anew; see :mod:`ari.forks`."""
        for adapter in self.session.adapters.values():
            if isinstance(adapter, HTTPAdapter):
                _renew_connections(adapter)
        if isinstance(self.session.cookies, RequestsCookieJar):  # which has a lock
            self.session.cookies = self.session.cookies.copy()

    def set_basic_auth(self, host: str, username: str, password: str) -> None:
        self.authenticator = BasicAuthenticator(host, username, password)

    def set_api_key(self, host: str, api_key: str, param_name: str = "api_key") -> None:
        self.authenticator = ApiKeyAuthenticator(host, api_key, param_name)

    def user_for(self, url: str) -> str | None:
        """Return the user name that requests to this url carry, for error texts."""
        authenticator = self.authenticator
        if authenticator is not None and authenticator.matches(url):
            return authenticator.username
        return None

    def reserve_connections(self, count: int) -> None:
        """Keep at least this many connections alive, so that as many threads need not wait."""
        if count <= self._pool_size:
            return
        self._pool_size = count
        for prefix, adapter in list(self.session.adapters.items()):
            if type(adapter) is HTTPAdapter:  # an adapter of the user's own stays
                self.session.mount(prefix, HTTPAdapter(pool_maxsize=count))

    def request(
        self,
        method: str,
        url: str,
        params: Any = None,
        data: Any = None,
        headers: Any = None,
    ) -> requests.Response:
        if os.getpid() != forks.this_process.number:
            forks.notice()
        request = requests.Request(
            method=method, url=url, params=params or {}, data=data, headers=headers
        )
        prepared = self.session.prepare_request(self.apply_authentication(request))
        settings = self.session.merge_environment_settings(
            prepared.url, {}, False, self.session.verify, self.session.cert
        )
        began = monotonic()
        try:
            return self._send(prepared, settings)
        except requests.ConnectionError as ex:
            # Asterisk closes an idle connection after a while, perhaps just as it is used again.
            # Asking twice does no harm where asking changes nothing; anything else is sent once.
            soon = monotonic() - began < _FOUND_DEAD_WITHIN
            if method.upper() not in _SAFE_METHODS or not soon or not _found_dead(ex):
                raise
        return self._send(prepared, settings)

    def proxy_for(self, url: str) -> str | None:
        """Return the address of the proxy that requests to this url go through, for error texts."""
        settings = self.session.merge_environment_settings(url, {}, False, None, None)
        proxy = _proxy_of(url, settings)
        return without_query(proxy) if proxy else None

    def _send(self, prepared: requests.PreparedRequest, settings: Any) -> requests.Response:
        # A redirect would make a GET of a POST, and lead away from the address that the user gave.
        under_way = UNDER_WAY.set(True)
        try:
            response = self.session.send(
                prepared, timeout=self.timeout, allow_redirects=False, **settings
            )
        finally:
            UNDER_WAY.reset(under_way)
        if response.status_code in (200, 201, 202) and _lacks_a_length(response):
            raise requests.ConnectionError("the answer broke off in its headers", request=prepared)
        if response.status_code >= 400 and (proxy := self.proxy_for(str(prepared.url))):
            response.proxy = proxy  # type: ignore[attr-defined]  # it may be the one that refuses
        return response

    def ws_connect(self, url: str, params: Any = None) -> Any:
        """Open a WebSocket; its credentials travel in the Authorization header.

        :raises ARIHTTPError: the server refused the handshake.
        :raises ARIConnectionError: the server cannot be reached, or speaks no WebSocket. It has
            the connect timeout for all that it has to say, TLS and a proxy included.
        """
        forks.notice()
        http_url = "http" + url[2:] if url.startswith("ws") else url
        request = requests.Request(method="GET", url=http_url, params=params or {})
        prepared = self.session.prepare_request(self.apply_authentication(request))
        authorization = prepared.headers.get("Authorization")
        socket = websocket.WebSocket(skip_utf8_validation=True, enable_multithread=True)
        try:
            with self._dial(str(prepared.url)) as line:
                socket.connect(  # type: ignore[no-untyped-call]
                    "ws" + str(prepared.url)[4:],
                    socket=line,
                    header=[f"Authorization: {authorization}"] if authorization else [],
                    suppress_origin=True,
                    redirect_limit=0,
                )
                # Up to websocket-client 1.8 a redirect passes for open.
                if socket.getstatus() != 101:
                    raise websocket.WebSocketException(f"redirected, status {socket.getstatus()}")
                socket.sock = line.sock
                socket.sock.setblocking(True)
                socket.settimeout(None)
        except Exception as ex:
            # Releases of websocket-client differ in what they raise on an answer that is garbage.
            if isinstance(ex, websocket.WebSocketBadStatusException) and _is_status(ex.status_code):
                raise response_error(
                    _refusal(ex, http_url), "opening the WebSocket", _who(self.user_for(http_url))
                ) from None
            raise ARIConnectionError(
                f"opening the WebSocket: cannot reach {without_query(url)}: {root_cause(ex)}"
            ) from ex
        return socket

    def _dial(self, url: str) -> AbstractContextManager[Line]:
        """Connect to the server of an http(s) URL, with the settings of the session."""
        settings = self.session.merge_environment_settings(
            url, {}, False, self.session.verify, self.session.cert
        )
        proxy = _proxy_of(url, settings)
        parts = urlsplit(url)
        secure = parts.scheme == "https"
        return Opening.current().dial(
            parts.hostname or "",
            parts.port or (443 if secure else 80),
            timeout=self.timeout[0] if isinstance(self.timeout, tuple) else self.timeout,
            context=tls_context(settings["verify"], settings["cert"]) if secure else None,
            proxy=proxy if proxy and proxy.lower().startswith("http://") else None,
        )

    def apply_authentication(self, request: requests.Request) -> requests.Request:
        """Put the credentials on a request to the server they are for; return the request."""
        authenticator = self.authenticator
        if authenticator is None or not authenticator.matches(request.url):
            return request
        if isinstance(authenticator, Authenticator):
            authenticator.bind(request.url)
        return authenticator.apply(request) or request


def _proxy_of(url: str, settings: Any) -> str | None:
    """Return the address of the proxy that requests' settings name for this url, its scheme set."""
    proxy: str | None = select_proxy(url, settings["proxies"])
    return f"http://{proxy}" if proxy and "://" not in proxy else proxy or None


def _is_status(code: int | None) -> bool:
    return code is not None and 200 <= code < 600


def _origin_of(address: str) -> _Origin | None:
    """Return scheme, host and port of a url or of a host; None if it is not valid."""
    if "://" not in address:
        bare_ipv6 = address.count(":") > 1 and not address.startswith("[")
        address = f"//[{address}]" if bare_ipv6 else f"//{address}"
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return None
    scheme = {"ws": "http", "wss": "https"}.get(parts.scheme, parts.scheme)
    return scheme or None, parts.hostname or "", port or _DEFAULT_PORTS.get(scheme)


def _lacks_a_length(response: requests.Response) -> bool:
    """Tell whether an answer has no body, and no header that says so: its end is missing."""
    return (
        getattr(response.raw, "version", None) == 11
        and response.request.method != "HEAD"
        and not response.headers.keys() & {"Content-Length", "Transfer-Encoding"}
        and not response.content
    )


def _found_dead(error: requests.ConnectionError) -> bool:
    """Tell whether a connection had ended before any byte of the answer came."""
    # While an answer is read, requests raises another error for the same reasons.
    reason = error.args[0] if error.args else None
    if isinstance(reason, urllib3.exceptions.MaxRetryError):
        reason = reason.reason
    return isinstance(
        reason, (urllib3.exceptions.ProtocolError, urllib3.exceptions.SSLError)
    ) and isinstance(reason.args[-1], (ConnectionError, ssl.SSLEOFError, ssl.SSLZeroReturnError))


def _renew_connections(adapter: Any) -> None:
    for manager in (adapter.poolmanager, *adapter.proxy_manager.values()):
        _close_copies(manager)
    # As for an adapter that was pickled: its settings stay, its connections do not.
    adapter.__setstate__(adapter.__getstate__())


def _close_copies(manager: PoolManager) -> None:
    """Close this process's copies of a parent's idle connections, and nothing of the parent's.

    Closing a file descriptor says nothing to the other side, not with TLS either. A thread of the
    parent may have held the locks of the pools, which nobody releases here.
    """
    manager.pools.lock = threading.RLock()
    for key in manager.pools.keys():  # noqa: SIM118 - it cannot be iterated over
        pool = manager.pools[key]
        if pool.pool is not None:
            pool.pool.mutex = threading.Lock()
            pool.pool.not_empty = threading.Condition(pool.pool.mutex)
            pool.pool.not_full = threading.Condition(pool.pool.mutex)
            pool.pool.all_tasks_done = threading.Condition(pool.pool.mutex)
        pool.close()


def _who(user: str | None) -> str:
    return f"user {user!r}" if user else ""


def _refusal(error: websocket.WebSocketBadStatusException, url: str) -> requests.Response:
    """Make of a refused handshake the response that the server gave."""
    response = requests.Response()
    response.status_code = error.status_code
    response.url = without_query(url)
    response.headers.update(error.resp_headers or {})
    body = getattr(error, "resp_body", None) or b""
    response._content = body.encode() if isinstance(body, str) else bytes(body)
    return response
