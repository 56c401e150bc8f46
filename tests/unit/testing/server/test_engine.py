"""The pace of the time."""

import math
import unittest

import requests

from ari.testing import Simulator

from ..server_support import DEADLINE, Socket


class TimeTest(unittest.TestCase):
    def outlast(self, sim: Simulator) -> None:
        socket = Socket(sim)
        caller = sim.call("PJSIP/alice", app="app")
        requests.post(
            f"{sim.url}/ari/channels/{caller.channel_id}/play",
            params={"media": "sound:tt-monkeys"},
            auth=(sim.user, sim.password),
            timeout=DEADLINE,
        )
        self.assertEqual(socket.until("PlaybackFinished")["playback"]["state"], "done")
        socket.close()

    def test_a_fast_clock(self) -> None:
        with Simulator(speed=1000) as sim:
            self.outlast(sim)

    def test_an_unlimited_clock(self) -> None:
        with Simulator(speed=math.inf) as sim:
            self.outlast(sim)

    def test_the_speed_can_be_changed(self) -> None:
        with Simulator(speed=0) as sim:
            self.assertEqual(sim.speed, 0)
            sim.speed = 1000
            self.outlast(sim)
