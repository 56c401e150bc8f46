"""Dial()."""

from ..support import PBXCase


class DialTest(PBXCase):
    def test_the_dialplan_connects_two(self) -> None:
        self.pbx.dialplan.extension("connect", "Dial(Local/answer@default)", "Hangup")
        self.originate("Local/connect@default", channelId="c1")
        self.pass_time(1)
        (bridge,) = self.send("GET", "bridges")
        self.assertEqual((bridge["bridge_class"], len(bridge["channels"])), ("basic", 2))
        message = "Bridge not in Stasis application"
        self.refused(409, message, "DELETE", f"bridges/{bridge['id']}")
        self.refused(409, message, "POST", f"bridges/{bridge['id']}/moh")
        self.send("DELETE", "channels/c1")
        self.pass_time(1)
        self.assertEqual(self.send("GET", "bridges"), [])
        self.assertEqual(self.send("GET", "channels"), [])

    def test_nobody_answers(self) -> None:
        self.pbx.dialplan.extension("connect", "Dial(Local/ring@default,3)", "Wait(9)")
        self.originate("Local/connect@default", channelId="c1")
        self.pass_time(4)
        self.assertEqual(self.pbx.channels["c1;2"].variables["DIALSTATUS"], "NOANSWER")

    def test_nothing_to_call(self) -> None:
        self.pbx.dialplan.extension("connect", "Dial(PJSIP/nobody)", "Wait(9)")
        self.originate("Local/connect@default", channelId="c1")
        self.assertEqual(self.pbx.channels["c1;2"].variables["DIALSTATUS"], "CHANUNAVAIL")
