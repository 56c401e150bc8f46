"""Listening: the methods of a client that register callbacks for events."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from .. import model
from ..event_objects import EventObjects
from ..events.listeners import EventSchema, ListenerTable, Subscription
from ..events.waits import WaitingRoom
from ..swagger.processors import Json
from ..swagger.request import near_miss

__all__ = ["Listening"]

log = logging.getLogger(__name__)


class Listening:
    """The part of a client that callbacks are registered with.

    :ivar schema: what the declarations say of events.
    :ivar table: the listeners of events.
    :ivar on_registered: the listeners of registered applications, by name.
    :ivar on_deregistered: the listeners of applications registered no more, by name.
    :ivar waiting: the waits, which know what ended.
    """

    event_models: dict[str, Json]
    schema: EventSchema
    table: ListenerTable
    on_registered: ListenerTable
    on_deregistered: ListenerTable
    waiting: WaitingRoom

    def on_event(
        self,
        event_type: str,
        event_cb: Callable[..., Any] | None = None,
        *args: Any,
        once: bool = False,
        **kwargs: Any,
    ) -> Any:
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
            return self._decorator(self.on_event, event_type, *args, once=once, **kwargs)
        subscription = self.table.add(event_type, event_cb, args, kwargs, once=once, replace=True)
        if self.event_models and event_type not in self.event_models:
            hint = near_miss(event_type, self.event_models)
            log.warning("listening for %r, which Asterisk does not declare%s", event_type, hint)
        return subscription

    def on_object_event(
        self,
        event_type: str,
        event_cb: Callable[..., Any] | None,
        factory_fn: Callable[[Any, Json], Any],
        model_id: str,
        *args: Any,
        once: bool = False,
        **kwargs: Any,
    ) -> Any:
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
        pick = self._picker(event_type, factory_fn, model_id)
        if event_cb is None:
            return self._decorator(
                self.on_object_event, event_type, factory_fn, model_id, *args, once=once, **kwargs
            )
        callback = event_cb

        def extract_objects(event: Json, *args: Any, **kwargs: Any) -> None:
            callback(pick(event), event, *args, **kwargs)

        extract_objects.__wrapped__ = event_cb  # type: ignore[attr-defined]
        return self.table.add(event_type, extract_objects, args, kwargs, once=once)

    def _picker(
        self, event_type: str, factory_fn: Callable[[Any, Json], Any], model_id: str
    ) -> Callable[[Json], Any]:
        """Return what takes the objects of a class out of events of a type."""
        fields = self.schema.fields_of(event_type, model_id)

        def pick(event: Json) -> Any:
            found = {f: factory_fn(self, event[f]) for f in fields if event.get(f)}
            return found.get(fields[0]) if len(fields) == 1 else EventObjects(found)

        return pick

    @staticmethod
    def _decorator(register: Callable[..., Any], event_type: str, *args: Any, **kwargs: Any) -> Any:
        def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
            register(event_type, function, *args, **kwargs)
            return function

        return decorate

    def on_event_of(
        self,
        obj: model.BaseObject,
        event_type: str,
        fn: Callable[..., Any] | None = None,
        *args: Any,
        once: bool = False,
        **kwargs: Any,
    ) -> Any:
        """Listen to events about one object; see :meth:`ari.model.BaseObject.on_event`."""
        self.schema.check_refers(event_type, obj.model_id)
        if fn is None:
            return self._decorator(obj.on_event, event_type, *args, once=once, **kwargs)
        callback = fn
        held = self.schema.holds(event_type, obj.model_id)
        pick = self._picker(event_type, type(obj), obj.model_id) if held else None

        def deliver(event: Json, *args: Any, **kwargs: Any) -> None:
            callback((pick(event) if pick else None) or obj, event, *args, **kwargs)

        deliver.__wrapped__ = fn  # type: ignore[attr-defined]
        key = obj.event_key
        subscription = self.table.add(event_type, deliver, args, kwargs, key=key, once=once)
        # Asked afterwards: an end that comes in between takes the listener along.
        if self.waiting.has_ended(key):
            self.table.keep_for_a_while(key)
        return subscription

    def on_channel_event(
        self, event_type: str, fn: Callable[..., Any] | None = None, *args: Any, **kwargs: Any
    ) -> Any:
        """Listen to events with channels; see :meth:`on_object_event`."""
        return self.on_object_event(event_type, fn, model.Channel, "Channel", *args, **kwargs)

    def on_bridge_event(
        self, event_type: str, fn: Callable[..., Any] | None = None, *args: Any, **kwargs: Any
    ) -> Any:
        """Listen to events with bridges; see :meth:`on_object_event`."""
        return self.on_object_event(event_type, fn, model.Bridge, "Bridge", *args, **kwargs)

    def on_playback_event(
        self, event_type: str, fn: Callable[..., Any] | None = None, *args: Any, **kwargs: Any
    ) -> Any:
        """Listen to events with playbacks; see :meth:`on_object_event`."""
        return self.on_object_event(event_type, fn, model.Playback, "Playback", *args, **kwargs)

    def on_live_recording_event(
        self, event_type: str, fn: Callable[..., Any] | None = None, *args: Any, **kwargs: Any
    ) -> Any:
        """Listen to events with live recordings; see :meth:`on_object_event`."""
        return self.on_object_event(
            event_type, fn, model.LiveRecording, "LiveRecording", *args, **kwargs
        )

    def on_stored_recording_event(
        self, event_type: str, fn: Callable[..., Any] | None = None, *args: Any, **kwargs: Any
    ) -> Any:
        """Listen to events with stored recordings; see :meth:`on_object_event`.

        No Asterisk so far declares such an event.
        """
        return self.on_object_event(
            event_type, fn, model.StoredRecording, "StoredRecording", *args, **kwargs
        )

    def on_endpoint_event(
        self, event_type: str, fn: Callable[..., Any] | None = None, *args: Any, **kwargs: Any
    ) -> Any:
        """Listen to events with endpoints; see :meth:`on_object_event`."""
        return self.on_object_event(event_type, fn, model.Endpoint, "Endpoint", *args, **kwargs)

    def on_device_state_event(
        self, event_type: str, fn: Callable[..., Any] | None = None, *args: Any, **kwargs: Any
    ) -> Any:
        """Listen to events with device states; see :meth:`on_object_event`."""
        return self.on_object_event(
            event_type, fn, model.DeviceState, "DeviceState", *args, **kwargs
        )

    def on_sound_event(
        self, event_type: str, fn: Callable[..., Any] | None = None, *args: Any, **kwargs: Any
    ) -> Any:
        """Listen to events with sounds; see :meth:`on_object_event`.

        No Asterisk so far declares such an event.
        """
        return self.on_object_event(event_type, fn, model.Sound, "Sound", *args, **kwargs)

    def on_application_registered(
        self, application_name: str, fn: Callable[..., Any], *args: Any, **kwargs: Any
    ) -> Subscription:
        """Call ``fn(*args, **kwargs)`` each time that an application was registered.

        That is when :meth:`run` has connected, and each time that it has connected again.
        """
        return self.on_registered.add(application_name, fn, args, kwargs)

    def on_application_deregistered(
        self, application_name: str, fn: Callable[..., Any], *args: Any, **kwargs: Any
    ) -> Subscription:
        """Call ``fn(*args, **kwargs)`` each time that an application is registered no more.

        That is when the connection was lost, another client took it, or :meth:`run` ends.
        """
        return self.on_deregistered.add(application_name, fn, args, kwargs)
