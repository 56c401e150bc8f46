"""The errors of the library, and the way from an HTTP response to the right one.

::

    ARIException
    ├── ARIHTTPError             also requests.HTTPError
    │   ├── ARIBadRequest          400
    │   ├── ARIUnauthorized        401
    │   ├── ARIForbidden           403
    │   ├── ARINotFound            404
    │   ├── ARINotInStasis         409
    │   ├── ARIPreconditionFailed  412
    │   ├── ARIUnprocessable       422
    │   └── ARIServerError         5xx
    │       └── ARIServerUnavailable  503
    ├── ARIConnectionError       also requests.ConnectionError
    ├── ARITimeout               also requests.Timeout
    │   └── ARIConnectTimeout      also ARIConnectionError and requests.ConnectTimeout
    ├── ARIDescriptionError      also ValueError
    ├── ARIObjectGone
    └── ARIWaitTimeout           also TimeoutError

A response whose status is an error is falsy in requests, so ask ``error.response is None`` and
never ``if error.response``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import requests

__all__ = [
    "ARIBadRequest",
    "ARIConnectTimeout",
    "ARIConnectionError",
    "ARIDescriptionError",
    "ARIException",
    "ARIForbidden",
    "ARIHTTPError",
    "ARINotFound",
    "ARINotInStasis",
    "ARIObjectGone",
    "ARIPreconditionFailed",
    "ARIServerError",
    "ARIServerUnavailable",
    "ARITimeout",
    "ARIUnauthorized",
    "ARIUnprocessable",
    "ARIWaitTimeout",
]


class ARIException(Exception):
    """Base of everything that this library raises on purpose."""


class ARIHTTPError(requests.HTTPError, ARIException):
    """Asterisk answered a call with an error status.

    :ivar status_code: the HTTP status, an int.
    :ivar message: Asterisk's own words, or '' when its answer held none.
    :ivar operation: the operation as the client names it, such as ``channels.answer``.
    :ivar response: the ``requests.Response``; falsy, as every error response is.
    :ivar request: the request that was sent, without its credentials.
    """

    def __init__(
        self,
        text: str = "",
        *,
        status_code: int | None = None,
        message: str = "",
        operation: str | None = None,
        response: requests.Response | None = None,
    ) -> None:
        super().__init__(text, response=response)
        self.status_code = status_code
        self.message = message
        self.operation = operation


class ARIBadRequest(ARIHTTPError):
    """400: a parameter is missing or has a value that Asterisk does not take."""


class ARIUnauthorized(ARIHTTPError):
    """401: unknown user or wrong password."""


class ARIForbidden(ARIHTTPError):
    """403: this user may only read, or may not do this from here."""


class ARINotFound(ARIHTTPError):
    """404: the object does not exist, or does not exist any more."""


class ARINotInStasis(ARIHTTPError):
    """409: the object's state does not allow this; most often a channel outside Stasis."""


class ARIPreconditionFailed(ARIHTTPError):
    """412: the channel's state is too early for this, an unanswered outgoing call for instance."""


class ARIUnprocessable(ARIHTTPError):
    """422: well-formed, but Asterisk cannot do it with these objects or formats."""


class ARIServerError(ARIHTTPError):
    """5xx: Asterisk failed; also its answer to an endpoint that cannot be dialled."""


class ARIServerUnavailable(ARIServerError):
    """503: Asterisk is still starting."""


class ARIConnectionError(requests.ConnectionError, ARIException):
    """Asterisk cannot be reached, or the connection broke before an answer came."""


class ARITimeout(requests.Timeout, ARIException):
    """Asterisk did not answer in time; whether the call had an effect is unknown."""


class ARIConnectTimeout(ARIConnectionError, ARITimeout, requests.ConnectTimeout):
    """No connection within the connect timeout; nothing was sent."""


class ARIDescriptionError(ValueError, ARIException):
    """What the address serves is no description of a REST interface that can be used."""


class ARIObjectGone(ARIException):
    """The awaited object ended, or the client closed: what was awaited can no longer come.

    :ivar key: the class name and id of the object that ended, or None.
    """

    def __init__(self, text: str = "", *, key: tuple[str, str] | None = None) -> None:
        super().__init__(text)
        self.key = key


class ARIWaitTimeout(TimeoutError, ARIException):
    """What was awaited did not come in time."""


_BY_STATUS: dict[int, type[ARIHTTPError]] = {
    400: ARIBadRequest,
    401: ARIUnauthorized,
    403: ARIForbidden,
    404: ARINotFound,
    409: ARINotInStasis,
    412: ARIPreconditionFailed,
    422: ARIUnprocessable,
    503: ARIServerUnavailable,
}


def exception_class(status: int) -> type[ARIHTTPError]:
    """Return the class for an HTTP error status."""
    return _BY_STATUS.get(status) or (ARIServerError if status >= 500 else ARIHTTPError)


def from_response(response: Any, operation: str, hint: str = "") -> ARIHTTPError:
    """Make the exception for a response with an error status.

    :param response: a ``requests.Response`` or anything with ``status_code`` and ``json()``.
    :param operation: the operation's name for the text, such as ``channels.answer``.
    :param hint: what else the reader should know, put at the end of the text.
    """
    status = int(response.status_code)
    message = _asterisks_words(response)
    response = _without_credentials(response)
    text = f"{operation}: {status}"
    if message or status in HTTPStatus._value2member_map_:
        text += f" {message or HTTPStatus(status).phrase}"
    request = getattr(response, "request", None)
    url = getattr(request, "url", None) or getattr(response, "url", None)
    if isinstance(url, str):
        text += f" ({getattr(request, 'method', None) or 'GET'} {without_query(url)})"
    location = getattr(response, "headers", {}).get("Location")
    if isinstance(location, str) and 300 <= status < 400:
        text += f"; it leads to {without_query(location)}, which is not followed"
    if hint:
        text += f"; {hint}"
    return exception_class(status)(
        text, status_code=status, message=message, operation=operation, response=response
    )


def _asterisks_words(response: Any) -> str:
    """Take the reason out of an error body: usually ``message``, for some 500s ``error``."""
    try:
        body = response.json()
    except (ValueError, AttributeError):
        return ""
    if not isinstance(body, dict):
        return ""
    return str(body.get("message") or body.get("error") or "")


def _without_credentials(response: Any) -> Any:
    """Return the response with a request that holds no credentials, for an error travels far.

    The request is copied first: the caller's own records of it stay as they were. So for the
    requests that were redirected here.
    """
    for answer in (response, *getattr(response, "history", ())):
        request = getattr(answer, "request", None)
        if isinstance(request, requests.PreparedRequest) and request.headers:
            answer.request = request.copy()
            answer.request.headers.pop("Authorization", None)
    return response


def without_query(url: str) -> str:
    """Return the address without its query and user part, which may hold credentials."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


#: What requests raises when no whole answer came.
_TRANSPORT_ERRORS = (
    requests.ConnectionError,
    requests.Timeout,
    requests.TooManyRedirects,
    requests.exceptions.ChunkedEncodingError,
    requests.exceptions.ContentDecodingError,
)


@contextmanager
def transport_errors(operation: str, address: str) -> Iterator[None]:
    """Turn what requests raises for a broken transport into this library's errors.

    :param operation: what was being done, for the text.
    :param address: where, for the text.
    """
    try:
        yield
    except ARIException:
        raise
    except _TRANSPORT_ERRORS as ex:
        where = without_query(address)
        if isinstance(ex, requests.ConnectTimeout):
            raise ARIConnectTimeout(
                f"{operation}: no connection to {where} within the connect timeout"
            ) from ex
        if isinstance(ex, requests.Timeout):
            raise ARITimeout(f"{operation}: no answer from {where} in time") from ex
        raise ARIConnectionError(f"{operation}: cannot reach {where}: {root_cause(ex)}") from ex


#: What OpenSSL's reasons mean to somebody who has just typed an address.
_TLS_HINTS = {
    "CERTIFICATE_VERIFY_FAILED": "; verify= takes the path of a CA bundle",
    "RECORD_LAYER_FAILURE": "; perhaps that port speaks no TLS, and its address is http://",
    "WRONG_VERSION_NUMBER": "; perhaps that port speaks no TLS, and its address is http://",
}


def root_cause(error: BaseException) -> str:
    """Describe the innermost reason of a chain of errors: 'Connection refused', say."""
    inner: BaseException = error
    seen = {id(inner)}  # an exception that is raised a second time may be in its own chain
    while (following := inner.__cause__ or inner.__context__) and id(following) not in seen:
        inner = following
        seen.add(id(inner))
    reason = getattr(inner, "strerror", None) or str(inner) or type(inner).__name__
    return f"{reason}{_TLS_HINTS.get(getattr(inner, 'reason', ''), '')}"
