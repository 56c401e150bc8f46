"""Waiting for events: who is met, what is remembered, and how a wait ends."""

import gc
import threading
import time
import unittest
from unittest import mock

from ari.events.listeners import ListenerTable
from ari.events.waits import WaitingRoom
from ari.exceptions import ARIObjectGone, ARIWaitTimeout
from ari.kinds import target_keys
from ari.session.event_sources import EventSources
from ari.session.lookback import LookBack
from ari.session.waiting import ThreadTime, ThreadWaiter, first_event
from ari.transport.procedures import drive

from ..sockets import DEADLINE, Inbox
from ..support import LogRecords, MockedAsterisk, channel_json, event

CHANNEL = ("Channel", "c1")
PLAYBACK = ("Playback", "p1")


def happening(event_type, number=0, **fields):
    return {"type": event_type, "application": "app", "number": number, **fields}


def nothing():
    """Ask nobody whether what is waited for is there."""
    yield from ()


class ThreadRoom(WaitingRoom):
    """A room whose waits are of threads, and look back as far as the test says."""

    def __init__(self):
        super().__init__()
        self.time_waited = ThreadTime({})
        self.before_wait = lambda: None
        self.lookback = LookBack(self, EventSources(), ListenerTable())

    @property
    def now(self):
        """The number that the next event will have."""
        return self.count + 1

    def look_back(self, keys, number):
        """A request about these objects is sent."""
        for trail in self.lookback.trails(keys, ()):
            trail.start_at(number)

    def open(self, types, keys=()):
        waiter = ThreadWaiter(
            self, types, keys, before_wait=self.before_wait, time_waited=self.time_waited
        )
        self.enter(waiter, self.lookback.trails(keys, types))
        return waiter

    def wait_for(self, types, keys=(), predicate=None, timeout=None):
        deadline = None if timeout is None else time.monotonic() + timeout
        with self.open(types, keys) as waiter:
            event = drive(
                first_event(waiter, predicate, deadline, nothing, known=True),
                lambda step: step.waiter.get(step.deadline),
            )
            if waiter.latest:
                self.lookback.start_at(keys, types, waiter.latest + 1)
            return event


class Rooms(unittest.TestCase):
    def setUp(self):
        self.room = ThreadRoom()

    def meet(self, event_type, *keys, number=0, **fields):
        self.room.meet(happening(event_type, number, **fields), keys or [CHANNEL])

    def wait(self, *types, keys=(CHANNEL,), predicate=None, timeout=DEADLINE):
        return self.room.wait_for(types, keys, predicate, timeout)

    def nothing_comes(self, *types, keys=(CHANNEL,)):
        with self.assertRaises(ARIWaitTimeout):
            self.wait(*types, keys=keys, timeout=0)

    def in_thread(self, function, *args, **kwargs):
        """Call a waiting function in a thread; return a function for its result."""
        outcome = Inbox()

        def call():
            try:
                outcome(function(*args, **kwargs))
            except Exception as ex:  # noqa: BLE001 - the test judges it
                outcome(ex)

        waiting = threading.Event()
        self.room.before_wait = waiting.set
        thread = threading.Thread(target=call)
        thread.start()
        self.addCleanup(thread.join, DEADLINE)
        self.assertTrue(waiting.wait(DEADLINE))
        return outcome.next


class RoomTest(Rooms):
    def test_a_wait_is_met(self):
        result = self.in_thread(self.wait, "A")
        self.meet("B")
        self.meet("A", ("Channel", "c2"))
        self.meet("A", number=1)
        self.assertEqual(result()["number"], 1)
        self.assertEqual(self.room.keys(), [])

    def test_several_types_of_which_any_will_do(self):
        result = self.in_thread(self.wait, "A", "B")
        self.meet("B", number=2)
        self.assertEqual(result()["number"], 2)

    def test_waiting_for_an_event_about_anything(self):
        result = self.in_thread(self.wait, "A", keys=())
        self.meet("B")
        self.meet("A", ("Bridge", "b"), number=3)
        self.assertEqual(result()["number"], 3)
        self.assertEqual(self.room._anywhere, [])

    def test_a_predicate_is_asked_on_the_waiting_thread(self):
        asked = []

        def predicate(happening):
            asked.append(threading.current_thread())
            return happening["number"] == 2

        result = self.in_thread(self.wait, "A", predicate=predicate)
        for number in range(4):
            self.meet("A", number=number)
        self.assertEqual(result()["number"], 2)
        self.assertEqual(len(asked), 3)
        self.assertNotIn(threading.current_thread(), asked)

    def test_a_predicate_that_fails_fails_the_wait(self):
        result = self.in_thread(self.wait, "A", predicate=lambda happening: 1 / 0)
        self.meet("A")
        self.assertIsInstance(result(), ZeroDivisionError)
        self.assertEqual(self.room.keys(), [])

    def test_a_timeout(self):
        with self.assertRaisesRegex(ARIWaitTimeout, "waiting for A or B of Channel c1"):
            self.wait("B", "A", timeout=0.01)
        with self.assertRaises(TimeoutError):
            self.wait("A", timeout=-1)
        self.assertEqual(self.room.keys(), [])

    def test_the_deadline_is_for_the_whole_wait(self):
        with mock.patch("ari.session.waiting.time.monotonic", side_effect=range(100)):
            for _ in range(3):
                self.room.look_back([CHANNEL], self.room.now)
                self.meet("A")
            with self.assertRaises(ARIWaitTimeout):
                self.wait("A", predicate=lambda happening: False, timeout=5)

    def test_an_object_that_two_keys_name_is_met_once(self):
        with self.room.open(["PlaybackFinished"], [PLAYBACK, CHANNEL]) as waiter:
            self.meet("PlaybackFinished", CHANNEL, PLAYBACK)
            waiter.get(0)
            with self.assertRaises(ARIObjectGone) as caught:
                waiter.get(0)
        self.assertEqual(caught.exception.key, PLAYBACK)

    def test_the_end_of_the_object_ends_the_wait(self):
        for event_type in ("ChannelDestroyed", "StasisEnd"):
            result = self.in_thread(self.wait, "A")
            self.meet(event_type)
            gone = result()
            self.assertIsInstance(gone, ARIObjectGone)
            self.assertEqual(gone.key, CHANNEL)
            self.assertIn(event_type, str(gone))
            self.meet("StasisStart")

    def test_the_end_of_a_target_ends_the_wait(self):
        result = self.in_thread(self.wait, "PlaybackFinished", keys=(PLAYBACK, CHANNEL))
        self.meet("StasisEnd")
        self.assertIsInstance(result(), ARIObjectGone)

    def test_an_awaited_end_is_returned(self):
        result = self.in_thread(self.wait, "StasisEnd")
        self.meet("StasisEnd", number=7)
        self.assertEqual(result()["number"], 7)

    def test_after_stasis_end_some_may_still_come(self):
        for event_type in ("ChannelDestroyed", "StasisStart"):
            self.room = ThreadRoom()
            result = self.in_thread(self.wait, event_type)
            self.meet("StasisEnd")
            self.meet(event_type, number=8)
            self.assertEqual(result()["number"], 8)

    def test_how_it_ended_is_remembered(self):
        self.meet("StasisEnd", number=1)
        self.assertTrue(self.room.has_ended(CHANNEL))
        self.assertEqual(self.wait("StasisEnd")["number"], 1)
        with self.assertRaises(ARIObjectGone):
            self.wait("A")
        self.nothing_comes("ChannelDestroyed")
        self.meet("ChannelDestroyed", number=2)
        self.assertEqual(self.wait("ChannelDestroyed")["number"], 2)
        self.assertEqual(self.wait("StasisEnd", "ChannelDestroyed")["number"], 1)

    def test_as_many_ends_are_remembered_as_said(self):
        with mock.patch("ari.events.waits._REMEMBERED", 5):
            for number in range(6):
                self.meet("ChannelDestroyed", ("Channel", str(number)))
        self.assertFalse(self.room.has_ended(("Channel", "0")))
        self.assertTrue(self.room.has_ended(("Channel", "1")))

    def test_ends_are_remembered_for_a_while(self):
        with mock.patch("ari.events.waits.time.monotonic", side_effect=[0.0, 29.0, 31.0]):
            for number in range(3):
                self.meet("ChannelDestroyed", ("Channel", str(number)))
        ended = [self.room.has_ended(("Channel", str(number))) for number in range(3)]
        self.assertEqual(ended, [False, True, True])

    def test_a_channel_that_came_back_has_not_ended(self):
        self.meet("StasisEnd")
        self.meet("StasisStart")
        self.assertFalse(self.room.has_ended(CHANNEL))
        self.nothing_comes("A")

    def test_another_object_of_the_same_name_has_not_ended(self):
        self.meet("RecordingFinished", ("LiveRecording", "r"))
        self.room.renew(("LiveRecording", "r"))
        self.nothing_comes("RecordingFinished", keys=(("LiveRecording", "r"),))

    def test_a_move_to_another_connection_is_no_end(self):
        self.meet("StasisStart", application="first")
        with self.room.open(["A"], [CHANNEL]) as waiter, self.room.open(["StasisEnd"]) as watcher:
            self.meet("StasisStart", application="second")
            self.meet("StasisEnd", application="first", number=1)
            self.assertEqual(watcher.get(0)["number"], 1)
            self.assertFalse(self.room.has_ended(CHANNEL))
            with self.assertRaises(ARIWaitTimeout):
                waiter.get(0)
            self.meet("StasisEnd", application="second")
            with self.assertRaises(ARIObjectGone):
                waiter.get(0)
        self.assertEqual(len(self.room._entered), 0)

    def test_where_channels_are_is_known_of_so_many_only(self):
        with mock.patch("ari.events.waits._ENTERED", 3):
            for number in range(10):
                self.meet("StasisStart", ("Channel", str(number)))
        self.assertEqual(len(self.room._entered), 3)

    def test_what_is_gone_ends_waits_on_it_and_those_to_come(self):
        result = self.in_thread(self.wait, "A")
        self.room.retire(CHANNEL, "was lost")
        gone = result()
        self.assertRegex(str(gone), "the Channel was lost")
        self.assertEqual(gone.key, CHANNEL)
        with self.assertRaisesRegex(ARIObjectGone, "was lost"):
            self.wait("A")
        self.assertTrue(self.room.has_ended(CHANNEL))

    def test_what_is_gone_may_have_last_words(self):
        with self.room.open(["A"], [CHANNEL]) as waiter:
            self.room.retire(CHANNEL, "was destroyed", grace=DEADLINE)
            self.meet("A", number=3)
            self.assertEqual(waiter.get()["number"], 3)
            with self.assertRaises(ARIWaitTimeout):
                waiter.get(0)
            self.room.retire(CHANNEL, "was destroyed", grace=0.01)
            with self.assertRaises(ARIObjectGone):
                waiter.get()

    def test_what_came_back_or_is_made_again_is_not_gone(self):
        for again in (lambda: self.meet("StasisStart"), lambda: self.room.renew(CHANNEL)):
            self.room.retire(CHANNEL, "was lost")
            again()
            self.assertFalse(self.room.has_ended(CHANNEL))
            self.nothing_comes("A")

    def test_what_is_gone_is_remembered_of_so_many_only(self):
        with mock.patch("ari.events.waits._REMEMBERED", 5):
            for number in range(9):
                self.room.retire(("Channel", str(number)), "was lost")
        self.assertEqual(len(self.room._gone), 5)

    def test_closing_ends_all_waits_and_those_to_come(self):
        results = [self.in_thread(self.wait, "A"), self.in_thread(self.wait, "A", keys=())]
        self.room.close()
        for result in results:
            gone = result()
            self.assertIsInstance(gone, ARIObjectGone)
            self.assertIsNone(gone.key)
        with self.assertRaisesRegex(ARIObjectGone, "closed"):
            self.wait("A")
        self.room.reopen()
        self.nothing_comes("A")

    def test_what_came_is_returned_even_when_closed(self):
        self.meet("StasisEnd", number=4)
        self.room.close()
        self.assertEqual(self.wait("StasisEnd")["number"], 4)

    def test_leaving_twice_does_no_harm(self):
        for keys in ((CHANNEL,), ()):
            waiter = self.room.open(["A"], keys)
            other = self.room.open(["A"], keys)
            waiter.close()
            waiter.close()
            self.meet("A", number=5)
            self.assertEqual(other.get(0)["number"], 5)
            other.close()
        self.assertEqual(self.room.keys(), [])

    def test_a_notice_that_was_missed_is_found_by_looking_again(self):
        """As when a signal handler puts something in between the look and the wait."""
        waiter = self.room.open(["A"])
        with (
            mock.patch("ari.session.waiting.GLANCE", 0.01),
            mock.patch.object(waiter._changed, "notify"),
        ):
            thread = threading.Timer(0, waiter.put, [(1, happening("A"))])
            thread.start()
            self.assertEqual(waiter.get()["type"], "A")
            thread.join(DEADLINE)

    def test_time_spent_waiting_is_counted_by_thread(self):
        with mock.patch("ari.session.waiting.time.monotonic", side_effect=[10.0, 11.0, 12.5]):
            waiter = self.room.open(["A"])
            self.meet("A")
            waiter.get()
        self.assertEqual(self.room.time_waited.waited, 2.5)
        other = Inbox()
        thread = threading.Thread(target=lambda: other(self.room.time_waited.waited))
        thread.start()
        thread.join(DEADLINE)
        self.assertEqual(other.next(), 0.0)


class LookingBackTest(Rooms):
    def test_a_wait_begins_at_the_latest_call_about_the_object(self):
        self.meet("A", number=1)
        self.room.look_back([CHANNEL], self.room.now)
        self.meet("A", number=2)
        self.assertEqual(self.wait("A")["number"], 2)

    def test_a_second_wait_looks_for_later_ones(self):
        self.room.look_back([CHANNEL], self.room.now)
        for number in (1, 2):
            self.meet("A", number=number)
        self.assertEqual([self.wait("A")["number"] for _ in range(2)], [1, 2])
        self.nothing_comes("A")

    def test_without_a_call_a_wait_begins_now(self):
        self.meet("A")
        self.nothing_comes("A")

    def test_digits_are_not_looked_back_for(self):
        self.room.look_back([CHANNEL], self.room.now)
        self.meet("ChannelDtmfReceived")
        self.nothing_comes("ChannelDtmfReceived")

    def test_a_call_about_another_object_changes_nothing(self):
        self.room.look_back([("Channel", "c2")], self.room.now)
        self.meet("A")
        self.nothing_comes("A")

    def test_what_came_before_the_first_request_is_not_looked_back_for(self):
        self.meet("A", number=0)
        self.room.look_back([CHANNEL], 1)
        self.meet("A", number=1)
        self.assertEqual(self.wait("A")["number"], 1)
        self.nothing_comes("A")

    def test_a_busy_system_does_not_overrun_it(self):
        self.room.look_back([CHANNEL], self.room.now)
        self.meet("A", number=1)
        for number in range(20_000):
            self.meet("A", ("Channel", f"other-{number}"))
        self.assertEqual(self.wait("A")["number"], 1)

    def test_what_persons_did_before_is_not_looked_back_for(self):
        self.room.look_back([CHANNEL], self.room.now)
        for event_type in ("ChannelHold", "ChannelUnhold", "ChannelTalkingStarted"):
            self.meet(event_type)
            self.nothing_comes(event_type)

    def test_digits_are_kept_from_when_they_are_first_asked_for(self):
        self.room.look_back([CHANNEL], self.room.now)
        self.meet("ChannelDtmfReceived", number=1)
        self.nothing_comes("ChannelDtmfReceived")
        got = []
        for number in range(2, 8):
            self.meet("ChannelDtmfReceived", number=number)
        for _ in range(6):
            got.append(self.wait("ChannelDtmfReceived")["number"])
            self.room.look_back([CHANNEL], self.room.now)  # a request between two digits
        self.assertEqual(got, [2, 3, 4, 5, 6, 7])
        self.nothing_comes("ChannelDtmfReceived")

    def test_an_object_made_by_a_request_is_known_by_its_answer(self):
        began = self.room.open_trail(("Playback", ""))
        self.meet("PlaybackStarted", CHANNEL, PLAYBACK, number=1)
        self.meet("PlaybackStarted", CHANNEL, ("Playback", "other"), number=2)
        self.room.lookback.trails([PLAYBACK], ())[0].take_over(began)
        self.room.close_trail(began)
        self.assertEqual(self.wait("PlaybackStarted", keys=(PLAYBACK,))["number"], 1)
        self.nothing_comes("PlaybackStarted", keys=(PLAYBACK,))

    def test_the_end_of_a_handler_ends_what_is_kept_for_it(self):
        self.room.look_back([CHANNEL, PLAYBACK], self.room.now)
        self.assertEqual(set(self.room._trails), {CHANNEL, PLAYBACK})
        self.room.lookback.end_handler()
        self.assertEqual(self.room._trails, {})

    def test_the_end_of_a_thread_ends_what_is_kept_for_it(self):
        thread = threading.Thread(target=self.room.look_back, args=([CHANNEL], 1))
        thread.start()
        thread.join(DEADLINE)
        gc.collect()
        self.assertEqual(self.room._trails, {})

    def test_what_a_thread_has_not_used_for_long_is_not_kept(self):
        with mock.patch(
            "ari.session.lookback.time.monotonic", side_effect=[0.0, 50.0, 50.0, 90.0, 90.0]
        ):
            for name in ("a", "b", "c"):
                self.room.look_back([("Channel", name)], 1)
        self.assertEqual(set(self.room._trails), {("Channel", "b"), ("Channel", "c")})


class AskingTest(Rooms):
    """Whether what is waited for is still there."""

    def pauses(self, known, timeout=None, limit=8):
        """Return the times at which it is asked, with a clock that steps to each deadline."""
        clock, asked = [100.0], []

        def ask():
            asked.append(clock[0] - 100.0)
            if len(asked) == limit:
                raise ARIObjectGone("enough")
            yield from ()

        def perform(step):
            clock[0] = step.deadline
            raise ARIWaitTimeout("nothing")

        waiter = self.room.open(["A"], [CHANNEL])
        deadline = None if timeout is None else 100.0 + timeout
        with (
            mock.patch("ari.session.waiting.time.monotonic", side_effect=lambda: clock[0]),
            self.assertRaises((ARIObjectGone, ARIWaitTimeout)),
        ):
            drive(first_event(waiter, None, deadline, ask, known=known), perform)
        return asked

    def test_what_was_just_dealt_with_is_asked_about_later(self):
        self.assertEqual(self.pauses(known=True), [5, 10, 20, 40, 70, 100, 130, 160])

    def test_what_nothing_is_known_about_is_asked_about_at_once(self):
        self.assertEqual(self.pauses(known=False, limit=3), [0, 5, 10])

    def test_nothing_is_asked_after_the_deadline(self):
        self.assertEqual(self.pauses(known=True, timeout=12), [5, 10])
        self.assertEqual(self.pauses(known=False, timeout=0), [])

    def test_a_channel_that_left_and_came_back_since_the_call_is_alive(self):
        self.room.look_back([CHANNEL], self.room.now)
        self.meet("StasisEnd", number=1)
        self.meet("StasisStart", number=2)
        self.nothing_comes("A")
        self.assertEqual(self.wait("StasisEnd", "StasisStart")["number"], 1)
        self.assertEqual(self.wait("StasisEnd", "StasisStart")["number"], 2)

    def test_an_end_since_the_call_is_told_once(self):
        self.room.look_back([CHANNEL], self.room.now)
        self.meet("A", number=1)
        self.meet("StasisEnd", number=2)
        with self.room.open(["A", "StasisEnd"], [CHANNEL]) as waiter:
            self.assertEqual([waiter.get(0)["number"] for _ in range(2)], [1, 2])
            with self.assertRaises(ARIObjectGone):
                waiter.get(0)
            with self.assertRaises(ARIWaitTimeout):
                waiter.get(0)

    def test_a_remembered_end_does_not_make_later_waits_look_back_further(self):
        self.meet("PlaybackFinished", CHANNEL, ("Playback", "old"))
        self.meet("PlaybackFinished", CHANNEL, PLAYBACK)
        self.wait("PlaybackFinished", keys=(PLAYBACK, CHANNEL))
        self.nothing_comes("PlaybackFinished")


class TargetKeysTest(unittest.TestCase):
    def test_what_a_target_uri_names(self):
        self.assertEqual(target_keys({"target_uri": "channel:a:b"}), [("Channel", "a:b")])
        self.assertEqual(target_keys({"target_uri": "bridge:x"}), [("Bridge", "x")])
        self.assertEqual(target_keys({"target_uri": "other:x"}), [])
        self.assertEqual(target_keys({}), [])


class ClientWaitTest(MockedAsterisk):
    """Waits of the client and of objects."""

    def test_waiting_for_what_cannot_be(self):
        with self.assertRaisesRegex(ValueError, "StasisStart"):
            self.client.wait_for("StasisStrat")
        with self.assertRaises(ValueError):
            self.channel().wait_for(["StasisStart", "BridgeCreated"])

    def test_a_wait_that_nobody_reads_events_for_is_logged(self):
        with LogRecords() as log, self.assertRaises(ARIWaitTimeout):
            self.channel().wait_for("StasisEnd", timeout=0)
        self.assertIn("waiting for StasisEnd, but no run() is reading events yet", log.text)
        with LogRecords() as log:
            self.client.on_event(
                "StasisStart", lambda _event: self.channel().wait_for("StasisEnd", timeout=DEADLINE)
            )
            self.play_events(
                event("StasisStart", args=[], channel=channel_json("c1")),
                event("StasisEnd", channel=channel_json("c1")),
            )
        self.assertNotIn("no run()", log.text)

    def test_what_a_call_brings_about_may_come_before_its_answer(self):
        def answer(request):
            self.emit(event("ChannelStateChange", channel=channel_json(state="Up")))
            return 204, {}, ""

        self.mock.add_callback("POST", "http://ari.test:8088/ari/channels/c1/answer", answer)
        channel = self.channel()
        channel.answer()
        found = channel.wait_for("ChannelStateChange", timeout=0)
        self.assertEqual(found["channel"]["state"], "Up")

    def test_a_playback_that_has_finished_already(self):
        playback_json = {"id": "p1", "target_uri": "channel:c1", "state": "queued"}
        self.serve("POST", "/channels/c1/play", playback_json)
        playback = self.channel().play(media="sound:a")
        self.emit(event("PlaybackFinished", playback={**playback_json, "state": "done"}))
        self.assertEqual(playback.wait(timeout=0).json["state"], "done")
        self.assertEqual(playback.wait(timeout=0).json["state"], "done")

    def test_a_recording_ends_either_way(self):
        for event_type, state in (("RecordingFinished", "done"), ("RecordingFailed", "failed")):
            with self.subTest(event_type=event_type):
                recording_json = {"name": state, "target_uri": "bridge:b1", "format": "wav"}
                self.serve("POST", "/bridges/b1/record", recording_json)
                recording = self.bridge().record(name=state, format="wav")
                self.emit(event(event_type, recording={**recording_json, "state": state}))
                self.assertEqual(recording.wait(timeout=0).json["state"], state)

    def test_the_end_of_the_channel_ends_the_wait_for_a_playback(self):
        playback_json = {"id": "p1", "target_uri": "channel:c1", "state": "queued"}
        self.serve("POST", "/channels/c1/play", playback_json)
        playback = self.channel().play(media="sound:a")
        self.emit(event("StasisEnd", channel=channel_json()))
        with self.assertRaises(ARIObjectGone) as caught:
            playback.wait()
        self.assertEqual(caught.exception.key, CHANNEL)

    def test_a_destroyed_bridge_ends_waits_on_it(self):
        patch = mock.patch("ari.session.lookback._LAST_EVENTS", 0.01)
        patch.start()
        self.addCleanup(patch.stop)
        bridge, outcome, opened = self.bridge(), Inbox(), threading.Event()
        self.serve("DELETE", "/bridges/b1")

        def wait():
            try:
                bridge.wait_for("ChannelLeftBridge")
            except ARIObjectGone as gone:
                outcome(gone)

        self.client._session.before_wait = opened.set
        thread = threading.Thread(target=wait)
        thread.start()
        self.addCleanup(thread.join, DEADLINE)
        self.assertTrue(opened.wait(DEADLINE))
        bridge.destroy()
        self.assertEqual(outcome.next().key, ("Bridge", "b1"))
        with self.assertRaisesRegex(ARIObjectGone, "was destroyed"):
            bridge.wait_for(["ChannelLeftBridge", "BridgeDestroyed"])
