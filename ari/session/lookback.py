"""Bookkeeping around requests, so that no event that they cause is missed.

What a request brings about may be reported before its answer comes. So the events since a request
are kept for the waits that follow it in the same handler, and what a handler makes is not reported
to other handlers before it has had its chance to listen.
"""

from __future__ import annotations

import os
import threading
import time
import uuid
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from ..events.listeners import ListenerTable
from ..events.trail import DIGITS, Trail
from ..events.waits import WaitingRoom
from ..kinds import ABOUT, Key
from ..rest.call import PreparedCall
from ..rest.workarounds import UNREPORTED_ENDS
from .event_sources import EventSources

__all__ = ["Holder", "LookBack"]

#: Seconds in which the last events of a bridge come after the answer to its destruction.
_LAST_EVENTS = 1.0

#: Seconds after the answer for which the events of what a request made are held back.
_HELD_FOR = 0.2

#: Seconds for which events are kept for a thread that is not a handler, and so has no end.
_KEPT_FOR = 60.0


class Holder(Protocol):
    """Holds back the events of what a handler makes, while the handler runs."""

    @property
    def holds(self) -> bool:
        """Whether other handlers may run meanwhile, so that holding is needed."""

    def hold(self, key: Key) -> None:
        """Hold the events of an object back until the handler ends, or :meth:`release`."""

    def hold_for(self, key: Key, seconds: float) -> None:
        """Hold the events of an object no longer than for some seconds from now."""

    def release(self) -> None:
        """Release what the current handler holds."""


class _Memory:
    """What one handler, or one thread of the user's own, may look back to."""

    def __init__(self, waits: WaitingRoom) -> None:
        self.waits = waits
        self._process = os.getpid()
        #: The trails, those that were used last at the end, with the time of that.
        self.trails: OrderedDict[Key, tuple[Trail, float]] = OrderedDict()

    def trail(self, key: Key) -> Trail:
        """Return the trail of an object; a new one begins with the next event."""
        kept = self.trails.pop(key, None)
        trail = kept[0] if kept is not None else self.waits.open_trail(key)
        self.trails[key] = (trail, time.monotonic())
        return trail

    def forget_old(self) -> None:
        """Close the trails that were not used for long."""
        latest = time.monotonic() - _KEPT_FOR
        while self.trails:
            key, (_, used) = next(iter(self.trails.items()))
            if used > latest:
                return
            self.waits.close_trail(self.trails.pop(key)[0])

    def close(self) -> None:
        """Close all trails."""
        while self.trails:
            _, (trail, _) = self.trails.popitem()
            self.waits.close_trail(trail)

    def __del__(self) -> None:
        # In a forked child this is called for the parent's threads, even before locks are renewed.
        if os.getpid() == self._process:
            self.close()


class _Here(threading.local):
    """What goes on in this thread: whose handlers run, and what they may look back to."""

    holder: Holder | None = None
    memory: _Memory | None = None


class LookBack:
    """What is known of a client's own requests.

    :param waits: the waits that may be about what a request ends.
    :param event_sources: records what requests subscribe to.
    :param listeners: the listeners that may be about what a request ends.
    :param holders: returns who holds back events for a thread of the user's own: all runs.
    """

    def __init__(
        self,
        waits: WaitingRoom,
        event_sources: EventSources,
        listeners: ListenerTable,
        holders: Callable[[], Sequence[Holder]] = lambda: (),
    ) -> None:
        self._holders = holders
        self._waits = waits
        self._event_sources = event_sources
        self._listeners = listeners
        self._here = _Here()

    @contextmanager
    def handling(self, holder: Holder) -> Iterator[None]:
        """Run handlers inside: what they make is held back by this holder."""
        here = self._here
        before, here.holder = here.holder, holder
        try:
            yield
        finally:
            here.holder = before
            self.end_handler()

    def end_handler(self) -> None:
        """Forget what the handler that ends on this thread could look back to."""
        memory, self._here.memory = self._here.memory, None
        if memory is not None:
            memory.close()

    def _memory(self) -> _Memory:
        """Return what is kept for this thread."""
        memory = self._here.memory
        if memory is None:
            memory = self._here.memory = _Memory(self._waits)
        elif self._here.holder is None:
            memory.forget_old()
        return memory

    def new_id(self) -> str | None:
        """Return an id for an object about to be made; None where Asterisk may choose it.

        Where other handlers run meanwhile, it must be known before the request.
        """
        return str(uuid.uuid4()) if self._holding() else None

    def _holding(self) -> Sequence[Holder]:
        """Return who holds events back for this thread.

        In a handler that is its own run, if others handle events meanwhile. A thread of the
        user's own competes with all runs.
        """
        holder = self._here.holder
        if holder is None:
            return self._holders()
        return (holder,) if holder.holds else ()

    def begin(self, call: PreparedCall) -> Trail | None:
        """Record that a request is about to be sent; return what :meth:`done` and :meth:`end` want.

        Waits on the objects that it is about look back to here.
        """
        memory = self._memory()
        now = self._waits.count + 1
        for name, value in call.values.items():
            if name in ABOUT:
                for object_id in value if isinstance(value, list) else str(value).split(","):
                    memory.trail((ABOUT[name], str(object_id))).since = now
        if call.makes is None:
            return None
        class_name, object_id = call.makes
        if object_id:
            for holder in self._holding():
                holder.hold(call.makes)
            self._waits.renew(call.makes)
            memory.trail(call.makes).since = now
            return None
        # Its id comes with the answer, and its first events perhaps before.
        return self._waits.open_trail((class_name, ""))

    def done(self, call: PreparedCall, result: object, began: Trail | None) -> None:
        """Record that a request succeeded.

        :param began: what :meth:`begin` returned.
        """
        if began is not None and hasattr(result, "event_key"):
            self._memory().trail(result.event_key).take_over(began)
        name = call.operation.name
        if call.operation.resource == "applications":
            self._event_sources.note(name, call.values)
        class_name, parameter = UNREPORTED_ENDS.get(name, ("", ""))
        if parameter in call.values:
            key = (class_name, str(call.values[parameter]))
            self._waits.retire(key, "was destroyed", grace=_LAST_EVENTS)
            self._listeners.keep_for_a_while(key)

    def end(self, call: PreparedCall, began: Trail | None) -> None:
        """Record that a request that makes something is over, whether or not it succeeded.

        :param began: what :meth:`begin` returned.
        """
        if began is not None:
            self._waits.close_trail(began)
        elif call.makes is not None:
            for holder in self._holding():
                holder.hold_for(call.makes, _HELD_FOR)

    def trails(self, keys: Iterable[Key], types: Iterable[str]) -> list[Trail]:
        """Return what a wait on these objects looks back to.

        :param types: what it waits for. Digits are kept from when they are first asked for.
        """
        memory = self._memory()
        trails = [memory.trail(key) for key in keys]
        if not DIGITS.isdisjoint(types):
            for trail in trails:
                if trail.digits_since is None:
                    trail.digits_since = self._waits.count + 1
        return trails

    def has_ended(self, key: Key) -> bool:
        """Tell whether an object is known to have ended, or to have left.

        Once a handler has asked, it is told however late it asks again.
        """
        trail = self._memory().trail(key)
        return self._waits.has_ended(key) or trail.ended()

    def knows(self, key: Key) -> bool:
        """Tell whether this handler has sent a request about an object, or waited on it."""
        memory = self._here.memory
        return memory is not None and key in memory.trails

    def start_at(self, keys: Iterable[Key], types: Iterable[str], number: int) -> None:
        """Later waits on these objects start at this event number.

        :param types: what was waited for.
        """
        digits = not DIGITS.isdisjoint(types)
        for key in keys:
            trail = self._memory().trail(key)
            if digits:
                trail.digits_since = number
            trail.start_at(number)

    def release_held(self) -> None:
        """Release what the current handler holds back: it is about to wait."""
        for holder in self._holding():
            holder.release()
