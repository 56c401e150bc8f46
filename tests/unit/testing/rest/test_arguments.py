"""Parameters in queries and bodies."""

from ari.testing.rest.arguments import parse_query
from ari.testing.rest.routing import Request

from ..support import ROUTER, PBXCase


class BodyTest(PBXCase):
    def request(self, body: bytes, content_type: str = "application/json", query: str = "") -> int:
        request = Request("POST", "bridges/b1", query, content_type=content_type, body=body)
        answer = ROUTER.dispatch(request, self.handlers)
        return answer.status

    def name(self) -> str:
        return self.pbx.bridges["b1"].name

    def test_the_body_wins_over_the_query(self) -> None:
        self.request(b'{"name": "body"}', query="name=query")
        self.assertEqual(self.name(), "body")

    def test_a_value_of_the_wrong_type_counts_as_absent(self) -> None:
        self.request(b'{"name": 7}', query="name=query")
        self.assertEqual(self.name(), "")

    def test_forms_join_the_query(self) -> None:
        self.request(b"name=form", "application/x-www-form-urlencoded")
        self.assertEqual(self.name(), "form")

    def test_other_types_are_ignored(self) -> None:
        self.request(b'{"name": "x"}', "text/plain")
        self.assertEqual(self.name(), "")

    def test_broken_and_huge_bodies(self) -> None:
        self.assertEqual(self.request(b"{"), 400)
        self.assertEqual(self.request(b" " * 40961), 413)

    def test_many_values_as_a_json_list(self) -> None:
        first, second = self.incoming("alice"), self.incoming("bob")
        self.send("POST", "bridges/b1")
        ids = [first.channel.id, second.channel.id]
        self.send("POST", "bridges/b1/addChannel", body={"channel": ids})
        self.assertEqual(self.send("GET", "bridges/b1")["channels"], ids)

    def test_too_many_values(self) -> None:
        self.send("POST", "bridges/b1")
        self.refused(
            400,
            "Too many values for channel",
            "POST",
            "bridges/b1/addChannel",
            channel=",".join("x" * 128),
        )

    def test_variables_that_are_none(self) -> None:
        message = (
            "Each value in 'variables' must be a string or an object with 'value' and "
            "optional 'report_events'"
        )
        self.refused(400, message, "POST", "bridges/b1", body={"variables": {"A": 1}})
        message = "Field 'report_events' in 'variables' entries must be boolean"
        body = {"variables": {"A": {"value": "1", "report_events": "x"}}}
        self.refused(400, message, "POST", "bridges/b2", body=body)


class QueryTest(PBXCase):
    def test_the_last_of_several_values_counts(self) -> None:
        self.assertEqual(parse_query("a=1&b=%2B+x&a=2"), {"a": "2", "b": "+ x"})
