"""Waits: who waits, for what, and when it can no longer come. Rules only; nothing here blocks.

Whoever reads events has them met with the waits before any listener is called, so a handler may
wait for what its own call does next. An arrival is handed to a :class:`Waiter`, and how that one
waits, a thread or a task, is its own affair. Final events of recent objects are remembered: what
came before the wait began is not missed.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from ..exceptions import ARIObjectGone
from ..kinds import ENDS, LEAVES, Key
from ..transport.base import Json

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["Room", "Waiter", "WaitingRoom"]

_ENDED_BY = {**ENDS, **LEAVES}

#: What may still come after StasisEnd: a channel can return, and one that ARI made is reported to
#: its end. Any other wait on a channel ends there, since a channel that came by the dialplan is
#: never heard of again.
_AFTER_STASIS_END = frozenset(["ChannelDestroyed", "StasisStart"])

#: What a person does and not a request, so that no wait looks back for it.
_BY_PERSONS = frozenset(["ChannelDtmfReceived"])

_CLOSED = "the client was closed, or no longer gets events"

#: Of how many channels it is known which application they are in.
_ENTERED = 10_000


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
        return event_type not in LEAVES or not self.types & _AFTER_STASIS_END


class WaitingRoom:
    """All waits of a client, and the memory of what came before a wait began.

    How recent objects ended is remembered. Of everything else, a wait looks back as far as it is
    told to, since what a request brings about may come before its answer does.

    :param remembered: how many recent events, and the ends of how many objects, are kept.
    :ivar count: how many events were met; each has its number, from 1.
    """

    def __init__(self, remembered: int = 1000) -> None:
        self.count = 0
        self._recent: deque[tuple[int, Json, tuple[Key, ...]]] = deque(maxlen=remembered)
        self._lock = threading.RLock()
        self._closed = False
        self._deaf: set[Hashable] = set()
        self._anywhere: list[Waiter] = []
        self._by_key: dict[Key, list[Waiter]] = {}
        self._ends: OrderedDict[Key, dict[str, Json]] = OrderedDict()
        #: Objects that are gone without an event: from when on nothing comes, and why.
        self._gone: OrderedDict[Key, tuple[float, str]] = OrderedDict()
        #: The application that each channel entered last, until it leaves it.
        self._entered: OrderedDict[Key, object] = OrderedDict()
        self._remembered = remembered

    def enter(self, waiter: Waiter, since: Mapping[Key, int] | None = None) -> None:
        """Begin a wait: what it asked for is handed to it from now on.

        The end of any object that it is about ends it.

        :param since: the event's number from which on it looks back, for each object that is
            looked back for.
        """
        with self._lock:
            seen = self._hand_over_recent(waiter, since or {})
            for key in waiter.keys:
                self._by_key.setdefault(key, []).append(waiter)
                self._end_if_gone(waiter, key)
                for event in self._ends.get(key, {}).values():
                    if event["type"] in waiter.types and id(event) not in seen:
                        waiter.put((0, event))
                    self._end_if_over(waiter, key, event)
            if not waiter.keys:
                self._anywhere.append(waiter)
            if self._closed or waiter.party in self._deaf:
                self._dismiss(waiter, None, _CLOSED)

    def meet(self, event: Json, keys: Sequence[Key]) -> int:
        """Hand an event that was just read to the waiters for it; return the event's number.

        :param keys: the objects that the event is about, its main object first.
        """
        with self._lock:
            moved_on = event["type"] in LEAVES and self.has_moved_on(event, keys)
            self.count += 1
            number = self.count
            for waiter in list(self._anywhere):
                if event["type"] in waiter.types:
                    waiter.put((number, event))
            met: set[int] = set()
            for key in keys:
                for waiter in list(self._by_key.get(key, ())):
                    if id(waiter) not in met and event["type"] in waiter.types:
                        waiter.put((number, event))
                    met.add(id(waiter))
                    if not moved_on:
                        self._end_if_over(waiter, key, event)
            self._recent.append((number, event, tuple(keys)))
            if not moved_on:
                self._remember(event, keys)
            return number

    def has_moved_on(self, event: Json, keys: Sequence[Key]) -> bool:
        """Tell whether a StasisEnd is about a channel that has entered another application since.

        It lives on there. Two connections may report the entry before the leaving.
        """
        if event["type"] not in LEAVES or not keys:
            return False
        app = event.get("application")
        with self._lock:
            return bool(self._entered.get(keys[0], app) != app)

    def _end_if_over(self, waiter: Waiter, key: Key, event: Json) -> None:
        if key[0] == _ENDED_BY.get(event["type"]) and waiter.ends_with(event["type"]):
            self._dismiss(waiter, key, f"the {key[0]} ended with {event['type']}")

    def _hand_over_recent(self, waiter: Waiter, since: Mapping[Key, int]) -> set[int]:
        """Hand over what came since the numbers given; return which events it was."""
        if not since:
            return set()
        earliest = min(since.values())
        recent = list(itertools.takewhile(lambda r: r[0] >= earliest, reversed(self._recent)))
        seen: set[int] = set()
        for number, event, keys in reversed(recent):
            wanted = any(number >= since.get(key, number + 1) for key in keys)
            if wanted and event["type"] in waiter.types - _BY_PERSONS:
                waiter.put((number, event))
                seen.add(id(event))
        return seen

    def _remember(self, event: Json, keys: Sequence[Key]) -> None:
        event_type = event["type"]
        if event_type == "StasisStart" and keys:
            self.renew(keys[0])
            self._entered[keys[0]] = event.get("application")
            if len(self._entered) > _ENTERED:
                self._entered.popitem(last=False)
        if event_type not in _ENDED_BY:
            return
        ended = next((key for key in keys if key[0] == _ENDED_BY[event_type]), None)
        if ended is not None:
            self._entered.pop(ended, None)
            self._gone.pop(ended, None)
            self._ends.setdefault(ended, {})[event_type] = event
            self._ends.move_to_end(ended)
            if len(self._ends) > self._remembered:
                self._ends.popitem(last=False)

    def renew(self, key: Key) -> None:
        """Forget how an object ended: another of its name is about to be made."""
        with self._lock:
            self._ends.pop(key, None)
            self._gone.pop(key, None)

    def has_ended(self, key: Key) -> bool:
        """Tell whether this object is known to have ended, or to have left Stasis."""
        with self._lock:
            return key in self._ends or key in self._gone

    def retire(self, key: Key, how: str, *, grace: float = 0.0) -> None:
        """End all waits on an object that is gone without an event having said so.

        :param how: what became of it, for error texts.
        :param grace: seconds in which its last events may still come.
        """
        with self._lock:
            self._gone[key] = (time.monotonic() + grace, f"the {key[0]} {how}")
            if len(self._gone) > self._remembered:
                self._gone.popitem(last=False)
            for waiter in self._by_key.get(key, ()):
                self._end_if_gone(waiter, key)

    def was_told_of_end(self, key: Key) -> bool:
        """Tell whether an event reported the end of this object."""
        with self._lock:
            return any(event_type in ENDS for event_type in self._ends.get(key, ()))

    def is_inside(self, key: Key) -> bool:
        """Tell whether a channel is known to have entered an application, and not to have left."""
        with self._lock:
            return key in self._entered

    def leave_unseen(self, key: Key, how: str) -> None:
        """End the waits on a channel that left its application without an event having said so.

        Waits for what may still come, such as its return, go on.

        :param how: what became of it, for error texts.
        """
        with self._lock:
            self._entered.pop(key, None)
            for waiter in self._by_key.get(key, ()):
                if not waiter.types & _AFTER_STASIS_END:
                    self._dismiss(waiter, key, f"the {key[0]} {how}")

    def _end_if_gone(self, waiter: Waiter, key: Key) -> None:
        if key in self._gone:
            moment, why = self._gone[key]
            if moment > time.monotonic():
                waiter.end_at(moment, ARIObjectGone(f"{waiter.describe()}: {why}", key=key))
            else:
                self._dismiss(waiter, key, why)

    def reopen(self) -> None:
        """Accept waits again after :meth:`close`."""
        with self._lock:
            self._closed = False

    def close(self) -> None:
        """End all waits, now and later: nobody reads events any more."""
        with self._lock:
            self._closed = True
            for waiter in self._everyone():
                self._dismiss(waiter, None, _CLOSED)

    def deafen(self, parties: Iterable[Hashable]) -> None:
        """End all waits of these parties, now and later: their events no longer come."""
        with self._lock:
            self._deaf.update(parties)
            for waiter in self._everyone():
                if waiter.party in self._deaf:
                    self._dismiss(waiter, None, _CLOSED)

    def undeafen(self, parties: Iterable[Hashable]) -> None:
        """Accept waits of these parties again."""
        with self._lock:
            self._deaf.difference_update(parties)

    def _everyone(self) -> list[Waiter]:
        everyone = {id(w): w for waiters in self._by_key.values() for w in waiters}
        everyone.update((id(w), w) for w in self._anywhere)
        return list(everyone.values())

    @staticmethod
    def _dismiss(waiter: Waiter, key: Key | None, why: str) -> None:
        waiter.put(ARIObjectGone(f"{waiter.describe()}: {why}", key=key))

    def leave(self, waiter: Waiter) -> None:
        """End a wait; a second time does no harm."""
        with self._lock:
            for key in waiter.keys:
                waiters = self._by_key.get(key, [])
                if waiter in waiters:
                    waiters.remove(waiter)
                if not waiters:
                    self._by_key.pop(key, None)
            if waiter in self._anywhere:
                self._anywhere.remove(waiter)

    def keys(self) -> list[Key]:
        """Return the objects that are waited for."""
        with self._lock:
            return list(self._by_key)
