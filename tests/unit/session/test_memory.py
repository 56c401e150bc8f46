"""Calls without number leave nothing behind."""

import gc
import json
import subprocess
import sys
import unittest
from pathlib import Path

from ari.session.run import take_in

from ..support import MockedAsterisk, channel_json, event

CALLS = 100_000
FIRST = 1_000
MEGABYTE = 1 << 20


class Calls(MockedAsterisk):
    """Calls with four object listeners each, as Asterisk tells of them."""

    def setUp(self):
        super().setUp()
        self.running = self.undriven_run()
        self.called = 0
        self.client.on_channel_event("StasisStart", self.on_start)

    def count(self, obj, event):
        self.called += 1

    def happen(self, happening):
        """Send an event the way from the reading thread to the handlers."""
        client = self.client
        keys = client._session.schema.references(happening)
        self.running.handle(take_in(client._session, happening, keys))

    def on_start(self, channel, happening):
        for event_type in ("ChannelStateChange", "ChannelDtmfReceived", "PlaybackFinished"):
            channel.on_event(event_type, self.count)
        channel.on_event("StasisEnd", self.count)

    def make(self, numbers, *, destroyed=True):
        """Make calls come and go.

        :param destroyed: whether we are told of their end, as of channels that we made.
        """
        for number in numbers:
            channel = channel_json(f"call-{number}")
            playback = {"id": f"play-{number}", "target_uri": f"channel:call-{number}"}
            self.happen(event("StasisStart", channel=channel, args=[]))
            self.happen(event("PlaybackFinished", playback=playback))
            self.happen(event("StasisEnd", channel=channel))
            if destroyed:
                self.happen(event("ChannelDestroyed", channel=channel, cause=16, cause_txt="x"))


class BoundedTest(Calls):
    def test_calls_that_end_unseen_leave_a_bounded_number_of_listeners(self):
        """A channel of the dialplan is not heard of after StasisEnd."""
        self.make(range(5 * FIRST), destroyed=False)
        self.assertEqual(len(self.client._session.listeners.by_object), 1000)
        session = self.client._session
        waits = session.waits
        self.assertLessEqual(len(session.listeners._left), 1000)
        self.assertLessEqual(len(waits._ends), 3000)
        self.assertEqual(len(waits._trails), 0)
        self.assertEqual(len(waits._entered), 0)


class MemoryTest(unittest.TestCase):
    """In a process of its own, whose memory nothing else uses."""

    def test_a_hundred_thousand_calls(self):
        done = subprocess.run(
            [sys.executable, "-c", "from tests.unit.session import test_memory as t; t.measure()"],
            cwd=Path(__file__).resolve().parents[3],
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        found = json.loads(done.stdout)
        self.assertLess(found["grown"], 5 * MEGABYTE)
        self.assertEqual(found["listeners"], 0)
        self.assertEqual(found["called"], 2 * CALLS)


def measure():
    """Print what a hundred thousand calls leave behind."""
    calls = Calls("setUp")
    calls.setUp()
    calls.make(range(FIRST))
    gc.collect()
    before = resident()
    calls.make(range(FIRST, CALLS))
    gc.collect()
    found = {
        "grown": resident() - before,
        "listeners": len(calls.client._session.listeners.by_object),
        "called": calls.called,
    }
    print(json.dumps(found))  # noqa: T201


def resident():
    """Return the bytes of memory that this process has in use."""
    with open("/proc/self/status", encoding="ascii") as status:
        line = next(line for line in status if line.startswith("VmRSS"))
    return int(line.split()[1]) * 1024
