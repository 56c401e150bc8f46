"""Demo callers."""

import json
import unittest

import websocket

from ari.testing import Simulator
from ari.testing.demo import Demo


class DemoTest(unittest.TestCase):
    def setUp(self) -> None:
        self.sim = Simulator(speed=0)
        self.sim.start()
        self.addCleanup(self.sim.close)

    def connect(self, app: str) -> None:
        url = f"{self.sim.url}/ari/events?app={app}&api_key=asterisk:asterisk"
        self.socket = websocket.create_connection(url.replace("http", "ws", 1), timeout=10)
        self.addCleanup(self.socket.close, timeout=0)
        self.sim.wait_for_application(app)

    def test_nobody_comes_while_nothing_is_connected(self) -> None:
        demo = Demo(self.sim, seed=1)
        demo.start()
        self.sim.advance(60)
        self.assertEqual(demo.news(), [])

    def test_visitors_come_do_things_and_go(self) -> None:
        self.connect("shop")
        demo = Demo(self.sim, seed=1, interval=5)
        demo.start()
        self.sim.advance(30)
        news = demo.news()
        self.assertEqual(news[0], "Alice (5550001) calls shop")
        self.assertIn("Alice presses 1", news)
        self.assertIn("Alice talks for 2 seconds", news)
        self.assertIn("Alice hangs up", news)
        self.assertIn("Alice is gone (cause 16)", news)
        self.assertEqual(json.loads(self.socket.recv())["type"], "StasisStart")

    def test_they_bring_the_arguments_that_they_are_given(self) -> None:
        self.connect("shop")
        demo = Demo(self.sim, seed=1, args=["PJSIP/bob", "now"])
        demo.start()
        self.sim.advance(2)
        self.assertEqual(json.loads(self.socket.recv())["args"], ["PJSIP/bob", "now"])

    def test_the_same_seed_makes_the_same_visitors(self) -> None:
        self.connect("shop")
        stories = []
        for _ in range(2):
            demo = Demo(self.sim, seed=7)
            demo.start()
            self.sim.advance(40)
            stories.append(demo.news())
            self.sim.restart()
            self.connect("shop")
        self.assertEqual(stories[0], stories[1])

    def test_only_the_named_applications_are_called(self) -> None:
        self.connect("shop")
        demo = Demo(self.sim, apps=("other",))
        demo.start()
        self.sim.advance(60)
        self.assertEqual(demo.news(), [])

    def test_what_is_done_to_a_visitor_is_told(self) -> None:
        self.connect("shop")
        demo = Demo(self.sim, seed=1, interval=1000)
        demo.start()
        self.sim.advance(250)
        (channel,) = self.sim.pbx.channels.values()
        control = channel.control
        assert control is not None
        control.call(lambda: channel.set_state("Up"))
        control.call(lambda: channel.link.hear("sound:beep"))
        control.call(lambda: channel.link.hear_music("jazz"))
        self.sim.advance(0)
        self.assertEqual(
            demo.news()[1:],
            ["Alice is answered", "Alice hears sound:beep", "Alice hears music (jazz)"],
        )
