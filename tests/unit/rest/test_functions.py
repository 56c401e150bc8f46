"""Operations as users meet them: domain objects as arguments, help, and Asterisk's own faults."""

import inspect
import json
import pydoc

import ari
from ari.rest.call import as_argument
from ari.rest.functions import make_function
from ari.rest.workarounds import AsteriskWorkarounds
from ari.swagger.declarations import OperationModel

from ..support import BASE, MockedAsterisk, tiny_operation, tiny_parameter


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


class AsterisksFaultsTest(MockedAsterisk):
    """What is done about declarations that a user would be misled by."""

    def test_mute_sends_the_direction_that_is_declared_as_its_default(self):
        self.serve("POST", "/channels/c1/mute")
        self.serve("DELETE", "/channels/c1/mute")
        for call in (self.channel().mute, self.channel().unmute):
            call()
            self.assertEqual(self.query, {"direction": "both"})
            call(direction="in")
            self.assertEqual(self.query, {"direction": "in"})

    def test_variables_of_a_new_bridge_are_the_body_itself(self):
        self.serve("POST", "/bridges", {"id": "b1"})
        for variables in ({"A": "1"}, {"variables": {"A": "1"}}):
            self.client.bridges.create(type="mixing", variables=variables)
            self.assertEqual(json.loads(self.sent.body), {"A": "1"})

    def test_variables_of_a_new_bridge_with_an_id_are_not(self):
        self.serve("POST", "/bridges/b1", {"id": "b1"})
        self.client.bridges.createWithId("b1", variables={"A": "1"})
        self.assertEqual(json.loads(self.sent.body), {"variables": {"A": "1"}})

    def test_an_event_filter_is_the_body_itself(self):
        self.serve("PUT", "/applications/app/eventFilter", {"name": "app"})
        wanted = {"allowed": [{"type": "StasisStart"}]}
        for given in (wanted, {"filter": wanted}):
            self.client.applications.filter("app", filter=given)
            self.assertEqual(json.loads(self.sent.body), wanted)

    def test_declarations_that_have_no_such_parameters_are_left_alone(self):
        for resource, nickname in (
            ("channels", "mute"),
            ("channels", "unmute"),
            ("bridges", "create"),
            ("applications", "filter"),
            ("channels", "answer"),
        ):
            parameter = tiny_parameter("other")
            operation = tiny_operation(nickname, parameters=[parameter])
            before = json.dumps(operation)
            AsteriskWorkarounds().process_operation({}, {"name": resource}, {}, operation, None)
            self.assertEqual(json.dumps(operation), before)

    def test_requests_that_harm_the_server_are_not_sent(self):
        channel, bridge = self.channel(), self.bridge()
        with self.nothing_is_sent():
            for call, wanted in (
                (lambda: channel.move(), "'app'"),
                (lambda: channel.move(app=None), "'app'"),
                (lambda: channel.record(name="r"), "'format'"),
                (lambda: bridge.record(name="r"), "'format'"),
                (lambda: bridge.setBridgeVar(value="x"), "'variable'"),
                (lambda: bridge.getBridgeVar(), "'variable'"),
            ):
                with self.assertRaisesRegex(TypeError, f"missing required argument: {wanted}"):
                    call()
            for name in ("before", "between", "duration", "after"):
                with self.assertRaisesRegex(ValueError, f"got {name}=-1, which must be at least 0"):
                    channel.sendDTMF(dtmf="1", **{name: -1})

    def test_media_that_asterisk_never_finishes_is_not_sent(self):
        channel, bridge = self.channel(), self.bridge()
        with self.nothing_is_sent():
            for media in (
                "hello-world",
                "",
                "sounds:a",
                "HTTP://x",
                ["sound:a", "4111"],
                "sound:a,b",
            ):
                for play in (
                    lambda m: channel.play(media=m),
                    lambda m: bridge.play(media=m),
                    lambda m: channel.playWithId("p1", media=m),
                    lambda m: channel.read_digits(prompt=m),
                ):
                    with self.assertRaisesRegex(ValueError, "as in sound:hello-world") as caught:
                        play(media)
                    self.assertNotIn("4111", str(caught.exception))

    def test_media_of_every_kind_is_sent(self):
        self.serve("POST", "/channels/c1/play", {"id": "p1", "target_uri": "channel:c1"})
        for kind in ("sound", "recording", "number", "digits", "characters", "tone"):
            self.channel().play(media=f"{kind}:1")
            self.assertEqual(self.query["media"], f"{kind}:1")
        self.channel().play(media="sound:https://media.test/a.wav")
        self.channel().play(media=("sound:a", "number:5"))
        self.assertEqual(self.query["media"], "sound:a,number:5")

    def test_dtmf_with_proper_times_is_sent(self):
        self.serve("POST", "/channels/c1/dtmf")
        self.channel().sendDTMF(dtmf="12", between=0, after=None)
        self.assertEqual(self.query, {"dtmf": "12", "between": "0"})


class HelpTest(MockedAsterisk):
    def test_an_operation_is_a_function_with_name_and_signature(self):
        originate = self.client.channels.originate
        self.assertEqual(originate.__name__, "originate")
        self.assertEqual(originate.__qualname__, "channels.originate")
        shown = inspect.signature(originate)
        self.assertIs(shown.parameters["endpoint"].default, inspect.Parameter.empty)
        self.assertIsNone(shown.parameters["appArgs"].default)
        self.assertIs(shown.parameters["endpoint"].kind, inspect.Parameter.KEYWORD_ONLY)

    def test_a_method_leaves_out_the_id_of_its_object(self):
        play = self.channel().play
        self.assertEqual(
            list(inspect.signature(play).parameters),
            ["media", "lang", "offsetms", "skipms", "playbackId"],
        )
        self.assertEqual(play.__qualname__, "Channel.play")
        self.assertEqual(
            next(iter(inspect.signature(self.channel().hangup).parameters)), "reason_code"
        )
        endpoint = ari.model.Endpoint(self.client, {"technology": "PJSIP", "resource": "alice"})
        self.assertNotIn("tech", inspect.signature(endpoint.get).parameters)
        self.assertNotIn("resource", inspect.signature(endpoint.get).parameters)

    def test_a_keyword_of_python_is_shown_with_its_underscore(self):
        send = self.client.endpoints.sendMessage
        self.assertIn("from_", inspect.signature(send).parameters)
        self.assertIn(":param from_:", send.__doc__)

    def test_a_keyword_of_python_is_sent_under_its_own_name(self):
        self.serve("PUT", "/endpoints/sendMessage", status=202, body="")
        for given in ({"from_": "sip:me"}, {"from": "sip:me"}):
            self.client.endpoints.sendMessage(to="pjsip:alice", body="hi", **given)
            self.assertEqual(self.query, {"to": "pjsip:alice", "from": "sip:me", "body": "hi"})

    def test_the_docstring_comes_from_the_declaration(self):
        text = self.client.channels.originate.__doc__
        operation = self.client.channels.originate.json
        self.assertTrue(text.startswith(operation["summary"]))
        self.assertIn(":param endpoint:", text)
        self.assertIn(":return: Channel", text)
        self.assertIn(":raises ARIBadRequest: 400 ", text)
        self.assertIn("-1 waits for ever. Default: 30.", text)
        for line in text.splitlines()[1:]:
            self.assertEqual(line, line.rstrip())

    def test_choices_ranges_and_no_parameters(self):
        self.assertIn("One of: both, in, out.", self.channel().mute.__doc__)
        self.assertIn(":return: List[Channel]", self.client.channels.list.__doc__)
        self.assertNotIn(":param", self.client.channels.list.__doc__)
        self.assertIn("From 0 to …", self.channel().record.__doc__)
        self.assertNotIn(":return:", self.channel().answer.__doc__)

    def test_help_shows_it(self):
        text = pydoc.render_doc(self.client.channels.originate, renderer=pydoc.plaintext)
        # Since Python 3.13 a long signature has a line for each parameter.
        self.assertIn("originate(*,endpoint:str,", "".join(text.split()))
        self.assertIn(":param appArgs:", text)
        self.assertIn("answer()", pydoc.render_doc(self.channel().answer, renderer=pydoc.plaintext))

    def test_dir_lists_the_operations(self):
        self.assertIn("channels", dir(self.client))
        self.assertIn("originate", dir(self.client.channels))
        names = dir(self.channel())
        self.assertIn("answer", names)
        self.assertIn("state", names)
        self.assertIn("on_event", names)
        self.assertNotIn("originate", names)
        self.assertNotIn("list", names)

    def test_only_operations_with_the_id_in_their_path_are_on_an_object(self):
        for name in ("originate", "list", "create", "externalMedia"):
            with self.assertRaisesRegex(AttributeError, f"no attribute '{name}'"):
                getattr(self.channel(), name)

    def test_an_operation_shows_its_declaration(self):
        self.assertEqual(self.client.channels.originate.json["httpMethod"], "POST")
        self.assertEqual(self.channel().answer.json["nickname"], "answer")

    def test_an_operation_is_made_once(self):
        one, again = self.client.channels.list, self.client.channels.list
        self.assertIs(one.__func__, again.__func__)


class SparseDeclarationTest(MockedAsterisk):
    """Declarations of older releases have less than the bundled ones, and codes that are text."""

    def docstring(self, **declared):
        operation = OperationModel.from_json(tiny_operation(**declared), "u")
        return make_function(operation, "things").__doc__

    def test_a_declaration_without_summary_notes_and_with_codes_that_are_text(self):
        text = self.docstring(
            nickname="answer",
            notes="A note. " * 30,
            errorResponses=[{"code": "404", "reason": ""}, {"reason": "without a code"}],
        )
        self.assertTrue(text.startswith("answer\n\nA note."))
        self.assertTrue(text.endswith(":raises ARINotFound: 404"))
        self.assertLess(max(map(len, text.splitlines())), 100)

    def test_a_declaration_of_nothing_but_its_name(self):
        self.assertEqual(self.docstring(nickname="list", summary="", notes=None), "list")

    def test_the_address_is_the_clients(self):
        operation = self.client.swagger.channels.get_operation("list")
        self.assertEqual(operation.uri, f"{BASE}/ari/channels")
