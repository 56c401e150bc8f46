"""Check a description, and bring it to the shape of Swagger 1.1.

What is of another structure altogether raises :class:`SwaggerError`, which names the place. What
has the right structure and says something odd is left out with a warning, so that one declaration
that nobody can use costs nobody the others.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable
from typing import TypeVar

from ..transport.base import Json
from .declarations import plain
from .processors import SwaggerError

__all__ = ["check_declaration", "check_listing", "leave_out_doubles"]

log = logging.getLogger(__name__)

_Expected = TypeVar("_Expected")

_PARAM_TYPES = ("path", "query", "body", "header", "form")

_METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS")

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")

#: What a path may consist of apart from its placeholders.
_PATH = re.compile(r"/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*")


def check_listing(resources: object, url: str) -> None:
    """Raise SwaggerError unless this is a resource listing."""
    listing = _expect(resources, dict, "a resource listing, a JSON object", url)
    for index, entry in enumerate(_expect(listing.get("apis"), list, "'apis', a list", url)):
        place = f"{url}: apis[{index}]"
        api = _expect(entry, dict, "an object", place)
        _expect(api.get("path"), str, "'path', a string", place)


def leave_out_doubles(
    found: Iterable[Json], name_of: Callable[[Json], str], what: str, place: str
) -> list[Json]:
    """Return what has a name that nothing before it has; warn of the rest."""
    kept: dict[str, Json] = {}
    for thing in found:
        name = name_of(thing)
        if not name or name in kept:
            _warn(place, f"{what} {name!r} is declared twice" if name else f"{what} has no name")
        else:
            kept[name] = thing
    return list(kept.values())


def check_declaration(document: object, url: str) -> None:
    """Raise SwaggerError unless this is a declaration; bring it to the shape of Swagger 1.1."""
    declaration = _expect(document, dict, "a declaration, a JSON object", url)
    nicknames: set[str] = set()
    for index, entry in enumerate(_expect(declaration.get("apis"), list, "'apis', a list", url)):
        place = f"{url}: apis[{index}]"
        api = _expect(entry, dict, "an object", place)
        path = _expect(api.get("path"), str, "'path', a string", place)
        place += f" ({path})"
        operations = _expect(api.get("operations"), list, "'operations', a list", place)
        usable = []
        for number, operation in enumerate(operations):
            here = f"{place}: operations[{number}]"
            _check_operation(operation, here)
            fault = _fault_of(operation, path, nicknames)
            if fault:
                _warn(f"{here} ({operation['nickname']})", f"{fault}; the operation")
            else:
                nicknames.add(operation["nickname"])
                usable.append(operation)
        api["operations"] = usable
    _default(declaration, "models", {})
    models = _expect(declaration["models"], dict, "'models', an object", url)
    for name, declared in models.items():
        place = f"{url}: models: {name}"
        model = _expect(declared, dict, "an object", place)
        _default(model, "properties", {})
        properties = _expect(model["properties"], dict, "'properties', an object", place)
        for key, prop in properties.items():
            _expect(prop, dict, f"property {key!r}, an object", place)
            prop.setdefault("type", prop.get("$ref", "object"))


def _check_operation(declared: object, place: str) -> None:
    operation = _expect(declared, dict, "an object", place)
    nickname = _expect(operation.get("nickname"), str, "'nickname', a string", place)
    place += f" ({nickname})"
    _default(operation, "httpMethod", operation.get("method"))
    _expect(operation["httpMethod"], str, "'httpMethod', a string", place)
    _default(operation, "responseClass", operation.get("type", "void"))
    _correct_type(operation, "responseClass", place)
    _default(operation, "errorResponses", operation.get("responseMessages") or [])
    for error in _expect(operation["errorResponses"], list, "'errorResponses', a list", place):
        _expect(error, dict, "an error response, an object", place)
        error.setdefault("reason", error.get("message", ""))
    _default(operation, "parameters", [])
    parameters = _expect(operation["parameters"], list, "'parameters', a list", place)
    for index, parameter in enumerate(parameters):
        _check_parameter(parameter, f"{place}: parameters[{index}]")
    operation["parameters"] = leave_out_doubles(
        parameters, lambda parameter: str(parameter["name"]), "parameter", place
    )


def _check_parameter(declared: object, place: str) -> None:
    parameter = _expect(declared, dict, "an object", place)
    name = _expect(parameter.get("name"), str, "'name', a string", place)
    kind = parameter.get("paramType")
    if kind not in _PARAM_TYPES:
        shown = repr(kind) if isinstance(kind, str) else f"a {type(kind).__name__}"
        raise SwaggerError(
            f"'paramType' of {name!r} is {shown}, expected one of {', '.join(_PARAM_TYPES)}", place
        )
    _default(parameter, "dataType", parameter.get("type", "string"))
    _correct_type(parameter, "dataType", place)
    allowed = parameter.get("allowableValues")
    if allowed is not None and not (
        isinstance(allowed, dict) and isinstance(allowed.get("values", []), list)
    ):
        _warn(place, f"'allowableValues' of {name!r} does not list values; it")
        del parameter["allowableValues"]
    # Some declarations forget it, and a path without its parameter is another path.
    parameter["required"] = kind == "path" or bool(parameter.get("required"))


def _fault_of(operation: Json, path: str, nicknames: set[str]) -> str:
    """Return what makes an operation unusable, '' if nothing does."""
    nickname, method = operation["nickname"], operation["httpMethod"]
    if not nickname:
        return "it has no name"
    if nickname in nicknames:
        return "another operation has this name"
    if method.upper() not in _METHODS:
        return f"there is no method {method!r}"
    named = _PLACEHOLDER.findall(path)
    if not _PATH.fullmatch(_PLACEHOLDER.sub("x", path)):
        return "nothing can be at this path"
    given = [p["name"] for p in operation["parameters"] if p["paramType"] == "path"]
    if sorted(set(named)) != sorted(given):
        return (
            f"its path has places for {', '.join(named) or 'nothing'}, and its parameters are for "
            f"{', '.join(given) or 'none'}"
        )
    return ""


def _correct_type(declared: Json, key: str, place: str) -> None:
    """Take a type that is not a name for that of anything at all."""
    if not isinstance(declared[key], str):
        _warn(place, f"{key!r} is not a string but a {type(declared[key]).__name__}; it")
        declared[key] = "object"


def _default(declared: Json, key: str, value: object) -> None:
    """Set what is missing or null."""
    if declared.get(key) is None:
        declared[key] = value


def _warn(place: str, what: str) -> None:
    log.warning("%s: %s is left out", plain(place), what)


def _expect(value: object, kind: type[_Expected], what: str, place: str) -> _Expected:
    if not isinstance(value, kind):
        got = "nothing" if value is None else f"a {type(value).__name__}"
        raise SwaggerError(f"expected {what}, got {got}", place)
    return value
