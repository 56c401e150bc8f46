"""The fixtures for tests of ARI programs, in a pytest of their own."""

import subprocess
import sys
import tempfile
import textwrap
import unittest
from pathlib import Path

import ari
from ari.testing import Simulator
from ari.testing.pytest_plugin import BackgroundApp

GOOD = """
    def hello(client):
        def on_start(channel, event):
            channel.answer()
            channel.play(media="sound:hello-world")

        client.on_channel_event("StasisStart", on_start)
        client.run(apps="hello")


    def test_says_hello(ari_simulator, ari_app):
        ari_app(hello, app="hello")
        caller = ari_simulator.call("PJSIP/alice", app="hello")
        caller.wait_until_heard("sound:hello-world")


    def test_everything_is_as_new(ari_simulator, ari_client):
        assert ari_client.channels.list() == []
        assert ari_client.endpoints.list() == []
        assert ari_simulator.applications == []
"""
BAD = """
    import pytest


    def test_a_handler_that_raises(ari_simulator, ari_client, ari_app):
        ari_client.on_channel_event("StasisStart", lambda channel, event: 1 / 0)
        ari_app(lambda client: client.run(apps="x"), app="x")
        ari_simulator.call("PJSIP/alice", app="x").hangup()
        while not ari_app.errors:
            ari_simulator.wait_for_news(0.02)


    def test_a_program_that_ends(ari_app):
        with pytest.raises(RuntimeError, match="ended without taking 'x'"):
            ari_app(lambda client: None, app="x")


    def test_a_program_that_dies(ari_app):
        with pytest.raises(KeyError):
            ari_app(lambda client: {}["y"], app="x")
"""
OPTIONS = """
    import pytest


    @pytest.mark.parametrize("time", [1, 2])  # it is the same after a reset
    def test_the_simulator_is_as_the_suite_wants_it(ari_simulator, ari_client, time):
        assert ari_simulator.speed == 20
        assert ari_simulator.url.endswith("/pbx")
        assert (ari_simulator.user, ari_simulator.password) == ("me", "secret")
        ari_simulator.speed = 1
        caller = ari_simulator.call("PJSIP/alice", to="100")
        caller.wait_until_heard("sound:hello-world")
        assert [channel.id for channel in ari_client.channels.list()] == [caller.channel_id]
"""
CONFTEST = Path(__file__).parents[3] / "docs/examples/options_conftest.py"


class PluginTest(unittest.TestCase):
    def run_pytest(self, text: str, *, conftest: str = "") -> str:
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "conftest.py").write_text(conftest)
            path = Path(folder) / "test_it.py"
            path.write_text(textwrap.dedent(text))
            command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
            plugin = ["-p", "no:ari", "-p", "ari.testing.pytest_plugin"]
            result = subprocess.run(
                [*command, *plugin, str(path)],
                capture_output=True,
                text=True,
                check=False,
                cwd=folder,
            )
            return result.stdout + result.stderr

    def test_a_program_is_tested(self) -> None:
        self.assertIn("2 passed", self.run_pytest(GOOD))

    def test_a_suite_overrides_the_options_of_the_simulator(self) -> None:
        self.assertIn("2 passed", self.run_pytest(OPTIONS, conftest=CONFTEST.read_text()))

    def test_what_goes_wrong_in_the_background_fails_the_test(self) -> None:
        output = self.run_pytest(BAD)
        self.assertIn("3 passed, 1 error", output)
        self.assertIn("ZeroDivisionError", output)


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
