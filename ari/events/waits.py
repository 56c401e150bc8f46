"""Waits: who waits, for what, and when it can no longer come. Rules only; nothing here blocks.

Whoever reads events has them met with the waits before any listener is called, so a handler may
wait for what its own call does next. An arrival is handed to a :class:`~.waiter.Waiter`, and how
that one waits, a thread or a task, is its own affair. Final events of recent objects are
remembered: what came before the wait began is not missed.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

from ..exceptions import ARIObjectGone
from ..kinds import ENDS, LEAVES, Key
from ..transport.base import Json
from .trail import ENDED_BY, Trail
from .waiter import AFTER_LEAVING, Waiter

__all__ = ["WaitingRoom"]

#: Seconds for which the end of an object is remembered, and of how many objects at the most.
_REMEMBERED_FOR = 30.0
_REMEMBERED = 3_000

_CLOSED = "the client was closed, or no longer gets events"

#: Of how many channels it is known which application they are in.
_ENTERED = 10_000


@dataclass(slots=True)
class _End:
    """How an object ended: when that was read, and the events that said so."""

    moment: float
    events: dict[str, Json]


class WaitingRoom:
    """All waits of a client, and the memory of what came before a wait began.

    How recent objects ended is remembered for a while. Everything else that a wait may look back
    to is on a :class:`~.trail.Trail` that was opened before: what a request brings about may come
    before its answer does.

    :ivar count: how many events were met; each has its number, from 1.
    """

    def __init__(self) -> None:
        self.count = 0
        self._trails: dict[Key, list[Trail]] = {}
        self._lock = threading.RLock()
        self._closed = ""  # else the reason
        self._deaf: set[Hashable] = set()
        self._anywhere: list[Waiter] = []
        self._by_key: dict[Key, list[Waiter]] = {}
        self._ends: OrderedDict[Key, _End] = OrderedDict()
        #: Objects that are gone without an event: from when on nothing comes, and why.
        self._gone: OrderedDict[Key, tuple[float, str]] = OrderedDict()
        #: The application that each channel entered last, until it leaves it.
        self._entered: OrderedDict[Key, object] = OrderedDict()

    def enter(self, waiter: Waiter, trails: Iterable[Trail] = ()) -> None:
        """Begin a wait: what it asked for is handed to it from now on.

        The end of any object that it is about ends it.

        :param trails: what it looks back to.
        """
        with self._lock:
            seen = self._hand_over(waiter, trails)
            for key in waiter.keys:
                self._by_key.setdefault(key, []).append(waiter)
                self._end_if_gone(waiter, key)
                for event in self._ends[key].events.values() if key in self._ends else ():
                    if event["type"] in waiter.types and id(event) not in seen:
                        waiter.put((0, event))
                    self._end_if_over(waiter, key, event)
            if not waiter.keys:
                self._anywhere.append(waiter)
            if self._closed or waiter.party in self._deaf:
                self._dismiss(waiter, None, self._closed or _CLOSED)

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
            if self._trails:
                for key in keys:
                    for place in (key, (key[0], "")):
                        for trail in self._trails.get(place, ()):
                            trail.events.append((number, event, keys))
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
        if key[0] == ENDED_BY.get(event["type"]) and waiter.ends_with(event["type"]):
            self._dismiss(waiter, key, f"the {key[0]} ended with {event['type']}")

    @staticmethod
    def _hand_over(waiter: Waiter, trails: Iterable[Trail]) -> set[int]:
        """Hand over what trails hold for a wait; return which events it was."""
        found: dict[int, Json] = {}
        for trail in trails:
            found.update(trail.wanted(waiter.types))
        for number in sorted(found):
            waiter.put((number, found[number]))
        return {id(event) for event in found.values()}

    def open_trail(self, key: Key) -> Trail:
        """Keep the events about an object from now on, until :meth:`close_trail`.

        :param key: the object; with '' for an id, all objects of the class.
        """
        with self._lock:
            trail = Trail(key, self.count + 1)
            self._trails.setdefault(key, []).append(trail)
            return trail

    def close_trail(self, trail: Trail) -> None:
        """Stop keeping events on a trail; a second time does no harm."""
        with self._lock:
            trails = self._trails.get(trail.key, [])
            if trail in trails:
                trails.remove(trail)
            if not trails:
                self._trails.pop(trail.key, None)

    def _remember(self, event: Json, keys: Sequence[Key]) -> None:
        event_type = event["type"]
        if event_type == "StasisStart" and keys:
            self._ends.pop(keys[0], None)
            self._gone.pop(keys[0], None)
            self._entered[keys[0]] = event.get("application")
            if len(self._entered) > _ENTERED:
                self._entered.popitem(last=False)
        if event_type not in ENDED_BY:
            return
        ended = next((key for key in keys if key[0] == ENDED_BY[event_type]), None)
        if ended is not None:
            self._entered.pop(ended, None)
            self._gone.pop(ended, None)
            now = time.monotonic()
            before = self._ends.pop(ended, None)
            events = before.events if before is not None else {}
            events[event_type] = event
            self._ends[ended] = _End(now, events)
            while self._ends:
                oldest = next(iter(self._ends.values()))
                if now - oldest.moment < _REMEMBERED_FOR and len(self._ends) <= _REMEMBERED:
                    break
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
            if len(self._gone) > _REMEMBERED:
                self._gone.popitem(last=False)
            for waiter in self._by_key.get(key, ()):
                self._end_if_gone(waiter, key)

    def was_told_of_end(self, key: Key) -> bool:
        """Tell whether an event reported the end of this object."""
        with self._lock:
            end = self._ends.get(key)
            return end is not None and any(event_type in ENDS for event_type in end.events)

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
                if not waiter.types & AFTER_LEAVING:
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
            self._closed = ""

    def close(self, why: str = _CLOSED) -> None:
        """End all waits, now and later: nobody reads events any more.

        :param why: the reason, for error texts.
        """
        with self._lock:
            self._closed = why
            for waiter in self._everyone():
                self._dismiss(waiter, None, why)

    def on_fork(self, party: Hashable) -> None:
        """Replace the locks in a forked child, and drop the waits of those who are not there.

        :param party: who is there.
        """
        self._lock = threading.RLock()
        self._deaf.clear()
        for waiter in self._everyone():
            waiter.on_fork()
            if waiter.party != party:
                self.leave(waiter)

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
