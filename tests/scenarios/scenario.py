"""The list of scenarios: functions that play something on a stage."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from tests.scenarios.stage import Stage


@dataclass(frozen=True)
class Scenario:
    """Something to play on every server.

    :ivar not_on: versions of Asterisk that cannot play it, with the reason
    """

    name: str
    play: Callable[[Stage], None]
    not_on: dict[str, str] = field(default_factory=dict)


SCENARIOS: dict[str, Scenario] = {}


def scenario(
    *, not_on: dict[str, str] | None = None
) -> Callable[[Callable[[Stage], None]], Callable[[Stage], None]]:
    """Add a function to the list."""

    def add(play: Callable[[Stage], None]) -> Callable[[Stage], None]:
        assert play.__name__ not in SCENARIOS, f"two scenarios are called {play.__name__}"
        SCENARIOS[play.__name__] = Scenario(play.__name__, play, not_on or {})
        return play

    return add
