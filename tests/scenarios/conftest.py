"""The servers that play the scenarios: the simulator and a real Asterisk of each version."""

import sys
from pathlib import Path

PROJECT = str(Path(__file__).resolve().parents[2])
if PROJECT not in sys.path:
    sys.path.insert(0, PROJECT)

import contextlib  # noqa: E402
import os  # noqa: E402
from collections.abc import Iterator  # noqa: E402
from typing import Any  # noqa: E402

import pytest  # noqa: E402

from tests.asterisk import rootfs  # noqa: E402
from tests.asterisk.server import AsteriskServer  # noqa: E402
from tests.scenarios.plays import SCENARIOS  # noqa: E402

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


@pytest.fixture(scope="session")
def server(request: pytest.FixtureRequest) -> Iterator[Any]:
    """Give a running server; ``version`` is the name it is recorded under."""
    with contextlib.ExitStack() as stack:
        if request.param == "simulator":
            yield stack.enter_context(simulator())
        else:
            yield stack.enter_context(asterisk(request.param))


@contextlib.contextmanager
def asterisk(version: str) -> Iterator[Any]:
    release = next(r for r in rootfs.RELEASES if r.name == f"asterisk{version}")
    if not release.is_there:
        pytest.skip(f"{release.folder} is missing: run `make asterisk` first")
    if os.geteuid() != 0:
        pytest.skip("a real Asterisk runs in a folder by chroot: run the tests as root")
    with AsteriskServer(release.folder, f"scenarios-{version}") as server:
        yield server


@contextlib.contextmanager
def simulator() -> Iterator[Any]:
    testing = pytest.importorskip("ari.testing", exc_type=ImportError)
    with testing.Simulator() as server:
        yield server
