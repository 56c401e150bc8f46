"""Running a program in the background of a test."""

import unittest

import ari
from ari.testing import Simulator
from ari.testing.pytest_plugin import BackgroundApp


class BackgroundTest(unittest.TestCase):
    def setUp(self) -> None:
        self.sim = Simulator()
        self.sim.start()
        self.addCleanup(self.sim.close)
        self.client = ari.connect(self.sim.url, self.sim.user, self.sim.password)
        self.addCleanup(self.client.close)
        self.app = BackgroundApp(self.sim, self.client)

    def test_it_takes_calls_when_it_is_started(self) -> None:
        def program(client: ari.Client, media: str) -> None:
            def on_start(channel: object, event: object) -> None:
                channel.answer()
                channel.play(media=media)

            client.on_channel_event("StasisStart", on_start)
            client.run(apps="hello")

        self.app(program, "sound:beep", app="hello")
        caller = self.sim.call("PJSIP/alice", app="hello")
        caller.wait_until_heard("sound:beep", 10)
        self.app.close()
        self.assertEqual(self.app.errors, [])

    def test_what_a_handler_raises_is_raised_again(self) -> None:
        self.client.on_channel_event("StasisStart", lambda channel, event: {}["nothing"])
        self.app(lambda client: client.run(apps="x"), app="x")
        self.sim.call("PJSIP/alice", app="x")
        while not self.app.errors:
            self.sim.wait_for_news(0.02)
        with self.assertRaises(KeyError):
            self.app.close()
        self.app.close()

    def test_what_the_program_raises_is_raised_again(self) -> None:
        with self.assertRaises(ZeroDivisionError):
            self.app(lambda client: 1 / 0, app="x")

    def test_a_program_that_takes_no_calls(self) -> None:
        with self.assertRaisesRegex(RuntimeError, "ended without taking 'x'"):
            self.app(lambda client: None, app="x")

    def test_a_program_for_no_application(self) -> None:
        ran: list[object] = []
        self.app(ran.append)
        self.app.close()
        self.assertEqual(ran, [self.client])
