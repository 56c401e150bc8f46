"""The objects of an event: a dict that also stands for its main object (D2)."""

import copy
import pickle

from ari.model import Bridge, Channel, EventObjects

from .support import MockedAsterisk


class EventObjectsTest(MockedAsterisk):
    def setUp(self):
        super().setUp()
        self.one, self.two = self.channel("c1", state="Ring"), self.channel("c2")
        self.objects = EventObjects({"channel": self.one, "replace_channel": self.two})

    def test_it_is_a_dict(self):
        self.assertIsInstance(self.objects, dict)
        self.assertIs(self.objects["channel"], self.one)
        self.assertIs(self.objects.get("replace_channel"), self.two)
        self.assertIsNone(self.objects.get("nothing"))
        self.assertEqual(self.objects.get("nothing", 5), 5)
        self.assertIn("channel", self.objects)
        self.assertNotIn("state", self.objects)
        self.assertEqual(list(self.objects), ["channel", "replace_channel"])
        self.assertEqual(len(self.objects), 2)
        self.assertEqual(list(self.objects.values()), [self.one, self.two])
        with self.assertRaises(KeyError):
            self.objects["state"]

    def test_it_stands_for_its_main_object(self):
        self.assertEqual(self.objects.id, "c1")
        self.assertIs(self.objects.json, self.one.json)
        self.assertEqual(self.objects.state, "Ring")
        self.assertIs(self.objects.client, self.client)
        self.assertEqual(self.objects.event_source, "channel:c1")

    def test_operations_go_to_the_main_object(self):
        self.serve("POST", "/channels/c1/answer")
        self.assertIsNone(self.objects.answer())
        self.assertTrue(self.sent.url.endswith("/channels/c1/answer"))

    def test_get_without_arguments_is_the_operation(self):
        self.serve("GET", "/channels/c1", {"id": "c1", "state": "Up"})
        fresh = self.objects.get()
        self.assertIsInstance(fresh, Channel)
        self.assertEqual(fresh.state, "Up")

    def test_get_by_keyword_is_the_operation_with_its_errors(self):
        with self.nothing_is_sent(), self.assertRaises(TypeError):
            self.objects.get(nonsense=1)

    def test_an_unknown_attribute_is_the_main_objects_error(self):
        with self.assertRaisesRegex(AttributeError, r"Channel\(c1\).*did you mean 'answer'"):
            _ = self.objects.anser

    def test_dir_shows_both(self):
        names = dir(self.objects)
        for name in ("items", "answer", "state", "id"):
            self.assertIn(name, names)

    def test_it_equals_its_dict_and_its_main_object(self):
        self.assertEqual(self.objects, {"channel": self.one, "replace_channel": self.two})
        self.assertEqual(self.objects, self.channel("c1"))
        self.assertEqual(self.channel("c1"), self.objects)
        self.assertNotEqual(self.objects, self.two)
        self.assertNotEqual(self.objects, {})
        self.assertNotEqual(self.objects, "c1")
        self.assertEqual(hash(self.objects), hash(self.one))
        self.assertIn(self.objects, {self.channel("c1")})
        self.assertEqual({self.channel("c1"): 5}[self.objects], 5)

    def test_without_any_object_it_is_an_empty_dict(self):
        empty = EventObjects({})
        self.assertFalse(empty)
        self.assertEqual(empty, {})
        self.assertIsNone(empty.get("channel"))
        with self.assertRaises(TypeError):
            empty.get()
        for name in ("id", "event_source", "answer"):
            with self.assertRaisesRegex(AttributeError, f"no object, so there is no '{name}'"):
                getattr(empty, name)
        self.assertIn("items", dir(empty))
        self.assertNotEqual(empty, self.one)

    def test_copies_and_pickles_do_not_recurse(self):
        twin = copy.copy(self.objects)
        self.assertEqual(twin["channel"], self.one)
        self.assertEqual(twin.id, "c1")
        self.assertEqual(pickle.loads(pickle.dumps(EventObjects({}))), {})

    def test_as_the_bridge_of_a_transfer(self):
        bridge = Bridge(self.client, {"id": "b1"})
        objects = EventObjects({"destination_threeway_bridge": bridge})
        self.assertEqual(objects.id, "b1")


class FromEventsTest(MockedAsterisk):
    """Which field is the main one."""

    def first(self, register, event_type, **fields):
        got = []
        register(event_type, lambda objects, event: got.append(objects))
        self.emit({"type": event_type, **fields})
        return got[0]

    def test_the_one_that_the_model_requires(self):
        objects = self.first(
            self.client.on_channel_event,
            "Dial",
            caller={"id": "caller"},
            peer={"id": "peer"},
            dialstatus="",
        )
        self.assertEqual(objects.id, "peer")
        self.assertEqual(set(objects), {"caller", "peer"})

    def test_a_start_with_one_channel(self):
        objects = self.first(
            self.client.on_channel_event, "StasisStart", channel={"id": "c1"}, args=[]
        )
        self.assertEqual(objects.id, "c1")
        self.assertEqual(objects.get("channel").id, "c1")
        self.assertIsNone(objects.get("replace_channel"))
        self.assertNotIn("replace_channel", objects)

    def test_else_the_first_present_one_in_declared_order(self):
        objects = self.first(
            self.client.on_channel_event,
            "BridgeAttendedTransfer",
            transfer_target={"id": "target"},
            transferee={"id": "transferee"},
        )
        self.assertEqual(objects.id, "transferee")

    def test_several_bridges(self):
        objects = self.first(
            self.client.on_bridge_event,
            "BridgeAttendedTransfer",
            destination_threeway_bridge={"id": "b2"},
        )
        self.assertIsInstance(objects["destination_threeway_bridge"], Bridge)
        self.assertEqual(objects.id, "b2")

    def test_the_required_one_missing_the_other_stands(self):
        objects = self.first(self.client.on_channel_event, "Dial", caller={"id": "caller"})
        self.assertEqual(objects.id, "caller")

    def test_one_declared_field_gives_the_object_itself(self):
        channel = self.first(
            self.client.on_channel_event, "ChannelDtmfReceived", channel={"id": "c1"}, digit="1"
        )
        self.assertIsInstance(channel, Channel)

    def test_one_declared_field_that_is_absent_gives_none(self):
        self.assertIsNone(self.first(self.client.on_channel_event, "ChannelUserevent"))
