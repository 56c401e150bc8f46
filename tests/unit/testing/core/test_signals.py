"""Signals."""

import unittest

from ari.testing.core.signals import Signal


class SignalTest(unittest.TestCase):
    def setUp(self) -> None:
        self.signal: Signal[[str]] = Signal()
        self.heard: list[str] = []

    def test_receivers_are_called_in_the_order_of_connecting(self) -> None:
        self.signal.connect(lambda word: self.heard.append(f"first {word}"))
        self.signal.connect(lambda word: self.heard.append(f"second {word}"))
        self.signal("x")
        self.assertEqual(self.heard, ["first x", "second x"])

    def test_a_receiver_is_called_for_the_length_of_a_block(self) -> None:
        with self.signal.connected(self.heard.append):
            self.signal("inside")
        self.signal("outside")
        self.assertEqual(self.heard, ["inside"])

    def test_disconnecting_what_is_not_connected_does_nothing(self) -> None:
        self.signal.connect(self.heard.append)
        self.signal.disconnect(print)
        self.signal("x")
        self.assertEqual(self.heard, ["x"])

    def test_who_disconnects_meanwhile_is_called_for_the_last_time(self) -> None:
        def last(word: str) -> None:
            self.signal.disconnect(self.heard.append)

        self.signal.connect(last)
        self.signal.connect(self.heard.append)
        self.signal("1")
        self.signal("2")
        self.assertEqual(self.heard, ["1"])
