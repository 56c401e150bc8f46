"""Bridges and who is in them."""

from ..support import Ear, PBXCase


class BridgeTest(PBXCase):
    def setUp(self) -> None:
        super().setUp()
        self.send("POST", "bridges/b1", type="mixing", name="room")

    def join(self, *names: str, bridge: str = "b1", **query: object) -> list[str]:
        ids = [self.incoming(name).channel.id for name in names]
        self.send("POST", f"bridges/{bridge}/addChannel", channel=",".join(ids), **query)
        return ids

    def test_channels_enter_and_know_their_peers(self) -> None:
        first, second = self.join("alice", "bob")
        entered = self.ear.of("ChannelEnteredBridge")
        self.assertEqual([e["bridge"]["channels"] for e in entered], [[first], [first, second]])
        self.assertEqual(
            self.pbx.channels[first].variables["BRIDGEPEER"], self.pbx.channels[second].name
        )

    def test_three_make_it_a_softmix_and_two_a_simple_bridge_again(self) -> None:
        ids = self.join("alice", "bob", "carol")
        self.assertEqual(self.send("GET", "bridges/b1")["technology"], "softmix")
        self.send("POST", "bridges/b1/removeChannel", channel=ids[0])
        self.assertEqual(self.send("GET", "bridges/b1")["technology"], "simple_bridge")

    def test_leaving_by_hanging_up_comes_before_the_end_of_the_stay(self) -> None:
        (channel,) = self.join("alice")
        self.ear.forget()
        self.send("DELETE", f"channels/{channel}")
        self.assertEqual(
            self.ear.types(), ["ChannelHangupRequest", "ChannelLeftBridge", "StasisEnd"]
        )

    def test_entering_another_bridge_leaves_the_first(self) -> None:
        (channel,) = self.join("alice")
        self.send("POST", "bridges/b2", type="holding")
        self.ear.forget()
        self.send("POST", "bridges/b2/addChannel", channel=channel)
        seen = [(e["type"], e["bridge"]["id"]) for e in self.ear.events]
        self.assertEqual(seen, [("ChannelLeftBridge", "b1"), ("ChannelEnteredBridge", "b2")])

    def test_destroying_lets_everybody_go_and_they_stay_in_the_application(self) -> None:
        first, second = self.join("alice", "bob")
        self.ear.forget()
        self.send("DELETE", "bridges/b1")
        self.assertEqual(self.ear.types(), ["ChannelLeftBridge", "ChannelLeftBridge"])
        self.refused(404, "Bridge not found", "GET", "bridges/b1")
        self.send("POST", f"channels/{first}/ring")
        self.send("POST", f"channels/{second}/ring")

    def test_creation_is_seen_by_those_who_asked_for_it(self) -> None:
        watcher = Ear()
        self.pbx.applications.connect("watcher", watcher, subscribe_all=True)
        self.send("POST", "bridges/b2")
        self.send("DELETE", "bridges/b2")
        self.assertEqual(watcher.types(), ["BridgeCreated", "BridgeDestroyed"])
        self.assertEqual(self.ear.events, [])

    def test_whom_it_does_not_take(self) -> None:
        path = "bridges/b1/addChannel"
        self.refused(400, "Missing parameter channel", "POST", path)
        self.refused(400, "Channel not found", "POST", path, channel="x")
        self.refused(404, "Bridge not found", "POST", "bridges/b9/addChannel", channel="x")
        channel = self.incoming().channel
        self.refused(
            422,
            "Channel not in this bridge",
            "POST",
            "bridges/b1/removeChannel",
            channel=channel.id,
        )
        self.send("POST", f"channels/{channel.id}/continue")
        self.refused(422, "Channel not in Stasis application", "POST", path, channel=channel.id)

    def test_types_that_cannot_be(self) -> None:
        for words in ("mixing,holding", "nonsense", "proxy_media"):
            message = "Unable to create bridge. Possible duplicate bridge id 'b2'"
            self.refused(500, message, "POST", "bridges/b2", type=words)
        message = "Bridge with id 'b1' already exists"
        self.refused(409, message, "POST", "bridges", bridgeId="b1")

    def test_everybody_hears_what_is_played(self) -> None:
        phones = [self.incoming(name) for name in ("alice", "bob")]
        for phone in phones:
            self.send("POST", "bridges/b1/addChannel", channel=phone.channel.id)
        body = self.send("POST", "bridges/b1/play/p1", media="sound:beep")
        self.assertEqual(body["target_uri"], "bridge:b1")
        self.pass_time(1)
        self.assertEqual([phone.heard for phone in phones], [["sound:beep"], ["sound:beep"]])
        self.assertEqual(self.ear.of("PlaybackFinished")[0]["playback"]["state"], "done")

    def test_digits_reach_the_others(self) -> None:
        phones = [self.incoming(name) for name in ("alice", "bob")]
        ids = ",".join(phone.channel.id for phone in phones)
        self.send("POST", "bridges/b1/addChannel", channel=ids)
        phones[0].press("5", 0.1)
        self.assertEqual([phone.digits for phone in phones], ["", "5"])

    def test_absorbed_digits_do_not(self) -> None:
        phones = [self.incoming(name) for name in ("alice", "bob")]
        ids = ",".join(phone.channel.id for phone in phones)
        self.send("POST", "bridges/b1/addChannel", channel=ids, absorbDTMF="true")
        phones[0].press("5", 0.1)
        self.assertEqual(phones[1].digits, "")

    def test_music(self) -> None:
        phone = self.incoming()
        self.send("POST", "bridges/b1/addChannel", channel=phone.channel.id)
        self.send("POST", "bridges/b1/moh", mohClass="jazz")
        self.assertEqual(phone.music, "jazz")
        self.send("DELETE", "bridges/b1/moh")
        self.assertIsNone(phone.music)
        self.refused(409, "Bridge isn't playing music", "DELETE", "bridges/b1/moh")

    def test_the_video_source_is_shown_as_gone_with_the_next_change(self) -> None:
        (channel,) = self.join("alice")
        self.send("POST", f"bridges/b1/videoSource/{channel}")
        self.send("DELETE", "bridges/b1/videoSource")
        self.assertEqual(self.send("GET", "bridges/b1")["video_source_id"], channel)
        self.send("POST", "bridges/b1/removeChannel", channel=channel)
        self.assertEqual(self.send("GET", "bridges/b1")["video_mode"], "talker")
        changes = self.ear.of("BridgeVideoSourceChanged")
        self.assertEqual([c.get("old_video_source_id") for c in changes], [None, channel])


class VariableTest(PBXCase):
    def test_variables_of_a_bridge(self) -> None:
        self.send("POST", "bridges/b1", body={"variables": {"A": "1"}})
        path = "bridges/b1/variable"
        self.assertEqual(self.send("GET", path, variable="A"), {"value": "1"})
        self.send("POST", path, variable="B", value="2", report_events="true")
        self.assertEqual(self.send("GET", "bridges/b1")["bridgevars"], {"B": "2"})
        self.send("POST", path, variable="B")
        self.refused(404, "Provided variable was not found", "GET", path, variable="B")
        self.refused(400, "Variable name is required", "POST", path)

    def test_without_an_id_in_the_path_every_member_of_the_body_is_a_variable(self) -> None:
        body = {"A": "1"}
        bridge = self.send("POST", "bridges", body=body, bridgeId="b1")
        value = self.send("GET", f"bridges/{bridge['id']}/variable", variable="A")
        self.assertEqual(value, {"value": "1"})
        message = "Each object value in 'variables' must include string field 'value'"
        self.refused(400, message, "POST", "bridges", body={"variables": body})


class EndTest(PBXCase):
    def test_destroying_a_bridge_breaks_off_its_media(self) -> None:
        phone = self.incoming()
        self.send("POST", "bridges/b1")
        self.send("POST", "bridges/b1/addChannel", channel=phone.channel.id)
        self.send("POST", "bridges/b1/play/p1", media="sound:tt-monkeys")
        self.send("POST", "bridges/b1/play/p2", media="sound:beep")
        self.send("DELETE", "bridges/b1")
        self.refused(404, "Playback not found", "GET", "playbacks/p1")
        self.refused(404, "Playback not found", "GET", "playbacks/p2")
