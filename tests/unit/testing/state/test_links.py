"""Calls over a line, which come back into the dialplan."""

from ari.testing.state.endpoints import Endpoint

from ..support import PBXCase


class LineTest(PBXCase):
    """SIP calls that come back into the dialplan."""

    def setUp(self) -> None:
        super().setUp()
        self.pbx.add_endpoint(Endpoint("PJSIP", "line", leads_to="default"))
        self.pbx.dialplan.extension("far", "Stasis(app)", "Hangup")

    def call(self, extension: str = "far") -> str:
        """Call an extension over the line; return the channel that comes in by it."""
        self.originate(f"PJSIP/{extension}@line", channelId="c1", callerId="Alice <100>")
        starts = self.ear.of("StasisStart")
        return str(starts[0]["channel"]["id"]) if starts else ""

    def test_a_call_has_two_channels(self) -> None:
        far = self.call()
        channel = self.send("GET", f"channels/{far}")
        self.assertEqual((channel["state"], channel["caller"]["number"]), ("Ring", "100"))
        self.send("POST", f"channels/{far}/ring")
        self.assertEqual(self.pbx.devices.state("PJSIP/line"), "RINGINUSE")
        self.send("POST", f"channels/{far}/answer")
        self.assertEqual(self.send("GET", "channels/c1")["state"], "Up")
        self.send("POST", f"channels/{far}/hold")
        self.send("DELETE", f"channels/{far}/hold")
        self.send("POST", f"channels/{far}/dtmf", dtmf="5")
        self.pass_time(1)
        for event_type in ("ChannelHold", "ChannelUnhold", "ChannelDtmfReceived"):
            self.assertEqual(self.ear.of(event_type)[0]["channel"]["id"], "c1")
        self.send("DELETE", f"channels/{far}")
        self.assertEqual(self.send("GET", "channels"), [])

    def test_reasons_become_sip(self) -> None:
        for reason, cause, status in (("busy", 17, 486), ("rejected", 21, 403)):
            self.ear.forget()
            self.send("DELETE", f"channels/{self.call()}", reason=reason)
            destroyed = self.ear.of("ChannelDestroyed")[0]
            self.assertEqual((destroyed["cause"], destroyed["tech_cause"]), (cause, status))

    def test_a_busy_extension_and_one_that_is_not_there(self) -> None:
        for extension, cause in (("busy", 17), ("nobody", 1)):
            self.ear.forget()
            self.call(extension)
            self.assertEqual(self.ear.of("ChannelDestroyed")[0]["cause"], cause)

    def test_giving_up_is_487_at_the_far_end(self) -> None:
        far = self.call()
        self.send("DELETE", "channels/c1")
        requests = [e for e in self.ear.of("ChannelHangupRequest") if e["channel"]["id"] == far]
        self.assertEqual(requests[0]["tech_cause"], 487)

    def test_not_answering_in_time_is_480(self) -> None:
        self.originate("PJSIP/ring@line", timeout=1)
        self.pass_time(1)
        self.assertEqual(self.ear.of("ChannelDestroyed")[0]["tech_cause"], 480)

    def test_sending_the_call_elsewhere_names_who_did(self) -> None:
        far = self.call()
        self.send("POST", f"channels/{far}/redirect", endpoint="PJSIP/bob")
        self.assertEqual(self.ear.of("ChannelDestroyed")[0]["channel"]["caller_rdnis"], "100")

    def test_progress_and_sound_travel(self) -> None:
        far = self.call()
        self.send("POST", f"channels/{far}/progress")
        self.assertEqual(self.ear.of("Dial")[-1]["dialstatus"], "PROGRESS")
        self.send("POST", f"channels/{far}/answer")
        self.send("POST", "channels/c1/record", name="r1", format="wav", maxDurationSeconds=1)
        self.send("POST", f"channels/{far}/play", media="sound:tt-monkeys")
        self.pass_time(2)
        self.assertEqual(self.pbx.recordings.seconds("r1"), 1)

    def test_messages_come_back(self) -> None:
        self.send("POST", "applications/app/subscription", eventSource="endpoint:PJSIP/line")
        self.send("PUT", "endpoints/PJSIP/line/sendMessage", body={"from": "sip:a", "body": "x"})
        self.assertEqual(self.ear.of("TextMessageReceived")[0]["message"]["body"], "x")
        self.send("DELETE", "applications/app/subscription", eventSource="endpoint:PJSIP/line")
