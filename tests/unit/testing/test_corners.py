"""Corners that the other tests do not turn."""

import unittest

from ari.testing.calls.media import ENDLESS, MISSING, UNKNOWN, Media
from ari.testing.dialplan.expressions import substitute
from ari.testing.dialplan.language import Dialplan
from ari.testing.state.endpoints import Endpoint
from ari.testing.state.party import Party

from .support import Ear, PBXCase


class PartyTest(unittest.TestCase):
    def test_spellings_of_a_caller(self) -> None:
        cases = {
            "Bob <12>": ("Bob", "12"),
            '"Bob B" <+1 2>': ("Bob B", "+1 2"),
            "555 1234": ("", "5551234"),
            "Bob": ("Bob", ""),
        }
        for text, expected in cases.items():
            party = Party.parse(text)
            self.assertEqual((party.name, party.number), expected)


class MediaTest(unittest.TestCase):
    def setUp(self) -> None:
        self.media = Media({"mine": 2.0}.get)

    def test_how_long_things_last(self) -> None:
        cases = {
            "sound:nothing": MISSING,
            "sound:http://host/x.wav": 3.0,
            "recording:mine": 2.0,
            "recording:other": UNKNOWN,
            "tone:ring": ENDLESS,
            "gopher:x": UNKNOWN,
            "number:x": 0.0,
        }
        for uri, seconds in cases.items():
            self.assertEqual(self.media.seconds(uri), seconds, uri)

    def test_longer_numbers_take_longer(self) -> None:
        numbers = ("7", "27", "127", "1127", "1001127")
        lengths = [self.media.seconds(f"number:{number}") for number in numbers]
        self.assertEqual(lengths, sorted(lengths))
        self.assertGreater(self.media.seconds("number:-7"), lengths[0])
        self.assertGreater(self.media.seconds("characters:abc"), self.media.seconds("digits:1"))


class DialplanTest(unittest.TestCase):
    def test_substrings(self) -> None:
        values = {"A": "abcdef", "LEN(x)": "1"}
        for text, expected in (
            ("${A:2:2}", "cd"),
            ("${A::3}", "abc"),
            ("${LEN(x)}", "1"),
            ("${A", "abcdef"),
            ("$[ ${A} ]", "abcdef"),
            ('$["a"b" = "c"]', "1"),
        ):
            self.assertEqual(substitute(text, values.get), expected, text)

    def test_patterns(self) -> None:
        dialplan = Dialplan()
        dialplan.extension("_[1-3]Z.", "Answer")
        dialplan.extension("_N!", "Busy")
        self.assertIsNotNone(dialplan.find("default", "155"))
        self.assertIsNone(dialplan.find("default", "105"))
        self.assertIsNotNone(dialplan.find("default", "9"))

    def test_hints_and_numbered_priorities(self) -> None:
        dialplan = Dialplan()
        dialplan.load("exten => 1,hint,PJSIP/x\nexten => 1,1,Answer()\nexten => 1,3,Hangup()")
        found = dialplan.find("default", "1")
        assert found is not None
        self.assertEqual(sorted(found.steps), [1, 3])


class VariableTest(PBXCase):
    def test_functions_and_builtins(self) -> None:
        self.pbx.variables["G"] = "global"
        channel = self.incoming().channel
        channel.set_variable("CALLERID(all)", '"Zed" <9>')
        channel.set_variable("CALLERID(num)", "8")
        channel.set_variable("CONNECTEDLINE(name)", "Bob")
        channel.set_variable("CONNECTEDLINE(num)", "7")
        channel.set_variable("CONNECTEDLINE(nothing)", "x")
        channel.set_variable("CHANNEL(accountcode)", "acc")
        channel.set_variable("GLOBAL(H)", "hello")
        channel.set_variable("__INHERITED", "1")
        values = {
            "CALLERID(all)": '"Zed" <8>',
            "CALLERID(num)": "8",
            "CONNECTEDLINE(num)": "7",
            "CHANNEL(accountcode)": "acc",
            "CHANNEL(channeltype)": "PJSIP",
            "CHANNEL(nothing)": "",
            "GLOBAL(H)": "hello",
            "LEN(abc)": "3",
            "G": "global",
            "INHERITED": "1",
            "UNIQUEID": channel.id,
            "CONTEXT": "default",
            "PRIORITY": "1",
            "HANGUPCAUSE": "0",
        }
        for name, value in values.items():
            self.assertEqual(channel.get_variable(name), value, name)
        self.assertEqual(self.ear.of("ChannelVarset")[-1]["variable"], "__INHERITED")

    def test_setting_a_global_is_seen_by_those_who_see_all(self) -> None:
        watcher = Ear()
        self.pbx.applications.connect("watcher", watcher, subscribe_all=True)
        self.send("POST", "asterisk/variable", variable="A", value="1")
        self.assertEqual(watcher.of("ChannelVarset")[0]["value"], "1")
        self.send("POST", "asterisk/variable", variable="B")
        self.assertEqual(len(watcher.of("ChannelVarset")), 1)


class SoundTest(PBXCase):
    """Who hears whom, as recordings tell."""

    def seconds_of_talk(self, channel: str) -> int:
        self.ear.forget()
        query = {"name": "r", "format": "wav", "ifExists": "overwrite", "maxSilenceSeconds": 3}
        self.send("POST", f"channels/{channel}/record", **query)
        self.pass_time(10)
        if self.ear.of("RecordingFinished"):
            return 0
        self.send("POST", "recordings/live/r/stop")
        return int(self.ear.of("RecordingFinished")[0]["recording"]["talking_duration"])

    def test_a_local_channel_hears_what_its_other_half_is_played(self) -> None:
        self.pbx.dialplan.extension("talk", "Answer", "Playback(tt-monkeys)", "Wait(9)")
        self.assertGreater(self.seconds_of_talk(self.originate("Local/talk@default")), 8)

    def test_a_local_channel_hears_music_and_silence(self) -> None:
        self.pbx.dialplan.extension("music", "Answer", "MusicOnHold()")
        self.assertGreater(self.seconds_of_talk(self.originate("Local/music@default")), 8)
        self.pbx.dialplan.extension("far", "Stasis(app)")
        self.originate("Local/far@default", channelId="c9")
        self.send("POST", "channels/c9%3B2/answer")
        self.send("POST", "channels/c9%3B2/silence")
        self.assertEqual(self.seconds_of_talk("c9"), 0)

    def test_an_echo_sends_back_what_comes(self) -> None:
        self.pbx.dialplan.extension("echo", "Answer", "Echo")
        channel = self.originate("Local/echo@default")
        self.send("POST", f"channels/{channel}/moh")
        self.assertGreater(self.seconds_of_talk(channel), 8)

    def test_a_muted_caller_is_silent(self) -> None:
        phone = self.incoming()
        phone.speak(100)
        self.send("POST", f"channels/{phone.channel.id}/mute", direction="in")
        self.assertEqual(self.seconds_of_talk(phone.channel.id), 0)

    def test_a_bridge_brings_the_others_and_its_media(self) -> None:
        first, second = self.incoming("alice"), self.incoming("bob")
        self.send("POST", "bridges/b1")
        ids = f"{first.channel.id},{second.channel.id}"
        self.send("POST", "bridges/b1/addChannel", channel=ids)
        self.send("POST", f"channels/{first.channel.id}/snoop/s", spy="both", app="app")
        query = {"name": "r", "format": "wav", "maxSilenceSeconds": 2, "ifExists": "overwrite"}
        self.send("POST", "bridges/b1/record", **query)
        second.speak(5)
        self.pass_time(6)
        self.assertEqual(self.send("GET", "recordings/live/r")["state"], "recording")
        self.send("POST", "bridges/b1/play", media="sound:tt-monkeys")
        self.pass_time(10)
        self.send("GET", "recordings/live/r")
        self.pass_time(30)
        self.refused(404, "Recording not found", "GET", "recordings/live/r")

    def test_a_beep_comes_before_the_recording(self) -> None:
        phone = self.incoming()
        path = f"channels/{phone.channel.id}/record"
        self.send("POST", path, name="r", format="gsm", beep="true", maxDurationSeconds=1)
        self.pass_time(1.1)
        self.send("GET", "recordings/live/r")
        self.pass_time(0.4)
        content = self.ask("GET", "recordings/stored/r/file").body
        self.assertEqual(len(content), 16000)

    def test_a_queued_recording_that_is_stopped_starts_all_the_same(self) -> None:
        phone = self.incoming()
        path = f"channels/{phone.channel.id}/record"
        self.send("POST", path, name="r1", format="wav")
        self.send("POST", path, name="r2", format="wav")
        self.send("POST", "recordings/live/r2/stop")
        self.assertEqual(self.send("GET", "recordings/live/r2")["state"], "canceled")
        self.send("POST", "recordings/live/r1/stop")
        self.assertEqual(self.send("GET", "recordings/live/r2")["state"], "recording")


class SubscriptionTest(PBXCase):
    def test_sources_of_every_kind_come_and_go(self) -> None:
        self.pbx.add_endpoint(Endpoint("PJSIP", "bob"))
        self.send("POST", "bridges/b1")
        channel = self.incoming().channel
        path = "applications/app/subscription"
        sources = (
            "bridge:b1",
            "endpoint:PJSIP/bob",
            "endpoint:PJSIP",
            "deviceState:PJSIP/bob",
            f"channel:{channel.name}",
        )
        for source in sources:
            self.send("POST", path, eventSource=source)
        for source in sources:
            self.send("DELETE", path, eventSource=source)
        self.refused(
            422, "Event source was not subscribed to", "DELETE", path, eventSource="bridge:b1"
        )
        for method in ("POST", "DELETE"):
            self.refused(400, "Missing parameter eventSource", method, path)
            self.refused(400, "Invalid event source URI scheme", method, path, eventSource="x:y")
        self.assertEqual(len(self.send("GET", "applications")), 1)

    def test_an_empty_filter_lets_everything_through_again(self) -> None:
        path = "applications/app/eventFilter"
        self.send("PUT", path, body={"disallowed": [{"type": "StasisStart"}]})
        self.send("PUT", path)
        self.incoming()
        self.assertEqual(self.ear.types()[0], "StasisStart")

    def test_user_events_about_bridges_and_endpoints(self) -> None:
        self.pbx.add_endpoint(Endpoint("PJSIP", "bob"))
        self.send("POST", "bridges/b1")
        path = "events/user/Hello"
        self.send("POST", path, application="app", source="bridge:b1,endpoint:PJSIP/bob")
        event = self.ear.of("ChannelUserevent")[0]
        self.assertEqual((event["bridge"]["id"], event["endpoint"]["resource"]), ("b1", "bob"))
        self.refused(
            400, "Invalid userevent data", "POST", path, application="app", body={"variables": 1}
        )
        self.refused(400, "channelId parameter is required", "POST", "events/claim")
        self.refused(426, "Upgrade to WebSocket required", "GET", "events")


class StoredConfigurationTest(PBXCase):
    def test_values_are_checked_where_they_are_known(self) -> None:
        self.pbx.system.writable.add("auth")
        path = "asterisk/config/dynamic/res_pjsip/auth/carol"

        def fields(**values: str) -> dict[str, object]:
            return {"fields": [{"attribute": a, "value": v} for a, v in values.items()]}

        self.send("PUT", path, body=fields(auth_type="userpass", username="carol"))
        message = "Update of object 'carol' failed field value validation"
        self.refused(400, message, "PUT", path, body=fields(auth_type="nonsense"))
        self.refused(400, message, "PUT", path, body=fields(nosuch="x"))

    def test_a_module_that_cannot_go(self) -> None:
        message = "Module could not be unloaded"
        self.refused(409, message, "DELETE", "asterisk/modules/res_pjsip.so")

    def test_what_may_not_be_written_or_removed(self) -> None:
        self.pbx.add_endpoint(Endpoint("PJSIP", "bob"))
        path = "asterisk/config/dynamic/res_pjsip/endpoint/bob"
        self.refused(403, "Cannot update sorcery objects of type 'endpoint'", "PUT", path)
        self.refused(403, "Could not delete object with id 'bob'", "DELETE", path)


class EndOfBridgeTest(PBXCase):
    def test_destroying_a_bridge_breaks_off_its_media(self) -> None:
        phone = self.incoming()
        self.send("POST", "bridges/b1")
        self.send("POST", "bridges/b1/addChannel", channel=phone.channel.id)
        self.send("POST", "bridges/b1/play/p1", media="sound:tt-monkeys")
        self.send("POST", "bridges/b1/play/p2", media="sound:beep")
        self.send("DELETE", "bridges/b1")
        self.refused(404, "Playback not found", "GET", "playbacks/p1")
        self.refused(404, "Playback not found", "GET", "playbacks/p2")

    def test_a_playback_steered_backwards(self) -> None:
        phone = self.incoming()
        path = f"channels/{phone.channel.id}/play/p1"
        self.send("POST", path, media="sound:tt-monkeys", offsetms=10000)
        self.pass_time(1)
        self.send("POST", "playbacks/p1/control", operation="reverse")
        self.pass_time(7)
        self.send("GET", "playbacks/p1")
        self.pass_time(2)
        self.refused(404, "Playback not found", "GET", "playbacks/p1")
        self.send("POST", path, media="number:1234567")
        self.refused(
            500, "Could not pause playback", "POST", "playbacks/p1/control", operation="pause"
        )
