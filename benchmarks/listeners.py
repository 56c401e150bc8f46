"""Measure what an event costs with one object listener, and with a hundred thousand.

Prints both and their ratio, which is 1 for a table that is looked up and never scanned. Exits with
1 if the ratio is above 1.25.
"""

from __future__ import annotations

import statistics
import sys
import time
from typing import Any

from bench import Asterisk

MANY = 100_000
EVENTS = 2_000
ROUNDS = 15
ALLOWED = 1.25


def seconds_per_event(asterisk: Asterisk) -> float:
    """Handle events of one channel, and return the seconds that each took."""
    happening = asterisk.event("ChannelStateChange", "c0")
    began = time.perf_counter()
    for _ in range(EVENTS):
        asterisk.happen(happening)
    return (time.perf_counter() - began) / EVENTS


def with_listeners(count: int) -> Asterisk:
    """Return a client with so many channels of one listener each."""
    asterisk = Asterisk()
    for number in range(count):
        asterisk.channel(f"c{number}").on_event("ChannelStateChange", ignore)
    return asterisk


def ignore(channel: Any, event: dict[str, Any]) -> None:
    pass


def main() -> int:
    one, many = with_listeners(1), with_listeners(MANY)
    costs: dict[Asterisk, list[float]] = {one: [], many: []}
    for _ in range(ROUNDS):  # by turns, so that other work on the machine falls on both
        for asterisk, found in costs.items():
            found.append(seconds_per_event(asterisk))
    best = {asterisk: min(found) for asterisk, found in costs.items()}
    ratio = best[many] / best[one]
    for asterisk, count in ((one, 1), (many, MANY)):
        median = statistics.median(costs[asterisk])
        print(
            f"{count:>7,} listeners: {best[asterisk] * 1e6:6.1f} µs an event at best, "
            f"{median * 1e6:6.1f} µs in the median"
        )
    print(f"ratio {ratio:.2f}, at most {ALLOWED} allowed")
    return 0 if ratio <= ALLOWED else 1


if __name__ == "__main__":
    sys.exit(main())
