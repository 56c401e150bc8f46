"""Resources and operations of any Swagger description."""

import copy
import inspect
import json
import unittest

from ari.swagger import SwaggerClient
from ari.swagger.http_client import SynchronousHttpClient

from ..support import (
    MockedHttp,
    make_response,
    tiny_declaration,
    tiny_listing,
    tiny_operation,
    tiny_parameter,
)


def description():
    docs = tiny_listing("things", "events")
    create = tiny_operation(
        "create", "POST", parameters=[tiny_parameter("colour"), tiny_parameter("parts", "body")]
    )
    docs["apis"][0]["api_declaration"] = tiny_declaration(
        [tiny_operation("list", summary="List all things"), create]
    )
    stream = tiny_operation(
        "stream", upgrade="websocket", parameters=[tiny_parameter("app", many=True, required=True)]
    )
    docs["apis"][1]["api_declaration"] = tiny_declaration([stream], path="/events")
    return docs


class Http:
    def __init__(self):
        self.calls = []
        self.closed = False

    def request(self, method, url, params=None, data=None, headers=None):
        self.calls.append((method, url, params, data, headers))
        return make_response({"ok": True})

    def ws_connect(self, url, params=None):
        self.calls.append(("WS", url, params))
        return "the socket"

    def close(self):
        self.closed = True


class SwaggerClientTest(unittest.TestCase):
    def setUp(self):
        self.http = Http()
        self.client = SwaggerClient(description(), self.http, base_url="https://h.test/ari/")

    def test_an_operation_returns_the_raw_response(self):
        self.assertEqual(self.client.things.list().json(), {"ok": True})
        self.assertEqual(self.http.calls, [("GET", "https://h.test/ari/things", {}, None, None)])

    def test_a_body_is_sent_as_json(self):
        self.client.things.create(colour="red", parts={"a": 1})
        method, url, params, data, headers = self.http.calls[0]
        self.assertEqual(
            (method, url, params), ("POST", "https://h.test/ari/things", {"colour": "red"})
        )
        self.assertEqual(json.loads(data), {"parts": {"a": 1}})
        self.assertEqual(headers["Content-Type"], "application/json")

    def test_https_gives_wss(self):
        self.assertEqual(self.client.events.stream(app=["a", "b"]), "the socket")
        self.assertEqual(self.http.calls, [("WS", "wss://h.test/ari/events", {"app": "a,b"})])

    def test_http_gives_ws(self):
        client = SwaggerClient(description(), self.http)
        client.events.stream(app="a")
        self.assertEqual(self.http.calls[0][1], "ws://nowhere.test/ari/events")

    def test_a_wrong_argument_sends_nothing(self):
        with self.assertRaises(TypeError):
            self.client.things.list(nonsense=1)
        self.assertEqual(self.http.calls, [])

    def test_an_operation_is_described(self):
        operation = self.client.things.list
        self.assertEqual(operation.__name__, "list")
        self.assertEqual(operation.__doc__, "List all things")
        self.assertEqual(operation.model.name, "things.list")
        self.assertEqual(operation.uri, "https://h.test/ari/things")
        self.assertEqual(repr(operation), "Operation(things.list)")
        self.assertEqual(
            list(inspect.signature(self.client.things.create).parameters), ["colour", "parts"]
        )

    def test_resources_and_operations_by_name(self):
        things = self.client.get_resource("things")
        self.assertIs(things, self.client.things)
        self.assertIsNone(self.client.get_resource("thongs"))
        self.assertIs(things.get_operation("list"), things.list)
        self.assertEqual(things.get_name(), "things")
        self.assertIn("things", self.client.resources)
        self.assertIn("list", things.operations)

    def test_an_unknown_resource_names_the_near_miss(self):
        with self.assertRaisesRegex(
            AttributeError, r"no resource 'thing'.*did you mean 'things'.*available: events, things"
        ):
            _ = self.client.thing

    def test_an_unknown_operation_names_the_near_miss(self):
        with self.assertRaisesRegex(
            AttributeError,
            r"'things' has no operation 'lst'.*did you mean 'list'.*available: create, list",
        ):
            _ = self.client.things.lst

    def test_dir_and_repr(self):
        self.assertIn("things", dir(self.client))
        self.assertIn("list", dir(self.client.things))
        self.assertEqual(repr(self.client.things), "Resource(things)")
        self.assertIn("http://nowhere.test/ari", repr(self.client))

    def test_copies_do_not_recurse(self):
        self.assertEqual(copy.copy(self.client.things).name, "things")
        self.assertEqual(list(copy.copy(self.client).resources), ["things", "events"])

    def test_close_closes_the_http_client(self):
        self.client.close()
        self.assertTrue(self.http.closed)


class OwnHttpClientTest(MockedHttp):
    def test_without_an_http_client_it_has_its_own(self):
        self.serve("GET", "/api-docs/resources.json", tiny_listing("things"))
        self.serve("GET", "/api-docs/things.json", tiny_declaration([tiny_operation()]))
        client = SwaggerClient("http://ari.test:8088/ari/api-docs/resources.json")
        self.addCleanup(client.close)
        self.assertIsInstance(client.http_client, SynchronousHttpClient)
        self.assertEqual(repr(client), "SwaggerClient(http://ari.test:8088/ari)")
        self.serve("GET", "/things", ["a"])
        self.assertEqual(client.things.list().json(), ["a"])
