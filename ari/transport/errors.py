"""From a failed request to the library's error: by the response's status, or by what broke.

An error travels far: into logs, reports and other processes. So it holds what was called and why
it failed, and neither credentials nor what a caller typed: no query, no body, and nothing of the
errors of requests and urllib3, whose texts and attributes hold both.
"""

from __future__ import annotations

import copy
import re
import socket
import ssl
from collections.abc import Iterator
from http import HTTPStatus
from http.client import BadStatusLine, RemoteDisconnected
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import requests
import urllib3.exceptions
from requests.structures import CaseInsensitiveDict

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
from .base import Request, Response

__all__ = [
    "error_class",
    "read_json",
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

#: What OpenSSL's reasons mean to somebody who has just typed an address.
_TLS_HINTS = {
    "CERTIFICATE_VERIFY_FAILED": "; verify= takes the path of a CA bundle",
    "RECORD_LAYER_FAILURE": "; perhaps that port speaks no TLS, and its address is http://",
    "WRONG_VERSION_NUMBER": "; perhaps that port speaks no TLS, and its address is http://",
}

#: What is raised for an address that nothing can be sent to.
_NO_ADDRESS = (
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidSchema,
    requests.exceptions.MissingSchema,
    urllib3.exceptions.LocationValueError,
)

#: What is only raised before a request is sent.
_BEFORE_SENDING = (
    *_NO_ADDRESS,
    requests.ConnectTimeout,
    requests.exceptions.ProxyError,
    urllib3.exceptions.NewConnectionError,
    urllib3.exceptions.ConnectTimeoutError,
    ssl.SSLCertVerificationError,
    socket.gaierror,
    ConnectionRefusedError,
)

#: What is raised when a connection ends before the whole answer came.
_BROKE_OFF = (
    requests.exceptions.ChunkedEncodingError,
    requests.exceptions.ContentDecodingError,
    urllib3.exceptions.ProtocolError,
)

#: Modules whose errors hold no more than their words.
_PLAIN = ("builtins", "socket", "ssl", "http.client")

#: The query and the user part of an address, wherever in a text.
_TYPED = re.compile(r"\?\S*|(?<=//)\S*@|[^\s/]*@")

#: How much of a server's words an error's text holds, in characters.
_LONGEST_WORDS = 300


def error_class(status: int) -> type[ARIHTTPError]:
    """Return the class for an HTTP error status."""
    return _BY_STATUS.get(status) or (ARIServerError if status >= 500 else ARIHTTPError)


def response_error(response: Response, operation: str, hint: str = "") -> ARIHTTPError:
    """Return the error for a response with an error status.

    :param response: the response; ``status_code`` and ``json()`` are enough. It may have a
        ``proxy``, the address of the proxy that it came through.
    :param operation: the operation's name for the text, such as ``channels.answer``.
    :param hint: what else the reader should know, put at the end of the text.
    """
    status = int(response.status_code)
    message = _asterisks_words(response)
    text = f"{operation}: {status}"
    if message or status in HTTPStatus._value2member_map_:
        text += f" {_shortened(message) or HTTPStatus(status).phrase}"
    request = getattr(response, "request", None)
    url = getattr(request, "url", None) or getattr(response, "url", None)
    if isinstance(url, str):
        text += f" ({getattr(request, 'method', None) or 'GET'} {without_query(url)})"
    location = (getattr(response, "headers", None) or {}).get("Location")
    if isinstance(location, str) and 300 <= status < 400:
        text += f"; it leads to {without_query(location)}, which is not followed"
    if proxy := getattr(response, "proxy", ""):
        text += f"; it came through the proxy {proxy}"
    if hint:
        text += f"; {hint}"
    return error_class(status)(
        text,
        status_code=status,
        message=message,
        operation=operation,
        response=_clean(response),
    )


def read_json(response: Response) -> Any:
    """Return the JSON of a response.

    :raises ValueError: the body is not JSON, or is nested too deeply to be read.
    """
    try:
        return response.json()
    except RecursionError:
        pass
    raise ValueError("nested too deeply")


def _asterisks_words(response: Response) -> str:
    """Take the reason out of an error body: usually ``message``, for some 500s ``error``."""
    try:
        body = read_json(response)
    except (ValueError, AttributeError):
        return ""
    if not isinstance(body, dict):
        return ""
    words = [body.get(key) for key in ("message", "error")]
    return next((w for w in words if isinstance(w, str) and w), "")


def _shortened(words: str) -> str:
    line = " ".join(words.split())
    return line if len(line) <= _LONGEST_WORDS else line[:_LONGEST_WORDS] + "…"


def _clean(response: Response) -> requests.Response:
    """Return the response without credentials and without what a caller typed.

    It is a copy, so that the caller's own records stay as they were. The responses that were
    redirected on the way here are treated alike.
    """
    if not isinstance(response, requests.Response):
        if isinstance(getattr(response, "request", None), requests.PreparedRequest):
            response.request = _clean_request(response.request)  # type: ignore[attr-defined]
        return response  # type: ignore[return-value]  # to its readers it is as good as one
    clean = copy.copy(response)  # without the connection that it came by
    clean.url = without_query(response.url or "") or response.url
    clean.headers = response.headers.copy()
    if isinstance(location := clean.headers.get("Location"), str):
        clean.headers["Location"] = without_query(location)
    clean.history = [_clean(earlier) for earlier in response.history]
    if isinstance(response.request, requests.PreparedRequest):
        clean.request = _clean_request(response.request)
    return clean


def _clean_request(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return _bare_request(request.method or "GET", without_query(request.url or ""))


def _bare_request(method: str, url: str) -> requests.PreparedRequest:
    """Return a request that is no more than its method and its address."""
    bare = requests.PreparedRequest()
    bare.method = method
    bare.url = url
    bare.headers = CaseInsensitiveDict()
    return bare


def without_query(url: str) -> str:
    """Return the address without its query and user part, which may hold credentials."""
    try:
        parts = urlsplit(url)
    except ValueError:  # its text holds the address
        return "an address that is not valid"
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def transport_error(
    error: Exception,
    request: Request,
    *,
    proxy: str | None = None,
    handled: BaseException | None = None,
) -> ARIConnectionError | ARITimeout:
    """Return the library's error for what requests raised when a transport broke.

    Raise it outside of the ``except`` block: then the errors of requests, which hold the whole
    request, are not in its chain. Its cause is the innermost reason alone.

    :param error: what requests or urllib3 raised, or a WebSocket's handshake.
    :param request: what was being sent.
    :param proxy: the address of the proxy that it went by.
    :param handled: the exception that the caller was handling, which is no part of the reason.
    """
    where = without_query(request.url)
    chain = list(_chain(error, handled))
    reason = _clean_words(chain[-1])
    # With a proxy, its address may be the one that is meant.
    if not proxy and any(isinstance(e, _NO_ADDRESS) for e in chain):
        reason = "that is not an http(s) address"
    timed_out = any(
        isinstance(e, (requests.Timeout, urllib3.exceptions.ReadTimeoutError)) for e in chain
    )
    broke_off = any(isinstance(e, _BROKE_OFF) for e in chain)
    cls: type[ARIConnectionError | ARITimeout]
    if isinstance(error, requests.ConnectTimeout):
        cls = ARIConnectTimeout
        text = f"no connection to {where} within the connect timeout"
    elif timed_out:
        cls = ARITimeout
        whole = "" if isinstance(error, requests.Timeout) else "whole "
        text = f"no {whole}answer from {where} in time"
    else:
        cls = ARIConnectionError
        text = f"{'no whole answer from' if broke_off else 'cannot reach'} {where}: {reason}"
    if proxy:
        text += f"; it is called through the proxy {proxy}"
    failure = cls(
        f"{request.operation}: {text}{_effect(request.method, chain)}",
        request=_bare_request(request.method, where),
    )
    failure.__cause__ = _clean_cause(chain[-1], reason, TimeoutError if timed_out else None)
    return failure


def _effect(method: str, chain: list[BaseException]) -> str:
    """Say what may be known of the effect that a request had."""
    if any(isinstance(e, _BEFORE_SENDING) or _tls_reason(e) in _TLS_HINTS for e in chain):
        return "; nothing was sent"
    return "" if method == "GET" else "; whether it had an effect is unknown"


def _clean_words(error: BaseException) -> str:
    """Describe a reason, without queries and credentials of addresses in its words."""
    if isinstance(error, BadStatusLine) and not isinstance(error, RemoteDisconnected):
        return "what answers there does not speak HTTP"  # and its words may be anything
    return _shortened(_TYPED.sub("", _described(error)))


def _clean_cause(inner: BaseException, reason: str, kind: type[Exception] | None) -> BaseException:
    """Return an error with the reason alone: no traceback, no chain, no request."""
    kept = isinstance(inner, OSError) and type(inner).__module__ in _PLAIN
    if kept and not _TYPED.search(str(inner)):
        return type(inner)(*inner.args)
    return (kind or ConnectionError)(reason)


def root_cause(error: BaseException) -> str:
    """Describe the innermost reason of a chain of errors: 'Connection refused', say."""
    *_, inner = _chain(error)
    return _described(inner)


def _described(error: BaseException) -> str:
    reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return f"{reason}{_TLS_HINTS.get(_tls_reason(error), '')}"


def _tls_reason(error: BaseException) -> str:
    reason = getattr(error, "reason", None)
    return reason if isinstance(reason, str) else ""


def _chain(error: BaseException, until: BaseException | None = None) -> Iterator[BaseException]:
    """Yield an error and those that it came from, the innermost last."""
    seen = {id(until)}  # an exception that is raised a second time may be in its own chain
    following: BaseException | None = error
    while following is not None and id(following) not in seen:
        yield following
        seen.add(id(following))
        following = following.__cause__ or following.__context__
