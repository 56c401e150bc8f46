"""Recordings, live and stored."""

from ..support import PBXCase


class RecordingTest(PBXCase):
    def setUp(self) -> None:
        super().setUp()
        self.phone = self.incoming()
        self.path = f"channels/{self.phone.channel.id}/record"
        self.ear.forget()

    def record(self, name: str = "r1", **query: object) -> dict[str, object]:
        body: dict[str, object] = self.send("POST", self.path, name=name, format="wav", **query)
        return body

    def finished(self) -> dict[str, object]:
        recording: dict[str, object] = self.ear.of("RecordingFinished")[0]["recording"]
        return recording

    def test_it_ends_at_its_longest(self) -> None:
        self.assertEqual(self.record(maxDurationSeconds=3)["state"], "queued")
        self.pass_time(2.9)
        self.assertEqual(self.send("GET", "recordings/live/r1")["state"], "recording")
        self.pass_time(0.2)
        self.assertEqual(self.finished()["duration"], 3)
        self.assertEqual(self.send("GET", "recordings/stored/r1"), {"name": "r1", "format": "wav"})

    def test_silence_ends_it_and_talk_starts_the_silence_anew(self) -> None:
        self.record(maxSilenceSeconds=2)
        self.pass_time(1)
        self.phone.speak(3)
        self.pass_time(4.9)
        self.assertEqual(self.ear.of("RecordingFinished"), [])
        self.pass_time(0.2)
        finished = self.finished()
        self.assertEqual(
            (finished["duration"], finished["talking_duration"], finished["silence_duration"]),
            (5, 4, 1),
        )

    def test_a_digit_ends_it(self) -> None:
        self.record(terminateOn="#")
        self.phone.press("1", 0.1)
        self.assertEqual(self.ear.of("RecordingFinished"), [])
        self.phone.press("#", 0.1)
        self.pbx.clock.settle()
        self.assertEqual(self.finished()["state"], "done")

    def test_a_pause_does_not_count(self) -> None:
        self.record(maxDurationSeconds=2)
        self.pass_time(1)
        self.send("POST", "recordings/live/r1/pause")
        self.assertEqual(self.send("GET", "recordings/live/r1")["state"], "paused")
        self.pass_time(100)
        self.send("DELETE", "recordings/live/r1/pause")
        self.pass_time(1.1)
        self.assertEqual(self.finished()["duration"], 2)

    def test_muting_makes_it_silent(self) -> None:
        self.record(maxSilenceSeconds=2)
        self.phone.speak(100)
        self.send("POST", "recordings/live/r1/mute")
        self.pass_time(2.1)
        self.assertEqual(self.finished()["state"], "done")

    def test_stopping_keeps_and_cancelling_does_not(self) -> None:
        self.record("kept")
        self.send("POST", "recordings/live/kept/stop")
        self.record("lost")
        self.send("DELETE", "recordings/live/lost")
        names = [item["name"] for item in self.send("GET", "recordings/stored")]
        self.assertEqual(names, ["kept"])
        self.assertEqual(len(self.ear.of("RecordingFinished")), 2)

    def test_a_hangup_ends_it_and_keeps_it(self) -> None:
        self.record()
        self.phone.hangup(16)
        self.pbx.clock.settle()
        self.assertEqual(self.ear.types()[-2:], ["RecordingFinished", "StasisEnd"])
        self.send("GET", "recordings/stored/r1")

    def test_a_channel_that_is_not_answered_is_answered(self) -> None:
        phone = self.incoming("bob", answer=False)
        self.send("POST", f"channels/{phone.channel.id}/record", name="r1", format="wav")
        self.assertEqual(phone.channel.state, "Up")

    def test_recording_and_bridging_exclude_each_other(self) -> None:
        channel = self.phone.channel.id
        self.send("POST", "bridges/b1")
        self.record()
        message = f"Channel {channel} currently recording"
        self.refused(409, message, "POST", "bridges/b1/addChannel", channel=channel)
        self.send("POST", "recordings/live/r1/stop")
        self.send("POST", "bridges/b1/addChannel", channel=channel)
        self.record("r2")
        failed = self.ear.of("RecordingFailed")[0]["recording"]
        self.assertEqual(failed["cause"], "Cannot record channel while in bridge")

    def test_a_bridge_is_recorded_until_it_goes(self) -> None:
        self.send("POST", "bridges/b1")
        self.send("POST", "bridges/b1/addChannel", channel=self.phone.channel.id)
        self.send("POST", "bridges/b1/record", name="r1", format="wav")
        self.pass_time(2)
        self.send("DELETE", "bridges/b1")
        self.assertEqual(self.pbx.recordings.seconds("r1"), 2)

    def test_the_second_waits_for_the_first(self) -> None:
        self.record("r1")
        self.record("r2")
        self.refused(409, "Recording not in session", "POST", "recordings/live/r2/pause")
        self.send("POST", "recordings/live/r1/stop")
        self.send("POST", "recordings/live/r2/pause")

    def test_what_is_there_already(self) -> None:
        self.pbx.recordings.store("r1", "wav", 2)
        message = "Recording 'r1' already exists and can not be overwritten"
        self.refused(409, message, "POST", self.path, name="r1", format="wav")
        self.record(ifExists="append", maxDurationSeconds=1)
        self.pass_time(1.1)
        self.assertEqual(self.pbx.recordings.seconds("r1"), 3)

    def test_what_is_refused(self) -> None:
        cases = [
            (422, "specified format is unknown on this system", {"format": "x"}),
            (500, "Error parsing request", {"name": ""}),
            (500, "Error parsing request", {"name": "../x"}),
            (400, "terminateOn invalid", {"terminateOn": "7"}),
            (400, "ifExists invalid", {"ifExists": "x"}),
            (400, "max_duration_seconds cannot be negative", {"maxDurationSeconds": -1}),
        ]
        for status, message, query in cases:
            with self.subTest(message):
                asked = {"name": "r1", "format": "wav", **query}
                self.refused(status, message, "POST", self.path, **asked)


class StoredTest(PBXCase):
    def setUp(self) -> None:
        super().setUp()
        self.pbx.recordings.store("a/b", "wav", 1.0)

    def test_the_file_is_a_wav_of_the_right_length(self) -> None:
        answer = self.ask("GET", "recordings/stored/a%2Fb/file")
        self.assertEqual(answer.content_type, "audio/wav")
        self.assertEqual(answer.body[:4], b"RIFF")
        self.assertEqual(len(answer.body), 44 + 16000)

    def test_copying(self) -> None:
        path = "recordings/stored/a%2Fb/copy"
        self.send("POST", path, destinationRecordingName="c")
        self.assertEqual(self.pbx.recordings.seconds("c"), 1.0)
        message = "A recording with the same name already exists on the system"
        self.refused(409, message, "POST", path, destinationRecordingName="c")
        message = "Destination file path is forbidden"
        self.refused(403, message, "POST", path, destinationRecordingName="../c")
        self.refused(400, "Invalid destination recording name", "POST", path)

    def test_deleting(self) -> None:
        self.send("DELETE", "recordings/stored/a%2Fb")
        self.refused(404, "Recording not found", "DELETE", "recordings/stored/a%2Fb")

    def test_playing_it(self) -> None:
        phone = self.incoming()
        self.send("POST", f"channels/{phone.channel.id}/play", media="recording:a/b")
        self.pass_time(1.1)
        self.assertEqual(self.ear.types()[-1], "PlaybackFinished")
