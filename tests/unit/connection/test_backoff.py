"""How long to wait before trying again, and how often to try."""

import unittest

from ari.connection.backoff import Attempts, Backoff, Reconnect


class BackoffTest(unittest.TestCase):
    def test_its_defaults_are_those_of_reconnecting(self):
        plain, policy = Backoff(), Reconnect()
        self.assertEqual(plain.first_delay, policy.first_delay)
        self.assertEqual(plain.max_delay, policy.max_delay)

    def test_the_first_pause_has_the_first_bound(self):
        self.assertEqual(Backoff(2.0, 60.0).delay(0, rand=lambda: 1.0), 2.0)

    def test_the_cap_holds_from_the_first_pause_on(self):
        self.assertEqual(Backoff(5.0, 3.0).delay(0, rand=lambda: 1.0), 3.0)

    def test_no_delay_at_all(self):
        self.assertEqual({Backoff(0.0, 0.0).delay(attempt) for attempt in range(5)}, {0.0})

    def test_two_that_say_the_same_are_equal(self):
        self.assertEqual(Reconnect(max_attempts=3), Reconnect(max_attempts=3))
        self.assertNotEqual(Reconnect(max_attempts=3), Reconnect())


class DelayTest(unittest.TestCase):
    def test_the_bound_doubles_up_to_the_cap(self):
        policy = Reconnect(first_delay=0.1, max_delay=1.0)
        bounds = [policy.delay(attempt, rand=lambda: 1.0) for attempt in range(6)]
        self.assertEqual(bounds, [0.1, 0.2, 0.4, 0.8, 1.0, 1.0])

    def test_the_jitter_is_full(self):
        policy = Reconnect(first_delay=1.0, max_delay=8.0)
        self.assertEqual([policy.delay(2, rand=lambda r=r: r) for r in (0.0, 0.25)], [0.0, 1.0])
        self.assertEqual(len({policy.delay(3) for _ in range(50)}), 50)

    def test_attempts_without_end_do_no_harm(self):
        self.assertEqual(Reconnect(max_delay=2.0).delay(10**9, rand=lambda: 1.0), 2.0)

    def test_by_default_a_client_is_back_within_two_seconds(self):
        policy = Reconnect()
        self.assertLess(policy.delay(1000, rand=lambda: 1.0), 2.0)
        self.assertIsNone(policy.max_attempts)


class Noting(Reconnect):
    """A policy that tells which attempts a delay was asked for."""

    def delay(self, attempt, rand=None):
        return float(attempt)


class AttemptsTest(unittest.TestCase):
    def delays(self, attempts, count):
        return [attempts.next_delay() for _ in range(count)]

    def test_they_are_counted_in_a_row(self):
        attempts = Attempts(Noting())
        attempts.lost(0.0)
        self.assertEqual(self.delays(attempts, 4), [0.0, 1.0, 2.0, 3.0])

    def test_a_loss_soon_after_goes_on_counting(self):
        attempts = Attempts(Noting(stable_after=10.0))
        attempts.lost(0.0)
        self.delays(attempts, 2)
        attempts.lost(9.9)
        self.assertEqual(self.delays(attempts, 2), [2.0, 3.0])

    def test_a_connection_that_was_stable_starts_it_anew(self):
        attempts = Attempts(Noting(stable_after=10.0))
        attempts.lost(0.0)
        self.delays(attempts, 5)
        attempts.lost(10.0)
        self.assertEqual(self.delays(attempts, 2), [0.0, 1.0])

    def test_so_many_may_fail_after_each_loss(self):
        attempts = Attempts(Reconnect(max_attempts=2))
        for _ in range(2):
            attempts.lost(0.0)
            self.assertEqual(attempts.failed, 0)
            self.assertFalse(attempts.fail())
            self.assertTrue(attempts.fail())
            self.assertEqual(attempts.failed, 2)

    def test_one_that_fails_is_the_last_of_one(self):
        attempts = Attempts(Reconnect(max_attempts=1))
        attempts.lost(0.0)
        self.assertTrue(attempts.fail())

    def test_without_a_limit_none_is_the_last(self):
        attempts = Attempts(Reconnect())
        attempts.lost(0.0)
        self.assertEqual({attempts.fail() for _ in range(1000)}, {False})
