"""Measure how many events a second a client handles, on one thread and on workers.

A thread of the benchmark's stands for the socket, so the figures are the library's own, without
network and Asterisk.
"""

from __future__ import annotations

import threading
import time
from typing import Any

from bench import Asterisk

EVENTS = 50_000
CALLS = 1_000


def events_per_second(workers: int) -> float:
    """Handle events of many calls, each with a listener of its own; return the rate."""
    asterisk = Asterisk(workers)
    handled = threading.Semaphore(0)

    def handle(channel: Any, event: dict[str, Any]) -> None:
        handled.release()

    for number in range(CALLS):
        asterisk.channel(f"c{number}").on_event("ChannelStateChange", handle)
    messages = [asterisk.event("ChannelStateChange", f"c{n}") for n in range(CALLS)]

    def read() -> None:
        for number in range(EVENTS):
            asterisk.run.on_message(messages[number % CALLS])
        asterisk.workers.finish()

    reader = threading.Thread(target=read)
    began = time.perf_counter()
    reader.start()
    asterisk.workers.run()
    took = time.perf_counter() - began
    reader.join()
    asterisk.workers.join()
    for _ in range(EVENTS):
        assert handled.acquire(blocking=False)
    return EVENTS / took


if __name__ == "__main__":
    for workers in (0, 1, 4, 16):
        print(f"workers={workers:<3} {events_per_second(workers):8,.0f} events/s")
