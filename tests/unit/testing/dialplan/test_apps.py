"""The applications of the dialplan."""

from ..support import PBXCase

TEXT = """
[general]
static = yes ; a comment
[default]
exten => _stasis-.,1,GotoIf($["${ARGS}" = ""]?plain)
 same => n,Stasis(${EXTEN:7},${ARGS})
 same => n(plain),Stasis(${EXTEN:7})
exten => 100,1,Answer()
exten => 100,n,Hangup(17)
exten => _1XX,1,Busy()
"""


class ApplicationTest(PBXCase):
    def run_at(self, *steps: str) -> None:
        """Run steps on the far half of a channel, ``c1;2``."""
        self.pbx.dialplan.extension("x", *steps)
        self.originate("Local/x@default", channelId="c1")

    def test_a_stasis_extension_serves_both_ways(self) -> None:
        self.pbx.dialplan.load(TEXT)
        self.send(
            "POST",
            "channels",
            endpoint="Local/stasis-app@default",
            app="other",
            body={"variables": {"ARGS": "a,b"}},
        )
        self.originate("Local/stasis-app@default")
        self.assertEqual([e["args"] for e in self.ear.of("StasisStart")], [["a", "b"], []])

    def test_an_echo_lasts_until_the_end(self) -> None:
        self.run_at("Answer", "Echo", "Hangup")
        self.pass_time(3600)
        self.send("GET", "channels/c1")

    def test_playback_takes_its_time(self) -> None:
        self.run_at("Answer", "Playback(beep&hello-world)", "Hangup")
        self.pass_time(1)
        self.send("GET", "channels/c1")
        self.pass_time(10)
        self.refused(404, "Channel not found", "GET", "channels/c1")

    def test_hangup_passes_its_cause_on(self) -> None:
        self.run_at("Answer", "Wait(1)", "Hangup(17)")
        self.pass_time(2)
        causes = {e["channel"]["id"]: e["cause"] for e in self.ear.of("ChannelDestroyed")}
        self.assertEqual(causes, {"c1": 17, "c1;2": 17})

    def test_digits(self) -> None:
        self.run_at("Answer", "SendDTMF(1w2)", "Wait(9)")
        self.pass_time(3)
        self.assertEqual([e["digit"] for e in self.ear.of("ChannelDtmfReceived")], ["1", "2"])

    def test_congestion_and_progress(self) -> None:
        self.run_at("Progress", "Congestion(5)")
        self.pass_time(1)
        statuses = [e["dialstatus"] for e in self.ear.of("Dial")]
        self.assertEqual(statuses, ["", "PROGRESS", "CONGESTION"])

    def test_user_events(self) -> None:
        self.run_at("Answer", "UserEvent(Hi,a: b)", "Wait(9)")
        self.pass_time(1)
        event = self.ear.of("ChannelUserevent")[0]
        self.assertEqual(event["userevent"], {"eventname": "Hi", "a": "b"})

    def test_jumping_in_circles_does_not_stop_the_time(self) -> None:
        self.pbx.dialplan.load(
            "exten => c,1,Answer()\n same => n(again),Wait(1)\n same => n,Goto(again)"
        )
        self.originate("Local/c@default", channelId="c1")
        self.pass_time(100)
        self.send("GET", "channels/c1")

    def test_an_application_that_is_not_known_does_nothing(self) -> None:
        self.run_at("Answer", "Nonsense(x)", "Set(A=1)", "Wait(9)")
        self.pass_time(1)
        self.assertEqual(self.pbx.channels["c1;2"].variables["A"], "1")

    def test_music(self) -> None:
        self.run_at("Answer", "MusicOnHold(default,2)", "Hangup")
        self.pass_time(2)
        self.send("GET", "channels/c1")
        self.pass_time(1)
        self.refused(404, "Channel not found", "GET", "channels/c1")
