"""The scenarios. Each module plays what one part of ARI is about."""

from tests.scenarios.plays import calls, leaving
from tests.scenarios.scenario import SCENARIOS

__all__ = ["SCENARIOS", "calls", "leaving"]
