"""Starting, closing, and many calls at once."""

import time
import unittest

from ari.testing import Simulator

from ..server_support import Socket


class LifeTest(unittest.TestCase):
    def test_starting_is_quick(self) -> None:
        began = time.perf_counter()
        with Simulator():
            took = time.perf_counter() - began
        self.assertLess(took, 0.15)

    def test_closing_twice_and_starting_again(self) -> None:
        sim = Simulator()
        sim.start()
        port = sim.port
        with self.assertRaises(RuntimeError):
            sim.start()
        sim.close()
        sim.close()
        sim.start()
        self.assertEqual(sim.port, port)
        sim.close()

    def test_a_port_that_is_taken(self) -> None:
        with Simulator() as sim, self.assertRaises(OSError):
            Simulator(port=sim.port).start()

    def test_misbehaving_needs_a_running_server(self) -> None:
        with self.assertRaises(RuntimeError):
            Simulator().drop_connections()

    def test_a_thousand_calls_at_once(self) -> None:
        with Simulator(speed=0) as sim:
            socket = Socket(sim)
            callers = [sim.call(f"PJSIP/p{number}", app="app") for number in range(1000)]
            started = {socket.until("StasisStart")["channel"]["id"] for _ in callers}
            self.assertEqual(len(started), 1000)
            for caller in callers:
                caller.hangup()
            for _ in callers:
                socket.until("StasisEnd")
            self.assertEqual(sim.snapshot()["channels"], [])
            socket.close()
