"""From an address to a description: what is asked for, and what is made of the answers."""

import itertools
import json
import unittest
from unittest import mock

from ari.exceptions import (
    ARIConnectionError,
    ARIDescriptionError,
    ARIForbidden,
    ARINotFound,
    ARIServerError,
    ARIServerUnavailable,
    ARITimeout,
    ARIUnauthorized,
)
from ari.session.startup import describe, make_swagger_client, wait_for_start
from ari.swagger.client import SwaggerClient
from ari.transport.base import Request
from ari.transport.procedures import Pause, Together

from ..support import (
    LogRecords,
    make_response,
    tiny_declaration,
    tiny_listing,
    tiny_operation,
    tiny_parameter,
)

ADDRESS = "https://pbx.test/x/ari"
LISTING = f"{ADDRESS}/api-docs/resources.json"
MUTE = tiny_operation("mute", parameters=[tiny_parameter("direction")])
CHANNELS = tiny_declaration([MUTE], path="/channels/mute")
INFO = Request("GET", f"{ADDRESS}/asterisk/info", {"only": "system"}, operation="connecting")


class NoHttp:
    """An http client that must not be used: a procedure sends nothing itself."""

    def __init__(self, user=None):
        self.user = user

    def user_for(self, url):
        return self.user


def answer(step, documents):
    """Return the outcome of a step that asks for documents, or raise it.

    :param documents: answers by address; a list has those of one request after another.
    """
    if isinstance(step, Together):
        return [answer(request, documents) for request in step.requests]
    found = documents[step.url]
    if isinstance(found, list):
        found = found.pop(0)
    if isinstance(found, Exception):
        raise found
    return found if hasattr(found, "status_code") else make_response(found, url=step.url)


class Played:
    """A procedure played to its end with documents by address.

    :ivar steps: what it asked for.
    """

    def __init__(self, procedure, documents):
        self.steps = []
        self.result = None
        try:
            step = next(procedure)
            while True:
                self.steps.append(step)
                if isinstance(step, Pause):
                    step = procedure.send(None)
                    continue
                try:
                    outcome = answer(step, documents)
                except Exception as ex:  # noqa: BLE001 - handed on to the procedure
                    step = procedure.throw(ex)
                else:
                    step = procedure.send(outcome)
        except StopIteration as done:
            self.result = done.value

    @property
    def urls(self):
        """What was asked for, without the pauses; what may be asked for at once as a list."""
        return [
            [r.url for r in step.requests] if isinstance(step, Together) else step.url
            for step in self.steps
            if not isinstance(step, Pause)
        ]

    @property
    def pauses(self):
        return [step.seconds for step in self.steps if isinstance(step, Pause)]


SERVED = {
    LISTING: tiny_listing("channels", "bridges"),
    f"{ADDRESS}/api-docs/channels.json": CHANNELS,
    f"{ADDRESS}/api-docs/bridges.json": tiny_declaration(path="/bridges"),
}


def served(**others):
    """Return the documents of a small Asterisk; afresh, since what is loaded is changed."""
    documents = json.loads(json.dumps(SERVED))
    return {**documents, **others}


class DescribeTest(unittest.TestCase):
    def describe(self, documents, http_client=None):
        return Played(describe(ADDRESS, http_client or NoHttp()), documents)

    def test_the_listing_first_and_its_declarations_together(self):
        http_client = NoHttp()
        played = self.describe(served(), http_client)
        self.assertEqual(
            played.urls,
            [
                [LISTING],
                [f"{ADDRESS}/api-docs/channels.json", f"{ADDRESS}/api-docs/bridges.json"],
            ],
        )
        swagger = played.result
        self.assertIsInstance(swagger, SwaggerClient)
        self.assertEqual(set(swagger.resources), {"channels", "bridges"})
        self.assertIs(swagger.http_client, http_client)
        self.assertEqual(swagger.channels.mute.uri, f"{ADDRESS}/channels/mute")

    def test_asterisks_faults_are_put_right(self):
        swagger = self.describe(served()).result
        [direction] = swagger.channels.mute.model.parameters
        self.assertTrue(direction.send_default)
        self.assertEqual(direction.default, "both")

    def test_a_declaration_that_is_not_there_is_left_out(self):
        with LogRecords() as log:
            missing = {f"{ADDRESS}/api-docs/bridges.json": make_response({}, 404)}
            swagger = self.describe({**served(), **missing}).result
        self.assertEqual(set(swagger.resources), {"channels"})
        self.assertIn("bridges.json is listed but not there", log.text)

    def test_a_wrong_password_names_the_user_and_nothing_more_is_asked(self):
        refused = {LISTING: make_response({"message": "Authentication required"}, 401, LISTING)}
        procedure = describe(ADDRESS, NoHttp("joe"))
        next(procedure)
        with self.assertRaisesRegex(
            ARIUnauthorized, "user 'joe' at pbx.test: unknown user or wrong password"
        ):
            procedure.send([refused[LISTING]])

    def test_other_failures_come_out(self):
        for failure, cls in (
            (make_response({}, 403), ARIForbidden),
            (make_response({"message": "sorry"}, 500), ARIServerError),
            (make_response({}, 503), ARIServerUnavailable),
            (make_response([]), ARIDescriptionError),
            (make_response({"no": "apis"}), ARIDescriptionError),
            (ARIConnectionError("refused"), ARIConnectionError),
            (ARITimeout("slow"), ARITimeout),
        ):
            with self.subTest(cls=cls), self.assertRaises(cls):
                self.describe({LISTING: failure})

    def test_a_declaration_that_is_none_comes_out(self):
        documents = {**served(), f"{ADDRESS}/api-docs/bridges.json": {"apis": "none"}}
        with self.assertRaisesRegex(ARIDescriptionError, "bridges.json"):
            self.describe(documents)


class BundledDescriptionTest(unittest.TestCase):
    """An Asterisk that was packaged without its description."""

    MISSING = (
        make_response({"message": "Resource not found"}, 404),
        make_response({"message": "Cannot find rest-api"}, 500),
    )

    def test_who_is_asked_whether_it_is_an_asterisk(self):
        for missing in self.MISSING:
            with LogRecords() as log:
                played = Played(
                    describe(ADDRESS, NoHttp()), {LISTING: missing, INFO.url: {"system": {}}}
                )
            self.assertEqual(played.steps[1:], [INFO])
            self.assertIn(f"{ADDRESS} serves no description; using that of Asterisk 22", log.text)
            originate = played.result.channels.originate
            self.assertEqual(originate.uri, f"{ADDRESS}/channels")

    def test_one_that_is_none(self):
        for info in (make_response({}, 404), make_response([]), make_response({"version": "1"})):
            with self.assertRaises(ARIDescriptionError) as caught:
                Played(describe(ADDRESS, NoHttp()), {LISTING: self.MISSING[0], INFO.url: info})
            self.assertIn("404 Not Found; expected a resource listing", str(caught.exception))
            self.assertIn("Is this the address of an Asterisk with ARI", str(caught.exception))
            self.assertIsInstance(caught.exception.__cause__, ARINotFound)

    def test_one_that_cannot_be_asked(self):
        documents = {LISTING: self.MISSING[0], INFO.url: ARITimeout("slow")}
        with self.assertRaises(ARITimeout):
            Played(describe(ADDRESS, NoHttp()), documents)

    def test_a_500_of_one_that_is_none_comes_out_as_it_was(self):
        documents = {LISTING: self.MISSING[1], INFO.url: make_response({}, 404)}
        with self.assertRaisesRegex(ARIServerError, "Cannot find rest-api"):
            Played(describe(ADDRESS, NoHttp()), documents)


class WaitForStartTest(unittest.TestCase):
    def wait(self, listings, wait, ticks=None):
        """Wait while the listing is answered with these, one after another."""
        documents = served()
        documents[LISTING] = [*listings, documents[LISTING]]
        clock = itertools.count() if ticks is None else iter(ticks)
        with mock.patch("ari.session.startup.time.monotonic", side_effect=lambda: next(clock)):
            return Played(wait_for_start(ADDRESS, NoHttp(), wait), documents)

    def test_one_that_is_there_is_not_waited_for(self):
        played = self.wait([], 60)
        self.assertEqual(played.pauses, [])
        self.assertEqual(set(played.result.resources), {"channels", "bridges"})

    def test_one_that_is_starting_is_asked_again(self):
        starting = [
            ARIConnectionError("refused"),
            ARITimeout("slow"),
            make_response({}, 503),
            make_response([]),
        ]
        with LogRecords() as log:
            played = self.wait(starting, 60)
        self.assertEqual(played.pauses, [0.25] * 4)
        self.assertEqual(log.text.count("waiting for Asterisk: "), 4)
        self.assertIsInstance(played.result, SwaggerClient)

    def test_not_for_longer_than_asked(self):
        with self.assertRaisesRegex(ARIConnectionError, "the third"):
            self.wait(
                [ARIConnectionError(f"the {n}") for n in ("first", "second", "third")],
                2.5,
            )

    def test_the_last_pause_is_what_is_left(self):
        failures = [ARIConnectionError("refused")]
        played = self.wait(failures, 1.0, ticks=[0.0, 0.9])
        self.assertEqual([round(seconds, 3) for seconds in played.pauses], [0.1])

    def test_without_waiting_there_is_one_attempt(self):
        with self.assertRaises(ARIConnectionError):
            self.wait([ARIConnectionError("refused")], 0.0)

    def test_what_will_not_pass_is_not_waited_for(self):
        for failure, cls in (
            (make_response({}, 401), ARIUnauthorized),
            (make_response({}, 403), ARIForbidden),
            (make_response({"message": "sorry"}, 500), ARIServerError),
        ):
            with self.assertRaises(cls):
                self.wait([failure], 60)


class MakeSwaggerClientTest(unittest.TestCase):
    def test_a_description_whose_declarations_are_loaded(self):
        listing = json.loads(json.dumps(SERVED[LISTING]))
        for api, name in zip(listing["apis"], ("channels", "bridges"), strict=True):
            api["api_declaration"] = served()[f"{ADDRESS}/api-docs/{name}.json"]
        http_client = NoHttp()
        swagger = make_swagger_client(listing, ADDRESS, http_client)
        self.assertEqual(swagger.channels.mute.uri, f"{ADDRESS}/channels/mute")
        self.assertTrue(swagger.channels.mute.model.parameters[0].send_default)
        self.assertIs(swagger.http_client, http_client)

    def test_what_is_none_is_an_error(self):
        for wrong in ({}, {"apis": [{"path": 5}]}):
            with self.assertRaises(ARIDescriptionError):
                make_swagger_client(wrong, ADDRESS, NoHttp())
