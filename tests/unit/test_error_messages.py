"""What users get wrong, and what they are told: the error, its words, and never a password."""

import base64
import json
import pickle
import socket
import threading
import time
import traceback
import unittest
from unittest import mock

import requests

import ari
from ari.swagger.http_client import SynchronousHttpClient

from .support import (
    DEADLINE,
    LogRecords,
    MockedAsterisk,
    Server,
    api_doc_texts,
    event,
    free_port,
)

USER = "asterisk"
PASSWORD = "hush-hush-пароль"
SECRETS = (PASSWORD, base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode())


class NoSecretTest(unittest.TestCase):
    """Nothing that is raised, logged or sent in a URL has the password in it."""

    def fails(self, expected, call):
        """Return the text of the error that a call raises; nothing secret is in any form of it."""
        with LogRecords() as log, self.assertRaises(expected) as caught:
            call()
        error = caught.exception
        forms = [str(error), repr(error), log.text, repr(vars(error)), repr(error.args)]
        forms += traceback.format_exception(error)  # with every cause
        forms.append(str(pickle.loads(pickle.dumps(error))))
        for form in forms:
            for secret in SECRETS:
                self.assertNotIn(secret, form)
        self.assert_no_secret_in(getattr(error, "request", None))
        self.assert_no_secret_in(getattr(getattr(error, "response", None), "request", None))
        return str(error)

    def assert_no_secret_in(self, request):
        if isinstance(request, requests.PreparedRequest):
            self.assertNotIn("Authorization", request.headers)
            for secret in SECRETS:
                self.assertNotIn(secret, request.url)

    def clients(self, url, **options):
        """Yield what connects with a user name and password, and what with Asterisk's api key."""
        yield lambda: ari.connect(url, USER, PASSWORD, **options)

        def by_key():
            with SynchronousHttpClient(**options) as http_client:
                http_client.set_api_key("localhost", f"{USER}:{PASSWORD}")
                return ari.Client(url, http_client)

        yield by_key

    def test_a_wrong_password(self):
        with Server(user=(USER, "another")) as server:
            first, second = [
                self.fails(ari.ARIUnauthorized, connect) for connect in self.clients(server.url)
            ]
            for text in (first, second):
                self.assertIn(f"user '{USER}' at localhost:{server.port}", text)
                self.assertIn("Authentication required", text)
            for request in server.requests:
                self.assertEqual(request.headers["Authorization"], f"Basic {SECRETS[1]}")
                self.assertEqual(request.query, {})

    def test_nothing_listens(self):
        url = f"http://localhost:{free_port()}"
        for connect in self.clients(url):
            began = time.monotonic()
            text = self.fails(ari.ARIConnectionError, connect)
            self.assertLess(time.monotonic() - began, 5)
            self.assertIn(f"cannot reach {url}", text)
            self.assertIn("Connection refused", text)

    def test_an_unknown_host(self):
        def connect():
            with mock.patch(
                "socket.getaddrinfo", side_effect=socket.gaierror(-2, "Name or service not known")
            ):
                ari.connect("http://no-such-host.test:8088", USER, PASSWORD)

        text = self.fails(ari.ARIConnectionError, connect)
        self.assertIn("http://no-such-host.test:8088", text)
        self.assertIn("Name or service not known", text)

    def test_no_connection_in_time(self):
        def connect():
            with mock.patch("socket.socket.connect", side_effect=TimeoutError("timed out")):
                ari.connect("http://127.0.0.1:8088", USER, PASSWORD, timeout=(0.5, 60))

        text = self.fails(ari.ARIConnectTimeout, connect)
        self.assertIn("no connection to http://127.0.0.1:8088", text)

    def test_no_answer_in_time(self):
        release = threading.Event()
        self.addCleanup(release.set)

        def answer(request):
            release.wait(DEADLINE)

        with Server(answer) as server:
            for connect in self.clients(server.url, timeout=(5, 0.05)):
                text = self.fails(ari.ARITimeout, connect)
                self.assertIn(f"no answer from {server.url}", text)
            release.set()

    def test_a_web_server_that_is_no_asterisk(self):
        for answer, words in (
            ((404, b"<html>not here"), ["404 Not Found", "Is this the address of an Asterisk"]),
            ((200, b"<html>It works!"), ["in JSON", "<html>It works!"]),
            ((200, b'{"apis": ['), ["in JSON"]),
            ((200, []), ["a JSON object, got a list"]),
            ((200, {}), ["'apis', a list, got nothing"]),
        ):
            with Server(lambda request, answer=answer: answer) as server:
                for connect in self.clients(server.url):
                    text = self.fails(ari.ARIDescriptionError, connect)
                    for word in (f"{server.url}/ari/api-docs/resources.json", *words):
                        self.assertIn(word, text)

    def test_an_answer_that_breaks_off(self):
        class Truncated(Server):
            def _handler(self):
                handler = super()._handler()
                send_header = handler.send_header

                def longer(self, name, value):
                    send_header(self, name, "99999" if name == "Content-Length" else value)
                    self.close_connection = True

                handler.send_header = longer
                return handler

        with Truncated(lambda request: (200, {})) as server:
            text = self.fails(
                ari.ARIConnectionError, lambda: ari.connect(server.url, USER, PASSWORD)
            )
        self.assertIn(f"no whole answer from {server.url}", text)

    def test_a_declaration_that_is_broken(self):
        def answer(request):
            if request.path.endswith("/bridges.json"):
                return 200, b'{"swaggerVersion": '
            return server.answer_docs(request)

        with Server() as server:
            server.answer = answer
            text = self.fails(
                ari.ARIDescriptionError, lambda: ari.connect(server.url, USER, PASSWORD)
            )
            self.assertIn(f"{server.url}/ari/api-docs/bridges.json", text)

    def connected(self, server):
        client = ari.connect(server.url, USER, PASSWORD)
        self.addCleanup(client.close)
        return client

    def test_calls_that_fail(self):
        with Server() as server:
            client = self.connected(server)
            channel = ari.model.Channel(client, {"id": "c1"})
            self.assertIn("404 Resource not found", self.fails(ari.ARINotFound, channel.answer))
            server.answer = lambda request: (401, {"message": "Authentication required"})
            self.fails(ari.ARIUnauthorized, channel.answer)
            server.answer = lambda request: None
            self.fails(ari.ARIConnectionError, channel.answer)
            for request in server.requests:
                self.assertNotIn("api_key", request.target)

    def test_an_event_stream_that_is_refused(self):
        with Server() as server:
            client = self.connected(server)
            for status, cls in (
                (401, ari.ARIUnauthorized),
                (403, ari.ARIForbidden),
                (404, ari.ARINotFound),
            ):
                server.answer = lambda request, s=status: (s, {"message": "No entry"})
                text = self.fails(cls, lambda: client.run("app"))
                self.assertIn(f"{status} No entry", text)
                self.assertIn(f"'{USER}'", text)
            [*_, last] = server.requests
            self.assertEqual(last.headers["Authorization"], f"Basic {SECRETS[1]}")
            self.assertEqual(last.query, {"app": "app"})
        self.fails(ari.ARIConnectionError, lambda: client.run("app"))

    def test_what_is_shown_of_objects(self):
        with Server() as server, LogRecords() as log:
            client = self.connected(server)
            http_client = client.swagger.http_client
            for shown in (
                client,
                client.swagger,
                http_client,
                http_client.authenticator,
                client.channels,
                client.swagger.channels.list,
                log.text,
                client.base_url,
            ):
                for secret in SECRETS:
                    self.assertNotIn(secret, repr(shown))


class WrongProgramsTest(MockedAsterisk):
    def test_unknown_operations_and_repositories(self):
        with self.nothing_is_sent():
            for wrong, hint in (
                (lambda: self.client.chanels, "did you mean 'channels'"),
                (lambda: self.client.channels.orignate, "did you mean 'originate'"),
                (lambda: self.channel().hangUp, "did you mean 'hangup'"),
                (lambda: self.client.swagger.chanels, "did you mean 'channels'"),
            ):
                with self.assertRaisesRegex(AttributeError, hint):
                    wrong()

    def test_wrong_arguments(self):
        channels, channel = self.client.channels, self.channel()
        with self.nothing_is_sent():
            for wrong, words in (
                (lambda: channels.originate(endpont="x"), "'endpont' .did you mean 'endpoint'"),
                (lambda: channels.originate(), "missing required argument: 'endpoint'"),
                (lambda: channels.originate(endpoint=None), "missing required argument"),
                (lambda: channels.get("a", channelId="b"), "multiple values for argument"),
                (lambda: channels.get("a", "b"), "takes 1 positional argument but 2 were given"),
                (lambda: channels.list("a"), "takes 0 positional arguments but 1 was given"),
                (lambda: channel.play(media="x", channelId="c2"), "gives already"),
                (
                    lambda: channel.play("sound:x"),
                    "takes 0 positional arguments.*takes: media.*only ids",
                ),
            ):
                with self.assertRaisesRegex(TypeError, words):
                    wrong()

    def test_empty_ids(self):
        with self.nothing_is_sent():
            for wrong in ("", ".", ".."):
                with self.assertRaisesRegex(ValueError, "would call another path"):
                    self.client.channels.hangup(wrong)

    def test_unknown_events(self):
        with self.assertRaisesRegex(ValueError, "did you mean 'StasisStart'.*events are: .*Dial"):
            self.client.on_channel_event("StasisStrat", print)
        with self.assertRaisesRegex(ValueError, "no fields of type 'Bridge'.*BridgeCreated"):
            self.client.on_bridge_event("StasisStart", print)
        with self.assertRaisesRegex(ValueError, "no fields of type 'Playback'.*PlaybackFinished"):
            ari.model.Playback(self.client, {"id": "p"}).on_event("StasisEnd", print)

    def test_a_stale_object(self):
        self.serve("POST", "/channels/c1/answer", {"message": "Channel not found"}, status=404)
        with self.assertRaises(requests.HTTPError) as caught:
            self.channel().answer()
        self.assertIsInstance(caught.exception, ari.ARINotFound)
        self.assertEqual(caught.exception.response.status_code, 404)
        self.assertFalse(caught.exception.response)

    def test_no_application(self):
        for none in ([], "", "a,,b", [""], None):
            with self.assertRaisesRegex(ValueError, "name at least one application"):
                self.client.run(none)

    def test_a_listener_that_cannot_be_called(self):
        channel = self.channel()
        for register in (
            lambda: self.client.on_event("StasisStart", "print"),
            lambda: self.client.on_event(print, "StasisStart"),
            lambda: self.client.on_channel_event("StasisStart", "print"),
            lambda: channel.on_event("StasisEnd", "print"),
            lambda: self.client.on_application_registered("app", None),
        ):
            with self.assertRaisesRegex(TypeError, "is not a function"):
                register()
        self.assertEqual(self.client.event_listeners, {})


class PartOfADescriptionTest(unittest.TestCase):
    """A server whose modules are not all loaded, or that knows what we do not."""

    def test_a_listed_declaration_that_is_missing(self):
        with Server() as server, LogRecords() as log:
            del server.docs["/ari/api-docs/mailboxes.json"]
            with ari.connect(server.url, USER, PASSWORD) as client:
                self.assertNotIn("mailboxes", client.repositories)
                self.assertEqual(len(client.repositories), len(api_doc_texts()) - 2)
                with self.assertRaises(AttributeError):
                    _ = client.mailboxes
            self.assertIn("mailboxes.json is listed but not there", log.text)

    def test_unknown_types_and_operations_of_a_newer_server(self):
        with Server() as server:
            document = json.loads(server.docs["/ari/api-docs/events.json"])
            document["models"]["HologramStarted"] = {
                "properties": {
                    "hologram": {"type": "Hologram", "required": True},
                    "channel": {"type": "Channel"},
                }
            }
            server.docs["/ari/api-docs/events.json"] = json.dumps(document)
            document = json.loads(server.docs["/ari/api-docs/channels.json"])
            document["apis"].append(
                {
                    "path": "/channels/{channelId}/hologram",
                    "operations": [
                        {
                            "nickname": "project",
                            "httpMethod": "POST",
                            "responseClass": "Hologram",
                            "parameters": [
                                {"name": "channelId", "paramType": "path"},
                                {"name": "size", "paramType": "query", "dataType": "Size"},
                            ],
                        }
                    ],
                }
            )
            server.docs["/ari/api-docs/channels.json"] = json.dumps(document)
            with ari.connect(server.url, USER, PASSWORD) as client:
                got = []
                client.on_channel_event("HologramStarted", lambda channel, _e: got.append(channel))
                client.on_stasis_event(event("HologramStarted", hologram={"any": 1}))
                client.on_stasis_event(event("HologramStarted", channel={"id": "c1"}))
                self.assertEqual(got, [None, ari.model.Channel(client, {"id": "c1"})])
                server.answer = lambda request: (200, {"colour": "blue"})
                projected = client.channels.project("c1", size=5)
                self.assertEqual(projected, {"colour": "blue"})
                self.assertEqual(server.requests[-1].path, "/ari/channels/c1/hologram")
