"""One operation called: from its arguments to a request, and from the response to a result.

::

    prepare(operation, arguments) ──> PreparedCall ── .request ──> a transport
    finish(call, response)        ──> domain objects, JSON, bytes or None; or an error

Neither end sends anything; who does is the client's affair.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from json import JSONDecodeError
from typing import TypeAlias

from ..kinds import BY_NAME, MAKERS, Key
from ..swagger.declarations import OperationModel
from ..swagger.request import bind, build
from ..transport.base import Json, Request, Response
from ..transport.errors import read_json, response_error
from .workarounds import explain, refuse_unplayable

__all__ = ["Factory", "PreparedCall", "as_argument", "finish", "prepare", "result_of"]

_KINDS_OF_JSON = {dict: "an object", list: "a list", str: "a string", bool: "a boolean"}

#: In place of the JSON of a body that has none.
_NOT_JSON = object()

#: Returns what makes an object of a class out of its JSON; None for a class without objects.
Factory: TypeAlias = Callable[[str], Callable[[Json], object] | None]


@dataclass(frozen=True)
class PreparedCall:
    """An operation with its arguments, ready to be sent.

    :ivar values: the parameters' values by declared name; left out of the repr.
    :ivar request: what to send.
    :ivar makes: the object that it makes, if it makes one whose id the caller may choose. The id
        is '' if Asterisk is to choose it.
    """

    operation: OperationModel
    values: Mapping[str, object] = field(repr=False)
    request: Request
    makes: Key | None = None


def prepare(
    operation: OperationModel,
    args: Sequence[object],
    kwargs: Mapping[str, object],
    given: Mapping[str, object] | None = None,
    new_id: Callable[[], str | None] = lambda: None,
) -> PreparedCall:
    """Check the arguments of an operation, and make its request of them.

    :param operation: what is called.
    :param args: positional arguments, for the path parameters in order.
    :param kwargs: keyword arguments; domain objects stand for their ids.
    :param given: parameters that the object it is called on provides.
    :param new_id: returns the id for an object that the operation makes, where the caller gives
        none; None to let Asterisk choose it.
    :raises TypeError: an argument is unknown, missing or given twice.
    :raises ValueError: a value would call another path, or do harm.
    """
    values = bind(operation, args, kwargs, given)
    for name, value in values.items():
        if not isinstance(value, str):
            values[name] = as_argument(name, value)
    if "media" in values:
        refuse_unplayable(operation.nickname, values["media"])
    makes: Key | None = None
    if operation.name in MAKERS:
        class_name, parameter = MAKERS[operation.name]
        chosen = new_id() if parameter in operation.names and parameter not in values else None
        if chosen is not None:
            values[parameter] = chosen
        makes = (class_name, str(values.get(parameter, "")))
    return PreparedCall(operation, values, build(operation, values), makes)


def as_argument(name: str, value: object) -> object:
    """Return the id of a domain object, and of each in a list; anything else as it is.

    An event source is an id with a scheme, so there a bridge becomes ``bridge:ID``.
    """
    if hasattr(type(value), "event_source"):
        attribute = "event_source" if name in ("eventSource", "source") else "id"
        return getattr(value, attribute)
    if isinstance(value, Iterable) and not isinstance(value, (str, bytes, Mapping)):
        return [as_argument(name, item) for item in value]
    return value


def finish(call: PreparedCall, response: Response, factory: Factory) -> object:
    """Return what the response to a call means; see :func:`result_of`."""
    return result_of(call.operation.name, call.operation.response_class, response, factory)


def result_of(operation: str, response_class: str, response: Response, factory: Factory) -> object:
    """Return what a response means.

    :param operation: the operation's name, for errors.
    :param response_class: the declared class of its answer.
    :param factory: returns what makes an object of a class.
    :return: an object or a list of them; the JSON of other classes; bytes for ``binary``; None
        for 204 or an empty body.
    :raises ARIHTTPError: the status is 300 or above (the subclass depends on it); or the body is
        not JSON, or not that of an object of the declared class.
    """
    status = int(response.status_code)
    if status >= 300:
        raise response_error(response, operation, explain(operation, status))
    if response_class == "binary":
        return response.content
    if status == 204:
        return None
    fault = ""
    try:
        if getattr(response, "content", None) in (b"", ""):
            return None
        body = read_json(response)
    except ValueError as ex:
        fault = "" if isinstance(ex, JSONDecodeError) else f": {ex}"
        body = _NOT_JSON
    if body is _NOT_JSON:
        raise response_error(response, operation, f"the answer is not JSON{fault}")
    many = response_class.startswith("List[")
    class_name = response_class[5:-1] if many else response_class
    make = factory(class_name)
    if make is None:
        return body
    if fault := _unlike_list(body, class_name) if many else _unlike(body, class_name, "the answer"):
        raise response_error(response, operation, fault)
    return [make(item) for item in body] if many else make(body)


def _unlike_list(body: object, class_name: str) -> str:
    """Say what of a body is not a list of objects of a class; '' if it is one."""
    if not isinstance(body, list):
        return f"the answer is {_kind_of(body)}, expected a list of {class_name} objects"
    faults = (_unlike(item, class_name, f"[{index}]") for index, item in enumerate(body))
    return next(filter(None, faults), "")


def _unlike(item: object, class_name: str, place: str) -> str:
    """Say why this is not an object of a class; '' if it is one."""
    if not isinstance(item, dict):
        return f"{place} is {_kind_of(item)}, expected a {class_name} object"
    for name in BY_NAME[class_name].id_fields if class_name in BY_NAME else ():
        if not isinstance(item.get(name), (str, int)) or isinstance(item[name], bool):
            got = _kind_of(item[name]) if name in item else "nothing"
            return f"{place} has {got} as {name!r}, which names a {class_name} object"
    return ""


def _kind_of(value: object) -> str:
    return "null" if value is None else _KINDS_OF_JSON.get(type(value), "a number")
