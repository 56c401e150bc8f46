"""``ari.from_env()``: the address and the credentials come from the environment."""

import inspect
import os
from unittest import mock

import ari

from .support import BASE, BASIC, PASSWORD, USER, MockedHttp

SETTINGS = {"ARI_URL": BASE, "ARI_USER": USER, "ARI_PASSWORD": PASSWORD}


class FromEnvTest(MockedHttp):
    def setUp(self):
        super().setUp()
        environment = mock.patch.dict(os.environ, SETTINGS)
        environment.start()
        self.addCleanup(environment.stop)

    def refused(self):
        """Call from_env(); return the text of its ValueError."""
        with self.nothing_is_sent(), self.assertRaises(ValueError) as caught:
            ari.from_env()
        refusal = caught.exception
        self.assertTrue(refusal.__context__ is None or refusal.__suppress_context__)
        for value in SETTINGS.values():
            self.assertNotIn(value, str(refusal))
        return str(refusal)

    def test_connects_with_the_address_and_the_credentials_of_the_environment(self):
        self.serve_api_docs()
        self.serve("GET", "/channels", [])
        with ari.from_env() as client:
            self.assertIsInstance(client, ari.Client)
            self.assertEqual(client.base_url, BASE)
            self.assertEqual(client.channels.list(), [])
        self.assertEqual(self.sent.url, BASE + "/ari/channels")
        self.assertEqual(self.sent.headers["Authorization"], BASIC)

    def test_its_options_are_those_of_connect(self):
        ours = inspect.signature(ari.from_env).parameters
        theirs = list(inspect.signature(ari.connect).parameters.values())[3:]
        self.assertEqual(list(ours.values()), theirs)

    def test_its_options_go_to_connect(self):
        options = {"verify": "/ca", "cert": ("c", "k"), "timeout": (1, 2), "wait": 3}
        with mock.patch("ari.client.connect") as connect:
            client = ari.from_env(**options)
        connect.assert_called_once_with(BASE, USER, PASSWORD, **options)
        self.assertIs(client, connect.return_value)

    def test_a_missing_variable_is_named_and_the_others_not_shown(self):
        for name in SETTINGS:
            with self.subTest(name), mock.patch.dict(os.environ):
                del os.environ[name]
                self.assertRegex(self.refused(), rf"no value for {name}: set .* ari\.connect\(\)")

    def test_an_empty_variable_counts_as_missing(self):
        for name in SETTINGS:
            with self.subTest(name), mock.patch.dict(os.environ, {name: ""}):
                self.assertIn(f"no value for {name}:", self.refused())

    def test_all_missing_variables_are_named_at_once(self):
        with mock.patch.dict(os.environ, {"ARI_USER": ""}):
            del os.environ["ARI_PASSWORD"]
            self.assertIn("no value for ARI_USER, ARI_PASSWORD:", self.refused())
            del os.environ["ARI_URL"]
            self.assertIn("no value for ARI_URL, ARI_USER, ARI_PASSWORD:", self.refused())

    def test_a_wrong_address_names_its_variable_and_is_not_shown(self):
        # A password that was put into the wrong variable stays unseen, too.
        for wrong in (PASSWORD, "http://joe:hush@h:8088/", "http://h:hush/"):
            with self.subTest(wrong), mock.patch.dict(os.environ, {"ARI_URL": wrong}):
                text = self.refused()
                self.assertRegex(text, "ARI_URL is not an address .* http://localhost:8088/")
                self.assertNotIn("hush", text)

    def test_a_user_name_with_a_colon_names_its_variable_and_is_not_shown(self):
        with mock.patch.dict(os.environ, {"ARI_USER": "joe:hush"}):
            text = self.refused()
        self.assertIn("ARI_USER holds a colon", text)
        self.assertNotIn("hush", text)

    def test_wrong_credentials_raise_what_connect_raises(self):
        self.serve("GET", "/api-docs/resources.json", {"message": "no"}, status=401)
        with self.assertRaises(ari.ARIUnauthorized):
            ari.from_env()
