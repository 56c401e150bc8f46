"""Repositories, domain objects, and what answers become (D5)."""

import copy
import json
import unittest
from unittest import mock

import ari
from ari.model import (
    CLASS_MAP,
    Application,
    BaseObject,
    Bridge,
    Channel,
    DeviceState,
    Endpoint,
    LiveRecording,
    Mailbox,
    Playback,
    Sound,
    StoredRecording,
    promote,
)

from .support import MockedAsterisk, channel_json, event, make_response

SAMPLES = {
    Application: ({"name": "app"}, "app"),
    Bridge: ({"id": "b1"}, "b1"),
    Channel: ({"id": "c1"}, "c1"),
    DeviceState: ({"name": "Stasis:x", "state": "INUSE"}, "Stasis:x"),
    Endpoint: ({"technology": "PJSIP", "resource": "alice"}, "PJSIP/alice"),
    LiveRecording: ({"name": "r1", "state": "recording"}, "r1"),
    Mailbox: ({"name": "m1"}, "m1"),
    Playback: ({"id": "p1"}, "p1"),
    Sound: ({"id": "beep"}, "beep"),
    StoredRecording: ({"name": "s1", "format": "wav"}, "s1"),
}
WITHOUT_EVENTS = (Mailbox, Application)


class UndialledTest(MockedAsterisk):
    """What Asterisk says of an endpoint that it cannot dial does not tell much."""

    def test_the_error_says_what_it_means(self):
        answer = {"error": "Allocation failed"}
        self.serve("POST", "/channels", answer, status=500)
        with self.assertRaisesRegex(ari.ARIServerError, "Allocation failed.*not registered"):
            self.client.channels.originate(endpoint="PJSIP/nobody", app="app")

    def test_other_operations_keep_asterisks_words_alone(self):
        self.serve("POST", "/bridges", {"message": "Unable to create bridge"}, status=500)
        with self.assertRaises(ari.ARIServerError) as caught:
            self.client.bridges.create()
        self.assertNotIn("registered", str(caught.exception))


class OnceJsonTest(MockedAsterisk):
    """Sounds and applications, which were dicts in ari-py."""

    def test_they_still_read_as_dicts(self):
        sound = Sound(self.client, {"id": "beep", "text": "Beep"})
        self.assertEqual(sound.get("text"), "Beep")
        self.assertEqual(sound.get("language", "en"), "en")
        self.assertEqual(dict(sound), {"id": "beep", "text": "Beep"})
        self.assertEqual(list(sound.keys()), ["id", "text"])
        self.assertEqual(list(sound.values()), ["beep", "Beep"])
        self.assertEqual(list(sound.items()), [("id", "beep"), ("text", "Beep")])
        self.assertEqual(len(sound), 2)

    def test_get_without_a_key_asks_asterisk(self):
        self.serve("GET", "/applications/app", {"name": "app", "channel_ids": ["c1"]})
        application = Application(self.client, {"name": "app", "channel_ids": []})
        self.assertEqual(application.get()["channel_ids"], ["c1"])


class RepositoryTest(MockedAsterisk):
    def test_it_knows_its_name_its_client_and_its_resource(self):
        repository = self.client.channels
        self.assertEqual(repository.name, "channels")
        self.assertIs(repository.client, self.client)
        self.assertIs(repository.api, self.client.swagger.channels)
        self.assertEqual(repr(repository), "Repository(channels)")

    def test_an_unknown_operation_names_the_near_miss(self):
        with self.assertRaisesRegex(
            AttributeError, "'channels' has no operation 'orignate'.*did you mean 'originate'"
        ):
            _ = self.client.channels.orignate

    def test_positional_arguments_fill_the_path(self):
        self.serve("GET", "/endpoints/PJSIP/alice", SAMPLES[Endpoint][0])
        self.assertIsInstance(self.client.endpoints.get("PJSIP", "alice"), Endpoint)
        self.serve("GET", "/channels/1234", channel_json("1234"))
        self.assertEqual(self.client.channels.get("1234").id, "1234")
        self.assertEqual(self.client.channels.get(channelId="1234").id, "1234")

    def test_an_id_may_be_a_number(self):
        # The ids of channels look like numbers, and programs keep them as such.
        self.serve("GET", "/channels/1234", channel_json("1234"))
        self.assertEqual(self.client.channels.get(1234).id, "1234")
        self.serve("POST", "/bridges/5/addChannel")
        self.client.bridges.addChannel(5, channel=[6, b"7"])
        self.assertEqual(self.query, {"channel": "6,7"})

    def test_wrong_arguments_send_nothing(self):
        with self.nothing_is_sent():
            for call in (
                lambda: self.client.channels.get(),
                lambda: self.client.channels.get("1", "2"),
                lambda: self.client.channels.get("1", channelId="1"),
                lambda: self.client.channels.originate(endpont="x"),
                lambda: self.channel().answer(channelId="c2"),
            ):
                with self.assertRaises(TypeError):
                    call()
            for empty in ("", ".", ".."):
                with self.assertRaises(ValueError):
                    self.client.channels.get(empty)

    def test_copies_do_not_recurse(self):
        self.assertEqual(copy.copy(self.client.channels).name, "channels")


class AnswersTest(MockedAsterisk):
    def test_no_content_is_none(self):
        self.serve("POST", "/channels/c1/answer")
        self.assertIsNone(self.channel().answer())

    def test_an_empty_body_is_none(self):
        self.serve("POST", "/channels/c1/answer", status=200, body="")
        self.assertIsNone(self.channel().answer())

    def test_binary_is_bytes(self):
        self.serve("GET", "/recordings/stored/s1/file", body=b"RIFF\x00\xff")
        self.assertEqual(self.client.recordings.getStoredFile("s1"), b"RIFF\x00\xff")

    def test_a_mapped_class_is_an_object(self):
        self.serve("POST", "/channels", channel_json("new"))
        channel = self.client.channels.originate(endpoint="PJSIP/alice", app="app")
        self.assertIsInstance(channel, Channel)
        self.assertIs(channel.client, self.client)

    def test_a_list_is_a_list_of_objects(self):
        self.serve("GET", "/bridges", [{"id": "b1"}, {"id": "b2"}])
        bridges = self.client.bridges.list()
        self.assertEqual([isinstance(b, Bridge) for b in bridges], [True, True])
        self.assertEqual([b.id for b in bridges], ["b1", "b2"])

    def test_anything_else_is_its_json(self):
        self.serve("GET", "/asterisk/info", {"system": {"version": "22"}})
        self.assertEqual(self.client.asterisk.getInfo(), {"system": {"version": "22"}})
        self.serve("GET", "/asterisk/modules", [{"name": "res_ari.so"}])
        self.assertEqual(self.client.asterisk.listModules(), [{"name": "res_ari.so"}])
        self.serve("GET", "/channels/c1/variable", {"value": "x"})
        self.assertEqual(self.channel().getChannelVar(variable="V"), {"value": "x"})

    def test_sounds_and_applications_are_objects(self):
        self.serve("GET", "/sounds", [{"id": "beep"}])
        self.serve("GET", "/applications/app", {"name": "app", "channel_ids": []})
        self.assertIsInstance(self.client.sounds.list()[0], Sound)
        self.assertIsInstance(self.client.applications.get("app"), Application)


class PromoteTest(unittest.TestCase):
    def test_with_a_client_of_any_kind(self):
        client = mock.Mock()
        channel = promote(client, make_response({"id": "c1"}), {"responseClass": "Channel"})
        self.assertIsInstance(channel, Channel)
        self.assertIs(channel.client, client)
        self.assertIs(channel.api, client.swagger.channels)

    def test_a_response_of_another_make(self):
        class Answer:
            status_code = 200

            def json(self):
                return [{"id": "b1"}]

        [bridge] = promote(mock.Mock(), Answer(), {"responseClass": "List[Bridge]"})
        self.assertEqual(bridge.id, "b1")

    def test_an_error_of_an_operation_without_name(self):
        with self.assertRaisesRegex(ari.ARINotFound, "^call: 404"):
            promote(mock.Mock(), make_response(None, 404), {})

    def test_a_class_may_be_replaced(self):
        class MyChannel(Channel):
            pass

        with mock.patch.dict(CLASS_MAP, Channel=MyChannel):
            made = promote(mock.Mock(), make_response({"id": "c1"}), {"responseClass": "Channel"})
        self.assertIs(type(made), MyChannel)

    def test_every_domain_class_is_mapped(self):
        self.assertEqual(set(CLASS_MAP.values()), set(SAMPLES))
        for name, cls in CLASS_MAP.items():
            self.assertEqual(cls.__name__, name)


class EveryClassTest(MockedAsterisk):
    def objects(self):
        for cls, (fields, object_id) in SAMPLES.items():
            yield cls, cls(self.client, dict(fields)), object_id

    def test_ids_and_attributes(self):
        for cls, obj, object_id in self.objects():
            self.assertEqual(obj.id, object_id)
            self.assertIs(obj.client, self.client)
            self.assertEqual(obj.json, SAMPLES[cls][0])
            self.assertIn(obj.api, self.client.swagger.resources.values())
            self.assertEqual(repr(obj), f"{cls.__name__}({object_id})")
            self.assertEqual(bool(obj.event_reg), cls not in WITHOUT_EVENTS)
            self.assertIsInstance(obj.id_generator, ari.model.ObjectIdGenerator)

    def test_equal_ids_are_equal_objects(self):
        for cls, obj, _ in self.objects():
            twin = cls(self.client, {**SAMPLES[cls][0], "more": 1})
            self.assertEqual(obj, twin)
            self.assertEqual(hash(obj), hash(twin))
            self.assertEqual(len({obj, twin}), 1)
        self.assertNotEqual(self.channel("c1"), self.channel("c2"))
        self.assertNotEqual(Channel(self.client, {"id": "x"}), Bridge(self.client, {"id": "x"}))
        self.assertNotEqual(self.channel("c1"), "c1")

    def test_the_class_of_an_object_makes_its_equal(self):
        for _, obj, _ in self.objects():
            twin = type(obj)(self.client, obj.json)
            self.assertEqual(obj, twin)
            self.assertIs(type(twin), type(obj))
            self.assertIs(type(copy.copy(obj)), type(obj))

    def test_every_object_calls_what_its_path_holds(self):
        for cls, obj, _ in self.objects():
            parameters = obj.id_generator.get_params(obj.json)
            expected = {
                name
                for name, operation in obj.api.operations.items()
                if all(f"{{{p}}}" in operation.uri for p in parameters)
            }
            self.assertTrue(expected, cls)
            shown = {n for n in dir(obj) if n in obj.api.operations}
            self.assertEqual(shown - set(obj.json), expected - set(obj.json), cls)

    def test_classes_without_events_say_so(self):
        for cls, obj, _ in self.objects():
            if cls in WITHOUT_EVENTS:
                with self.assertRaisesRegex(RuntimeError, f"class {cls.__name__} have no events"):
                    obj.on_event("StasisStart", print)
                with self.assertRaisesRegex(RuntimeError, f"class {cls.__name__} have no events"):
                    obj.wait_for("StasisStart", timeout=0)


class DomainObjectTest(MockedAsterisk):
    def test_its_json_reads_by_index_in_and_attribute(self):
        bridge = self.bridge(bridge_type="mixing", channels=["c1"])
        self.assertEqual(bridge["bridge_type"], "mixing")
        self.assertEqual(bridge.bridge_type, "mixing")
        self.assertIn("channels", bridge)
        self.assertNotIn("nothing", bridge)
        self.assertEqual(list(bridge), list(bridge.json))
        with self.assertRaises(KeyError):
            bridge["nothing"]

    def test_an_operation_of_the_same_name_wins(self):
        channel = self.channel(answer="what?")
        self.assertTrue(callable(channel.answer))
        self.assertEqual(channel["answer"], "what?")

    def test_an_unknown_attribute_names_the_near_miss(self):
        with self.assertRaisesRegex(
            AttributeError, r"Channel\(c1\) has no attribute 'anser'.*'answer'.*available: .*hangup"
        ):
            _ = self.channel().anser

    def test_special_names_are_not_looked_up_in_the_json(self):
        channel = self.channel(__wrapped__="x")
        self.assertFalse(hasattr(channel, "__wrapped__"))
        self.assertEqual(copy.copy(channel), channel)

    def test_its_id_is_filled_in(self):
        self.serve("DELETE", "/channels/a%2Fb%20c%2Bd%25%C3%A9")
        self.channel("a/b c+d%é").hangup(reason="busy")
        self.assertEqual(self.query, {"reason": "busy"})
        self.assertIn("/channels/a%2Fb%20c%2Bd%25%C3%A9?", self.sent.url)

    def test_an_endpoint_has_two_ids(self):
        self.serve("PUT", "/endpoints/PJSIP/alice/sendMessage", status=202, body="")
        endpoint = Endpoint(self.client, {"technology": "PJSIP", "resource": "alice"})
        endpoint.sendMessageToEndpoint(from_="me", variables={"A": "1"})
        self.assertEqual(self.query, {"from": "me"})
        self.assertEqual(json.loads(self.sent.body), {"variables": {"A": "1"}})

    def test_methods_are_made_once_for_a_class(self):
        one, two = self.channel("c1"), self.channel("c2")
        self.assertIs(one.answer.__func__, two.answer.__func__)
        self.assertIsNot(one.answer.__func__, self.bridge().play.__func__)

    def test_an_object_is_what_it_was_and_get_fetches_a_fresh_one(self):
        self.serve("GET", "/channels/c1", channel_json("c1", state="Up"))
        channel = self.channel("c1", state="Ring")
        self.assertEqual(channel.get().state, "Up")
        self.assertEqual(channel.state, "Ring")

    def test_event_keys_and_sources(self):
        self.assertEqual(self.channel().event_key, ("Channel", "c1"))
        self.assertEqual(self.channel().wait_keys, [("Channel", "c1")])
        playback = Playback(self.client, {"id": "p1", "target_uri": "bridge:b1"})
        self.assertEqual(playback.wait_keys, [("Playback", "p1"), ("Bridge", "b1")])
        self.assertEqual(self.bridge().event_source, "bridge:b1")
        with self.assertRaisesRegex(TypeError, "not an event source; channels, bridges"):
            _ = playback.event_source

    def test_a_class_of_the_users_own(self):
        class Thing(BaseObject):
            id_generator = ari.model.DefaultObjectIdGenerator("channelId")

        thing = Thing(self.client, self.client.swagger.channels, {"id": "c1"}, None)
        self.serve("POST", "/channels/c1/answer")
        self.assertIsNone(thing.answer())


class OwnIdGeneratorTest(MockedAsterisk):
    """Classes of the user's own, with ids of the user's own."""

    def make(self, generator, as_json):
        class Thing(BaseObject):
            id_generator = generator
            model_id = "Channel"

            def __init__(self, client, as_json):
                resource = client.swagger.channels
                super().__init__(client, resource, as_json, client.on_channel_event)

        return Thing(self.client, as_json)

    def test_its_parameters_choose_the_operations(self):
        class Numbered(ari.model.ObjectIdGenerator):
            def get_params(self, obj_json):
                return {"channelId": f"n{obj_json['number']}"}

            def id_as_str(self, obj_json):
                return str(obj_json["number"])

        self.serve("POST", "/channels/n5/answer")
        thing = self.make(Numbered(), {"number": 5})
        self.assertEqual(thing.id, "5")
        thing.answer()
        self.assertTrue(self.sent.url.endswith("/channels/n5/answer"))

    def test_one_that_knows_no_parameters_makes_objects_that_listen(self):
        class NoPath(ari.model.ObjectIdGenerator):
            def id_as_str(self, obj_json):
                return obj_json["id"]

        got = []
        thing = self.make(NoPath(), {"id": "c1"})
        thing.on_event("StasisEnd", lambda thing, event: got.append(thing))
        self.emit(event("StasisEnd", channel={"id": "c1"}))
        self.assertEqual(got, [thing])

    def test_json_that_lacks_a_parameter_makes_an_object_that_calls_nothing(self):
        class Both(ari.model.ObjectIdGenerator):
            def get_params(self, obj_json):
                return {"channelId": obj_json["path"]}

            def id_as_str(self, obj_json):
                return obj_json["id"]

        thing = self.make(Both(), {"id": "c1"})
        self.assertEqual(thing.id, "c1")
        with self.assertRaises(AttributeError):
            _ = thing.answer
        self.serve("POST", "/channels/p/answer")
        type(thing)(self.client, {"id": "c1", "path": "p"}).answer()
        self.assertTrue(self.sent.url.endswith("/channels/p/answer"))


class WaitingTest(MockedAsterisk):
    """That the objects' waits reach the client; what waits do is tested with the waiting room."""

    def test_wait_for_returns_an_event_about_the_object(self):
        end = event("ChannelDestroyed", channel={"id": "c1"}, cause=16, cause_txt="")
        self.emit(end)
        channel = self.channel()
        self.assertEqual(channel.wait_for("ChannelDestroyed", timeout=1), end)
        self.assertEqual(channel.wait_for(["ChannelDestroyed", "StasisStart"]), end)
        with self.assertRaises(ari.ARIObjectGone):
            channel.wait_for("ChannelDtmfReceived", timeout=1)

    def test_wait_returns_the_finished_object(self):
        self.emit(
            event("PlaybackFinished", playback={"id": "p1", "state": "done"}),
            event("RecordingFailed", recording={"name": "r1", "state": "failed", "cause": "x"}),
        )
        playback = Playback(self.client, {"id": "p1", "state": "queued"}).wait(timeout=1)
        self.assertIsInstance(playback, Playback)
        self.assertEqual(playback.state, "done")
        self.assertEqual(playback, Playback(self.client, {"id": "p1"}))
        self.assertIs(type(playback.wait(timeout=1)), type(playback))
        recording = LiveRecording(self.client, {"name": "r1"}).wait(timeout=1)
        self.assertIsInstance(recording, LiveRecording)
        self.assertEqual(recording.cause, "x")

    def test_what_does_not_come_times_out(self):
        with self.assertRaises(ari.ARIWaitTimeout):
            self.channel().wait_for("ChannelDtmfReceived", timeout=0)
        with self.assertRaises(ari.ARIWaitTimeout):
            Playback(self.client, {"id": "p1"}).wait(timeout=0)

    def test_an_event_that_is_never_about_such_an_object(self):
        for wrong in ("BridgeCreated", "NoSuchEvent"):
            with self.assertRaises(ValueError):
                self.channel().wait_for(wrong, timeout=0)

    def test_reading_digits_is_left_to_the_channel(self):
        self.assertEqual(self.channel().read_digits(timeout=0), "")
