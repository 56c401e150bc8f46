"""The scenarios. Each module plays what one resource of ARI is about."""

from tests.scenarios.plays import calls
from tests.scenarios.scenario import SCENARIOS

__all__ = ["SCENARIOS", "calls"]
