"""The HTTP side: connections, api-docs, and requests handed to the engine."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from urllib.parse import unquote_plus

from aiohttp import web

from ari.testing.core.answers import JSON, Answer, Pending
from ari.testing.core.asterisk_text import split_arguments, truth
from ari.testing.rest.arguments import parse_query
from ari.testing.rest.routing import Request
from ari.testing.server.cors import cors_headers
from ari.testing.server.engine import Engine
from ari.testing.server.faults import Faults
from ari.testing.server.json_text import compact, pretty
from ari.testing.server.pages import SERVER, page
from ari.testing.server.sockets import Socket
from ari.testing.server.users import Users

REALM = 'Basic realm="Asterisk REST Interface"'
#: Bytes of the longest name of an application.
LONGEST_APP = 73


class Server:
    """An HTTP server for one engine; lives in one event loop.

    :param prefix: the path before ``/ari``.
    :param allowed_origins: the origins that browsers may call from, ``*`` for any.
    :param pretty: write JSON on many lines, for people.
    :param idle_timeout: seconds after which a connection without a request is closed.
    """

    def __init__(
        self,
        engine: Engine,
        description: dict[str, JSON],
        users: Users,
        faults: Faults,
        *,
        prefix: str = "",
        allowed_origins: Collection[str] = ("*",),
        idle_timeout: float = 15.0,
        pretty: bool = False,
    ) -> None:
        self._engine = engine
        self._faults = faults
        self._sockets: set[Socket] = set()
        self._thawed = asyncio.Event()
        self._thawed.set()
        self._description = description
        self._users = users
        self._root = f"{prefix}/ari"
        self._origins = allowed_origins
        self._pretty = pretty
        self._transports: set[asyncio.Transport] = set()
        self._runner = web.ServerRunner(
            web.Server(self._handle, access_log=None, keepalive_timeout=idle_timeout),
            shutdown_timeout=0.2,
        )
        self._site: web.TCPSite | None = None
        self._timer: asyncio.TimerHandle | None = None

    # Life

    async def start(self, host: str, port: int) -> int:
        """Listen; return the port."""
        await self._runner.setup()
        return await self.listen(host, port)

    async def listen(self, host: str, port: int) -> int:
        """Accept connections; return the port."""
        self._site = web.TCPSite(self._runner, host, port, reuse_address=True)
        await self._site.start()
        server = self._site._server
        assert isinstance(server, asyncio.Server)
        return int(server.sockets[0].getsockname()[1])

    async def refuse(self) -> None:
        """Stop accepting connections."""
        if self._site is not None:
            await self._site.stop()
            self._site = None

    @property
    def refusing(self) -> bool:
        """Tell whether connections are refused."""
        return self._site is None

    async def stop(self) -> None:
        """Close everything."""
        self._thawed.set()
        if self._timer is not None:
            self._timer.cancel()
        await asyncio.gather(*(socket.close() for socket in list(self._sockets)))
        await self._runner.cleanup()

    def drop(self) -> None:
        """Cut every connection without a closing handshake; applications are inactive at once."""
        for transport in list(self._transports):
            transport.abort()
        with self._engine.operate() as pbx:
            for socket in list(self._sockets):
                pbx.applications.disconnect(socket)

    def freeze(self) -> None:
        """Stop reading and answering; connections stay open."""
        self._thawed.clear()
        for transport in list(self._transports):
            if not transport.is_closing():
                transport.pause_reading()

    def thaw(self) -> None:
        """Continue where :meth:`freeze` stopped."""
        self._thawed.set()
        for transport in list(self._transports):
            if not transport.is_closing():
                transport.resume_reading()

    def arm(self) -> None:
        """Set the timer for the next thing that the engine has to do."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        seconds = self._engine.seconds_to_next()
        if seconds is not None:
            self._timer = asyncio.get_running_loop().call_later(seconds, self._tick)

    def _tick(self) -> None:
        self._timer = None
        self._engine.tick()

    # Requests

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        transport = request.transport
        if isinstance(transport, asyncio.Transport):
            self._transports = {item for item in self._transports if not item.is_closing()}
            self._transports.add(transport)
        await self._thawed.wait()
        path, _, query = request.raw_path.partition("?")
        if path != self._root and not path.startswith(self._root + "/"):
            return page(404, "Not Found", "The requested URL was not found on this server.")
        body = await request.read()
        user = self._users.identify(request.headers.get("Authorization"), query)
        if user is None:
            denied = Answer(401, {"message": "Authentication required"})
            denied.headers["WWW-Authenticate"] = REALM
            return self._response(request, denied)
        relative = path[len(self._root) + 1 :]
        wrong = self._faults.answer(request.method, relative)
        if wrong is not None:
            return self._response(request, wrong)
        if relative == "events" and request.method == "GET":
            return await self._events(request, query, user)
        asked = Request(
            request.method,
            relative,
            query,
            content_type=request.headers.get("Content-Type", ""),
            body=body,
            read_only=self._users.read_only(user),
        )
        return self._response(request, await self.answer(asked, request.headers.get("Host")))

    async def answer(self, request: Request, host: str | None) -> Answer:
        """Answer a request that came over HTTP or over a WebSocket."""
        if self._faults.delay:
            await asyncio.sleep(self._faults.delay)
        if request.path.startswith("api-docs/"):
            return self._docs(request, host)
        outcome = self._engine.request(request)
        if isinstance(outcome, Answer):
            return outcome
        return await self._later(outcome)

    async def _later(self, pending: Pending) -> Answer:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Answer] = loop.create_future()

        def resolve(answer: Answer) -> None:
            if not future.done():
                future.set_result(answer)

        def resolve_in_loop(answer: Answer) -> None:
            loop.call_soon_threadsafe(resolve, answer)

        with self._engine.lock:
            if pending.answer is not None:
                return pending.answer
            pending.on_answer(resolve_in_loop)
        return await future

    def _docs(self, request: Request, host: str | None) -> Answer:
        if request.method != "GET":
            return Answer(405, {"message": "Unsupported method"})
        name = unquote_plus(request.path.removeprefix("api-docs/"))
        declaration = self._description.get(name)
        if declaration is None:
            return Answer(404, {"message": "Resource not found"})
        served = {name: value for name, value in declaration.items() if name != "basePath"}
        if host:
            served["basePath"] = f"http://{host}{self._root}"
        return Answer.ok(served)

    async def _events(self, request: web.BaseRequest, query: str, user: str) -> web.StreamResponse:
        if request.headers.get("Upgrade", "").lower() != "websocket":
            return page(426, "Upgrade Required", "")
        parameters = parse_query(query)
        apps = split_arguments(parameters["app"]) if parameters.get("app") else []
        if not apps:
            return page(400, "Bad Request", "HTTP request is missing param: [app]")
        if any(not app or len(app.encode()) > LONGEST_APP for app in apps):
            return page(500, "Internal Server Error", "Error opening the application.")
        protocols = request.headers.get("Sec-WebSocket-Protocol")
        if protocols is not None:
            offered = {name.strip() for name in protocols.split(",")}
            if "ari" not in offered:
                return web.Response(status=400)
        socket = Socket(
            request,
            apps,
            engine=self._engine,
            faults=self._faults,
            thawed=self._thawed,
            answer=self.answer,
            read_only=self._users.read_only(user),
        )
        await socket.open()
        self._sockets.add(socket)
        try:
            await socket.serve(subscribe_all=truth(parameters.get("subscribeAll", "")))
        finally:
            self._sockets.discard(socket)
        return socket.websocket

    def _response(self, request: web.BaseRequest, answer: Answer) -> web.Response:
        headers = {"Server": SERVER, "Cache-Control": "no-cache, no-store", **answer.headers}
        headers.update(cors_headers(request, self._origins))
        body = b""
        if isinstance(answer.body, bytes):
            body = answer.body
            headers["Content-Type"] = answer.content_type
        elif answer.body is not None:
            body = (pretty if self._pretty else compact)(answer.body).encode()
            headers["Content-type"] = answer.content_type
        return web.Response(status=answer.status, reason=answer.reason, body=body, headers=headers)
