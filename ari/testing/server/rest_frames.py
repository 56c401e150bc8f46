"""REST requests in WebSocket messages: reading a request, writing its answer."""

from __future__ import annotations

import json
from dataclasses import dataclass
from urllib.parse import quote

from ari.testing.core.answers import JSON, Answer, Refusal
from ari.testing.rest.routing import FORM, Request
from ari.testing.server.json_text import compact

METHODS = {"GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS"}


@dataclass(slots=True)
class RestFrame:
    """A message that should hold a request.

    :param fields: its members; none when the message is not a JSON object.
    """

    fields: JSON

    @classmethod
    def parse(cls, text: str) -> RestFrame | None:
        """Read a message; return None when it is neither a JSON object nor an array."""
        try:
            message = json.loads(text)
        except ValueError:
            return None
        if isinstance(message, list):
            return cls({})
        return cls(message) if isinstance(message, dict) else None

    @property
    def path(self) -> str:
        """Return the path of the request, empty when it has none."""
        uri = self.fields.get("uri")
        return uri.partition("?")[0] if isinstance(uri, str) else ""

    def request(self, *, read_only: bool) -> Request:
        """Return the request, or refuse with 400."""
        fields, path = self.fields, self.path
        uri, method = fields.get("uri"), fields.get("method")
        if not isinstance(fields.get("type"), str):
            raise _wrong("No 'type' property.")
        if fields["type"] != "RESTRequest":
            raise _wrong("Unknown request type.")
        if not isinstance(uri, str) or not uri:
            raise _wrong("Empty or missing 'uri' property.")
        if not isinstance(method, str) or method not in METHODS:
            raise _wrong("Unknown or missing 'method' property.")
        query = uri.partition("?")[2] + self._query_strings()
        content_type, body = self._body()
        if path == "events" and method == "GET":
            raise _wrong("Can't upgrade to websocket from a websocket")
        return Request(
            method,
            path,
            query,
            content_type=content_type,
            body=body.encode(),
            read_only=read_only,
        )

    def _query_strings(self) -> str:
        query, extra = "", self.fields.get("query_strings")
        for item in extra if isinstance(extra, list) else []:
            pair = item if isinstance(item, dict) else {}
            name, value = pair.get("name"), pair.get("value")
            if not isinstance(name, str) or not isinstance(value, str):
                raise _wrong("Unable to parse 'query_strings' array.")
            query += f"&{quote(name, safe='')}={quote(value, safe='')}"
        return query

    def _body(self) -> tuple[str, str]:
        """Return the content type and the body."""
        body, kind = self.fields.get("message_body"), self.fields.get("content_type")
        if not isinstance(body, str) or not body:
            return "", ""
        if not isinstance(kind, str) or not kind:
            raise _wrong("No 'content_type' for 'message_body'.")
        if kind not in {"application/json", FORM}:
            raise _wrong("Unknown content type.")
        if kind == "application/json" and not _is_json(body):
            raise _wrong(f"Unable to parse 'message_body' as '{kind}'.")
        return kind, body

    def response(self, answer: Answer) -> JSON:
        """Return the fields of the RESTResponse event with the answer."""
        response: JSON = {"type": "RESTResponse"}
        for name in ("transaction_id", "request_id"):
            value = self.fields.get(name)
            response[name] = value if isinstance(value, str) else ""
        response.update(status_code=answer.status, reason_phrase=answer.reason, uri=self.path)
        if answer.body is not None:
            response["content_type"] = answer.content_type
            response["message_body"] = compact(answer.body)
        return response


def _wrong(message: str) -> Refusal:
    return Refusal(400, message, reason="Bad request")


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
