"""The operations of /channels: who may, in which state, and what is refused."""

from ..support import PBXCase

IN_STASIS = [
    ("POST", "move"),
    ("POST", "record"),
    ("POST", "dial"),
    ("POST", "transfer_progress"),
]


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


INVALID = "Channel in invalid state"


ELSEWHERE = "Channel not in Stasis application"


NOT_FOUND = "Channel not found"


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
