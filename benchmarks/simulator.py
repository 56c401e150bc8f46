"""How quick the simulator is: its start, a call of more than ten events, and many calls at once.

Run ``python benchmarks/simulator.py``. The aims: a start in 150 ms, a call in 15 ms, 1,000 calls.
"""

import math
import statistics
import threading
import time

import ari
from ari.testing import Simulator

STARTS = 20
CALLS = 200
CROWD = 1000


def milliseconds(function):
    began = time.perf_counter()
    function()
    return (time.perf_counter() - began) * 1000


def start_and_close():
    simulator = Simulator()
    took = milliseconds(simulator.start)
    simulator.close()
    return took


class Program:
    """A program that answers whoever calls and counts what it is told."""

    def __init__(self, simulator):
        self.client = ari.connect(simulator.url, simulator.user, simulator.password)
        self.events = 0
        self.ended = threading.Semaphore(0)
        self.client.on_channel_event("StasisStart", lambda objects, event: objects.answer())
        for event_type in self.client.event_models:
            self.client.on_event(event_type, self.count)
        self.client.on_event("StasisEnd", self.end)
        self.thread = threading.Thread(target=self.client.run, args=("bench",))
        self.thread.start()
        simulator.wait_for_application("bench")
        self.client.applications.subscribe("bench", eventSource="channel:")

    def count(self, event):
        self.events += 1

    def end(self, event):
        self.events += 1
        self.ended.release()

    def close(self):
        self.client.close()
        self.thread.join()


def one_call(simulator, program):
    caller = simulator.call("PJSIP/alice", app="bench")
    caller.wait_for_state("Up")
    caller.press("12345")
    caller.hangup()
    program.ended.acquire()


def crowd(simulator, program):
    callers = [simulator.call(f"PJSIP/{n}", app="bench") for n in range(CROWD)]
    for caller in callers:
        caller.wait_for_state("Up", timeout=60)
    for caller in callers:
        caller.hangup()
    for _ in callers:
        program.ended.acquire()


def main():
    starts = [start_and_close() for _ in range(STARTS)]
    print(f"start: median {statistics.median(starts):.1f} ms, worst {max(starts):.1f} ms")
    with Simulator(speed=math.inf) as simulator:
        program = Program(simulator)
        calls = [milliseconds(lambda: one_call(simulator, program)) for _ in range(CALLS)]
        each = program.events / CALLS
        print(
            f"call: median {statistics.median(calls):.1f} ms, worst {max(calls):.1f} ms, "
            f"{each:.0f} events each"
        )
        took = milliseconds(lambda: crowd(simulator, program))
        print(f"{CROWD} calls at once: {took / 1000:.1f} s")
        program.close()


if __name__ == "__main__":
    main()
