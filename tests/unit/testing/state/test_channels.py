"""How channels end."""

from ..support import PBXCase, enc


class EndTest(PBXCase):
    def test_hung_up_by_the_application(self) -> None:
        channel = self.originate(channelId="c1")
        self.ear.forget()
        self.send("DELETE", f"channels/{channel}")
        mine = [e["type"] for e in self.ear.events if e["channel"]["id"] == "c1"]
        self.assertEqual(
            mine, ["ChannelHangupRequest", "StasisEnd", "ChannelVarset", "ChannelDestroyed"]
        )

    def test_the_far_end_hangs_up_with_its_cause(self) -> None:
        phone = self.incoming()
        self.ear.forget()
        phone.hangup(21)
        self.pbx.clock.settle()
        self.assertEqual(self.ear.types(), ["ChannelHangupRequest", "StasisEnd"])
        self.assertEqual(self.ear.events[0]["cause"], 21)
        self.assertNotIn("soft", self.ear.events[0])
        self.assertEqual(self.send("GET", "channels"), [])
        self.assertTrue(phone.ended)

    def test_reasons(self) -> None:
        for query, cause in (
            ({}, 16),
            ({"reason": "busy"}, 17),
            ({"reason": "answered_elsewhere"}, 26),
            ({"reason_code": "34"}, 34),
        ):
            with self.subTest(query):
                self.ear.forget()
                self.send("DELETE", f"channels/{self.originate()}", **query)
                self.assertEqual(self.ear.of("ChannelDestroyed")[0]["cause"], cause)

    def test_reasons_that_are_none(self) -> None:
        path = f"channels/{self.originate()}"
        wrong = "Invalid reason for hangup reason provided"
        self.refused(400, wrong, "DELETE", path, reason="boredom")
        wrong = "The reason and reason_code can't both be specified"
        self.refused(400, wrong, "DELETE", path, reason="busy", reason_code="17")

    def test_a_channel_by_its_name(self) -> None:
        channel = self.incoming().channel
        self.send("DELETE", f"channels/{enc(channel.name)}")
        self.assertEqual(self.send("GET", "channels"), [])
