"""From a request to its operation: paths, parameters and bodies, by the bundled description."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib import resources
from typing import Any, Protocol
from urllib.parse import parse_qsl, unquote_plus

from ari.testing.core.answers import JSON, Answer, Outcome, Refusal
from ari.testing.core.asterisk_text import atoi, split_arguments, truth

MAX_VALUES = 128
MAX_BODY = 40960
FORM = "application/x-www-form-urlencoded"


class Request:
    """One request as it came, still encoded.

    :param path: the path below ``/ari/``, percent-encoded.
    :param query: the query string, percent-encoded.
    """

    __slots__ = ("body", "content_type", "method", "path", "query", "read_only")

    def __init__(
        self,
        method: str,
        path: str,
        query: str = "",
        *,
        content_type: str = "",
        body: bytes = b"",
        read_only: bool = False,
    ) -> None:
        self.method = method
        self.path = path
        self.query = query
        self.content_type = content_type.partition(";")[0].strip().lower()
        self.body = body
        self.read_only = read_only


class Arguments:
    """The parameters of one request, read as the description declares them.

    A member of a JSON body wins over the query; one of the wrong JSON type counts as absent.
    """

    def __init__(self, declared: list[JSON], path: dict[str, str], query: str, body: JSON) -> None:
        self._values: dict[str, Any] = dict(path)
        self.body = body
        self.query = parse_query(query)
        for parameter in declared:
            name = parameter["name"]
            if parameter["paramType"] == "query":
                value = self._read(parameter, self.query.get(name))
                if value is not None:
                    self._values[name] = value

    def _read(self, parameter: JSON, text: str | None) -> Any:
        name, kind = parameter["name"], parameter["dataType"]
        if parameter.get("allowMultiple"):
            return self._read_many(name, text)
        if name in self.body:
            value = self.body[name]
            if kind in {"int", "long"}:
                return value if type(value) is int else None
            if kind == "boolean":
                return value if type(value) is bool else None
            return value if isinstance(value, str) else None
        if text is None:
            return None
        if kind in {"int", "long"}:
            return atoi(text)
        return truth(text) if kind == "boolean" else text

    def _read_many(self, name: str, text: str | None) -> list[str] | None:
        if name in self.body:
            value = self.body[name]
            if isinstance(value, list):
                return [item if isinstance(item, str) else "" for item in value]
            return [value] if isinstance(value, str) else None
        if text is None:
            return None
        words = split_arguments(text)
        if len(words) >= MAX_VALUES:
            raise Refusal(400, f"Too many values for {name}")
        return words

    def text(self, name: str) -> str:
        """Return a string parameter, empty when absent."""
        value = self._values.get(name)
        return value if isinstance(value, str) else ""

    def optional(self, name: str) -> str | None:
        """Return a string parameter, None when absent."""
        value = self._values.get(name)
        return value if isinstance(value, str) else None

    def number(self, name: str) -> int | None:
        """Return a number, None when absent."""
        value = self._values.get(name)
        return value if isinstance(value, int) else None

    def flag(self, name: str) -> bool:
        """Return a boolean, False when absent."""
        return self._values.get(name) is True

    def words(self, name: str) -> list[str]:
        """Return a multiple parameter, empty when absent."""
        value = self._values.get(name)
        return value if isinstance(value, list) else []


class Handler(Protocol):
    """A method that serves one operation."""

    def __call__(self, arguments: Arguments) -> Outcome:
        """Serve the operation."""


class _Node:
    def __init__(self) -> None:
        self.literal: dict[str, _Node] = {}
        self.wildcard: tuple[str, _Node] | None = None
        self.operations: dict[str, tuple[str, JSON]] = {}


def parse_query(text: str) -> dict[str, str]:
    """Read a query string; of a repeated name the last value counts."""
    return dict(parse_qsl(text, keep_blank_values=True))


def load_description() -> dict[str, JSON]:
    """Return the bundled description: each file of ``api-docs`` by its name."""
    folder = resources.files("ari") / "api_docs"
    return {
        item.name: json.loads(item.read_text(encoding="utf-8"))
        for item in folder.iterdir()
        if item.name.endswith(".json")
    }


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
        if request.content_type == FORM and request.body:
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
        if not request.body or request.content_type != "application/json":
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
