"""What a request is answered with: an answer, a refusal, or an answer that comes later."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

JSON = dict[str, Any]

REASON_PHRASES = {
    200: "OK",
    201: "Created",
    202: "Accepted",
    204: "No Content",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    406: "Not Acceptable",
    409: "Conflict",
    412: "Precondition Failed",
    413: "Request Entity Too Large",
    422: "Unprocessable Entity",
    426: "Upgrade Required",
    500: "Internal Server Error",
    501: "Not Implemented",
    503: "Service Unavailable",
}


@dataclass(slots=True)
class Answer:
    """An answer with its status, and a body unless that is None.

    :param reason: the reason phrase; by default the usual one of the status.
    """

    status: int = 204
    body: Any = None
    reason: str = field(default="", kw_only=True)
    headers: dict[str, str] = field(default_factory=dict, kw_only=True)
    content_type: str = field(default="application/json", kw_only=True)

    def __post_init__(self) -> None:
        self.reason = self.reason or REASON_PHRASES.get(self.status, "Error")

    @classmethod
    def ok(cls, body: Any) -> Answer:
        """Answer 200 with *body*."""
        return cls(200, body)


NO_CONTENT = Answer()


class Refusal(Exception):  # an answer that is raised, not a fault of the program
    """An answer with an error status, raised where the request turns out to be wrong."""

    def __init__(self, status: int, message: str, *, reason: str = "") -> None:
        super().__init__(f"{status} {message}")
        self.answer = Answer(status, {"message": message}, reason=reason)


class AllocationFailed(Refusal):
    """The 500 whose body says ``error`` instead of ``message``."""

    def __init__(self) -> None:
        super().__init__(500, "Allocation failed")
        self.answer = Answer(500, {"error": "Allocation failed"})


class Pending:
    """An answer that comes when the channel has done what was asked before it."""

    def __init__(self) -> None:
        self.answer: Answer | None = None
        self._receiver: Callable[[Answer], None] | None = None

    def resolve(self, answer: Answer = NO_CONTENT) -> None:
        """Give the answer; only the first one counts."""
        if self.answer is None:
            self.answer = answer
            if self._receiver is not None:
                self._receiver(answer)

    def on_answer(self, receiver: Callable[[Answer], None]) -> None:
        """Call *receiver* with the answer, at once if it is there already."""
        if self.answer is not None:
            receiver(self.answer)
        else:
            self._receiver = receiver


Outcome = Answer | Pending
