"""What a message is, and what the declarations say of events."""

import json
import unittest

from ari.events.schema import EventSchema, parse
from ari.swagger.declarations import Model, Property

from ..support import event, event_schema

CHANNEL = ("Channel", "c1")
OTHER = ("Channel", "c2")


class ParseTest(unittest.TestCase):
    def test_an_event_is_an_object_with_a_type(self):
        happening = event("StasisStart", channel={"id": "c1", "name": "zwölf"})
        self.assertEqual(parse(json.dumps(happening)), happening)
        self.assertEqual(parse('{"type": ""}'), {"type": ""})

    def test_what_is_no_event_says_why(self):
        for message, reason in (
            ("not json", "Expecting value"),
            ("", "Expecting value"),
            ("[]", "not a JSON object"),
            ("5", "not a JSON object"),
            ("null", "not a JSON object"),
            ('"type"', "not a JSON object"),
            ("{}", "without a type"),
            ('{"type": null}', "without a type"),
            ('{"type": ["StasisStart"]}', "without a type"),
            (b'{"type": "StasisStart"}', "not a text in UTF-8"),
            (None, "not a text in UTF-8"),
            ("[" * 100_000, "nested too deeply"),
            ('{"type": "x", "n": ' + "1" * 10_000 + "}", "digits"),
        ):
            shown = str(message)[:30]
            with self.subTest(message=shown), self.assertRaisesRegex(ValueError, reason):
                parse(message)


class SchemaTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.schema = event_schema()

    def refs(self, event_type, **fields):
        return self.schema.references(event(event_type, **fields))

    def test_an_event_refers_to_the_objects_in_its_fields(self):
        self.assertEqual(self.refs("StasisStart", channel={"id": "c1"}), [CHANNEL])
        self.assertEqual(
            self.refs("ChannelEnteredBridge", bridge={"id": "b1"}, channel={"id": "c1"}),
            [CHANNEL, ("Bridge", "b1")],
        )
        self.assertEqual(
            self.refs("DeviceStateChanged", device_state={"name": "Stasis:x"}),
            [("DeviceState", "Stasis:x")],
        )
        self.assertEqual(
            self.refs("EndpointStateChange", endpoint={"technology": "PJSIP", "resource": "a"}),
            [("Endpoint", "PJSIP/a")],
        )

    def test_the_required_object_comes_first(self):
        refs = self.refs("Dial", caller={"id": "c2"}, peer={"id": "c1"}, forwarded={"id": "c3"})
        self.assertEqual(refs[0], CHANNEL)
        self.assertEqual(set(refs), {CHANNEL, OTHER, ("Channel", "c3")})

    def test_a_target_is_referred_to_before_what_is_on_it(self):
        for event_type, field, class_name, id_field in (
            ("PlaybackFinished", "playback", "Playback", "id"),
            ("RecordingFinished", "recording", "LiveRecording", "name"),
        ):
            for uri, key in (("channel:c1", CHANNEL), ("bridge:b1", ("Bridge", "b1"))):
                with self.subTest(event_type=event_type, uri=uri):
                    value = {id_field: "x", "target_uri": uri}
                    refs = self.refs(event_type, **{field: value})
                    self.assertEqual(refs, [key, (class_name, "x")])

    def test_a_target_that_is_none_is_passed_over(self):
        for uri in ("", "channel", "elsewhere:x", None, ["channel:c1"]):
            with self.subTest(uri=uri):
                refs = self.refs("PlaybackStarted", playback={"id": "p", "target_uri": uri})
                self.assertEqual(refs, [("Playback", "p")])

    def test_absent_and_empty_fields_refer_to_nothing(self):
        self.assertEqual(self.refs("ChannelVarset", channel=None), [])
        self.assertEqual(self.refs("ChannelVarset"), [])
        self.assertEqual(self.refs("StasisStart", channel={}), [])
        self.assertEqual(self.refs("NobodyKnows", channel={"id": "c1"}), [])

    def test_an_object_named_twice_is_referred_to_once(self):
        refs = self.refs("Dial", caller={"id": "c1"}, peer={"id": "c1"})
        self.assertEqual(refs, [CHANNEL])

    def test_a_field_of_another_type_is_an_error(self):
        for value in ("c1", 5, ["c1"], {"name": "c1"}, {"id": 5}, {"id": None}, True):
            with self.subTest(value=value), self.assertRaisesRegex(ValueError, "channel"):
                self.refs("StasisStart", channel=value)

    def test_the_main_field_comes_first(self):
        fields = self.schema.fields_of("StasisStart", "Channel")
        self.assertEqual(fields, ["channel", "replace_channel"])
        self.assertEqual(self.schema.fields_of("Dial", "Channel")[0], "peer")
        self.assertEqual(self.schema.fields_of("StasisEnd", "Channel"), ["channel"])

    def test_errors_list_what_exists(self):
        with self.assertRaisesRegex(ValueError, "StasisStart"):
            self.schema.fields_of("StasisStrat", "Channel")
        with self.assertRaisesRegex(ValueError, "BridgeCreated"):
            self.schema.fields_of("StasisStart", "Bridge")
        with self.assertRaisesRegex(ValueError, "none"):
            self.schema.fields_of("StasisStart", "Sound")

    def test_what_an_event_can_be_about(self):
        self.schema.check_refers("StasisStart", "Channel")
        self.schema.check_refers("PlaybackFinished", "Channel")
        self.schema.check_refers("RecordingFailed", "Bridge")
        for event_type, class_name in (
            ("StasisStart", "Bridge"),
            ("PlaybackFinished", "Endpoint"),
            ("Nothing", "Channel"),
        ):
            with self.assertRaises(ValueError):
                self.schema.check_refers(event_type, class_name)
        self.assertTrue(self.schema.holds("StasisStart", "Channel"))
        self.assertFalse(self.schema.holds("PlaybackFinished", "Channel"))


class OwnDeclarationsTest(unittest.TestCase):
    """Small declarations of events that no Asterisk has."""

    def schema(self, **fields):
        """Return the schema of an event X with these fields: a type, or a type that is needed."""
        properties = tuple(
            Property(name, kind.removesuffix("!"), kind.endswith("!"))
            for name, kind in fields.items()
        )
        return EventSchema({"X": Model("X", properties)})

    def test_objects_come_in_the_order_in_which_an_event_belongs_to_a_call(self):
        schema = self.schema(state="DeviceState", play="Playback", on="Bridge", who="Channel")
        happening = {
            "type": "X",
            "state": {"name": "d"},
            "play": {"id": "p"},
            "on": {"id": "b"},
            "who": {"id": "c"},
        }
        self.assertEqual(
            schema.references(happening),
            [("Channel", "c"), ("Bridge", "b"), ("Playback", "p"), ("DeviceState", "d")],
        )

    def test_of_one_class_the_required_one_comes_first_and_then_the_declared_order(self):
        schema = self.schema(a="Channel", b="Channel!", c="Channel")
        happening = {"type": "X", **{name: {"id": name} for name in "cba"}}
        self.assertEqual([key[1] for key in schema.references(happening)], ["b", "a", "c"])
        self.assertEqual(schema.fields_of("X", "Channel"), ["b", "a", "c"])

    def test_two_that_are_required_stay_in_the_declared_order(self):
        schema = self.schema(a="Channel", b="Channel!", c="Channel!")
        self.assertEqual(schema.fields_of("X", "Channel"), ["a", "b", "c"])

    def test_lists_and_classes_that_are_no_objects_are_passed_over(self):
        schema = self.schema(many="List[Channel]", who="CallerID", text="string")
        happening = {"type": "X", "many": [{"id": "c"}], "who": {"id": "x"}, "text": "c"}
        self.assertEqual(schema.references(happening), [])
        self.assertFalse(schema.holds("X", "Channel"))

    def test_an_id_of_two_parts_needs_both(self):
        schema = self.schema(endpoint="Endpoint")
        with self.assertRaisesRegex(ValueError, "its 'endpoint' is not a Endpoint"):
            schema.references({"type": "X", "endpoint": {"technology": "PJSIP"}})

    def test_without_a_base_of_all_events_every_model_is_one(self):
        schema = self.schema(who="Channel")
        with self.assertRaisesRegex(ValueError, "no event 'Y'.*events are: X$"):
            schema.check_type("Y")
        with self.assertRaisesRegex(ValueError, "events that have: none"):
            schema.fields_of("X", "Bridge")

    def test_the_base_of_all_events_says_which_models_are_events(self):
        schema = EventSchema(
            {
                "Event": Model("Event", subtypes=("X",)),
                "X": Model("X", (Property("who", "Channel"),)),
                "Dialed": Model("Dialed", (Property("who", "Channel"),)),
            }
        )
        with self.assertRaisesRegex(ValueError, "events are: X$"):
            schema.check_type("Y")
        with self.assertRaisesRegex(ValueError, "events that have: X$"):
            schema.fields_of("Event", "Channel")

    def test_no_declarations_at_all(self):
        schema = EventSchema({})
        self.assertEqual(schema.references(event("StasisStart", channel={"id": "c"})), [])
        with self.assertRaises(ValueError):
            schema.check_type("StasisStart")
