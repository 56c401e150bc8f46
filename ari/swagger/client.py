"""A description becomes resources and operations that can be called.

::

    SwaggerClient ── resources ──> Resource ── operations ──> Operation ── call ──> response
"""

from __future__ import annotations

import inspect
import logging
from collections.abc import Mapping
from typing import Any

from .description import load_json, load_url
from .http_client import HttpClient, SynchronousHttpClient
from .processors import Json, SwaggerProcessor
from .request import bind, build, near_miss, signature

__all__ = ["Operation", "Resource", "SwaggerClient"]

log = logging.getLogger(__name__)


class Operation:
    """One callable operation; calling it sends the request and returns the raw response.

    :param uri: the operation's address, with ``{names}`` where path parameters go.
    :param operation: the operation's declaration.
    :param http_client: sends the request.
    """

    def __init__(self, uri: str, operation: Json, http_client: Any) -> None:
        self.uri = uri
        self.json = operation
        self.http_client = http_client
        self.__name__ = operation["nickname"]
        self.__doc__ = operation.get("summary")
        self.__signature__: inspect.Signature = signature(operation)

    def __repr__(self) -> str:
        return f"Operation({self.label})"

    @property
    def label(self) -> str:
        """The operation's full name, such as ``channels.answer``."""
        return f"{self.json['resource']}.{self.json['nickname']}"

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Send the request and return the response, or the WebSocket that it opened.

        :raises TypeError: an argument is unknown, missing or given twice; nothing was sent.
        """
        return self.send(bind(self.json, args, kwargs))

    def send(self, values: Mapping[str, Any]) -> Any:
        """Send the request for these parameter values; see :func:`~.request.bind`."""
        request = build(self.json, self.uri, values)
        log.debug("%s: %s %s", self.label, request.method, request.url)
        if request.is_websocket:
            url = "ws" + request.url.removeprefix("http")
            return self.http_client.ws_connect(url, params=request.query)
        if request.body is None:
            return self.http_client.request(request.method, request.url, params=request.query)
        return self.http_client.request(
            request.method,
            request.url,
            params=request.query,
            data=request.body,
            headers={"Content-Type": "application/json", "Accept": "application/json"},
        )


class Resource:
    """The operations of one resource, as attributes.

    :param resource: the resource's entry in the listing, with its ``api_declaration``.
    :param http_client: sends the requests.
    :param base_url: what the paths are relative to; by default the declaration's ``basePath``.
    """

    def __init__(self, resource: Json, http_client: Any, base_url: str = "") -> None:
        declaration = resource["api_declaration"]
        root = (base_url or declaration.get("basePath", "")).rstrip("/")
        self.json = resource
        self.name: str = resource["name"]
        #: What higher layers make of the operations, once for all.
        self.cache: dict[Any, Any] = {}
        self.operations = {
            operation["nickname"]: Operation(root + api["path"], operation, http_client)
            for api in declaration["apis"]
            for operation in api["operations"]
        }

    def __repr__(self) -> str:
        return f"Resource({self.name})"

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self.operations]

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
    :param base_url: where calls go; by default the place that the listing came from.
    :param processors: see and may complete the description before the operations are made.
    :raises SwaggerError: what is served is no description.
    """

    def __init__(
        self,
        url_or_resource: str | Json,
        http_client: HttpClient | Any | None = None,
        base_url: str | None = None,
        processors: list[SwaggerProcessor] | None = None,
    ) -> None:
        self.http_client = http_client if http_client is not None else SynchronousHttpClient()
        if isinstance(url_or_resource, str):
            self.api_docs = load_url(url_or_resource, self.http_client, processors, base_url)
        else:
            self.api_docs = load_json(url_or_resource, self.http_client, processors)
        root = base_url or self.api_docs.get("base_url", "")
        self.resources = {
            api["name"]: Resource(api, self.http_client, root) for api in self.api_docs["apis"]
        }

    def __repr__(self) -> str:
        return f"SwaggerClient({self.api_docs.get('base_url') or self.api_docs.get('basePath')})"

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self.resources]

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
        self.http_client.close()

    def get_resource(self, name: str) -> Resource | None:
        """Return a resource by its name, or None."""
        return self.resources.get(name)
