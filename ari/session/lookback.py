"""Bookkeeping around requests, so that no event that they cause is missed.

What a request brings about may be reported before its answer comes. So the events since a request
are kept for waits that follow it, and what a handler makes is not reported to other handlers
before it has had its chance to listen.
"""

from __future__ import annotations

import threading
import uuid
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol

from ..events.listeners import ListenerTable
from ..events.waits import WaitingRoom
from ..kinds import ABOUT, Key
from ..rest.call import PreparedCall
from ..rest.workarounds import UNREPORTED_ENDS
from .event_sources import EventSources

__all__ = ["Holder", "LookBack"]

#: Seconds in which the last events of a bridge come after the answer to its destruction.
_LAST_EVENTS = 1.0

#: Of how many objects it is known which request was about them last.
_REMEMBERED = 1000


class Holder(Protocol):
    """Holds back the events of what a handler makes, while the handler runs."""

    @property
    def holds(self) -> bool:
        """Whether other handlers may run meanwhile, so that holding is needed."""

    def hold(self, key: Key) -> None:
        """Hold the events of an object back until the handler ends, or :meth:`release`."""

    def release(self) -> None:
        """Release what the current handler holds."""


#: Whose handlers run on this thread or in this task.
_handling: ContextVar[tuple[LookBack, Holder] | None] = ContextVar("ari_handling", default=None)


class LookBack:
    """What is known of a client's own requests.

    :param waits: the waits that may be about what a request ends.
    :param event_sources: records what requests subscribe to.
    :param listeners: the listeners that may be about what a request ends.
    """

    def __init__(
        self, waits: WaitingRoom, event_sources: EventSources, listeners: ListenerTable
    ) -> None:
        self._waits = waits
        self._event_sources = event_sources
        self._listeners = listeners
        self._since: OrderedDict[Key, int] = OrderedDict()
        self._lock = threading.Lock()

    @contextmanager
    def handling(self, holder: Holder) -> Iterator[None]:
        """Run handlers inside: what they make is held back by this holder."""
        token = _handling.set((self, holder))
        try:
            yield
        finally:
            _handling.reset(token)

    def new_id(self) -> str | None:
        """Return an id for an object about to be made; None where Asterisk may choose it.

        Where other handlers run meanwhile, it must be known before the request.
        """
        holder = self._holder()
        return str(uuid.uuid4()) if holder is not None and holder.holds else None

    def begin(self, call: PreparedCall) -> int:
        """Record that a request is about to be sent; return the number that :meth:`done` wants."""
        began = self._waits.count + 1
        for name, value in call.values.items():
            if name in ABOUT:
                for object_id in value if isinstance(value, list) else str(value).split(","):
                    self._note((ABOUT[name], str(object_id)), began)
        if call.makes is not None:
            holder = self._holder()
            if holder is not None and holder.holds:
                holder.hold(call.makes)
            if call.makes[1]:
                self._waits.renew(call.makes)
        return began

    def done(self, call: PreparedCall, result: object, began: int) -> None:
        """Record that a request succeeded."""
        if call.makes is not None and hasattr(result, "event_key"):
            self._note(result.event_key, began)
        name = call.operation.name
        if call.operation.resource == "applications":
            self._event_sources.note(name, call.values)
        if name in UNREPORTED_ENDS:
            class_name, parameter = UNREPORTED_ENDS[name]
            key = (class_name, str(call.values[parameter]))
            self._waits.retire(key, "was destroyed", grace=_LAST_EVENTS)
            self._listeners.keep_for_a_while(key)

    def since(self, keys: Iterable[Key]) -> dict[Key, int]:
        """Return the number of the event from which on waits on these objects look back."""
        with self._lock:
            return {key: self._since[key] for key in keys if key in self._since}

    def start_at(self, keys: Iterable[Key], number: int) -> None:
        """Later waits on these objects start at this event number."""
        for key in keys:
            self._note(key, number)

    def release_held(self) -> None:
        """Release what the current handler holds back: it is about to wait."""
        holder = self._holder()
        if holder is not None:
            holder.release()

    def _note(self, key: Key, number: int) -> None:
        with self._lock:
            self._since[key] = max(number, self._since.get(key, 0))
            self._since.move_to_end(key)
            if len(self._since) > _REMEMBERED:
                self._since.popitem(last=False)

    def _holder(self) -> Holder | None:
        handling = _handling.get()
        return handling[1] if handling is not None and handling[0] is self else None
