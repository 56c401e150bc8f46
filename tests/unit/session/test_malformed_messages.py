"""Messages that are no events: logged once each, they end nothing, and the next event counts."""

import json
import random
import sys
import unittest

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ari.events.schema import parse

from ..sockets import BINARY, Inbox, StreamedAsterisk, frame
from ..support import MockedAsterisk, channel_json, event

MANY = 10_000
DEEP = "[" * 100_000


def wrong_objects():
    """Return events whose objects are something else, for each type of event that has some."""
    wrong = ["c1", 5, 1.5, True, ["c1"], [{}], {"name": 5}, {"id": 5}, {"id": None}, {"id": ["c1"]}]
    fields = [
        ("StasisStart", "channel"),
        ("StasisStart", "replace_channel"),
        ("ChannelEnteredBridge", "bridge"),
        ("Dial", "peer"),
        ("Dial", "caller"),
        ("PlaybackFinished", "playback"),
        ("RecordingFailed", "recording"),
        ("EndpointStateChange", "endpoint"),
        ("DeviceStateChanged", "device_state"),
        ("ChannelUserevent", "channel"),
    ]
    return [json.dumps(event(t, **{field: value})) for t, field in fields for value in wrong]


KINDS = {
    "not JSON": ["{", "nonsense", "{'type': 1}", '{"type": "X"', "\x00", "{}{}", '"\\ud8"', " "],
    "not an object": ["[]", "5", '"StasisStart"', "null", "true", "[{}]", "NaN"],
    "no type": ["{}", '{"type": null}', '{"type": 5}', '{"type": ["X"]}', '{"Type": "X"}'],
    "wrong types in fields": wrong_objects(),
    "binary": [b"\x00\x01", b"{}"],
    "invalid UTF-8": [b"\xff", b'{"type": "\xc3\x28"}', b"\xed\xa0\x80", b'{"type": "X"}\xc0'],
    "huge": ["x" * 200_000, "[" + "1," * 100_000, '{"type": 5, "x": "' + "y" * 200_000 + '"}'],
    "deeply nested": [DEEP, DEEP + "]" * 100_000, '{"a":' * 50_000, '{"type":"X","a":' + DEEP],
    "numbers without end": ["9" * 10_000, '{"type": "X", "n": ' + "9" * 10_000 + "}"],
}


class KindsTest(StreamedAsterisk):
    def run_with(self, kind, count):
        """Send so many messages of a kind and then an event; return how many were logged."""
        got = Inbox()
        self.client.on_event("StasisEnd", got)
        messages = KINDS[kind]
        _, peer = self.start()
        with self.assertLogs("ari.session.run", "ERROR") as logs:
            for begin in range(0, count, 100):
                for index in range(begin, min(begin + 100, count)):
                    message = messages[index % len(messages)]
                    if kind == "binary":
                        peer.send_frame(BINARY, message)
                    else:
                        peer.send(message)
            peer.send(event("StasisEnd", channel=channel_json()))
            self.assertEqual(got.next()["type"], "StasisEnd")
        self.assertTrue(all(len(line) < 1000 for line in logs.output))
        return len(logs.output)

    def test_many_of_every_kind(self):
        for kind in KINDS:
            with self.subTest(kind=kind):
                count = 300 if kind in ("huge", "deeply nested") else MANY // 7
                self.assertEqual(self.run_with(kind, count), count)
                self.client.close()

    def test_an_empty_text_is_nobodys_fault(self):
        got = Inbox()
        self.client.on_event("StasisEnd", got)
        _, peer = self.start()
        with self.assertNoLogs("ari.session.run", "ERROR"):
            peer.send("", event("StasisEnd", channel=channel_json()))
            got.next()

    def test_fragments_and_frames_of_any_size(self):
        got = Inbox()
        self.client.on_event("ChannelUserevent", got)
        _, peer = self.start()
        for size in (0, 125, 126, 65535, 65536, 500_000):
            happening = event("ChannelUserevent", eventname="n", userevent={"x": "y" * size})
            text = json.dumps(happening).encode()
            for cut in (1, len(text) // 2):
                peer.sock.sendall(
                    frame(1, text[:cut], final=False)
                    + frame(0, b"", final=False)
                    + frame(0, text[cut:])
                )
                self.assertEqual(len(got.next()["userevent"]["x"]), size)


class ParseTest(unittest.TestCase):
    def test_what_is_no_event_is_a_value_error(self):
        for kind, messages in KINDS.items():
            for message in messages:
                if kind in ("wrong types in fields", "numbers without end"):
                    continue
                with self.subTest(kind=kind, message=message[:30]), self.assertRaises(ValueError):
                    parse(message)

    def test_an_event(self):
        self.assertEqual(parse('{"type": "X", "a": [1]}'), {"type": "X", "a": [1]})

    def test_nesting_that_leaves_no_room_is_a_value_error(self):
        """Whatever depth the reading thread is at."""

        def at_depth(depth):
            return parse(DEEP) if depth == 0 else at_depth(depth - 1)

        for depth in (0, sys.getrecursionlimit() // 2):
            with self.assertRaises(ValueError):
                at_depth(depth)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)
object_fields = st.sampled_from(
    ["channel", "bridge", "peer", "caller", "playback", "recording", "endpoint", "device_state"]
)
object_values = json_values | st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("id", "name", "target_uri", "technology"), json_values)
)


class HypothesisTest(MockedAsterisk):
    """Anything at all, on the reading thread's way."""

    def setUp(self):
        super().setUp()

        self.running = self.undriven_run()
        self.got = []
        for event_type in self.client.event_models:
            self.client.on_event(event_type, self.got.append)
        self.client.exception_handler = self.fail_with

    def fail_with(self, ex):
        raise ex

    def take(self, message):
        """Take a message, and run the handlers that it brings."""
        workers = self.running._workers
        self.running.on_message(message)
        while workers._lanes.size:
            key, task = workers._take()
            task()
            workers._done(key)

    def check(self, message):
        with self.assertLogs("ari", "WARNING") as logs:
            self.take(message)
            taken = self.got.copy()
            logs.records.clear()
            del logs.output[:]
            self.take(json.dumps(event("StasisEnd", channel=channel_json())))
            self.assertEqual(len(self.got), len(taken) + 1)
            self.take("")
            self.take("no event")
        self.assertEqual(len(logs.output), 1)
        self.got.clear()

    @settings(
        max_examples=300, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(st.text() | st.binary() | json_values.map(json.dumps) | st.integers() | st.none())
    def test_any_message(self, message):
        self.check(message)

    @settings(
        max_examples=300, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(st.data())
    def test_any_event(self, data):
        event_type = data.draw(st.sampled_from(sorted(self.client.event_models)))
        fields = data.draw(st.dictionaries(object_fields | st.text(), object_values, max_size=4))
        self.check(json.dumps({**fields, "type": event_type}))


class ObjectListenersTest(MockedAsterisk):
    """What passes must not fail inside the library when objects are made of it."""

    def test_objects_are_made_or_the_event_is_refused(self):
        seen, failed = [], []
        self.client.exception_handler = failed.append
        for register, types in (
            (self.client.on_channel_event, ["StasisStart", "Dial", "ChannelUserevent"]),
            (self.client.on_bridge_event, ["ChannelEnteredBridge", "ChannelUserevent"]),
            (self.client.on_playback_event, ["PlaybackFinished"]),
            (self.client.on_live_recording_event, ["RecordingFailed"]),
            (self.client.on_endpoint_event, ["EndpointStateChange", "ChannelUserevent"]),
            (self.client.on_device_state_event, ["DeviceStateChanged"]),
        ):
            for event_type in types:
                register(event_type, lambda obj, event: seen.append(obj))
        texts, rand = wrong_objects(), random.Random(1)
        for _ in range(500):
            one, other = json.loads(rand.choice(texts)), json.loads(rand.choice(texts))
            try:
                self.emit({**other, **one})
            except ValueError:
                continue
        self.assertEqual(failed, [])
        self.assertLess(len(seen), 500)
