"""A description becomes resources and operations that can be called.

::

    SwaggerClient ── resources ──> Resource ── operations ──> Operation ── call ──> response
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from ..transport.base import Json, Request
from ..transport.errors import without_query
from ..transport.http import HttpClientLike, HttpTransport
from .declarations import Model, OperationModel, plain
from .description import load_json, load_url
from .http_client import SynchronousHttpClient
from .processors import SwaggerError, SwaggerProcessor
from .request import bind, build, near_miss, signature

__all__ = ["Operation", "Resource", "SwaggerClient"]


class Operation:
    """One callable operation; calling it sends the request and returns the raw response.

    :param model: what the description says of it.
    :param transport: sends the request.
    """

    def __init__(self, model: OperationModel, transport: HttpTransport) -> None:
        self.model = model
        self.transport = transport
        self.json = model.json
        self.uri = model.uri
        self.__name__ = model.nickname
        self.__doc__ = model.summary

    @property
    def __signature__(self) -> inspect.Signature:
        """Its signature, as help() shows it."""
        return signature(self.model)

    def __repr__(self) -> str:
        return f"Operation({self.model.name})"

    def __call__(self, /, *args: object, **kwargs: object) -> Any:
        """Send the request and return the response, or the WebSocket that it opened.

        :raises TypeError: an argument is unknown, missing or given twice; nothing was sent.
        """
        request = self.request(*args, **kwargs)
        if request.is_websocket:
            return self.transport.open_websocket(request)
        return self.transport.send(request)

    def request(self, /, *args: object, **kwargs: object) -> Request:
        """Return the request that a call with these arguments sends."""
        return build(self.model, bind(self.model, args, kwargs))


class Resource:
    """The operations of one resource, as attributes.

    :param resource: the resource's entry in the listing, with its ``api_declaration``.
    :param transport: sends the requests.
    :param base_url: what the paths are relative to; by default the declaration's ``basePath``.
    """

    def __init__(self, resource: Json, transport: HttpTransport, base_url: str = "") -> None:
        declaration = resource["api_declaration"]
        root = (base_url or plain(declaration.get("basePath"))).rstrip("/")
        self.json = resource
        self.name: str = resource["name"]
        self.models = {
            name: Model.from_json(name, model)
            for name, model in declaration.get("models", {}).items()
        }
        self.operations = {
            operation["nickname"]: Operation(
                OperationModel.from_json(operation, root + api["path"]), transport
            )
            for api in declaration["apis"]
            for operation in api["operations"]
        }
        _show(self, self.operations)

    @classmethod
    def without_operations(cls, name: str, transport: HttpTransport) -> Resource:
        """Return what stands for a resource that the description does not have."""
        return cls({"name": name, "api_declaration": {"apis": []}}, transport)

    def __repr__(self) -> str:
        return f"Resource({self.name})"

    def __getattr__(self, name: str) -> Operation:
        # Absent while a copy or a pickle is being made, and then looked for.
        operations: dict[str, Operation] = self.__dict__.get("operations", {})
        if name not in operations:
            raise AttributeError(
                f"resource {self.__dict__.get('name')!r} has no operation {name!r}"
                f"{near_miss(name, operations)}; available: {', '.join(sorted(operations))}"
            )
        return operations[name]

    def get_operation(self, name: str) -> Operation:
        """Return an operation by its name."""
        return self.operations[name]

    def get_name(self) -> str:
        """Return the resource's name."""
        return self.name


class SwaggerClient:
    """All resources of a description, as attributes.

    :param url_or_resource: the URL of a resource listing, or a listing whose entries hold their
        ``api_declaration``.
    :param http_client: sends the requests; by default one of its own, which :meth:`close` closes.
    :param base_url: where requests go; by default the place that the listing came from.
    :param processors: see and may complete the description before the operations are made.
    :raises SwaggerError: what is served is not a description.
    """

    def __init__(
        self,
        url_or_resource: str | Json,
        http_client: HttpClientLike | None = None,
        base_url: str | None = None,
        processors: list[SwaggerProcessor] | None = None,
    ) -> None:
        self.http_client: Any = SynchronousHttpClient() if http_client is None else http_client
        self.transport = HttpTransport(self.http_client)
        if isinstance(url_or_resource, str):
            self.api_docs = load_url(url_or_resource, self.http_client, processors, base_url)
        else:
            self.api_docs = load_json(url_or_resource, self.http_client, processors)
        root = base_url or plain(self.api_docs.get("base_url"))
        self.resources = {
            api["name"]: Resource(api, self.transport, root) for api in self.api_docs["apis"]
        }
        _show(self, self.resources)

    def __repr__(self) -> str:
        root = self.api_docs.get("base_url") or self.api_docs.get("basePath") or ""
        return f"SwaggerClient({without_query(str(root))})"

    def __getattr__(self, name: str) -> Resource:
        resources: dict[str, Resource] = self.__dict__.get("resources", {})
        if name not in resources:
            raise AttributeError(
                f"the description has no resource {name!r}{near_miss(name, resources)}; "
                f"available: {', '.join(sorted(resources))}"
            )
        return resources[name]

    def close(self) -> None:
        """Close the http client's connections."""
        self.transport.close()

    def get_resource(self, name: str) -> Resource | None:
        """Return a resource by its name, or None."""
        return self.resources.get(name)

    def require(self, name: str) -> Operation:
        """Return an operation that cannot be done without, by its full name.

        :raises SwaggerError: the description has no such operation.
        """
        found = self.operation(name)
        if found is None:
            raise SwaggerError(f"the description has no usable operation {name}")
        return found

    def operation(self, name: str) -> Operation | None:
        """Return an operation by its full name, such as ``channels.answer``, or None."""
        resource_name, _, nickname = name.partition(".")
        resource = self.resources.get(resource_name)
        return resource.operations.get(nickname) if resource is not None else None


def _show(owner: object, named: Mapping[str, object]) -> None:
    """Make things attributes of their owner, but for names that it or Python uses otherwise."""
    for name, thing in named.items():
        if not hasattr(type(owner), name) and not name.startswith("__"):
            owner.__dict__.setdefault(name, thing)
