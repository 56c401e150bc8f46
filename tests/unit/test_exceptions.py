"""The errors: one tree, caught as requests users expect, and what their texts hold."""

import pickle
import unittest

import requests

import ari
from ari import exceptions
from ari.swagger import SwaggerError
from ari.transport.errors import response_error

from .support import MockedAsterisk, make_response

BY_STATUS = {
    400: ari.ARIBadRequest,
    401: ari.ARIUnauthorized,
    403: ari.ARIForbidden,
    404: ari.ARINotFound,
    409: ari.ARINotInStasis,
    412: ari.ARIPreconditionFailed,
    422: ari.ARIUnprocessable,
    500: ari.ARIServerError,
    501: ari.ARIServerError,
    503: ari.ARIServerUnavailable,
}


class TreeTest(unittest.TestCase):
    def test_everything_is_an_ari_exception(self):
        for name in exceptions.__all__:
            self.assertTrue(issubclass(getattr(exceptions, name), ari.ARIException), name)

    def test_every_leaf_is_also_what_requests_users_catch(self):
        for cls in BY_STATUS.values():
            self.assertTrue(issubclass(cls, ari.ARIHTTPError))
            self.assertTrue(issubclass(cls, requests.HTTPError))
        self.assertTrue(issubclass(ari.ARIConnectionError, requests.ConnectionError))
        self.assertTrue(issubclass(ari.ARITimeout, requests.Timeout))
        self.assertTrue(issubclass(ari.ARIDescriptionError, ValueError))
        self.assertTrue(issubclass(ari.ARIWaitTimeout, TimeoutError))
        self.assertTrue(issubclass(ari.ARIServerUnavailable, ari.ARIServerError))

    def test_a_connect_timeout_is_a_failed_connection_and_a_timeout(self):
        for cls in (ari.ARIConnectionError, ari.ARITimeout, requests.ConnectTimeout):
            self.assertTrue(issubclass(ari.ARIConnectTimeout, cls), cls)


class PicklingTest(unittest.TestCase):
    def assert_survives(self, error):
        copy = pickle.loads(pickle.dumps(error))
        self.assertIs(type(copy), type(error))
        self.assertEqual(str(copy), str(error))
        return copy

    def test_every_plain_exception(self):
        for name in exceptions.__all__:
            self.assert_survives(getattr(exceptions, name)("channels.get: what went wrong"))

    def test_an_http_error_keeps_its_parts(self):
        response = make_response({"message": "Channel not found"}, 404)
        response.request = requests.Request("GET", "http://ari.test/ari/channels/1").prepare()
        copy = self.assert_survives(response_error(response, "channels.get"))
        self.assertIsInstance(copy, ari.ARINotFound)
        self.assertEqual(copy.status_code, 404)
        self.assertEqual(copy.message, "Channel not found")
        self.assertEqual(copy.operation, "channels.get")
        self.assertEqual(copy.response.status_code, 404)
        self.assertEqual(copy.request.url, "http://ari.test/ari/channels/1")

    def test_an_object_that_is_gone_keeps_its_key(self):
        copy = self.assert_survives(ari.ARIObjectGone("gone", key=("Channel", "c1")))
        self.assertEqual(copy.key, ("Channel", "c1"))

    def test_a_swagger_error_keeps_its_text(self):
        error = SwaggerError("no such thing", "http://ari.test/x.json", ValueError("inner"))
        copy = self.assert_survives(error)
        self.assertEqual(str(copy), "http://ari.test/x.json: no such thing")


class OperationErrorsTest(MockedAsterisk):
    """What a user sees of it."""

    def test_a_stale_object_raises_not_found_that_is_requests_error(self):
        self.serve("GET", "/channels/c1", {"message": "Channel not found"}, status=404)
        with self.assertRaises(requests.HTTPError) as caught:
            self.channel().get()
        error = caught.exception
        self.assertIsInstance(error, ari.ARINotFound)
        self.assertEqual(error.response.status_code, 404)
        self.assertEqual(error.operation, "channels.get")
        self.assertEqual(error.message, "Channel not found")
        self.assertIn("channels.get: 404 Channel not found", str(error))
        self.assertNotIn("Authorization", error.request.headers)

    def test_every_status_raises_its_class(self):
        for status, cls in BY_STATUS.items():
            self.mock.upsert(
                "POST",
                "http://ari.test:8088/ari/channels/c1/answer",
                status=status,
                json={"message": "Asterisk's own words"},
            )
            with self.assertRaises(cls) as caught:
                self.channel().answer()
            self.assertIs(type(caught.exception), cls)
            self.assertEqual(caught.exception.status_code, status)
            self.assertIn("Asterisk's own words", str(caught.exception))

    def test_a_real_error_of_a_call_can_be_pickled(self):
        self.serve("POST", "/channels/c1/answer", {"message": "gone"}, status=404)
        with self.assertRaises(ari.ARINotFound) as caught:
            self.channel().answer()
        copy = pickle.loads(pickle.dumps(caught.exception))
        self.assertEqual(copy.response.json(), {"message": "gone"})
        self.assertEqual(str(copy), str(caught.exception))

    def test_transport_errors_of_a_call(self):
        for raised, cls in {
            requests.ConnectTimeout: ari.ARIConnectTimeout,
            requests.ReadTimeout: ari.ARITimeout,
            requests.ConnectionError: ari.ARIConnectionError,
            requests.exceptions.ChunkedEncodingError: ari.ARIConnectionError,
        }.items():
            self.mock.upsert(
                "POST", "http://ari.test:8088/ari/channels/c1/answer", body=raised("x")
            )
            with self.assertRaises(cls) as caught:
                self.channel().answer()
            self.assertIs(type(caught.exception), cls)
            self.assertIn("channels.answer", str(caught.exception))

    def test_a_redirect_says_where_it_leads_and_is_not_followed(self):
        self.serve(
            "POST",
            "/channels/c1/answer",
            status=301,
            body="",
            headers={"Location": "https://u:pw@ari.test/ari/channels/c1/answer?x=pw"},
        )
        with self.assertRaises(ari.ARIHTTPError) as caught:
            self.channel().answer()
        text = str(caught.exception)
        self.assertIn("channels.answer: 301 Moved Permanently", text)
        self.assertIn("it leads to https://ari.test/ari/channels/c1/answer", text)
        self.assertNotIn("pw", text)
        self.assertEqual(caught.exception.status_code, 301)

    def test_a_success_that_is_no_json_is_an_ari_error(self):
        self.serve("GET", "/channels", body="<html>", status=200)
        with self.assertRaises(ari.ARIHTTPError) as caught:
            self.client.channels.list()
        self.assertIn("channels.list: 200", str(caught.exception))
        self.assertEqual(caught.exception.response.text, "<html>")
