"""The operations of /applications."""

from ari.testing.state.endpoints import Endpoint

from ..support import PBXCase


class SubscriptionTest(PBXCase):
    def test_sources_of_every_kind_come_and_go(self) -> None:
        self.pbx.add_endpoint(Endpoint("PJSIP", "bob"))
        self.send("POST", "bridges/b1")
        channel = self.incoming().channel
        path = "applications/app/subscription"
        sources = (
            "bridge:b1",
            "endpoint:PJSIP/bob",
            "endpoint:PJSIP",
            "deviceState:PJSIP/bob",
            f"channel:{channel.name}",
        )
        for source in sources:
            self.send("POST", path, eventSource=source)
        for source in sources:
            self.send("DELETE", path, eventSource=source)
        self.refused(
            422, "Event source was not subscribed to", "DELETE", path, eventSource="bridge:b1"
        )
        for method in ("POST", "DELETE"):
            self.refused(400, "Missing parameter eventSource", method, path)
            self.refused(400, "Invalid event source URI scheme", method, path, eventSource="x:y")
        self.assertEqual(len(self.send("GET", "applications")), 1)

    def test_an_empty_filter_lets_everything_through_again(self) -> None:
        path = "applications/app/eventFilter"
        self.send("PUT", path, body={"disallowed": [{"type": "StasisStart"}]})
        self.send("PUT", path)
        self.incoming()
        self.assertEqual(self.ear.types()[0], "StasisStart")
