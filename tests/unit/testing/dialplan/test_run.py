"""The dialplan: its language, and the applications that run."""

import unittest

from ari.testing.dialplan.expressions import evaluate, substitute
from ari.testing.dialplan.language import Dialplan, Step

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


class LanguageTest(unittest.TestCase):
    def setUp(self) -> None:
        self.dialplan = Dialplan()
        self.dialplan.load(TEXT)

    def test_the_exact_extension_comes_before_a_pattern(self) -> None:
        found = self.dialplan.find("default", "100")
        assert found is not None
        self.assertEqual([step.application for step in found.steps.values()], ["Answer", "Hangup"])
        pattern = self.dialplan.find("default", "123")
        assert pattern is not None
        self.assertEqual(pattern.name, "_1XX")

    def test_what_fits_nothing(self) -> None:
        self.assertIsNone(self.dialplan.find("default", "2000"))
        self.assertIsNone(self.dialplan.find("nowhere", "100"))

    def test_labels(self) -> None:
        self.assertEqual(self.dialplan.find_label("default", "stasis-x", "plain"), 3)
        self.assertIsNone(self.dialplan.find_label("default", "100", "plain"))

    def test_steps(self) -> None:
        step = Step.parse("Stasis(app,a,f(b))")
        self.assertEqual((step.application, step.data), ("Stasis", "app,a,f(b)"))
        with self.assertRaisesRegex(ValueError, "Application"):
            Step.parse("this is none")

    def test_substitution(self) -> None:
        values = {"EXTEN": "stasis-app", "A": "1"}
        cases = {
            "${EXTEN:7}": "app",
            "${EXTEN:0:6}": "stasis",
            "x${A}y${NONE}z": "x1yz",
            '$["${A}" = "1"]': "1",
            "$[2 < 10]": "1",
            "$[2 > 10]": "0",
            "$[${A} != 1]": "0",
        }
        for text, expected in cases.items():
            with self.subTest(text):
                self.assertEqual(substitute(text, values.get), expected)

    def test_an_expression_without_comparison_is_itself(self) -> None:
        self.assertEqual(evaluate(' "x" '), "x")


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
