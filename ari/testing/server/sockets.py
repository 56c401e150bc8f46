"""The WebSocket side: events out, REST requests in."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections import deque
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from aiohttp import WSCloseCode, WSMsgType, web

from ari.testing.core.answers import JSON, Answer
from ari.testing.rest.routing import FORM, Request

if TYPE_CHECKING:
    from ari.testing.server.http_server import Server

METHODS = {"GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS"}
LONGEST_FRAME = 65535
#: Seconds that a client may take to read what no buffer on the way holds.
WRITE_TIMEOUT = 0.1


def dumps(value: Any) -> str:
    """Write JSON as Asterisk does: compact."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


class Socket:
    """One WebSocket: the connection of one or more applications."""

    def __init__(
        self, server: Server, request: web.BaseRequest, apps: list[str], *, read_only: bool
    ) -> None:
        self._server = server
        self._request = request
        self._apps = apps
        self._read_only = read_only
        self._loop = asyncio.get_running_loop()
        self._out: deque[str] = deque()
        self._ready = asyncio.Event()
        self._signalled = False
        protocols = request.headers.get("Sec-WebSocket-Protocol")
        self.websocket = web.WebSocketResponse(
            protocols=("ari",) if protocols else (),
            max_msg_size=LONGEST_FRAME,
            compress=False,
            autoclose=False,
            timeout=1.0,
        )

    def send(self, event: JSON) -> None:
        """Send an event; may be called from any thread."""
        self._out.append(dumps(event))
        if not self._signalled:
            self._signalled = True
            with contextlib.suppress(RuntimeError):  # the loop may have closed just now
                self._loop.call_soon_threadsafe(self._ready.set)

    async def run(self, *, subscribe_all: bool) -> web.WebSocketResponse:
        """Serve the socket until it closes."""
        engine = self._server.engine
        await self.websocket.prepare(self._request)
        self._server.sockets.add(self)
        with engine.operate() as pbx:
            for name in self._apps:
                pbx.applications.connect(name, self, subscribe_all=subscribe_all)
        writer = self._loop.create_task(self._write())
        try:
            await self._read()
        finally:
            writer.cancel()
            self._server.sockets.discard(self)
            with engine.operate() as pbx:
                pbx.applications.disconnect(self)
        return self.websocket

    def drop(self) -> None:
        """Cut the connection without a word."""
        transport = self._request.transport
        if transport is not None:
            transport.abort()

    async def _write(self) -> None:
        while True:
            await self._ready.wait()
            self._ready.clear()
            self._signalled = False
            while self._out:
                await self._server.thawed.wait()
                frame = self._server.faults.spoil(self._out.popleft())
                patience = self._loop.call_later(WRITE_TIMEOUT, self.drop)
                try:
                    await self.websocket.send_str(frame)
                except ConnectionError:
                    return
                finally:
                    patience.cancel()

    async def _read(self) -> None:
        while True:
            message = await self.websocket.receive()
            if message.type is WSMsgType.TEXT:
                await self._server.thawed.wait()
                await self._serve(message.data)
            elif message.type is WSMsgType.CLOSE:
                await self.websocket.close(code=message.data or WSCloseCode.OK)
                return
            elif message.type is not WSMsgType.BINARY:
                return

    async def close(self) -> None:
        """Close the socket as a server that goes away does."""
        await self.websocket.close(code=WSCloseCode.GOING_AWAY)

    async def _serve(self, text: str) -> None:
        """Answer one REST request."""
        try:
            message = json.loads(text)
        except ValueError:
            message = None
        if message is None or not isinstance(message, (dict, list)):
            reason = "Failed to parse request message JSON"
            self._reply({}, "", Answer(400, None, reason=reason))
            return
        fields = message if isinstance(message, dict) else {}
        uri = fields.get("uri")
        path = uri.partition("?")[0] if isinstance(uri, str) else ""
        request = self._rest_request(fields, path)
        if isinstance(request, str):
            answer = Answer(400, {"message": request}, reason="Bad request")
        else:
            answer = await self._server.answer(request, self._request.headers.get("Host"))
            if isinstance(answer.body, bytes):
                answer = Answer(406, None, reason="Not Acceptable.  Use HTTP GET")
        self._reply(fields, path, answer)

    def _rest_request(self, fields: JSON, path: str) -> Request | str:
        """Return the request of a message, or what is wrong with it."""
        uri, method = fields.get("uri"), fields.get("method")
        if not isinstance(fields.get("type"), str):
            return "No 'type' property."
        if fields["type"] != "RESTRequest":
            return "Unknown request type."
        if not isinstance(uri, str) or not uri:
            return "Empty or missing 'uri' property."
        if not isinstance(method, str) or method not in METHODS:
            return "Unknown or missing 'method' property."
        query = uri.partition("?")[2]
        extra = fields.get("query_strings")
        for item in extra if isinstance(extra, list) else []:
            pair = item if isinstance(item, dict) else {}
            name, value = pair.get("name"), pair.get("value")
            if not isinstance(name, str) or not isinstance(value, str):
                return "Unable to parse 'query_strings' array."
            query += f"&{quote(name, safe='')}={quote(value, safe='')}"
        body, kind = fields.get("message_body"), fields.get("content_type")
        if not isinstance(body, str) or not body:
            body, kind = "", ""
        elif not isinstance(kind, str) or not kind:
            return "No 'content_type' for 'message_body'."
        elif kind not in {"application/json", FORM}:
            return "Unknown content type."
        elif kind == "application/json" and not _is_json(body):
            return f"Unable to parse 'message_body' as '{kind}'."
        if path == "events" and method == "GET":
            return "Can't upgrade to websocket from a websocket"
        return Request(
            method,
            path,
            query,
            content_type=kind or "",
            body=body.encode(),
            read_only=self._read_only,
        )

    def _reply(self, fields: JSON, path: str, answer: Answer) -> None:
        response: JSON = {"type": "RESTResponse"}
        for name in ("transaction_id", "request_id"):
            value = fields.get(name)
            response[name] = value if isinstance(value, str) else ""
        response.update(status_code=answer.status, reason_phrase=answer.reason, uri=path)
        if answer.body is not None:
            response["content_type"] = answer.content_type
            response["message_body"] = dumps(answer.body)
        with self._server.engine.operate() as pbx:
            application = pbx.applications.get(self._apps[0])
            if application is not None and not application.passes("RESTResponse"):
                return
            event = pbx.core.bus.event("RESTResponse")
            self.send({**event, **response, "application": self._apps[0]})


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
