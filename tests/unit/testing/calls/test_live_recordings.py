"""How live recordings begin."""

from ..support import PBXCase


class BeginningTest(PBXCase):
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
