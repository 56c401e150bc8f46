"""The scenarios. Each module plays what one part of ARI is about."""

from tests.scenarios.plays import calls, channels, leaving, media, playbacks, recordings
from tests.scenarios.scenario import SCENARIOS

__all__ = ["SCENARIOS", "calls", "channels", "leaving", "media", "playbacks", "recordings"]
