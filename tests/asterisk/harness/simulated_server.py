"""Run the simulator for the tests, as a server that can be started, killed and frozen."""

from __future__ import annotations

from ari.testing import Simulator
from tests.asterisk.harness.dialplan import dialplan
from tests.asterisk.harness.server import (
    ALLOWED_ORIGIN,
    PASSWORD,
    READER,
    READER_PASSWORD,
    USER,
    OwnServer,
)


class SimulatedServer(OwnServer):
    """A simulator with the telephones, users and dialplan of the real servers.

    It shares its interpreter with the tests, so it bears less load than a separate server.

    :param speed: virtual seconds per real second
    :param idle_timeout: real seconds after which it closes a connection that nobody uses
    """

    scale = 0.2

    def __init__(self, *, speed: float = 3.0, idle_timeout: float = 15.0) -> None:
        super().__init__("simulator")
        self.idle_timeout = idle_timeout
        self.simulator = Simulator(
            port=self.port,
            users={USER: PASSWORD},
            read_only_users={READER: READER_PASSWORD},
            allowed_origins=[ALLOWED_ORIGIN],
            speed=speed,
            idle_timeout=idle_timeout,
        )
        self.simulator.dialplan(dialplan())
        self.simulator.endpoint("PJSIP/alice", online=False)
        self.simulator.line("PJSIP/line")
        self.simulator.allow_configuration("auth")
        self._running = False

    @property
    def running(self) -> bool:
        return self._running

    def start(self) -> None:
        if not self._running:
            self.simulator.start()
            self._running = True

    def stop(self) -> None:
        if self._running:
            self._running = False
            self.simulator.close()

    def kill(self) -> None:
        if self._running:
            self.simulator.refuse()
            self.simulator.restart()
        self.stop()

    def freeze(self) -> None:
        self.simulator.freeze()

    def thaw(self) -> None:
        if self._running:
            self.simulator.thaw()

    def close(self) -> None:
        self.kill()
