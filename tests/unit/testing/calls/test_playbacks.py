"""Playbacks."""

from ..support import PBXCase


class PlaybackTest(PBXCase):
    def setUp(self) -> None:
        super().setUp()
        self.phone = self.incoming()
        self.path = f"channels/{self.phone.channel.id}/play"
        self.ear.forget()

    def states(self) -> list[tuple[str, str, str]]:
        return [
            (e["type"].removeprefix("Playback"), e["playback"]["media_uri"], e["playback"]["state"])
            for e in self.ear.events
            if "playback" in e
        ]

    def test_from_start_to_end(self) -> None:
        body = self.send("POST", f"{self.path}/p1", media="sound:beep")
        self.assertEqual((body["id"], body["state"]), ("p1", "queued"))
        self.pass_time(0.4)
        self.assertEqual(self.send("GET", "playbacks/p1")["state"], "playing")
        self.pass_time(0.1)
        self.assertEqual(
            self.states(),
            [("Started", "sound:beep", "playing"), ("Finished", "sound:beep", "done")],
        )
        self.assertEqual(self.phone.heard, ["sound:beep"])
        self.refused(404, "Playback not found", "GET", "playbacks/p1")

    def test_several_media_play_in_order(self) -> None:
        self.send("POST", self.path, media="sound:beep,digits:12")
        self.pass_time(5)
        self.assertEqual(
            self.states(),
            [
                ("Started", "sound:beep", "playing"),
                ("Continuing", "sound:beep", "continuing"),
                ("Started", "digits:12", "playing"),
                ("Finished", "digits:12", "done"),
            ],
        )

    def test_one_waits_for_the_other(self) -> None:
        self.send("POST", f"{self.path}/p1", media="sound:beep")
        self.send("POST", f"{self.path}/p2", media="sound:beep")
        self.assertEqual(self.send("GET", "playbacks/p2")["state"], "queued")
        self.pass_time(0.5)
        self.assertEqual(self.send("GET", "playbacks/p2")["state"], "playing")

    def test_a_sound_that_is_not_there_fails(self) -> None:
        self.send("POST", self.path, media="sound:nothing")
        self.assertEqual(self.states()[-1], ("Finished", "sound:nothing", "failed"))
        self.assertEqual(self.phone.heard, [])

    def test_what_no_player_knows_never_finishes(self) -> None:
        self.send("POST", self.path, media="nonsense:x")
        self.send("POST", self.path, media="recording:nothing")
        self.pass_time(60)
        self.assertEqual([state[0] for state in self.states()], ["Started", "Started"])

    def test_a_tone_plays_until_it_is_stopped(self) -> None:
        self.send("POST", f"{self.path}/p1", media="tone:ring")
        self.pass_time(3600)
        self.send("DELETE", "playbacks/p1")
        self.assertEqual(self.states()[-1], ("Finished", "tone:ring", "done"))

    def test_pausing_stops_the_time_and_resuming_starts_again(self) -> None:
        self.send("POST", f"{self.path}/p1", media="sound:tt-monkeys")
        self.pass_time(10)
        self.send("POST", "playbacks/p1/control", operation="pause")
        self.pass_time(60)
        self.assertEqual(self.send("GET", "playbacks/p1")["state"], "paused")
        self.send("POST", "playbacks/p1/control", operation="unpause")
        self.pass_time(6)
        self.assertEqual([state[0] for state in self.states()], ["Started", "Started"])
        self.pass_time(0.5)
        self.assertEqual(self.states()[-1][0], "Finished")

    def test_winding(self) -> None:
        self.send("POST", f"{self.path}/p1", media="sound:tt-monkeys", skipms=10000)
        self.pass_time(1)
        self.send("POST", "playbacks/p1/control", operation="forward")
        self.pass_time(5.1)
        self.assertEqual(self.states()[-1][0], "Started")
        self.send("POST", "playbacks/p1/control", operation="restart")
        self.pass_time(16)
        self.assertEqual(self.states()[-1][0], "Started")
        self.pass_time(1)
        self.assertEqual(self.states()[-1][0], "Finished")

    def test_what_cannot_be_done_in_which_state(self) -> None:
        self.send("POST", f"{self.path}/p1", media="sound:tt-monkeys")
        self.send("POST", f"{self.path}/p2", media="sound:beep")
        control = "playbacks/{}/control"
        for playback, operation in (("p2", "pause"), ("p2", "forward")):
            message = f"Can only {operation} while media is playing"
            self.refused(409, message, "POST", control.format(playback), operation=operation)
        self.send("POST", control.format("p2"), operation="restart")
        self.send("POST", control.format("p1"), operation="pause")
        self.refused(
            409,
            "Can only restart while media is playing",
            "POST",
            control.format("p1"),
            operation="restart",
        )
        self.refused(400, "Missing operation", "POST", control.format("p1"))
        self.refused(400, "Invalid operation x", "POST", control.format("p1"), operation="x")

    def test_said_numbers_cannot_be_stopped(self) -> None:
        self.send("POST", f"{self.path}/p1", media="number:123")
        self.refused(500, "Could not stop playback", "DELETE", "playbacks/p1")

    def test_a_cancelled_one_only_finishes_in_its_turn(self) -> None:
        self.send("POST", f"{self.path}/p1", media="sound:beep")
        self.send("POST", f"{self.path}/p2", media="sound:hello-world")
        self.send("DELETE", "playbacks/p2")
        self.pass_time(0.5)
        self.assertEqual(self.states()[-1], ("Finished", "sound:hello-world", "done"))
        self.assertEqual(self.phone.heard, ["sound:beep"])

    def test_a_hangup_fails_the_running_and_the_waiting_one(self) -> None:
        self.send("POST", self.path, media="sound:tt-monkeys")
        self.send("POST", self.path, media="sound:beep")
        self.ear.forget()
        self.phone.hangup(16)
        self.pbx.clock.settle()
        self.assertEqual(
            [state[::2] for state in self.states()],
            [("Finished", "failed"), ("Started", "playing"), ("Finished", "failed")],
        )
        self.assertEqual(self.ear.types()[-1], "StasisEnd")

    def test_what_is_refused(self) -> None:
        self.refused(500, "Failed to queue media for playback", "POST", self.path)
        self.refused(
            400, "skipms cannot be negative", "POST", self.path, media="sound:beep", skipms=-1
        )


class SteeringTest(PBXCase):
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
