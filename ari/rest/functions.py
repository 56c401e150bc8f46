"""Operations as users meet them: methods of real classes, with a signature and a docstring.

A client's operations are those of its own Asterisk, so each client has classes of its own:
subclasses of the repositories and domain classes, made once, with the operations as methods.
"""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Protocol, TypeVar

from ..swagger.client import Resource
from ..swagger.declarations import OperationModel, Parameter, free_names
from ..swagger.request import signature
from ..transport.base import Json
from ..transport.errors import error_class
from .owner import Invoker

__all__ = ["DomainObject", "make_function", "own_class", "with_operations"]

_Class = TypeVar("_Class", bound=type)


class _Ids(Protocol):
    def get_params(self, obj_json: Json) -> dict[str, str]: ...


class DomainObject(Protocol):
    """What is needed of a domain object to call its operations."""

    @property
    def client(self) -> Invoker: ...
    @property
    def api(self) -> Resource: ...
    @property
    def json(self) -> Json: ...
    @property
    def id_generator(self) -> _Ids: ...


class _Repository(Protocol):
    @property
    def client(self) -> Invoker: ...


def own_class(base: _Class, resource: Resource, given: Sequence[str]) -> _Class:
    """Return a client's own subclass of a domain class.

    It has the operations whose path holds the object's id.

    :param resource: the resource that the operations are on.
    :param given: the path parameters that make up the id.
    """
    operations = [
        operation.model
        for operation in resource.operations.values()
        if all("{%s}" % name in operation.uri for name in given)  # noqa: UP031
    ]
    return with_operations(base, operations, base.__name__, given)


def with_operations(
    base: _Class, operations: Iterable[OperationModel], owner: str, given: Sequence[str] = ()
) -> _Class:
    """Return a subclass of a class with operations as methods.

    What the class has itself stays; an operation of that name is a method with an underscore at
    its end, unless the class calls it itself.

    :param owner: what help calls the owner of the methods: the class, or the repository.
    :param given: the path parameters that an object of the class provides; () for a repository.
    """
    calls_itself: Sequence[str] = getattr(base, "_calls_itself", ())
    by_name = {o.nickname: o for o in operations if o.nickname not in calls_itself}
    held: Sequence[str] = getattr(base, "_held", ())
    names = free_names(by_name, lambda name: name in held or hasattr(base, name))
    members: dict[str, object] = {
        names[nickname]: make_function(operation, owner, given, names[nickname])
        for nickname, operation in by_name.items()
    }
    members.update(
        __doc__=base.__doc__,
        __module__=base.__module__,
        __qualname__=base.__qualname__,
        base_class=base,
    )
    return type(base)(base.__name__, (base,), members)


def make_function(
    operation: OperationModel, owner: str, given: Sequence[str] = (), name: str = ""
) -> Callable[..., object]:
    """Make of an operation a method with a name, a signature and a docstring of its own.

    :param owner: the class or repository that it appears on.
    :param given: path parameters that the object it is called on provides.
    :param name: the method's name; by default the operation's.
    """

    def of_repository(self: _Repository, /, *args: object, **kwargs: object) -> object:
        return self.client.invoke(operation, args, kwargs)

    def of_object(self: DomainObject, /, *args: object, **kwargs: object) -> object:
        path = self.id_generator.get_params(self.json)
        return self.client.invoke(operation, args, kwargs, path)

    function: Callable[..., object] = of_object if given else of_repository
    shown = signature(operation, given)
    itself = inspect.Parameter("self", inspect.Parameter.POSITIONAL_ONLY)
    function.__name__ = name or operation.nickname
    function.__qualname__ = f"{owner}.{function.__name__}"
    function.__doc__ = _docstring(operation, given)
    function.__signature__ = shown.replace(  # type: ignore[attr-defined]
        parameters=[itself, *shown.parameters.values()]
    )
    function.json = operation.json  # type: ignore[attr-defined]
    return function


def _docstring(operation: OperationModel, given: Sequence[str]) -> str:
    """Write an operation's declaration as a docstring with Sphinx fields."""
    lines = [operation.summary or operation.nickname]
    if operation.notes:
        lines += ["", *_wrapped(operation.notes)]
    fields = [
        f":param {parameter.python_name}: {_describe(parameter)}"
        for parameter in operation.parameters
        if parameter.name not in given
    ]
    if operation.response_class != "void":
        fields.append(f":return: {operation.response_class}")
    fields += [
        f":raises {error_class(error.code).__name__}: {error.code} {error.reason}".rstrip()
        for error in operation.errors
    ]
    return "\n".join([*lines, "", *fields]) if fields else "\n".join(lines)


@cache
def _wrapped(notes: str) -> list[str]:
    # Kept, since each client wraps the same texts for two classes.
    return textwrap.wrap(notes, 96)


def _describe(parameter: Parameter) -> str:
    words = [(parameter.description or parameter.data_type).strip().rstrip(".") + "."]
    least, greatest = parameter.limits
    if parameter.allowed:
        words.append(f"One of: {', '.join(map(str, parameter.allowed))}.")
    elif least is not None or greatest is not None:
        shown = ("…" if limit is None else str(limit) for limit in (least, greatest))
        words.append(f"From {' to '.join(shown)}.")
    if parameter.default not in (None, ""):
        words.append(f"Default: {parameter.default}.")
    return " ".join(words)
