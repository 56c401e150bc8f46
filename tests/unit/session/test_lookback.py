"""What the client draws from its own calls, in a handler that runs on a worker."""

import dataclasses
from unittest import mock

import ari

from ..support import MockedAsterisk, channel_json, event

START = event("StasisStart", args=[], channel=channel_json("c1"))


class CallsOfAWorkerTest(MockedAsterisk):
    def setUp(self):
        super().setUp()
        self.errors = []
        self.client.exception_handler = self.errors.append
        self.serve("POST", "/bridges", {"id": "b1"})
        self.serve("POST", "/bridges/b1", {"id": "b1"})

    def handle(self, handler, **options):
        self.client.on_channel_event("StasisStart", handler)
        self.play_events(START, **options)
        self.assertEqual(self.errors, [])

    def test_what_it_makes_gets_an_id_before_the_call(self):
        self.handle(lambda _channel, _event: self.client.bridges.create(type="mixing"), workers=1)
        self.assertRegex(self.query["bridgeId"], r"^[0-9a-f-]{36}$")
        self.assertEqual(self.query["type"], "mixing")

    def test_an_id_of_the_users_own_stays(self):
        def handler(_channel, _event):
            self.client.bridges.create(bridgeId="mine")

        self.handle(handler, workers=1)
        self.assertEqual(self.query, {"bridgeId": "mine"})

    def test_an_id_in_the_path_stays(self):
        def handler(_channel, _event):
            self.client.bridges.createWithId("b1")

        self.handle(handler, workers=1)
        self.assertTrue(self.sent.url.endswith("/bridges/b1"))

    def test_without_workers_the_server_makes_the_id(self):
        self.handle(lambda _channel, _event: self.client.bridges.create())
        self.assertEqual(self.query, {})

    def test_a_declaration_without_such_a_parameter_is_left_alone(self):
        create = self.client.swagger.bridges.create.model
        others = tuple(p for p in create.parameters if p.name != "bridgeId")
        older = dataclasses.replace(create, parameters=others)
        self.handle(lambda _channel, _event: self.client.invoke(older, (), {}), workers=1)
        self.assertEqual(self.query, {})

    def test_a_handler_that_waits_holds_nothing_back(self):
        waited = []

        def handler(channel, _event):
            self.client.bridges.create()
            try:
                channel.wait_for("ChannelDtmfReceived", timeout=0)
            except (ari.ARIWaitTimeout, ari.ARIObjectGone) as ex:
                waited.append(ex)

        self.handle(handler, workers=1)
        self.assertEqual(len(waited), 1)

    def test_requests_are_remembered_of_so_many_objects_only(self):
        lookback = self.client._session.lookback
        with mock.patch("ari.session.lookback._REMEMBERED", 5):
            for number in range(20):
                lookback.start_at([("Channel", str(number))], 1)
        self.assertEqual(
            lookback.since([("Channel", str(number)) for number in range(20)]),
            {("Channel", str(number)): 1 for number in range(15, 20)},
        )
