"""Repositories and domain objects: what the operations belong to, and what their answers become.

A domain object is ephemeral: it holds the JSON of one answer or event and does not follow what
becomes of the real thing. ``channel.get()`` fetches a fresh one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, ClassVar, TypeVar

from .event_objects import EventObjects
from .events.waits import Key, target_keys
from .exceptions import from_response
from .ids import DefaultObjectIdGenerator, EndpointIdGenerator, ObjectIdGenerator
from .rest.functions import arguments, explain, make_function, send
from .session.digits import read_digits
from .swagger.client import Resource
from .swagger.processors import Json
from .swagger.request import near_miss

__all__ = [
    "CLASS_MAP",
    "Application",
    "BaseObject",
    "Bridge",
    "Channel",
    "DefaultObjectIdGenerator",
    "DeviceState",
    "Endpoint",
    "EndpointIdGenerator",
    "EventObjects",
    "LiveRecording",
    "Mailbox",
    "ObjectIdGenerator",
    "Playback",
    "Repository",
    "Sound",
    "StoredRecording",
    "promote",
]

_Object = TypeVar("_Object", bound="BaseObject")


class Repository:
    """The operations of one resource that create, find or list objects.

    :param client: the :class:`~ari.client.Client`.
    :param name: the resource's name, such as ``channels``.
    :param resource: the resource of the Swagger layer.
    """

    def __init__(self, client: Any, name: str, resource: Resource) -> None:
        self.client = client
        self.name = name
        self.api = resource

    def __repr__(self) -> str:
        return f"Repository({self.name})"

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self.api.operations]

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("__") or "api" not in self.__dict__:
            raise AttributeError(name)
        operation = getattr(self.api, name)
        client = self.client

        def invoke(*args: Any, **kwargs: Any) -> Any:
            return _invoke(client, operation, args, kwargs)

        function: Callable[..., Any] = make_function(operation, self.name, invoke)
        self.__dict__[name] = function  # the next access finds it without coming here
        return function


def _invoke(
    client: Any, operation: Any, args: Iterable[Any], kwargs: Json, given: Json | None = None
) -> Any:
    values = arguments(operation, args, kwargs, given)
    began = client.calls.before(operation, values)
    result = promote(client, send(operation, values), operation.json)
    client.calls.after(operation, values, result, began)
    return result


class BaseObject:
    """Base of the domain objects.

    Its operations are those whose path holds its id, with the id filled in. Its JSON also reads
    by index, ``in`` and attribute; where a name is both, the operation wins.

    :param client: the :class:`~ari.client.Client`.
    :param resource: the resource of the Swagger layer that the operations are on.
    :param as_json: the object as Asterisk described it.
    :param event_reg: registers listeners for its class on the client; None if it has no events.
    """

    #: The class's name in the declarations; '' for a class that has no events.
    model_id: ClassVar[str] = ""
    #: What its ids are prefixed with where an event source is wanted.
    source_scheme: ClassVar[str] = ""
    id_generator: ClassVar[ObjectIdGenerator] = ObjectIdGenerator()

    def __init__(self, client: Any, resource: Any, as_json: Json, event_reg: Any) -> None:
        self.client = client
        self.api = resource
        self.json = as_json
        self.id = self.id_generator.id_as_str(as_json)
        self.event_reg = event_reg

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.id})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, BaseObject):
            return NotImplemented
        return type(self) is type(other) and self.id == other.id

    def __hash__(self) -> int:
        return hash((type(self).__name__, self.id))

    def __getitem__(self, key: str) -> Any:
        return self.json[key]

    def __contains__(self, key: object) -> bool:
        return key in self.json

    def __iter__(self) -> Any:
        return iter(self.json)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._methods(), *self.json]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or "json" not in self.__dict__:
            raise AttributeError(name)
        method = self._methods().get(name)
        if method is not None:
            return method.__get__(self)
        if name in self.json:
            return self.json[name]
        known = [*self._methods(), *self.json]
        raise AttributeError(
            f"{self!r} has no attribute {name!r}{near_miss(name, known)}; "
            f"available: {', '.join(sorted(known))}"
        )

    def _methods(self) -> dict[str, Any]:
        """Return this class's operations as functions; made once for all objects of a client."""
        methods: dict[str, Any] | None = self.api.cache.get(type(self))
        if methods is None:
            given = tuple(self.id_generator.get_params(_Anything()))
            methods = self.api.cache[type(self)] = {
                name: _make_method(type(self), operation, given)
                for name, operation in self.api.operations.items()
                if all("{%s}" % parameter in operation.uri for parameter in given)  # noqa: UP031
            }
        return methods

    @property
    def event_key(self) -> Key:
        """The object's class name and id, as the listener table knows it."""
        return (self.model_id, self.id)

    @property
    def wait_keys(self) -> list[Key]:
        """What ends a wait on this object: its own end, and that of what it plays on or records."""
        return [self.event_key]

    @property
    def event_source(self) -> str:
        """The object as an event source: ``bridge:ID``.

        :raises TypeError: objects of this class are no event sources.
        """
        if not self.source_scheme:
            raise TypeError(
                f"{self!r} is no event source; channels, bridges, endpoints and device states are"
            )
        return f"{self.source_scheme}:{self.id}"

    def on_event(
        self, event_type: str, fn: Callable[..., Any] | None = None, *args: Any, **kwargs: Any
    ) -> Any:
        """Call a function for events of this type about this object.

        It is called as ``fn(objects, event, *args, **kwargs)``; ``objects`` is what the client's
        ``on_…_event`` passes: the object, or several in an :class:`EventObjects`. An event that
        only names this object as the target of a playback or recording passes this object.
        Without a function it is a decorator. ``once=True`` calls it once only. The listeners of
        an object go when the object does.

        :return: a subscription with ``close()``.
        :raises ValueError: there is no such event, or it is never about such an object.
        :raises TypeError: ``fn`` is not a function.
        :raises RuntimeError: objects of this class have no events.
        """
        self._check_has_events()
        return self.client.on_event_of(self, event_type, fn, *args, **kwargs)

    def wait_for(
        self,
        event_types: str | Iterable[str],
        predicate: Callable[[Json], Any] | None = None,
        timeout: float | None = None,
    ) -> Json:
        """Wait for an event about this object, and return it.

        :param event_types: the event's type, or several of which any will do.
        :param predicate: called with an event; the wait goes on if it returns something false.
        :param timeout: seconds; None waits until the object ends.
        :raises ARIWaitTimeout: no such event came in time.
        :raises ARIObjectGone: the object ended, or the client was closed.
        :raises ValueError: there is no such event, or it is never about such an object.
        :raises TypeError: the predicate is not a function.
        :raises RuntimeError: objects of this class have no events.
        """
        self._check_has_events()
        event: Json = self.client.wait_for(event_types, predicate, timeout, about=self)
        return event

    def _check_has_events(self) -> None:
        if not self.event_reg:
            raise RuntimeError(f"objects of class {type(self).__name__} have no events")


def _make_method(cls: type[BaseObject], operation: Any, given: tuple[str, ...]) -> Any:
    def invoke(self: BaseObject, *args: Any, **kwargs: Any) -> Any:
        params = self.id_generator.get_params(self.json)
        return _invoke(self.client, operation, args, kwargs, params)

    return make_function(operation, cls.__name__, invoke, given, method=True)


class _Anything(dict[str, Any]):
    """JSON of an object that is not there, to learn which parameters name one."""

    def __missing__(self, key: str) -> str:
        return key


class Channel(BaseObject):
    """One leg of a call."""

    model_id = "Channel"
    source_scheme = "channel"
    id_generator = DefaultObjectIdGenerator("channelId")

    def __init__(self, client: Any, channel_json: Json) -> None:
        super().__init__(client, client.swagger.channels, channel_json, client.on_channel_event)

    def read_digits(
        self,
        max_digits: int = 1,
        timeout: float = 5.0,
        first_digit_timeout: float | None = None,
        terminators: str = "#",
        prompt: str | Iterable[str] | None = None,
    ) -> str:
        """Collect the DTMF digits that are pressed from now on.

        Ends with ``max_digits`` digits, a terminator, or a silence of ``timeout`` seconds.

        :param max_digits: how many digits at the most.
        :param timeout: seconds between two digits.
        :param first_digit_timeout: seconds until the first digit, counted from the end of the
            prompt; by default ``timeout``.
        :param terminators: digits that end the input and are not part of it.
        :param prompt: media to play meanwhile, one URI or several; the first digit stops it.
        :return: the digits, '' if there were none.
        :raises ARIObjectGone: the channel was hung up, or left Stasis.
        :raises ARIHTTPError: Asterisk does not play the prompt.
        :raises ValueError: ``max_digits`` is less than 1.
        """
        return read_digits(self, max_digits, timeout, first_digit_timeout, terminators, prompt)


class Bridge(BaseObject):
    """Several channels that hear one another."""

    model_id = "Bridge"
    source_scheme = "bridge"
    id_generator = DefaultObjectIdGenerator("bridgeId")

    def __init__(self, client: Any, bridge_json: Json) -> None:
        super().__init__(client, client.swagger.bridges, bridge_json, client.on_bridge_event)


class _Finite(BaseObject):
    """An object that comes to an end of its own and can be waited for."""

    _ends_with: ClassVar[tuple[str, ...]] = ()
    _field: ClassVar[str] = ""

    @property
    def wait_keys(self) -> list[Key]:
        return [self.event_key, *target_keys(self.json)]

    def wait(self: _Object, timeout: float | None = None) -> _Object:
        """Wait until it is over, and return it as it was at its end; its ``state`` says how.

        :param timeout: seconds; None waits as long as its channel or bridge exists.
        :raises ARIWaitTimeout: it was not over in time.
        :raises ARIObjectGone: its channel or bridge ended without a word about it.
        """
        event = self.client.wait_for(self._ends_with, None, timeout, about=self)
        return type(self)(self.client, event[self._field])  # type: ignore[call-arg]


class Playback(_Finite):
    """Media being played to a channel or bridge."""

    model_id = "Playback"
    id_generator = DefaultObjectIdGenerator("playbackId")
    _ends_with = ("PlaybackFinished",)
    _field = "playback"

    def __init__(self, client: Any, playback_json: Json) -> None:
        super().__init__(client, client.swagger.playbacks, playback_json, client.on_playback_event)


class LiveRecording(_Finite):
    """A recording under way."""

    model_id = "LiveRecording"
    id_generator = DefaultObjectIdGenerator("recordingName", id_field="name")
    _ends_with = ("RecordingFinished", "RecordingFailed")
    _field = "recording"

    def __init__(self, client: Any, recording_json: Json) -> None:
        super().__init__(
            client, client.swagger.recordings, recording_json, client.on_live_recording_event
        )


class StoredRecording(BaseObject):
    """A recording in a file."""

    model_id = "StoredRecording"
    id_generator = DefaultObjectIdGenerator("recordingName", id_field="name")

    def __init__(self, client: Any, recording_json: Json) -> None:
        super().__init__(
            client, client.swagger.recordings, recording_json, client.on_stored_recording_event
        )


class Endpoint(BaseObject):
    """A device or trunk that can be called."""

    model_id = "Endpoint"
    source_scheme = "endpoint"
    id_generator = EndpointIdGenerator()

    def __init__(self, client: Any, endpoint_json: Json) -> None:
        super().__init__(client, client.swagger.endpoints, endpoint_json, client.on_endpoint_event)


class DeviceState(BaseObject):
    """The state of a device, as lamps on phones show it."""

    model_id = "DeviceState"
    source_scheme = "deviceState"
    id_generator = DefaultObjectIdGenerator("deviceName", id_field="name")

    def __init__(self, client: Any, device_state_json: Json) -> None:
        super().__init__(
            client, client.swagger.deviceStates, device_state_json, client.on_device_state_event
        )


class _OnceJson(BaseObject):
    """An object whose class was bare JSON in ari-py; it still reads as the dict that it was."""

    def __len__(self) -> int:
        return len(self.json)

    def keys(self) -> Any:
        """Return the JSON's keys."""
        return self.json.keys()

    def values(self) -> Any:
        """Return the JSON's values."""
        return self.json.values()

    def items(self) -> Any:
        """Return the JSON's items."""
        return self.json.items()

    def get(self, *args: Any, **kwargs: Any) -> Any:
        """With a key, look it up in the JSON; without, ask Asterisk for the object again."""
        return self.json.get(*args) if args else self.__getattr__("get")(**kwargs)


class Sound(_OnceJson):
    """A sound file that Asterisk can play."""

    model_id = "Sound"
    id_generator = DefaultObjectIdGenerator("soundId")

    def __init__(self, client: Any, sound_json: Json) -> None:
        super().__init__(client, client.swagger.sounds, sound_json, client.on_sound_event)


class Mailbox(BaseObject):
    """The counts of a mailbox's messages; it has no events."""

    id_generator = DefaultObjectIdGenerator("mailboxName", id_field="name")

    def __init__(self, client: Any, mailbox_json: Json) -> None:
        super().__init__(client, client.swagger.mailboxes, mailbox_json, None)


class Application(_OnceJson):
    """A Stasis application and its subscriptions; it has no events of its own."""

    id_generator = DefaultObjectIdGenerator("applicationName", id_field="name")

    def __init__(self, client: Any, application_json: Json) -> None:
        super().__init__(client, client.swagger.applications, application_json, None)


def promote(client: Any, resp: Any, operation_json: Json) -> Any:
    """Make of a response what its operation's response class says.

    :param client: the client that the objects will belong to.
    :param resp: the response.
    :param operation_json: the operation's declaration.
    :return: a domain object or a list of them; the JSON of other classes; bytes for ``binary``;
        None for 204 or an empty body.
    :raises ARIHTTPError: its status is no success, a subclass by the status; or it is no JSON.
    """
    name = ".".join(filter(None, [operation_json.get("resource"), operation_json.get("nickname")]))
    if resp.status_code >= 300:
        raise from_response(resp, name or "call", explain(name, resp.status_code))
    response_class = operation_json.get("responseClass", "void")
    if response_class == "binary":
        return resp.content
    if resp.status_code == 204 or getattr(resp, "content", None) in (b"", ""):
        return None
    try:
        body = resp.json()
    except ValueError as ex:
        raise from_response(resp, name or "call", "the answer is no JSON") from ex
    is_list = re.fullmatch(r"List\[(.*)\]", response_class)
    factory = CLASS_MAP.get(is_list.group(1) if is_list else response_class)
    if factory is None:
        return body
    return [factory(client, item) for item in body] if is_list else factory(client, body)


#: The class for each response class that is a domain object.
CLASS_MAP: dict[str, Callable[[Any, Json], BaseObject]] = {
    "Application": Application,
    "Bridge": Bridge,
    "Channel": Channel,
    "DeviceState": DeviceState,
    "Endpoint": Endpoint,
    "LiveRecording": LiveRecording,
    "Mailbox": Mailbox,
    "Playback": Playback,
    "Sound": Sound,
    "StoredRecording": StoredRecording,
}
