"""Users and their credentials."""

import base64
import unittest

from ari.testing.server.users import Users


class UsersTest(unittest.TestCase):
    def setUp(self) -> None:
        self.users = Users({"me": "a:b"}, {"reader": "looks"})

    def basic(self, text: str) -> str:
        return "Basic " + base64.b64encode(text.encode()).decode()

    def test_a_header_and_a_query_identify(self) -> None:
        self.assertEqual(self.users.identify(self.basic("me:a:b"), ""), "me")
        self.assertEqual(self.users.identify(None, "api_key=me%3Aa%3Ab"), "me")

    def test_the_header_wins_over_the_query(self) -> None:
        self.assertIsNone(self.users.identify(self.basic("me:wrong"), "api_key=me:a:b"))

    def test_what_identifies_nobody(self) -> None:
        for header in ("", "Basic", "Basic !", "Bearer x", self.basic("me"), self.basic("you:")):
            self.assertIsNone(self.users.identify(header, ""), header)
        for query in ("", "api_key=", "api_key=me", "api_key=you:"):
            self.assertIsNone(self.users.identify(None, query), query)

    def test_who_may_only_read(self) -> None:
        self.assertTrue(self.users.read_only("reader"))
        self.assertFalse(self.users.read_only("me"))
