"""What crosses the wire: answers, refusals, and the tables of names and causes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

JSON = dict[str, Any]

CAUSES = {
    0: "Unknown",
    1: "Unallocated (unassigned) number",
    2: "No route to specified transmit network",
    3: "No route to destination",
    5: "Misdialed trunk prefix",
    6: "Channel unacceptable",
    7: "Call awarded and being delivered in an established channel",
    8: "Pre-empted",
    14: "Number ported elsewhere",
    16: "Normal Clearing",
    17: "User busy",
    18: "No user responding",
    19: "User alerting, no answer",
    20: "Subscriber absent",
    21: "Call Rejected",
    22: "Number changed",
    23: "Redirected to new destination",
    26: "Answered elsewhere",
    27: "Destination out of order",
    28: "Invalid number format",
    29: "Facility rejected",
    30: "Response to STATus ENQuiry",
    31: "Normal, unspecified",
    34: "Circuit/channel congestion",
    38: "Network out of order",
    41: "Temporary failure",
    42: "Switching equipment congestion",
    43: "Access information discarded",
    44: "Requested channel not available",
    50: "Facility not subscribed",
    52: "Outgoing call barred",
    54: "Incoming call barred",
    57: "Bearer capability not authorized",
    58: "Bearer capability not available",
    65: "Bearer capability not implemented",
    66: "Channel not implemented",
    69: "Facility not implemented",
    81: "Invalid call reference value",
    88: "Incompatible destination",
    95: "Invalid message unspecified",
    96: "Mandatory information element is missing",
    97: "Message type nonexist.",
    98: "Wrong message",
    99: "Info. element nonexist or not implemented",
    100: "Invalid information element contents",
    101: "Message not compatible with call state",
    102: "Recover on timer expiry",
    103: "Mandatory IE length error",
    111: "Protocol error, unspecified",
    127: "Interworking, unspecified",
}

#: The SIP status by which a telephone says why it ends a call that was not answered.
SIP_STATUS = {
    1: 404,
    3: 404,
    16: 480,
    17: 486,
    18: 408,
    19: 480,
    20: 480,
    21: 403,
    22: 410,
    23: 302,
    28: 484,
    34: 503,
    38: 500,
    58: 488,
    127: 500,
}

HANGUP_REASONS = {
    "normal": 16,
    "busy": 17,
    "timeout": 18,
    "no_answer": 19,
    "rejected": 21,
    "unallocated": 1,
    "answered_elsewhere": 26,
    "number_incomplete": 28,
    "normal_unspecified": 31,
    "congestion": 34,
    "failure": 38,
    "codec_mismatch": 58,
    "interworking": 127,
}

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


class Answer:
    """What the PBX answers to a request."""

    __slots__ = ("body", "content_type", "headers", "reason", "status")

    def __init__(
        self,
        status: int = 204,
        body: Any = None,
        *,
        reason: str | None = None,
        headers: dict[str, str] | None = None,
        content_type: str = "application/json",
    ) -> None:
        self.status = status
        self.body = body
        self.reason = reason or REASON_PHRASES.get(status, "Error")
        self.headers = headers or {}
        self.content_type = content_type

    @classmethod
    def ok(cls, body: Any) -> Answer:
        """Answer 200 with *body*."""
        return cls(200, body)


NO_CONTENT = Answer()


class Refusal(Exception):  # an answer that is raised, not a fault of the program
    """An answer with an error status, raised by whoever finds the fault."""

    def __init__(self, status: int, message: str, *, reason: str | None = None) -> None:
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
        self._listener: Callable[[Answer], None] | None = None

    def resolve(self, answer: Answer = NO_CONTENT) -> None:
        """Give the answer; only the first one counts."""
        if self.answer is None:
            self.answer = answer
            if self._listener is not None:
                self._listener(answer)

    def on_answer(self, listener: Callable[[Answer], None]) -> None:
        """Call *listener* with the answer, at once if it is there already."""
        if self.answer is not None:
            listener(self.answer)
        else:
            self._listener = listener


Outcome = Answer | Pending


def split_arguments(text: str) -> list[str]:
    """Split application arguments on commas, as the dialplan does.

    Quotes and backslashes are taken away; commas inside quotes, parentheses or brackets stay.
    """
    parts: list[str] = []
    current: list[str] = []
    depth = 0
    quoted = escaped = False
    for char in text:
        if escaped:
            current.append(char)
            escaped = False
        elif char == "\\":
            escaped = True
        elif char == '"':
            quoted = not quoted
        elif char == "," and not quoted and depth == 0:
            parts.append("".join(current))
            current = []
        else:
            if char in "([":
                depth += 1
            elif char in ")]" and depth:
                depth -= 1
            current.append(char)
    parts.append("".join(current))
    return parts


def atoi(text: str) -> int:
    """Read a number as C does: leading digits count, rubbish is 0."""
    text = text.strip()
    sign = -1 if text[:1] == "-" else 1
    digits = ""
    for char in text.lstrip("+-") if text[:1] in "+-" else text:
        if not char.isdigit() or not char.isascii():
            break
        digits += char
    return sign * int(digits) if digits else 0


def truth(text: str) -> bool:
    """Read a boolean as Asterisk does."""
    return text.lower() in {"yes", "true", "y", "t", "1", "on"}
