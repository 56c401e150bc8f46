"""The names that programs may use: nothing of ari-py or swaggerpy is missing (D1)."""

import inspect
import subprocess
import sys
import textwrap
import types
import unittest
from unittest import mock

import ari
import ari.client
import ari.exceptions
import ari.model
import ari.swagger
from ari.swagger import client, http_client, processors, swagger_model

from .support import MockedAsterisk

REPOSITORIES = {
    "applications",
    "asterisk",
    "bridges",
    "channels",
    "deviceStates",
    "endpoints",
    "events",
    "mailboxes",
    "playbacks",
    "recordings",
    "sounds",
}


def public_names(module):
    """Return the names that a module defines or shows, without its imports of modules."""
    return {
        name
        for name, value in vars(module).items()
        if not name.startswith("_")
        and not isinstance(value, types.ModuleType)
        and getattr(value, "__class__", None).__name__ != "_Feature"  # from __future__ import …
    }


class AllTest(unittest.TestCase):
    """``__all__`` is exact: what it lists exists, and what the packages show is listed."""

    modules = (
        ari,
        ari.client,
        ari.exceptions,
        ari.session.registration,
        ari.model,
        ari.kinds,
        ari.rest.call,
        ari.rest.functions,
        ari.rest.repository,
        ari.rest.workarounds,
        ari.swagger,
        ari.swagger.checks,
        ari.swagger.client,
        ari.swagger.declarations,
        ari.swagger.description,
        ari.swagger.http_client,
        ari.swagger.processors,
        ari.swagger.request,
    )

    def test_what_is_listed_exists_and_is_listed_once(self):
        for module in self.modules:
            self.assertEqual(len(module.__all__), len(set(module.__all__)), module)
            for name in module.__all__:
                self.assertTrue(hasattr(module, name), f"{module.__name__}.{name}")

    def test_the_package_shows_what_it_lists_and_nothing_else(self):
        shown = public_names(ari) | {"client", "exceptions", "model"}
        self.assertEqual(shown, set(ari.__all__))

    def test_the_swagger_package_shows_what_it_lists_and_nothing_else(self):
        self.assertEqual(public_names(ari.swagger), set(ari.swagger.__all__))

    def test_the_exceptions_are_all_in_the_package(self):
        self.assertEqual(set(ari.exceptions.__all__) - set(ari.__all__), set())
        for name in ari.exceptions.__all__:
            self.assertIs(getattr(ari, name), getattr(ari.exceptions, name))

    def test_every_exception_class_is_listed(self):
        defined = {
            name
            for name, value in vars(ari.exceptions).items()
            if isinstance(value, type) and issubclass(value, ari.ARIException)
        }
        self.assertEqual(defined, set(ari.exceptions.__all__))

    def test_star_import(self):
        names = {}
        exec("from ari import *", names)
        self.assertLessEqual(set(ari.__all__), set(names))


class AriPyTest(MockedAsterisk):
    """The public names of ari-py 0.1.3 and of the Wazo branch."""

    def test_of_the_package(self):
        self.assertIs(ari.connect, ari.client.connect)
        self.assertIs(ari.Client, ari.client.Client)
        self.assertEqual(
            list(inspect.signature(ari.connect).parameters)[:3],
            ["base_url", "username", "password"],
        )
        self.assertEqual(
            list(inspect.signature(ari.Client).parameters),
            ["base_url", "http_client", "description"],
        )

    def test_of_the_model(self):
        for name in (
            "Repository",
            "BaseObject",
            "ObjectIdGenerator",
            "DefaultObjectIdGenerator",
            "EndpointIdGenerator",
            "promote",
            "CLASS_MAP",
            "Channel",
            "Bridge",
            "Playback",
            "LiveRecording",
            "StoredRecording",
            "Endpoint",
            "DeviceState",
            "Sound",
            "Mailbox",
            "Application",
        ):
            self.assertIn(name, ari.model.__all__)
        self.assertEqual(
            list(inspect.signature(ari.model.promote).parameters),
            ["client", "resp", "operation_json"],
        )
        self.assertEqual(
            list(inspect.signature(ari.model.BaseObject).parameters),
            ["client", "resource", "as_json", "event_reg"],
        )
        self.assertEqual(
            list(inspect.signature(ari.model.Repository).parameters), ["client", "name", "resource"]
        )

    def test_of_the_client(self):
        client = self.client
        self.assertEqual(set(client.repositories), REPOSITORIES)
        for name in REPOSITORIES:
            self.assertIs(getattr(client, name), client.repositories[name])
            self.assertIs(client.get_repo(name), client.repositories[name])
        self.assertIsNone(client.get_repo("nothing"))
        self.assertIsInstance(client.swagger, ari.swagger.SwaggerClient)
        self.assertEqual(client.event_listeners, {})
        self.assertIn("StasisStart", client.event_models)
        self.assertEqual(client.websockets, set())
        self.assertTrue(callable(client.exception_handler))
        self.assertEqual(client.base_url, "http://ari.test:8088")
        for name in (
            "close",
            "run",
            "on_event",
            "on_object_event",
            "on_channel_event",
            "on_bridge_event",
            "on_playback_event",
            "on_live_recording_event",
            "on_stored_recording_event",
            "on_endpoint_event",
            "on_device_state_event",
            "on_sound_event",
            "on_application_registered",
            "on_application_deregistered",
            "on_stasis_event",
        ):
            self.assertTrue(callable(getattr(client, name)), name)

    def test_event_listeners_has_the_callbacks_by_type(self):
        self.client.on_event("StasisStart", print, 1, end="")
        [(callback, args, kwargs)] = self.client.event_listeners["StasisStart"]
        self.assertEqual((callback, args, kwargs), (print, (1,), {"end": ""}))

    def test_of_an_object(self):
        channel = self.channel()
        for name in ("client", "api", "json", "id", "id_generator", "event_reg", "on_event"):
            self.assertTrue(hasattr(channel, name), name)

    def test_exceptions_of_the_wazo_branch(self):
        for name in (
            "ARIException",
            "ARIHTTPError",
            "ARINotFound",
            "ARINotInStasis",
            "ARIServerError",
        ):
            self.assertTrue(issubclass(getattr(ari.exceptions, name), Exception))


class SwaggerpyTest(unittest.TestCase):
    """The public names of swaggerpy 0.2.1."""

    def test_of_the_package_and_its_modules(self):
        for module, names in {
            ari.swagger: "Loader load_url load_file load_json SwaggerProcessor SwaggerError",
            client: "SwaggerClient Resource Operation",
            http_client: "HttpClient SynchronousHttpClient Authenticator BasicAuthenticator "
            "ApiKeyAuthenticator",
            processors: "SwaggerProcessor SwaggerError ParsingContext WebsocketProcessor",
            swagger_model: "Loader load_url load_file load_json",
        }.items():
            for name in names.split():
                self.assertIn(name, module.__all__)

    def test_of_the_http_client(self):
        for name in ("close", "request", "ws_connect", "set_basic_auth", "set_api_key"):
            self.assertTrue(callable(getattr(http_client.HttpClient, name)))
            self.assertTrue(callable(getattr(http_client.SynchronousHttpClient, name)))
        with http_client.SynchronousHttpClient() as made:
            self.assertIsNone(made.authenticator)
            self.assertTrue(hasattr(made.session, "get"))
        self.assertEqual(
            list(inspect.signature(made.request).parameters)[:4],
            ["method", "url", "params", "data"],
        )
        self.assertEqual(list(inspect.signature(made.ws_connect).parameters), ["url", "params"])
        self.assertEqual(
            list(inspect.signature(made.set_api_key).parameters), ["host", "api_key", "param_name"]
        )

    def test_installing_is_no_more_than_names_of_modules(self):
        with mock.patch.dict(sys.modules):
            ari.swagger.install_as_swaggerpy()
            self.assertIs(sys.modules["swaggerpy"], ari.swagger)
            self.assertIs(sys.modules["swaggerpy.client"], client)
            self.assertIs(sys.modules["swaggerpy.http_client"], http_client)
            self.assertIs(sys.modules["swaggerpy.processors"], processors)
            self.assertIs(sys.modules["swaggerpy.swagger_model"], swagger_model)

    def test_programs_that_import_swaggerpy_find_it(self):
        program = """
            import ari.swagger

            ari.swagger.install_as_swaggerpy()
            ari.swagger.install_as_swaggerpy()

            import swaggerpy
            import swaggerpy.client
            import swaggerpy.http_client
            import swaggerpy.swagger_model
            from swaggerpy import swagger_model
            from swaggerpy.client import SwaggerClient
            from swaggerpy.http_client import SynchronousHttpClient
            from swaggerpy.processors import SwaggerProcessor
            from swaggerpy.swagger_model import Loader, load_file, load_json, load_url

            assert swaggerpy.client.SwaggerClient is ari.swagger.SwaggerClient
            assert swaggerpy.http_client.SynchronousHttpClient is SynchronousHttpClient
            assert swaggerpy.swagger_model.Loader is swagger_model.Loader is ari.swagger.Loader
            assert swaggerpy.load_json is load_json
        """
        command = [sys.executable, "-W", "error", "-c", textwrap.dedent(program)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_installing_leaves_a_swaggerpy_that_is_there(self):
        program = """
            import sys, types
            mine = sys.modules["swaggerpy"] = types.ModuleType("swaggerpy")
            import ari.swagger
            ari.swagger.install_as_swaggerpy()
            assert sys.modules["swaggerpy"] is mine
        """
        command = [sys.executable, "-W", "error", "-c", textwrap.dedent(program)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
