"""The bus."""

import unittest

from ari.testing.core.bus import Bus
from ari.testing.core.clock import Clock

from ..support import Ear


class BusTest(unittest.TestCase):
    def setUp(self) -> None:
        self.bus = Bus(Clock())
        self.ear = Ear()
        self.bus.applications.connect("app", self.ear)

    def test_each_application_receives_as_many_copies_as_it_wants(self) -> None:
        other = Ear()
        self.bus.applications.connect("other", other)
        self.bus.publish(lambda application: 2 * (application.name == "app"), "X", lambda: {"a": 1})
        self.assertEqual([event["a"] for event in self.ear.of("X")], [1, 1])
        self.assertEqual(other.events, [])

    def test_an_event_that_nobody_wants_is_not_made(self) -> None:
        def make() -> dict[str, object]:
            raise AssertionError("made")

        self.bus.publish(lambda application: 0, "X", make)
        self.assertEqual(self.ear.events, [])
