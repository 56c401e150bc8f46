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

    def test_nothing_is_kept_after_the_handler(self):
        self.handle(lambda channel, _event: self.client.bridges.create(), workers=0)
        self.assertEqual(self.client._session.waits._trails, {})

    def test_nothing_is_kept_of_a_request_that_failed(self):
        self.serve("POST", "/channels/c1/play", {"message": "no"}, status=409)
        with self.assertRaises(ari.ARINotInStasis):
            self.channel().play(media="sound:a")
        self.assertEqual(list(self.client._session.waits._trails), [("Channel", "c1")])


class EndedTest(MockedAsterisk):
    """What the reading thread tells a handler that looks now and then."""

    def test_a_channel_that_leaves_or_ends_has_ended(self):
        for last in (
            event("StasisEnd", channel=channel_json("c1")),
            event("ChannelDestroyed", channel=channel_json("c1"), cause=16, cause_txt="x"),
        ):
            self.emit(START)
            channel = self.channel()
            self.assertFalse(channel.ended)
            self.emit(last)
            self.assertTrue(channel.ended)
            self.emit(START)
            self.assertFalse(channel.ended)

    def test_a_handler_that_has_asked_is_told_however_late_it_asks_again(self):
        self.emit(START)
        channel = self.channel()
        self.assertFalse(channel.ended)
        self.emit(event("StasisEnd", channel=channel_json("c1")))
        for number in range(4000):
            self.emit(event("StasisEnd", channel=channel_json(f"other-{number}")))
        self.assertFalse(self.client._session.waits.has_ended(("Channel", "c1")))
        self.assertTrue(channel.ended)

    def test_other_objects_end_as_well(self):
        playback = ari.model.Playback(self.client, {"id": "p1", "target_uri": "channel:c1"})
        self.assertFalse(playback.ended)
        self.emit(event("PlaybackFinished", playback={**playback.json, "state": "done"}))
        self.assertTrue(playback.ended)
        with self.assertRaisesRegex(RuntimeError, "no events"):
            _ = ari.model.Mailbox(self.client, {"name": "m"}).ended

    def test_a_loop_of_a_handler_ends_with_its_call(self):
        turns = []

        def handler(channel, _event):
            while not channel.ended:
                pass
            turns.append("over")

        self.client.on_channel_event("StasisStart", handler)
        self.play_events(START, event("StasisEnd", channel=channel_json("c1")))
        self.assertEqual(turns, ["over"])


class PresenceTest(MockedAsterisk):
    """Waits on what Asterisk does not tell of."""

    def setUp(self):
        super().setUp()
        patch = mock.patch("ari.session.waiting.PAUSES", (0.0,))
        patch.start()
        self.addCleanup(patch.stop)
        patch = mock.patch("ari.session.presence.GRACE", 0.0)
        patch.start()
        self.addCleanup(patch.stop)

    def test_a_channel_that_is_gone_ends_the_wait(self):
        self.serve("GET", "/channels/c1", {"message": "Channel not found"}, status=404)
        for awaited in ("ChannelDestroyed", "ChannelHold", ["StasisStart", "StasisEnd"]):
            with self.assertRaisesRegex(ari.ARIObjectGone, "no longer exists"):
                self.channel().wait_for(awaited)
            self.client._session.waits.renew(("Channel", "c1"))

    def test_a_playback_that_asterisk_forgot_is_over(self):
        self.serve("GET", "/playbacks/p1", {"message": "not found"}, status=404)
        playback = ari.model.Playback(self.client, {"id": "p1", "target_uri": "channel:c1"})
        with self.assertRaises(ari.ARIObjectGone):
            playback.wait()

    def test_a_channel_inside_is_not_asked_about_until_it_leaves(self):
        self.emit(START)
        looks = []

        def look(duration):
            looks.append(duration)
            if len(looks) == 3:
                self.emit(event("StasisEnd", channel=channel_json("c1")))

        waiter = self.client._session.open_wait(["ChannelDestroyed"], [("Channel", "c1")])
        waiter.close()
        self.serve("GET", "/channels/c1", {"message": "Channel not found"}, status=404)
        with (
            mock.patch.object(type(waiter), "get", self.getting(look)),
            self.assertRaises(ari.ARIObjectGone),
        ):
            self.channel().wait_for("ChannelDestroyed")
        asked = [c.request.url for c in self.mock.calls if c.request.url.endswith("/c1")]
        self.assertEqual(len(asked), 1)

    @staticmethod
    def getting(look):
        """Return a ``get`` that never waits."""

        def get(waiter, deadline):
            found = waiter.take(deadline)
            if found is None:
                look(deadline)
                raise ari.ARIWaitTimeout("nothing")
            return found

        return get

    def test_a_server_that_cannot_tell_ends_nothing(self):
        self.serve("GET", "/channels/c1", {"message": "x"}, status=500)
        with self.assertRaises(ari.ARIWaitTimeout):
            self.channel().wait_for("ChannelHold", timeout=0.05)
        asked = [c for c in self.mock.calls if c.request.url.endswith("/channels/c1")]
        self.assertTrue(asked)
