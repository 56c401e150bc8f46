"""The HTTP side: credentials, CORS, api-docs, and requests handed to the engine."""

from __future__ import annotations

import asyncio
import base64
import binascii
import copy
import html
import json
from typing import Any
from urllib.parse import unquote_plus

from aiohttp import web

from ari.testing.core.answers import JSON, Answer, Pending
from ari.testing.core.asterisk_text import split_arguments, truth
from ari.testing.core.identity import VERSION
from ari.testing.rest.routing import Request, parse_query
from ari.testing.server.engine import Engine
from ari.testing.server.faults import Faults, Users
from ari.testing.server.sockets import Socket, dumps

REALM = 'Basic realm="Asterisk REST Interface"'
SERVER = f"Asterisk/{VERSION}"
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
        allowed_origins: tuple[str, ...] = ("*",),
        idle_timeout: float = 15.0,
        pretty: bool = False,
    ) -> None:
        self.engine = engine
        self.faults = faults
        self.sockets: set[Socket] = set()
        self.thawed = asyncio.Event()
        self.thawed.set()
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
        """Accept no more connections."""
        if self._site is not None:
            await self._site.stop()
            self._site = None

    @property
    def refusing(self) -> bool:
        """Tell whether connections are refused."""
        return self._site is None

    async def stop(self) -> None:
        """Close everything."""
        self.thawed.set()
        if self._timer is not None:
            self._timer.cancel()
        await asyncio.gather(*(socket.close() for socket in list(self.sockets)))
        await self._runner.cleanup()

    def drop(self) -> None:
        """Cut every connection without a word; their applications are inactive at once."""
        for transport in list(self._transports):
            transport.abort()
        with self.engine.operate() as pbx:
            for socket in list(self.sockets):
                pbx.applications.disconnect(socket)

    def freeze(self) -> None:
        """Stop reading and answering; connections stay open."""
        self.thawed.clear()
        for transport in list(self._transports):
            if not transport.is_closing():
                transport.pause_reading()

    def thaw(self) -> None:
        """Go on where :meth:`freeze` stopped."""
        self.thawed.set()
        for transport in list(self._transports):
            if not transport.is_closing():
                transport.resume_reading()

    def arm(self) -> None:
        """Set the timer for what the engine has to do next."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        seconds = self.engine.seconds_to_next()
        if seconds is not None:
            self._timer = asyncio.get_running_loop().call_later(seconds, self._tick)

    def _tick(self) -> None:
        self._timer = None
        self.engine.tick()

    # Requests

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        transport = request.transport
        if isinstance(transport, asyncio.Transport):
            self._transports = {item for item in self._transports if not item.is_closing()}
            self._transports.add(transport)
        await self.thawed.wait()
        path, _, query = request.raw_path.partition("?")
        if path != self._root and not path.startswith(self._root + "/"):
            return _page(404, "Not Found", "The requested URL was not found on this server.")
        body = await request.read()
        user = self._user(request, query)
        if user is None:
            denied = Answer(401, {"message": "Authentication required"})
            denied.headers["WWW-Authenticate"] = REALM
            return self._response(request, denied)
        relative = path[len(self._root) + 1 :]
        wrong = self.faults.answer(request.method, relative)
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
        if self.faults.delay:
            await asyncio.sleep(self.faults.delay)
        if request.path.startswith("api-docs/"):
            return self._docs(request, host)
        outcome = self.engine.request(request)
        if isinstance(outcome, Answer):
            return outcome
        return await self._later(outcome)

    async def _later(self, pending: Pending) -> Answer:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Answer] = loop.create_future()

        def resolve(answer: Answer) -> None:
            if not future.done():
                future.set_result(answer)

        with self.engine.lock:
            if pending.answer is not None:
                return pending.answer
            pending.on_answer(lambda answer: _in_loop(loop, resolve, answer))
        return await future

    def _user(self, request: web.BaseRequest, query: str) -> str | None:
        """Return the name of the user whose credentials came, None if there is none."""
        credentials: list[str] | None = None
        header = request.headers.get("Authorization")
        if header is None:
            key = parse_query(query).get("api_key", "")
            credentials = key.split(":", 1) if ":" in key else None
        elif header.lower().startswith("basic "):
            try:
                text = base64.b64decode(header[6:], validate=True).decode()
            except (binascii.Error, UnicodeDecodeError):
                return None
            credentials = text.split(":", 1) if ":" in text else None
        return credentials[0] if credentials and self._users.knows(credentials) else None

    def _docs(self, request: Request, host: str | None) -> Answer:
        if request.method != "GET":
            return Answer(405, {"message": "Unsupported method"})
        name = unquote_plus(request.path.removeprefix("api-docs/"))
        declaration = self._description.get(name)
        if declaration is None:
            return Answer(404, {"message": "Resource not found"})
        served = copy.copy(declaration)
        served.pop("basePath", None)
        if host:
            served["basePath"] = f"http://{host}{self._root}"
        return Answer.ok(served)

    async def _events(self, request: web.BaseRequest, query: str, user: str) -> web.StreamResponse:
        if request.headers.get("Upgrade", "").lower() != "websocket":
            return _page(426, "Upgrade Required", "")
        parameters = parse_query(query)
        apps = split_arguments(parameters["app"]) if parameters.get("app") else []
        if not apps:
            return _page(400, "Bad Request", "HTTP request is missing param: [app]")
        if any(not app or len(app.encode()) > LONGEST_APP for app in apps):
            return _page(500, "Internal Server Error", "Error opening the application.")
        protocols = request.headers.get("Sec-WebSocket-Protocol")
        if protocols is not None:
            offered = {name.strip() for name in protocols.split(",")}
            if "ari" not in offered:
                return web.Response(status=400)
        socket = Socket(self, request, apps, read_only=self._users.read_only(user))
        return await socket.run(subscribe_all=truth(parameters.get("subscribeAll", "")))

    def _response(self, request: web.BaseRequest, answer: Answer) -> web.Response:
        headers = {"Server": SERVER, "Cache-Control": "no-cache, no-store", **answer.headers}
        headers.update(self._cors(request))
        body: Any = b""
        if isinstance(answer.body, bytes):
            body = answer.body
            headers["Content-Type"] = answer.content_type
        elif answer.body is not None:
            body = _pretty(answer.body) if self._pretty else dumps(answer.body).encode()
            headers["Content-type"] = answer.content_type
        return web.Response(status=answer.status, reason=answer.reason, body=body, headers=headers)

    def _cors(self, request: web.BaseRequest) -> dict[str, str]:
        origin = request.headers.get("Origin")
        if origin is None or not ("*" in self._origins or origin in self._origins):
            return {}
        headers = {
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Allow-Credentials": "true",
        }
        if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
            headers["Access-Control-Allow-Methods"] = "OPTIONS,GET,POST,PUT,DELETE"
            wanted = request.headers.get("Access-Control-Request-Headers")
            if wanted:
                headers["Access-Control-Allow-Headers"] = wanted
        return headers


def _in_loop(loop: asyncio.AbstractEventLoop, action: Any, answer: Answer) -> None:
    loop.call_soon_threadsafe(action, answer)


def _pretty(body: Any) -> bytes:
    return json.dumps(body, indent=2, ensure_ascii=False).encode()


def _page(status: int, title: str, text: str) -> web.Response:
    """Answer in HTML, as everything below ARI does."""
    body = "\r\n".join(
        [
            '<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">',
            "<html><head>",
            f"<title>{status} {html.escape(title)}</title>",
            "</head><body>",
            f"<h1>{html.escape(title)}</h1>",
            f"<p>{html.escape(text)}</p>",
            "<hr />",
            f"<address>{SERVER}</address>",
            "</body></html>",
            "",
        ]
    )
    return web.Response(
        status=status, body=body.encode(), content_type="text/html", headers={"Server": SERVER}
    )
