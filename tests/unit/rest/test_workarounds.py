"""Where Asterisk departs from its own description: what is put right, refused and explained."""

import json
import unittest

from ari.exceptions import ARINotFound, ARIServerError
from ari.rest.workarounds import (
    UNREPORTED_ENDS,
    AsteriskWorkarounds,
    explain,
    is_asterisk,
    lacks_description,
)
from ari.swagger.processors import SwaggerError

from ..support import MockedAsterisk, make_response, tiny_operation, tiny_parameter


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


class ExplainTest(MockedAsterisk):
    def test_an_endpoint_that_cannot_be_dialled(self):
        for operation in ("channels.create", "channels.originate", "channels.originateWithId"):
            self.assertIn("endpoint that does not exist", explain(operation, 500))
            self.assertEqual(explain(operation, 400), "")
            self.assertEqual(explain(operation, 503), "")

    def test_other_operations_say_it_all(self):
        for operation in ("channels.answer", "bridges.create", ""):
            self.assertEqual(explain(operation, 500), "")

    def test_the_explanation_stands_in_the_error(self):
        self.serve("POST", "/channels", {"error": "Allocation failed"}, status=500)
        with self.assertRaises(ARIServerError) as caught:
            self.client.channels.originate(endpoint="PJSIP/nobody", app="app")
        self.assertIn("Allocation failed", str(caught.exception))
        self.assertTrue(str(caught.exception).endswith("; " + explain("channels.originate", 500)))


class DescriptionTest(unittest.TestCase):
    """An Asterisk that was packaged without its description."""

    def test_without_the_file(self):
        error = SwaggerError("404 Not Found; expected a resource listing")
        error.__cause__ = ARINotFound("loading the description: 404")
        self.assertTrue(lacks_description(error))

    def test_without_the_folder(self):
        error = ARIServerError("500", status_code=500, message="Cannot find rest-api/resources")
        self.assertTrue(lacks_description(error))

    def test_another_failure_is_not_that(self):
        for error in (
            SwaggerError("expected a resource listing in JSON"),
            SwaggerError("no such file", cause=FileNotFoundError()),
            ARIServerError("500", status_code=500, message="sorry"),
            ARIServerError("503", status_code=503),
        ):
            self.assertFalse(lacks_description(error), error)

    def test_whether_it_is_an_asterisk(self):
        self.assertTrue(is_asterisk(make_response({"system": {"version": "22.0.0"}})))
        for body, status in (
            ({"system": {}}, 404),
            ({"version": "22"}, 200),
            ([], 200),
            (5, 200),
            (None, 200),
        ):
            self.assertFalse(is_asterisk(make_response(body, status)), (body, status))


class UnreportedEndsTest(MockedAsterisk):
    def test_they_are_operations_with_such_a_parameter(self):
        for name, (class_name, parameter) in UNREPORTED_ENDS.items():
            operation = self.client.swagger.operation(name)
            self.assertIn(parameter, operation.model.names)
            self.assertIn(class_name, ("Bridge", "Channel"))
