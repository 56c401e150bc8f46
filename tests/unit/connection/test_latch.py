"""A latch is set once, from wherever, and waited for."""

import signal
import threading
import unittest

from ari.connection.latch import Latch

from ..sockets import DEADLINE


class LatchTest(unittest.TestCase):
    def test_waiting(self):
        latch = Latch()
        self.assertFalse(latch.wait(0))
        threading.Thread(target=latch.set).start()
        self.assertTrue(latch.wait(DEADLINE))
        latch.set()
        self.assertTrue(latch.wait())
        self.assertTrue(latch.is_set())

    def test_a_signal_handler_may_set_it_amid_its_setting(self):
        latch = Latch()
        previous = signal.signal(signal.SIGUSR1, lambda *_: latch.set())
        self.addCleanup(signal.signal, signal.SIGUSR1, previous)
        with latch._changed:
            signal.raise_signal(signal.SIGUSR1)
        self.assertTrue(latch.is_set())

    def test_everybody_who_waits_goes_on(self):
        latch, outcomes = Latch(), []
        threads = [
            threading.Thread(target=lambda: outcomes.append(latch.wait(DEADLINE))) for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        latch.set()
        for thread in threads:
            thread.join(DEADLINE)
        self.assertEqual(outcomes, [True] * 4)
