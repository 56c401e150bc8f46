"""From requests to operations."""

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
