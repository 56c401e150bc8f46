"""The event sources that each application is subscribed to."""

import unittest

from ari.session.event_sources import EventSources


class EventSourcesTest(unittest.TestCase):
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

    def test_one_that_ended_is_forgotten_whatever_its_count(self):
        self.note("subscribe", ["channel:1"] * 3)
        self.sources.forget_ended("ChannelDestroyed", [("Channel", "1")])
        self.assertEqual(self.sources.of("app"), {})
        self.note("subscribe", "channel:1")
        self.assertEqual(self.sources.of("app"), {"channel:1": 1})

    def test_only_what_the_event_is_about_is_forgotten(self):
        self.note("subscribe", ["channel:1", "channel:2", "bridge:1", "channel:"])
        self.sources.forget_ended("StasisEnd", [("Channel", "1")])
        self.sources.forget_ended("ChannelDestroyed", [("Channel", "2"), ("Bridge", "1")])
        self.sources.forget_ended("BridgeDestroyed", [("Channel", "1"), ("Bridge", "1")])
        self.assertEqual(self.sources.of("app"), {"channel:1": 1, "channel:": 1})

    def test_one_that_is_gone_is_dropped_from_every_application(self):
        for app in ("app", "other"):
            self.note("subscribe", ["channel:1", "bridge:1"], app)
        self.sources.drop("channel:1")
        self.sources.drop("never:there")
        for app in ("app", "other"):
            self.assertEqual(self.sources.of(app), {"bridge:1": 1})

    def test_what_is_returned_is_a_copy(self):
        self.note("subscribe", "channel:1")
        self.sources.of("app").clear()
        self.sources.of("other")["x"] = 1
        self.assertEqual(self.sources.of("app"), {"channel:1": 1})
        self.assertEqual(self.sources.of("other"), {})
