"""What silence means: a ping is due, or the connection is lost."""

import unittest

from ari.connection.keepalive import KeepAlive


class KeepAliveTest(unittest.TestCase):
    def setUp(self):
        self.alive = KeepAlive(interval=10.0, timeout=5.0)

    def test_at_first_it_waits_for_the_interval(self):
        self.assertEqual(self.alive.patience, 10.0)
        self.assertFalse(self.alive.pinged)

    def test_the_first_silence_makes_a_ping_due(self):
        self.assertTrue(self.alive.silent())
        self.assertTrue(self.alive.pinged)
        self.assertEqual(self.alive.patience, 5.0)

    def test_the_second_loses_the_connection(self):
        self.assertTrue(self.alive.silent())
        self.assertFalse(self.alive.silent())
        self.assertFalse(self.alive.silent())

    def test_a_sign_of_life_starts_it_anew(self):
        for _ in range(3):
            self.assertTrue(self.alive.silent())
            self.alive.heard()
            self.assertFalse(self.alive.pinged)
            self.assertEqual(self.alive.patience, 10.0)

    def test_a_sign_of_life_before_any_silence_changes_nothing(self):
        self.alive.heard()
        self.assertEqual(self.alive.patience, 10.0)
        self.assertTrue(self.alive.silent())
