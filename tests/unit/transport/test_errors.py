"""From a failed request to the library's error: its class, its text, and what it carries."""

import ssl
import unittest

import requests

import ari
from ari.transport.base import Request
from ari.transport.errors import error_class, response_error, root_cause, without_query
from ari.transport.http import HttpTransport

from ..support import make_response
from ..test_exceptions import BY_STATUS


class Raising:
    """An http client whose requests raise an error, or answer 200."""

    def __init__(self, error):
        self.error = error

    def request(self, method, url, params=None):
        if self.error is not None:
            raise self.error
        return make_response({})


def send(error, url="http://a.test"):
    return HttpTransport(Raising(error)).send(Request("GET", url, operation="channels.list"))


class ErrorClassTest(unittest.TestCase):
    def test_a_status_has_its_class(self):
        for status, cls in BY_STATUS.items():
            self.assertIs(error_class(status), cls)

    def test_a_status_of_no_class_has_the_base(self):
        self.assertIs(error_class(418), ari.ARIHTTPError)
        self.assertIs(error_class(599), ari.ARIServerError)


class FromResponseTest(unittest.TestCase):
    def test_the_text_has_the_operation_and_asterisks_words(self):
        response = make_response({"message": "Channel not in Stasis"}, 409, "http://a.test/ari/x")
        error = response_error(response, "channels.answer")
        self.assertIsInstance(error, ari.ARINotInStasis)
        self.assertEqual(
            str(error), "channels.answer: 409 Channel not in Stasis (GET http://a.test/ari/x)"
        )
        self.assertEqual(error.message, "Channel not in Stasis")
        self.assertEqual(error.response.json(), {"message": "Channel not in Stasis"})

    def test_some_500s_say_error_instead(self):
        error = response_error(make_response({"error": "Allocation failed"}, 500), "x")
        self.assertEqual(error.message, "Allocation failed")
        self.assertIn("Allocation failed", str(error))

    def test_without_words_the_phrase_of_the_status_stands(self):
        for body in (None, ["a list"], {"other": 1}):
            error = response_error(make_response(body, 404), "channels.get")
            self.assertEqual(error.message, "")
            self.assertIn("404 Not Found", str(error))

    def test_a_status_without_phrase(self):
        error = response_error(make_response(None, 499, url=None), "x")
        self.assertEqual(str(error), "x: 499")
        self.assertIs(type(error), ari.ARIHTTPError)

    def test_the_hint_comes_last(self):
        error = response_error(make_response(None, 401), "x", "user 'joe'")
        self.assertTrue(str(error).endswith("; user 'joe'"), str(error))

    def test_a_response_of_another_make_does(self):
        class Answer:
            status_code = 404

        error = response_error(Answer(), "x")
        self.assertIsInstance(error, ari.ARINotFound)
        self.assertEqual(str(error), "x: 404 Not Found")

    def test_the_query_is_not_in_the_text(self):
        response = make_response(None, 404, "http://user:pw@a.test/ari/x?api_key=user:pw#f")
        self.assertNotIn("pw", str(response_error(response, "x")))

    def test_the_request_it_carries_has_no_credentials_and_the_callers_has(self):
        response = make_response(None, 404)
        request = requests.Request("GET", "http://a.test/", auth=("user", "pw")).prepare()
        response.request = request
        error = response_error(response, "x")
        self.assertNotIn("Authorization", error.request.headers)
        self.assertNotIn("Authorization", error.response.request.headers)
        self.assertIn("Authorization", request.headers)

    def test_redirects_that_led_to_it_have_no_credentials(self):
        earlier = make_response(None, 302)
        earlier.request = requests.Request("GET", "http://a.test/", auth=("user", "pw")).prepare()
        response = make_response(None, 404)
        response.history = [earlier]
        error = response_error(response, "x")
        self.assertNotIn("Authorization", error.response.history[0].request.headers)

    def test_a_404_response_is_falsy_so_compare_with_none(self):
        error = response_error(make_response(None, 404), "x")
        self.assertFalse(error.response)
        self.assertIsNotNone(error.response)


class TransportErrorsTest(unittest.TestCase):
    def translate(self, error):
        with self.assertRaises(ari.ARIException) as caught:
            send(error, "http://u:pw@a.test/ari?x=pw")
        self.assertNotIn("pw", str(caught.exception))
        self.assertIn("channels.list", str(caught.exception))
        return caught.exception

    def test_a_refused_connection(self):
        inner = ConnectionRefusedError(111, "Connection refused")
        outer = requests.ConnectionError("something with an object inside")
        outer.__cause__ = inner
        error = self.translate(outer)
        self.assertIs(type(error), ari.ARIConnectionError)
        self.assertEqual(
            str(error),
            "channels.list: cannot reach http://a.test/ari: Connection refused; nothing was sent",
        )
        self.assertIsInstance(error.__cause__, ConnectionRefusedError)
        self.assertIsNone(error.__context__)

    def test_tls_towards_a_port_that_speaks_none(self):
        for reason in ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE"):
            inner = ssl.SSLError(1, f"[SSL: {reason}] what OpenSSL says")
            inner.reason = reason
            outer = requests.exceptions.SSLError("outside")
            outer.__cause__ = inner
            self.assertIn("that port speaks no TLS", str(self.translate(outer)))

    def test_timeouts(self):
        self.assertIs(type(self.translate(requests.ConnectTimeout())), ari.ARIConnectTimeout)
        self.assertIs(type(self.translate(requests.ReadTimeout())), ari.ARITimeout)

    def test_an_answer_that_breaks_off(self):
        for broken in (requests.exceptions.ChunkedEncodingError, requests.TooManyRedirects):
            error = self.translate(broken("inside"))
            self.assertIsInstance(error, ari.ARIConnectionError)

    def test_our_own_errors_and_those_of_others_pass(self):
        for error in (ari.ARINotFound("x"), KeyError("y")):
            with self.assertRaises(type(error)) as caught:
                send(error)
            self.assertIs(caught.exception, error)

    def test_nothing_raised_nothing_happens(self):
        self.assertEqual(send(None).status_code, 200)


class RootCauseTest(unittest.TestCase):
    def test_the_innermost_reason_speaks(self):
        try:
            try:
                raise OSError(113, "No route to host")
            except OSError as ex:
                raise ValueError("outer") from ex
        except ValueError as outer:
            self.assertEqual(root_cause(outer), "No route to host")

    def test_the_context_counts_as_well(self):
        try:
            try:
                raise KeyError("inner")
            except KeyError:
                raise ValueError("outer")  # noqa: B904 - that is the case
        except ValueError as outer:
            self.assertEqual(root_cause(outer), "'inner'")

    def test_errors_that_were_raised_in_a_circle(self):
        inner, outer = ValueError("inner"), ValueError("outer")
        outer.__cause__, inner.__context__ = inner, outer
        self.assertEqual(root_cause(outer), "inner")

    def test_an_error_without_words_gives_its_class(self):
        self.assertEqual(root_cause(TimeoutError()), "TimeoutError")


class WithoutQueryTest(unittest.TestCase):
    def test_user_and_query_go(self):
        self.assertEqual(
            without_query("https://u:p@h.test:8089/ari/x?api_key=u:p#z"),
            "https://h.test:8089/ari/x",
        )
