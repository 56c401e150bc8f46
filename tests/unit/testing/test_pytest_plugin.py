"""The fixtures for tests of ARI programs, in a pytest of their own."""

import subprocess
import sys
import tempfile
import textwrap
import unittest
from pathlib import Path

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
