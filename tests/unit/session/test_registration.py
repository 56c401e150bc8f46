"""Registering callbacks: every way to, and what they are called with."""

from unittest import mock

from ari.events.schema import EventSchema
from ari.model import (
    CLASS_MAP,
    Bridge,
    Channel,
    DeviceState,
    Endpoint,
    EventObjects,
    LiveRecording,
    Playback,
    Sound,
    StoredRecording,
)
from ari.swagger.declarations import Model, Property

from ..support import LogRecords, MockedAsterisk, channel_json, event

START = event("StasisStart", args=[], channel=channel_json("c1"))
END = event("StasisEnd", channel=channel_json("c1"))
DTMF = event("ChannelDtmfReceived", digit="1", duration_ms=9, channel=channel_json("c1"))


class Calls(list):
    """A callback that remembers what it was called with."""

    def __call__(self, *args, **kwargs):
        self.append((args, kwargs))

    def __hash__(self):
        return id(self)

    def __eq__(self, other):
        return self is other


class OnEventTest(MockedAsterisk):
    def test_it_is_called_with_the_event_and_the_arguments_given(self):
        calls = Calls()
        self.client.on_event("StasisStart", calls, 1, 2, name="x")
        self.emit(START, END)
        self.assertEqual(list(calls), [((START, 1, 2), {"name": "x"})])

    def test_in_the_order_of_registration(self):
        order = []
        for n in range(3):
            self.client.on_event("StasisStart", lambda _event, n=n: order.append(n))
        self.emit(START)
        self.assertEqual(order, [0, 1, 2])

    def test_listeners_of_an_object_come_in_that_order_as_well(self):
        order = []
        self.client.on_event("ChannelDtmfReceived", lambda _e: order.append("first"))
        self.channel().on_event("ChannelDtmfReceived", lambda _o, _e: order.append("second"))
        self.client.on_channel_event("ChannelDtmfReceived", lambda _o, _e: order.append("third"))
        self.emit(DTMF)
        self.assertEqual(order, ["first", "second", "third"])

    def test_the_same_callback_again_replaces_it(self):
        calls = Calls()
        self.client.on_event("StasisStart", calls, 1)
        self.client.on_event("StasisStart", calls, 2)
        self.emit(START)
        self.assertEqual(list(calls), [((START, 2), {})])

    def test_a_subscription_closes_any_number_of_times(self):
        calls = Calls()
        subscription = self.client.on_event("StasisStart", calls)
        self.emit(START)
        subscription.close()
        subscription.close()
        self.emit(START)
        self.assertEqual(len(calls), 1)
        self.assertEqual(self.client.event_listeners, {})

    def test_a_subscription_is_a_context_manager(self):
        calls = Calls()
        with self.client.on_event("StasisStart", calls) as subscription:
            self.assertIn("StasisStart", repr(subscription))
            self.emit(START)
        self.emit(START)
        self.assertEqual(len(calls), 1)

    def test_unsubscribing_from_inside_the_callback(self):
        calls = []

        def on_start(happening):
            calls.append(happening)
            subscription.close()

        subscription = self.client.on_event("StasisStart", on_start)
        after = Calls()
        self.client.on_event("StasisStart", after)
        self.emit(START, START)
        self.assertEqual(len(calls), 1)
        self.assertEqual(len(after), 2)

    def test_one_that_is_closed_by_another_is_not_called_any_more(self):
        later = Calls()
        self.client.on_event("StasisStart", lambda _event: subscription.close())
        subscription = self.client.on_event("StasisStart", later)
        self.emit(START)
        self.assertEqual(len(later), 0)

    def test_one_that_is_added_by_another_is_called_from_the_next_event_on(self):
        later = Calls()
        self.client.on_event(
            "StasisStart", lambda _e: self.client.on_event("StasisStart", later), once=True
        )
        self.emit(START)
        self.assertEqual(len(later), 0)
        self.emit(START)
        self.assertEqual(len(later), 1)

    def test_once(self):
        calls = Calls()
        self.client.on_event("StasisStart", calls, once=True)
        self.emit(START, START)
        self.assertEqual(len(calls), 1)

    def test_as_a_decorator(self):
        got = []

        @self.client.on_event("StasisStart", arg=5)
        def on_start(happening, arg):
            got.append((happening, arg))

        self.assertEqual(on_start.__name__, "on_start")
        self.emit(START)
        self.assertEqual(got, [(START, 5)])

    def test_as_a_decorator_once(self):
        got = []

        @self.client.on_event("StasisStart", once=True)
        def on_start(happening):
            got.append(happening)

        self.emit(START, START)
        self.assertEqual(len(got), 1)

    def test_an_undeclared_event_works_and_is_logged_with_the_near_miss(self):
        calls = Calls()
        with LogRecords() as log:
            self.client.on_event("StasisStrat", calls)
        self.assertIn("'StasisStrat', which Asterisk does not declare", log.text)
        self.assertIn("did you mean 'StasisStart'", log.text)
        self.emit({"type": "StasisStrat"})
        self.assertEqual(len(calls), 1)

    def test_a_declared_event_is_not_logged(self):
        with LogRecords() as log:
            self.client.on_event("StasisStart", print)
        self.assertEqual(log.text, "")


class OnObjectEventTest(MockedAsterisk):
    def check(self, register, cls, event_type, field, fields, object_id):
        calls = Calls()
        subscription = register(event_type, calls, 7, key="k")
        happening = event(event_type, **{field: fields})
        self.emit(happening)
        [((obj, got, seven), kwargs)] = calls
        self.assertIsInstance(obj, cls)
        self.assertEqual(obj.id, object_id)
        self.assertIs(got, happening)
        self.assertEqual((seven, kwargs), (7, {"key": "k"}))
        subscription.close()
        self.emit(happening)
        self.assertEqual(len(calls), 1)

    def test_every_class(self):
        client = self.client
        recording = {"name": "r1", "format": "wav", "state": "done", "target_uri": "channel:c1"}
        for case in (
            (client.on_channel_event, Channel, "StasisEnd", "channel", {"id": "c1"}, "c1"),
            (client.on_bridge_event, Bridge, "BridgeCreated", "bridge", {"id": "b1"}, "b1"),
            (client.on_playback_event, Playback, "PlaybackStarted", "playback", {"id": "p"}, "p"),
            (
                client.on_live_recording_event,
                LiveRecording,
                "RecordingFinished",
                "recording",
                recording,
                "r1",
            ),
            (
                client.on_endpoint_event,
                Endpoint,
                "EndpointStateChange",
                "endpoint",
                {"technology": "PJSIP", "resource": "a"},
                "PJSIP/a",
            ),
            (
                client.on_device_state_event,
                DeviceState,
                "DeviceStateChanged",
                "device_state",
                {"name": "d", "state": "BUSY"},
                "d",
            ),
        ):
            with self.subTest(case[2]):
                self.check(*case)

    def test_classes_that_no_declared_event_has(self):
        # Declared by nobody so far; a later Asterisk may.
        models = dict(self.client._session.schema.models)
        for name in ("Sound", "StoredRecording"):
            it = Property("it", name, required=True)
            models[f"{name}Made"] = Model(f"{name}Made", (it,))
        self.client._session.schema = EventSchema(models)
        self.check(self.client.on_sound_event, Sound, "SoundMade", "it", {"id": "s"}, "s")
        self.check(
            self.client.on_stored_recording_event,
            StoredRecording,
            "StoredRecordingMade",
            "it",
            {"name": "s"},
            "s",
        )

    def test_a_class_that_takes_the_place_of_another_is_what_listeners_get(self):
        class MyChannel(Channel):
            pass

        with mock.patch.dict(CLASS_MAP, Channel=MyChannel):
            self.check(
                self.client.on_channel_event, MyChannel, "StasisEnd", "channel", {"id": "c"}, "c"
            )

    def test_a_class_that_was_taken_out_of_the_map_still_is_what_listeners_get(self):
        with mock.patch.dict(CLASS_MAP):
            del CLASS_MAP["Channel"]
            self.check(
                self.client.on_channel_event, Channel, "StasisEnd", "channel", {"id": "c"}, "c"
            )

    def test_an_unknown_event_or_one_without_such_an_object(self):
        client = self.client
        for register in (
            client.on_channel_event,
            client.on_bridge_event,
            client.on_playback_event,
            client.on_live_recording_event,
            client.on_stored_recording_event,
            client.on_endpoint_event,
            client.on_device_state_event,
            client.on_sound_event,
        ):
            with self.assertRaisesRegex(
                ValueError, "no event 'StasisStrat'.*'StasisStart'.*events"
            ):
                register("StasisStrat", print)
            with self.assertRaisesRegex(ValueError, "'ApplicationReplaced' has no fields of type"):
                register("ApplicationReplaced", print)
        with self.assertRaisesRegex(ValueError, "events that have: .*BridgeCreated"):
            client.on_bridge_event("StasisStart", print)
        with self.assertRaises(ValueError) as caught:
            client.on_channel_event("BridgeCreated", print)
        self.assertNotIn("ReferTo", str(caught.exception))  # a model, and no event
        with self.assertRaisesRegex(ValueError, "events that have: none"):
            client.on_sound_event("StasisStart", print)
        self.assertEqual(client.event_listeners, {})

    def test_the_error_comes_at_once_for_a_decorator_too(self):
        with self.assertRaises(ValueError):
            self.client.on_channel_event("BridgeCreated")

    def test_as_a_decorator_with_options(self):
        got = []

        @self.client.on_channel_event("StasisEnd", once=True, extra=1)
        def on_end(channel, happening, extra):
            got.append((channel.id, happening, extra))

        self.emit(END, END)
        self.assertEqual(got, [("c1", END, 1)])

    def test_the_same_callback_twice_is_called_twice(self):
        # As in ari-py, where only on_event() replaces.
        calls = Calls()
        self.client.on_channel_event("StasisEnd", calls)
        self.client.on_channel_event("StasisEnd", calls)
        self.emit(END)
        self.assertEqual(len(calls), 2)

    def test_on_object_event_takes_any_factory(self):
        calls = Calls()
        self.client.on_object_event(
            "StasisEnd", calls, lambda client, fields: (client, fields["id"]), "Channel"
        )
        self.emit(END)
        self.assertEqual(calls[0][0][0], (self.client, "c1"))


class OnEventOfAnObjectTest(MockedAsterisk):
    def test_it_is_called_for_its_own_events_only(self):
        mine, other = Calls(), Calls()
        self.channel("c1").on_event("ChannelDtmfReceived", mine, 5, key="k")
        self.channel("c2").on_event("ChannelDtmfReceived", other)
        self.emit(DTMF)
        [((channel, got, five), kwargs)] = mine
        self.assertEqual((channel.id, five, kwargs), ("c1", 5, {"key": "k"}))
        self.assertIs(got, DTMF)
        self.assertEqual(len(other), 0)

    def test_the_object_passed_is_made_of_the_event(self):
        calls = Calls()
        self.channel("c1", state="Ring").on_event("ChannelStateChange", calls)
        self.emit(event("ChannelStateChange", channel=channel_json("c1", state="Up")))
        self.assertEqual(calls[0][0][0].state, "Up")

    def test_an_event_with_several_objects_passes_them_all(self):
        calls = Calls()
        self.channel("c2").on_event("StasisStart", calls)
        self.emit({**START, "replace_channel": channel_json("c2")})
        objects = calls[0][0][0]
        self.assertIsInstance(objects, EventObjects)
        self.assertEqual(objects["replace_channel"].id, "c2")
        self.assertEqual(objects.id, "c1")

    def test_what_plays_on_a_channel_is_about_the_channel(self):
        calls = Calls()
        channel = self.channel("c1")
        channel.on_event("PlaybackFinished", calls)
        self.emit(
            event("PlaybackFinished", playback={"id": "p1", "target_uri": "channel:c2"}),
            event("PlaybackFinished", playback={"id": "p2", "target_uri": "channel:c1"}),
        )
        [((obj, happening), _)] = calls
        self.assertIs(obj, channel)
        self.assertEqual(happening["playback"]["id"], "p2")

    def test_once_closing_and_decorating(self):
        channel, calls, got = self.channel("c1"), Calls(), []
        channel.on_event("ChannelDtmfReceived", calls, once=True)

        @channel.on_event("ChannelDtmfReceived", arg=1)
        def on_digit(_channel, happening, arg):
            got.append((happening["digit"], arg))

        with channel.on_event("ChannelDtmfReceived", Calls()) as subscription:
            self.emit(DTMF, DTMF)
        self.assertTrue(subscription.closed)
        self.assertEqual(len(calls), 1)
        self.assertEqual(got, [("1", 1)] * 2)

    def test_an_event_that_is_never_about_such_an_object(self):
        with self.assertRaisesRegex(ValueError, "has no fields of type 'Channel'"):
            self.channel().on_event("BridgeCreated", print)
        with self.assertRaisesRegex(ValueError, "no event 'Nonsense'"):
            self.channel().on_event("Nonsense", print)
        with self.assertRaises(ValueError):
            self.channel().on_event("BridgeCreated")

    def test_listeners_go_with_their_object(self):
        calls = Calls()
        self.channel("c1").on_event("ChannelDtmfReceived", calls)
        self.emit(event("ChannelDestroyed", channel=channel_json("c1"), cause=16), DTMF)
        self.assertEqual(len(calls), 0)

    def test_listeners_of_what_has_ended_already_do_not_pile_up(self):
        for n in range(1100):
            self.emit(event("ChannelDestroyed", channel={"id": f"c{n}"}, cause=16))
            self.channel(f"c{n}").on_event("ChannelDtmfReceived", print)
        self.assertLessEqual(len(self.client._session.listeners.keys()), 1000)

    def test_listeners_of_what_goes_on_are_all_kept(self):
        for n in range(1100):
            self.channel(f"c{n}").on_event("ChannelDtmfReceived", print)
        self.assertEqual(len(self.client._session.listeners.keys()), 1100)

    def test_an_endpoint_has_events_of_its_own(self):
        calls = Calls()
        fields = {"technology": "PJSIP", "resource": "alice"}
        Endpoint(self.client, fields).on_event("EndpointStateChange", calls)
        self.emit(
            event("EndpointStateChange", endpoint={**fields, "resource": "bob"}),
            event("EndpointStateChange", endpoint=fields),
        )
        self.assertEqual(len(calls), 1)


class ApplicationListenersTest(MockedAsterisk):
    def test_they_are_told_of_their_application_only(self):
        order = []
        self.client.on_application_registered(
            "a", lambda *args, **kw: order.append(("+", args, kw)), 1, k=2
        )
        self.client.on_application_registered("b", lambda: order.append("b"))
        self.client.on_application_deregistered("a", lambda *args: order.append(("-", args)), 3)
        self.client.on_event("StasisStart", lambda _event: order.append("event"))
        self.play_events(START, apps=["a"])
        self.assertEqual(order, [("+", (1,), {"k": 2}), "event", ("-", (3,))])

    def test_a_closed_one_is_not_told(self):
        calls = Calls()
        self.client.on_application_registered("a", calls).close()
        self.client.on_application_deregistered("a", calls).close()
        self.play_events(apps="a")
        self.assertEqual(len(calls), 0)
