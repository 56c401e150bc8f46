"""What the tests of the library share: a mocked Asterisk, stub sockets, and a small real server."""

import base64
import hashlib
import json
import logging
import os
import re
import signal
import socket
import ssl
import struct
import threading
import unittest
import warnings
from collections.abc import Callable
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from urllib.parse import parse_qsl, urlsplit

import requests
import responses

import ari
from ari.events.schema import EventSchema
from ari.session.run import Run
from ari.swagger.declarations import Model
from ari.swagger.description import check_declaration

BASE = "http://ari.test:8088"
USER = "asterisk"
PASSWORD = "s3cret-pässword"
BASIC = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
DEADLINE = 20.0


@cache
def _text(name: str) -> str:
    return files("ari").joinpath("api_docs", f"{name}.json").read_text(encoding="utf-8")


def api_docs(name: str) -> dict:
    """Return a fresh copy of a document of the bundled description."""
    return json.loads(_text(name))


@cache
def resource_names() -> tuple[str, ...]:
    return tuple(
        re.sub(r".*/|\.\{format\}", "", api["path"]) for api in api_docs("resources")["apis"]
    )


def api_doc_texts() -> dict[str, str]:
    """Return the texts of the bundled description by their path below /ari."""
    return {f"/api-docs/{name}.json": _text(name) for name in ("resources", *resource_names())}


def event_schema():
    """Return what the bundled description says of events."""
    declaration = api_docs("events")
    check_declaration(declaration, "events.json")
    models = declaration["models"].items()
    return EventSchema({name: Model.from_json(name, model) for name, model in models})


def channel_json(channel_id="c1", **fields):
    return {"id": channel_id, "name": f"PJSIP/alice-{channel_id}", "state": "Ring", **fields}


def event(event_type, **fields):
    return {"type": event_type, "application": "app", "timestamp": "2026-01-01", **fields}


def tiny_declaration(operations=(), *, path="/things", models=None, **fields):
    """Return a declaration with the operations of one path."""
    return {
        "swaggerVersion": "1.1",
        "basePath": "http://nowhere.test/ari",
        "apis": [{"path": path, "operations": list(operations)}],
        "models": models or {},
        **fields,
    }


def tiny_listing(*names):
    return {
        "swaggerVersion": "1.1",
        "basePath": "http://nowhere.test/ari",
        "apis": [{"path": f"/api-docs/{name}.{{format}}", "description": name} for name in names],
    }


def tiny_operation(nickname="list", method="GET", response="void", parameters=(), **fields):
    return {
        "nickname": nickname,
        "httpMethod": method,
        "responseClass": response,
        "parameters": list(parameters),
        **fields,
    }


def tiny_parameter(name, kind="query", *, required=False, many=False, data_type="string", **fields):
    return {
        "name": name,
        "paramType": kind,
        "dataType": data_type,
        "required": required,
        "allowMultiple": many,
        **fields,
    }


class MockedHttp(unittest.TestCase):
    """Tests whose HTTP is mocked."""

    def setUp(self):
        super().setUp()
        self.mock = responses.RequestsMock(assert_all_requests_are_fired=False)
        self.mock.start()
        self.addCleanup(self.mock.reset)
        self.addCleanup(self.mock.stop)

    def serve(self, method, path, answer=None, *, base=BASE + "/ari", **kwargs):
        """Answer requests for a path below the base: with this as JSON, or with 204."""
        if answer is not None:
            kwargs["json"] = answer
        elif "body" not in kwargs and "status" not in kwargs:
            kwargs["status"] = 204
        self.mock.add(method, base + path, **kwargs)

    def serve_api_docs(self, base=BASE + "/ari"):
        for path, text in api_doc_texts().items():
            self.mock.add("GET", base + path, body=text, content_type="application/json")

    @property
    def sent(self):
        """The latest request."""
        return self.mock.calls[-1].request

    @property
    def query(self):
        return dict(parse_qsl(urlsplit(self.sent.url).query, keep_blank_values=True))

    def nothing_is_sent(self):
        """Return a context manager that fails if a request is sent inside."""
        return _NothingSent(self)


class _NothingSent:
    def __init__(self, test):
        self.test = test

    def __enter__(self):
        self.before = len(self.test.mock.calls)

    def __exit__(self, *exc_info):
        if exc_info[0] is None:
            self.test.assertEqual(len(self.test.mock.calls), self.before, "something was sent")


class MockedAsterisk(MockedHttp):
    """Tests with a client of a mocked Asterisk that serves the bundled description."""

    def setUp(self):
        super().setUp()
        self.serve_api_docs()
        self.client = ari.connect(BASE, USER, PASSWORD)
        self.addCleanup(self.client.close)

    def channel(self, channel_id="c1", **fields):
        return ari.model.Channel(self.client, channel_json(channel_id, **fields))

    def bridge(self, bridge_id="b1", **fields):
        return ari.model.Bridge(
            self.client, {"id": bridge_id, "bridge_type": "mixing", "channels": [], **fields}
        )

    def emit(self, *events):
        """Treat events as if they had come, on this thread."""
        for happening in events:
            self.client.on_stasis_event(happening)

    def undriven_run(self):
        """Return a run that no thread drives: a test hands it its messages."""
        return Run(
            self.client._session,
            ["app"],
            workers=0,
            reconnect=None,
            ping_interval=9,
            ping_timeout=9,
        )

    def play_events(self, *events, apps="app", **options):
        """Run the client on a socket that delivers these events and then ends."""
        stub = StubSocket(*events)
        self.client.swagger.http_client.ws_connect = lambda url, params=None: stub
        self.client.run(apps, **options)
        return stub


class StubSocket:
    """A WebSocket as ari-py's users stub it: ``recv()``, None at its end, and two ways to close."""

    def __init__(self, *messages):
        self._messages = iter(messages)
        self.closed = 0
        self.close_sent = 0

    def recv(self):
        message = next(self._messages, None)
        return json.dumps(message) if isinstance(message, dict) else message

    def send_close(self):
        self.close_sent += 1

    def close(self):
        self.closed += 1


def make_response(body=None, status=200, url=BASE):
    """Return a response as requests would."""
    response = requests.Response()
    response.status_code = status
    response.url = url
    response._content = b"" if body is None else json.dumps(body).encode()
    return response


class RecordedRequest:
    """A request as the server got it."""

    def __init__(self, handler, body):
        self.method = handler.command
        self.target = handler.path
        self.path = urlsplit(handler.path).path
        self.query = dict(parse_qsl(urlsplit(handler.path).query))
        self.headers = handler.headers
        self.body = body
        self.connection = handler.client_address


class Server:
    """A small HTTP server of our own on a free port, in plain or with TLS, and with a WebSocket.

    :param answer: called with each request; returns (status, body), where a body that is a dict
        or a list is sent as JSON, or None to close the connection without an answer.
    :param tls: an ``ssl.SSLContext``; then it speaks https and wss.
    :param events: what a WebSocket delivers before it is closed.
    :param user: when given, ``(name, password)`` that requests must carry.
    """

    def __init__(
        self,
        answer: Callable | None = None,
        *,
        tls: ssl.SSLContext | None = None,
        events=(),
        prefix: str = "",
        user: tuple[str, str] | None = None,
    ):
        self.requests: list[RecordedRequest] = []
        self.events = list(events)
        self.docs = {f"{prefix}/ari{path}": text for path, text in api_doc_texts().items()}
        self.answer = answer or self.answer_docs
        self.expected = None
        if user is not None:
            self.expected = "Basic " + base64.b64encode(":".join(user).encode()).decode()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self.port = self._server.server_address[1]
        self.url = f"{'https' if tls else 'http'}://localhost:{self.port}{prefix}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *exc_info):
        self._server.shutdown()
        self._thread.join(DEADLINE)
        self._server.server_close()

    def answer_docs(self, request):
        if self.expected and request.headers["Authorization"] != self.expected:
            return 401, {"message": "Authentication required"}
        if request.path in self.docs:
            return 200, json.loads(self.docs[request.path])
        if request.path.endswith("/ari/events"):
            return 200, None
        return 404, {"message": "Resource not found"}

    def _handler(server):  # noqa: N805 - the handler's self is another
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def log_message(self, *args):
                pass

            def handle_error(self, *args):
                pass

            def handle(self):
                try:
                    super().handle()
                except (OSError, ssl.SSLError):
                    self.close_connection = True

            def do_GET(self):
                length = int(self.headers.get("Content-Length") or 0)
                request = RecordedRequest(self, self.rfile.read(length))
                server.requests.append(request)
                answer = server.answer(request)
                if answer is None:
                    self.close_connection = True
                    return
                status, body = answer
                if status < 300 and self.headers.get("Upgrade", "").lower() == "websocket":
                    self.speak_websocket()
                    return
                content = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(status)
                if 300 <= status < 400:
                    self.send_header("Location", server.url + "/elsewhere")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_POST = do_PUT = do_DELETE = do_GET

            def speak_websocket(self):
                key = self.headers["Sec-WebSocket-Key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
                accept = base64.b64encode(hashlib.sha1(key.encode()).digest()).decode()
                self.send_response(101)
                self.send_header("Upgrade", "websocket")
                self.send_header("Connection", "Upgrade")
                self.send_header("Sec-WebSocket-Accept", accept)
                self.end_headers()
                for happening in server.events:
                    payload = json.dumps(happening).encode()
                    self.wfile.write(b"\x81\x7e" + struct.pack("!H", len(payload)) + payload)
                while self.rfile.read(1):  # until the client has gone
                    pass
                self.close_connection = True

        return Handler


def in_child(function):
    """Fork, call a function in the child, and return what it returned or raised, as text."""
    receiver, sender = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # what is tested is just that
        child = os.fork()
    if child == 0:
        signal.alarm(int(DEADLINE))  # ends the child if it hangs
        try:
            said = str(function())
        except BaseException as ex:  # noqa: BLE001 - the parent judges it
            said = f"{type(ex).__name__}: {ex}"
        try:
            os.write(sender, said.encode())
        finally:
            os._exit(0)
    os.close(sender)
    with open(receiver, "rb") as pipe:
        said = pipe.read().decode()
    _, status = os.waitpid(child, 0)
    return said if status == 0 else f"the child ended with status {status}"


def free_port():
    """Return a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class LogRecords(logging.Handler):
    """Collects the texts of all log records of every logger, tracebacks included."""

    def __init__(self):
        super().__init__(logging.DEBUG)
        self.setFormatter(logging.Formatter("%(name)s %(levelname)s %(message)s"))
        self.lines: list[str] = []

    def emit(self, record):
        self.lines.append(self.format(record))

    def __enter__(self):
        root = logging.getLogger()
        self._level = root.level
        root.addHandler(self)
        root.setLevel(logging.DEBUG)
        return self

    def __exit__(self, *exc_info):
        root = logging.getLogger()
        root.removeHandler(self)
        root.setLevel(self._level)

    @property
    def text(self):
        return "\n".join(self.lines)
