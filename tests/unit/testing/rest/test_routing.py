"""From requests to operations."""

from ari.testing.rest.arguments import parse_query
from ari.testing.rest.routing import Request

from ..support import ROUTER, PBXCase


class RouteTest(PBXCase):
    def test_every_operation_of_the_description_is_served(self) -> None:
        operations = ROUTER.operations()
        self.assertEqual(len(operations), 109)
        missing = [
            f"{resource}.{nickname}"
            for resource, nickname in operations
            if not callable(getattr(self.handlers[resource], nickname, None))
        ]
        self.assertEqual(missing, [])

    def test_a_literal_segment_comes_before_a_wildcard(self) -> None:
        self.refused(400, "app cannot be empty", "POST", "channels/externalMedia")

    def test_paths_that_lead_nowhere(self) -> None:
        self.refused(404, "Resource not found", "GET", "nothing")
        self.refused(404, "Resource not found", "GET", "channels/x/nothing")
        message = "ARI URLs do not end with a slash. Try /ari/channels"
        self.refused(404, message, "GET", "channels/")
        self.refused(405, "Invalid method", "PATCH", "channels")

    def test_an_empty_segment_ends_the_path(self) -> None:
        self.assertEqual(self.send("GET", "channels//foo"), [])

    def test_plus_is_a_space_in_paths_and_queries(self) -> None:
        self.send("PUT", "deviceStates/Stasis:a+b", deviceState="BUSY")
        self.assertEqual(self.send("GET", "deviceStates")[0]["name"], "Stasis:a b")

    def test_options_say_what_is_allowed(self) -> None:
        answer = self.ask("OPTIONS", "channels/x")
        self.assertEqual((answer.status, answer.headers["Allow"]), (204, "OPTIONS,GET,POST,DELETE"))

    def test_the_last_of_several_values_counts(self) -> None:
        self.assertEqual(parse_query("a=1&b=%2B+x&a=2"), {"a": "2", "b": "+ x"})


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
