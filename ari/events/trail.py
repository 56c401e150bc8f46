"""Trails: the events about one object that the waits of one handler may look back to."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from ..kinds import ENDS, LEAVES, Key
from ..transport.base import Json

__all__ = ["DIGITS", "ENDED_BY", "Trail"]

#: The class of the object that an event ends, or reports as having left.
ENDED_BY = {**ENDS, **LEAVES}

#: The events that report a digit.
DIGITS = frozenset(["ChannelDtmfReceived"])

#: What a person does and not a request, so that no wait looks back for it. Of digits it is known
#: which a handler has had already.
_BY_PERSONS = DIGITS | {
    "ChannelHold",
    "ChannelTalkingFinished",
    "ChannelTalkingStarted",
    "ChannelTransfer",
    "ChannelUnhold",
    "TextMessageReceived",
}

#: How many events about one object are kept for the waits of one handler.
_TRAIL = 1000


class Trail:
    """The events about one object that the waits of one handler may look back to.

    :param key: the object.
    :param since: the number of the first event that counts.
    :ivar digits_since: the number of the first event that counts for digits; None as long as the
        handler has not asked for any.
    """

    __slots__ = ("digits_since", "events", "key", "since")

    def __init__(self, key: Key, since: int) -> None:
        self.key = key
        self.since = since
        self.digits_since: int | None = None
        self.events: deque[tuple[int, Json, Sequence[Key]]] = deque(maxlen=_TRAIL)

    def start_at(self, number: int) -> None:
        """Forget events before this number, but for digits that were not asked for yet."""
        self.since = max(self.since, number)
        first = self.since if self.digits_since is None else min(self.since, self.digits_since)
        while self.events and self.events[0][0] < first:
            self.events.popleft()

    def ended(self) -> bool:
        """Tell whether the object has ended or left, and has not come back."""
        for _, event, _ in reversed(self.events):
            if event["type"] == "StasisStart":
                return False
            if ENDED_BY.get(event["type"]) == self.key[0]:
                return True
        return False

    def take_over(self, other: Trail) -> None:
        """Begin with what another trail, of all objects of the class, holds about this one."""
        mine = {number for number, _, _ in self.events}
        taken = [entry for entry in other.events if self.key in entry[2] and entry[0] not in mine]
        self.events.extendleft(reversed(taken))
        self.since = min(self.since, other.since)

    def wanted(self, types: frozenset[str]) -> list[tuple[int, Json]]:
        """Return the events of these types that a wait which begins now looks back to."""
        found = []
        for number, event, _ in self.events:
            event_type = event["type"]
            if event_type in DIGITS:
                since = self.digits_since
            else:
                since = None if event_type in _BY_PERSONS else self.since
            if event_type in types and since is not None and number >= since:
                found.append((number, event))
        return found
