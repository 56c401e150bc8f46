"""What is carried, and what its carrier does: requests, responses and transports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

__all__ = ["Json", "Request", "Response", "Transport"]

#: A JSON object.
Json = dict[str, Any]


@dataclass(frozen=True)
class Request:
    """What to send, as plain values, apart from who sends it.

    Its repr leaves out the query and the body, which hold what callers typed.

    :ivar method: GET, POST and so on.
    :ivar url: the address, without query.
    :ivar query: the query parameters.
    :ivar body: JSON as text; None for a request without a body.
    :ivar operation: what it calls, such as ``channels.answer``, for errors and logs.
    :ivar is_websocket: whether it opens a WebSocket.
    """

    method: str
    url: str
    query: dict[str, str] = field(default_factory=dict, repr=False)
    body: str | None = field(default=None, repr=False)
    operation: str = ""
    is_websocket: bool = False


class Response(Protocol):
    """What came back, whatever its status; ``requests.Response`` is one."""

    @property
    def status_code(self) -> int:
        """The HTTP status."""

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers; their names in any case."""

    @property
    def content(self) -> bytes:
        """The body as it came."""

    def json(self) -> Any:
        """Return the body's JSON.

        :raises ValueError: the body is not JSON.
        """


class Transport(Protocol):
    """Carries requests; safe to use from several threads if it allows requests at once."""

    @property
    def requests_at_once(self) -> int:
        """How many requests may be under way at once."""

    def send(self, request: Request) -> Response:
        """Send a request and return the response, whatever its status.

        :raises ARIConnectionError: Asterisk cannot be reached.
        :raises ARITimeout: no answer in time.
        """

    def user_for(self, url: str) -> str | None:
        """Return the user name that requests to this address carry; None if it is not known."""

    def close(self) -> None:
        """Close what is kept open. Closing twice does no harm."""
