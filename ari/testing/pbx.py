"""The PBX: everything that one simulated Asterisk is made of.

Pure and synchronous: no socket, no thread, no real time. A request goes in through
:class:`ari.testing.rest.routing.Router`, events come out at the applications' connections, and
:class:`~ari.testing.core.clock.Clock` says what time it is.
"""

from __future__ import annotations

from ari.testing.calls.media import Media
from ari.testing.calls.playbacks import Playbacks
from ari.testing.calls.recordings import Recordings
from ari.testing.core.clock import Clock
from ari.testing.core.core import Core
from ari.testing.dialplan.language import Dialplan
from ari.testing.dialplan.run import DialplanRunner
from ari.testing.state.bridge_table import Bridges
from ari.testing.state.channel_table import Channels
from ari.testing.state.devices import Devices
from ari.testing.state.endpoints import Endpoint, Endpoints
from ari.testing.state.exchange import Exchange
from ari.testing.state.system import System


class PBX:
    """One PBX in memory.

    :param clock: its time.
    :param dialplan: its extensions; shared with the PBX after a restart.
    """

    def __init__(self, clock: Clock | None = None, dialplan: Dialplan | None = None) -> None:
        self.core = core = Core(clock or Clock())
        self.clock = core.clock
        self.applications = core.applications
        self.variables = core.variables
        self.dialplan = dialplan or Dialplan()
        self.runner = DialplanRunner(self)
        self.channels = Channels(core)
        self.bridges = Bridges(core)
        self.endpoints = Endpoints(core)
        self.devices = Devices(core, self.channels, self.endpoints, self.runner)
        self.exchange = Exchange(core, self.channels, self.endpoints, self.devices, self.runner)
        self.recordings = Recordings(core)
        self.media = Media(self.recordings.seconds)
        self.playbacks = Playbacks(core, self.media)
        self.mailboxes: dict[str, tuple[int, int]] = {}
        self.system = System(self.clock)

    def add_endpoint(self, endpoint: Endpoint) -> None:
        """Add an endpoint, also to the configuration."""
        self.endpoints.add(endpoint)
        if endpoint.technology == "PJSIP":
            objects = self.system.config["res_pjsip"]["endpoint"]
            objects.setdefault(endpoint.resource, {"context": "default"})

    def crash(self) -> None:
        """Stop at once: connections are gone, calls end and no event says so."""
        self.applications.cut()
        for channel in list(self.channels.values()):
            channel.destroyed = True
        for endpoint in self.endpoints:
            for phone in endpoint.history:
                if not phone.ended:
                    phone.end(0)
            endpoint.channels.clear()
        self.clock.clear()

    def restarted(self) -> PBX:
        """Return the PBX that comes up after a crash: telephones, dialplan and sounds stay."""
        successor = PBX(self.clock, self.dialplan)
        successor.media.sounds = self.media.sounds
        for endpoint in self.endpoints:
            successor.add_endpoint(endpoint)
        return successor
