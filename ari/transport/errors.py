"""From a failed request to the library's error: by the response's status, or by what broke."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import urlsplit, urlunsplit

import requests

from ..exceptions import (
    ARIBadRequest,
    ARIConnectionError,
    ARIConnectTimeout,
    ARIForbidden,
    ARIHTTPError,
    ARINotFound,
    ARINotInStasis,
    ARIPreconditionFailed,
    ARIServerError,
    ARIServerUnavailable,
    ARITimeout,
    ARIUnauthorized,
    ARIUnprocessable,
)
from .base import Response

__all__ = [
    "TRANSPORT_ERRORS",
    "error_class",
    "response_error",
    "root_cause",
    "transport_error",
    "without_query",
]

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

#: What requests raises when no whole answer came.
TRANSPORT_ERRORS = (
    requests.ConnectionError,
    requests.Timeout,
    requests.TooManyRedirects,
    requests.exceptions.ChunkedEncodingError,
    requests.exceptions.ContentDecodingError,
)

#: What OpenSSL's reasons mean to somebody who has just typed an address.
_TLS_HINTS = {
    "CERTIFICATE_VERIFY_FAILED": "; verify= takes the path of a CA bundle",
    "RECORD_LAYER_FAILURE": "; perhaps that port speaks no TLS, and its address is http://",
    "WRONG_VERSION_NUMBER": "; perhaps that port speaks no TLS, and its address is http://",
}


def error_class(status: int) -> type[ARIHTTPError]:
    """Return the class for an HTTP error status."""
    return _BY_STATUS.get(status) or (ARIServerError if status >= 500 else ARIHTTPError)


def response_error(response: Response, operation: str, hint: str = "") -> ARIHTTPError:
    """Return the error for a response with an error status.

    :param response: the response; ``status_code`` and ``json()`` are enough.
    :param operation: the operation's name for the text, such as ``channels.answer``.
    :param hint: what else the reader should know, put at the end of the text.
    """
    status = int(response.status_code)
    message = _asterisks_words(response)
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
    return error_class(status)(
        text,
        status_code=status,
        message=message,
        operation=operation,
        response=_without_credentials(response),
    )


def _asterisks_words(response: Response) -> str:
    """Take the reason out of an error body: usually ``message``, for some 500s ``error``."""
    try:
        body = response.json()
    except (ValueError, AttributeError):
        return ""
    if not isinstance(body, dict):
        return ""
    return str(body.get("message") or body.get("error") or "")


def _without_credentials(response: Response) -> requests.Response:
    """Return the response with requests that hold no credentials, for an error travels far.

    Each request is copied first, so that the caller's own records of it stay as they were. The
    requests that were redirected on the way here are treated alike.
    """
    for answer in (response, *getattr(response, "history", ())):
        request = getattr(answer, "request", None)
        if isinstance(request, requests.PreparedRequest) and request.headers:
            answer.request = request.copy()
            answer.request.headers.pop("Authorization", None)
    return response  # type: ignore[return-value]  # to its readers it is as good as one


def without_query(url: str) -> str:
    """Return the address without its query and user part, which may hold credentials."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def transport_error(
    error: Exception, operation: str, address: str
) -> ARIConnectionError | ARITimeout:
    """Return the library's error for what requests raised when a transport broke.

    :param error: one of :data:`TRANSPORT_ERRORS`.
    :param operation: what was being done, for the text.
    :param address: where, for the text.
    """
    where = without_query(address)
    if isinstance(error, requests.ConnectTimeout):
        return ARIConnectTimeout(
            f"{operation}: no connection to {where} within the connect timeout"
        )
    if isinstance(error, requests.Timeout):
        return ARITimeout(f"{operation}: no answer from {where} in time")
    return ARIConnectionError(f"{operation}: cannot reach {where}: {root_cause(error)}")


def root_cause(error: BaseException) -> str:
    """Describe the innermost reason of a chain of errors: 'Connection refused', say."""
    inner: BaseException = error
    seen = {id(inner)}  # an exception that is raised a second time may be in its own chain
    while (following := inner.__cause__ or inner.__context__) and id(following) not in seen:
        inner = following
        seen.add(id(inner))
    reason = getattr(inner, "strerror", None) or str(inner) or type(inner).__name__
    return f"{reason}{_TLS_HINTS.get(getattr(inner, 'reason', ''), '')}"
