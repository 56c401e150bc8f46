"""The core: what every part of the simulated PBX shares."""

from __future__ import annotations

from ari.testing.core.bus import Bus
from ari.testing.core.clock import Clock
from ari.testing.core.global_variables import GlobalVariables
from ari.testing.core.numbering import Numbering
from ari.testing.core.signals import Signal


class Core:
    """The time, the way of events to the applications, and what is counted or known everywhere.

    :param clock: its time.
    """

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.bus = Bus(clock)
        self.applications = self.bus.applications
        self.numbering = Numbering(clock)
        self.variables = GlobalVariables(self.bus)
        #: Called when somebody may have begun or stopped to be heard.
        self.audio_changed: Signal[[]] = Signal()
