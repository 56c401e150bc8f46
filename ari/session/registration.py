"""Registering listeners: the ``on_…`` methods of a client."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar, overload

from ..events.listeners import Listener, Subscription
from ..kinds import KINDS, Kind
from ..model import CLASS_MAP, BaseObject, DomainClass, EventObjects
from ..swagger.request import near_miss
from ..transport.base import Json
from .session import Session

__all__ = ["ListenMethod", "Listening"]

log = logging.getLogger(__name__)

_Function = TypeVar("_Function", bound=Listener)


class ListenMethod(Protocol):
    """``on_channel_event`` and its like: registers a function, or decorates one."""

    @overload
    def __call__(
        self, event_type: str, fn: None = None, *args: object, once: bool = ..., **kwargs: object
    ) -> Callable[[_Function], _Function]: ...

    @overload
    def __call__(
        self, event_type: str, fn: Listener, *args: object, once: bool = ..., **kwargs: object
    ) -> Subscription: ...


class Listening:
    """The part of a client that listeners are registered with.

    There is an ``on_…_event`` method for each class of object that has events; see
    :mod:`ari.kinds`.
    """

    on_channel_event: ListenMethod
    on_bridge_event: ListenMethod
    on_playback_event: ListenMethod
    on_live_recording_event: ListenMethod
    on_stored_recording_event: ListenMethod
    on_endpoint_event: ListenMethod
    on_device_state_event: ListenMethod
    on_sound_event: ListenMethod

    def __init__(self, session: Session) -> None:
        self._session = session

    @overload
    def on_event(
        self,
        event_type: str,
        event_cb: None = None,
        *args: object,
        once: bool = False,
        **kwargs: object,
    ) -> Callable[[_Function], _Function]: ...

    @overload
    def on_event(
        self,
        event_type: str,
        event_cb: Listener,
        *args: object,
        once: bool = False,
        **kwargs: object,
    ) -> Subscription: ...

    def on_event(
        self,
        event_type: str,
        event_cb: Listener | None = None,
        *args: object,
        once: bool = False,
        **kwargs: object,
    ) -> object:
        """Call a function for every event of a type, as ``event_cb(event, *args, **kwargs)``.

        A function that is registered for this type already is replaced. Without a function it is
        a decorator. A type that Asterisk does not declare is logged, and listened for.

        :param event_type: the event's type, such as ``StasisStart``.
        :param event_cb: the function; what follows is passed to it after the event.
        :param once: whether to call it for the first event only.
        :return: a subscription with ``close()``, also a context manager.
        :raises TypeError: ``event_cb`` is not a function.
        """
        if event_cb is None:
            return _decorator(self.on_event, event_type, *args, once=once, **kwargs)
        subscription = self._session.listeners.add(
            event_type, event_cb, args, kwargs, once=once, replace=True
        )
        declared = self._session.schema.models
        if declared and event_type not in declared:
            hint = near_miss(event_type, declared)
            log.warning("listening for %r, which Asterisk does not declare%s", event_type, hint)
        return subscription

    def on_object_event(
        self,
        event_type: str,
        event_cb: Listener | None,
        factory_fn: DomainClass,
        model_id: str,
        *args: object,
        once: bool = False,
        **kwargs: object,
    ) -> object:
        """Call a function for events of a type with the objects of a class that they hold.

        It is called as ``event_cb(objects, event, *args, **kwargs)``. If the event declares one
        field of the class, ``objects`` is the object, or None if the event holds none; if it
        declares several, an :class:`ari.model.EventObjects`.

        :param event_type: the event's type, such as ``StasisStart``.
        :param event_cb: the function; None for a decorator.
        :param factory_fn: makes an object, from the client and the object's JSON.
        :param model_id: the class's name in the declarations.
        :param once: whether to call it for the first event only.
        :return: a subscription with ``close()``, also a context manager.
        :raises ValueError: there is no such event, or it has no such object.
        :raises TypeError: ``event_cb`` is not a function.
        """
        fields = self._session.schema.fields_of(event_type, model_id)
        if event_cb is None:
            return _decorator(
                self.on_object_event, event_type, factory_fn, model_id, *args, once=once, **kwargs
            )
        listener = _with_objects(event_cb, self, fields, factory_fn)
        return self._session.listeners.add(event_type, listener, args, kwargs, once=once)

    def _listen_to(
        self,
        obj: BaseObject,
        event_type: str,
        fn: Listener | None = None,
        /,
        *args: object,
        once: bool = False,
        **kwargs: object,
    ) -> object:
        """Listen to events about one object; see :meth:`ari.model.BaseObject.on_event`."""
        schema = self._session.schema
        schema.check_refers(event_type, obj.model_id)
        if fn is None:
            return _decorator(obj.on_event, event_type, *args, once=once, **kwargs)
        # An event that only names the object, as what is played on, passes the object itself.
        held = schema.holds(event_type, obj.model_id)
        fields = schema.fields_of(event_type, obj.model_id) if held else []
        factory: DomainClass = type(obj).base_class or type(obj)
        listener = _with_objects(fn, self, fields, factory, default=obj)
        key = obj.event_key
        subscription = self._session.listeners.add(
            event_type, listener, args, kwargs, key=key, once=once
        )
        # Asked afterwards: an end that comes in between takes the listener along.
        if self._session.waits.has_ended(key):
            self._session.listeners.keep_for_a_while(key)
        return subscription

    def on_application_registered(
        self, application_name: str, fn: Listener, *args: object, **kwargs: object
    ) -> Subscription:
        """Call ``fn(*args, **kwargs)`` each time that an application was registered.

        That is when :meth:`run` has connected, and each time that it has connected again.
        """
        return self._session.registered.add(application_name, fn, args, kwargs)

    def on_application_deregistered(
        self, application_name: str, fn: Listener, *args: object, **kwargs: object
    ) -> Subscription:
        """Call ``fn(*args, **kwargs)`` each time that an application is no longer registered.

        That is when the connection was lost, another client took it, or :meth:`run` ends.
        """
        return self._session.deregistered.add(application_name, fn, args, kwargs)


def _with_objects(
    listener: Listener,
    client: object,
    fields: Sequence[str],
    factory: DomainClass,
    default: object = None,
) -> Listener:
    """Return what calls a listener with the objects of an event, and then the event.

    :param client: the client that the objects will belong to.
    :param fields: the fields of the event that hold objects, the main one first.
    :param factory: makes an object, from the client and the object's JSON.
    :param default: what the listener gets for an event that holds none.
    """

    def deliver(event: Json, /, *args: object, **kwargs: object) -> object:
        objects = _objects(client, event, fields, factory)
        if not objects and default is not None:
            objects = default
        return listener(objects, event, *args, **kwargs)

    deliver.__wrapped__ = listener  # type: ignore[attr-defined]
    return deliver


def _objects(client: object, event: Json, fields: Sequence[str], factory: DomainClass) -> object:
    if len(fields) == 1:
        as_json = event.get(fields[0])
        return factory(client, as_json) if as_json else None
    found = {}
    for field in fields:
        if event.get(field):
            found[field] = factory(client, event[field])
    return EventObjects(found) if fields else None


def _decorator(
    register: Callable[..., object], event_type: str, /, *args: object, **kwargs: object
) -> Callable[[_Function], _Function]:
    def decorate(function: _Function) -> _Function:
        register(event_type, function, *args, **kwargs)
        return function

    return decorate


def _listen_method(kind: Kind) -> Callable[..., object]:
    """Return the ``on_…_event`` method for a class of object."""
    known = CLASS_MAP[kind.name]

    def method(
        self: Listening,
        event_type: str,
        fn: Listener | None = None,
        *args: object,
        **kwargs: object,
    ) -> object:
        factory = CLASS_MAP.get(kind.name, known)  # whose user may have taken it out
        return self.on_object_event(event_type, fn, factory, kind.name, *args, **kwargs)  # type: ignore[arg-type]

    method.__name__ = kind.listen_method
    method.__qualname__ = f"Client.{kind.listen_method}"
    method.__doc__ = f"Listen to events with {kind.plural}; see :meth:`on_object_event`."
    if not kind.is_in_events:
        method.__doc__ += "\n\nNo Asterisk so far declares such an event."
    return method


for _kind in KINDS:
    if _kind.has_events:
        setattr(Listening, _kind.listen_method, _listen_method(_kind))
