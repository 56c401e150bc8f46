"""Operations as users meet them: real functions, with help, that take and give domain objects.

Here also stand, each with its reason, the few places where Asterisk does not do what its own
declarations say and a user would be misled (:class:`AsteriskWorkarounds`, :func:`refuse_harmful`).
"""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ..exceptions import exception_class, transport_errors
from ..swagger.client import Operation
from ..swagger.processors import Json, ParsingContext, SwaggerProcessor
from ..swagger.request import bind, python_name, signature

__all__ = [
    "AsteriskWorkarounds",
    "arguments",
    "as_argument",
    "explain",
    "make_function",
    "refuse_harmful",
    "send",
]


#: The operations that make a channel to an endpoint.
_DIALLING = frozenset(["channels.create", "channels.originate", "channels.originateWithId"])


class AsteriskWorkarounds(SwaggerProcessor):
    """Marks in the declarations where Asterisk wants something else than it declares."""

    def process_operation(
        self, resources: Json, resource: Json, api: Json, operation: Json, context: ParsingContext
    ) -> None:
        key = (resource["name"], operation["nickname"])
        parameters = {p["name"]: p for p in operation["parameters"]}
        if key in {("channels", "mute"), ("channels", "unmute")} and "direction" in parameters:
            # Declared with the default 'both', which the server does not apply: it answers 400.
            parameters["direction"].setdefault("defaultValue", "both")
            parameters["direction"]["sendDefault"] = True
        if key == ("bridges", "create") and "variables" in parameters:
            # The server takes every member of the body for a variable. With the declared form it
            # answers 400 and leaves the new bridge behind.
            parameters["variables"]["flat"] = True
        if key == ("applications", "filter") and "filter" in parameters:
            # A filter under its parameter's name is answered with 200 and has no effect.
            parameters["filter"]["flat"] = True


def refuse_harmful(operation: Operation, values: Mapping[str, Any]) -> None:
    """Raise ValueError for a call that would hang a channel of a real Asterisk.

    Required parameters, whose absence is worse, are seen to by the signature.
    """
    if operation.label == "channels.sendDTMF":
        for name in ("before", "between", "duration", "after"):
            value = values.get(name)
            if value is not None and int(value) < 0:
                raise ValueError(f"sendDTMF() got {name}={value}: milliseconds cannot be negative")


def explain(operation: str, status: int) -> str:
    """Return what Asterisk's words for an error leave out, '' if they say it all.

    :param operation: the operation's name, such as ``channels.originate``.
    :param status: the status of its answer.
    """
    if status == 500 and operation in _DIALLING:
        # "Allocation failed", whatever the reason.
        return "so Asterisk answers for an endpoint that does not exist or is not registered"
    return ""


def arguments(
    operation: Operation,
    args: Iterable[Any],
    kwargs: Mapping[str, Any],
    given: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the values that an operation's parameters have in a call.

    :param operation: what is called.
    :param args: positional arguments, for the path parameters in order.
    :param kwargs: keyword arguments; domain objects stand for their ids.
    :param given: parameters that the object it is called on provides.
    :raises TypeError: an argument is unknown, missing or given twice.
    :raises ValueError: the call would do harm.
    """
    bound = bind(operation.json, tuple(args), kwargs, given)
    values = {name: as_argument(name, value) for name, value in bound.items()}
    refuse_harmful(operation, values)
    return values


def send(operation: Operation, values: Mapping[str, Any]) -> Any:
    """Call an operation and return the raw response.

    :raises ValueError: an id is empty; nothing was sent.
    :raises ARIConnectionError: Asterisk cannot be reached.
    :raises ARITimeout: no answer in time.
    """
    with transport_errors(operation.label, operation.uri):
        return operation.send(values)


def as_argument(name: str, value: Any) -> Any:
    """Let domain objects, alone or among several, stand for their ids.

    An event source is an id with a scheme, so there a bridge becomes ``bridge:ID``.
    """
    source = getattr(type(value), "event_source", None)
    if source is not None:
        return source.fget(value) if name in ("eventSource", "source") else value.id
    if isinstance(value, Iterable) and not isinstance(value, (str, bytes, Mapping)):
        return [as_argument(name, item) for item in value]
    return value


def make_function(
    operation: Operation,
    owner: str,
    invoke: Callable[..., Any],
    given: Iterable[str] = (),
    *,
    method: bool = False,
) -> Any:
    """Make of an operation a function with a name, a signature and a docstring of its own.

    :param operation: what the function calls.
    :param owner: the class or repository that it appears on.
    :param invoke: called with what the function was called with.
    :param given: parameters that the owner provides and the signature leaves out.
    :param method: whether the first argument is the object that it is called on.
    """
    given = tuple(given)

    def function(*args: Any, **kwargs: Any) -> Any:
        return invoke(*args, **kwargs)

    shown = signature(operation.json, given)
    if method:
        self_parameter = inspect.Parameter("self", inspect.Parameter.POSITIONAL_ONLY)
        shown = shown.replace(parameters=[self_parameter, *shown.parameters.values()])
    function.__name__ = operation.json["nickname"]
    function.__qualname__ = f"{owner}.{function.__name__}"
    function.__doc__ = _docstring(operation.json, given)
    function.__signature__ = shown  # type: ignore[attr-defined]
    function.json = operation.json  # type: ignore[attr-defined]
    return function


def _docstring(operation: Json, given: Iterable[str]) -> str:
    """Write an operation's declaration as a docstring with Sphinx fields."""
    taken = frozenset(given)
    lines = [operation.get("summary") or operation["nickname"]]
    notes = operation.get("notes")
    if notes:
        lines += ["", *textwrap.wrap(notes, 96)]
    fields = [
        f":param {python_name(p['name'])}: {_describe(p)}"
        for p in operation["parameters"]
        if p["name"] not in taken
    ]
    if operation["responseClass"] != "void":
        fields.append(f":return: {operation['responseClass']}")
    fields += [
        f":raises {_error_name(error['code'])}: {error['code']} {error['reason']}".rstrip()
        for error in operation["errorResponses"]
    ]
    return "\n".join([*lines, "", *fields]) if fields else "\n".join(lines)


def _describe(parameter: Json) -> str:
    words = [str(parameter.get("description") or parameter["dataType"]).strip().rstrip(".") + "."]
    allowed = parameter.get("allowableValues") or {}
    if allowed.get("values"):
        words.append(f"One of: {', '.join(map(str, allowed['values']))}.")
    elif allowed.get("min") is not None or allowed.get("max") is not None:
        words.append(f"From {allowed.get('min', '…')} to {allowed.get('max', '…')}.")
    if parameter.get("defaultValue") not in (None, ""):
        words.append(f"Default: {parameter['defaultValue']}.")
    return " ".join(words)


def _error_name(code: Any) -> str:
    return exception_class(int(code)).__name__
