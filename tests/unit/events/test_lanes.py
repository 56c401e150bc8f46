"""Lanes: order within each, and what may be taken when."""

import unittest

from ari.events.lanes import Lanes


class LanesTest(unittest.TestCase):
    def setUp(self):
        self.lanes = Lanes()

    def test_a_lane_is_taken_by_one_at_a_time(self):
        self.assertTrue(self.lanes.put("a", "a1"))
        self.assertFalse(self.lanes.put("a", "a2"))
        self.assertTrue(self.lanes.put("b", "b1"))
        self.assertEqual(self.lanes.take(), ("a", "a1"))
        self.assertEqual(self.lanes.take(), ("b", "b1"))
        self.assertIsNone(self.lanes.take())
        self.assertTrue(self.lanes.done("a"))
        self.assertFalse(self.lanes.done("b"))
        self.assertEqual(self.lanes.take(), ("a", "a2"))
        self.assertEqual(self.lanes.size, 0)

    def test_what_comes_for_a_taken_lane_waits_for_its_end(self):
        self.lanes.put("a", "a1")
        self.lanes.take()
        self.assertFalse(self.lanes.put("a", "a2"))
        self.assertIsNone(self.lanes.take())
        self.lanes.done("a")
        self.assertEqual(self.lanes.take(), ("a", "a2"))

    def test_finishing_ends_when_all_is_done(self):
        self.lanes.put("a", "a1")
        self.lanes.finish()
        self.assertFalse(self.lanes.over)
        self.assertEqual(self.lanes.take(), ("a", "a1"))
        self.assertFalse(self.lanes.over)
        self.lanes.done("a")
        self.assertTrue(self.lanes.over)

    def test_stopping_drops_what_is_queued(self):
        self.lanes.put("a", "a1")
        self.lanes.stop()
        self.assertTrue(self.lanes.over)
        self.assertIsNone(self.lanes.take())

    def test_a_held_lane_only_queues(self):
        self.assertTrue(self.lanes.hold("a"))
        self.assertFalse(self.lanes.hold("a"))
        self.assertFalse(self.lanes.put("a", "a1"))
        self.assertTrue(self.lanes.put("b", "b1"))
        self.assertEqual(self.lanes.take(), ("b", "b1"))
        self.assertFalse(self.lanes.hold("b"))
        self.assertTrue(self.lanes.release("a"))
        self.assertEqual(self.lanes.take(), ("a", "a1"))

    def test_a_held_lane_that_stays_empty(self):
        self.lanes.hold("c")
        self.assertFalse(self.lanes.release("c"))
        self.assertTrue(self.lanes.put("c", "c1"))
        self.assertEqual(self.lanes.take(), ("c", "c1"))

    def test_a_hold_ends_once(self):
        self.lanes.hold("a")
        self.lanes.put("a", "a1")
        self.assertTrue(self.lanes.release("a"))
        self.assertFalse(self.lanes.release("a"))
        self.assertEqual(self.lanes.take(), ("a", "a1"))
        self.assertIsNone(self.lanes.take())

    def test_holds_end_by_time(self):
        for key in ("a", "b", "c"):
            self.lanes.hold(key)
        self.lanes.put("a", "a1")
        self.lanes.put("c", "c1")
        for key, moment in (("a", 5.0), ("b", 5.0), ("c", 9.0), ("d", 1.0)):
            self.lanes.hold_until(key, moment)
        self.assertEqual(self.lanes.release_due(4.9), [])
        self.assertEqual(self.lanes.release_due(5.0), ["a"])
        self.assertEqual(list(self.lanes.held), ["c"])
        self.assertEqual(self.lanes.take(), ("a", "a1"))
        self.assertIsNone(self.lanes.take())
