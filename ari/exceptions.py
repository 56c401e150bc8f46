"""The errors of the library.

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
    :ivar response: a ``requests.Response``; falsy, as every error response is. Its request and
        address are without what the caller typed.
    :ivar request: the method and the address of what was sent; no query, body or headers.
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
    """Asterisk cannot be reached, or the connection broke before a whole answer came.

    The text says whether anything was sent. ``request`` holds the method and the address alone.
    """


class ARITimeout(requests.Timeout, ARIException):
    """Asterisk did not answer in time; whether the call had an effect is unknown."""


class ARIConnectTimeout(ARIConnectionError, ARITimeout, requests.ConnectTimeout):
    """No connection within the connect timeout; nothing was sent."""


class ARIDescriptionError(ValueError, ARIException):
    """What the address serves is not a usable description of a REST interface."""


class ARIObjectGone(ARIException):
    """The awaited object ended, or the client closed: what was awaited can no longer come.

    :ivar key: the class name and id of the object that ended, or None.
    """

    def __init__(self, text: str = "", *, key: tuple[str, str] | None = None) -> None:
        super().__init__(text)
        self.key = key


class ARIWaitTimeout(TimeoutError, ARIException):
    """What was awaited did not come in time."""
