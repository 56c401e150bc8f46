"""Waiting for events: who waits, for what, and when it can no longer come.

The thread that reads events meets the waiters, before any handler runs, so a handler may wait for
what its own call does next. Final events of recent objects are remembered: what came before the
wait began is not missed.

An event's references are its keys, (class name, id) pairs such as ``("Channel", "1234")``.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from ..exceptions import ARIObjectGone, ARIWaitTimeout

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["FINAL_EVENTS", "TARGETS", "Key", "Waiter", "WaitingRoom", "target_keys"]

Key = tuple[str, str]
Event = dict[str, Any]

#: The events that end an object, and the class of the object that they end.
FINAL_EVENTS = {
    "ChannelDestroyed": "Channel",
    "BridgeDestroyed": "Bridge",
    "PlaybackFinished": "Playback",
    "RecordingFinished": "LiveRecording",
    "RecordingFailed": "LiveRecording",
}

_ENDED_BY = {**FINAL_EVENTS, "StasisEnd": "Channel"}

#: What may still come after StasisEnd: a channel can return, and one that ARI made is reported to
#: its end. Any other wait on a channel ends there, since a channel that came by the dialplan is
#: never heard of again.
_AFTER_STASIS_END = frozenset(["ChannelDestroyed", "StasisStart"])

#: The schemes of a ``target_uri``, and the classes that they name.
TARGETS = {"channel": "Channel", "bridge": "Bridge"}

_CLOSED = "the client was closed, or gets no more events"

#: Of how many channels it is known which application they are in.
_ENTERED = 10_000

#: Seconds after which a wait looks again.
_GLANCE = 1.0


def target_keys(value: Any) -> list[Key]:
    """Return the channel or bridge that a playback or recording is on."""
    scheme, colon, object_id = str(value.get("target_uri", "")).partition(":")
    return [(TARGETS[scheme], object_id)] if colon and scheme in TARGETS else []


class Waiter:
    """One wait: the events that it asked for, in order, until its object is gone.

    Made by :meth:`WaitingRoom.open`; a context manager, closing twice does no harm.
    """

    def __init__(self, room: WaitingRoom, types: frozenset[str], keys: Sequence[Key]) -> None:
        self.room = room
        self.types = types
        self.keys = tuple(keys)
        self.thread = threading.get_ident()
        self._arrived: deque[tuple[int, Event] | ARIObjectGone] = deque()
        self._latest = 0
        self._over: tuple[float, ARIObjectGone] | None = None
        self._changed = threading.Condition()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def close(self) -> None:
        """Wait no more."""
        self.room.leave(self)

    def put(self, arrival: tuple[int, Event] | ARIObjectGone) -> None:
        """Hand over an event with its number, or the reason why none will come."""
        with self._changed:
            self._arrived.append(arrival)
            self._changed.notify()

    def end_at(self, moment: float, reason: ARIObjectGone) -> None:
        """Let the wait end at a ``time.monotonic()`` second, unless something comes before."""
        with self._changed:
            self._over = (moment, reason)
            self._changed.notify()

    def get(self, deadline: float | None = None) -> Event:
        """Return the next event.

        :param deadline: the ``time.monotonic()`` second to wait until; None waits for ever.
        :raises ARIWaitTimeout: none came in time.
        :raises ARIObjectGone: none can come any more.
        """
        self.room.before_wait()
        began = time.monotonic()
        try:
            with self._changed:
                while not self._arrived:
                    now = time.monotonic()
                    if self._over is not None and now >= self._over[0]:
                        self._arrived.append(self._over[1])
                        self._over = None
                        break
                    if deadline is not None and now >= deadline:
                        raise ARIWaitTimeout(f"{self.describe()}: nothing came in time")
                    # Not for ever at once: a signal handler on this thread may have put something
                    # in between the look and the wait, where no notice reaches it.
                    ends = [deadline, self._over and self._over[0], now + _GLANCE]
                    self._changed.wait(min(end for end in ends if end is not None) - now)
                arrival = self._arrived.popleft()
        finally:
            self.room.add_waited(time.monotonic() - began)
        if isinstance(arrival, ARIObjectGone):
            raise arrival
        self._latest, event = arrival
        return event

    def accept(self) -> None:
        """Settle for the event that came last; later waits on its objects look for later ones."""
        if self._latest:  # else it is an end that was remembered, and changes nothing
            self.room.look_back(self.keys, self._latest + 1)

    def describe(self) -> str:
        """Say what is awaited, for error texts."""
        about = f" of {self.keys[0][0]} {self.keys[0][1]}" if self.keys else ""
        return f"waiting for {' or '.join(sorted(self.types))}{about}"

    def ends_with(self, event_type: str) -> bool:
        """Tell whether nothing awaited can come after this end of an awaited object."""
        return event_type != "StasisEnd" or not self.types & _AFTER_STASIS_END


class WaitingRoom:
    """All waits of a client, and the memory of what came before a wait began.

    How recent objects ended is remembered. Of everything else, a wait on an object looks back to
    the latest call about that object, and to the event that the latest wait on it returned: what
    a call brings about may come before its answer does. Digits are not looked back for; they come
    from a person and not from a call.

    :param remembered: how many recent events, and the ends of how many objects, are kept.
    :param before_wait: called on the thread that is about to wait.
    """

    def __init__(
        self, remembered: int = 1000, before_wait: Callable[[], None] = lambda: None
    ) -> None:
        self.before_wait = before_wait
        self._count = 0
        self._recent: deque[tuple[int, Event, tuple[Key, ...]]] = deque(maxlen=remembered)
        self._since: OrderedDict[Key, int] = OrderedDict()
        self._lock = threading.RLock()
        self._closed = False
        self._deaf: set[int] = set()
        self._anywhere: list[Waiter] = []
        self._by_key: dict[Key, list[Waiter]] = {}
        self._ends: OrderedDict[Key, dict[str, Event]] = OrderedDict()
        #: Objects that are gone without an event: from when on nothing comes, and why.
        self._gone: OrderedDict[Key, tuple[float, str]] = OrderedDict()
        #: The application that each channel entered last, until it leaves it.
        self._entered: OrderedDict[Key, Any] = OrderedDict()
        self._remembered = remembered
        self._waited = threading.local()

    def open(self, types: Iterable[str], keys: Sequence[Key] = ()) -> Waiter:
        """Begin a wait for events of these types.

        :param types: the event types.
        :param keys: the objects that the events must be about, any of them; the end of any of
            them ends the wait. Without keys, events about anything.
        """
        waiter = Waiter(self, frozenset(types), keys)
        with self._lock:
            seen = self._hand_over_recent(waiter)
            for key in waiter.keys:
                self._by_key.setdefault(key, []).append(waiter)
                self._end_if_gone(waiter, key)
                for event in self._ends.get(key, {}).values():
                    if event["type"] in waiter.types and id(event) not in seen:
                        waiter.put((0, event))
                    self._end_if_over(waiter, key, event)
            if not waiter.keys:
                self._anywhere.append(waiter)
            if self._closed or waiter.thread in self._deaf:
                self._dismiss(waiter, None, _CLOSED)
        return waiter

    def wait_for(
        self,
        types: Iterable[str],
        keys: Sequence[Key] = (),
        predicate: Callable[[Event], Any] | None = None,
        timeout: float | None = None,
    ) -> Event:
        """Return the first event of these types that the predicate accepts.

        :param timeout: seconds; None waits for ever.
        :raises ARIWaitTimeout: none came in time.
        :raises ARIObjectGone: none can come any more.
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        with self.open(types, keys) as waiter:
            while True:
                event = waiter.get(deadline)
                if predicate is None or predicate(event):
                    waiter.accept()
                    return event

    def meet(self, event: Event, keys: Sequence[Key]) -> None:
        """Hand an event that was just read to those who wait for it.

        :param keys: the objects that the event is about, its main object first.
        """
        with self._lock:
            moved_on = self.has_moved_on(event, keys)
            self._count += 1
            number = self._count
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

    def has_moved_on(self, event: Event, keys: Sequence[Key]) -> bool:
        """Tell whether a StasisEnd is about a channel that has entered another application since.

        It went on living there. Two connections may tell of the entry before the leaving.
        """
        if event["type"] != "StasisEnd" or not keys:
            return False
        app = event.get("application")
        with self._lock:
            return bool(self._entered.get(keys[0], app) != app)

    def _end_if_over(self, waiter: Waiter, key: Key, event: Event) -> None:
        if key[0] == _ENDED_BY.get(event["type"]) and waiter.ends_with(event["type"]):
            self._dismiss(waiter, key, f"the {key[0]} ended with {event['type']}")

    def _hand_over_recent(self, waiter: Waiter) -> set[int]:
        """Hand over what came since the latest calls about the objects; return which it was."""
        since = {key: self._since[key] for key in waiter.keys if key in self._since}
        earliest = min(since.values(), default=self._count + 1)
        recent = list(itertools.takewhile(lambda r: r[0] >= earliest, reversed(self._recent)))
        seen: set[int] = set()
        for number, event, keys in reversed(recent):
            wanted = any(number >= since.get(key, number + 1) for key in keys)
            if wanted and event["type"] in waiter.types - {"ChannelDtmfReceived"}:
                waiter.put((number, event))
                seen.add(id(event))
        return seen

    @property
    def now(self) -> int:
        """The number that the next event will have."""
        return self._count + 1

    def look_back(self, keys: Iterable[Key], number: int) -> None:
        """Let later waits on these objects begin with the event of this number."""
        with self._lock:
            for key in keys:
                self._since[key] = max(number, self._since.get(key, 0))
                self._since.move_to_end(key)
            while len(self._since) > self._remembered:
                self._since.popitem(last=False)

    def _remember(self, event: Event, keys: Sequence[Key]) -> None:
        event_type = event["type"]
        if event_type == "StasisStart" and keys:
            self.renew(keys[0])
            self._entered[keys[0]] = event.get("application")
            if len(self._entered) > _ENTERED:
                self._entered.popitem(last=False)
        ended = [key for key in keys if key[0] == _ENDED_BY.get(event_type)]
        if ended:
            self._entered.pop(ended[0], None)
            self._ends.setdefault(ended[0], {})[event_type] = event
            self._ends.move_to_end(ended[0])
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

    def _end_if_gone(self, waiter: Waiter, key: Key) -> None:
        if key in self._gone:
            moment, why = self._gone[key]
            if moment > time.monotonic():
                waiter.end_at(moment, ARIObjectGone(f"{waiter.describe()}: {why}", key=key))
            else:
                self._dismiss(waiter, key, why)

    def reopen(self) -> None:
        """Let waits begin again after :meth:`close`."""
        with self._lock:
            self._closed = False

    def close(self) -> None:
        """End all waits, and those yet to begin: nobody reads events any more."""
        with self._lock:
            self._closed = True
            for waiter in self._everyone():
                self._dismiss(waiter, None, _CLOSED)

    def deafen(self, threads: Iterable[int]) -> None:
        """End all waits of these threads, and those yet to begin: their events come no more."""
        with self._lock:
            self._deaf.update(threads)
            for waiter in self._everyone():
                if waiter.thread in self._deaf:
                    self._dismiss(waiter, None, _CLOSED)

    def undeafen(self, threads: Iterable[int]) -> None:
        """Let threads of these numbers wait again."""
        with self._lock:
            self._deaf.difference_update(threads)

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

    def add_waited(self, seconds: float) -> None:
        """Count time that the current thread spent waiting on purpose."""
        self._waited.seconds = self.waited() + seconds

    def waited(self) -> float:
        """Return the seconds that the current thread has spent waiting on purpose."""
        return float(getattr(self._waited, "seconds", 0.0))
