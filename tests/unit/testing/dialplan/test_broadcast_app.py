"""StasisBroadcast()."""

from ..support import PBXCase


class BroadcastTest(PBXCase):
    def offer(self) -> None:
        self.pbx.dialplan.extension(
            "offer", "Answer", "StasisBroadcast(5000,,a:b,yes)", "Set(LATER=1)", "Wait(9)"
        )
        self.originate("Local/offer@default", channelId="c1")
        self.pass_time(1)

    def test_the_first_to_claim_gets_the_channel(self) -> None:
        self.offer()
        self.assertEqual(self.ear.of("CallBroadcast")[0]["called"], "offer")
        self.send("POST", "events/claim", channelId="c1;2", application="app")
        self.assertEqual(self.ear.of("CallClaimed")[0]["winner_app"], "app")
        self.assertEqual(self.ear.of("StasisStart")[-1]["args"], ["a", "b"])
        message = "Channel has already been claimed by another application"
        self.refused(409, message, "POST", "events/claim", channelId="c1;2", application="app")

    def test_nobody_claims(self) -> None:
        self.offer()
        self.pass_time(5)
        self.assertEqual(self.pbx.channels["c1;2"].variables["LATER"], "1")
        message = "Channel not found or not in broadcast state"
        self.refused(404, message, "POST", "events/claim", channelId="c1;2", application="app")
