"""Originated and created channels."""

from ari.testing.state.endpoints import Endpoint

from ..support import PBXCase, enc


class OriginateTest(PBXCase):
    def test_a_call_that_is_answered_enters_the_application(self) -> None:
        self.pbx.dialplan.extension("later", "Ringing", "Wait(1)", "Answer", "Wait(60)")
        channel = self.originate("Local/later@default", channelId="c1", appArgs="a,b")
        self.pass_time(2)
        mine = [
            (event["type"], event.get("dialstatus", event.get("channel", {}).get("state")))
            for event in self.ear.events
            if (event.get("peer") or event["channel"])["id"] == channel
        ]
        self.assertEqual(
            mine,
            [
                ("Dial", ""),
                ("ChannelStateChange", "Ringing"),
                ("Dial", "RINGING"),
                ("ChannelStateChange", "Up"),
                ("Dial", "ANSWER"),
                ("ChannelVarset", "Up"),
                ("StasisStart", "Up"),
            ],
        )
        self.assertEqual(self.ear.of("StasisStart")[0]["args"], ["a", "b"])

    def test_the_answer_shows_the_channel_as_it_was_made(self) -> None:
        body = self.send(
            "POST", "channels/c1", endpoint="Local/answer@default", app="app", callerId="Bob <12>"
        )
        self.assertEqual((body["id"], body["state"]), ("c1", "Down"))
        self.assertEqual(body["caller"], {"name": "Bob", "number": "12"})
        self.assertEqual(body["dialplan"]["app_name"], "AppDial2")

    def test_nobody_answering_in_time_ends_with_cause_19(self) -> None:
        self.originate("Local/ring@default", channelId="c1", timeout=3)
        self.pass_time(2.9)
        self.assertNotIn("ChannelDestroyed", self.ear.types())
        self.pass_time(0.2)
        destroyed = self.ear.of("ChannelDestroyed")
        self.assertEqual({event["cause"] for event in destroyed}, {19})
        self.assertNotIn("StasisStart", self.ear.types())

    def test_a_busy_extension(self) -> None:
        self.originate("Local/busy@default", channelId="c1")
        self.assertEqual([e["dialstatus"] for e in self.ear.of("Dial")], ["", "BUSY"])
        causes = {e["channel"]["id"]: e["cause"] for e in self.ear.of("ChannelDestroyed")}
        self.assertEqual(causes, {"c1": 0, "c1;2": 17})

    def test_an_extension_that_is_not_there_ends_without_a_dial_event(self) -> None:
        self.originate("Local/nobody@default")
        self.assertEqual(self.ear.types(), ["ChannelDestroyed", "ChannelDestroyed"])

    def test_giving_up_while_it_rings(self) -> None:
        channel = self.originate("Local/ring@default", channelId="c1")
        self.send("DELETE", f"channels/{channel}")
        self.assertEqual(self.ear.of("Dial")[-1]["dialstatus"], "NOANSWER")
        request = self.ear.of("ChannelHangupRequest")[0]
        self.assertEqual((request["cause"], request["soft"]), (32, True))
        self.assertNotIn("StasisStart", self.ear.types())

    def test_a_telephone_that_answers_after_a_while(self) -> None:
        self.pbx.add_endpoint(Endpoint("PJSIP", "bob", answers_after=2))
        self.originate("PJSIP/bob", channelId="c1")
        self.assertEqual(self.send("GET", "channels/c1")["state"], "Ringing")
        self.pass_time(2)
        self.assertEqual(self.send("GET", "channels/c1")["state"], "Up")
        self.assertEqual(self.ear.types()[-1], "StasisStart")

    def test_a_telephone_that_is_busy_or_rejects(self) -> None:
        for behaviour, cause, status in (("busy", 17, "BUSY"), ("rejects", 21, "NOANSWER")):
            with self.subTest(behaviour):
                self.ear.forget()
                self.pbx.add_endpoint(Endpoint("PJSIP", behaviour, **{behaviour: True}))
                self.originate(f"PJSIP/{behaviour}")
                self.assertEqual(self.ear.of("Dial")[-1]["dialstatus"], status)
                self.assertEqual(self.ear.of("ChannelDestroyed")[0]["cause"], cause)

    def test_what_cannot_be_called(self) -> None:
        self.pbx.add_endpoint(Endpoint("PJSIP", "gone", online=False))
        for endpoint in ("PJSIP/gone", "PJSIP/nobody", "Nothing/x"):
            self.refused(500, "Allocation failed", "POST", "channels", endpoint=endpoint, app="app")

    def test_parameters_that_are_refused(self) -> None:
        good = {"endpoint": "Local/answer@default", "app": "app"}
        cases = [
            (400, "Endpoint must be specified", {"app": "app"}),
            (400, "Invalid endpoint specified", {"endpoint": "x", "app": "app"}),
            (
                400,
                "Application or extension must be specified",
                {"endpoint": "Local/answer@default"},
            ),
            (400, "Provided originator channel was not found", {**good, "originator": "x"}),
            (400, "Provided format (x) was not found", {**good, "formats": "x"}),
            (
                400,
                "Originator and formats can't both be specified",
                {**good, "originator": "x", "formats": "ulaw"},
            ),
            (400, "Uniqueid length exceeds maximum of 149", {**good, "channelId": "x" * 150}),
            (
                404,
                "Requested label can not be found",
                {"endpoint": "Local/answer@default", "extension": "answer", "label": "x"},
            ),
        ]
        for status, message, query in cases:
            with self.subTest(message):
                self.refused(status, message, "POST", "channels", **query)

    def test_an_id_that_is_taken(self) -> None:
        self.originate(channelId="c1")
        self.refused(
            409,
            "Channel with given unique ID already exists",
            "POST",
            "channels/c1",
            endpoint="Local/answer@default",
            app="app",
        )

    def test_variables_reach_the_far_half(self) -> None:
        self.send(
            "POST",
            "channels",
            endpoint="Local/answer@default",
            app="app",
            channelId="c1",
            body={"variables": {"COLOUR": "blue"}},
        )
        value = self.send("GET", f"channels/{enc('c1;2')}/variable", variable="COLOUR")
        self.assertEqual(value, {"value": "blue"})

    def test_into_the_dialplan_instead_of_an_application(self) -> None:
        self.pbx.dialplan.extension("go", "Set(WENT=yes)", "Wait(9)")
        self.send(
            "POST", "channels", endpoint="Local/answer@default", extension="go", channelId="c1"
        )
        self.assertEqual(
            self.send("GET", "channels/c1/variable", variable="WENT"), {"value": "yes"}
        )
        self.assertEqual(self.ear.events, [])


class CreateTest(PBXCase):
    def create(self, endpoint: str) -> None:
        self.send("POST", "channels/create", endpoint=endpoint, app="app", channelId="c1")

    def test_a_created_channel_is_in_the_application_before_it_is_dialled(self) -> None:
        self.create("Local/answer@default")
        self.assertEqual(self.ear.of("StasisStart")[0]["channel"]["state"], "Down")
        self.refused(
            412, "Channel in invalid state", "POST", "channels/c1/play", media="sound:beep"
        )
        self.send("POST", "channels/c1/dial")
        self.assertEqual(
            [(e["dialstatus"], e["dialstring"]) for e in self.ear.of("Dial")],
            [("", "answer@default"), ("ANSWER", "")],
        )
        self.refused(409, "Channel is not in the 'Down' state", "POST", "channels/c1/dial")

    def test_dialling_for_too_long(self) -> None:
        self.create("Local/ring@default")
        self.send("POST", "channels/c1/dial", timeout=2)
        self.pass_time(3)
        self.assertEqual(self.ear.of("ChannelHangupRequest")[0]["cause"], 32)
        self.assertEqual(self.ear.of("ChannelDestroyed")[0]["cause"], 19)

    def test_the_dialled_telephone_is_busy(self) -> None:
        self.pbx.add_endpoint(Endpoint("PJSIP", "bob", busy=True))
        self.create("PJSIP/bob")
        self.send("POST", "channels/c1/dial")
        self.assertEqual(self.ear.of("Dial")[-1]["dialstatus"], "BUSY")
        self.assertEqual(self.ear.of("ChannelDestroyed")[0]["cause"], 17)
