"""From an operation and its arguments to the request that calls it; pure.

``bind()`` takes what a caller wrote and returns the value of each parameter, or raises TypeError
as a Python function would. ``build()`` makes the request of these values.

Three marks that a processor may set on a parameter's declaration are for servers that do not do
what they declare: ``sendDefault`` sends the ``defaultValue`` when the caller gave none, ``flat``
makes a body parameter the body itself instead of a member of it, and ``refuseBelow`` refuses
numbers below it. A fourth, ``longestLine`` on an operation, is for a server that takes request
lines of so many bytes: in a POST or PUT that would have a longer one, the strings of the query
become members of a JSON body, and anything else that is too long is refused.
"""

from __future__ import annotations

import difflib
import inspect
import json
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from types import GenericAlias, UnionType
from typing import TypeAlias
from urllib.parse import quote, urlencode

from ..transport.base import Json, Request
from .declarations import OperationModel, Parameter, python_name

__all__ = ["Request", "bind", "build", "near_miss", "python_name", "signature"]

_Annotation: TypeAlias = type | GenericAlias | UnionType

_ANNOTATIONS: dict[str, type] = {
    "string": str,
    "boolean": bool,
    "containers": dict,
    "int": int,
    "long": int,
    "double": float,
    "float": float,
    "number": float,
}


def signature(operation: OperationModel, given: Iterable[str] = ()) -> inspect.Signature:
    """Return the Python signature of an operation.

    :param operation: the operation.
    :param given: parameters that are filled in already, and so do not appear.
    """
    parameters = _open_parameters(operation, given)
    # Python wants what has no default first; both groups keep the declared order.
    ordered = [p for p in parameters if p.place == "path"]
    ordered += [p for p in parameters if p.place != "path"]
    return inspect.Signature([_python_parameter(p) for p in ordered])


def _python_parameter(parameter: Parameter) -> inspect.Parameter:
    positional = parameter.place == "path"
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD if positional else inspect.Parameter.KEYWORD_ONLY
    annotation: _Annotation = _ANNOTATIONS.get(parameter.data_type, object)
    if parameter.multiple:
        annotation = annotation | Sequence[annotation]  # type: ignore[valid-type]
    if parameter.required:
        return inspect.Parameter(parameter.python_name, kind, annotation=annotation)
    return inspect.Parameter(
        parameter.python_name, kind, default=None, annotation=annotation | None
    )


def _open_parameters(operation: OperationModel, given: Iterable[str]) -> list[Parameter]:
    taken = frozenset(given)
    return [p for p in operation.parameters if p.name not in taken]


def bind(
    operation: OperationModel,
    args: Sequence[object],
    kwargs: Mapping[str, object],
    given: Mapping[str, object] | None = None,
) -> dict[str, object]:
    """Return the value of every parameter that the caller gave, by its declared name.

    Positional arguments fill the open path parameters in order. None means not given.

    :param operation: the operation.
    :param args: positional arguments.
    :param kwargs: keyword arguments, by declared name or by :func:`python_name`.
    :param given: values of parameters that the caller may not give again.
    :raises TypeError: an argument is unknown, missing or given twice.
    """
    name = operation.nickname
    given = given or {}
    values = dict(given)
    if args:
        paths = [p.name for p in _open_parameters(operation, given) if p.place == "path"]
        if len(args) > len(paths):
            raise TypeError(
                f"{name}() takes {_count(len(paths), 'positional argument')} but {len(args)} "
                f"{'was' if len(args) == 1 else 'were'} given; {_takes(operation, given)}; "
                "only ids, which stand in the path, go by position"
            )
        values.update(zip(paths, args, strict=False))
    for key, value in kwargs.items():
        declared = operation.names.get(key)
        if declared in given:
            raise TypeError(f"{name}() got {key!r}, which the object it is called on gives already")
        if declared is None:
            known = [n for n, of in operation.names.items() if of not in given]
            raise TypeError(
                f"{name}() got an unexpected argument {key!r}{near_miss(key, known)}; "
                f"{_takes(operation, given)}"
            )
        if declared in values:
            raise TypeError(f"{name}() got multiple values for argument {declared!r}")
        values[declared] = value
    for parameter in operation.parameters:
        if values.get(parameter.name) is None:
            values.pop(parameter.name, None)
            if parameter.required:
                raise _missing(operation, values, given)
    return values


def _missing(
    operation: OperationModel, values: Mapping[str, object], given: Iterable[str]
) -> TypeError:
    missing = [p.name for p in operation.parameters if p.required and values.get(p.name) is None]
    return TypeError(
        f"{operation.nickname}() missing required "
        f"{_count(len(missing), 'argument', number=False)}: {', '.join(map(repr, missing))}; "
        f"{_takes(operation, given)}"
    )


def _count(count: int, noun: str, *, number: bool = True) -> str:
    return (f"{count} " if number else "") + noun + ("" if count == 1 else "s")


def _takes(operation: OperationModel, given: Iterable[str]) -> str:
    names = [p.python_name for p in _open_parameters(operation, given)]
    return f"it takes: {', '.join(names)}" if names else "it takes no arguments"


def near_miss(name: str, known: Iterable[str]) -> str:
    """Return ' (did you mean …?)' for a name that almost is a known one, else ''."""
    by_lower = {k.lower(): k for k in known}
    close = difflib.get_close_matches(str(name).lower(), by_lower, n=1)
    return f" (did you mean {by_lower[close[0]]!r}?)" if close else ""


def build(operation: OperationModel, values: Mapping[str, object]) -> Request:
    """Make the request for an operation.

    :param operation: the operation.
    :param values: the parameters' values by declared name, as :func:`bind` returns them.
    :raises TypeError: a value is of a kind that its place cannot carry.
    :raises ValueError: an id is empty, or ``.`` or ``..``, which would name another path; a value
        is too long, too small, or not text.
    """
    uri = operation.uri
    query: dict[str, str] = {}
    body: Json = {}
    has_body = False
    size = 0
    for parameter in operation.parameters:
        name = parameter.name
        value = values.get(name)
        if value is None and parameter.send_default:
            value = parameter.default
        if value is None:
            continue
        if parameter.minimum is not None:
            _check_minimum(operation, parameter, value)
        if parameter.place == "path":
            uri = uri.replace("{%s}" % name, _segment(operation, name, value))  # noqa: UP031
        elif parameter.place == "body":
            has_body = True
            body.update(_body(operation, parameter, value))
        elif parameter.place == "query":
            query[name] = _text(operation, name, value)
            size += len(name) + len(query[name])
        else:
            raise TypeError(
                f"{operation.nickname}() has {name} in the {parameter.place}, which is not "
                "supported"
            )
    # Encoded, a character of the query takes twelve bytes at the most.
    longest = operation.longest_line
    if longest is not None and 12 * size + len(uri) + 100 > longest:
        has_body |= _shorten(operation, uri, query, body)
    return Request(
        method=operation.method,
        url=uri,
        query=query,
        body=_as_json(operation, body) if has_body else None,
        operation=operation.name,
        is_websocket=operation.is_websocket,
    )


def _check_minimum(operation: OperationModel, parameter: Parameter, value: object) -> None:
    try:
        number = float(str(value))
    except ValueError:  # its text holds the value
        number = None
    if number is None:
        raise _unfit(operation, parameter.name, value, "a number")
    if parameter.minimum is not None and not number >= parameter.minimum:  # so that NaN is refused
        raise ValueError(
            f"{operation.nickname}() got {parameter.name}={value}, which must be at least "
            f"{parameter.minimum}"
        )


def _shorten(operation: OperationModel, uri: str, query: dict[str, str], body: Json) -> bool:
    """Move text from a query that is too long into the body; tell whether any was moved.

    :raises ValueError: the request line is too long all the same.
    """
    limit = operation.longest_line
    if limit is None or _line_length(operation, uri, query) <= limit:
        return False
    moved = False
    # A body parameter that is the body itself leaves no room beside it.
    roomy = not any(parameter.flat for parameter in operation.parameters)
    if operation.method in ("POST", "PUT") and roomy:
        for parameter in operation.parameters:
            if parameter.name in query and parameter.data_type == "string":
                text = query.pop(parameter.name)
                body.setdefault(parameter.name, text.split(",") if parameter.multiple else text)
                moved = True
    length = _line_length(operation, uri, query)
    if length > limit:
        raise ValueError(
            f"{operation.nickname}() makes a request line of {length:,} bytes, and the server "
            f"takes {limit:,}: shorten {max(query, key=lambda n: len(query[n]), default='the id')}"
        )
    return moved


def _line_length(operation: OperationModel, uri: str, query: Mapping[str, str]) -> int:
    path = "/" + uri.partition("://")[2].partition("/")[2]
    mark = "?" if query else ""
    return len(f"{operation.method} {path}{mark}{urlencode(query)} HTTP/1.1\r\n".encode())


def _segment(operation: OperationModel, name: str, value: object) -> str:
    if isinstance(value, (list, tuple, AbstractSet, Mapping)):
        raise _unfit(operation, name, value, "one id")
    text = _scalar(operation, name, value)
    if text in ("", ".", ".."):
        raise ValueError(
            f"{operation.nickname}() got {text!r} as {name}: that would call another path; "
            "give the id of an existing object"
        )
    return quote(text, safe="")


def _text(operation: OperationModel, name: str, value: object) -> str:
    if isinstance(value, Mapping):
        raise _unfit(operation, name, value, "a single value or a list of them")
    if isinstance(value, Iterable) and not isinstance(value, (str, bytes)):
        return ",".join(_scalar(operation, name, item) for item in value)
    return _scalar(operation, name, value)


def _scalar(operation: OperationModel, name: str, value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    try:
        text = value.decode() if isinstance(value, bytes) else str(value)
        text.encode()
    except UnicodeError:  # it holds the value
        text = None
    if text is None:
        raise ValueError(f"{operation.nickname}() got {name} as text that is not Unicode")
    return text


def _as_json(operation: OperationModel, body: Json) -> str:
    try:
        return json.dumps(body, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as ex:
        reason = str(ex)
    raise TypeError(f"{operation.nickname}() got a body that JSON cannot carry: {reason}")


def _body(operation: OperationModel, parameter: Parameter, value: object) -> Json:
    """Return the members that a body parameter adds, whether or not the value is under its name."""
    name = parameter.name
    if not isinstance(value, (Mapping, list, tuple)):
        raise _unfit(operation, name, value, "a dict or a list")
    named = isinstance(value, Mapping) and isinstance(value.get(name), (Mapping, list, tuple))
    body = dict(value) if named else {name: value}
    if not parameter.flat:
        return body
    if not isinstance(body[name], Mapping):
        raise _unfit(operation, name, value, "a dict")
    return dict(body[name])


def _unfit(operation: OperationModel, name: str, value: object, wanted: str) -> TypeError:
    return TypeError(
        f"{operation.nickname}() wants {wanted} as {name}, got a {type(value).__name__}"
    )
