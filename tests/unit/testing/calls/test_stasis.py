"""The stay of a channel in an application."""

from ..support import Ear, PBXCase


class LeavingTest(PBXCase):
    def test_continuing_goes_to_the_next_priority(self) -> None:
        channel = self.incoming().channel
        self.send("POST", f"channels/{channel.id}/continue")
        self.assertEqual(self.ear.types()[-1], "StasisEnd")
        self.assertEqual(channel.variables["AFTER"], "1")
        self.refused(
            409, "Channel not in Stasis application", "POST", f"channels/{channel.id}/answer"
        )

    def test_continuing_elsewhere(self) -> None:
        channel = self.incoming().channel
        self.send("POST", f"channels/{channel.id}/continue", extension="answer", priority=2)
        self.assertEqual((channel.place.exten, channel.place.app_name), ("answer", "Wait"))

    def test_continuing_where_nothing_is_ends_the_call(self) -> None:
        channel = self.incoming().channel
        self.send("POST", f"channels/{channel.id}/continue", context="nowhere")
        self.assertTrue(channel.destroyed)

    def test_moving_to_another_application(self) -> None:
        other = Ear()
        self.pbx.applications.connect("other", other)
        channel = self.incoming().channel
        self.send("POST", f"channels/{channel.id}/move", app="other", appArgs="x")
        self.assertEqual(self.ear.types()[-1], "StasisEnd")
        self.assertEqual(other.of("StasisStart")[0]["args"], ["x"])

    def test_moving_where_nobody_is(self) -> None:
        channel = self.incoming().channel
        self.send("POST", f"channels/{channel.id}/move", app="nobody", appArgs="x")
        failed = self.ear.of("ApplicationMoveFailed")[0]
        self.assertEqual((failed["destination"], failed["args"]), ("nobody", ["x"]))
        self.send("POST", f"channels/{channel.id}/ring")

    def test_moving_without_saying_where_is_refused(self) -> None:
        channel = self.incoming().channel
        self.refused(400, "Missing parameter app", "POST", f"channels/{channel.id}/move")


class QueueTest(PBXCase):
    def test_the_answer_to_a_variable_waits_for_the_media_before_it(self) -> None:
        channel = self.incoming().channel
        self.send("POST", f"channels/{channel.id}/play", media="sound:beep")
        outcome = self.ask("POST", f"channels/{channel.id}/variable", variable="A", value="1")
        self.assertIsNone(outcome.answer)
        self.pass_time(1)
        self.assertEqual(outcome.answer.status, 204)

    def test_hanging_up_answers_what_waits(self) -> None:
        channel = self.incoming().channel
        self.send("POST", f"channels/{channel.id}/play", media="sound:tt-monkeys")
        outcome = self.ask("POST", f"channels/{channel.id}/answer")
        self.send("DELETE", f"channels/{channel.id}")
        self.assertEqual(outcome.answer.status, 204)
