"""The declarations as types: what a description says, once the processors have seen it.

::

    OperationModel ── parameters ──> Parameter
    Model ── properties ──> Property
"""

from __future__ import annotations

import keyword
from collections.abc import Mapping
from dataclasses import dataclass, field

from ..transport.base import Json

__all__ = ["ErrorResponse", "Model", "OperationModel", "Parameter", "Property", "python_name"]


def python_name(name: str) -> str:
    """Return the name of a parameter in Python: keywords take a trailing underscore."""
    return name + "_" if keyword.iskeyword(name) else name


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

    @classmethod
    def from_json(cls, declared: Json) -> Parameter:
        """Read a parameter that was checked and processed."""
        allowed = declared.get("allowableValues") or {}
        return cls(
            name=declared["name"],
            place=declared["paramType"],
            data_type=declared["dataType"],
            required=bool(declared["required"]),
            multiple=bool(declared.get("allowMultiple")),
            default=declared.get("defaultValue"),
            send_default=bool(declared.get("sendDefault")),
            flat=bool(declared.get("flat")),
            minimum=declared.get("refuseBelow"),
            allowed=tuple(allowed.get("values") or ()),
            limits=(allowed.get("min"), allowed.get("max")),
            description=str(declared.get("description") or ""),
        )

    @property
    def python_name(self) -> str:
        """Its name as an argument in Python."""
        return python_name(self.name)


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
                ErrorResponse(int(error["code"]), str(error["reason"]))
                for error in declared.get("errorResponses", ())
                if str(error.get("code")).isdecimal()
            ),
            summary=str(declared.get("summary") or ""),
            notes=str(declared.get("notes") or ""),
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
        return cls(
            name=name,
            properties=tuple(
                Property(
                    field_name,
                    prop["type"],
                    bool(prop.get("required")),
                    str(prop.get("description") or ""),
                )
                for field_name, prop in properties.items()
                if isinstance(prop.get("type"), str)
            ),
            subtypes=tuple(declared.get("subTypes") or ()),
            description=str(declared.get("description") or ""),
        )
