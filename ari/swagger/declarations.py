"""The declarations as types: what a description says, once the processors have seen it.

::

    OperationModel ── parameters ──> Parameter
    Model ── properties ──> Property
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from ..transport.base import Json

__all__ = [
    "ErrorResponse",
    "Model",
    "OperationModel",
    "Parameter",
    "Property",
    "free_names",
    "plain",
    "python_name",
]


def plain(declared: object) -> str:
    """Return a text or a number as text, and anything else as ''."""
    if isinstance(declared, str):
        return declared
    if not isinstance(declared, (int, float)):
        return ""
    try:
        return str(declared)
    except ValueError:  # a number of thousands of digits
        return ""


def python_name(name: str) -> str:
    """Return a declared name as Python can write it.

    Keywords and ``self`` take a trailing underscore; what no name can hold becomes an underscore.
    A name with a meaning for Python, as ``__init__`` has, loses its leading underscores.
    """
    if name.startswith("__") and name.endswith("__"):
        name = name.strip("_") + "_"
    if not name.isidentifier():
        name = re.sub(r"\W", "_", name)
        name = name if name.isidentifier() else "_" + name
    return name + "_" if keyword.iskeyword(name) or name == "self" else name


def free_names(names: Iterable[str], taken: Callable[[str], bool]) -> dict[str, str]:
    """Return a name in Python for each declared one; underscores follow those that are taken.

    :param taken: tells whether a name has another meaning already.
    """
    found: dict[str, str] = {}
    wanted = list(names)
    # Those that can stay as they are come first, and so they stay.
    for name in sorted(wanted, key=lambda name: python_name(name) != name):
        free = python_name(name)
        while taken(free) or free in found.values():
            free += "_"
        found[name] = free
    return {name: found[name] for name in wanted}


@dataclass(frozen=True)
class Parameter:
    """A parameter of an operation.

    :ivar place: where it is sent: ``path``, ``query``, ``body``, ``header`` or ``form``.
    :ivar default: the declared default, as it stands there; None if there is none.
    :ivar send_default: whether the default is sent when the caller gives no value.
    :ivar flat: whether a body parameter is the body itself instead of a member of it.
    :ivar minimum: a number that values may not be below; None if there is none to check.
    :ivar allowed: the values that it may have; empty if any will do.
    :ivar limits: the declared least and greatest value, as they stand there; for documentation.
    :ivar python_name: its name as an argument in Python.
    """

    name: str
    place: str
    data_type: str = "string"
    required: bool = False
    multiple: bool = False
    default: object = None
    send_default: bool = False
    flat: bool = False
    minimum: int | None = None
    allowed: tuple[object, ...] = ()
    limits: tuple[object, object] = (None, None)
    description: str = ""
    python_name: str = ""

    @classmethod
    def from_json(cls, declared: Json) -> Parameter:
        """Read a parameter that was checked and processed."""
        allowed = declared.get("allowableValues") or {}
        least = declared.get("refuseBelow")
        return cls(
            name=declared["name"],
            place=declared["paramType"],
            data_type=declared["dataType"],
            required=bool(declared["required"]),
            multiple=bool(declared.get("allowMultiple")),
            default=_scalar(declared.get("defaultValue")),
            send_default=bool(declared.get("sendDefault")),
            flat=bool(declared.get("flat")),
            minimum=least if isinstance(least, int) else None,
            allowed=tuple(filter(plain, allowed.get("values") or ())),
            limits=(_scalar(allowed.get("min")), _scalar(allowed.get("max"))),
            description=plain(declared.get("description")),
        )

    def __post_init__(self) -> None:
        if not self.python_name:
            object.__setattr__(self, "python_name", python_name(self.name))


def _scalar(declared: object) -> object:
    """Return a text or a number as it is; None for anything else."""
    return declared if plain(declared) else None


@dataclass(frozen=True)
class ErrorResponse:
    """An error status that an operation declares."""

    code: int
    reason: str


@dataclass(frozen=True)
class OperationModel:
    """An operation.

    :ivar name: its full name, such as ``channels.answer``.
    :ivar uri: its address, with ``{names}`` where path parameters go.
    :ivar response_class: the class of its answer, ``List[…]``, ``binary`` or ``void``.
    :ivar longest_line: the bytes that the server takes as a request line; None if any will do.
    :ivar json: the declaration itself.
    """

    nickname: str
    resource: str
    method: str
    uri: str
    parameters: tuple[Parameter, ...] = ()
    response_class: str = "void"
    errors: tuple[ErrorResponse, ...] = ()
    summary: str = ""
    notes: str = ""
    is_websocket: bool = False
    longest_line: int | None = None
    json: Json = field(default_factory=dict, compare=False, repr=False)
    name: str = field(init=False)
    #: Declared names by every name that an argument may have in Python.
    names: Mapping[str, str] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", f"{self.resource}.{self.nickname}")
        free = free_names((p.name for p in self.parameters), lambda name: False)
        if any(p.python_name != free[p.name] for p in self.parameters):
            named = tuple(replace(p, python_name=free[p.name]) for p in self.parameters)
            object.__setattr__(self, "parameters", named)
        names = {p.python_name: p.name for p in self.parameters}
        names.update((p.name, p.name) for p in self.parameters)
        object.__setattr__(self, "names", names)

    @classmethod
    def from_json(cls, declared: Json, uri: str) -> OperationModel:
        """Read an operation that was checked and processed."""
        return cls(
            nickname=declared["nickname"],
            resource=str(declared.get("resource", "")),
            method=declared["httpMethod"].upper(),
            uri=uri,
            parameters=tuple(Parameter.from_json(p) for p in declared["parameters"]),
            response_class=declared["responseClass"],
            errors=tuple(
                ErrorResponse(int(code), plain(error["reason"]))
                for error in declared.get("errorResponses", ())
                if (code := plain(error.get("code"))).isdecimal() and len(code) == 3
            ),
            summary=plain(declared.get("summary")),
            notes=plain(declared.get("notes")),
            is_websocket=bool(declared.get("is_websocket")),
            longest_line=declared.get("longestLine"),
            json=declared,
        )


@dataclass(frozen=True)
class Property:
    """A property of a model: its type is a class's name, ``List[…]`` or a plain type's."""

    name: str
    type: str
    required: bool = False
    description: str = ""


@dataclass(frozen=True)
class Model:
    """A model: the shape of an answer, or of an event.

    :ivar subtypes: the names of the models that are kinds of this one.
    """

    name: str
    properties: tuple[Property, ...] = ()
    subtypes: tuple[str, ...] = ()
    description: str = ""

    @classmethod
    def from_json(cls, name: str, declared: Json) -> Model:
        """Read a model that was checked and processed."""
        properties: Mapping[str, Json] = declared.get("properties", {})
        subtypes = declared.get("subTypes")
        subtypes = subtypes if isinstance(subtypes, list) else ()
        return cls(
            name=name,
            properties=tuple(
                Property(
                    field_name,
                    prop["type"],
                    bool(prop.get("required")),
                    plain(prop.get("description")),
                )
                for field_name, prop in properties.items()
                if isinstance(prop.get("type"), str)
            ),
            subtypes=tuple(s for s in subtypes if isinstance(s, str)),
            description=plain(declared.get("description")),
        )
