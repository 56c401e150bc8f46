"""TALK_DETECT."""

from ..support import PBXCase


class TalkDetectorTest(PBXCase):
    def detect(self, channel: str, variable: str, value: str = "") -> None:
        self.send("POST", f"channels/{channel}/variable", variable=variable, value=value)

    def test_talking_is_detected_when_that_is_asked_for(self) -> None:
        phone = self.incoming()
        phone.speak(1)
        self.pass_time(5)
        self.assertNotIn("ChannelTalkingStarted", self.ear.types())
        self.detect(phone.channel.id, "TALK_DETECT(set)", "1000")
        phone.speak(2)
        self.pass_time(5)
        self.assertEqual(self.ear.of("ChannelTalkingFinished")[0]["duration"], 2000)

    def test_a_short_pause_does_not_end_talking(self) -> None:
        phone = self.incoming()
        self.detect(phone.channel.id, "TALK_DETECT(set)", "1000")
        phone.speak(2)
        self.pass_time(2.5)
        phone.speak(2)
        self.pass_time(5)
        self.assertEqual(len(self.ear.of("ChannelTalkingStarted")), 1)
        self.assertEqual(self.ear.of("ChannelTalkingFinished")[0]["duration"], 4500)

    def test_detection_ends_when_it_is_removed(self) -> None:
        phone = self.incoming()
        self.detect(phone.channel.id, "TALK_DETECT(set)")
        self.detect(phone.channel.id, "TALK_DETECT(remove)")
        phone.speak(2)
        self.pass_time(5)
        self.assertNotIn("ChannelTalkingStarted", self.ear.types())

    def test_nothing_listens_to_a_channel_that_is_gone(self) -> None:
        phone = self.incoming()
        self.detect(phone.channel.id, "TALK_DETECT(set)")
        phone.hangup(16)
        self.pass_time(10)
        phone.speak(2)
        self.assertNotIn("ChannelTalkingStarted", self.ear.types())
