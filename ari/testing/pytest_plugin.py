"""Fixtures for tests of ARI programs: a simulator, a client, and a program that runs meanwhile.

::

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

The server is started once and returns to its initial state after each test; the fixture
``ari_simulator_options`` says how it is made. What a handler of the program raises, and what the
program itself raises, is raised again at the end of the test. Only the end of a wait,
:class:`ari.ARIObjectGone`, is no fault: the caller hung up, or the test is over.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from ari import Client
    from ari.testing import Simulator

#: Real seconds for a program to connect, and to end.
PATIENCE = 10.0


class BackgroundApp:
    """Runs a program until the end of a test."""

    def __init__(self, simulator: Simulator, client: Client) -> None:
        self._simulator = simulator
        self._client = client
        self._threads: list[threading.Thread] = []
        self._errors: list[BaseException] = []
        self._ended = threading.Event()

    def __call__(
        self, program: Callable[..., Any], *args: Any, app: str | None = None, **kwargs: Any
    ) -> None:
        """Run ``program(client, *args, **kwargs)`` in a thread until the test ends.

        :param app: an application to wait for: when this returns, it takes calls.
        :raises TimeoutError: when it does not connect in time.
        """
        self._client.exception_handler = self._note

        def run() -> None:
            try:
                program(self._client, *args, **kwargs)
            except BaseException as error:  # noqa: BLE001  # raised again when the test ends
                self._errors.append(error)
            finally:
                self._ended.set()
                self._simulator.advance(0)  # wakes the threads that wait

        thread = threading.Thread(target=run, name="ari-app", daemon=True)
        self._threads.append(thread)
        thread.start()
        if app is not None:
            self._wait_for(app)

    def _note(self, error: BaseException) -> None:
        from ari import ARIObjectGone  # noqa: PLC0415

        # A listener that waits receives this when the caller hangs up or the test ends.
        if not isinstance(error, ARIObjectGone):
            self._errors.append(error)

    def _wait_for(self, app: str) -> None:
        self._simulator.wait_until(
            lambda: app in self._simulator.applications or self._ended.is_set(),
            PATIENCE,
            what=f"application {app!r}",
        )
        if app not in self._simulator.applications:
            self._raise_errors()
            raise RuntimeError(f"the program ended without taking {app!r}")

    def close(self) -> None:
        """End the program and raise what it raised."""
        self._client.close()
        for thread in self._threads:
            thread.join(PATIENCE)
            if thread.is_alive():
                raise TimeoutError("the program did not end when its client was closed")
        self._raise_errors()

    @property
    def errors(self) -> list[BaseException]:
        """Return what the program has raised and close() has not raised again yet."""
        return list(self._errors)

    def _raise_errors(self) -> None:
        if self._errors:
            error = self._errors[0]
            self._errors.clear()
            raise error


@pytest.fixture(scope="session")
def ari_simulator_options() -> dict[str, Any]:
    """Return the arguments of the :class:`~ari.testing.Simulator`; override it in conftest.py."""
    return {}


@pytest.fixture(scope="session")
def _ari_server(ari_simulator_options: dict[str, Any]) -> Iterator[Simulator]:
    from ari.testing import Simulator  # noqa: PLC0415  # not before a test asks for it

    with Simulator(**ari_simulator_options) as simulator:
        yield simulator


@pytest.fixture
def ari_simulator(_ari_server: Simulator) -> Iterator[Simulator]:
    """Provide a simulator without calls; see :class:`ari.testing.Simulator`."""
    yield _ari_server
    _ari_server.reset()


@pytest.fixture
def ari_client(ari_simulator: Simulator) -> Iterator[Client]:
    """Provide a client that is connected to the simulator."""
    import ari  # noqa: PLC0415

    with ari.connect(ari_simulator.url, ari_simulator.user, ari_simulator.password) as client:
        yield client


@pytest.fixture
def ari_app(ari_simulator: Simulator, ari_client: Client) -> Iterator[BackgroundApp]:
    """Provide a function that runs a program in the background; see :class:`BackgroundApp`."""
    app = BackgroundApp(ari_simulator, ari_client)
    yield app
    app.close()
