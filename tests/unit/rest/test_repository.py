"""Repositories: the operations of one resource, and those that are not for callers."""

import copy
import pydoc

import ari
from ari.rest.repository import Repository

from ..support import MockedAsterisk, StubSocket


class OperationsTest(MockedAsterisk):
    def test_every_operation_of_its_resource_is_a_method(self):
        for name, repository in self.client.repositories.items():
            resource = self.client.swagger.get_resource(name)
            self.assertIs(repository.api, resource)
            self.assertEqual(repr(repository), f"Repository({name})")
            for nickname, operation in resource.operations.items():
                if not operation.model.is_websocket:
                    method = getattr(repository, nickname)
                    self.assertEqual(method.__name__, nickname)
                    self.assertEqual(method.__self__, repository)
                    self.assertIn(nickname, dir(repository))

    def test_it_is_a_repository_still(self):
        channels = self.client.channels
        self.assertIsInstance(channels, Repository)
        self.assertIsInstance(channels, ari.model.Repository)
        self.assertEqual(type(channels).__name__, "Repository")
        self.assertIsNot(type(channels), type(self.client.bridges))

    def test_each_clients_are_its_own(self):
        other = ari.connect(self.client.base_url, "u", "p")
        self.addCleanup(other.close)
        self.assertIs(other.channels.client, other)
        self.assertIsNot(type(other.channels), type(self.client.channels))

    def test_an_unknown_operation_names_the_near_miss(self):
        with (
            self.nothing_is_sent(),
            self.assertRaisesRegex(
                AttributeError,
                "'channels' has no operation 'orginate'.*'originate'.*available: answer, ",
            ),
        ):
            _ = self.client.channels.orginate

    def test_a_program_may_put_its_own_in_place(self):
        self.client.channels.list = lambda: "mine"
        self.assertEqual(self.client.channels.list(), "mine")
        del self.client.channels.list
        self.serve("GET", "/channels", [])
        self.assertEqual(self.client.channels.list(), [])

    def test_it_can_be_copied_and_survives_being_half_made(self):
        self.serve("GET", "/channels", [])
        self.assertEqual(copy.copy(self.client.channels).list(), [])
        with self.assertRaises(AttributeError):
            _ = Repository.__new__(Repository).list


class WebSocketTest(MockedAsterisk):
    """An operation that opens a WebSocket is not offered: nobody would read it."""

    def test_it_is_neither_shown_nor_explained(self):
        self.assertNotIn("eventWebsocket", dir(self.client.events))
        text = pydoc.render_doc(self.client.events, renderer=pydoc.plaintext)
        self.assertNotIn("eventWebsocket", text)
        self.assertIn("userEvent", text)
        self.assertFalse(hasattr(self.client.events, "eventWebsocket"))

    def test_whoever_asks_for_it_is_told_what_to_call_and_nothing_is_sent(self):
        opened = []
        self.client.swagger.http_client.ws_connect = lambda *args, **kwargs: opened.append(args)
        with (
            self.nothing_is_sent(),
            self.assertRaisesRegex(
                AttributeError,
                r"^events\.eventWebsocket\(\) would open a WebSocket.*client\.run\(apps\)",
            ),
        ):
            self.client.events.eventWebsocket(app="app")
        self.assertEqual(opened, [])

    def test_in_the_swagger_layer_it_works(self):
        stub, opened = StubSocket(), []
        self.client.swagger.http_client.ws_connect = lambda url, params=None: (
            opened.append((url, params)) or stub
        )
        self.assertIs(self.client.swagger.events.eventWebsocket(app=["a", "b"]), stub)
        self.assertEqual(opened, [("ws://ari.test:8088/ari/events", {"app": "a,b"})])
        self.assertIn("eventWebsocket", dir(self.client.swagger.events))
