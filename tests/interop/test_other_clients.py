"""Other ARI clients work on the simulator: they connect, make a bridge and take a call.

``make interop`` installs them and runs these tests.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ari.testing import Simulator

HERE = Path(__file__).parent
#: Where ``make interop`` installs the other clients.
INSTALLED = Path(os.environ.get("ARI_INTEROP_DIR", HERE.parents[1] / ".interop"))
DEADLINE = 20.0


def node_command() -> list[str]:
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node.js is not installed")
    return [node, str(HERE / "take_call.js")]


def aioari_command() -> list[str]:
    return [str(INSTALLED / "aioari" / "bin" / "python"), str(HERE / "take_call.py")]


@pytest.fixture(params=["node ari-client", "aioari"])
def command(request: pytest.FixtureRequest) -> list[str]:
    """Provide the command line of a program that takes one call."""
    return node_command() if request.param == "node ari-client" else aioari_command()


@pytest.fixture
def sim() -> Iterator[Simulator]:
    """Provide a simulator to this test alone."""
    with Simulator() as simulator:
        yield simulator


class Program:
    """A running program, and the lines of JSON that it prints."""

    def __init__(self, command: list[str], sim: Simulator) -> None:
        modules = str(INSTALLED / "node" / "node_modules")
        self.process = subprocess.Popen(
            [*command, sim.url, sim.user, sim.password],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "NODE_PATH": modules},
        )

    def __enter__(self) -> Program:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.process.kill()
        _, errors = self.process.communicate()
        sys.stderr.write(errors)

    def line(self) -> dict[str, Any]:
        """Return the next line of JSON; other lines, printed by libraries, are skipped.

        The test fails with the program's errors if the program ends instead.
        """
        assert self.process.stdout is not None
        text = self.process.stdout.readline()
        while text and not text.startswith("{"):
            text = self.process.stdout.readline()
        if not text:
            _, errors = self.process.communicate(timeout=DEADLINE)
            pytest.fail(f"the program ended: {errors}")
        found: dict[str, Any] = json.loads(text)
        return found


@pytest.mark.timeout(60)
def test_it_connects_makes_a_bridge_and_takes_a_call(command: list[str], sim: Simulator) -> None:
    with Program(command, sim) as program:
        made = program.line()
        assert made["type"] == "mixing"
        assert program.line() == {"ready": True}
        sim.wait_for_application("interop", timeout=DEADLINE)
        caller = sim.call("PJSIP/alice", app="interop", args=["one", "two"])
        taken = program.line()
        assert taken == {
            "channel": caller.channel_id,
            "args": ["one", "two"],
            "members": [caller.channel_id],
        }
        assert caller.state == "Up"
        assert caller.bridge == made["bridge"]
        caller.press("7")
        assert program.line() == {"digit": "7", "on": caller.channel_id}
        caller.hangup()
        assert program.line() == {"left": caller.channel_id}
        assert program.process.wait(DEADLINE) == 0
