"""``ari simulate``."""

import sys
import tempfile
import unittest
from unittest import mock

from click.testing import CliRunner

from ari.cli import simulate as module
from ari.cli.simulate import simulate
from ari.testing import Simulator

PROGRAM = """
import os, requests
url = os.environ["ARI_URL"] + "ari/asterisk/ping"
answer = requests.get(url, auth=(os.environ["ARI_USER"], os.environ["ARI_PASSWORD"]), timeout=10)
raise SystemExit(3 if answer.json()["ping"] == "pong" else 1)
"""


class SimulateTest(unittest.TestCase):
    def run_it(self, *arguments: str) -> tuple[int, str]:
        result = CliRunner().invoke(simulate, ["--port", "0", *arguments])
        return result.exit_code, result.output

    def test_it_runs_for_a_while(self) -> None:
        status, output = self.run_it("--duration", "0.05", "--user", "me", "--password", "secret")
        self.assertEqual(status, 0)
        self.assertIn("Simulator at http://127.0.0.1:", output)
        self.assertNotIn("secret", output)

    def test_a_program_finds_the_simulator_and_its_status_is_ours(self) -> None:
        status, _ = self.run_it("--no-callers", "--user", "me", "--", sys.executable, "-c", PROGRAM)
        self.assertEqual(status, 3)

    def test_a_program_that_outlasts_the_time_is_ended(self) -> None:
        forever = "import threading; threading.Event().wait()"
        status, _ = self.run_it("--duration", "0.05", "--", sys.executable, "-c", forever)
        self.assertEqual(status, 0)

    def test_a_program_that_is_not_there(self) -> None:
        status, _ = self.run_it("--", "/nothing/there")
        self.assertEqual(status, 1)

    def test_a_port_that_is_taken(self) -> None:
        with Simulator() as sim:
            result = CliRunner().invoke(simulate, ["--port", str(sim.port)])
        self.assertEqual(result.exit_code, 1)
        self.assertIn("cannot listen", result.output)

    def test_a_dialplan_is_read(self) -> None:
        with tempfile.NamedTemporaryFile("w", suffix=".conf") as file:
            file.write("exten => 100,1,no step")
            file.flush()
            status, output = self.run_it("--dialplan", file.name)
        self.assertEqual(status, 2)
        self.assertIn("not a step of a dialplan", output)

    def test_ctrl_c_ends_it(self) -> None:
        with mock.patch.object(module, "_narrate", side_effect=KeyboardInterrupt):
            status, output = self.run_it()
        self.assertEqual(status, 0)
        self.assertIn("Bye.", output)

    def test_a_speed_that_cannot_be(self) -> None:
        status, output = self.run_it("--speed", "0")
        self.assertEqual(status, 2)
        self.assertIn("must be more than 0", output)

    def test_callers_visit_the_program(self) -> None:
        program = (
            "import os, websocket\n"
            "url = os.environ['ARI_URL'].replace('http', 'ws', 1)\n"
            "url += 'ari/events?app=shop&api_key='\n"
            "key = os.environ['ARI_USER'] + ':' + os.environ['ARI_PASSWORD']\n"
            "socket = websocket.create_connection(url + key, timeout=10)\n"
            "while 'StasisEnd' not in socket.recv(): pass\n"
            "socket.close(timeout=0)\n"
        )
        status, output = self.run_it(
            "--speed", "200", "--seed", "1", "--", sys.executable, "-c", program
        )
        self.assertEqual(status, 0)
        self.assertIn("application shop is connected", output)
        self.assertIn("Alice (5550001) calls shop", output)

    def test_every_option_has_a_help(self) -> None:
        for parameter in simulate.params:
            if parameter.param_type_name == "option":
                self.assertTrue(parameter.help, parameter.name)
