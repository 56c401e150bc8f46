"""The listener table: which listeners an event has.

They are looked up and never scanned::

    by_type    {event type: [subscription, …]}
    by_object  {(class name, object id): {event type: [subscription, …]}}

so an event costs the same with one object listener as with a hundred thousand.
"""

from __future__ import annotations

import inspect
import itertools
import threading
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING, Protocol, TypeAlias

from ..kinds import LEAVES, Key, ended_key
from ..transport.base import Json

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["Call", "Delivery", "Listener", "ListenerTable", "Subscription", "call_each"]

#: A user's function that is registered for events.
Listener: TypeAlias = Callable[..., object]

_order_of = attrgetter("order")


class Call(Protocol):
    """Calls a listener, on whatever thread and with whatever care."""

    def __call__(
        self, subscription: Subscription, listener: Listener, /, *args: object, **kwargs: object
    ) -> object: ...


class Subscription:
    """A listener that is registered for an event, until :meth:`close`.

    Unpacks to ``(callback, args, kwargs)``. Closing twice does no harm; a context manager.
    """

    __slots__ = (
        "_table",
        "args",
        "callback",
        "closed",
        "ended_with",
        "event_type",
        "key",
        "kwargs",
        "once",
        "order",
    )

    def __init__(
        self,
        table: ListenerTable,
        event_type: str,
        key: Key | None,
        callback: Listener,
        args: tuple[object, ...],
        kwargs: Mapping[str, object],
        once: bool,
        order: int,
    ) -> None:
        self._table = table
        self.event_type = event_type
        self.key = key
        self.callback = callback
        self.args = args
        self.kwargs = kwargs
        self.once = once
        self.order = order
        self.closed = False
        self.ended_with: int | None = None

    def __iter__(self) -> Iterator[object]:
        return iter((self.callback, self.args, self.kwargs))

    def __repr__(self) -> str:
        about = f" of {self.key[0]} {self.key[1]}" if self.key else ""
        return f"<Subscription to {self.event_type}{about}: {self.name}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    @property
    def name(self) -> str:
        """The name of the user's function, for logs."""
        callback = inspect.unwrap(self.callback)
        return str(getattr(callback, "__qualname__", None) or repr(callback))

    def close(self) -> None:
        """Unsubscribe."""
        self._table.remove(self)
        self.ended_with = None

    def claim(self, event_number: int) -> bool:
        """Tell whether the listener must be called for an event now.

        It must not if the subscription was closed, or is for one event and another thread was
        first. Events that were read before its object ended still count, however late they are
        handled.

        :param event_number: the event's number in the order of reading.
        """
        if not self.closed and not self.once:
            return True
        return self._table.claim(self, event_number)


@dataclass(slots=True)
class Delivery:
    """An event on its way to its listeners.

    :ivar keys: the objects that the event is about, its main object first.
    :ivar number: its number in the order of reading.
    :ivar listeners: its listeners as it was read, in the order of their registration.
    :ivar added: how many listeners had been registered by then.
    """

    event: Json
    keys: Sequence[Key]
    number: int
    listeners: list[Subscription]
    added: int


class ListenerTable:
    """All subscriptions of a client.

    :param left: how many objects that left keep their listeners, since a channel may come back to
        Stasis, and may end without an event.
    :ivar added: how many listeners have ever been registered.
    """

    def __init__(self, left: int = 1000) -> None:
        self.by_type: dict[str, list[Subscription]] = {}
        self.by_object: dict[Key, dict[str, list[Subscription]]] = {}
        #: What an equal listener would take the place of.
        self._replaceable: dict[tuple[str, Listener], Subscription] = {}
        self._left: OrderedDict[Key, None] = OrderedDict()
        self._left_limit = left
        self._lock = threading.RLock()
        self._order = itertools.count()
        self.added = 0

    def renew_lock(self) -> None:
        """Replace the lock, in a forked child: nobody may be left there to release the old one."""
        self._lock = threading.RLock()

    def add(
        self,
        event_type: str,
        callback: Listener,
        args: tuple[object, ...] = (),
        kwargs: Mapping[str, object] | None = None,
        *,
        key: Key | None = None,
        once: bool = False,
        replace: bool = False,
    ) -> Subscription:
        """Register a listener, and return its subscription.

        :param key: the object that the event must be about; None for any.
        :param once: whether it is called for one event only.
        :param replace: whether it takes the place of an equal listener.
        :raises TypeError: the listener, or the user's own behind it, cannot be called.
        """
        function = inspect.unwrap(callback)
        if not callable(function):
            raise TypeError(f"{function!r} is not a function, to be called for {event_type!r}")
        with self._lock:
            subscription = Subscription(
                self, event_type, key, callback, args, kwargs or {}, once, next(self._order)
            )
            listeners = self._home(key).setdefault(event_type, [])
            if replace:
                for other in self._equal(event_type, callback):
                    self.remove(other)
                listeners = self._home(key).setdefault(event_type, [])
                if isinstance(callback, Hashable):
                    self._replaceable[event_type, callback] = subscription
            listeners.append(subscription)
            self.added += 1
            return subscription

    def _equal(self, event_type: str, callback: Listener) -> list[Subscription]:
        """Return the subscription that an equal listener takes the place of."""
        if isinstance(callback, Hashable):
            found = self._replaceable.get((event_type, callback))
            return [found] if found is not None else []
        return [s for s in self.by_type.get(event_type, ()) if s.callback == callback]

    def _home(self, key: Key | None) -> dict[str, list[Subscription]]:
        return self.by_type if key is None else self.by_object.setdefault(key, {})

    def remove(self, subscription: Subscription) -> bool:
        """Unregister; return whether it was registered."""
        with self._lock:
            was_open, subscription.closed = not subscription.closed, True
            key = subscription.key
            home = self.by_type if key is None else self.by_object.get(key, {})
            listeners = home.get(subscription.event_type, [])
            # They stand in the order of their registration.
            at = bisect_left(listeners, subscription.order, key=_order_of)
            if at < len(listeners) and listeners[at] is subscription:
                del listeners[at]
            if key is None and isinstance(subscription.callback, Hashable):
                place = (subscription.event_type, subscription.callback)
                if self._replaceable.get(place) is subscription:
                    del self._replaceable[place]
            if not listeners:
                home.pop(subscription.event_type, None)
            if key is not None and not home:
                self._forget(key)
            return was_open

    def add_later(self, delivery: Delivery) -> None:
        """Add the listeners that were registered since an event was read."""
        known = set(delivery.listeners)
        for subscription in self.matching(delivery.event["type"], delivery.keys):
            if subscription not in known:
                delivery.listeners.append(subscription)
        delivery.listeners.sort(key=_order_of)

    def matching(self, event_type: str, keys: Sequence[Key]) -> list[Subscription]:
        """Return the subscriptions that an event is for, in the order of their registration.

        :param keys: the objects that the event is about.
        """
        with self._lock:
            if event_type == "StasisStart" and keys:
                # Before its listeners are called: one of them may last as long as the call.
                self._left.pop(keys[0], None)
            found = list(self.by_type.get(event_type, ()))
            for key in keys:
                found += self.by_object.get(key, {}).get(event_type, ())
        found.sort(key=_order_of)
        return found

    def claim(self, subscription: Subscription, event_number: int) -> bool:
        """Tell whether a listener must be called for an event; see :meth:`Subscription.claim`."""
        with self._lock:
            if not subscription.closed:
                self.remove(subscription)  # it is for one event only
                return True
            if subscription.ended_with is None or event_number > subscription.ended_with:
                return False
            if subscription.once:
                subscription.ended_with = None
            return True

    def end(self, event_type: str, keys: Sequence[Key], event_number: int) -> None:
        """Unregister the listeners of an object that an event ends, or reports as having left.

        :param keys: the objects that the event is about, its main object first.
        :param event_number: the event's number in the order of reading.
        """
        ended = ended_key(event_type, keys)
        if ended is not None:
            self.retire(ended, event_number)
        elif event_type in LEAVES and keys:
            self.keep_for_a_while(keys[0])

    def keep_for_a_while(self, key: Key) -> None:
        """Keep the listeners of an object that events may or may not mention again.

        They are unregistered once many other objects have come to that.
        """
        with self._lock:
            if key not in self.by_object:
                return
            self._left[key] = None
            self._left.move_to_end(key)
            if len(self._left) > self._left_limit:
                self.retire(next(iter(self._left)), 0)

    def retire(self, key: Key, event_number: int) -> None:
        """Unregister all listeners of an object that is gone.

        :param event_number: the last event that may still be for them.
        """
        with self._lock:
            for listeners in list(self.by_object.get(key, {}).values()):
                for subscription in list(listeners):
                    subscription.ended_with = event_number
                    self.remove(subscription)

    def _forget(self, key: Key) -> None:
        self.by_object.pop(key, None)
        self._left.pop(key, None)

    def keys(self) -> list[Key]:
        """Return the objects that have listeners."""
        with self._lock:
            return list(self.by_object)


def call_each(
    subscriptions: Sequence[Subscription],
    arguments: tuple[object, ...],
    event_number: int,
    call: Call,
    on_error: Callable[[BaseException], object],
) -> None:
    """Call listeners one after another.

    :param arguments: what each is called with, before the arguments of its registration.
    :param event_number: the number of the event that they are called for; 0 for what is not one.
    :param call: calls one of them.
    :param on_error: called with what one of them raised; what it raises itself ends this.
    """
    for subscription in subscriptions:
        if subscription.claim(event_number):
            try:
                call(
                    subscription,
                    subscription.callback,
                    *arguments,
                    *subscription.args,
                    **subscription.kwargs,
                )
            except Exception as ex:  # noqa: BLE001 - what a user's function raises is the user's
                on_error(ex)
