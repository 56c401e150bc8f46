"""From an operation and its arguments to the request that calls it; pure.

``bind()`` takes what a caller wrote and returns the value of each parameter, or raises TypeError
as a Python function would. ``build()`` makes the request of these values.

Two marks that a processor may set on a parameter's declaration change how it is sent, for servers
that do not do what they declare: ``sendDefault`` sends the ``defaultValue`` when the caller gave
none, and ``flat`` makes a body parameter the body itself instead of a member of it.
"""

from __future__ import annotations

import difflib
import inspect
import json
import keyword
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from .processors import Json

__all__ = ["Request", "bind", "build", "near_miss", "python_name", "signature"]

_ANNOTATIONS: dict[str, Any] = {
    "string": str,
    "boolean": bool,
    "containers": dict,
    "int": int,
    "long": int,
    "double": float,
    "float": float,
    "number": float,
}


@dataclass(frozen=True)
class Request:
    """A request as plain values: what to send, apart from who sends it."""

    method: str
    url: str
    query: dict[str, str] = field(default_factory=dict)
    body: str | None = None
    is_websocket: bool = False


def python_name(name: str) -> str:
    """Return the name of a parameter in Python: keywords take a trailing underscore."""
    return name + "_" if keyword.iskeyword(name) else name


def signature(operation: Json, given: Iterable[str] = ()) -> inspect.Signature:
    """Return the Python signature of an operation.

    :param operation: the operation's declaration.
    :param given: parameters that are filled in already, and so do not appear.
    """
    parameters = _open_parameters(operation, given)
    # Python wants what has no default first; both groups keep the declared order.
    ordered = [p for p in parameters if p["paramType"] == "path"]
    ordered += [p for p in parameters if p["paramType"] != "path"]
    return inspect.Signature([_python_parameter(p) for p in ordered])


def _python_parameter(parameter: Json) -> inspect.Parameter:
    positional = parameter["paramType"] == "path"
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD if positional else inspect.Parameter.KEYWORD_ONLY
    annotation: Any = _ANNOTATIONS.get(parameter["dataType"], object)
    if parameter.get("allowMultiple"):
        annotation = annotation | Sequence[annotation]
    if parameter["required"]:
        return inspect.Parameter(python_name(parameter["name"]), kind, annotation=annotation)
    return inspect.Parameter(
        python_name(parameter["name"]), kind, default=None, annotation=annotation | None
    )


def _open_parameters(operation: Json, given: Iterable[str]) -> list[Json]:
    taken = frozenset(given)
    return [p for p in operation["parameters"] if p["name"] not in taken]


def bind(
    operation: Json,
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
    given: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the value of every parameter that the caller gave, by its declared name.

    Positional arguments fill the open path parameters in order. None means not given.

    :param operation: the operation's declaration.
    :param args: positional arguments.
    :param kwargs: keyword arguments, by declared name or by :func:`python_name`.
    :param given: values of parameters that the caller may not give again.
    :raises TypeError: an argument is unknown, missing or given twice.
    """
    name = operation["nickname"]
    given = given or {}
    values = dict(given)
    parameters = _open_parameters(operation, values)
    paths = [p["name"] for p in parameters if p["paramType"] == "path"]
    if len(args) > len(paths):
        raise TypeError(
            f"{name}() takes {_count(len(paths), 'positional argument')} but {len(args)} "
            f"{'was' if len(args) == 1 else 'were'} given; {_takes(operation, given)}; "
            "only ids, which stand in the path, go by position"
        )
    values.update(zip(paths, args, strict=False))
    known = {python_name(p["name"]): p["name"] for p in parameters}
    known.update((p["name"], p["name"]) for p in parameters)
    for key, value in kwargs.items():
        if key in given:
            raise TypeError(f"{name}() got {key!r}, which the object it is called on gives already")
        if key not in known:
            hint = near_miss(key, known)
            raise TypeError(
                f"{name}() got an unexpected argument {key!r}{hint}; {_takes(operation, given)}"
            )
        if known[key] in values:
            raise TypeError(f"{name}() got multiple values for argument {known[key]!r}")
        values[known[key]] = value
    missing = [p["name"] for p in parameters if p["required"] and values.get(p["name"]) is None]
    if missing:
        raise TypeError(
            f"{name}() missing required {_count(len(missing), 'argument', number=False)}: "
            f"{', '.join(map(repr, missing))}; {_takes(operation, given)}"
        )
    return {key: value for key, value in values.items() if value is not None}


def _count(count: int, noun: str, *, number: bool = True) -> str:
    return (f"{count} " if number else "") + noun + ("" if count == 1 else "s")


def _takes(operation: Json, given: Iterable[str]) -> str:
    names = [python_name(p["name"]) for p in _open_parameters(operation, given)]
    return f"it takes: {', '.join(names)}" if names else "it takes no arguments"


def near_miss(name: str, known: Iterable[str]) -> str:
    """Return ' (did you mean …?)' for a name that almost is a known one, else ''."""
    by_lower = {k.lower(): k for k in known}
    close = difflib.get_close_matches(str(name).lower(), by_lower, n=1)
    return f" (did you mean {by_lower[close[0]]!r}?)" if close else ""


def build(operation: Json, uri: str, values: Mapping[str, Any]) -> Request:
    """Make the request for an operation.

    :param operation: the operation's declaration.
    :param uri: the operation's address, with ``{names}`` where path parameters go.
    :param values: the parameters' values by declared name, as :func:`bind` returns them.
    :raises TypeError: a value is of a kind that its place cannot carry.
    :raises ValueError: an id is empty, or ``.`` or ``..``, which would name another path.
    """
    query: dict[str, str] = {}
    body: Json = {}
    has_body = False
    for parameter in operation["parameters"]:
        name = parameter["name"]
        value = values.get(name)
        if value is None and parameter.get("sendDefault"):
            value = parameter.get("defaultValue")
        if value is None:
            continue
        if parameter["paramType"] == "path":
            uri = uri.replace("{%s}" % name, _segment(operation, name, value))  # noqa: UP031
        elif parameter["paramType"] == "body":
            has_body = True
            body.update(_body(operation, parameter, value))
        elif parameter["paramType"] == "query":
            query[name] = _text(operation, name, value)
        else:
            raise TypeError(
                f"{operation['nickname']}() has {name} in the {parameter['paramType']}, which is "
                "not supported"
            )
    return Request(
        method=operation["httpMethod"].upper(),
        url=uri,
        query=query,
        body=json.dumps(body) if has_body else None,
        is_websocket=bool(operation.get("is_websocket")),
    )


def _segment(operation: Json, name: str, value: Any) -> str:
    if isinstance(value, (list, tuple, AbstractSet, Mapping)):
        raise _unfit(operation, name, value, "one id")
    text = _scalar(value)
    if text in ("", ".", ".."):
        raise ValueError(
            f"{operation['nickname']}() got {text!r} as {name}: that would call another path; "
            "give the id of an existing object"
        )
    return quote(text, safe="")


def _text(operation: Json, name: str, value: Any) -> str:
    if isinstance(value, Mapping):
        raise _unfit(operation, name, value, "a single value or a list of them")
    if isinstance(value, Iterable) and not isinstance(value, (str, bytes)):
        return ",".join(_scalar(item) for item in value)
    return _scalar(value)


def _scalar(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.decode() if isinstance(value, bytes) else str(value)


def _body(operation: Json, parameter: Json, value: Any) -> Json:
    """Return the members that a body parameter adds, whether or not the value is under its name."""
    name = parameter["name"]
    if not isinstance(value, (Mapping, list, tuple)):
        raise _unfit(operation, name, value, "a dict or a list")
    named = isinstance(value, Mapping) and isinstance(value.get(name), (Mapping, list, tuple))
    body = dict(value) if named else {name: value}
    if not parameter.get("flat"):
        return body
    if not isinstance(body[name], Mapping):
        raise _unfit(operation, name, value, "a dict")
    return dict(body[name])


def _unfit(operation: Json, name: str, value: Any, wanted: str) -> TypeError:
    return TypeError(
        f"{operation['nickname']}() wants {wanted} as {name}, got a {type(value).__name__}"
    )
