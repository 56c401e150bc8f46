"""Who hears whom."""

from ..support import PBXCase


class AudioTest(PBXCase):
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
