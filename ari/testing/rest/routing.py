"""From a request to its operation, by the paths of the description."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import unquote_plus

from ari.testing.core.answers import JSON, Answer, Outcome, Refusal
from ari.testing.rest.arguments import Arguments

#: Bytes of the longest body that is read.
MAX_BODY = 40960
FORM = "application/x-www-form-urlencoded"


@dataclass(slots=True)
class Request:
    """One request as it came, still encoded.

    :param path: the path below ``/ari/``, percent-encoded.
    :param query: the query string, percent-encoded.
    :param read_only: whether its user may only read.
    """

    method: str
    path: str
    query: str = ""
    content_type: str = ""
    body: bytes = b""
    read_only: bool = False

    @property
    def media_type(self) -> str:
        """Return the content type without its parameters."""
        return self.content_type.partition(";")[0].strip().lower()


class Handler(Protocol):
    """A method that serves one operation."""

    def __call__(self, arguments: Arguments) -> Outcome:
        """Serve the operation."""


class _Node:
    def __init__(self) -> None:
        self.literal: dict[str, _Node] = {}
        self.wildcard: tuple[str, _Node] | None = None
        self.operations: dict[str, tuple[str, JSON]] = {}


class Router:
    """The tree of paths of the description.

    It knows no PBX: the handlers are handed in with each request, so that a restarted PBX is
    served by the same tree.
    """

    def __init__(self, description: dict[str, JSON]) -> None:
        self._root = _Node()
        for name, declaration in description.items():
            for api in declaration.get("apis", []):
                for operation in api.get("operations", []):
                    self._add(name.removesuffix(".json"), api["path"], operation)

    def _add(self, resource: str, path: str, operation: JSON) -> None:
        node = self._root
        for segment in path.strip("/").split("/"):
            if segment.startswith("{"):
                if node.wildcard is None:
                    node.wildcard = (segment[1:-1], _Node())
                node = node.wildcard[1]
            else:
                node = node.literal.setdefault(segment, _Node())
        node.operations[operation["httpMethod"]] = (resource, operation)

    def operations(self) -> list[tuple[str, str]]:
        """Return every operation as resource and nickname."""
        found: list[tuple[str, str]] = []
        nodes = [self._root]
        while nodes:
            node = nodes.pop()
            found += [(name, item["nickname"]) for name, item in node.operations.values()]
            nodes += list(node.literal.values())
            if node.wildcard is not None:
                nodes.append(node.wildcard[1])
        return found

    def dispatch(self, request: Request, handlers: Mapping[str, Any]) -> Outcome:
        """Answer a request; a refusal is an answer as well."""
        try:
            return self._dispatch(request, handlers)
        except Refusal as refusal:
            return refusal.answer

    def _dispatch(self, request: Request, handlers: Mapping[str, Any]) -> Outcome:
        if len(request.body) > MAX_BODY:
            raise Refusal(413, "Request body too large")
        query, body = request.query, self._body(request)
        if request.media_type == FORM and request.body:
            query = "&".join(filter(None, [query, request.body.decode("utf-8", "replace")]))
        if request.read_only and request.method not in {"GET", "OPTIONS"}:
            raise Refusal(403, "Write access denied")
        if request.path.endswith("/"):
            raise Refusal(404, "ARI URLs do not end with a slash. Try /ari/" + request.path[:-1])
        node, path = self._walk(request.path)
        if request.method == "OPTIONS":
            return Answer(204, headers={"Allow": self._allow(node)})
        if request.method not in node.operations:
            refusal = Refusal(405, "Invalid method")
            refusal.answer.headers["Allow"] = self._allow(node)
            raise refusal
        resource, operation = node.operations[request.method]
        arguments = Arguments(operation.get("parameters", []), path, query, body)
        handler: Handler = getattr(handlers[resource], operation["nickname"])
        return handler(arguments)

    @staticmethod
    def _allow(node: _Node) -> str:
        methods = [
            method
            for method, (_, operation) in node.operations.items()
            if operation["nickname"] != "eventWebsocket"
        ]
        return ",".join(["OPTIONS", *methods])

    @staticmethod
    def _body(request: Request) -> JSON:
        if not request.body or request.media_type != "application/json":
            return {}
        try:
            body = json.loads(request.body)
        except ValueError as error:
            raise Refusal(400, "Error parsing request body") from error
        return body if isinstance(body, dict) else {}

    def _walk(self, path: str) -> tuple[_Node, dict[str, str]]:
        node, values = self._root, {}
        for raw in path.split("/") if path else []:
            segment = unquote_plus(raw)
            if not segment:
                break
            if segment in node.literal:
                node = node.literal[segment]
            elif node.wildcard is not None:
                name, node = node.wildcard
                values[name] = segment
            else:
                raise Refusal(404, "Resource not found")
        return node, values
