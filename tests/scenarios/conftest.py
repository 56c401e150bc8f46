"""The servers that play the scenarios: the simulator and a real Asterisk of each version."""

import base64
import contextlib
import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import websocket

from tests.asterisk.harness import install_asterisk
from tests.asterisk.harness.server import READER, READER_PASSWORD, AsteriskServer, OwnServer
from tests.asterisk.harness.simulated_server import SimulatedServer
from tests.scenarios.plays import SCENARIOS

# Virtual seconds per real second: fast, but slow enough to interrupt what happens.
SPEED = 5.0
SERVERS = ("simulator", "22", "16")

# Seconds that an Asterisk may take to open a WebSocket.
KNOCK = 10.0

log = logging.getLogger(__name__)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--record",
        action="store_true",
        help="record what the real Asterisk does instead of comparing it with the recording",
    )


def chosen_servers(config: pytest.Config) -> tuple[str, ...]:
    return tuple(config.getoption("--server") or SERVERS)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    servers = chosen_servers(metafunc.config)
    if "scenario" in metafunc.fixturenames:
        metafunc.parametrize("server", servers, indirect=True, scope="session")
        metafunc.parametrize("scenario", SCENARIOS.values(), ids=SCENARIOS.keys())
    elif "server" in metafunc.fixturenames:
        same = [name for name in servers if name != "16"]
        metafunc.parametrize("server", same, indirect=True, scope="session")


@dataclass(frozen=True)
class Venue:
    """A running server.

    :ivar version: 22 or 16, or "simulator"
    :ivar reader: a read-only user
    """

    version: str
    url: str
    user: str
    password: str
    reader: str
    reader_password: str
    own: OwnServer

    def revive(self) -> None:
        """Restart the server if it no longer accepts applications.

        Asterisk 22.10.1 sometimes gets into that state when an application that is subscribed to
        everything disconnects: it still answers requests, but opens no WebSocket any more.
        """
        if self.version == "simulator":
            return
        token = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        address = f"{self.url.rstrip('/')}/ari/events?app=knock".replace("http", "ws", 1)
        try:
            websocket.create_connection(
                address,
                header=[f"Authorization: Basic {token}"],
                timeout=KNOCK,
            ).close()
        except websocket.WebSocketTimeoutException:
            log.warning("%s no longer accepts applications and is restarted", self.version)
            self.own.kill()
            self.own.start()


@pytest.fixture(scope="session")
def server(request: pytest.FixtureRequest) -> Iterator[Venue]:
    """Provide a running server."""
    with simulator() if request.param == "simulator" else asterisk(request.param) as venue:
        yield venue


@contextlib.contextmanager
def asterisk(version: str) -> Iterator[Venue]:
    release = next(r for r in install_asterisk.RELEASES if r.name == f"asterisk{version}")
    if not release.is_there:
        pytest.fail(f"{release.folder} is missing: run `make asterisk` first", pytrace=False)
    if os.geteuid() != 0:
        pytest.fail("a real Asterisk runs in a folder by chroot: run the tests as root", False)
    with AsteriskServer(release.folder, f"scenarios-{version}") as server:
        yield venue(version, server)


@contextlib.contextmanager
def simulator() -> Iterator[Venue]:
    with SimulatedServer(speed=SPEED) as server:
        yield venue("simulator", server)


def venue(version: str, server: OwnServer) -> Venue:
    return Venue(version, server.url, server.user, server.password, READER, READER_PASSWORD, server)
