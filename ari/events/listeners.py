"""The listener table: which callbacks an event has.

Listeners are looked up and never scanned::

    by_type    {event type: [subscription, …]}
    by_object  {(class name, object id): {event type: [subscription, …]}}

so an event costs the same with one object listener as with a hundred thousand. No I/O here, no
threads of its own, no calling of callbacks.
"""

from __future__ import annotations

import inspect
import itertools
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ..swagger.processors import Json
from ..swagger.request import near_miss
from .waits import FINAL_EVENTS, TARGETS, Key, target_keys

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["EventSchema", "ListenerTable", "Subscription"]

Event = dict[str, Any]

#: The field that is an object's id in its JSON; an endpoint's takes two.
_ID_FIELDS = {
    "Channel": ("id",),
    "Bridge": ("id",),
    "Playback": ("id",),
    "LiveRecording": ("name",),
    "StoredRecording": ("name",),
    "Endpoint": ("technology", "resource"),
    "DeviceState": ("name",),
    "Mailbox": ("name",),
    "Sound": ("id",),
}

#: The classes whose ``target_uri`` says which channel or bridge they are about.
_TARGETED = ("Playback", "LiveRecording")

#: Whose call an event belongs to: the first of these classes that it refers to.
_CALL_ORDER = ("Channel", "Bridge", "LiveRecording", "Playback", "Endpoint", "DeviceState")


class EventSchema:
    """What the declarations say of events: which objects each type refers to.

    :param models: the models of the ``events`` resource, by name.
    """

    def __init__(self, models: dict[str, Json]) -> None:
        self.models = models
        self._fields = {name: self._object_fields(model) for name, model in models.items()}

    @staticmethod
    def _object_fields(model: Json) -> list[tuple[str, str, bool]]:
        properties = model.get("properties", {})
        return [
            (field, prop["type"], bool(prop.get("required")))
            for field, prop in properties.items()
            if isinstance(prop.get("type"), str)
        ]

    def fields_of(self, event_type: str, class_name: str) -> list[str]:
        """Return the fields of an event that hold objects of a class, the main one first.

        The main one is the field that is required if exactly one is, else the first declared.

        :raises ValueError: there is no such event, or it has no such object.
        """
        self.check_type(event_type)
        found = [(f, required) for f, cls, required in self._model_fields(event_type, class_name)]
        if not found:
            raise ValueError(
                f"event {event_type!r} has no fields of type {class_name!r}; events that have: "
                f"{', '.join(self._types_with(class_name)) or 'none'}"
            )
        fields = [field for field, _ in found]
        needed = [field for field, required in found if required]
        return [needed[0], *(f for f in fields if f != needed[0])] if len(needed) == 1 else fields

    def check_type(self, event_type: str) -> None:
        """Raise ValueError unless there is such an event."""
        if event_type not in self.models:
            raise ValueError(
                f"there is no event {event_type!r}{near_miss(event_type, self.models)}; "
                f"events are: {', '.join(sorted(self._event_names()))}"
            )

    def holds(self, event_type: str, class_name: str) -> bool:
        """Tell whether an event has a field of a class."""
        return bool(self._model_fields(event_type, class_name))

    def check_refers(self, event_type: str, class_name: str) -> None:
        """Raise ValueError unless such an event can be about an object of this class."""
        self.check_type(event_type)
        targeted = class_name in TARGETS.values() and any(
            cls in _TARGETED for _, cls, _ in self._fields[event_type]
        )
        if not targeted:
            self.fields_of(event_type, class_name)

    def _event_names(self) -> Iterable[str]:
        """Return the names of the models that are events, if the base of all says which are."""
        base = self.models.get("Event", {})
        names: Iterable[str] = base.get("subTypes") or self.models
        return names

    def _model_fields(self, event_type: str, class_name: str) -> list[tuple[str, str, bool]]:
        return [entry for entry in self._fields.get(event_type, []) if entry[1] == class_name]

    def _types_with(self, class_name: str) -> list[str]:
        return sorted(n for n in self._event_names() if self._model_fields(n, class_name))

    def references(self, event: Event) -> list[Key]:
        """Return the objects that an event is about, the one whose call it belongs to first.

        :raises ValueError: a field that should hold an object holds something else.
        """
        keys: list[Key] = []
        main: dict[str, list[Key]] = {}
        for field, class_name, required in self._fields.get(event["type"], ()):
            value = event.get(field)
            if not value or class_name not in _ID_FIELDS:
                continue
            found = [(class_name, _object_id(field, class_name, value))]
            if class_name in _TARGETED:
                found += target_keys(value)
            for key in found:
                group = main.setdefault(key[0], [])
                if required:
                    group.insert(0, key)
                else:
                    group.append(key)
        for class_name in (*_CALL_ORDER, *(c for c in main if c not in _CALL_ORDER)):
            keys += (key for key in main.get(class_name, ()) if key not in keys)
        return keys


def _object_id(field: str, class_name: str, value: Any) -> str:
    names = _ID_FIELDS[class_name]
    parts = [value.get(name) for name in names] if isinstance(value, dict) else [None]
    if not all(isinstance(part, str) for part in parts):
        raise ValueError(f"its {field!r} is no {class_name}")
    return "/".join(parts)  # type: ignore[arg-type]


class Subscription:
    """A callback that is registered for an event, until :meth:`close`.

    Unpacks to ``(callback, args, kwargs)``. Closing twice does no harm; a context manager.
    """

    __slots__ = (
        "_table",
        "args",
        "callback",
        "closed",
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
        callback: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
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

    def __iter__(self) -> Iterator[Any]:
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
        """The name of the user's callback, for logs."""
        callback = inspect.unwrap(self.callback)
        return str(getattr(callback, "__qualname__", None) or repr(callback))

    def close(self) -> None:
        """Unsubscribe."""
        self._table.remove(self)

    def claim(self) -> bool:
        """Tell whether the callback is to be called for an event now.

        It is not if the subscription was closed, or fires once and another thread was first.
        """
        return self._table.remove(self) if self.once else not self.closed


class ListenerTable:
    """All subscriptions of a client.

    :param left: of how many channels that left Stasis, and the like, the listeners are kept, since
        a channel may come back, and may end without our being told.
    """

    def __init__(self, left: int = 1000) -> None:
        self.by_type: dict[str, list[Subscription]] = {}
        self.by_object: dict[Key, dict[str, list[Subscription]]] = {}
        self._left: OrderedDict[Key, None] = OrderedDict()
        self._left_limit = left
        self._lock = threading.RLock()
        self._order = itertools.count()

    def add(
        self,
        event_type: str,
        callback: Callable[..., Any],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
        *,
        key: Key | None = None,
        once: bool = False,
        replace: bool = False,
    ) -> Subscription:
        """Register a callback, and return its subscription.

        :param key: the object that the event must be about; None for any.
        :param once: whether it fires once only.
        :param replace: whether it takes the place of an equal callback.
        :raises TypeError: the callback, or the user's own behind it, cannot be called.
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
                for other in [s for s in listeners if s.callback == callback]:
                    self.remove(other)
                listeners = self._home(key).setdefault(event_type, [])
            listeners.append(subscription)
            return subscription

    def _home(self, key: Key | None) -> dict[str, list[Subscription]]:
        return self.by_type if key is None else self.by_object.setdefault(key, {})

    def remove(self, subscription: Subscription) -> bool:
        """Unregister; return whether it was registered."""
        with self._lock:
            was_open, subscription.closed = not subscription.closed, True
            key = subscription.key
            home = self.by_type if key is None else self.by_object.get(key, {})
            listeners = home.get(subscription.event_type, [])
            if subscription in listeners:
                listeners.remove(subscription)
            if not listeners:
                home.pop(subscription.event_type, None)
            if key is not None and not home:
                self._forget(key)
            return was_open

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
        found.sort(key=lambda subscription: subscription.order)
        return found

    def settle(self, event_type: str, keys: Sequence[Key]) -> None:
        """Draw the consequences of an event for its objects' listeners, after they were called."""
        if not keys:
            return
        if event_type == "StasisEnd":
            self.keep_for_a_while(keys[0])
        elif event_type in FINAL_EVENTS:
            ended = FINAL_EVENTS[event_type]
            for gone in [key for key in keys if key[0] == ended][:1]:
                self.retire(gone)

    def keep_for_a_while(self, key: Key) -> None:
        """Keep the listeners of an object that may or may not be heard of again.

        They go when many others have come to that.
        """
        with self._lock:
            if key not in self.by_object:
                return
            self._left[key] = None
            self._left.move_to_end(key)
            if len(self._left) > self._left_limit:
                self.retire(next(iter(self._left)))

    def retire(self, key: Key) -> None:
        """Unregister all listeners of an object that is gone."""
        with self._lock:
            for listeners in list(self.by_object.get(key, {}).values()):
                for subscription in list(listeners):
                    self.remove(subscription)

    def _forget(self, key: Key) -> None:
        self.by_object.pop(key, None)
        self._left.pop(key, None)

    def keys(self) -> list[Key]:
        """Return the objects that have listeners."""
        with self._lock:
            return list(self.by_object)
