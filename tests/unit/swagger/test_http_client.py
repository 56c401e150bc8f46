"""The http client: credentials, connections, and what is sent how often."""

import socket
import threading
import unittest

import requests
import websocket

import ari
from ari.swagger.client import SwaggerClient
from ari.swagger.http_client import (
    ApiKeyAuthenticator,
    Authenticator,
    BasicAuthenticator,
    HttpClient,
    SynchronousHttpClient,
)

from ..support import (
    BASIC,
    DEADLINE,
    PASSWORD,
    USER,
    MockedHttp,
    Server,
    free_port,
    tiny_declaration,
    tiny_listing,
    tiny_operation,
)

URL = "http://ari.test:8088/ari/x"


class AuthenticatorTest(unittest.TestCase):
    def apply(self, authenticator, url=URL):
        return authenticator.apply(requests.Request("GET", url)).prepare()

    def test_basic_credentials_go_into_the_header_as_utf8(self):
        prepared = self.apply(BasicAuthenticator("ari.test", USER, PASSWORD))
        self.assertEqual(prepared.headers["Authorization"], BASIC)
        self.assertEqual(prepared.url, URL)

    def test_asterisks_api_key_goes_into_the_header_too(self):
        prepared = self.apply(ApiKeyAuthenticator("ari.test", f"{USER}:{PASSWORD}"))
        self.assertEqual(prepared.headers["Authorization"], BASIC)
        self.assertEqual(prepared.url, URL)

    def test_another_key_is_a_query_parameter(self):
        prepared = self.apply(ApiKeyAuthenticator("ari.test", "k3y", "token"))
        self.assertEqual(prepared.url, URL + "?token=k3y")
        self.assertNotIn("Authorization", prepared.headers)

    def test_it_is_for_its_host_only(self):
        authenticator = BasicAuthenticator("Ari.Test", "u", "p")
        self.assertTrue(authenticator.matches("http://ari.test:8088/x"))
        self.assertTrue(authenticator.matches("wss://ARI.TEST/x"))
        self.assertFalse(authenticator.matches("http://evil.test/ari.test"))
        self.assertFalse(authenticator.matches("http://ari.test.evil.test/"))

    def test_it_is_for_its_scheme_host_and_port_if_it_names_them(self):
        for host, here, elsewhere in (
            ("h:8088", ["http://h:8088/x", "wss://H:8088/x"], ["http://h/x", "http://h:80881/x"]),
            ("http://h:8088/ari", ["http://h:8088/x", "ws://h:8088"], ["https://h:8088/x"]),
            ("https://h", ["https://h/x", "wss://h:443/x"], ["http://h/x", "https://h:8089/x"]),
            ("http://h", ["http://h/x", "http://h:80/x"], ["http://h:8088/x", "https://h/x"]),
            ("h:80", ["http://h/x"], ["https://h/x", "http://h:hush/x"]),
            ("::1", ["http://[::1]:8088/x"], ["http://[::2]:8088/x"]),
            ("[::1]:8088", ["http://[::1]:8088/x"], ["http://[::1]:8089/x"]),
        ):
            authenticator = BasicAuthenticator(host, "u", "p")
            for url in here:
                self.assertTrue(authenticator.matches(url), (host, url))
            for url in elsewhere:
                self.assertFalse(authenticator.matches(url), (host, url))

    def test_a_host_that_is_not_valid_is_refused_and_not_shown(self):
        for host in ("h:hush", "http://h:hush", "[hush", "http://h:99999"):
            with self.assertRaisesRegex(ValueError, "host that is not valid") as caught:
                BasicAuthenticator(host, "u", "p")
            self.assertNotIn("hush", str(caught.exception))
            self.assertIsNone(caught.exception.__context__)

    def test_a_user_name_with_a_colon_is_refused_and_not_shown(self):
        with self.assertRaisesRegex(ValueError, "user name holds a colon") as caught:
            BasicAuthenticator("h", "joe:hush", "p")
        self.assertNotIn("hush", str(caught.exception))

    def test_nothing_of_the_credentials_is_shown(self):
        self.assertNotIn("pw", repr(BasicAuthenticator("http://u:pw@h", "u", "pw")))
        self.assertNotIn("pw", repr(BasicAuthenticator("u:pw@h", "u", "pw")))
        for shown in (BasicAuthenticator("h", "u", "pw"), ApiKeyAuthenticator("h", "u:pw")):
            self.assertNotIn("pw", repr(shown))
            self.assertIn("'h'", repr(shown))

    def test_the_base_does_nothing_by_itself(self):
        with self.assertRaises(NotImplementedError):
            Authenticator("h").apply(requests.Request("GET", URL))


class InterfaceTest(unittest.TestCase):
    def test_the_interface_leaves_all_to_its_subclasses(self):
        with HttpClient() as client:
            for call in (
                lambda: client.request("GET", URL),
                lambda: client.ws_connect("ws://h/"),
                lambda: client.set_basic_auth("h", "u", "p"),
                lambda: client.set_api_key("h", "k"),
            ):
                self.assertRaises(NotImplementedError, call)


class RequestTest(MockedHttp):
    def setUp(self):
        super().setUp()
        self.http = SynchronousHttpClient()
        self.addCleanup(self.http.close)

    def test_without_credentials_none_are_sent(self):
        self.serve("GET", "/x", {"a": 1})
        self.assertEqual(self.http.request("GET", URL).json(), {"a": 1})
        self.assertNotIn("Authorization", self.sent.headers)

    def test_credentials_of_another_host_are_not_sent(self):
        self.serve("GET", "/x")
        self.http.set_basic_auth("other.test", "u", "p")
        self.http.request("GET", URL)
        self.assertNotIn("Authorization", self.sent.headers)
        self.assertIsNone(self.http.user_for(URL))

    def test_basic_credentials(self):
        self.serve("GET", "/x")
        self.http.set_basic_auth("ari.test", USER, PASSWORD)
        self.http.request("GET", URL, params={"a": "b"})
        self.assertEqual(self.sent.headers["Authorization"], BASIC)
        self.assertEqual(self.query, {"a": "b"})
        self.assertEqual(self.http.user_for(URL), USER)

    def test_credentials_stay_with_the_first_server_on_their_host(self):
        elsewhere = ("http://ari.test/x", "https://ari.test:8088/x", "http://ari.test:8089/x")
        self.serve("GET", "/x")
        for set_credentials in (
            lambda: self.http.set_basic_auth("ari.test", USER, PASSWORD),
            lambda: self.http.set_api_key("ari.test", f"{USER}:{PASSWORD}"),
        ):
            set_credentials()
            self.http.request("GET", URL)
            for url in elsewhere:
                self.mock.add("GET", url, status=204)
                self.http.request("GET", url)
                self.assertNotIn("Authorization", self.sent.headers, url)
                self.assertIsNone(self.http.user_for(url))
            self.http.request("GET", URL)
            self.assertEqual(self.sent.headers["Authorization"], BASIC)

    def test_a_path_in_a_description_does_not_lead_credentials_to_another_port(self):
        for host in ("ari.test:80", "http://ari.test"):
            listing = tiny_listing("things")
            listing["apis"][0]["api_declaration"] = tiny_declaration(
                [tiny_operation("steal")], path="81/steal"
            )
            self.http.set_basic_auth(host, USER, PASSWORD)
            with self.assertLogs("ari.swagger", "WARNING"):
                client = SwaggerClient(listing, self.http, "http://ari.test:80")
            self.assertEqual(client.things.operations, {})
            self.mock.add("GET", "http://ari.test:8081/steal", status=204)
            self.http.request("GET", "http://ari.test:8081/steal")
            self.assertNotIn("Authorization", self.sent.headers)

    def test_an_api_key(self):
        self.serve("GET", "/x")
        self.http.set_api_key("ari.test", f"{USER}:{PASSWORD}")
        self.http.request("GET", URL)
        self.assertEqual(self.sent.headers["Authorization"], BASIC)
        self.assertEqual(self.query, {})
        self.assertEqual(self.http.user_for(URL), USER)
        self.http.set_api_key("ari.test", "k3y", param_name="token")
        self.http.request("GET", URL, params={"a": "b"})
        self.assertEqual(self.query, {"a": "b", "token": "k3y"})
        self.assertIsNone(self.http.user_for(URL))

    def test_redirects_are_not_followed(self):
        # They would make a GET of a POST, and lead away from the address that the user gave.
        self.serve("POST", "/x", status=302, body="", headers={"Location": "http://evil.test/"})
        response = self.http.request("POST", URL)
        self.assertEqual(response.status_code, 302)
        self.assertEqual(len(self.mock.calls), 1)

    def test_settings_of_the_users_own_session_count(self):
        self.serve("GET", "/x")
        self.http.session.headers["X-Mine"] = "1"
        self.http.request("GET", URL, headers={"X-More": "2"})
        self.assertEqual((self.sent.headers["X-Mine"], self.sent.headers["X-More"]), ("1", "2"))

    def test_tls_settings_and_timeouts_go_to_requests(self):
        seen = {}

        class Adapter(requests.adapters.BaseAdapter):
            def send(self, request, **kwargs):
                seen.update(kwargs)
                response = requests.Response()
                response.status_code = 204
                return response

            def close(self):
                pass

        for options, wanted in (
            ({}, {"timeout": (5.0, 60.0), "verify": True, "cert": None}),
            (
                {"timeout": 3, "verify": False, "cert": ("c", "k")},
                {"timeout": 3, "verify": False, "cert": ("c", "k")},
            ),
        ):
            with SynchronousHttpClient(**options) as http_client:
                http_client.session.trust_env = False
                http_client.session.mount("test://", Adapter())
                http_client.request("GET", "test://h/x")
            self.assertEqual({key: seen[key] for key in wanted}, wanted)


class OldSubclassTest(MockedHttp):
    """What programs for swaggerpy derived from its classes."""

    def test_an_authenticator_that_returns_another_request(self):
        class Token(Authenticator):
            def apply(self, request):
                return requests.Request(request.method, request.url, headers={"X-Token": "t"})

        self.serve("GET", "/x")
        with SynchronousHttpClient() as http_client:
            http_client.authenticator = Token("ari.test")
            http_client.request("GET", URL)
        self.assertEqual(self.sent.headers["X-Token"], "t")

    def test_an_authenticator_that_returns_nothing(self):
        class Token(Authenticator):
            def apply(self, request):
                request.headers["X-Token"] = "t"

        self.serve("GET", "/x")
        with SynchronousHttpClient() as http_client:
            http_client.authenticator = Token("ari.test")
            http_client.request("GET", URL)
        self.assertEqual(self.sent.headers["X-Token"], "t")

    def test_a_subclass_that_builds_its_own_requests(self):
        class Mine(SynchronousHttpClient):
            def request(self, method, url, params=None, data=None):
                request = requests.Request(method, url, params=params, data=data)
                request = self.apply_authentication(request)
                return self.session.send(self.session.prepare_request(request))

        self.serve("GET", "/x")
        with Mine() as http_client:
            http_client.set_basic_auth("ari.test", USER, PASSWORD)
            http_client.request("GET", URL)
        self.assertEqual(self.sent.headers["Authorization"], BASIC)


class ConnectionsTest(unittest.TestCase):
    """Against a real server: when a connection is made anew, and when a request is sent again."""

    def client(self, **options):
        http_client = SynchronousHttpClient(timeout=(5, 10), **options)
        self.addCleanup(http_client.close)
        return http_client

    def test_a_connection_is_kept_and_used_again(self):
        with Server(lambda request: (200, {})) as server:
            http_client = self.client()
            for _ in range(3):
                http_client.request("GET", server.url + "/x")
            self.assertEqual(len({r.connection for r in server.requests}), 1)

    def answer_once_then_hang_up(self):
        """Answer the first request, and the second with a closed connection."""
        count = iter(range(100))
        return lambda request: None if next(count) == 1 else (200, {"n": len(request.path)})

    def test_an_idle_connection_that_the_server_closed_is_not_seen_by_a_get(self):
        with Server(self.answer_once_then_hang_up()) as server:
            http_client = self.client()
            http_client.request("GET", server.url + "/x")
            self.assertEqual(http_client.request("GET", server.url + "/x").status_code, 200)
            self.assertEqual([r.method for r in server.requests], ["GET"] * 3)

    def test_what_changes_something_is_never_sent_twice(self):
        for method in ("POST", "PUT", "DELETE"):
            with Server(self.answer_once_then_hang_up()) as server:
                http_client = self.client()
                http_client.request("GET", server.url + "/x")
                with self.assertRaises(requests.ConnectionError):
                    http_client.request(method, server.url + "/x")
                self.assertEqual([r.method for r in server.requests], ["GET", method])

    def test_a_server_that_always_hangs_up_is_asked_twice_and_no_more(self):
        with Server(lambda request: None) as server:
            with self.assertRaises(requests.ConnectionError):
                self.client().request("GET", server.url + "/x")
            self.assertEqual(len(server.requests), 2)

    def test_a_timeout_is_not_tried_again(self):
        release = threading.Event()
        self.addCleanup(release.set)

        def answer(request):
            release.wait(DEADLINE)

        with Server(answer) as server:
            http_client = SynchronousHttpClient(timeout=(5, 0.05))
            self.addCleanup(http_client.close)
            with self.assertRaises(requests.ReadTimeout):
                http_client.request("GET", server.url + "/x")
            release.set()
            self.assertEqual(len(server.requests), 1)

    def test_connections_can_be_reserved(self):
        with Server(lambda request: (200, {})) as server:
            http_client = self.client()
            http_client.request("GET", server.url + "/x")
            before = dict(http_client.session.adapters)
            http_client.reserve_connections(3)
            self.assertEqual(dict(http_client.session.adapters), before)
            http_client.reserve_connections(40)
            mine = requests.adapters.BaseAdapter()
            http_client.session.mount("mine://", mine)
            http_client.reserve_connections(50)
            self.assertIs(http_client.session.get_adapter("mine://x"), mine)
            self.assertIsNot(http_client.session.get_adapter("http://x"), before["http://"])
            http_client.request("GET", server.url + "/x")
            del http_client.session.adapters["mine://"]

    def test_as_many_requests_as_reserved_share_their_connections_later(self):
        count = 12
        barrier = threading.Barrier(count)

        def answer(request):
            barrier.wait(DEADLINE)
            return 200, {}

        with Server(answer) as server:
            http_client = self.client()
            http_client.reserve_connections(count)
            for _ in range(2):
                threads = [
                    threading.Thread(target=http_client.request, args=("GET", server.url + "/x"))
                    for _ in range(count)
                ]
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join(DEADLINE)
            self.assertEqual(len(server.requests), 2 * count)
            self.assertEqual(len({r.connection for r in server.requests}), count)


class WebSocketTest(unittest.TestCase):
    def connect(self, url, **options):
        http_client = SynchronousHttpClient(timeout=options.pop("timeout", (5, 10)))
        self.addCleanup(http_client.close)
        http_client.set_basic_auth("localhost", USER, PASSWORD)
        ws = http_client.ws_connect(url, params={"app": "a,b"})
        self.addCleanup(ws.shutdown)
        return ws

    def test_it_is_opened_with_the_credentials_in_the_header(self):
        with Server(events=[{"type": "X"}]) as server:
            server.answer = lambda request: (200, None)
            ws = self.connect(server.url.replace("http", "ws") + "/ari/events")
            self.assertEqual(ws.recv(), '{"type": "X"}')
            self.assertIsNone(ws.gettimeout())
            [request] = server.requests
            self.assertEqual(request.headers["Authorization"], BASIC)
            self.assertEqual(request.query, {"app": "a,b"})
            self.assertNotIn("Origin", request.headers)
            ws.shutdown()

    def test_an_http_address_and_a_single_timeout_do_as_well(self):
        with Server() as server:
            server.answer = lambda request: (200, None)
            ws = self.connect(server.url + "/ari/events", timeout=5)
            self.assertIsInstance(ws, websocket.WebSocket)
            ws.shutdown()

    def test_without_credentials_none_are_sent(self):
        with Server(lambda request: (200, None)) as server, SynchronousHttpClient() as http_client:
            ws = http_client.ws_connect(server.url + "/ari/events")
            self.assertNotIn("Authorization", server.requests[0].headers)
            self.assertEqual(server.requests[0].query, {})
            ws.shutdown()

    def test_a_refusal_is_the_error_of_its_status(self):
        for status, cls in {
            401: ari.ARIUnauthorized,
            404: ari.ARINotFound,
            503: ari.ARIServerUnavailable,
        }.items():
            with (
                Server(lambda request, s=status: (s, {"message": "No entry"})) as server,
                self.assertRaises(cls) as caught,
            ):
                self.connect(server.url + "/ari/events")
            error = caught.exception
            self.assertEqual(error.status_code, status)
            self.assertEqual(error.response.json(), {"message": "No entry"})
            self.assertIn(f"opening the WebSocket: {status} No entry", str(error))
            self.assertIn(f"user '{USER}'", str(error))
            self.assertNotIn(PASSWORD, str(error))

    def test_a_refusal_without_a_user(self):
        with (
            Server(lambda request: (401, {})) as server,
            SynchronousHttpClient() as http_client,
            self.assertRaises(ari.ARIUnauthorized) as caught,
        ):
            http_client.ws_connect(server.url + "/ari/events")
        self.assertNotIn("user", str(caught.exception))

    def test_a_redirect_is_a_refusal(self):
        with (
            Server(lambda request: (302, {})) as server,
            self.assertRaisesRegex(ari.ARIConnectionError, "[Rr]edirect"),
        ):
            self.connect(server.url + "/ari/events")
        self.assertEqual([request.path for request in server.requests], ["/ari/events"])

    def test_an_answer_that_is_no_handshake(self):
        with Server(lambda request: (200, {})) as server:
            # Without the handler's own handshake the answer is a plain 200.
            handler = server._server.RequestHandlerClass
            handler.speak_websocket = lambda self: self.send_response(200) or self.end_headers()
            with self.assertRaises(ari.ARIException):
                self.connect(server.url + "/ari/events")

    def test_nothing_listens(self):
        with self.assertRaises(ari.ARIConnectionError) as caught:
            self.connect(f"ws://localhost:{free_port()}/ari/events")
        self.assertIn("Connection refused", str(caught.exception))
        self.assertNotIn("app=", str(caught.exception))

    def test_a_server_that_hangs_up(self):
        with Server(lambda request: None) as server, self.assertRaises(ari.ARIConnectionError):
            self.connect(server.url + "/ari/events")

    def test_a_server_that_says_nothing(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            port = silent.getsockname()[1]
            with self.assertRaises(ari.ARIConnectionError) as caught:
                self.connect(f"ws://localhost:{port}/ari/events", timeout=(0.05, 5))
        self.assertIn("timed out", str(caught.exception))
