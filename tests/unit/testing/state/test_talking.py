"""TALK_DETECT."""

from ..support import PBXCase


class TalkDetectorTest(PBXCase):
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
