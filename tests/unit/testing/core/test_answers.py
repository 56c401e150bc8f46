"""Answers, refusals, and answers that come later."""

import unittest

from ari.testing.core.answers import Answer, Pending, Refusal


class PendingTest(unittest.TestCase):
    def test_the_first_answer_counts(self) -> None:
        pending, came = Pending(), []
        pending.on_answer(came.append)
        pending.resolve(Answer.ok(1))
        pending.resolve(Answer.ok(2))
        self.assertEqual([answer.body for answer in came], [1])

    def test_a_late_receiver_is_told_at_once(self) -> None:
        pending, came = Pending(), []
        pending.resolve()
        pending.on_answer(came.append)
        self.assertEqual([answer.status for answer in came], [204])

    def test_a_refusal_carries_its_answer(self) -> None:
        refusal = Refusal(404, "Channel not found")
        self.assertEqual(refusal.answer.body, {"message": "Channel not found"})
        self.assertEqual(refusal.answer.reason, "Not Found")
