"""What is made up for after a gap."""

import unittest

import requests
import responses

from ari.events.listeners import ListenerTable
from ari.events.waits import WaitingRoom
from ari.exceptions import ARIObjectGone
from ari.session.event_sources import EventSources
from ari.session.gap import find_gone, recover, resubscribe
from ari.session.waiting import ThreadWaiter
from ari.transport.procedures import drive, take_step

from ..support import BASE, MockedAsterisk


class LedgerTest(unittest.TestCase):
    def setUp(self):
        self.sources = EventSources()

    def note(self, operation, source, app="app"):
        self.sources.note(
            f"applications.{operation}", {"applicationName": app, "eventSource": source}
        )

    def test_subscriptions_are_counted_as_asterisk_does(self):
        self.note("subscribe", ["channel:1", "bridge:2"])
        self.note("subscribe", "channel:1,endpoint:PJSIP")
        self.note("unsubscribe", ["bridge:2"])
        self.note("unsubscribe", "never:there")
        self.note("list", "channel:9")
        self.assertEqual(self.sources.of("app"), {"channel:1": 2, "endpoint:PJSIP": 1})
        self.assertEqual(self.sources.of("other"), {})

    def test_what_ended_is_forgotten(self):
        for app in ("app", "other"):
            self.note("subscribe", ["channel:1", "bridge:1", "deviceState:1"], app)
        self.sources.forget_ended("ChannelDestroyed", [("Channel", "1")])
        self.sources.forget_ended("BridgeDestroyed", [("Bridge", "1")])
        self.sources.forget_ended("PlaybackFinished", [("Channel", "1"), ("Playback", "1")])
        self.sources.forget_ended("ChannelDestroyed", [])
        for app in ("app", "other"):
            self.assertEqual(self.sources.of(app), {"deviceState:1": 1})


class Procedures(MockedAsterisk):
    def run_procedure(self, procedure):
        transport = self.client.swagger.transport
        return drive(procedure, lambda step: take_step(step, transport))


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

    def test_another_refusal_is_not_taken_for_an_end(self):
        self.note("channel:1")
        self.present()
        self.serve("POST", "/applications/app/subscription", {"message": "no"}, status=403)
        with self.assertLogs("ari.session.gap", "WARNING"):
            self.resubscribe()
        self.assertEqual(self.sources.of("app"), {"channel:1": 1})

    def recover(self, apps=("app",)):
        session = self.client._session
        return self.run_procedure(
            recover(self.client.swagger, apps, self.sources, session.listeners, session.waits)
        )

    def test_a_server_that_is_not_ready_is_asked_again_later(self):
        self.note("channel:1")
        self.present()
        self.serve("POST", "/applications/app/subscription", {"message": "wait"}, status=503)
        with self.assertLogs("ari.session.gap", "WARNING"):
            self.assertFalse(self.recover())
        self.mock.replace(
            responses.POST, BASE + "/ari/applications/app/subscription", json={"name": "app"}
        )
        self.assertTrue(self.recover())


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
        gone = self.run_procedure(find_gone(self.client.swagger, self.KEYS))
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
            self.assertEqual(self.run_procedure(nothing), [])

    def recover(self, table, waiting):
        return self.run_procedure(
            recover(self.client.swagger, ["app"], EventSources(), table, waiting)
        )

    def test_listeners_and_waits_of_what_is_gone_end(self):
        self.serve_present()
        table, waiting = ListenerTable(), WaitingRoom()
        listeners = {key: table.add("X", print, key=key) for key in self.KEYS}
        waiter = ThreadWaiter(waiting, ["X"], [("Channel", "c1")])
        waiting.enter(waiter)
        with waiter:
            self.assertTrue(self.recover(table, waiting))
            with self.assertRaises(ARIObjectGone) as caught:
                waiter.get(0)
        self.assertEqual(caught.exception.key, ("Channel", "c1"))
        open_ones = [key for key, subscription in listeners.items() if not subscription.closed]
        self.assertEqual(
            open_ones, [("Channel", "c2"), ("Playback", "p2"), ("Endpoint", "PJSIP/a")]
        )

    def test_what_cannot_be_asked_is_asked_again_later(self):
        for key, path in ((("Channel", "c1"), "/channels"), (("Playback", "p1"), "/playbacks/p1")):
            for status in (500, 503):
                with self.subTest(path=path, status=status):
                    self.mock.upsert("GET", f"{BASE}/ari{path}", status=status)
                    table = ListenerTable()
                    listener = table.add("X", print, key=key)
                    with self.assertLogs("ari.session.gap", "WARNING"):
                        self.assertFalse(self.recover(table, WaitingRoom()))
                    self.assertFalse(listener.closed)

    def test_a_server_that_is_away_again(self):
        table = ListenerTable()
        table.add("X", print, key=("Channel", "c1"))
        self.mock.add("GET", f"{BASE}/ari/channels", body=requests.Timeout("slow"))
        with self.assertLogs("ari.session.gap", "WARNING") as logs:
            self.assertFalse(self.recover(table, WaitingRoom()))
        self.assertIn("channels.list: no answer from", logs.output[0])
