"""The servers that play the scenarios: the simulator and a real Asterisk of each version."""

import sys
from pathlib import Path

PROJECT = str(Path(__file__).resolve().parents[2])
if PROJECT not in sys.path:
    sys.path.insert(0, PROJECT)

import contextlib  # noqa: E402
import os  # noqa: E402
from collections.abc import Iterator  # noqa: E402
from dataclasses import dataclass  # noqa: E402

import pytest  # noqa: E402

from ari.testing import Simulator  # noqa: E402
from tests.asterisk import rootfs  # noqa: E402
from tests.asterisk.server import (  # noqa: E402
    ALLOWED_ORIGIN,
    PASSWORD,
    READER,
    READER_PASSWORD,
    USER,
    AsteriskServer,
)
from tests.scenarios.plays import SCENARIOS  # noqa: E402

CONFIG = Path(PROJECT) / "tests/asterisk/etc"
# Virtual seconds per real second: fast, and yet slow enough to interrupt what goes on.
SPEED = 10.0
SERVERS = ("simulator", "22", "16")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--server",
        action="append",
        choices=SERVERS,
        help="play the scenarios on this server only (may be given more than once)",
    )
    parser.addoption(
        "--record",
        action="store_true",
        help="write down what the real Asterisk does instead of comparing it",
    )


def chosen_servers(config: pytest.Config) -> tuple[str, ...]:
    return tuple(config.getoption("--server") or SERVERS)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    servers = chosen_servers(metafunc.config)
    if "scenario" in metafunc.fixturenames:
        metafunc.parametrize("server", servers, indirect=True, scope="session")
        metafunc.parametrize("scenario", SCENARIOS.values(), ids=SCENARIOS.keys())
    elif "server" in metafunc.fixturenames:
        real = [name for name in servers if name == "22"]
        metafunc.parametrize("server", real, indirect=True, scope="session")


@dataclass(frozen=True)
class Venue:
    """A running server.

    :ivar version: 22 or 16, or "simulator"
    :ivar reader: a user who may only look
    """

    version: str
    url: str
    user: str
    password: str
    reader: str
    reader_password: str


@pytest.fixture(scope="session")
def server(request: pytest.FixtureRequest) -> Iterator[Venue]:
    """Give a running server."""
    with simulator() if request.param == "simulator" else asterisk(request.param) as venue:
        yield venue


@contextlib.contextmanager
def asterisk(version: str) -> Iterator[Venue]:
    release = next(r for r in rootfs.RELEASES if r.name == f"asterisk{version}")
    if not release.is_there:
        pytest.skip(f"{release.folder} is missing: run `make asterisk` first")
    if os.geteuid() != 0:
        pytest.skip("a real Asterisk runs in a folder by chroot: run the tests as root")
    with AsteriskServer(release.folder, f"scenarios-{version}") as server:
        yield Venue(version, server.url, server.user, server.password, READER, READER_PASSWORD)


@contextlib.contextmanager
def simulator() -> Iterator[Venue]:
    simulated = Simulator(
        users={USER: PASSWORD},
        read_only_users={READER: READER_PASSWORD},
        allowed_origins=[ALLOWED_ORIGIN],
        speed=SPEED,
    )
    with simulated:
        simulated.dialplan((CONFIG / "extensions.conf").read_text())
        simulated.endpoint("PJSIP/alice", online=False)
        simulated.line("PJSIP/line")
        simulated.allow_configuration("auth")
        yield Venue("simulator", simulated.url + "/", USER, PASSWORD, READER, READER_PASSWORD)
