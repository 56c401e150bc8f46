"""The operations of /bridges."""

from ..support import PBXCase


class BridgeTest(PBXCase):
    def test_bridges_that_are_not_there(self) -> None:
        for method, path, query in (
            ("GET", "", {}),
            ("DELETE", "", {}),
            ("POST", "/moh", {}),
            ("DELETE", "/moh", {}),
            ("POST", "/play", {"media": "sound:beep"}),
            ("POST", "/record", {"name": "x", "format": "wav"}),
            ("POST", "/videoSource/x", {}),
            ("DELETE", "/videoSource", {}),
            ("GET", "/variable", {"variable": "A"}),
            ("POST", "/variable", {"variable": "A"}),
        ):
            with self.subTest(path):
                self.refused(404, "Bridge not found", method, f"bridges/x{path}", **query)
        message = "Provided bridge was not found"
        self.refused(404, message, "GET", "bridges/x/variables", variables="A")
        body = {"variables": {"A": "1"}}
        self.refused(404, message, "POST", "bridges/x/variables", body=body)

    def test_what_is_refused(self) -> None:
        self.send("POST", "bridges/b1")
        channel = self.incoming().channel.id
        cases = [
            ("play", {}, 500, "Allocation failed"),
            ("play", {"media": "x", "announcer_format": "x"}, 422, None),
            ("record", {"name": "x"}, 400, "Missing parameter format"),
            ("record", {"name": "x", "format": "wav", "recorder_format": "x"}, 422, None),
            ("record", {"name": "x", "format": "wav", "maxSilenceSeconds": -1}, 500, None),
            ("videoSource/x", {}, 400, "Channel not found"),
            (f"videoSource/{channel}", {}, 422, "Channel not in this bridge"),
            ("removeChannel", {"channel": "x"}, 400, "Channel not found"),
        ]
        for path, query, status, message in cases:
            with self.subTest(path):
                answer = self.ask("POST", f"bridges/b1/{path}", **query)
                self.assertEqual(answer.status, status)
                if message is not None:
                    self.assertIn(message, answer.body.values())

    def test_several_variables(self) -> None:
        self.send("POST", "bridges/b1")
        path = "bridges/b1/variables"
        self.send("POST", path, body={"variables": {"A": "1", "B": "2"}})
        self.assertEqual(
            self.send("GET", path, variables="A,B"), {"variables": {"A": "1", "B": "2"}}
        )
        self.refused(404, "Provided variable was not found", "GET", path, variables="C")
        self.refused(400, "At least one variable name is required", "GET", path)
        self.assertEqual(len(self.send("GET", "bridges")), 1)

    def test_an_audience(self) -> None:
        phone = self.incoming()
        self.send("POST", "bridges/b1", type="video_sfu")
        self.assertEqual(self.send("GET", "bridges/b1")["technology"], "softmix")
        self.send("POST", "bridges/b1/moh")
        self.send("POST", "bridges/b1/addChannel", channel=phone.channel.id)
        self.assertEqual(phone.music, "default")
