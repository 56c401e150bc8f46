"""Repositories and domain objects: what the operations belong to, and what their answers become.

A domain object is ephemeral: it holds the JSON of one answer or event and does not follow what
becomes of the real thing. ``channel.get()`` fetches a fresh one.

Each client has subclasses of its own of these classes, with the operations of its Asterisk as
methods; ``isinstance(x, ari.model.Channel)`` holds for objects of all clients.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from types import new_class
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias, TypeVar, overload

from .events.listeners import Listener, Subscription
from .kinds import BY_NAME, KINDS, Key, Kind, target_keys
from .rest.call import result_of
from .rest.functions import own_class
from .rest.owner import Owner
from .rest.repository import Repository
from .swagger.client import Resource, SwaggerClient
from .swagger.request import near_miss
from .transport.base import Json, Response

if TYPE_CHECKING:
    from collections.abc import ItemsView, KeysView, ValuesView

    from typing_extensions import Self

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

_Function = TypeVar("_Function", bound=Listener)


class ObjectIdGenerator:
    """How the JSON of a class names the object: the path parameters and the id."""

    def get_params(self, obj_json: Json) -> dict[str, str]:
        """Return the path parameters that name the object."""
        raise NotImplementedError

    def id_as_str(self, obj_json: Json) -> str:
        """Return the object's id."""
        raise NotImplementedError


class DefaultObjectIdGenerator(ObjectIdGenerator):
    """An id that is one field of the JSON and one parameter of the path.

    :param param_name: the path parameter.
    :param id_field: the field.
    """

    def __init__(self, param_name: str, id_field: str = "id") -> None:
        self.param_name = param_name
        self.id_field = id_field

    def get_params(self, obj_json: Json) -> dict[str, str]:
        return {self.param_name: obj_json[self.id_field]}

    def id_as_str(self, obj_json: Json) -> str:
        return str(obj_json[self.id_field])


class EndpointIdGenerator(ObjectIdGenerator):
    """An endpoint's id: its technology and its resource, ``PJSIP/alice`` for one."""

    def get_params(self, obj_json: Json) -> dict[str, str]:
        return {"tech": obj_json["technology"], "resource": obj_json["resource"]}

    def id_as_str(self, obj_json: Json) -> str:
        return f"{obj_json['technology']}/{obj_json['resource']}"


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
    #: What each has that is not an operation.
    _held: ClassVar[Sequence[str]] = ("api", "client", "event_reg", "id", "json")
    #: The operations that a method of the class calls itself.
    _calls_itself: ClassVar[Sequence[str]] = ()
    #: The class that all clients share, on the subclass that one client has of it.
    base_class: ClassVar[type | None] = None

    def __init__(self, client: Owner, resource: Resource, as_json: Json, event_reg: object) -> None:
        self.client = client
        self.api = resource
        self.json = as_json
        self.id = self.id_generator.id_as_str(as_json)
        self.event_reg = event_reg
        classes = getattr(client, "_classes", None)
        if isinstance(classes, dict):  # else the client is a stub of somebody's
            # A class that is some client's own already, as type(obj) is, has it to itself.
            base = vars(type(self)).get("base_class") or type(self)
            key = (base, resource.name)
            if key not in classes:
                try:
                    given = tuple(self.id_generator.get_params(as_json))
                except (KeyError, NotImplementedError):
                    return  # this JSON names no object whose operations could be called
                classes[key] = own_class(base, resource, given)
            self.__class__ = classes[key]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.id})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, BaseObject):
            return NotImplemented
        mine, others = ((type(o).base_class or type(o)) for o in (self, other))
        return mine is others and self.id == other.id

    def __hash__(self) -> int:
        return hash((type(self).__name__, self.id))

    def __getitem__(self, key: str) -> Any:
        return self.json[key]

    def __contains__(self, key: object) -> bool:
        return key in self.json

    def __iter__(self) -> Iterator[str]:
        return iter(self.json)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self.json]

    def __getattr__(self, name: str) -> Any:
        # The operations are methods, and found without coming here.
        as_json: Json | None = self.__dict__.get("json")
        if name.startswith("__") or as_json is None:
            raise AttributeError(name)
        if name in as_json:
            return as_json[name]
        known = [n for n in dir(type(self)) if n not in dir(BaseObject)] + list(as_json)
        raise AttributeError(
            f"{self!r} has no attribute {name!r}{near_miss(name, known)}; "
            f"available: {', '.join(sorted(known))}"
        )

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

        :raises TypeError: objects of this class are not event sources.
        """
        if not self.source_scheme:
            sources = [kind.plural for kind in KINDS if kind.source_scheme]
            raise TypeError(
                f"{self!r} is not an event source; {', '.join(sources[:-1])} and {sources[-1]} are"
            )
        return f"{self.source_scheme}:{self.id}"

    @overload
    def on_event(
        self,
        event_type: str,
        fn: None = None,
        *args: object,
        once: bool = False,
        **kwargs: object,
    ) -> Callable[[_Function], _Function]: ...

    @overload
    def on_event(
        self, event_type: str, fn: Listener, *args: object, once: bool = False, **kwargs: object
    ) -> Subscription: ...

    def on_event(
        self,
        event_type: str,
        fn: Listener | None = None,
        *args: object,
        once: bool = False,
        **kwargs: object,
    ) -> object:
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
        return self.client._listen_to(self, event_type, fn, *args, once=once, **kwargs)

    def wait_for(
        self,
        event_types: str | Iterable[str],
        predicate: Callable[[Json], object] | None = None,
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
        return self.client.wait_for(event_types, predicate, timeout, about=self)

    @property
    def ended(self) -> bool:
        """Whether it is known to have ended; for a channel, also to have left the application.

        The thread that reads events keeps it up to date, so a handler may look at it in a loop::

            while not channel.ended:
                listen_for_a_second(channel)

        :raises RuntimeError: objects of this class have no events.
        """
        self._check_has_events()
        return self.client._has_ended(self)

    def _check_has_events(self) -> None:
        if not self.event_reg:
            raise RuntimeError(f"objects of class {type(self).__name__} have no events")


class _KindObject(BaseObject):
    """An object of a class that has a row in :mod:`ari.kinds`, which says what it is."""

    kind: ClassVar[Kind]

    def __init_subclass__(cls, *, kind: str = "", **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        if kind:
            cls.kind = row = BY_NAME[kind]
            cls.model_id = row.name if row.has_events else ""
            cls.source_scheme = row.source_scheme
            cls.id_generator = (
                DefaultObjectIdGenerator(row.path_parameters[0], row.id_fields[0])
                if len(row.id_fields) == 1
                else EndpointIdGenerator()
            )

    def __init__(self, client: Owner, as_json: Json) -> None:
        kind = self.kind
        api = getattr(client.swagger, kind.resource, None)
        if api is None:  # an odd description lacks it: an object without operations
            api = Resource.without_operations(kind.resource, client.swagger.transport)
        super().__init__(
            client,
            api,
            as_json,
            getattr(client, kind.listen_method) if kind.has_events else None,
        )


class Channel(_KindObject, kind="Channel"):
    """One leg of a call."""

    def read_digits(
        self,
        max_digits: int = 1,
        timeout: float = 5.0,
        first_digit_timeout: float | None = None,
        terminators: str = "#",
        prompt: str | Iterable[str] | None = None,
        *,
        typed_ahead: bool = False,
        match: str | Callable[[str], object] | None = None,
        attempts: int = 1,
        invalid: str | Iterable[str] | None = None,
        total_timeout: float | None = None,
    ) -> str:
        """Collect the DTMF digits that are pressed from now on.

        Ends with ``max_digits`` digits, a terminator, or a silence of ``timeout`` seconds. With
        ``match``, digits that do not match are asked for again.

        :param max_digits: how many digits at the most.
        :param timeout: seconds between two digits.
        :param first_digit_timeout: seconds until the first digit, counted from the end of the
            prompt; by default ``timeout``.
        :param terminators: digits that end the input and are not part of it.
        :param prompt: media to play meanwhile, one URI or several; the first digit stops it.
        :param typed_ahead: whether digits count that were pressed since this handler last waited
            for digits of this channel.
        :param match: a regular expression for all of the digits, or a function that is called with
            them and returns something true if they will do.
        :param attempts: how often to ask; the prompt is played each time.
        :param invalid: media to play before the prompt when the digits did not match.
        :param total_timeout: seconds for all attempts, prompts included; None for no limit.
        :return: the digits, '' if there were none, or none that match.
        :raises ARIObjectGone: the channel was hung up, or left Stasis.
        :raises ARIHTTPError: Asterisk does not play the prompt.
        :raises ValueError: ``max_digits`` or ``attempts`` is less than 1.
        """
        return self.client._read_digits(
            self,
            max_digits=max_digits,
            timeout=timeout,
            first_digit_timeout=first_digit_timeout,
            terminators=terminators,
            prompt=prompt,
            typed_ahead=typed_ahead,
            match=match,
            attempts=attempts,
            invalid=invalid,
            total_timeout=total_timeout,
        )


class Bridge(_KindObject, kind="Bridge"):
    """Several channels that hear one another."""


class Finite(_KindObject):
    """An object that finishes by itself, and whose end can be waited for."""

    #: The field of its last event that holds it.
    event_field: ClassVar[str] = ""

    @property
    def wait_keys(self) -> list[Key]:
        return [self.event_key, *target_keys(self.json)]

    def wait(self, timeout: float | None = None) -> Self:
        """Wait until it is over, and return it as it was at its end; its ``state`` says how.

        :param timeout: seconds; None waits as long as its channel or bridge exists.
        :raises ARIWaitTimeout: it was not over in time.
        :raises ARIObjectGone: its channel or bridge ended without a word about it.
        """
        over: Self = self.client._wait_until_over(self, timeout)
        return over


class Playback(Finite, kind="Playback"):
    """Media being played to a channel or bridge."""

    event_field = "playback"


class LiveRecording(Finite, kind="LiveRecording"):
    """A recording under way."""

    event_field = "recording"


class StoredRecording(_KindObject, kind="StoredRecording"):
    """A recording in a file."""


class Endpoint(_KindObject, kind="Endpoint"):
    """A device or trunk that can be called."""


class DeviceState(_KindObject, kind="DeviceState"):
    """The state of a device, as lamps on phones show it."""


class _OnceJson(_KindObject):
    """An object whose class was bare JSON in ari-py; it still reads as the dict that it was."""

    _calls_itself = ("get",)

    def __len__(self) -> int:
        return len(self.json)

    def keys(self) -> KeysView[str]:
        """Return the JSON's keys."""
        return self.json.keys()

    def values(self) -> ValuesView[Any]:
        """Return the JSON's values."""
        return self.json.values()

    def items(self) -> ItemsView[str, Any]:
        """Return the JSON's items."""
        return self.json.items()

    def get(self, *args: Any, **kwargs: object) -> Any:
        """With a key, look it up in the JSON; without, ask Asterisk for the object again."""
        if args:
            return self.json.get(*args)
        path = self.id_generator.get_params(self.json)
        return self.client.invoke(self.api.get.model, (), kwargs, path)


class Sound(_OnceJson, kind="Sound"):
    """A sound file that Asterisk can play."""


class Mailbox(_KindObject, kind="Mailbox"):
    """The counts of a mailbox's messages; it has no events."""


class Application(_OnceJson, kind="Application"):
    """A Stasis application and its subscriptions; it has no events of its own."""


class EventObjects(dict[str, Any]):
    """The objects of an event that may have several, by field; stands for its main one as well.

    Index, ``get('channel')``, ``in`` and iteration are the dict's. Other attributes and the
    operations are the main object's, ``get()`` without arguments among them.

    :param objects: the objects by field; the main one first.
    """

    def __init__(self, objects: Mapping[str, Any]) -> None:
        super().__init__(objects)
        self._main: Any = next(iter(objects.values()), None)

    def __getattr__(self, name: str) -> Any:
        main = self.__dict__.get("_main")
        if main is None:
            raise AttributeError(f"the event holds no object, so there is no {name!r}")
        return getattr(main, name)

    def get(self, *args: Any, **kwargs: Any) -> Any:
        """With arguments, the dict's ``get``; without, the main object's operation."""
        if args or self._main is None:
            return super().get(*args, **kwargs)
        return self._main.get(**kwargs)

    @property
    def event_source(self) -> str:
        """The main object as an event source."""
        return str(self.__getattr__("event_source"))

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *(dir(self._main) if self._main is not None else ())]

    def __eq__(self, other: object) -> bool:
        if isinstance(other, dict):
            return super().__eq__(other)
        return self._main is not None and bool(self._main == other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(self._main)


#: Makes a domain object, from the client and the object's JSON.
DomainClass: TypeAlias = Callable[[Any, Json], BaseObject]

#: The class for each response class that is a domain object.
CLASS_MAP: dict[str, DomainClass] = {
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

for _kind in KINDS:
    if _kind.name not in CLASS_MAP:  # one without methods of its own needs no more than its row
        CLASS_MAP[_kind.name] = new_class(_kind.name, (_KindObject,), {"kind": _kind.name})


def promote(client: Owner, resp: Response, operation_json: Json) -> Any:
    """Make of a response what its operation's response class says.

    :param client: the client that the objects will belong to.
    :param resp: the response.
    :param operation_json: the operation's declaration.
    :return: a domain object or a list of them; the JSON of other classes; bytes for ``binary``;
        None for 204 or an empty body.
    :raises ARIHTTPError: the status is 300 or above (the subclass depends on it); or the body is
        not JSON, or not that of an object of the declared class.
    """
    name = ".".join(filter(None, [operation_json.get("resource"), operation_json.get("nickname")]))
    response_class = operation_json.get("responseClass", "void")
    return result_of(name or "call", response_class, resp, factory_of(client))


def own_classes(swagger: SwaggerClient) -> dict[tuple[type, str], type]:
    """Return a client's own subclasses of the domain classes, by class and resource.

    They are made before they are needed, so that the first event of a kind takes no longer.
    """
    made: dict[tuple[type, str], type] = {}
    for domain_class in CLASS_MAP.values():
        if isinstance(domain_class, type) and issubclass(domain_class, _KindObject):
            kind = domain_class.kind
            resource = swagger.get_resource(kind.resource)
            if resource is not None:
                own = own_class(domain_class, resource, kind.path_parameters)
                made[domain_class, resource.name] = own
    return made


def factory_of(client: Owner) -> Callable[[str], Callable[[Json], object] | None]:
    """Return what finds, for a class's name, what makes an object of it for this client."""

    def factory(class_name: str) -> Callable[[Json], object] | None:
        domain_class = CLASS_MAP.get(class_name)
        return None if domain_class is None else partial(domain_class, client)

    return factory
