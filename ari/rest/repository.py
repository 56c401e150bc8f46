"""Repositories: the operations of one resource, as methods."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from ..swagger.client import Resource
from .functions import with_operations
from .owner import Invoker

__all__ = ["Repository"]


class Repository:
    """The operations of one resource that create, find or list objects.

    :param client: the :class:`~ari.client.Client`.
    :param name: the resource's name, such as ``channels``.
    :param resource: the resource of the Swagger layer.
    """

    #: What each has that is not an operation.
    _held: ClassVar[Sequence[str]] = ("api", "base_class", "client", "name")

    def __init__(self, client: Invoker, name: str, resource: Resource) -> None:
        self.client = client
        self.name = name
        self.api = resource
        operations = [o.model for o in resource.operations.values() if not o.model.is_websocket]
        self.__class__ = with_operations(type(self), operations, name)

    def __repr__(self) -> str:
        return f"Repository({self.name})"

    def __getattr__(self, name: str) -> Callable[..., Any]:
        # The operations are methods, and found without coming here.
        api: Resource | None = self.__dict__.get("api")
        if name.startswith("__") or api is None:
            raise AttributeError(name)
        if getattr(api, name).model.is_websocket:
            raise AttributeError(
                f"{self.name}.{name}() would open a WebSocket that nobody reads: call "
                "client.run(apps), which opens it, reads it and calls the listeners"
            )
        raise AttributeError(name)
