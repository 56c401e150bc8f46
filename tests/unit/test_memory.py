"""Calls without number leave nothing behind."""

import gc

from ari.running import Running

from .support import MockedAsterisk, channel_json, event

CALLS = 100_000
FIRST = 1_000
MEGABYTE = 1 << 20


class MemoryTest(MockedAsterisk):
    """A hundred thousand calls, each with four object listeners, as Asterisk tells of them."""

    def setUp(self):
        super().setUp()
        self.running = Running(
            self.client, ["app"], workers=0, reconnect=None, ping_interval=9, ping_timeout=9
        )
        self.called = 0

    def count(self, obj, event):
        self.called += 1

    def happen(self, happening):
        """Let an event take the way from the reading thread to the handlers."""
        client = self.client
        keys = client.schema.references(happening)
        client.waiting.meet(happening, keys)
        client.ledger.forget(happening["type"], keys)
        self.running.handle(happening, keys)

    def on_start(self, channel, happening):
        for event_type in ("ChannelStateChange", "ChannelDtmfReceived", "PlaybackFinished"):
            channel.on_event(event_type, self.count)
        channel.on_event("StasisEnd", self.count)

    def one_call(self, number, *, destroyed):
        channel = channel_json(f"call-{number}")
        playback = {"id": f"play-{number}", "target_uri": f"channel:call-{number}"}
        self.happen(event("StasisStart", channel=channel, args=[]))
        self.happen(event("ChannelStateChange", channel={**channel, "state": "Up"}))
        self.happen(event("PlaybackFinished", playback=playback))
        self.happen(event("StasisEnd", channel=channel))
        if destroyed:
            self.happen(event("ChannelDestroyed", channel=channel, cause=16, cause_txt="x"))

    def test_memory_does_not_grow(self):
        with self.client.on_channel_event("StasisStart", self.on_start):
            for number in range(FIRST):
                self.one_call(number, destroyed=True)
            gc.collect()
            before = resident()
            for number in range(FIRST, CALLS):
                self.one_call(number, destroyed=True)
            gc.collect()
            grown = resident() - before
        self.assertLess(grown, 5 * MEGABYTE)
        self.assertEqual(self.client.table.by_object, {})
        self.assertEqual(self.called, 3 * CALLS)

    def test_calls_that_end_unseen_leave_a_bounded_number_of_listeners(self):
        """A channel of the dialplan is not heard of after StasisEnd."""
        with self.client.on_channel_event("StasisStart", self.on_start):
            for number in range(5 * FIRST):
                self.one_call(number, destroyed=False)
        self.assertEqual(len(self.client.table.by_object), 1000)
        for size in self.sizes():
            self.assertLessEqual(size, 1000)

    def sizes(self):
        waiting, table = self.client.waiting, self.client.table
        bounded = [table._left, waiting._ends, waiting._recent, waiting._since, waiting._entered]
        return [len(collection) for collection in bounded]


def resident():
    """Return the bytes of memory that this process has in use."""
    with open("/proc/self/status", encoding="ascii") as status:
        line = next(line for line in status if line.startswith("VmRSS"))
    return int(line.split()[1]) * 1024
