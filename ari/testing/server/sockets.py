"""The WebSocket side: events out, REST requests in."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable

from aiohttp import WSCloseCode, WSMsgType, web

from ari.testing.core.answers import JSON, Answer, Refusal
from ari.testing.rest.routing import Request
from ari.testing.server.engine import Engine
from ari.testing.server.faults import Faults
from ari.testing.server.json_text import compact
from ari.testing.server.rest_frames import RestFrame

#: Bytes of the longest message that is read.
LONGEST_FRAME = 65535
#: Seconds that a client may take to read what no buffer on the way holds.
WRITE_TIMEOUT = 0.1

#: Answers a request that was sent to the host named second.
Answerer = Callable[[Request, str | None], Awaitable[Answer]]


class Socket:
    """One WebSocket: the connection of one or more applications.

    :param thawed: cleared while the server is frozen.
    """

    def __init__(
        self,
        request: web.BaseRequest,
        apps: list[str],
        *,
        engine: Engine,
        faults: Faults,
        thawed: asyncio.Event,
        answer: Answerer,
        read_only: bool,
    ) -> None:
        self._request = request
        self._apps = apps
        self._engine = engine
        self._faults = faults
        self._thawed = thawed
        self._answer = answer
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
        self._out.append(compact(event))
        if not self._signalled:
            self._signalled = True
            with contextlib.suppress(RuntimeError):  # the loop may have closed just now
                self._loop.call_soon_threadsafe(self._ready.set)

    async def open(self) -> None:
        """Answer the client's handshake."""
        await self.websocket.prepare(self._request)

    async def serve(self, *, subscribe_all: bool) -> None:
        """Connect the applications and serve them until the socket closes."""
        with self._engine.operate() as pbx:
            for name in self._apps:
                pbx.applications.connect(name, self, subscribe_all=subscribe_all)
        writer = self._loop.create_task(self._write())
        try:
            await self._read()
        finally:
            writer.cancel()
            with self._engine.operate() as pbx:
                pbx.applications.disconnect(self)

    def drop(self) -> None:
        """Cut the connection without a closing handshake."""
        transport = self._request.transport
        if transport is not None:
            transport.abort()

    async def _write(self) -> None:
        while True:
            await self._ready.wait()
            self._ready.clear()
            self._signalled = False
            while self._out:
                await self._thawed.wait()
                frame = self._faults.spoil(self._out.popleft())
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
                await self._thawed.wait()
                await self._serve_rest(message.data)
            elif message.type is WSMsgType.CLOSE:
                await self.websocket.close(code=message.data or WSCloseCode.OK)
                return
            elif message.type is not WSMsgType.BINARY:
                return

    async def close(self) -> None:
        """Close the socket as a server that goes away does."""
        await self.websocket.close(code=WSCloseCode.GOING_AWAY)

    async def _serve_rest(self, text: str) -> None:
        """Answer one REST request."""
        frame = RestFrame.parse(text)
        if frame is None:
            reason = "Failed to parse request message JSON"
            self._reply(RestFrame({}), Answer(400, None, reason=reason))
            return
        try:
            request = frame.request(read_only=self._read_only)
        except Refusal as refusal:
            answer = refusal.answer
        else:
            answer = await self._answer(request, self._request.headers.get("Host"))
            if isinstance(answer.body, bytes):
                answer = Answer(406, None, reason="Not Acceptable.  Use HTTP GET")
        self._reply(frame, answer)

    def _reply(self, frame: RestFrame, answer: Answer) -> None:
        with self._engine.operate() as pbx:
            application = pbx.applications.get(self._apps[0])
            if application is not None and not application.passes("RESTResponse"):
                return
            event = pbx.core.bus.event("RESTResponse")
            self.send({**event, **frame.response(answer), "application": self._apps[0]})
