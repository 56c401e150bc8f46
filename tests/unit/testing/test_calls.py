"""The life of channels: made, dialled, answered, ended."""

from ari.testing.state.endpoints import Endpoint

from .support import Ear, PBXCase, enc, phone_of


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


class LeavingTest(PBXCase):
    def test_continuing_goes_to_the_next_priority(self) -> None:
        channel = self.incoming().channel
        self.send("POST", f"channels/{channel.id}/continue")
        self.assertEqual(self.ear.types()[-1], "StasisEnd")
        self.assertEqual(channel.variables["AFTER"], "1")
        self.refused(
            409, "Channel not in Stasis application", "POST", f"channels/{channel.id}/answer"
        )

    def test_continuing_elsewhere(self) -> None:
        channel = self.incoming().channel
        self.send("POST", f"channels/{channel.id}/continue", extension="answer", priority=2)
        self.assertEqual((channel.place.exten, channel.place.app_name), ("answer", "Wait"))

    def test_continuing_where_nothing_is_ends_the_call(self) -> None:
        channel = self.incoming().channel
        self.send("POST", f"channels/{channel.id}/continue", context="nowhere")
        self.assertTrue(channel.destroyed)

    def test_moving_to_another_application(self) -> None:
        other = Ear()
        self.pbx.applications.connect("other", other)
        channel = self.incoming().channel
        self.send("POST", f"channels/{channel.id}/move", app="other", appArgs="x")
        self.assertEqual(self.ear.types()[-1], "StasisEnd")
        self.assertEqual(other.of("StasisStart")[0]["args"], ["x"])

    def test_moving_where_nobody_is(self) -> None:
        channel = self.incoming().channel
        self.send("POST", f"channels/{channel.id}/move", app="nobody", appArgs="x")
        failed = self.ear.of("ApplicationMoveFailed")[0]
        self.assertEqual((failed["destination"], failed["args"]), ("nobody", ["x"]))
        self.send("POST", f"channels/{channel.id}/ring")

    def test_moving_without_saying_where_is_refused(self) -> None:
        channel = self.incoming().channel
        self.refused(400, "Missing parameter app", "POST", f"channels/{channel.id}/move")


class QueueTest(PBXCase):
    def test_the_answer_to_a_variable_waits_for_the_media_before_it(self) -> None:
        channel = self.incoming().channel
        self.send("POST", f"channels/{channel.id}/play", media="sound:beep")
        outcome = self.ask("POST", f"channels/{channel.id}/variable", variable="A", value="1")
        self.assertIsNone(outcome.answer)
        self.pass_time(1)
        self.assertEqual(outcome.answer.status, 204)

    def test_hanging_up_answers_what_waits(self) -> None:
        channel = self.incoming().channel
        self.send("POST", f"channels/{channel.id}/play", media="sound:tt-monkeys")
        outcome = self.ask("POST", f"channels/{channel.id}/answer")
        self.send("DELETE", f"channels/{channel.id}")
        self.assertEqual(outcome.answer.status, 204)


class DtmfTest(PBXCase):
    def test_sent_digits_reach_the_far_half_one_by_one(self) -> None:
        channel = self.originate(channelId="c1")
        self.send("POST", f"channels/{channel}/dtmf", dtmf="1x#", duration=200)
        self.pass_time(1)
        digits = [
            (e["channel"]["id"], e["digit"], e["duration_ms"])
            for e in self.ear.of("ChannelDtmfReceived")
        ]
        self.assertEqual(digits, [("c1;2", "1", 200), ("c1;2", "#", 200)])

    def test_pressed_digits_reach_the_application(self) -> None:
        phone = self.incoming()
        phone.press("1a!*", 0.25)
        digits = [(e["digit"], e["duration_ms"]) for e in self.ear.of("ChannelDtmfReceived")]
        self.assertEqual(digits, [("1", 250), ("A", 250), ("*", 250)])


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


class PhoneTest(PBXCase):
    def test_a_telephone_hears_what_is_done_to_its_channel(self) -> None:
        phone = self.incoming()
        path = f"channels/{phone.channel.id}"
        self.send("POST", f"{path}/moh", mohClass="jazz")
        self.send("POST", f"{path}/hold")
        self.send("POST", f"{path}/ring")
        self.assertEqual((phone.music, phone.on_hold, phone.rings), ("jazz", True, True))
        self.send("DELETE", f"{path}/moh")
        self.send("DELETE", f"{path}/hold")
        self.send("DELETE", f"{path}/ring")
        self.assertEqual((phone.music, phone.on_hold, phone.rings), (None, False, False))

    def test_the_caller_holds(self) -> None:
        phone = self.incoming()
        phone.hold(True)
        phone.hold(False)
        self.assertEqual(self.ear.types()[-2:], ["ChannelHold", "ChannelUnhold"])

    def test_talking_is_detected_when_that_is_asked_for(self) -> None:
        phone = self.incoming()
        phone.speak(1)
        self.pass_time(5)
        self.assertNotIn("ChannelTalkingStarted", self.ear.types())
        self.send(
            "POST",
            f"channels/{phone.channel.id}/variable",
            variable="TALK_DETECT(set)",
            value="1000",
        )
        phone.speak(2)
        self.pass_time(5)
        self.assertEqual(self.ear.of("ChannelTalkingFinished")[0]["duration"], 2000)

    def test_a_device_follows_its_calls(self) -> None:
        self.pbx.add_endpoint(Endpoint("PJSIP", "bob", answers_after=1))
        states = [self.pbx.devices.state("PJSIP/bob")]
        channel = self.originate("PJSIP/bob")
        states.append(self.pbx.devices.state("PJSIP/bob"))
        self.pass_time(1)
        states.append(self.pbx.devices.state("PJSIP/bob"))
        phone_of(self.pbx.channels[channel]).hangup(16)
        self.pbx.clock.settle()
        states.append(self.pbx.devices.state("PJSIP/bob"))
        self.assertEqual(states, ["NOT_INUSE", "RINGING", "INUSE", "NOT_INUSE"])
