"""The client: its address, how it connects, what it runs, and how it ends."""

import inspect
import itertools
import json
import signal
import threading
import unittest
from pathlib import Path
from unittest import mock

import requests
import responses

import ari
from ari.model import Channel
from ari.swagger.http_client import SynchronousHttpClient

from .support import (
    BASE,
    DEADLINE,
    PASSWORD,
    USER,
    LogRecords,
    MockedAsterisk,
    MockedHttp,
    Server,
    StubSocket,
    api_doc_texts,
    api_docs,
    channel_json,
    event,
    tiny_declaration,
    tiny_listing,
    tiny_operation,
)

START = event("StasisStart", args=[], channel=channel_json("c1"))


class AddressTest(MockedHttp):
    """D3: calls go to the address that the user gave."""

    def connected(self, address, **options):
        client = ari.connect(address, USER, PASSWORD, **options)
        self.addCleanup(client.close)
        return client

    def test_with_and_without_ari_and_slashes(self):
        self.serve_api_docs()
        self.serve("GET", "/channels", [])
        for address in (BASE, BASE + "/", BASE + "/ari", BASE + "/ari/"):
            client = self.connected(address)
            client.channels.list()
            self.assertEqual(self.sent.url, BASE + "/ari/channels")
            self.assertEqual(client.base_url, address)

    def test_with_a_path_prefix(self):
        base = "https://pbx.test/asterisk/one"
        self.serve_api_docs(base + "/ari")
        self.serve("GET", "/channels", [], base=base + "/ari")
        for address in (base, base + "/", base + "/ari", base + "/ari/"):
            self.connected(address).channels.list()
            self.assertEqual(self.sent.url, base + "/ari/channels")

    def test_an_ipv6_address(self):
        base = "http://[::1]:8088"
        self.serve_api_docs(base + "/ari")
        self.connected(base)
        self.assertIn("Authorization", self.sent.headers)

    def test_events_come_from_there_too(self):
        for base, stream in (
            (BASE, "ws://ari.test:8088/ari/events"),
            ("https://pbx.test/x", "wss://pbx.test/x/ari/events"),
        ):
            self.serve_api_docs(base + "/ari")
            client = self.connected(base)
            seen = []
            client.swagger.http_client.ws_connect = lambda url, params=None, seen=seen: (
                seen.append((url, params)) or StubSocket()
            )
            client.run("a")
            self.assertEqual(seen, [(stream, {"app": "a"})])

    def test_what_is_no_address_is_refused_before_traffic(self):
        for wrong in ("localhost:8088", "localhost", "ftp://h/", "ws://h:8088", "http://", ""):
            with self.nothing_is_sent(), self.assertRaisesRegex(ValueError, "looks like http://"):
                ari.connect(wrong, USER, PASSWORD)

    def test_a_port_that_is_none(self):
        for wrong in ("http://h:99999/", "http://h:hush/", "https://[::1]:hush", "http://h:-hush"):
            with (
                self.nothing_is_sent(),
                self.assertRaisesRegex(ValueError, "no valid port") as caught,
            ):
                ari.connect(wrong, USER, PASSWORD)
            self.assert_shows_nothing_of(caught.exception, "hush", "99999")

    def assert_shows_nothing_of(self, error, *hidden):
        self.assertIsNone(error.__context__)
        for form in (str(error), repr(error)):
            for word in hidden:
                self.assertNotIn(word, form)

    def test_what_was_typed_in_the_place_of_the_address_is_not_shown(self):
        for wrong in (
            "hush",
            "hush:8088",
            "joe:hush",
            "http://[hush/",
            "http://h\u2100hush/",
            "//hush",
        ):
            with self.nothing_is_sent(), self.assertRaisesRegex(ValueError, "looks like") as caught:
                ari.connect(wrong, USER, PASSWORD)
            self.assert_shows_nothing_of(caught.exception, "hush")

    def test_a_user_name_with_a_colon_is_refused_before_traffic(self):
        with self.nothing_is_sent(), self.assertRaisesRegex(ValueError, "a colon") as caught:
            ari.connect(BASE, "joe:hush", PASSWORD)
        self.assert_shows_nothing_of(caught.exception, "hush")

    def test_credentials_are_for_the_scheme_host_and_port_of_the_address(self):
        self.serve_api_docs()
        with ari.connect(BASE + "/ari/", USER, PASSWORD) as client:
            authenticator = client.swagger.http_client.authenticator
            self.assertTrue(authenticator.matches(BASE + "/ari/channels"))
            for other in ("http://ari.test/ari", "https://ari.test:8088/ari", "http://ari.test:1/"):
                self.assertFalse(authenticator.matches(other), other)

    def test_settings_that_are_not_set(self):
        # As os.environ.get() returns them.
        for wrong, name in (
            ((None, USER, PASSWORD), "base_url"),
            ((BASE, None, PASSWORD), "username"),
            ((BASE, USER, None), "password"),
        ):
            with self.nothing_is_sent(), self.assertRaisesRegex(TypeError, f"got None as {name}"):
                ari.connect(*wrong)

    def test_credentials_in_an_address_are_refused_and_not_shown(self):
        for wrong in (
            "http://joe:hush@h:8088/",
            "ws://joe:hush@h:8088/",
            "http://h:8088/?api_key=joe:hush",
            "http://h:8088/ari#hush",
            "ftp://h:8088/?api_key=joe:hush",
        ):
            with self.nothing_is_sent(), self.assertRaises(ValueError) as caught:
                ari.connect(wrong, USER, PASSWORD)
            self.assertNotIn("hush", str(caught.exception))


class ConnectTest(MockedHttp):
    def test_options_go_to_the_http_client(self):
        self.serve_api_docs()
        client = ari.connect(BASE, USER, PASSWORD, verify="/ca", cert=("c", "k"), timeout=(1, 2))
        self.addCleanup(client.close)
        http_client = client.swagger.http_client
        self.assertEqual(http_client.timeout, (1, 2))
        self.assertEqual(http_client.session.verify, "/ca")
        self.assertEqual(http_client.session.cert, ("c", "k"))

    def test_the_default_timeouts(self):
        self.serve_api_docs()
        client = ari.connect(BASE, USER, PASSWORD)
        self.addCleanup(client.close)
        self.assertEqual(client.swagger.http_client.timeout, (5.0, 60.0))

    def test_a_wrong_password_names_user_and_address_and_is_tried_once(self):
        self.serve(
            "GET", "/api-docs/resources.json", {"message": "Authentication required"}, status=401
        )
        with self.assertRaises(ari.ARIUnauthorized) as caught:
            ari.connect(BASE, USER, PASSWORD, wait=60)
        text = str(caught.exception)
        self.assertIn(f"user '{USER}' at ari.test:8088", text)
        self.assertIn("Authentication required", text)
        self.assertNotIn(PASSWORD, text)
        self.assertEqual(len(self.mock.calls), 1)

    def test_a_redirect_is_told_and_not_followed(self):
        self.serve(
            "GET",
            "/api-docs/resources.json",
            status=301,
            body="",
            headers={"Location": "https://ari.test/ari/api-docs/resources.json"},
        )
        with self.assertRaises(ari.ARIHTTPError) as caught:
            ari.connect(BASE, USER, PASSWORD)
        self.assertIn("it leads to https://ari.test/ari/api-docs", str(caught.exception))
        self.assertEqual(len(self.mock.calls), 1)

    def test_the_http_client_is_closed_when_it_fails(self):
        for error in (requests.ConnectionError("x"), ZeroDivisionError()):
            self.mock.upsert("GET", BASE + "/ari/api-docs/resources.json", body=error)
            with (
                mock.patch.object(SynchronousHttpClient, "close") as close,
                self.assertRaises((ari.ARIConnectionError, ZeroDivisionError)),
            ):
                ari.connect(BASE, USER, PASSWORD)
            close.assert_called_once_with()

    def test_it_waits_for_an_asterisk_that_is_still_starting(self):
        answers = iter(
            [
                requests.ConnectionError("refused"),
                (503, "{}"),
                (404, ""),
                requests.ConnectTimeout("x"),
            ]
        )

        def listing(request):
            answer = next(answers, (200, api_doc_texts()["/api-docs/resources.json"]))
            return answer if isinstance(answer, Exception) else (answer[0], {}, answer[1])

        self.serve_api_docs()
        url = BASE + "/ari/api-docs/resources.json"
        self.mock.remove("GET", url)
        self.mock.add_callback("GET", url, callback=listing)
        pauses = []
        sleep = mock.patch("ari.transport.procedures.time.sleep", pauses.append)
        with LogRecords() as log, sleep:
            client = ari.connect(BASE, USER, PASSWORD, wait=60)
        self.addCleanup(client.close)
        self.assertEqual(log.text.count("waiting for Asterisk"), 4)
        self.assertEqual(len(pauses), 4)
        self.assertNotIn(PASSWORD, log.text)
        self.assertIn("channels", client.repositories)

    def test_it_does_not_wait_longer_than_asked(self):
        self.serve("GET", "/api-docs/resources.json", status=503, body="")
        clock = itertools.count()
        with (
            mock.patch("ari.session.startup.time.monotonic", side_effect=lambda: next(clock)),
            mock.patch("ari.transport.procedures.time.sleep") as sleep,
            self.assertRaises(ari.ARIServerUnavailable),
        ):
            ari.connect(BASE, USER, PASSWORD, wait=2.5)
        # It looks at the clock at 0, and after each attempt at 1, 2 and 3.
        self.assertEqual(len(self.mock.calls), 3)
        self.assertEqual([c.args for c in sleep.mock_calls], [(0.25,), (0.25,)])


class BundledDescriptionTest(MockedHttp):
    """An Asterisk that was packaged without its description."""

    def test_it_serves_when_the_server_has_none(self):
        for status, body in (
            (404, {"message": "Resource not found"}),
            (500, {"message": "Cannot find rest-api"}),
        ):
            self.mock.reset()
            self.serve("GET", "/api-docs/resources.json", body, status=status)
            self.serve("GET", "/asterisk/info", {"system": {"version": "22"}})
            self.serve("GET", "/channels", [])
            with LogRecords() as log:
                client = ari.connect(BASE, USER, PASSWORD)
            self.addCleanup(client.close)
            self.assertIn("serves no description; using that of Asterisk 22", log.text)
            self.assertEqual(client.channels.list(), [])
            self.assertEqual(self.sent.url, BASE + "/ari/channels")

    def test_not_for_a_server_that_is_no_asterisk(self):
        for info in (
            {"status": 404, "body": "<html>"},
            {"body": "<html>"},
            {"body": "[]"},
            {"body": "5"},
        ):
            self.mock.reset()
            self.serve("GET", "/api-docs/resources.json", status=404, body="<html>")
            self.serve("GET", "/asterisk/info", **info)
            with self.assertRaises(ari.ARIDescriptionError) as caught:
                ari.connect(BASE, USER, PASSWORD)
            self.assertIn("404 Not Found; expected a resource listing", str(caught.exception))

    def test_not_for_another_failure(self):
        self.serve("GET", "/api-docs/resources.json", {"message": "sorry"}, status=500)
        with self.assertRaises(ari.ARIServerError):
            ari.connect(BASE, USER, PASSWORD)
        self.mock.upsert("GET", BASE + "/ari/api-docs/resources.json", body="<html>")
        with self.assertRaises(ari.ARIDescriptionError):
            ari.connect(BASE, USER, PASSWORD)
        self.assertEqual(len(self.mock.calls), 2)


class FetchingTest(unittest.TestCase):
    """The declarations are fetched side by side over a few kept-alive connections."""

    def test_several_requests_are_under_way_at_once_on_at_most_four_connections(self):
        barrier = threading.Barrier(2)
        met = []

        def answer(request):
            if request.path != "/ari/api-docs/resources.json" and not met:
                barrier.wait(DEADLINE)  # only passes when two are under way
                met.append(request.path)
            return server.answer_docs(request)

        with Server() as server:
            server.answer = answer
            ari.connect(server.url, USER, PASSWORD).close()
            self.assertTrue(met)
            self.assertEqual(len(server.requests), len(api_doc_texts()))
            self.assertLessEqual(len({r.connection for r in server.requests}), 4)

    def test_one_by_one_when_the_http_client_does_not_say_that_it_may(self):
        under_way, most = [], []

        class OneByOne(SynchronousHttpClient):
            parallel_requests = 1

        def answer(request):
            under_way.append(request)
            most.append(len(under_way))
            try:
                return server.answer_docs(request)
            finally:
                under_way.remove(request)

        with Server() as server, OneByOne() as http_client:
            server.answer = answer
            ari.Client(server.url, http_client).close()
            self.assertEqual(max(most), 1)
            self.assertEqual(len({r.connection for r in server.requests}), 1)


class ClientTest(MockedAsterisk):
    def test_repr_and_dir(self):
        self.assertEqual(repr(self.client), f"Client('{BASE}')")
        self.assertIn("channels", dir(self.client))
        self.assertIn("run", dir(self.client))

    def test_an_unknown_repository_names_the_near_miss(self):
        with self.assertRaisesRegex(
            AttributeError, "no resource 'chanels'.*'channels'.*available: applications, asterisk"
        ):
            _ = self.client.chanels

    def test_it_is_a_context_manager_and_closes_twice(self):
        with self.client as client:
            self.assertIs(client, self.client)
        client.close()

    def test_it_survives_being_half_made(self):
        bare = ari.Client.__new__(ari.Client)
        with self.assertRaises(AttributeError):
            _ = bare.channels

    def test_a_description_without_events(self):
        self.mock.reset()
        self.serve("GET", "/api-docs/resources.json", tiny_listing("channels"))
        self.serve("GET", "/api-docs/channels.json", tiny_declaration(path="/channels"))
        with ari.connect(BASE, USER, PASSWORD) as client:
            self.assertEqual(client.event_models, {})
            client.on_event("Anything", print)
            with self.assertRaises(ari.ARIWaitTimeout):
                client.wait_for("Anything", timeout=0)
            with self.assertRaises(ValueError):
                client.on_channel_event("StasisStart", print)


def ready_description(*more):
    """Return the bundled description as a dict, with an empty resource of each of these names."""
    listing = api_docs("resources")
    for api in listing["apis"]:
        name = api["path"].rpartition("/")[2].removesuffix(".{format}")
        api["api_declaration"] = api_docs(name)
    for name in more:
        declaration = tiny_declaration([tiny_operation("list")], path=f"/{name}")
        listing["apis"].append({"path": f"/api-docs/{name}.json", "api_declaration": declaration})
    return listing


class ReadyDescriptionTest(MockedHttp):
    """A client whose Asterisk need not be asked what it offers."""

    def setUp(self):
        super().setUp()
        self.http_client = SynchronousHttpClient()
        self.addCleanup(self.http_client.close)

    def check(self, description):
        with self.nothing_is_sent():
            client = ari.Client(BASE + "/", self.http_client, description)
        self.addCleanup(client.close)
        self.assertEqual(client.base_url, BASE + "/")
        self.assertIs(client.swagger.http_client, self.http_client)
        self.assertIn("StasisStart", client.event_models)
        self.serve("GET", "/channels", [channel_json("c1")])
        [channel] = client.channels.list()
        self.assertEqual(self.sent.url, BASE + "/ari/channels")
        self.assertIsInstance(channel, Channel)
        self.serve("POST", "/channels/c1/mute")
        channel.mute()
        self.assertEqual(self.query, {"direction": "both"})  # as for one that was loaded
        return client

    def test_a_dict(self):
        self.check(ready_description())

    def test_the_same_dict_for_several_clients(self):
        description = ready_description()
        for _ in range(2):
            self.check(description)

    def test_a_client_of_the_swagger_layer(self):
        swagger = self.check(ready_description()).swagger
        self.assertIs(self.check(swagger).swagger, swagger)

    def test_the_address_is_checked_all_the_same(self):
        with self.nothing_is_sent(), self.assertRaisesRegex(ValueError, "looks like http://"):
            ari.Client("localhost", self.http_client, ready_description())

    def test_what_is_no_description(self):
        for wrong in ({}, {"apis": "none"}, {"apis": [{"path": 1}]}):
            with self.nothing_is_sent(), self.assertRaises(ari.ARIDescriptionError):
                ari.Client(BASE, self.http_client, wrong)


class PublicNamesTest(MockedAsterisk):
    """What a client shows is what is documented, so that no resource is hidden."""

    NAMES = (
        "base_url",
        "close",
        "event_listeners",
        "event_models",
        "exception_handler",
        "get_repo",
        "invoke",
        "on_application_deregistered",
        "on_application_registered",
        "on_bridge_event",
        "on_channel_event",
        "on_device_state_event",
        "on_endpoint_event",
        "on_event",
        "on_live_recording_event",
        "on_object_event",
        "on_playback_event",
        "on_sound_event",
        "on_stasis_event",
        "on_stored_recording_event",
        "repositories",
        "run",
        "slow_handler",
        "swagger",
        "wait_for",
        "websockets",
    )

    def test_dir_shows_these_names_and_the_repositories(self):
        shown = {name for name in dir(self.client) if not name.startswith("_")}
        self.assertEqual(shown, {*self.NAMES, *self.client.repositories})

    def test_each_is_documented(self):
        for name in self.NAMES:
            member = inspect.getattr_static(ari.Client, name, None)
            if member is None:
                self.assertIn(f":ivar {name}: ", ari.Client.__doc__)
            else:
                text = inspect.getdoc(member)
                self.assertTrue(text and text[0].isupper(), name)

    def test_the_reference_shows_all_members(self):
        reference = Path(__file__).parents[2] / "docs" / "reference.md"
        shown = reference.read_text(encoding="utf-8").partition("autoclass:: ari.Client")[2]
        options = shown.partition("..")[0]
        self.assertIn(":members:", options)
        self.assertIn(":inherited-members:", options)
        excluded = options.partition(":exclude-members:")[2].replace(",", " ").split()
        self.assertEqual(set(self.NAMES) & set(excluded), set())

    def test_a_resource_of_any_other_name_is_reachable(self):
        names = (
            "answers",
            "before_wait",
            "begin_run",
            "calls",
            "classes",
            "closed",
            "connect",
            "deregistered",
            "end_run",
            "factory",
            "ledger",
            "listeners",
            "lock",
            "lookback",
            "on_deregistered",
            "on_registered",
            "registered",
            "runs",
            "schema",
            "send",
            "session",
            "sources",
            "table",
            "transport",
            "waiting",
            "waits",
        )
        http_client = self.client.swagger.http_client
        with ari.Client(BASE, http_client, ready_description(*names)) as client:
            for name in names:
                self.serve("GET", f"/{name}", [])
                self.assertIs(getattr(client, name), client.get_repo(name))
                self.assertEqual(getattr(client, name).list(), [])
                self.assertEqual(self.sent.url, f"{BASE}/ari/{name}")
            got = []
            client.on_event("StasisStart", got.append)
            http_client.ws_connect = lambda url, params=None: StubSocket(START)
            client.run("app")
            self.assertEqual(got, [START])


class RunTest(MockedAsterisk):
    def connected_apps(self, apps):
        seen = []
        self.client.swagger.http_client.ws_connect = lambda url, params=None: (
            seen.append(params["app"]) or StubSocket()
        )
        self.client.run(apps)
        return seen[0]

    def test_applications_as_str_list_tuple_or_any_iterable(self):
        for apps in ("a,b", " a, b ", ["a", "b"], ("a", "b"), iter(["a", "b"]), {"a": 1, "b": 2}):
            self.assertEqual(self.connected_apps(apps), "a,b")
        self.assertEqual(self.connected_apps("one"), "one")

    def test_no_application_or_an_empty_name(self):
        for apps in ("", [], (), "a,", ["a", ""]):
            with self.nothing_is_sent(), self.assertRaisesRegex(ValueError, "at least one applic"):
                self.client.run(apps)

    def test_the_socket_is_in_websockets_while_it_is_open(self):
        during = []
        self.client.on_event("StasisStart", lambda _e: during.extend(self.client.websockets))
        stub = self.play_events(START)
        self.assertEqual(during, [stub])
        self.assertEqual(self.client.websockets, set())
        self.assertGreaterEqual(stub.closed, 1)

    def test_malformed_messages_are_logged_and_passed_over(self):
        got = []
        self.client.on_event("StasisStart", got.append)
        broken = {**START, "channel": "not an object"}
        with LogRecords() as log:
            self.play_events("not json", "[]", '{"no": "type"}', broken, START)
        self.assertEqual(got, [START])
        self.assertEqual(log.text.count("invalid event passed over"), 4)

    def test_an_exception_of_a_callback_goes_to_the_handler_and_the_next_one_runs(self):
        errors, got = [], []
        self.client.exception_handler = errors.append
        failure = ZeroDivisionError("on purpose")

        def fail(_event):
            raise failure

        self.client.on_event("StasisStart", fail)
        self.client.on_event("StasisStart", got.append)
        self.play_events(START)
        self.assertEqual(errors, [failure])
        self.assertEqual(got, [START])

    def test_by_default_it_is_logged_with_its_traceback(self):
        def fail(_event):
            raise ZeroDivisionError("on purpose")

        self.client.on_event("StasisStart", fail)
        with LogRecords() as log:
            self.play_events(START)
        self.assertIn("Traceback", log.text)
        self.assertIn("ZeroDivisionError: on purpose", log.text)

    def test_a_wait_that_ended_in_a_callback_is_no_fault(self):
        def fail(_event):
            raise ari.ARIObjectGone("waiting for x: hung up")

        self.client.on_event("StasisStart", fail)
        with LogRecords() as log:
            self.play_events(START)
        self.assertIn("a listener's wait ended: waiting for x", log.text)
        self.assertNotIn("Traceback", log.text)

    def test_a_handler_that_raises_ends_run(self):
        def fail(ex):
            raise ex

        def on_start(_event):
            raise KeyError("mine")

        later = []
        self.client.exception_handler = fail
        self.client.on_event("StasisStart", on_start)
        self.client.on_event("StasisEnd", later.append)
        with self.assertRaisesRegex(KeyError, "mine"):
            self.play_events(START, event("StasisEnd", channel=channel_json()))
        self.assertEqual(later, [])
        self.assertEqual(self.client.websockets, set())

    def test_refused_credentials_end_run(self):
        def refuse(url, params=None):
            raise ari.ARIUnauthorized("no")

        self.client.swagger.http_client.ws_connect = refuse
        with self.assertRaises(ari.ARIUnauthorized):
            self.client.run("app")

    def test_transport_errors_of_any_http_client_are_ours(self):
        def refuse(url, params=None):
            raise requests.ConnectionError("refused")

        self.client.swagger.http_client.ws_connect = refuse
        with self.assertRaisesRegex(ari.ARIConnectionError, "events.eventWebsocket: cannot reach"):
            self.client.run("app")

    def test_reconnecting_as_asked(self):
        class Broken(StubSocket):
            def recv(self):
                raise ConnectionResetError(104, "reset by peer")

        self.client.swagger.http_client.ws_connect = lambda url, params=None: Broken()
        with self.assertRaisesRegex(ari.ARIConnectionError, "lost: reset by peer"):
            self.client.run("app", reconnect=False)
        with LogRecords(), self.assertRaisesRegex(ari.ARIConnectionError, "reset by peer"):
            count = iter([Broken()])

            def once(url, params=None):
                socket = next(count, None)
                if socket is None:
                    raise ConnectionRefusedError(111, "refused")
                return socket

            self.client.swagger.http_client.ws_connect = once
            self.client.run("app", reconnect=False)

    def test_with_workers(self):
        names = []
        self.client.on_event(
            "StasisStart", lambda _e: names.append(threading.current_thread().name)
        )
        self.play_events(START, workers=2)
        self.assertTrue(names[0].startswith("ari-worker"), names)
        self.assertEqual(self.client.swagger.http_client._pool_size, 32)
        self.play_events(workers=40)
        self.assertEqual(self.client.swagger.http_client._pool_size, 41)

    def test_with_workers_and_an_http_client_that_knows_nothing_of_them(self):
        class Plain:
            def __init__(self, inner):
                self.request = inner.request
                self.close = inner.close

            def ws_connect(self, url, params=None):
                return StubSocket(START)

        plain = Plain(self.client.swagger.http_client)
        got = []
        with ari.Client(BASE, plain) as client:
            client.on_event("StasisStart", got.append)
            client.run("app", workers=2)
        self.assertEqual(got, [START])

    def test_running_again_after_closing(self):
        got = []
        self.client.on_event("StasisStart", got.append)
        self.client.close()
        self.play_events(START)
        self.serve("GET", "/channels", [])
        self.assertEqual(self.client.channels.list(), [])
        self.assertEqual(got, [START])

    def test_running_again_after_the_end(self):
        got = []
        self.client.on_event("StasisStart", got.append)
        self.play_events(START)
        self.play_events(START)
        self.assertEqual(len(got), 2)


class ClosingTest(MockedAsterisk):
    """D10: close() from anywhere ends run() normally and soon."""

    def blocking_stub(self):
        gone = threading.Event()
        test = self

        class Blocking(StubSocket):
            def recv(self):
                message = super().recv()
                if message is not None:
                    return message
                test.assertTrue(gone.wait(DEADLINE))
                return None

            def send_close(self):
                super().send_close()
                gone.set()

        stub = Blocking(START)
        self.client.swagger.http_client.ws_connect = lambda url, params=None: stub
        return stub

    def test_from_a_callback(self):
        stub = self.blocking_stub()
        self.client.on_event("StasisStart", lambda _event: self.client.close())
        self.client.run("app")
        self.assertGreaterEqual(stub.close_sent, 1)
        self.assertEqual(self.client.websockets, set())

    def test_from_another_thread(self):
        self.blocking_stub()
        started = threading.Event()
        self.client.on_event("StasisStart", lambda _event: started.set())
        thread = threading.Thread(target=self.client.run, args=("app",))
        thread.start()
        self.assertTrue(started.wait(DEADLINE))
        self.client.close()
        thread.join(DEADLINE)
        self.assertFalse(thread.is_alive())

    def test_from_a_signal_handler(self):
        self.blocking_stub()
        before = signal.signal(signal.SIGUSR1, lambda *_args: self.client.close())
        self.addCleanup(signal.signal, signal.SIGUSR1, before)
        self.client.on_event("StasisStart", lambda _event: signal.raise_signal(signal.SIGUSR1))
        self.client.run("app")

    def test_ctrl_c(self):
        stub = self.blocking_stub()
        self.client.on_event("StasisStart", lambda _event: signal.raise_signal(signal.SIGINT))
        with self.assertRaises(KeyboardInterrupt):
            self.client.run("app")
        self.assertGreaterEqual(stub.closed, 1)
        self.assertEqual(self.client.websockets, set())

    def test_no_thread_is_left(self):
        before = set(threading.enumerate())
        self.blocking_stub()
        self.client.on_event("StasisStart", lambda _event: self.client.close())
        self.client.run("app", workers=2)
        self.assertEqual(set(threading.enumerate()) - before, set())


class OnStasisEventTest(MockedAsterisk):
    def test_an_event_of_the_users_own_making(self):
        got = []
        self.client.on_channel_event("StasisStart", lambda channel, _event: got.append(channel.id))
        self.client.on_stasis_event(START)
        self.assertEqual(got, ["c1"])

    def test_a_field_that_holds_no_such_object(self):
        with self.assertRaisesRegex(ValueError, "its 'channel' is not a Channel"):
            self.client.on_stasis_event({**START, "channel": {"no": "id"}})

    def test_waits_are_met(self):
        self.client.on_event("StasisStart", lambda _e: None)
        self.client.on_stasis_event(event("ChannelDestroyed", channel=channel_json(), cause=16))
        self.assertTrue(self.channel().wait_for("ChannelDestroyed", timeout=0))


class ListenersArgumentsTest(MockedAsterisk):
    """A listener gets the keyword arguments of its registration, whatever their names."""

    NAMES = (
        "call",
        "callback",
        "client",
        "event",
        "fields",
        "function",
        "handler",
        "key",
        "listener",
        "obj",
        "on_error",
        "register",
        "replace",
        "subscription",
        "table",
    )

    def setUp(self):
        super().setUp()
        self.arguments = {name: number for number, name in enumerate(self.NAMES)}
        self.got = []

    def listen(self):
        """Register in every way; return in how many."""
        client, channel = self.client, self.channel()

        def listener(*args, **kwargs):
            self.got.append(kwargs)

        client.on_event("StasisStart", listener, **self.arguments)
        client.on_channel_event("StasisStart", listener, **self.arguments)
        channel.on_event("StasisStart", listener, **self.arguments)
        client.on_object_event("StasisStart", listener, Channel, "Channel", **self.arguments)
        client.on_channel_event("StasisStart", **self.arguments)(listener)
        channel.on_event("StasisStart", **self.arguments)(listener)
        client.on_object_event("StasisStart", None, Channel, "Channel", **self.arguments)(listener)
        return 7

    def fail_at_errors(self):
        def fail(ex):
            raise ex

        self.client.exception_handler = fail

    def test_events_of_run(self):
        self.fail_at_errors()
        count = self.listen()
        for workers in (0, 2):
            with self.subTest(workers=workers):
                self.got.clear()
                self.play_events(START, workers=workers)
                self.assertEqual(self.got, [self.arguments] * count)

    def test_events_of_the_users_own_making(self):
        self.fail_at_errors()
        count = self.listen()
        self.emit(START)
        self.assertEqual(self.got, [self.arguments] * count)

    def test_a_decorator_of_on_event(self):
        self.fail_at_errors()

        @self.client.on_event("StasisStart", **self.arguments)
        def listener(_happening, **kwargs):
            self.got.append(kwargs)

        self.emit(START)
        self.assertEqual(self.got, [self.arguments])

    def test_listeners_of_applications(self):
        self.fail_at_errors()
        for register in (
            self.client.on_application_registered,
            self.client.on_application_deregistered,
        ):
            register("app", lambda **kwargs: self.got.append(kwargs), **self.arguments)
        self.play_events()
        self.assertEqual(self.got, [self.arguments] * 2)


class WaitForTest(MockedAsterisk):
    def test_an_unknown_event(self):
        with self.assertRaisesRegex(ValueError, "did you mean 'StasisStart'"):
            self.client.wait_for("StasisStrat", timeout=0)

    def test_one_type_or_several(self):
        for types in ("StasisStart", ["StasisStart", "StasisEnd"], ("StasisEnd",)):
            with self.assertRaises(ari.ARIWaitTimeout):
                self.client.wait_for(types, timeout=0)

    def test_a_wait_for_nothing(self):
        with self.assertRaisesRegex(ValueError, "at least one event"):
            self.client.wait_for([], timeout=0)

    def test_a_timeout_in_the_place_of_the_predicate(self):
        for wait_for in (self.client.wait_for, self.channel().wait_for):
            with self.assertRaisesRegex(TypeError, "timeout=5"):
                wait_for("StasisStart", 5)

    def test_closing_ends_it(self):
        self.client.close()
        with self.assertRaisesRegex(ari.ARIObjectGone, "the client was closed"):
            self.client.wait_for("StasisStart")


class CallsAreNotedTest(MockedAsterisk):
    def test_subscriptions_are_noted_for_the_next_gap(self):
        self.serve("POST", "/applications/app/subscription", {"name": "app"})
        self.client.applications.subscribe("app", eventSource=[self.bridge(), "channel:c1"])
        self.assertEqual(
            dict(self.client._session.event_sources.of("app")), {"bridge:b1": 1, "channel:c1": 1}
        )

    def test_a_call_that_failed_is_not(self):
        self.serve("POST", "/applications/app/subscription", {"message": "no"}, status=404)
        with self.assertRaises(ari.ARINotFound):
            self.client.applications.subscribe("app", eventSource="bridge:b1")
        self.assertEqual(dict(self.client._session.event_sources.of("app")), {})


class OwnHttpClientTest(unittest.TestCase):
    @responses.activate
    def test_a_client_from_a_session_of_the_users_own(self):
        for path, text in api_doc_texts().items():
            responses.add("GET", f"{BASE}/ari{path}", json=json.loads(text))
        http_client = SynchronousHttpClient()
        http_client.set_api_key("ari.test", f"{USER}:{PASSWORD}")
        with ari.Client(BASE, http_client) as client:
            self.assertIs(client.swagger.http_client, http_client)
        for call in responses.calls:
            self.assertNotIn("api_key", call.request.url)
