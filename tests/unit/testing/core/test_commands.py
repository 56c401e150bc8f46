"""Commands that wait for their turn."""

import unittest

from ari.testing.core.clock import Clock, Script
from ari.testing.core.commands import CommandQueue, HungUp, at_once


class CommandQueueTest(unittest.TestCase):
    def setUp(self) -> None:
        self.clock = Clock()
        self.queue = CommandQueue(self.clock)
        self.done: list[str] = []

    def slow(self) -> Script:
        self.done.append("began")
        try:
            yield 5.0
        except HungUp:
            self.done.append("hung up")
            raise
        self.done.append("ended")

    def test_one_runs_after_the_other(self) -> None:
        self.queue.add(self.slow)
        self.queue.add(at_once(lambda: self.done.append("next")))
        self.clock.run_until(6.0)
        self.queue.add(at_once(lambda: self.done.append("later")))
        self.clock.settle()
        self.assertEqual(self.done, ["began", "ended", "next", "later"])

    def test_closing_lets_the_waiting_ones_begin_and_end(self) -> None:
        self.queue.add(self.slow)
        self.queue.add(self.slow)
        self.clock.settle()
        self.queue.close()
        self.clock.settle()
        self.assertEqual(self.done, ["began", "hung up", "began", "hung up"])
