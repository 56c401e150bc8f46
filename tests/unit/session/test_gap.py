"""What is made up for after a gap."""

import json
import time
from unittest import mock

import requests
import responses

import ari
from ari.connection.backoff import Backoff
from ari.exceptions import ARIObjectGone
from ari.session.event_sources import EventSources
from ari.session.gap import check_after_gap, resubscribe
from ari.session.presence import find_gone
from ari.session.run import call_here, call_listeners, take_in
from ari.transport.procedures import Pause, drive, take_step

from ..support import BASE, MockedAsterisk, channel_json, event


class Procedures(MockedAsterisk):
    def run_procedure(self, procedure):
        transport = self.client.swagger.transport
        return drive(procedure, lambda step: take_step(step, transport))

    def check(self, pauses=2, during=None, apps=()):
        """Make the checks after a gap until so many pauses have passed; return the pauses.

        :param during: what happens in a pause, by its number.
        """
        seen = []

        def perform(step):
            if not isinstance(step, Pause):
                return take_step(step, self.client.swagger.transport)
            seen.append(step.seconds)
            (during or {}).get(len(seen), lambda: None)()
            return len(seen) > pauses

        with mock.patch("ari.session.gap.RETRY", Backoff(7.0, 7.0)):
            drive(check_after_gap(self.client._session, apps), perform)
        return seen


class ResubscribeTest(Procedures):
    def setUp(self):
        super().setUp()
        self.sources = EventSources()

    def note(self, *sources):
        values = {"applicationName": "app", "eventSource": list(sources)}
        self.sources.note("applications.subscribe", values)

    def present(self, **listed):
        self.serve("GET", "/applications/app", {"name": "app", **listed})

    def resubscribe(self):
        """Subscribe again; return the sources that were subscribed to."""
        before = len(self.mock.calls)
        self.run_procedure(resubscribe(self.client.swagger, self.sources, "app"))
        sent = [call.request for call in self.mock.calls][before:]
        return [r.params["eventSource"] for r in sent if r.method == "POST"]

    def test_only_what_is_missing_is_subscribed_to(self):
        self.note("channel:1", "bridge:2", "endpoint:PJSIP/a", "deviceState:x", "channel:", "odd:1")
        self.present(
            channel_ids=["1"],
            bridge_ids=[],
            endpoint_ids=["PJSIP/a"],
            device_names=["__AST_DEVICE_STATE_ALL_TOPIC"],
        )
        self.serve("POST", "/applications/app/subscription", {"name": "app"})
        self.assertEqual(self.resubscribe(), ["bridge:2", "deviceState:x", "channel:", "odd:1"])

    def test_all_of_a_kind(self):
        self.note("channel:", "bridge:")
        self.present(channel_ids=["__AST_CHANNEL_ALL_TOPIC"])
        self.serve("POST", "/applications/app/subscription", {"name": "app"})
        self.assertEqual(self.resubscribe(), ["bridge:"])

    def test_as_often_as_before(self):
        self.note("bridge:2", "bridge:2")
        self.serve("GET", "/applications/app", {"message": "no"}, status=404)
        self.serve("POST", "/applications/app/subscription", {"name": "app"})
        self.assertEqual(self.resubscribe(), ["bridge:2", "bridge:2"])

    def test_nothing_is_asked_without_subscriptions(self):
        with self.nothing_is_sent():
            self.resubscribe()

    def test_a_source_that_is_gone_is_logged_and_forgotten(self):
        self.note("channel:1", "channel:1")
        self.present()
        self.serve("POST", "/applications/app/subscription", {"message": "gone"}, status=422)
        with self.assertLogs("ari.session.gap", "WARNING") as logs:
            self.assertEqual(self.resubscribe(), ["channel:1"])
        self.assertIn("channel:1", logs.output[0])
        self.assertEqual(self.sources.of("app"), {})

    def test_the_event_filter_is_set_again_before_the_subscriptions(self):
        wanted = {"allowed": [{"type": "StasisStart"}]}
        self.serve("PUT", "/applications/app/eventFilter", {"name": "app"})
        self.serve("POST", "/applications/app/subscription", {"name": "app"})
        self.client.applications.filter(applicationName="app", filter=wanted)
        self.client.applications.subscribe(applicationName="app", eventSource="bridge:2")
        self.sources = self.client._session.event_sources
        self.present()
        before = len(self.mock.calls)
        self.assertEqual(self.resubscribe(), ["bridge:2"])
        sent = [call.request for call in self.mock.calls][before:]
        self.assertEqual([r.method for r in sent], ["PUT", "GET", "POST"])
        self.assertEqual(json.loads(sent[0].body), wanted)
        self.client.applications.filter(applicationName="app")
        self.assertIsNone(self.sources.filter_of("app"))

    def test_a_filter_that_is_refused_is_logged(self):
        values = {"applicationName": "app", "filter": {"allowed": 5}}
        self.sources.note("applications.filter", values)
        self.serve("PUT", "/applications/app/eventFilter", {"message": "no"}, status=400)
        with self.assertLogs("ari.session.gap", "WARNING"):
            self.resubscribe()

    def test_another_refusal_is_not_taken_for_an_end(self):
        self.note("channel:1")
        self.present()
        self.serve("POST", "/applications/app/subscription", {"message": "no"}, status=403)
        with self.assertLogs("ari.session.gap", "WARNING"):
            self.resubscribe()
        self.assertEqual(self.sources.of("app"), {"channel:1": 1})

    def test_a_server_that_is_not_ready_is_asked_again_later(self):
        self.client._session.event_sources.note(
            "applications.subscribe", {"applicationName": "app", "eventSource": "channel:1"}
        )
        self.present()
        self.serve("POST", "/applications/app/subscription", {"message": "wait"}, status=503)

        def get_ready():
            self.mock.replace(
                responses.POST, BASE + "/ari/applications/app/subscription", json={"name": "app"}
            )

        with self.assertLogs("ari.session.gap", "WARNING") as logs:
            pauses = self.check(2, {2: get_ready}, ["app"])
        self.assertEqual(len(logs.output), 1)
        self.assertEqual(pauses[0], 0.0)
        self.assertLessEqual(pauses[1], 7.0)
        self.assertEqual(pauses[2], 1.0)


class GoneTest(Procedures):
    KEYS = (
        ("Channel", "c1"),
        ("Channel", "c2"),
        ("Bridge", "b1"),
        ("Playback", "p1"),
        ("Playback", "p2"),
        ("LiveRecording", "r1"),
        ("Endpoint", "PJSIP/a"),
    )

    def serve_present(self):
        self.serve("GET", "/channels", [{"id": "c2"}])
        self.serve("GET", "/bridges", [])
        self.serve("GET", "/playbacks/p1", {"message": "gone"}, status=404)
        self.serve("GET", "/playbacks/p2", {"id": "p2"})
        self.serve("GET", "/recordings/live/r1", {"message": "gone"}, status=404)

    def test_what_is_not_there_any_more(self):
        self.serve_present()
        gone, left = self.run_procedure(find_gone(self.client.swagger, self.KEYS))
        self.assertEqual(left, [])
        expected = [
            ("Channel", "c1"),
            ("Bridge", "b1"),
            ("Playback", "p1"),
            ("LiveRecording", "r1"),
        ]
        self.assertCountEqual(gone, expected)

    def test_nothing_is_asked_without_such_objects(self):
        with self.nothing_is_sent():
            nothing = find_gone(self.client.swagger, [("DeviceState", "x")])
            self.assertEqual(self.run_procedure(nothing), ([], []))

    def test_a_channel_in_the_dialplan_has_left(self):
        channels = {
            "inside": {"app_name": "Stasis", "app_data": "app"},
            "dialled": {"app_name": "AppDial2", "app_data": "(Outgoing Line)"},
            "outside": {"app_name": "Echo"},
            "elsewhere": {"app_name": "Wait"},
            "old": {},
        }
        self.serve("GET", "/channels", [{"id": k, "dialplan": v} for k, v in channels.items()])
        keys = [("Channel", name) for name in channels]
        asked = find_gone(self.client.swagger, keys, lambda key: key[1] != "elsewhere")
        self.assertEqual(self.run_procedure(asked), ([], [("Channel", "outside")]))


DESTROYED = event("ChannelDestroyed", channel=channel_json("c1"), cause=16, cause_txt="x")


class CheckTest(Procedures):
    """A channel was lost sight of, and Asterisk is asked about it."""

    def setUp(self):
        super().setUp()
        self.session = self.client._session
        self.got = []
        self.subscription = self.channel().on_event(
            "ChannelDestroyed", lambda *_: self.got.append(1)
        )
        self.waiter = self.session.open_wait(["ChannelDestroyed"], [("Channel", "c1")])
        self.addCleanup(self.waiter.close)

    def test_what_is_gone_ends_after_a_grace(self):
        self.serve("GET", "/channels", [])
        moment = time.monotonic()
        self.assertEqual(self.check(2)[:2], [0.0, 2.0])
        self.assertTrue(self.subscription.closed)
        self.assertGreaterEqual(self.waiter.ends_at, moment + 2.0)
        with self.assertRaises(ARIObjectGone) as caught:
            self.waiter.take(self.waiter.ends_at)
        self.assertEqual(caught.exception.key, ("Channel", "c1"))

    def test_a_last_event_that_comes_in_the_grace_is_seen(self):
        self.serve("GET", "/channels", [])
        self.check(2, {2: lambda: self.emit(DESTROYED)})
        self.assertEqual(self.got, [1])
        self.assertEqual(self.waiter.take(0)["type"], "ChannelDestroyed")
        wait = self.channel().wait_for("ChannelDestroyed", timeout=0)
        self.assertEqual(wait["type"], "ChannelDestroyed")

    def test_a_last_event_that_waits_for_its_handler_is_seen(self):
        self.serve("GET", "/channels", [])
        delivery = take_in(self.session, DESTROYED, [("Channel", "c1")])
        self.check(2)
        call_listeners(self.session, delivery, call_here)
        self.assertEqual(self.got, [1])
        self.assertEqual(self.waiter.take(0)["type"], "ChannelDestroyed")

    def test_an_event_that_waits_for_its_handler_as_its_object_is_found_gone(self):
        self.serve("GET", "/channels", [])
        self.channel().on_event("ChannelHold", lambda *_: self.got.append("held"))
        held = event("ChannelHold", channel=channel_json("c1"))
        delivery = take_in(self.session, held, [("Channel", "c1")])
        self.check(2)
        call_listeners(self.session, delivery, call_here)
        self.assertEqual(self.got, ["held"])
        call_listeners(self.session, take_in(self.session, held, [("Channel", "c1")]), call_here)
        self.assertEqual(self.got, ["held"])

    def test_what_is_there_at_the_first_check_is_not_asked_about_again(self):
        self.serve("GET", "/channels", [channel_json("c1")])
        self.assertEqual(self.check(9), [0.0, 1.0, 5.0, 30.0])
        asked = [c.request.url for c in self.mock.calls if c.request.url.endswith("/channels")]
        self.assertEqual(len(asked), 1)
        self.assertFalse(self.subscription.closed)

    def test_a_wait_that_begins_later_is_asked_about(self):
        self.serve("GET", "/channels", [channel_json("c1")])
        later = []

        def begin():
            later.append(self.session.open_wait(["ChannelHold"], [("Channel", "c2")]))

        self.check(9, {2: begin})
        (waiter,) = later
        self.assertIsNotNone(waiter.ends_at)
        waiter.close()

    def test_a_channel_that_left_ends_its_waits_and_keeps_its_listeners(self):
        self.emit(event("StasisStart", channel=channel_json("c1"), args=[]))
        hold = self.session.open_wait(["ChannelHold"], [("Channel", "c1")])
        self.addCleanup(hold.close)
        self.serve("GET", "/channels", [channel_json("c1", dialplan={"app_name": "Echo"})])
        self.check(1)
        with self.assertRaisesRegex(ARIObjectGone, "left the application"):
            hold.take(0)
        self.assertIsNone(self.waiter.take(0))
        self.assertFalse(self.subscription.closed)

    def test_the_end_of_the_run_ends_the_checks(self):
        self.serve("GET", "/channels", [])
        for pauses in (0, 1):
            self.assertEqual(len(self.check(pauses)), pauses + 1)
            self.assertFalse(self.subscription.closed)

    def test_what_cannot_be_asked_is_asked_again_later(self):
        for answer in (
            {"status": 500},
            {"status": 503},
            {"json": [1]},
            {"json": {"a": 1}},
            {"body": requests.Timeout("slow")},
        ):
            with self.subTest(answer):
                self.mock.upsert("GET", f"{BASE}/ari/channels", **answer)
                with self.assertLogs("ari.session.gap", "WARNING") as logs:
                    pauses = self.check(2)
                self.assertLessEqual(max(pauses), 7.0)
                self.assertEqual(len(logs.output), 2)
                self.assertFalse(self.subscription.closed)

    def test_what_only_some_can_be_asked_about(self):
        """A server may answer for channels and fail for playbacks; nothing is judged then."""
        self.serve("GET", "/channels", [])
        self.serve("GET", "/playbacks/p1", status=503)
        playback = ari.model.Playback(self.client, {"id": "p1", "target_uri": "channel:c1"})
        playback.on_event("PlaybackFinished", print)
        with self.assertLogs("ari.session.gap", "WARNING"):
            self.check(1)
        self.assertFalse(self.subscription.closed)
