"""Virtual time."""

import unittest

from ari.testing.core.clock import Clock, Script, Task


class ClockTest(unittest.TestCase):
    def test_timers_run_in_the_order_of_their_time_then_of_their_making(self) -> None:
        clock, ran = Clock(), []
        clock.call_later(2, lambda: ran.append("late"))
        clock.call_later(1, lambda: ran.append("first"))
        clock.call_later(1, lambda: ran.append("second"))
        clock.run_until(3)
        self.assertEqual(ran, ["first", "second", "late"])
        self.assertEqual(clock.now, 3)

    def test_a_timer_that_is_not_due_waits(self) -> None:
        clock, ran = Clock(), []
        clock.call_later(2, lambda: ran.append(clock.now))
        clock.run_until(1.9)
        self.assertEqual(ran, [])
        self.assertEqual(clock.next_due(), 2)

    def test_a_cancelled_timer_does_not_run_and_is_not_due(self) -> None:
        clock, ran = Clock(), []
        clock.call_later(1, lambda: ran.append(1)).cancel()
        self.assertIsNone(clock.next_due())
        clock.run_until(2)
        self.assertEqual(ran, [])

    def test_a_timer_sees_the_time_for_which_it_was_set(self) -> None:
        clock, seen = Clock(), []
        clock.call_later(1, lambda: clock.call_later(1, lambda: seen.append(clock.now)))
        clock.run_until(10)
        self.assertEqual(seen, [2])

    def test_timestamps_have_milliseconds_and_an_offset_without_colon(self) -> None:
        clock = Clock(epoch=0)
        clock.run_until(1.25)
        self.assertEqual(clock.timestamp(), "1970-01-01T00:00:01.250+0000")


class TaskTest(unittest.TestCase):
    def setUp(self) -> None:
        self.clock = Clock()
        self.seen: list[object] = []

    def test_a_sleeping_script_goes_on_with_none(self) -> None:
        def script() -> Script:
            self.seen.append((yield 2.0))
            self.seen.append(self.clock.now)

        task = Task(self.clock, script())
        self.clock.run_until(5)
        self.assertEqual(self.seen, [None, 2.0])
        self.assertTrue(task.done)

    def test_waking_ends_a_sleep_early_and_hands_over_a_value(self) -> None:
        def script() -> Script:
            self.seen.append((yield 2.0))
            self.seen.append(self.clock.now)

        task = Task(self.clock, script())
        self.clock.run_until(1)
        task.wake("up")
        self.clock.settle()
        self.assertEqual(self.seen, ["up", 1])

    def test_values_that_come_together_are_taken_one_by_one(self) -> None:
        def script() -> Script:
            self.seen.append((yield None))
            self.seen.append((yield None))

        task = Task(self.clock, script())
        self.clock.settle()
        task.wake(1)
        task.wake(2)
        self.clock.settle()
        self.assertEqual(self.seen, [1, 2])

    def test_an_interrupt_raises_where_the_script_waits(self) -> None:
        def script() -> Script:
            try:
                yield None
            except KeyError:
                self.seen.append("interrupted")

        task = Task(self.clock, script())
        self.clock.settle()
        task.interrupt(KeyError())
        self.clock.settle()
        self.assertEqual(self.seen, ["interrupted"])
        self.assertTrue(task.done)

    def test_an_interrupt_before_the_start_lets_the_script_begin_first(self) -> None:
        def script() -> Script:
            try:
                self.seen.append("began")
                yield None
            except KeyError:
                self.seen.append("interrupted")

        Task(self.clock, script()).interrupt(KeyError())
        self.clock.settle()
        self.assertEqual(self.seen, ["began", "interrupted"])
