"""Programs written for ari-py 0.1.3 run unchanged (after their syntax is converted)."""

import json
import threading
import unittest
from urllib.parse import urlsplit

import requests

import ari
from ari.swagger.http_client import SynchronousHttpClient

from .support import (
    BASE,
    DEADLINE,
    PASSWORD,
    USER,
    MockedAsterisk,
    MockedHttp,
    StubSocket,
    api_doc_texts,
    channel_json,
    event,
    make_response,
)

START = event("StasisStart", args=[], channel=channel_json("c1"))
END = event("StasisEnd", channel=channel_json("c1"))


class OldSocket:
    """A stub WebSocket with what ari-py used of one, and nothing else."""

    def __init__(self, messages):
        self._messages = list(messages)
        self.log = []

    def recv(self):
        if self._messages:
            return json.dumps(self._messages.pop(0))
        return None

    def send_close(self):
        self.log.append("send_close")

    def close(self):
        self.log.append("close")


class OldHttpClient:
    """An http client written to swaggerpy's interface: no headers, no thread-safety, no more."""

    def __init__(self, *messages):
        self.socket = OldSocket(messages)
        self.calls = []
        self.closed = False

    def close(self):
        self.closed = True

    def request(self, method, url, params=None, data=None):
        path = urlsplit(url).path.removeprefix("/ari")
        if path in api_doc_texts():
            return make_response(json.loads(api_doc_texts()[path]), url=url)
        self.calls.append((method, path, params, data))
        return make_response(status=204, url=url)

    def ws_connect(self, url, params=None):
        self.calls.append(("WS", url, params))
        return self.socket


class OldHttpClientTest(unittest.TestCase):
    def test_it_drives_run_to_a_normal_end(self):
        http_client = OldHttpClient(START, END)
        client = ari.Client("http://ari.test:8088/", http_client)
        got = []

        def on_start(channel_obj, happening):
            channel_obj.answer()
            got.append(happening["type"])

        client.on_channel_event("StasisStart", on_start)
        client.on_channel_event("StasisEnd", lambda channel, happening: got.append(channel.id))
        client.run(apps="hello")
        self.assertEqual(got, ["StasisStart", "c1"])
        self.assertEqual(
            http_client.calls,
            [
                ("WS", "ws://ari.test:8088/ari/events", {"app": "hello"}),
                ("POST", "/channels/c1/answer", {}, None),
            ],
        )
        self.assertIn("close", http_client.socket.log)
        self.assertFalse(http_client.closed)
        client.close()
        self.assertTrue(http_client.closed)

    def test_closing_says_goodbye_to_the_socket(self):
        gone = threading.Event()

        class Blocking(OldSocket):
            """Like a real one: ``recv()`` comes back when the connection was closed."""

            def recv(self):
                message = super().recv()
                return message if message is not None or gone.wait(DEADLINE) else self

            def send_close(self):
                super().send_close()
                gone.set()

        http_client = OldHttpClient()
        http_client.socket = Blocking([START])
        client = ari.Client("http://ari.test:8088/", http_client)
        client.on_event("StasisStart", lambda _event: client.close())
        client.run("hello")
        self.assertEqual(http_client.socket.log, ["send_close", "close"])

    def test_running_again_on_a_new_socket(self):
        http_client = OldHttpClient(START)
        client = ari.Client("http://ari.test:8088/", http_client)
        got = []
        client.on_event("StasisStart", got.append)
        client.run("hello")
        http_client.socket = OldSocket([START])
        client.run("hello")
        self.assertEqual(len(got), 2)

    def test_a_body_needs_headers_and_says_so(self):
        # Without its content type Asterisk would pass over the body in silence.
        client = ari.Client("http://ari.test:8088/", OldHttpClient())
        with self.assertRaisesRegex(TypeError, "headers"):
            client.channels.originate(endpoint="PJSIP/a", variables={"A": "1"})

    def test_with_headers_a_body_is_sent(self):
        class WithHeaders(OldHttpClient):
            def request(self, method, url, params=None, data=None, headers=None):
                self.headers = headers
                return super().request(method, url, params, data)

        http_client = WithHeaders()
        client = ari.Client("http://ari.test:8088/", http_client)
        client.channels.originate(endpoint="PJSIP/a", variables={"A": "1"})
        [(method, path, params, data)] = http_client.calls
        self.assertEqual((method, path, params), ("POST", "/channels", {"endpoint": "PJSIP/a"}))
        self.assertEqual(json.loads(data), {"variables": {"A": "1"}})
        self.assertEqual(http_client.headers["Content-Type"], "application/json")


class OldSubclassTest(MockedHttp):
    def test_an_old_subclass_that_opens_the_websocket_its_own_way(self):
        class Mine(SynchronousHttpClient):
            def ws_connect(self, url, params=None):
                request = self.apply_authentication(requests.Request("GET", url, params=params))
                prepared = request.prepare()
                self.opened = (url, params, prepared.headers.get("Authorization"))
                return OldSocket([START])

        self.serve_api_docs()
        http_client = Mine()
        http_client.set_basic_auth("ari.test", USER, PASSWORD)
        client = ari.Client(BASE, http_client)
        self.addCleanup(client.close)
        got = []
        client.on_event("StasisStart", got.append)
        client.run(["a", "b"])
        url, params, authorization = http_client.opened
        self.assertEqual((url, params), ("ws://ari.test:8088/ari/events", {"app": "a,b"}))
        self.assertTrue(authorization.startswith("Basic "))
        self.assertEqual(got, [START])


class BothIdiomsTest(MockedAsterisk):
    """A StasisStart callback gets what both kinds of program expect, in one process."""

    def test_answering_the_channel_and_getting_it_from_a_dict(self):
        self.serve("POST", "/channels/c1/answer")
        self.serve("POST", "/channels/c1/play", {"id": "p1"})
        order = []

        def as_ari_pys_readme(channel, happening):
            channel.answer()
            channel.play(media="sound:hello-world")
            order.append((channel.id, channel.json["name"]))

        def as_asterisks_examples(channel_obj, happening):
            channel = channel_obj.get("channel")
            channel.answer()
            order.append((channel.id, channel.json.get("name")))
            self.assertTrue(isinstance(channel_obj, dict))

        def by_index(channel_obj, happening):
            order.append((channel_obj["channel"].id, list(channel_obj)))

        for callback in (as_ari_pys_readme, as_asterisks_examples, by_index):
            self.client.on_channel_event("StasisStart", callback)
        self.client.exception_handler = self.fail
        self.play_events(START)
        self.assertEqual(
            order, [("c1", "PJSIP/alice-c1"), ("c1", "PJSIP/alice-c1"), ("c1", ["channel"])]
        )


class CallbacksTest(MockedAsterisk):
    """The ways of ari-py to register and to let go."""

    def test_extra_arguments(self):
        got = []

        def callback(*args, **kwargs):
            got.append((args[1:], kwargs))

        channel = self.channel("c1")
        self.client.on_event("StasisEnd", callback, 1, a=2)
        self.client.on_channel_event("StasisEnd", callback, 3, b=4)
        channel.on_event("StasisEnd", callback, 5, c=6)
        self.play_events(END)
        self.assertEqual(got, [((1,), {"a": 2}), ((END, 3), {"b": 4}), ((END, 5), {"c": 6})])

    def test_an_event_that_no_declaration_knows(self):
        got = []
        self.client.on_event("ev", got.append)
        self.play_events({"type": "ev", "data": 1}, {"type": "other"}, {"type": "ev", "data": 2})
        self.assertEqual([happening["data"] for happening in got], [1, 2])

    def test_unsubscribing(self):
        got = []
        self.client.on_event("ev", lambda _event: got.append("stays"))
        subscription = self.client.on_event("ev", lambda _event: got.append("goes"))
        subscription.close()
        self.play_events({"type": "ev"})
        self.assertEqual(got, ["stays"])

    def test_unsubscribing_from_inside(self):
        got = []

        def only_once(_event):
            got.append("once")
            self.once.close()

        self.once = self.client.on_event("ev", only_once)
        self.client.on_event("ev", lambda _event: got.append("each"))
        self.play_events({"type": "ev"}, {"type": "ev"})
        self.assertEqual(got, ["once", "each", "each"])

    def test_the_callback_of_an_object(self):
        got = []
        playback = ari.model.Playback(self.client, {"id": "p1"})

        def on_finished(playback_obj, happening):
            got.append(playback_obj.id)
            subscription.close()

        subscription = playback.on_event("PlaybackFinished", on_finished)
        self.play_events(
            event("PlaybackFinished", playback={"id": "other"}),
            event("PlaybackFinished", playback={"id": "p1"}),
        )
        self.assertEqual(got, ["p1"])

    def test_a_handler_of_exceptions_that_raises_ends_run(self):
        def fail(_event):
            raise LookupError("on purpose")

        def raise_it(ex):
            raise ex

        self.client.exception_handler = raise_it
        self.client.on_event("ev", fail)
        with self.assertRaisesRegex(LookupError, "on purpose"):
            self.play_events({"type": "ev"}, {"type": "ev"})

    def test_what_cannot_be_listened_to(self):
        def register(event_type, model_id):
            self.client.on_object_event(event_type, print, ari.model.Channel, model_id)

        for event_type, model_id in (("ev", "Channel"), ("StasisStart", "Bridge"), ("", "Channel")):
            with self.assertRaises(ValueError):
                register(event_type, model_id)
        mailbox = ari.model.Mailbox(self.client, {"name": "m"})
        with self.assertRaises(RuntimeError):
            mailbox.on_event("ev", print)

    def test_the_ways_to_name_applications(self):
        for apps in ("a,b", ["a", "b"], ("a", "b")):
            seen = []
            self.client.swagger.http_client.ws_connect = lambda url, params=None, seen=seen: (
                seen.append(params) or StubSocket()
            )
            self.client.run(apps)
            self.assertEqual(seen, [{"app": "a,b"}])

    def test_messages_that_are_no_events(self):
        got = []
        self.client.on_event("ev", got.append)
        self.play_events("[]", '"text"', '{"no": "type"}', {"type": "ev"})
        self.assertEqual(got, [{"type": "ev"}])


class ErrorsTest(MockedAsterisk):
    def test_a_missing_object_is_a_requests_error(self):
        self.serve("GET", "/bridges/b1", {"message": "Bridge not found"}, status=404)
        try:
            self.client.bridges.get(bridgeId="b1")
        except requests.exceptions.HTTPError as ex:
            self.assertEqual(ex.response.status_code, requests.codes.not_found)
        else:
            self.fail("no error")

    def test_the_idiom_for_a_hangup_that_comes_too_late(self):
        self.serve("DELETE", "/channels/c1", {"message": "Channel not found"}, status=404)

        def safe_hangup(channel):
            try:
                channel.hangup()
            except requests.HTTPError as ex:
                if ex.response.status_code != requests.codes.not_found:
                    raise

        safe_hangup(self.channel("c1"))

    def test_finding_a_bridge_by_its_type(self):
        self.serve(
            "GET",
            "/bridges",
            [{"id": "b1", "bridge_type": "mixing"}, {"id": "b2", "bridge_type": "holding"}],
        )
        bridges = [b for b in self.client.bridges.list() if b.json["bridge_type"] == "holding"]
        self.assertEqual([b.id for b in bridges], ["b2"])

    def test_a_bare_dict_of_ari_py_still_reads_as_one(self):
        # Sounds and applications had no class in ari-py and came as dicts.
        self.serve("GET", "/sounds", [{"id": "beep", "text": "a beep", "formats": []}])
        self.serve("GET", "/applications", [{"name": "app", "channel_ids": ["c1"]}])
        [sound] = self.client.sounds.list()
        [application] = self.client.applications.list()
        self.assertEqual((sound["id"], sound["text"]), ("beep", "a beep"))
        self.assertIn("formats", sound)
        self.assertEqual(application["channel_ids"], ["c1"])
        self.assertEqual({key: sound[key] for key in sound}, sound.json)
