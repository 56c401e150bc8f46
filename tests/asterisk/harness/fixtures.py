"""The fixtures: a server of each version for the session, a switchboard for each test.

``conftest.py`` imports them. Each test that uses ``asterisk`` runs on both versions, or on the
servers of ``--server``, of which the simulator is one. If ``ARI_TEST_URL`` is set, it runs on that
server alone (``ARI_TEST_USER`` and ``ARI_TEST_PASSWORD`` are its credentials; see ``dialplan.py``
for what it needs).
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

import pytest

from tests.asterisk.harness import install_asterisk
from tests.asterisk.harness.server import AsteriskServer, OwnServer, Server
from tests.asterisk.harness.simulated_server import SimulatedServer
from tests.asterisk.harness.switchboard import Switchboard

OWN = "own"
SIMULATOR = "simulator"


def server_names(chosen: Sequence[str] | None = None) -> list[str]:
    """Return the servers that the tests run on.

    :param chosen: the values of ``--server``, if any
    """
    if os.environ.get("ARI_TEST_URL"):
        return [OWN]
    if chosen:
        return [name if name == SIMULATOR else f"asterisk{name}" for name in chosen]
    return [release.name for release in install_asterisk.RELEASES]


def make_server(name: str) -> OwnServer:
    """Return a server of our own, not started yet."""
    if name == SIMULATOR:
        return SimulatedServer()
    release = next(release for release in install_asterisk.RELEASES if release.name == name)
    if not release.is_there:
        pytest.fail(f"{release.folder} is missing: run `make asterisk` first", pytrace=False)
    if os.geteuid() != 0:
        pytest.fail("a real Asterisk runs in a folder by chroot: run the tests as root", False)
    return AsteriskServer(release.folder, name)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each test that uses a server on every server."""
    names = server_names(metafunc.config.getoption("--server"))
    for fixture, scope in (("asterisk", "session"), ("spare_asterisk", "function")):
        if fixture in metafunc.fixturenames:
            metafunc.parametrize(fixture, names, indirect=True, scope=scope)
            return


@pytest.fixture(scope="session")
def asterisk(request: pytest.FixtureRequest) -> Iterator[Server]:
    """Provide a running server, the same for all tests of the session."""
    if request.param == OWN:
        yield Server(
            OWN,
            os.environ["ARI_TEST_URL"],
            os.environ.get("ARI_TEST_USER", "asterisk"),
            os.environ.get("ARI_TEST_PASSWORD", "asterisk"),
        )
        return
    with make_server(request.param) as server:
        yield server


@pytest.fixture
def spare_asterisk(request: pytest.FixtureRequest) -> Iterator[OwnServer]:
    """Provide a running server to this test alone, to kill, freeze and start again."""
    if request.param == OWN:
        pytest.skip("this test stops and kills its server, which ARI_TEST_URL does not allow")
    with make_server(request.param) as server:
        yield server


@pytest.fixture(scope="session")
def session_switchboard(asterisk: Server) -> Iterator[Switchboard]:
    """Keep one switchboard on the server; tests ask for ``switchboard``."""
    with Switchboard(asterisk) as board:
        yield board


@pytest.fixture
def switchboard(session_switchboard: Switchboard) -> Iterator[Switchboard]:
    """Provide a switchboard on the server; remove what the test leaves there."""
    session_switchboard.begin()
    yield session_switchboard
    session_switchboard.finish()
