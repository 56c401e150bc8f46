"""Snoops and external media."""

from ..support import PBXCase


class SnoopTest(PBXCase):
    def test_a_snoop_ends_with_its_channel_and_is_not_destroyed_for_us(self) -> None:
        channel = self.incoming().channel
        body = self.send(
            "POST", f"channels/{channel.id}/snoop/s1", spy="in", app="app", appArgs="x"
        )
        self.assertEqual(body["name"], f"Snoop/{channel.id}-{int(body['name'][-8:], 16):08x}")
        self.send("DELETE", f"channels/{channel.id}")
        ends = [event["channel"]["id"] for event in self.ear.of("StasisEnd")]
        self.assertEqual(ends, [channel.id, "s1"])
        self.assertNotIn("ChannelDestroyed", self.ear.types())

    def test_what_is_refused(self) -> None:
        path = f"channels/{self.incoming().channel.id}/snoop"
        no_direction = "Direction must be specified for at least spy or whisper"
        self.refused(400, no_direction, "POST", path, app="app")
        self.refused(400, "Invalid direction specified for spy", "POST", path, app="app", spy="x")
        self.refused(400, "Application name is required", "POST", path, spy="in")


class ExternalMediaTest(PBXCase):
    def media(self, **query: object) -> dict[str, object]:
        return {"app": "app", "external_host": "127.0.0.1:4000", "format": "ulaw", **query}

    def test_it_answers_by_itself(self) -> None:
        body = self.send("POST", "channels/externalMedia", **self.media(channelId="m1"))
        self.assertEqual(body["channelvars"]["UNICASTRTP_LOCAL_ADDRESS"], "127.0.0.1")
        self.assertEqual(self.ear.types(), ["Dial", "ChannelStateChange", "Dial", "StasisStart"])

    def test_what_is_refused(self) -> None:
        cases = [
            (400, "app cannot be empty", {"app": ""}),
            (400, "format cannot be empty", {"format": ""}),
            (400, "transport must be 'udp' for rtp encapsulation", {"transport": "tcp"}),
            (400, "Invalid direction specified", {"direction": "up"}),
            (
                400,
                "data can not be empty",
                {"encapsulation": "audiosocket", "transport": "tcp"},
            ),
            (
                501,
                "The encapsulation and/or transport is not supported",
                {"encapsulation": "x", "transport": "udp"},
            ),
        ]
        for status, message, query in cases:
            with self.subTest(message):
                self.refused(
                    status, message, "POST", "channels/externalMedia", **self.media(**query)
                )
