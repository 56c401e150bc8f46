"""The listener table: which listeners an event has, and when they go."""

import threading
import unittest

from ari.events.listeners import ListenerTable

from ..support import MockedAsterisk, event

CHANNEL = ("Channel", "c1")
OTHER = ("Channel", "c2")


def nothing(*args, **kwargs):
    pass


class TableTest(unittest.TestCase):
    def setUp(self):
        self.table = ListenerTable(left=3)

    def add(self, name, event_type="X", **options):
        def callback():
            return name

        callback.__qualname__ = name
        return self.table.add(event_type, callback, **options)

    def names(self, event_type="X", keys=(CHANNEL,)):
        return [s.name for s in self.table.matching(event_type, keys)]

    def test_the_order_of_registration_is_that_of_the_calls(self):
        self.add("1", key=CHANNEL)
        self.add("2")
        self.add("3", key=("Bridge", "b1"))
        self.add("4")
        self.add("5", key=CHANNEL)
        self.assertEqual(self.names(keys=[CHANNEL, ("Bridge", "b1")]), ["1", "2", "3", "4", "5"])
        self.assertEqual(self.names(keys=[OTHER]), ["2", "4"])
        self.assertEqual(self.names("Y"), [])

    def test_a_callback_takes_the_place_of_its_equal(self):
        first = self.table.add("X", nothing, (1,), replace=True)
        self.add("between")
        second = self.table.add("X", nothing, (2,), replace=True)
        self.assertTrue(first.closed)
        self.assertEqual([tuple(s)[1] for s in self.table.matching("X", ())], [(), (2,)])
        first.close()
        self.assertFalse(second.closed)
        self.assertIn(second, self.table.matching("X", ()))

    def test_replacing_the_only_one_keeps_its_place_in_the_table(self):
        self.table.add("X", nothing, replace=True)
        second = self.table.add("X", nothing, replace=True)
        self.assertEqual(self.table.by_type, {"X": [second]})

    def test_a_subscription_unpacks_as_in_ari_py(self):
        callback, args, kwargs = self.table.add("X", nothing, (1,), {"a": 2})
        self.assertEqual((callback, args, kwargs), (nothing, (1,), {"a": 2}))

    def test_closing_is_idempotent_and_a_context_manager(self):
        with self.add("1", key=CHANNEL) as subscription:
            self.assertIn("Channel c1: 1", repr(subscription))
            self.assertTrue(subscription.claim(1))
        subscription.close()
        self.assertFalse(subscription.claim(1))
        self.assertEqual(self.table.by_object, {})
        self.assertEqual(repr(self.add("2")), "<Subscription to X: 2>")

    def test_closing_one_of_several(self):
        self.add("1", key=CHANNEL)
        self.add("2", key=CHANNEL).close()
        self.add("3", "Y", key=CHANNEL).close()
        self.assertEqual(self.names(), ["1"])
        self.assertEqual(self.table.keys(), [CHANNEL])

    def test_a_callback_without_a_name_shows_as_itself(self):
        class Callable:
            def __call__(self):
                pass

            def __repr__(self):
                return "<mine>"

        self.assertEqual(self.table.add("X", Callable()).name, "<mine>")

    def test_many_listeners_of_one_type_are_not_compared_with_one_another(self):
        compared = []

        class Counted:
            def __call__(self, *_args):
                pass

            def __eq__(self, other):
                compared.append(1)
                return self is other

            __hash__ = object.__hash__

        listeners = [Counted() for _ in range(2000)]
        subscriptions = [self.table.add("A", listener, replace=True) for listener in listeners]
        for subscription in subscriptions[::2] + subscriptions[1::2]:
            subscription.close()
        self.assertLess(len(compared), 2000)
        self.assertEqual(self.table.by_type, {})

    def test_an_equal_listener_takes_the_place_of_another(self):
        class Unhashable(list):
            def __call__(self, *_args):
                pass

        for make in (lambda: print, Unhashable, lambda: self.table.matching):
            first = self.table.add("A", make(), replace=True)
            second = self.table.add("A", make(), replace=True)
            self.assertEqual(self.table.matching("A", ()), [second])
            self.assertTrue(first.closed)
            first.close()
            third = self.table.add("A", make(), replace=True)
            self.assertTrue(second.closed)
            third.close()
        self.assertEqual(self.table.matching("A", ()), [])

    def test_once_is_claimed_by_one_thread_only(self):
        subscription = self.add("1", once=True)
        barrier, claims = threading.Barrier(8), []

        def claim():
            barrier.wait()
            claims.append(subscription.claim(1))

        threads = [threading.Thread(target=claim) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(sorted(claims), [False] * 7 + [True])
        self.assertEqual(self.table.by_type, {})

    def test_final_events_retire_the_listeners_of_what_they_end(self):
        for event_type, class_name in (
            ("ChannelDestroyed", "Channel"),
            ("BridgeDestroyed", "Bridge"),
            ("PlaybackFinished", "Playback"),
            ("RecordingFinished", "LiveRecording"),
            ("RecordingFailed", "LiveRecording"),
        ):
            with self.subTest(event_type=event_type):
                gone, target = (class_name, "x"), ("Endpoint", "t")
                listeners = [self.add("1", "A", key=gone), self.add("2", "B", key=gone)]
                stays = self.add("3", "A", key=target)
                self.table.end(event_type, [target, gone], 1)
                self.assertTrue(all(s.closed for s in listeners))
                self.assertFalse(stays.closed)
                self.table.end(event_type, [], 1)
                self.table.end(event_type, [gone], 1)
                stays.close()
        self.assertEqual(self.table.by_object, {})

    def test_other_events_retire_nothing(self):
        self.add("1", key=CHANNEL)
        self.table.end("ChannelHangupRequest", [CHANNEL], 1)
        self.assertEqual(self.names(), ["1"])

    def leave(self, *channels):
        for name in channels:
            key = ("Channel", name)
            self.add(name, key=key)
            self.table.end("StasisEnd", [key], 1)

    def kept(self):
        return [name for _, name in self.table.keys()]  # noqa: SIM118 - it is no dict

    def test_those_who_left_are_kept_up_to_a_bound(self):
        self.leave("a", "b", "c")
        self.assertEqual(len(self.table.keys()), 3)
        self.leave("d")
        self.assertEqual(self.kept(), ["b", "c", "d"])

    def test_leaving_again_counts_as_recent(self):
        self.leave("a", "b", "c")
        self.table.end("StasisEnd", [("Channel", "a")], 1)
        self.leave("d")
        self.assertEqual(set(self.kept()), {"a", "c", "d"})

    def test_a_channel_that_comes_back_is_not_counted(self):
        self.leave("a", "b", "c")
        self.assertEqual(len(self.table.matching("StasisStart", [("Channel", "a")])), 0)
        self.leave("d", "e", "f")
        self.assertEqual(set(self.kept()), {"a", "d", "e", "f"})

    def test_a_channel_that_comes_back_is_safe_before_its_listeners_are_called(self):
        """One of them may last as long as the call, while any number of others leave."""
        self.leave("a")
        self.table.matching("StasisStart", [("Channel", "a")])
        self.leave("b", "c", "d", "e")
        self.table.end("StasisStart", [("Channel", "a")], 1)
        self.assertIn(("Channel", "a"), self.table.keys())

    def test_leaving_without_listeners_is_not_remembered(self):
        self.table.end("StasisEnd", [CHANNEL], 1)
        self.assertEqual(len(self.table._left), 0)

    def test_what_is_closed_is_not_remembered(self):
        subscription = self.add("1", key=CHANNEL)
        self.table.end("StasisEnd", [CHANNEL], 1)
        subscription.close()
        self.assertEqual(len(self.table._left), 0)


class ListeningToObjectsTest(MockedAsterisk):
    def test_by_target_uri(self):
        channel, bridge, got = self.channel(), self.bridge(), []
        channel.on_event("PlaybackFinished", lambda obj, event: got.append(obj))
        bridge.on_event("RecordingFinished", lambda obj, event: got.append(obj))
        self.emit(
            event("PlaybackFinished", playback={"id": "p", "target_uri": "channel:c1"}),
            event("PlaybackFinished", playback={"id": "p", "target_uri": "channel:c2"}),
            event("RecordingFinished", recording={"name": "r", "target_uri": "bridge:b1"}),
        )
        self.assertEqual(got, [channel, bridge])

    def test_registering_and_closing_from_inside_a_callback(self):
        got = []

        def second(channel, event):
            got.append("second")

        def first(channel, event):
            got.append("first")
            later.close()
            self.channel().on_event("ChannelStateChange", second)

        self.channel().on_event("ChannelStateChange", first, once=True)
        later = self.channel().on_event("ChannelStateChange", lambda *_: got.append("closed"))
        happening = event("ChannelStateChange", channel={"id": "c1"})
        self.emit(happening)
        self.assertEqual(got, ["first"])
        self.emit(happening)
        self.assertEqual(got, ["first", "second"])

    def test_an_absent_optional_object_is_none(self):
        got = []
        self.client.on_channel_event("ChannelVarset", lambda channel, event: got.append(channel))
        self.emit(event("ChannelVarset", variable="X", value="1"))
        self.assertEqual(got, [None])

    def test_listeners_of_a_destroyed_bridge_are_kept_up_to_a_bound_only(self):
        """Nobody may tell us of its end."""
        self.client._session.listeners._left_limit = 5
        for number in range(20):
            bridge = self.bridge(f"b{number}")
            bridge.on_event("ChannelLeftBridge", nothing)
            self.serve("DELETE", f"/bridges/b{number}")
            bridge.destroy()
        self.assertEqual(len(self.client._session.listeners.keys()), 5)

    def test_listening_to_what_has_ended_already_is_bounded(self):
        self.client._session.listeners._left_limit = 5
        for number in range(20):
            self.emit(event("ChannelDestroyed", channel={"id": f"c{number}"}))
            self.channel(f"c{number}").on_event("StasisEnd", nothing)
        self.assertEqual(len(self.client._session.listeners.keys()), 5)

    def test_an_end_while_a_listener_is_being_added(self):
        """Nothing of it stays, though the end was not known when the adding began."""
        channel = self.channel()
        add = self.client._session.listeners.add

        def add_while_it_ends(*args, **kwargs):
            subscription = add(*args, **kwargs)
            self.emit(event("ChannelDestroyed", channel={"id": "c1"}))
            return subscription

        self.client._session.listeners.add = add_while_it_ends
        subscription = channel.on_event("StasisEnd", nothing)
        self.assertTrue(subscription.closed)
        self.assertEqual(self.client._session.listeners.keys(), [])

    def test_listeners_go_even_if_one_of_them_ends_the_run(self):
        self.channel().on_event("ChannelDestroyed", lambda channel, event: self.fail())
        self.client.exception_handler = self.raise_it
        with self.assertRaises(AssertionError):
            self.emit(event("ChannelDestroyed", channel={"id": "c1"}))
        self.assertEqual(self.client._session.listeners.keys(), [])

    @staticmethod
    def raise_it(ex):
        raise ex
