"""What a request that fails raises, on real connections: its text, its cause, what it holds."""

import contextlib
import os
import pickle
import socket
import threading
import traceback
import unittest
from pathlib import Path
from unittest import mock

import requests
import urllib3

import ari
from ari.swagger.client import SwaggerClient
from ari.swagger.http_client import SynchronousHttpClient
from ari.transport.base import Request
from ari.transport.http import HttpTransport

from ..support import (
    DEADLINE,
    LogRecords,
    MockedAsterisk,
    Server,
    free_port,
    make_response,
    tiny_declaration,
    tiny_listing,
    tiny_operation,
)

TYPED = "4111-1111"  # what a caller typed, which must not travel


class AnswerOf:
    """A server that answers each connection with the same bytes, and then is silent or closes."""

    def __init__(self, *, content=b"", closes=True):
        self.content = content
        self.closes = closes
        self.asked = 0
        self._kept = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/ari"
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *exc_info):
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(DEADLINE)
        for connection in self._kept:
            connection.close()

    def _serve(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                self._read_request(connection)
                self.asked += 1
                connection.sendall(self.content)
                if self.closes:
                    connection.close()
                else:
                    self._kept.append(connection)

    @staticmethod
    def _read_request(connection):
        """Read all of a request: closed with unread bytes, a connection is reset."""
        with connection.makefile("rb") as stream:
            length = 0
            while (line := stream.readline().strip()) != b"":
                name, _, value = line.partition(b":")
                length = int(value) if name.lower() == b"content-length" else length
            stream.read(length)


def proxied_by(url):
    """Return a patch of the environment after which all requests go through a proxy."""
    settings = {"http_proxy": url, "https_proxy": url, "no_proxy": "", "NO_PROXY": ""}
    return mock.patch.dict(os.environ, settings)


class FailureTest(unittest.TestCase):
    def setUp(self):
        super().setUp()
        self.http = SynchronousHttpClient(timeout=(5, 0.2))
        self.addCleanup(self.http.close)
        self.http.set_basic_auth("127.0.0.1", "joe", "hush-hush")
        self.transport = HttpTransport(self.http)

    def fails(self, url, method="POST", *, cls=ari.ARIConnectionError, **fields):
        """Send a request that holds typed values; return the error, with none of them in it."""
        fields = {"query": {"value": TYPED}, "body": f'{{"value": "{TYPED}"}}', **fields}
        request = Request(method, f"{url}/channels/c1/play", operation="channels.play", **fields)
        with LogRecords() as log, self.assertRaises(cls) as caught:
            self.transport.send(request)
        error = caught.exception
        self.assertIs(type(error), cls)
        self.assert_clean(error)
        self.assertNotIn(TYPED, log.text)
        return error

    def assert_clean(self, error):
        forms = [repr(error), repr(vars(error)), *traceback.format_exception(error)]
        forms += [repr(error.__cause__), repr(error.__context__)]
        copied = pickle.loads(pickle.dumps(error))
        self.assertEqual(str(copied), str(error))
        for holder in (error, copied):
            forms += [str(holder.request.url), repr(vars(holder.request))]
            self.assertIsNone(holder.request.body)
            self.assertEqual(dict(holder.request.headers), {})
        for form in forms:
            for hidden in (TYPED, "hush", "Authorization"):
                self.assertNotIn(hidden, form)
        self.assertIsNone(error.__context__)
        if error.__cause__ is not None:
            self.assertIsNone(error.__cause__.__context__)
            self.assertFalse(hasattr(error.__cause__, "request"))

    def test_a_refused_connection_had_no_effect(self):
        port = free_port()
        error = self.fails(f"http://127.0.0.1:{port}/ari")
        self.assertEqual(
            str(error),
            f"channels.play: cannot reach http://127.0.0.1:{port}/ari/channels/c1/play: "
            "Connection refused; nothing was sent",
        )
        self.assertIsInstance(error.__cause__, ConnectionRefusedError)
        self.assertEqual(error.request.method, "POST")
        self.assertEqual(error.request.url, f"http://127.0.0.1:{port}/ari/channels/c1/play")
        lines = "".join(traceback.format_exception(error)).splitlines()
        self.assertLess(len(lines), 30)

    def test_an_unknown_host_had_no_effect(self):
        unknown = socket.gaierror(-2, "Name or service not known")
        with mock.patch("socket.getaddrinfo", side_effect=unknown):
            error = self.fails("http://no-such-host.test:8088/ari")
        self.assertTrue(str(error).endswith("Name or service not known; nothing was sent"))

    def test_no_connection_in_time_had_no_effect(self):
        with mock.patch("socket.socket.connect", side_effect=TimeoutError("timed out")):
            error = self.fails("http://127.0.0.1:8088/ari", cls=ari.ARIConnectTimeout)
        self.assertTrue(str(error).endswith("within the connect timeout; nothing was sent"))

    def test_the_effect_of_what_is_not_answered_is_unknown(self):
        with AnswerOf(closes=False) as server:
            for method in ("POST", "PUT", "DELETE"):
                error = self.fails(server.url, method, cls=ari.ARITimeout)
                self.assertIn(f"no answer from {server.url}/channels/c1/play in time", str(error))
                self.assertTrue(str(error).endswith("; whether it had an effect is unknown"))
            error = self.fails(server.url, "GET", cls=ari.ARITimeout)
            self.assertNotIn("effect", str(error))

    def test_the_effect_of_what_breaks_off_is_unknown(self):
        with AnswerOf() as server:
            error = self.fails(server.url)
        self.assertIn(f"no whole answer from {server.url}/channels/c1/play", str(error))
        self.assertTrue(str(error).endswith("; whether it had an effect is unknown"))

    def test_half_an_answer_and_then_silence_is_one_timeout(self):
        for half in (
            b"HTTP/1.1 200 OK\r\nContent-",
            b'HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"half": ',
            b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{"half": ',
        ):
            for method in ("GET", "POST"):
                with AnswerOf(content=half, closes=False) as server:
                    error = self.fails(server.url, method, cls=ari.ARITimeout)
                    self.assertEqual(server.asked, 1)
                    self.assertIn("in time", str(error))

    def test_a_short_answer_is_an_error(self):
        for short in (
            b"HTTP/1.1 200",
            b"HTTP/1.1 200 OK\r\nContent-",
            b'HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"half": 1}',
            b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{"half": ',
        ):
            for method in ("GET", "POST"):
                with self.subTest(short), AnswerOf(content=short) as server:
                    error = self.fails(server.url, method)
                    self.assertEqual(server.asked, 1)
                    self.assertIn("answer", str(error))

    def test_a_short_answer_is_an_error_in_the_swagger_layer_too(self):
        short = b'HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"half": 1}'
        with AnswerOf(content=short) as server:
            for method in ("GET", "POST"):
                with self.assertRaises(requests.exceptions.ChunkedEncodingError):
                    self.http.request(method, server.url)

    def test_a_urllib3_that_takes_a_short_answer_for_whole_is_not_enough(self):
        # urllib3 1.26 counts the bytes of an answer only if it is asked to, and requests does not.
        requirements = Path(__file__).parents[3].joinpath("requirements.txt").read_text()
        self.assertIn("urllib3>=2\n", requirements)
        self.assertGreaterEqual(int(urllib3.__version__.partition(".")[0]), 2)

    def test_an_answer_without_a_length_and_with_a_body_ends_with_the_connection(self):
        with AnswerOf(content=b"HTTP/1.1 200 OK\r\nServer: x\r\n\r\n[]") as server:
            answer = self.transport.send(Request("GET", f"{server.url}/channels"))
            self.assertEqual(answer.json(), [])

    def test_an_answer_that_is_not_http(self):
        with AnswerOf(content=b"SSH-2.0-OpenSSH\r\n") as server:
            error = self.fails(server.url, "GET")
            self.assertEqual(server.asked, 1)
        self.assertIn("does not speak HTTP", str(error))

    def test_an_address_that_is_none(self):
        for address in ("http://a..b/ari", "gopher://h/ari"):
            with self.subTest(address):
                error = self.fails(address)
                self.assertIn("not an http(s) address; nothing was sent", str(error))

    def test_a_proxy_that_refuses_the_connection_is_named(self):
        port = free_port()
        with proxied_by(f"http://joe:hush@localhost:{port}"):
            for address in ("http://asterisk.test:8088/ari", "https://asterisk.test:8089/ari"):
                error = self.fails(address)
                self.assertIn(f"cannot reach {address}/channels/c1/play", str(error))
                self.assertIn(f"through the proxy http://localhost:{port};", str(error))
                self.assertTrue(str(error).endswith("; nothing was sent"))

    def test_the_address_of_a_proxy_that_cannot_be_used(self):
        with proxied_by("http://"):
            error = self.fails("http://asterisk.test:8088/ari")
        self.assertIn("check proxy URL", str(error))
        self.assertTrue(str(error).endswith("; nothing was sent"))

    def test_a_proxy_that_refuses_a_tunnel_is_named(self):
        with (
            AnswerOf(content=b"HTTP/1.1 403 Forbidden\r\n\r\n") as proxy,
            proxied_by(proxy.url.removesuffix("/ari").replace("//", "//joe:hush@")),
        ):
            error = self.fails("https://asterisk.test:8089/ari")
        self.assertIn("Tunnel connection failed: 403", str(error))
        self.assertIn(f"through the proxy {proxy.url.removesuffix('/ari')}", str(error))

    def test_a_proxy_that_refuses_a_request_is_named(self):
        with (
            Server(lambda request: (407, b"<html>")) as proxy,
            proxied_by(proxy.url.replace("//", "//joe:hush@")),
            self.assertRaises(ari.ARIHTTPError) as caught,
        ):
            ari.connect("http://asterisk.test:8088", "joe", "hush")
        self.assertIn("407 Proxy Authentication Required", str(caught.exception))
        self.assertIn(f"through the proxy {proxy.url}", str(caught.exception))
        self.assertNotIn("hush", str(caught.exception))

    def test_what_the_caller_was_handling_is_not_the_reason(self):
        try:
            raise KeyError(TYPED)
        except KeyError:
            with self.assertRaises(ari.ARIConnectionError) as caught:
                self.transport.send(Request("GET", f"http://127.0.0.1:{free_port()}/ari"))
        self.assertIn("Connection refused", str(caught.exception))
        self.assertNotIn(TYPED, str(caught.exception))

    def test_connecting_to_a_wrong_port_tells_so_in_a_few_lines(self):
        with self.assertRaises(ari.ARIConnectionError) as caught:
            ari.connect(f"http://127.0.0.1:{free_port()}", "joe", "hush")
        lines = "".join(traceback.format_exception(caught.exception)).splitlines()
        self.assertLess(len(lines), 20)
        self.assertIn("Connection refused; nothing was sent", lines[-1])


class SomebodyElsesClientTest(unittest.TestCase):
    def fails(self, error):
        client = mock.Mock()
        client.request.side_effect = error
        with self.assertRaises(ari.ARIException) as caught:
            request = Request("POST", "http://h.test/x", {"a": TYPED}, operation="channels.play")
            HttpTransport(client).send(request)
        shown = "".join(traceback.format_exception(caught.exception))
        for hidden in (TYPED, "joe:hush"):
            self.assertNotIn(hidden, shown)
        return caught.exception

    def test_addresses_in_its_words_lose_query_and_user(self):
        for words in (
            f"HTTPConnectionPool(host='h.test'): Max retries exceeded with url: /x?a={TYPED}",
            f"no answer from http://joe:hush@h.test/x?a={TYPED} so far",
            f"no answer from http://joe:hu/{TYPED}@h.test/x so far",
        ):
            error = self.fails(requests.ConnectionError(words))
            self.assertIsInstance(error, ari.ARIConnectionError)
            self.assertIn("url: /x" if "url" in words else "http://h.test/x", str(error))

    def test_a_status_that_it_raises_is_the_error_of_that_status(self):
        response = make_response({"message": "Channel not found"}, 404, f"http://h/x?a={TYPED}")
        error = self.fails(requests.HTTPError(f"404 for url: {response.url}", response=response))
        self.assertIsInstance(error, ari.ARINotFound)
        self.assertIn("channels.play: 404 Channel not found", str(error))

    def test_any_other_error_of_requests(self):
        error = self.fails(requests.exceptions.InvalidHeader(f"of http://h.test/x?a={TYPED}"))
        self.assertIsInstance(error, ari.ARIConnectionError)


class ShownTest(MockedAsterisk):
    """Requests and what carries them are shown without what they hold."""

    def test_a_request(self):
        request = Request("POST", "http://h/x", {"digits": TYPED}, TYPED, operation="o.p")
        self.assertIn("http://h/x", repr(request))
        self.assertNotIn(TYPED, repr(request))

    def test_a_prepared_call(self):
        operation = self.client.swagger.channels.setChannelVar.model
        call = ari.client.prepare(operation, ("c1",), {"variable": "CARD", "value": TYPED})
        self.assertIn("setChannelVar", repr(call))
        self.assertNotIn(TYPED, repr(call))

    def test_a_transport_with_somebody_elses_client(self):
        class Client:
            def __repr__(self):
                return "Client(password='hush')"

        self.assertEqual(repr(HttpTransport(Client())), "HttpTransport(Client)")

    def test_the_client_of_the_swagger_layer(self):
        listing = tiny_listing("things")
        listing["apis"][0]["api_declaration"] = tiny_declaration([tiny_operation()])
        listing["basePath"] = "http://joe:hush@h.test/?key=hush"
        shown = repr(SwaggerClient(listing, mock.Mock()))
        self.assertNotIn("hush", shown)
        self.assertIn("h.test", shown)

    def test_credentials_in_an_address_are_not_logged(self):
        client = mock.Mock()
        for send in (HttpTransport(client).send, HttpTransport(client).open_websocket):
            with LogRecords() as log:
                send(Request("GET", "http://joe:hush@h.test/x", operation="things.list"))
            self.assertIn("things.list", log.text)
            self.assertNotIn("hush", log.text)

    def test_nothing_typed_is_in_an_http_error(self):
        url = "http://ari.test:8088/ari/channels/c1/variable"
        self.mock.add("POST", url, status=302, headers={"Location": f"https://h/?v={TYPED}"})
        for fields in ({"value": TYPED}, {"value": TYPED * 1000}):
            with LogRecords() as log, self.assertRaises(ari.ARIHTTPError) as caught:
                self.channel().setChannelVar(variable="CARD", **fields)
            error = caught.exception
            for holder in (error, pickle.loads(pickle.dumps(error))):
                self.assertEqual(holder.request.url, url)
                self.assertEqual(holder.response.url, url)
                self.assertEqual(holder.response.request.url, url)
                self.assertEqual(holder.response.headers["Location"], "https://h/")
                self.assertIsNone(holder.request.body)
                self.assertEqual(dict(holder.request.headers), {})
            self.assertNotIn(TYPED, "".join(traceback.format_exception(error)) + log.text)
            # What the program itself keeps of its answers stays as it was.
            self.assertIn("Authorization", self.sent.headers)
