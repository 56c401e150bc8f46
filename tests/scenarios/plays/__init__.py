"""The scenarios. Each module plays what one part of ARI is about."""

from tests.scenarios.plays import (
    applications,
    bridges,
    calls,
    channels,
    events,
    http,
    leaving,
    media,
    playbacks,
    recordings,
    server,
    sockets,
    telephones,
    things,
    together,
)
from tests.scenarios.scenario import SCENARIOS

__all__ = [
    "SCENARIOS",
    "applications",
    "bridges",
    "calls",
    "channels",
    "events",
    "http",
    "leaving",
    "media",
    "playbacks",
    "recordings",
    "server",
    "sockets",
    "telephones",
    "things",
    "together",
]
