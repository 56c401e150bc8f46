"""Opening a WebSocket: at most so long in all, and no longer than it is wanted."""

import base64
import socket
import ssl
import threading
import time
import unittest
from unittest import mock

import trustme
import websocket

import ari
from ari.swagger.http_client import SynchronousHttpClient
from ari.swagger.opening import Opening

from ..sockets import DEADLINE, FarEnd, no_room, open_sockets
from ..support import PASSWORD, USER, Server, free_port

#: Seconds that a connection may take here.
BRIEF = 0.2


class OpeningTest(unittest.TestCase):
    def setUp(self):
        self.http_client = SynchronousHttpClient(timeout=(DEADLINE, DEADLINE))
        self.addCleanup(self.http_client.close)
        self.before = open_sockets()

    def connect(self, port, scheme="ws", host="127.0.0.1"):
        return self.http_client.ws_connect(f"{scheme}://{host}:{port}/ari/events", {"app": "a"})

    def assert_timely(self, began):
        self.assertLess(time.monotonic() - began, DEADLINE / 2)

    def assert_nothing_left(self):
        self.assertEqual(open_sockets(), self.before)


class DeadlineTest(OpeningTest):
    def setUp(self):
        super().setUp()
        self.http_client.timeout = (BRIEF, DEADLINE)

    def assert_times_out(self, far, scheme="ws"):
        began = time.monotonic()
        with self.assertRaisesRegex(ari.ARIConnectionError, "timed out"):
            self.connect(far.port, scheme)
        self.assert_timely(began)

    def test_an_answer_that_drips(self):
        """Each byte comes in time, the whole does not."""
        for head in (
            b"",
            b"HTTP/1.1 101 Switching Protocols\r\n",
            b"HTTP/1.1 101 Switching Protocols\r\nX: ",
            b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 100000\r\n\r\n",
        ):
            with (
                self.subTest(head=head),
                FarEnd(lambda connection, far, head=head: far.drip(connection, head)) as far,
            ):
                self.assert_times_out(far)
        self.assert_nothing_left()

    def test_a_server_that_says_nothing(self):
        with FarEnd(lambda connection, far: far.stay()) as far:
            for scheme in ("ws", "wss"):
                self.assert_times_out(far, scheme)
        self.assert_nothing_left()

    def test_tls_that_drips(self):
        record = b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc"  # the beginning of a long ServerHello
        with FarEnd(lambda connection, far: far.drip(connection, record)) as far:
            self.assert_times_out(far, "wss")
        self.assert_nothing_left()

    def test_a_server_that_does_not_even_accept(self):
        with no_room() as port:
            began = time.monotonic()
            with self.assertRaisesRegex(ari.ARIConnectionError, "timed out"):
                self.connect(port)
            self.assert_timely(began)
        self.assert_nothing_left()

    def test_a_proxy_that_drips(self):
        with FarEnd(lambda connection, far: far.drip(connection, b"HTTP/1.1 200 OK\r\nX: ")) as far:
            self.http_client.session.proxies = {"http": f"http://127.0.0.1:{far.port}"}
            began = time.monotonic()
            with self.assertRaisesRegex(ari.ARIConnectionError, "timed out"):
                self.connect(1)
            self.assert_timely(began)
        self.assert_nothing_left()

    def test_no_timeout_is_no_deadline(self):
        self.http_client.timeout = (None, None)
        with Server(lambda request: (200, None)) as server:
            ws = self.connect(server.url.rpartition(":")[2])
            self.assertIsNone(ws.gettimeout())
            self.assertTrue(ws.connected)
            ws.shutdown()

    def test_an_address_that_does_not_answer_leaves_time_for_the_next(self):
        self.http_client.timeout = 10 * BRIEF
        with no_room() as dead, Server(lambda request: (200, None)) as server:
            alive = int(server.url.rpartition(":")[2])
            found = [
                (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))
                for port in (free_port(), dead, alive)
            ]
            with mock.patch("ari.swagger.opening.socket.getaddrinfo", return_value=found):
                self.connect(alive).shutdown()


class GivingUpTest(OpeningTest):
    """From another thread, at each stage."""

    def give_up(self, port, when, scheme="ws"):
        """Give a connection up when an event is set, and return what it raised."""
        opening, errors = Opening(), []

        def connect():
            try:
                opening.make(lambda: self.connect(port, scheme))
            except ari.ARIException as ex:
                errors.append(ex)

        thread = threading.Thread(target=connect)
        began = time.monotonic()
        thread.start()
        self.assertTrue(when.wait(DEADLINE))
        opening.give_up()
        opening.give_up()
        thread.join(DEADLINE)
        self.assertFalse(thread.is_alive())
        self.assert_timely(began)
        [error] = errors
        self.assertIsInstance(error, ari.ARIConnectionError)
        self.assertIn("given up", str(error))

    def test_while_its_handshake_or_tls_is_not_answered(self):
        for scheme in ("ws", "wss"):
            with FarEnd(lambda connection, far: far.stay()) as far:
                self.give_up(far.port, far.reached, scheme)
        self.assert_nothing_left()

    def test_while_it_drips(self):
        def treat(connection, far):
            far.reached.set()
            far.drip(connection, b"")

        with FarEnd(treat) as far:
            self.give_up(far.port, far.reached)
        self.assert_nothing_left()

    def test_while_tcp_is_not_answered(self):
        with no_room() as port:
            waiting = threading.Event()
            wait = Opening.wait

            def tell(*args):
                waiting.set()
                wait(*args)

            with mock.patch.object(Opening, "wait", tell):
                self.give_up(port, waiting)
        self.assert_nothing_left()

    def test_while_the_proxy_does_not_answer(self):
        with FarEnd(lambda connection, far: far.stay()) as far:
            self.http_client.session.proxies = {"http": f"http://127.0.0.1:{far.port}"}
            self.give_up(1, far.reached)
        self.assert_nothing_left()

    def test_while_the_name_is_looked_up(self):
        """That goes on, but nothing comes of it."""
        opening, looking, go_on = Opening(), threading.Event(), threading.Event()
        found = socket.getaddrinfo

        def look_up(*args, **kwargs):
            looking.set()
            go_on.wait(DEADLINE)
            return found(*args, **kwargs)

        errors = []

        def connect():
            try:
                opening.make(lambda: self.connect(far.port))
            except ari.ARIConnectionError as ex:
                errors.append(ex)

        with (
            FarEnd(lambda connection, far: far.stay()) as far,
            mock.patch("ari.swagger.opening.socket.getaddrinfo", look_up),
        ):
            thread = threading.Thread(target=connect)
            thread.start()
            self.assertTrue(looking.wait(DEADLINE))
            self.assertTrue(opening.stuck)
            opening.give_up()
            go_on.set()
            thread.join(DEADLINE)
        self.assertIn("given up", str(errors[0]))
        self.assertFalse(opening.stuck)
        self.assert_nothing_left()

    def test_before_it_began_and_after_it_ended(self):
        opening = Opening()
        with Server(lambda request: (200, None)) as server:
            port = server.url.rpartition(":")[2]
            opening.make(lambda: self.connect(port)).shutdown()
            opening.give_up()
            with self.assertRaisesRegex(ari.ARIConnectionError, "given up"):
                opening.make(lambda: self.connect(port))
            self.connect(port).shutdown()  # which is another opening

    def test_an_interrupt_leaves_nothing(self):
        with FarEnd(lambda connection, far: far.stay()) as far:
            for step in ("wait", "_connect"):
                with (
                    mock.patch.object(Opening, step, side_effect=KeyboardInterrupt),
                    self.assertRaises(KeyboardInterrupt),
                ):
                    self.connect(far.port)
        self.assert_nothing_left()


class GarbageTest(OpeningTest):
    def test_any_answer_that_is_no_handshake_is_a_clear_error(self):
        for answer in (
            b"",
            b"\r\n",
            b"\r\n\r\n",
            b"garbage\r\n\r\n",
            b"HTTP/1.1\r\n\r\n",
            b"HTTP/1.1 abc\r\n\r\n",
            b"HTTP/1.1 101\r\n\r\n",
            b"HTTP/1.1 0 Nothing\r\n\r\n",
            b"HTTP/1.1 99999 Much\r\n\r\n",
            b"HTTP/1.1 101 Switching Protocols\r\nno colon\r\n\r\n",
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: wrong\r\n\r\n",
            b"HTTP/1.1 101 \xff\xfe\r\n\r\n",
            b"\xff\xfe\xfd\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
            b"\x00" * 5000,
        ):

            def treat(connection, far, answer=answer):
                far.read_request(connection)
                connection.sendall(answer)

            with (
                self.subTest(answer=answer),
                FarEnd(treat) as far,
                self.assertRaisesRegex(ari.ARIConnectionError, "opening the WebSocket: cannot"),
            ):
                self.connect(far.port)
        self.assert_nothing_left()

    def test_whatever_websocket_client_raises_is_a_clear_error(self):
        with FarEnd(lambda connection, far: far.stay()) as far:
            for error in (
                IndexError("x"),
                ValueError("x"),
                UnicodeDecodeError("u", b"", 0, 0, "x"),
            ):
                with (
                    mock.patch.object(websocket.WebSocket, "connect", side_effect=error),
                    self.assertRaisesRegex(ari.ARIConnectionError, "cannot reach .*x") as caught,
                ):
                    self.connect(far.port)
                self.assertIs(caught.exception.__cause__, error)
                self.assertNotIn("app=", str(caught.exception))
        self.assert_nothing_left()

    def test_what_ends_a_process_is_not_swallowed(self):
        with FarEnd(lambda connection, far: far.stay()) as far:
            for error in (KeyboardInterrupt(), SystemExit(3)):
                with (
                    mock.patch.object(websocket.WebSocket, "connect", side_effect=error),
                    self.assertRaises(type(error)),
                ):
                    self.connect(far.port)
        self.assert_nothing_left()

    def test_a_host_that_has_no_address(self):
        with (
            mock.patch(
                "ari.swagger.opening.socket.getaddrinfo", side_effect=socket.gaierror(-2, "unknown")
            ),
            self.assertRaisesRegex(ari.ARIConnectionError, "unknown"),
        ):
            self.connect(1, host="nowhere.test")
        with (
            mock.patch("ari.swagger.opening.socket.getaddrinfo", return_value=[]),
            self.assertRaises(ari.ARIConnectionError),
        ):
            self.connect(1, host="nowhere.test")


class ProxyTest(OpeningTest):
    """What requests would send through an HTTP proxy is tunnelled by it here."""

    def proxy(self, answer=b"HTTP/1.1 200 Connection established\r\n\r\n", to=None):
        self.heads = []

        def treat(connection, far):
            self.heads.append(far.read_request(connection))
            connection.sendall(answer)
            if to is not None:
                with socket.create_connection(("127.0.0.1", to)) as further:
                    further.sendall(far.read_request(connection))
                    connection.sendall(far.read_request(further))

        return FarEnd(treat)

    def test_a_tunnel_with_credentials(self):
        self.http_client.set_basic_auth("ari.test", USER, PASSWORD)
        with Server(lambda request: (200, None)) as server:
            with self.proxy(to=int(server.url.rpartition(":")[2])) as proxy:
                url = f"http://u%40x:p@127.0.0.1:{proxy.port}"
                for written in (url, url.removeprefix("http://")):
                    self.http_client.session.proxies = {"http": written}
                    self.connect(8088, host="ari.test").shutdown()
            self.assertEqual(
                [request.headers["Host"] for request in server.requests], ["ari.test:8088"] * 2
            )
        [head, _] = self.heads
        self.assertTrue(head.startswith(b"CONNECT ari.test:8088 HTTP/1.1\r\n"))
        self.assertIn(b"Proxy-Authorization: Basic " + base64.b64encode(b"u@x:p"), head)
        self.assertNotIn(b"\r\nAuthorization", head)

    def test_a_proxy_that_refuses(self):
        for answer in (
            b"HTTP/1.1 403 Forbidden\r\n\r\n",
            b"HTTP/1.1\r\n\r\n",
            b"",
            b"\xff" * 90000,
        ):
            with self.subTest(answer=answer[:30]), self.proxy(answer) as proxy:
                url = f"http://u:p4ss@127.0.0.1:{proxy.port}"
                self.http_client.session.proxies = {"http": url}
                with self.assertRaisesRegex(ari.ARIConnectionError, "proxy|reset") as caught:
                    self.connect(8088, host="ari.test")
                self.assertNotIn("p4ss", str(caught.exception))
        self.assert_nothing_left()

    def test_an_ipv6_address_is_named_in_brackets(self):
        with self.proxy(b"HTTP/1.1 403 No\r\n\r\n") as proxy:
            self.http_client.session.proxies = {"http": f"http://127.0.0.1:{proxy.port}"}
            with self.assertRaises(ari.ARIConnectionError):
                self.connect(8088, host="[::1]")
        self.assertTrue(self.heads[0].startswith(b"CONNECT [::1]:8088 HTTP/1.1\r\n"))

    def test_a_proxy_of_another_kind_is_passed_by(self):
        self.http_client.session.proxies = {"all": "socks5://127.0.0.1:1"}
        with Server(lambda request: (200, None)) as server:
            self.connect(server.url.rpartition(":")[2]).shutdown()


class TlsTest(OpeningTest):
    def test_a_certificate_that_is_not_trusted(self):
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        trustme.CA().issue_cert("localhost").configure_cert(context)

        def treat(connection, far):
            with context.wrap_socket(connection, server_side=True):
                pass

        with (
            FarEnd(treat) as far,
            self.assertRaisesRegex(ari.ARIConnectionError, "verify= takes the path"),
        ):
            self.connect(far.port, "wss", "localhost")
        self.assert_nothing_left()

    def test_a_server_that_speaks_none(self):
        def treat(connection, far):
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            connection.recv(1000)

        with (
            FarEnd(treat) as far,
            self.assertRaisesRegex(ari.ARIConnectionError, "perhaps that port speaks no TLS"),
        ):
            self.connect(far.port, "wss")
        self.assert_nothing_left()

    def test_settings_that_cannot_be_read(self):
        for settings in ({"verify": "/no/such/file"}, {"verify": False, "cert": "/no/such/file"}):
            for name, value in settings.items():
                setattr(self.http_client.session, name, value)
            with self.assertRaisesRegex(ari.ARIConnectionError, "No such file"):
                self.connect(1, "wss")
