"""Answers that are not what is declared: an error that names the operation and the place."""

import json
import traceback
import unittest

import ari
from ari.kinds import KINDS
from ari.rest.call import result_of
from ari.rest.workarounds import is_asterisk
from ari.transport.errors import response_error
from ari.transport.http import HttpTransport

from ..support import MockedAsterisk, make_response

DEEP = b"[" * 200_000


def factory(class_name):
    """Make a dict of any class, so that what passes is seen."""
    return None if class_name == "Variable" else dict


class Stub:
    """A response of somebody else's that knows its status and its JSON, and no more."""

    def __init__(self, body, status=200):
        self.status_code = status
        self.json = lambda: json.loads(body)


def answer(body, status=200):
    """Return a response with this body: bytes as they are, anything else as JSON."""
    response = make_response(None, status, "http://ari.test/ari/x")
    response._content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return response


class UnexpectedTest(MockedAsterisk):
    def refused(self, body, response_class):
        with self.assertRaises(ari.ARIHTTPError) as caught:
            result_of("channels.get", response_class, answer(body), factory)
        error = caught.exception
        self.assertIs(type(error), ari.ARIHTTPError)
        self.assertEqual(error.status_code, 200)
        self.assertTrue(str(error).startswith("channels.get: 200 OK (GET http://ari.test/ari/x); "))
        self.assertLess(len("".join(traceback.format_exception(error)).splitlines()), 30)
        return str(error).partition("; ")[2]

    def test_no_json_at_all(self):
        for body in (b"<html>", b'{"id": ', b"\xff\xfe\xfd", b"NaN?"):
            for response_class in ("Channel", "List[Channel]", "Variable", "void"):
                self.assertEqual(self.refused(body, response_class), "the answer is not JSON")

    def test_json_that_cannot_be_read(self):
        for body in (DEEP, b'{"id":' * 100_000):
            for response_class in ("Channel", "List[Channel]", "Variable"):
                self.assertEqual(
                    self.refused(body, response_class),
                    "the answer is not JSON: nested too deeply",
                )

    def test_json_of_another_kind_in_place_of_an_object(self):
        for body, kind in (
            ([], "a list"),
            ([{"id": "c1"}], "a list"),
            ("c1", "a string"),
            (5, "a number"),
            (1.5, "a number"),
            (True, "a boolean"),
            (None, "null"),
        ):
            self.assertEqual(
                self.refused(body, "Channel"), f"the answer is {kind}, expected a Channel object"
            )

    def test_json_of_another_kind_in_place_of_a_list(self):
        for body, kind in (({"id": "c1"}, "an object"), ("c1", "a string"), (None, "null")):
            self.assertEqual(
                self.refused(body, "List[Bridge]"),
                f"the answer is {kind}, expected a list of Bridge objects",
            )

    def test_an_object_without_its_id(self):
        for kind in KINDS:
            for missing in kind.id_fields:
                body = {name: "x" for name in kind.id_fields if name != missing}
                wanted = f"has nothing as {missing!r}, which names a {kind.name} object"
                self.assertEqual(self.refused(body, kind.name), f"the answer {wanted}")
                whole = dict.fromkeys(kind.id_fields, "x")
                self.assertEqual(
                    self.refused([whole, whole, body], f"List[{kind.name}]"), f"[2] {wanted}"
                )

    def test_an_id_that_is_none(self):
        for value, kind in ((None, "null"), ({}, "an object"), ([], "a list"), (True, "a boolean")):
            self.assertEqual(
                self.refused({"id": value}, "Channel"),
                f"the answer has {kind} as 'id', which names a Channel object",
            )

    def test_an_item_of_a_list_that_is_none(self):
        self.assertEqual(
            self.refused([{"id": "c1"}, None], "List[Channel]"),
            "[1] is null, expected a Channel object",
        )

    def test_what_is_expected_passes(self):
        for body, response_class in (
            ({"id": "c1"}, "Channel"),
            ({"id": 5}, "Channel"),
            ([], "List[Channel]"),
            ([{"id": "c1"}], "List[Channel]"),
            # Classes without objects are JSON, whatever it is.
            (["any"], "Variable"),
            ({"any": 1}, "List[Variable]"),
            (None, "Variable"),
        ):
            response = answer(body)
            self.assertEqual(result_of("x", response_class, response, factory), body)

    def test_a_response_of_another_make(self):
        class Client:
            def request(self, method, url, params):
                return Stub(self.body)

        client = Client()
        for client.body in ("<html>", DEEP.decode()):
            response = HttpTransport(client).send(
                ari.client.prepare(self.operation, (), {}).request
            )
            with self.assertRaisesRegex(ari.ARIHTTPError, "the answer is not JSON"):
                result_of("channels.list", "List[Channel]", response, factory)

    @property
    def operation(self):
        return self.client.swagger.channels.list.model

    def test_what_a_user_sees(self):
        self.serve("GET", "/channels", [{"id": "c1"}, {"name": "PJSIP/alice"}])
        self.serve("POST", "/channels/c1/play", [])
        with self.assertRaisesRegex(ari.ARIException, r"channels\.list: .*\[1\] has nothing as"):
            self.client.channels.list()
        with self.assertRaisesRegex(ari.ARIException, r"channels\.play: .*expected a Playback"):
            self.channel().play(media="sound:beep")

    def test_whatever_answers_is_asked_whether_it_is_an_asterisk(self):
        for body in (DEEP, b"<html>", "the system", ["system"], None, {}):
            self.assertFalse(is_asterisk(answer(body)), body)
        self.assertFalse(is_asterisk(answer({"system": {}}, 404)))
        self.assertTrue(is_asterisk(answer({"system": {}})))


class ErrorBodiesTest(unittest.TestCase):
    """The words of an error, whatever its body is."""

    def test_what_is_no_message(self):
        for body in (
            b"<html><h1>Bad Request</h1>",
            DEEP,
            b"",
            [],
            "text",
            None,
            {},
            {"message": None},
            {"message": ""},
            {"message": {"a": 1}},
            {"message": ["a"], "error": 5},
        ):
            error = response_error(answer(body, 400), "channels.get")
            self.assertIs(type(error), ari.ARIBadRequest)
            self.assertEqual(error.message, "")
            self.assertEqual(
                str(error), "channels.get: 400 Bad Request (GET http://ari.test/ari/x)"
            )

    def test_a_message_or_else_an_error(self):
        for body, words in (
            ({"message": "m", "error": "e"}, "m"),
            ({"message": "", "error": "e"}, "e"),
            ({"message": {}, "error": "e"}, "e"),
            ({"error": "e"}, "e"),
        ):
            error = response_error(answer(body, 500), "x")
            self.assertEqual(error.message, words)
            self.assertIn(f"x: 500 {words} (GET", str(error))

    def test_words_are_one_line_of_bounded_length(self):
        error = response_error(answer({"message": "a\nb " * 1000}, 500), "x")
        self.assertEqual(error.message, "a\nb " * 1000)
        self.assertNotIn("\n", str(error))
        self.assertLess(len(str(error)), 400)

    def test_a_location_that_is_not_valid(self):
        response = answer(b"", 302)
        response.headers["Location"] = "http://[hush"
        error = response_error(response, "x")
        self.assertIn("it leads to an address that is not valid", str(error))
        self.assertNotIn("hush", str(error))

    def test_a_response_that_knows_nothing_but_its_status(self):
        class Answer:
            status_code = 404
            headers = None

        self.assertEqual(str(response_error(Answer(), "x")), "x: 404 Not Found")
