"""HTTP as a transport: an http client of swaggerpy's interface, wrapped once.

Such a client may be somebody else's: an old subclass, or a stub that knows no more than it must.
What the client lacks is made up for here; what it answers is handed on as it is.
"""

from __future__ import annotations

import logging
import sys
from typing import Any, Protocol

import requests
import urllib3.exceptions
import websocket

from ..exceptions import ARIException
from .base import Request, Response
from .errors import response_error, transport_error, without_query

__all__ = ["HttpClientLike", "HttpTransport"]

log = logging.getLogger(__name__)

#: What http clients raise. A few of urllib3's errors come through requests as they are.
_FAILURES = (
    requests.RequestException,
    urllib3.exceptions.HTTPError,
    websocket.WebSocketException,
)

_JSON_HEADERS = {"Content-Type": "application/json", "Accept": "application/json"}


class HttpClientLike(Protocol):
    """What is needed of an http client; see :class:`ari.swagger.http_client.HttpClient`."""

    def request(self, method: str, url: str, *, params: dict[str, str]) -> Any:
        """Send a request; one with a body has ``data`` and ``headers`` besides."""

    def ws_connect(self, url: str, params: dict[str, str]) -> Any:
        """Open a WebSocket and return it."""

    def close(self) -> None:
        """Close kept-alive connections."""


class HttpTransport:
    """Carries requests by an http client.

    :param http_client: the client; kept as it is, and asked anew for each request.
    """

    def __init__(self, http_client: HttpClientLike) -> None:
        self.http_client: Any = http_client

    def __repr__(self) -> str:
        # The client may be somebody else's, and its repr may show its credentials.
        return f"HttpTransport({type(self.http_client).__name__})"

    @property
    def requests_at_once(self) -> int:
        """How many requests the client allows at once."""
        return int(getattr(self.http_client, "parallel_requests", 1))

    def send(self, request: Request) -> Response:
        """Send a request and return the response, whatever its status."""
        if log.isEnabledFor(logging.DEBUG):
            where = without_query(request.url)
            log.debug("%s: %s %s", request.operation, request.method, where)
        handled = sys.exc_info()[1]
        try:
            answer: Response
            if request.body is None:
                answer = self.http_client.request(request.method, request.url, params=request.query)
            else:
                answer = self.http_client.request(
                    request.method,
                    request.url,
                    params=request.query,
                    data=request.body,
                    headers=dict(_JSON_HEADERS),
                )
            return answer
        except ARIException:
            raise
        except _FAILURES as ex:
            failure = self._failure(ex, request, handled)
        raise failure  # here, since inside of the block the error of requests would be its context

    def open_websocket(self, request: Request) -> Any:
        """Open the WebSocket that a request asks for, and return the client's own socket."""
        log.debug("%s: %s", request.operation, without_query(request.url))
        url = "ws" + request.url.removeprefix("http")
        handled = sys.exc_info()[1]
        try:
            return self.http_client.ws_connect(url, params=request.query)
        except ARIException:
            raise
        except _FAILURES as ex:
            failure = self._failure(ex, request, handled)
        raise failure

    def _failure(
        self, error: Exception, request: Request, handled: BaseException | None
    ) -> ARIException:
        """Return the library's error for what an http client raised."""
        refusal = getattr(error, "response", None)
        if isinstance(error, requests.HTTPError) and refusal is not None:
            return response_error(refusal, request.operation)
        proxy = self._proxy_for(request.url)
        return transport_error(error, request, proxy=proxy, handled=handled)

    def _proxy_for(self, url: str) -> str | None:
        found = getattr(self.http_client, "proxy_for", None)
        return found(url) if found is not None else None

    def reserve(self, count: int) -> None:
        """Keep this many connections alive, if the client can."""
        if hasattr(self.http_client, "reserve_connections"):
            self.http_client.reserve_connections(count)

    def user_for(self, url: str) -> str | None:
        """Return the user name that requests to this address carry; None if it is not known."""
        found = getattr(self.http_client, "user_for", None)
        return found(url) if found is not None else None

    def close(self) -> None:
        """Close the client's connections."""
        self.http_client.close()
