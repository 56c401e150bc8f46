"""The scenarios, in one module for each part of ARI."""

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
