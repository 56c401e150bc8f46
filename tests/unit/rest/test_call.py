"""One operation called: its arguments become a request, and the response a result."""

import unittest

import ari
from ari.rest.call import as_argument, finish, prepare, result_of
from ari.swagger.declarations import OperationModel

from ..support import MockedAsterisk, make_response, tiny_operation, tiny_parameter


def declared(nickname, *parameters, resource="channels", uri="http://a.test/x", **fields):
    """Return the model of an operation."""
    json = tiny_operation(nickname, parameters=parameters, resource=resource, **fields)
    return OperationModel.from_json(json, uri)


def no_objects(class_name):
    """A factory of a client without domain classes."""


ANSWER = declared(
    "answer",
    tiny_parameter("channelId", "path", required=True),
    uri="http://a.test/channels/{channelId}/answer",
    method="POST",
)
PLAY = declared(
    "play",
    tiny_parameter("channelId", "path", required=True),
    tiny_parameter("media", required=True, many=True),
    tiny_parameter("playbackId"),
    uri="http://a.test/channels/{channelId}/play",
    method="POST",
    response="Playback",
)


class PrepareTest(unittest.TestCase):
    def test_the_request_and_what_it_was_made_of(self):
        call = prepare(PLAY, ("c 1",), {"media": ["sound:a", "sound:b"]})
        self.assertIs(call.operation, PLAY)
        self.assertEqual(call.values, {"channelId": "c 1", "media": ["sound:a", "sound:b"]})
        self.assertEqual(call.request.method, "POST")
        self.assertEqual(call.request.url, "http://a.test/channels/c%201/play")
        self.assertEqual(call.request.query, {"media": "sound:a,sound:b"})
        self.assertIsNone(call.request.body)
        self.assertEqual(call.request.operation, "channels.play")

    def test_what_the_object_gives_is_not_asked_of_the_caller(self):
        call = prepare(ANSWER, (), {}, {"channelId": "c1"})
        self.assertEqual(call.request.url, "http://a.test/channels/c1/answer")
        for args, kwargs in ((("c2",), {}), ((), {"channelId": "c2"})):
            with self.assertRaises(TypeError):
                prepare(ANSWER, args, kwargs, {"channelId": "c1"})

    def test_neither_arguments_nor_what_is_given_are_changed(self):
        kwargs, given = {"media": "sound:a", "playbackId": None}, {"channelId": "c1"}
        prepare(PLAY, (), kwargs, given, lambda: "made")
        self.assertEqual(kwargs, {"media": "sound:a", "playbackId": None})
        self.assertEqual(given, {"channelId": "c1"})

    def test_an_unknown_argument_names_the_near_miss(self):
        with self.assertRaisesRegex(TypeError, "'medai' .did you mean 'media'?.*it takes: chan"):
            prepare(PLAY, ("c1",), {"medai": "sound:a"})

    def test_a_missing_one_is_named(self):
        with self.assertRaisesRegex(TypeError, "missing required argument: 'media'"):
            prepare(PLAY, ("c1",), {})
        with self.assertRaisesRegex(TypeError, "missing required arguments: 'channelId', 'media'"):
            prepare(PLAY, (), {})

    def test_one_that_is_given_twice_or_too_many(self):
        with self.assertRaisesRegex(TypeError, "multiple values for argument 'channelId'"):
            prepare(ANSWER, ("c1",), {"channelId": "c2"})
        with self.assertRaisesRegex(TypeError, "takes 1 positional argument but 2 were given"):
            prepare(ANSWER, ("c1", "c2"), {})

    def test_a_value_that_would_call_another_path(self):
        for wrong in ("", ".", ".."):
            with self.assertRaisesRegex(ValueError, "that would call another path"):
                prepare(ANSWER, (wrong,), {})

    def test_an_iterator_is_read_once_and_kept_as_a_list(self):
        call = prepare(PLAY, ("c1",), {"media": (f"sound:{name}" for name in "ab")})
        self.assertEqual(call.values["media"], ["sound:a", "sound:b"])
        self.assertEqual(call.request.query["media"], "sound:a,sound:b")


class MakingTest(unittest.TestCase):
    """Operations that make an object, whose id may be chosen."""

    def test_the_callers_own_id_stays(self):
        call = prepare(PLAY, ("c1",), {"media": "sound:m", "playbackId": "mine"}, None, self.fail)
        self.assertEqual(call.makes, ("Playback", "mine"))
        self.assertEqual(call.request.query["playbackId"], "mine")

    def test_without_one_it_is_made(self):
        for given in ({}, {"playbackId": None}):
            call = prepare(PLAY, ("c1",), {"media": "sound:m", **given}, None, lambda: "made")
            self.assertEqual(call.makes, ("Playback", "made"))
            self.assertEqual(call.values["playbackId"], "made")
            self.assertEqual(call.request.query["playbackId"], "made")

    def test_where_asterisk_chooses_it_nothing_is_sent(self):
        call = prepare(PLAY, ("c1",), {"media": "sound:m"}, None, lambda: None)
        self.assertEqual(call.makes, ("Playback", ""))
        self.assertNotIn("playbackId", call.values)
        self.assertNotIn("playbackId", call.request.query)

    def test_by_default_asterisk_chooses_it(self):
        self.assertEqual(prepare(PLAY, ("c1",), {"media": "sound:m"}).makes, ("Playback", ""))

    def test_a_release_that_lacks_the_parameter_gets_no_id(self):
        older = declared(
            "play",
            tiny_parameter("channelId", "path", required=True),
            uri="http://a.test/channels/{channelId}/play",
        )
        call = prepare(older, ("c1",), {}, None, self.fail)
        self.assertEqual(call.makes, ("Playback", ""))
        self.assertEqual(call.request.query, {})

    def test_an_id_in_the_path(self):
        operation = declared(
            "playWithId",
            tiny_parameter("channelId", "path", required=True),
            tiny_parameter("playbackId", "path", required=True),
            uri="http://a.test/channels/{channelId}/play/{playbackId}",
        )
        call = prepare(operation, ("c1", "p1"), {}, None, self.fail)
        self.assertEqual(call.makes, ("Playback", "p1"))

    def test_others_make_nothing(self):
        self.assertIsNone(prepare(ANSWER, ("c1",), {}, None, self.fail).makes)

    def test_no_id_is_made_for_a_call_that_is_refused(self):
        with self.assertRaises(TypeError):
            prepare(PLAY, ("c1",), {}, None, self.fail)


class FinishTest(unittest.TestCase):
    def finish(self, response, response_class="Thing", factory=no_objects):
        return result_of("things.get", response_class, response, factory)

    def test_a_class_with_objects_becomes_one(self):
        made = self.finish(
            make_response({"id": "x"}), "Thing", lambda name: lambda json: (name, json)
        )
        self.assertEqual(made, ("Thing", {"id": "x"}))

    def test_a_list_becomes_a_list_of_them(self):
        made = self.finish(
            make_response([{"id": "x"}, {"id": "y"}]),
            "List[Thing]",
            lambda name: lambda json: (name, json["id"]),
        )
        self.assertEqual(made, [("Thing", "x"), ("Thing", "y")])
        self.assertEqual(self.finish(make_response([]), "List[Thing]", lambda name: self.fail), [])

    def test_a_class_without_objects_is_its_json(self):
        for body, response_class in (({"a": 1}, "Thing"), ([1, 2], "List[int]"), ("x", "string")):
            self.assertEqual(self.finish(make_response(body), response_class), body)

    def test_no_content_is_none(self):
        self.assertIsNone(self.finish(make_response({"ignored": 1}, 204)))
        self.assertIsNone(self.finish(make_response(None, 202)))
        self.assertIsNone(self.finish(make_response(None), "void"))

    def test_binary_is_bytes_even_if_there_are_none(self):
        response = make_response()
        response._content = b"RIFF"
        self.assertEqual(self.finish(response, "binary"), b"RIFF")
        self.assertEqual(self.finish(make_response(), "binary"), b"")

    def test_from_300_on_it_is_an_error_of_its_status(self):
        for status, cls in (
            (300, ari.ARIHTTPError),
            (404, ari.ARINotFound),
            (409, ari.ARINotInStasis),
            (503, ari.ARIServerUnavailable),
        ):
            with self.assertRaisesRegex(cls, f"^things.get: {status} because") as caught:
                self.finish(make_response({"message": "because"}, status), "binary")
            self.assertIs(type(caught.exception), cls)

    def test_a_success_without_json_is_an_error(self):
        response = make_response()
        response._content = b"<html>"
        with self.assertRaisesRegex(ari.ARIHTTPError, "things.get: 200 OK.*the answer is not JSON"):
            self.finish(response)

    def test_a_call_knows_what_its_answer_is(self):
        call = prepare(PLAY, ("c1",), {"media": "sound:m"})
        made = finish(call, make_response({"id": "p"}), lambda name: lambda json: (name, json))
        self.assertEqual(made, ("Playback", {"id": "p"}))
        with self.assertRaisesRegex(ari.ARINotFound, "^channels.play: 404"):
            finish(call, make_response({}, 404), no_objects)


class NothingIsSentTest(MockedAsterisk):
    """What is wrong with the arguments comes to light before anything is sent."""

    def test_by_a_repository_and_by_an_object(self):
        channel = self.channel()
        with self.nothing_is_sent():
            for call in (
                lambda: self.client.channels.play("c1", medai="sound:x"),
                lambda: self.client.channels.get(),
                lambda: self.client.channels.get("c1", "c2"),
                lambda: channel.play(),
                lambda: channel.play(channelId="c2", media="sound:x"),
                lambda: channel.answer("c2"),
            ):
                with self.assertRaises(TypeError):
                    call()
            with self.assertRaises(ValueError):
                self.client.channels.get("")

    def test_a_refused_call_leaves_no_trace(self):
        with self.assertRaises(TypeError):
            self.channel().play()
        self.assertFalse(self.client._session.lookback.knows(("Channel", "c1")))


class ObjectsAsArgumentsTest(MockedAsterisk):
    def setUp(self):
        super().setUp()
        self.serve("POST", "/bridges/b1/addChannel")

    def test_an_object_stands_for_its_id(self):
        self.bridge().addChannel(channel=self.channel("c1"))
        self.assertEqual(self.query, {"channel": "c1"})

    def test_so_do_several_in_whatever_holds_them(self):
        one, two = self.channel("c1"), self.channel("c2")
        for several in (
            [one, two],
            (one, "c2"),
            {"a": one, "b": two}.values(),
            {one: 1, two: 2}.keys(),
            {one: 1, two: 2},
            (c for c in (one, two)),
            filter(None, [one, two]),
            map(self.channel, ["c1", "c2"]),
        ):
            if isinstance(several, dict):
                several = iter(several)  # noqa: PLW2901
            self.bridge().addChannel(channel=several)
            self.assertEqual(self.query, {"channel": "c1,c2"})
        self.bridge().addChannel(channel={one})
        self.assertEqual(self.query, {"channel": "c1"})

    def test_in_a_path_as_well(self):
        self.serve("POST", "/bridges/b1/videoSource/c1")
        self.bridge().setVideoSource(self.channel())
        self.assertEqual(self.sent.method, "POST")
        self.serve("GET", "/channels/c1", {"id": "c1"})
        self.assertEqual(self.client.channels.get(self.channel()), self.channel())

    def test_what_a_start_event_brings_stands_for_its_channel(self):
        objects = ari.model.EventObjects({"channel": self.channel("c1")})
        self.bridge().addChannel(channel=objects)
        self.assertEqual(self.query, {"channel": "c1"})

    def test_an_event_source_is_an_id_with_a_scheme(self):
        self.serve("POST", "/applications/app/subscription", {"name": "app"})
        client = self.client
        endpoint = ari.model.Endpoint(client, {"technology": "PJSIP", "resource": "alice"})
        state = ari.model.DeviceState(client, {"name": "Stasis:lamp", "state": "INUSE"})
        for source, text in {
            self.bridge(): "bridge:b1",
            self.channel(): "channel:c1",
            endpoint: "endpoint:PJSIP/alice",
            state: "deviceState:Stasis:lamp",
            ari.model.EventObjects({"channel": self.channel("c9")}): "channel:c9",
        }.items():
            client.applications.subscribe("app", eventSource=source)
            self.assertEqual(self.query, {"eventSource": text})
        client.applications.subscribe("app", eventSource=[self.bridge(), "endpoint:PJSIP/bob"])
        self.assertEqual(self.query, {"eventSource": "bridge:b1,endpoint:PJSIP/bob"})

    def test_an_object_that_is_no_event_source(self):
        sound = ari.model.Sound(self.client, {"id": "beep"})
        with self.nothing_is_sent(), self.assertRaisesRegex(TypeError, "is not an event source"):
            self.client.applications.subscribe("app", eventSource=sound)

    def test_other_values_stay_as_they_are(self):
        for value in ("text", b"bytes", 5, True, None, {"a": 1}):
            self.assertIs(as_argument("x", value), value)
