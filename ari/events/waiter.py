"""One wait: what it asked for, what has come for it, and when nothing more can."""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, Protocol

from ..exceptions import ARIObjectGone
from ..kinds import LEAVES, Key
from ..transport.base import Json

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["AFTER_LEAVING", "Room", "Waiter"]

#: What may still come after StasisEnd: a channel can return, and one that ARI made is reported to
#: its end. Any other wait on a channel ends there, since a channel that came by the dialplan is
#: never heard of again.
AFTER_LEAVING = frozenset(["ChannelDestroyed", "StasisStart"])


class Room(Protocol):
    """What a waiter needs of its room."""

    def leave(self, waiter: Waiter) -> None:
        """End a wait."""


class Waiter:
    """One wait: the events that it asked for, in order, until its object is gone.

    A context manager; closing twice does no harm. A subclass says how it waits.

    :param types: the event types that it asked for.
    :param keys: the objects that the events must be about; () for events about anything.
    :param party: whose wait it is, such as a thread.
    :ivar latest: the number of the event that :meth:`take` returned last; 0 for none, or for an
        end that was remembered.
    """

    def __init__(
        self, room: Room, types: frozenset[str], keys: Sequence[Key], party: Hashable
    ) -> None:
        self.room = room
        self.types = types
        self.keys = tuple(keys)
        self.party = party
        self.latest = 0
        self._arrived: deque[tuple[int, Json] | ARIObjectGone] = deque()
        self._over: tuple[float, ARIObjectGone] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def close(self) -> None:
        """End the wait."""
        self.room.leave(self)

    def wake(self) -> None:
        """Called when something may have changed, on any thread."""

    def on_fork(self) -> None:
        """Called in a forked child, where locks may be held by nobody."""

    def put(self, arrival: tuple[int, Json] | ARIObjectGone) -> None:
        """Hand over an event with its number, or the reason why none will come."""
        self._arrived.append(arrival)
        self.wake()

    def end_at(self, moment: float, reason: ARIObjectGone) -> None:
        """End the wait at a ``time.monotonic()`` second, unless something comes before."""
        self._over = (moment, reason)
        self.wake()

    @property
    def ends_at(self) -> float | None:
        """The ``time.monotonic()`` second at which :meth:`end_at` ends it."""
        over = self._over
        return over[0] if over is not None else None

    def take(self, now: float) -> Json | None:
        """Return the next event that has come, or None.

        :param now: the present ``time.monotonic()`` second.
        :raises ARIObjectGone: none can come any more.
        """
        if not self._arrived:
            if self._over is None or now < self._over[0]:
                return None
            self._arrived.append(self._over[1])
            self._over = None
        arrival = self._arrived.popleft()
        if isinstance(arrival, ARIObjectGone):
            raise arrival
        self.latest, event = arrival
        return event

    def describe(self) -> str:
        """Say what is awaited, for error texts."""
        about = f" of {self.keys[0][0]} {self.keys[0][1]}" if self.keys else ""
        return f"waiting for {' or '.join(sorted(self.types))}{about}"

    def ends_with(self, event_type: str) -> bool:
        """Tell whether nothing awaited can come after this end of an awaited object."""
        return event_type not in LEAVES or not self.types & AFTER_LEAVING
