"""HTTP as a transport: any http client of swaggerpy's interface, wrapped once."""

import copy
import json
import pickle
import unittest

import requests
import websocket

import ari
from ari.model import promote
from ari.swagger.client import SwaggerClient
from ari.swagger.http_client import SynchronousHttpClient
from ari.transport.base import Request
from ari.transport.http import HttpTransport

from ..support import BASE, LogRecords, api_docs, make_response, tiny_declaration, tiny_operation

GET = Request("GET", "http://u:pw@a.test/ari/things", {"x": "1"}, operation="things.list")
POST = Request("POST", "http://a.test/ari/things", {}, '{"a": 1}', operation="things.make")
EVENTS = Request("GET", "http://a.test/ari/events", {"app": "a"}, None, "events.open", True)


class Plain:
    """An http client that knows no more than it must, and keeps what it was called with.

    :param answer: what it returns, or raises.
    """

    def __init__(self, answer=None):
        self.answer = answer
        self.calls = []
        self.closed = 0

    def request(self, method, url, **options):
        self.calls.append((method, url, options))
        return self.respond()

    def ws_connect(self, url, params):
        self.calls.append(("WS", url, params))
        return self.respond()

    def close(self):
        self.closed += 1

    def respond(self):
        if isinstance(self.answer, BaseException):
            raise self.answer
        return self.answer


class Answer:
    """A response that knows no more than its status and its JSON."""

    def __init__(self, body, status=200):
        self.body = body
        self.status_code = status

    def json(self):
        if self.body is None:
            raise ValueError("no JSON")
        return self.body


class SendingTest(unittest.TestCase):
    def test_a_request_without_a_body_has_neither_data_nor_headers(self):
        client = Plain()
        HttpTransport(client).send(GET)
        self.assertEqual(client.calls, [("GET", GET.url, {"params": {"x": "1"}})])

    def test_a_body_is_json(self):
        client = Plain()
        HttpTransport(client).send(POST)
        [(method, url, options)] = client.calls
        self.assertEqual((method, url), ("POST", POST.url))
        self.assertEqual(options["params"], {})
        self.assertEqual(options["data"], '{"a": 1}')
        self.assertEqual(options["headers"]["Content-Type"], "application/json")

    def test_headers_that_a_client_changes_are_not_those_of_the_next_request(self):
        client = Plain()
        HttpTransport(client).send(POST)
        before = dict(client.calls[0][2]["headers"])
        client.calls[0][2]["headers"]["Authorization"] = "secret"
        HttpTransport(client).send(POST)
        self.assertEqual(client.calls[1][2]["headers"], before)

    def test_the_clients_own_answer_is_handed_on_whatever_it_is(self):
        for answer in (Answer({}), make_response({}, 404), "text", None):
            self.assertIs(HttpTransport(Plain(answer)).send(GET), answer)

    def test_a_broken_transport_is_an_error_of_ours_with_operation_and_address(self):
        for raised, cls in (
            (requests.ConnectionError("x"), ari.ARIConnectionError),
            (requests.ReadTimeout("x"), ari.ARITimeout),
            (requests.ConnectTimeout("x"), ari.ARIConnectTimeout),
        ):
            with self.subTest(raised=raised), self.assertRaises(cls) as caught:
                HttpTransport(Plain(raised)).send(GET)
            self.assertIs(type(caught.exception), cls)
            self.assertIsNot(caught.exception.__cause__, raised)
            self.assertIsNone(caught.exception.__context__)
            self.assertIn("things.list: ", str(caught.exception))
            self.assertIn("http://a.test/ari/things", str(caught.exception))
            self.assertNotIn("pw", str(caught.exception))

    def test_errors_of_ours_and_of_the_clients_own_pass(self):
        for raised in (ari.ARIConnectTimeout("x"), KeyError("x"), KeyboardInterrupt()):
            with self.assertRaises(type(raised)) as caught:
                HttpTransport(Plain(raised)).send(GET)
            self.assertIs(caught.exception, raised)

    def test_a_request_is_logged_without_its_query(self):
        with LogRecords() as log:
            HttpTransport(Plain()).send(Request("GET", "http://a.test/x", {"q": "pw"}, None, "op"))
        self.assertIn("DEBUG op: GET http://a.test/x", log.text)
        self.assertNotIn("pw", log.text)


class WebSocketTest(unittest.TestCase):
    def test_the_address_is_that_of_a_websocket(self):
        for address, opened in (
            ("http://a.test/ari/events", "ws://a.test/ari/events"),
            ("https://a.test/ari/events", "wss://a.test/ari/events"),
        ):
            client = Plain("socket")
            request = Request("GET", address, {"app": "a"}, None, "events.open", True)
            self.assertEqual(HttpTransport(client).open_websocket(request), "socket")
            self.assertEqual(client.calls, [("WS", opened, {"app": "a"})])

    def test_one_that_cannot_be_opened_is_an_error_of_ours(self):
        for raised in (
            requests.ConnectionError("refused"),
            websocket.WebSocketException("refused"),
        ):
            with self.assertRaisesRegex(
                ari.ARIConnectionError, "events.open: cannot reach http://a.test/ari/events: refu"
            ):
                HttpTransport(Plain(raised)).open_websocket(EVENTS)

    def test_errors_of_ours_pass(self):
        raised = ari.ARIUnauthorized("who?")
        with self.assertRaises(ari.ARIUnauthorized) as caught:
            HttpTransport(Plain(raised)).open_websocket(EVENTS)
        self.assertIs(caught.exception, raised)


class WhatAClientLacksTest(unittest.TestCase):
    def test_one_request_at_once_unless_it_says_more(self):
        self.assertEqual(HttpTransport(Plain()).requests_at_once, 1)
        with SynchronousHttpClient() as client:
            self.assertEqual(HttpTransport(client).requests_at_once, client.parallel_requests)

    def test_connections_are_reserved_if_it_can(self):
        HttpTransport(Plain()).reserve(100)
        with SynchronousHttpClient() as client:
            HttpTransport(client).reserve(100)
            self.assertEqual(client._pool_size, 100)

    def test_whose_requests_they_are_if_it_knows(self):
        self.assertIsNone(HttpTransport(Plain()).user_for("http://a.test/"))
        with SynchronousHttpClient() as client:
            client.set_basic_auth("a.test", "joe", "pw")
            self.assertEqual(HttpTransport(client).user_for("http://a.test/x"), "joe")
            self.assertIsNone(HttpTransport(client).user_for("http://b.test/x"))

    def test_closing(self):
        client = Plain()
        transport = HttpTransport(client)
        transport.close()
        transport.close()
        self.assertEqual(client.closed, 2)

    def test_another_client_may_take_its_place(self):
        transport = HttpTransport(Plain("one"))
        transport.http_client = Plain("two")
        self.assertEqual(transport.send(GET), "two")


class Served(Plain):
    """A client that serves the bundled description, in responses of its own making."""

    def request(self, method, url, **options):
        if "/api-docs/" in url:
            return Answer(api_docs(url.rpartition("/")[2].removesuffix(".json")))
        return super().request(method, url, **options)


class ResponsesOfAnotherMakeTest(unittest.TestCase):
    """Responses that know no more than their status and their JSON do everywhere."""

    def client(self, answer):
        client = ari.Client(BASE, Served(answer))
        self.addCleanup(client.close)
        return client

    def test_a_result_is_made_of_one(self):
        client = self.client(Answer([{"id": "c1"}]))
        self.assertEqual([channel.id for channel in client.channels.list()], ["c1"])
        client = self.client(Answer(None, 204))
        self.assertIsNone(client.channels.hangup("c1"))

    def test_one_without_json_is_an_error_of_ours(self):
        with self.assertRaisesRegex(ari.ARIHTTPError, "channels.list: 200 .*not JSON"):
            self.client(Answer(None)).channels.list()

    def test_an_error_holds_the_very_response_and_can_be_pickled(self):
        answer = Answer({"message": "gone"}, 404)
        with self.assertRaises(ari.ARINotFound) as caught:
            self.client(answer).channels.get("c1")
        self.assertIs(caught.exception.response, answer)
        copied = pickle.loads(pickle.dumps(caught.exception))
        self.assertEqual(copied.response.status_code, 404)
        self.assertEqual(copy.copy(caught.exception.response).status_code, 404)

    def test_an_operation_of_the_swagger_layer_returns_the_very_response(self):
        listing = {
            "apis": [
                {
                    "path": "/api-docs/things.json",
                    "api_declaration": tiny_declaration([tiny_operation("list")]),
                }
            ]
        }
        for answer in (Answer({}), "text", None):
            swagger = SwaggerClient(json.loads(json.dumps(listing)), Plain(answer))
            self.assertIs(swagger.things.list(), answer)

    def test_promote_takes_one(self):
        made = promote(self.client(None), Answer({"id": "c1"}), {"responseClass": "Channel"})
        self.assertEqual(made.id, "c1")
