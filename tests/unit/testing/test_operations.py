"""Operations on channels and bridges: who may, in which state, and what is refused."""

from ari.testing.state.endpoints import Endpoint

from .support import PBXCase

NOT_FOUND = "Channel not found"
ELSEWHERE = "Channel not in Stasis application"
INVALID = "Channel in invalid state"

ANSWERED_ONLY = [
    ("POST", "continue"),
    ("POST", "redirect"),
    ("POST", "answer"),
    ("POST", "ring"),
    ("DELETE", "ring"),
    ("POST", "progress"),
    ("POST", "mute"),
    ("DELETE", "mute"),
    ("POST", "hold"),
    ("DELETE", "hold"),
    ("POST", "moh"),
    ("DELETE", "moh"),
    ("POST", "silence"),
    ("DELETE", "silence"),
    ("POST", "dtmf"),
    ("POST", "play"),
    ("POST", "play/p1"),
]
IN_STASIS = [
    ("POST", "move"),
    ("POST", "record"),
    ("POST", "dial"),
    ("POST", "transfer_progress"),
]


class StateTest(PBXCase):
    def test_a_channel_that_is_not_there(self) -> None:
        for method, operation in [*ANSWERED_ONLY, *IN_STASIS, ("GET", "rtp_statistics")]:
            with self.subTest(operation):
                self.refused(404, NOT_FOUND, method, f"channels/x/{operation}")
        self.refused(404, NOT_FOUND, "DELETE", "channels/x")
        for method, operation in (("POST", "snoop"), ("GET", "variable"), ("GET", "variables")):
            self.refused(
                404,
                "Provided channel was not found",
                method,
                f"channels/x/{operation}",
                variable="A",
                variables="A",
            )

    def test_a_channel_that_is_elsewhere(self) -> None:
        channel = self.incoming().channel.id
        self.send("POST", f"channels/{channel}/continue")
        for method, operation in [*ANSWERED_ONLY, *IN_STASIS]:
            with self.subTest(operation):
                self.refused(409, ELSEWHERE, method, f"channels/{channel}/{operation}")

    def test_a_channel_that_is_not_answered_by_the_far_end(self) -> None:
        self.send(
            "POST",
            "channels/create",
            endpoint="Local/ring@default",
            app="app",
            channelId="c1",
        )
        for method, operation in ANSWERED_ONLY:
            with self.subTest(operation):
                self.refused(412, INVALID, method, f"channels/c1/{operation}")

    def test_operations_without_an_event(self) -> None:
        path = f"channels/{self.incoming().channel.id}"
        self.ear.forget()
        for method, operation, query in (
            ("POST", "ring", {}),
            ("DELETE", "ring", {}),
            ("POST", "progress", {}),
            ("POST", "silence", {}),
            ("DELETE", "silence", {}),
            ("POST", "mute", {"direction": "both"}),
            ("DELETE", "mute", {"direction": "in"}),
            ("POST", "transfer_progress", {"states": "channel_answered"}),
        ):
            self.send(method, f"{path}/{operation}", **query)
        self.assertEqual(self.ear.events, [])

    def test_parameters_that_are_refused(self) -> None:
        channel = self.incoming().channel.id
        cases = [
            ("mute", {}, 400, "Direction is required"),
            ("mute", {"direction": "up"}, 400, "Invalid direction specified"),
            ("dtmf", {}, 400, "DTMF is required"),
            ("redirect", {}, 400, "Required parameter 'endpoint' not provided."),
            (
                "redirect",
                {"endpoint": "x"},
                422,
                "Endpoint parameter 'x' does not contain tech/resource",
            ),
            (
                "redirect",
                {"endpoint": "PJSIP/"},
                422,
                "No resource provided in endpoint parameter 'PJSIP/'",
            ),
            (
                "redirect",
                {"endpoint": "Local/x"},
                422,
                "Endpoint technology 'Local' does not match channel technology 'PJSIP'",
            ),
            ("continue", {"label": "x"}, 404, "Requested label can not be found"),
            ("continue", {"priority": -1}, 400, "Requested priority is illegal"),
            ("variable", {}, 400, "Variable name is required"),
            ("transfer_progress", {}, 400, "states must not be empty"),
            ("transfer_progress", {"states": "x"}, 400, "Invalid states value"),
            ("dial", {}, 409, "Channel is not in the 'Down' state"),
        ]
        for operation, query, status, message in cases:
            with self.subTest(message):
                self.refused(status, message, "POST", f"channels/{channel}/{operation}", **query)

    def test_a_caller_is_sent_elsewhere(self) -> None:
        phone = self.incoming()
        self.send("POST", f"channels/{phone.channel.id}/redirect", endpoint="PJSIP/bob")
        request = self.ear.of("ChannelHangupRequest")[0]
        self.assertEqual((request["cause"], request["tech_cause"]), (23, 302))
        self.assertTrue(phone.ended)

    def test_continuing_at_a_label(self) -> None:
        self.pbx.dialplan.load("exten => m,1,Answer()\n same => n(menu),Wait(9)")
        channel = self.incoming().channel
        self.send("POST", f"channels/{channel.id}/continue", extension="m", label="menu")
        self.assertEqual((channel.place.exten, channel.place.priority), ("m", 2))

    def test_statistics_of_a_stream(self) -> None:
        channel = self.incoming().channel.id
        figures = self.send("GET", f"channels/{channel}/rtp_statistics")
        self.assertEqual(figures["channel_uniqueid"], channel)
        self.assertEqual(figures["rxploss"], 0)
        self.refused(
            403,
            "Unsupported channel type",
            "GET",
            f"channels/{self.originate()}/rtp_statistics",
        )
        self.send(
            "POST",
            "channels/externalMedia",
            app="app",
            external_host="127.0.0.1:4000",
            format="ulaw",
            channelId="m1",
        )
        self.refused(404, "RTP info not found", "GET", "channels/m1/rtp_statistics")

    def test_a_channel_without_an_application_stays_down(self) -> None:
        body = self.send("POST", "channels/create", endpoint="Local/answer@default")
        self.assertEqual(body["state"], "Down")
        self.assertEqual(self.ear.events, [])
        self.refused(400, "Endpoint must be specified", "POST", "channels/create")
        self.refused(400, "Invalid endpoint specified", "POST", "channels/create", endpoint="x")

    def test_dialling_what_we_did_not_make(self) -> None:
        channel = self.incoming().channel
        channel.state = "Down"
        message = "Dialing a channel not created by ARI"
        self.refused(409, message, "POST", f"channels/{channel.id}/dial")


class BridgeTest(PBXCase):
    def test_bridges_that_are_not_there(self) -> None:
        for method, path, query in (
            ("GET", "", {}),
            ("DELETE", "", {}),
            ("POST", "/moh", {}),
            ("DELETE", "/moh", {}),
            ("POST", "/play", {"media": "sound:beep"}),
            ("POST", "/record", {"name": "x", "format": "wav"}),
            ("POST", "/videoSource/x", {}),
            ("DELETE", "/videoSource", {}),
            ("GET", "/variable", {"variable": "A"}),
            ("POST", "/variable", {"variable": "A"}),
        ):
            with self.subTest(path):
                self.refused(404, "Bridge not found", method, f"bridges/x{path}", **query)
        message = "Provided bridge was not found"
        self.refused(404, message, "GET", "bridges/x/variables", variables="A")
        body = {"variables": {"A": "1"}}
        self.refused(404, message, "POST", "bridges/x/variables", body=body)

    def test_what_is_refused(self) -> None:
        self.send("POST", "bridges/b1")
        channel = self.incoming().channel.id
        cases = [
            ("play", {}, 500, "Allocation failed"),
            ("play", {"media": "x", "announcer_format": "x"}, 422, None),
            ("record", {"name": "x"}, 400, "Missing parameter format"),
            ("record", {"name": "x", "format": "wav", "recorder_format": "x"}, 422, None),
            ("record", {"name": "x", "format": "wav", "maxSilenceSeconds": -1}, 500, None),
            ("videoSource/x", {}, 400, "Channel not found"),
            (f"videoSource/{channel}", {}, 422, "Channel not in this bridge"),
            ("removeChannel", {"channel": "x"}, 400, "Channel not found"),
        ]
        for path, query, status, message in cases:
            with self.subTest(path):
                answer = self.ask("POST", f"bridges/b1/{path}", **query)
                self.assertEqual(answer.status, status)
                if message is not None:
                    self.assertIn(message, answer.body.values())

    def test_several_variables(self) -> None:
        self.send("POST", "bridges/b1")
        path = "bridges/b1/variables"
        self.send("POST", path, body={"variables": {"A": "1", "B": "2"}})
        self.assertEqual(
            self.send("GET", path, variables="A,B"), {"variables": {"A": "1", "B": "2"}}
        )
        self.refused(404, "Provided variable was not found", "GET", path, variables="C")
        self.refused(400, "At least one variable name is required", "GET", path)
        self.assertEqual(len(self.send("GET", "bridges")), 1)

    def test_an_audience(self) -> None:
        phone = self.incoming()
        self.send("POST", "bridges/b1", type="video_sfu")
        self.assertEqual(self.send("GET", "bridges/b1")["technology"], "softmix")
        self.send("POST", "bridges/b1/moh")
        self.send("POST", "bridges/b1/addChannel", channel=phone.channel.id)
        self.assertEqual(phone.music, "default")


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
