"""The operations of /events."""

from ari.testing.state.endpoints import Endpoint

from ..support import PBXCase


class UserEventTest(PBXCase):
    def test_a_user_event_carries_its_source_and_variables(self) -> None:
        channel = self.incoming().channel
        self.send(
            "POST",
            "events/user/Hello",
            application="app",
            source=f"channel:{channel.id}",
            body={"variables": {"n": 1}},
        )
        event = self.ear.of("ChannelUserevent")[0]
        self.assertEqual(event["userevent"], {"eventname": "Hello", "n": 1})
        self.assertEqual(event["channel"]["id"], channel.id)

    def test_what_is_refused(self) -> None:
        path = "events/user/Hello"
        self.refused(400, "Missing parameter application", "POST", path)
        self.refused(404, "Application not found", "POST", path, application="x")
        self.refused(
            422, "Event source was not found", "POST", path, application="app", source="channel:x"
        )
        self.refused(
            400,
            "Invalid event source URI scheme",
            "POST",
            path,
            application="app",
            source="deviceState:x",
        )


class SourceTest(PBXCase):
    def test_user_events_about_bridges_and_endpoints(self) -> None:
        self.pbx.add_endpoint(Endpoint("PJSIP", "bob"))
        self.send("POST", "bridges/b1")
        path = "events/user/Hello"
        self.send("POST", path, application="app", source="bridge:b1,endpoint:PJSIP/bob")
        event = self.ear.of("ChannelUserevent")[0]
        self.assertEqual((event["bridge"]["id"], event["endpoint"]["resource"]), ("b1", "bob"))
        self.refused(
            400, "Invalid userevent data", "POST", path, application="app", body={"variables": 1}
        )
        self.refused(400, "channelId parameter is required", "POST", "events/claim")
        self.refused(426, "Upgrade to WebSocket required", "GET", "events")
