"""Calling handlers: lanes, workers, and what is logged."""

import logging
import math
import threading
import time
import unittest
from unittest import mock

from ari.session.waiting import ThreadTime
from ari.session.workers import Workers

from ..sockets import DEADLINE, Inbox


class Handler:
    def __init__(self, name="handler"):
        self.name = name


START = threading.Thread.start


def in_thread(test, function, *args, start=threading.Thread.start):
    """Call a function in a thread; return an inbox for its result."""
    outcome = Inbox()
    thread = threading.Thread(target=lambda: outcome(function(*args)))
    start(thread)
    test.addCleanup(thread.join, DEADLINE)
    return outcome


class TakingTest(unittest.TestCase):
    """Lanes, taken by threads that wait for work."""

    def setUp(self):
        self.workers = Workers(2)
        self.addCleanup(self.workers.stop)

    def test_nobody_who_takes_waits_for_long_behind_one_who_joins(self):
        """What is meant for a worker is not told to the thread that waits for the end."""
        with (
            mock.patch("ari.session.workers.GLANCE", DEADLINE),
            mock.patch.object(threading.Thread, "start"),
        ):
            joined = in_thread(self, self.workers.run, start=START)
            while not self.workers._ended._waiters:
                pass
            taken = in_thread(self, self.workers._take, start=START)
            while not self.workers._changed._waiters:
                pass
            self.workers.put("a", "a1")
            self.assertEqual(taken.next(), ("a", "a1"))
            self.workers.finish()
            self.workers._done("a")
            joined.next()

    def test_finishing_ends_when_all_is_done(self):
        self.workers.put("a", "a1")
        self.workers.finish()
        self.assertEqual(self.workers._take(), ("a", "a1"))
        waiting = in_thread(self, self.workers._take)
        self.workers._done("a")
        self.assertIsNone(waiting.next())

    def test_stopping_drops_what_waits(self):
        self.workers.put("a", "a1")
        self.workers.stop()
        self.assertIsNone(self.workers._take())
        self.workers.run()


class WorkersTest(unittest.TestCase):
    def workers(self, workers=0, **options):
        workers = Workers(workers, **options)
        self.addCleanup(workers.join)
        self.addCleanup(workers.stop)
        return workers

    def run_all(self, workers):
        workers.finish()
        workers.run()

    def test_without_workers_all_run_in_order_on_the_calling_thread(self):
        ran, workers = [], self.workers()
        for number in range(10):
            workers.put(number, lambda n=number: ran.append((n, threading.current_thread())))
        self.run_all(workers)
        self.assertEqual(ran, [(n, threading.current_thread()) for n in range(10)])

    def test_workers_keep_the_order_of_each_key(self):
        ran, workers = [], self.workers(4)
        for number in range(400):
            workers.put(number % 8, lambda n=number: ran.append(n))
        self.run_all(workers)
        self.assertEqual(len(ran), 400)
        for key in range(8):
            self.assertEqual([n for n in ran if n % 8 == key], list(range(key, 400, 8)))

    def test_as_many_run_at_once_as_there_are_workers(self):
        workers = self.workers(3)
        barrier = threading.Barrier(3, timeout=DEADLINE)
        for key in range(6):
            workers.put(key, barrier.wait)
        self.run_all(workers)

    def test_a_negative_number_of_workers(self):
        with self.assertRaisesRegex(ValueError, "workers=-1"):
            Workers(-1)

    def test_what_a_task_raises_ends_the_run(self):
        for count in (0, 2):
            for error in (KeyError("x"), KeyboardInterrupt(), SystemExit(3)):
                with self.subTest(workers=count, error=error):
                    workers, ran = self.workers(count), []
                    workers.put("a", mock.Mock(side_effect=error))
                    workers.put("a", lambda ran=ran: ran.append(1))
                    with self.assertRaises(type(error)) as caught:
                        workers.run()
                    self.assertIs(caught.exception, error)
                    self.assertEqual(ran, [])

    def test_the_first_error_is_the_one_that_is_raised(self):
        class Falsy(Exception):
            def __bool__(self):
                return False

        workers = self.workers(2)
        barrier = threading.Barrier(2, timeout=DEADLINE)
        errors = [Falsy("one"), Falsy("two")]

        def fail(error):
            barrier.wait()
            raise error

        for error in errors:
            workers.put(error, lambda e=error: fail(e))
        with self.assertRaises(Falsy) as caught:
            workers.run()
        workers.join()
        self.assertIs(workers._failure, caught.exception)

    def test_an_interrupt_of_the_waiting_thread_stops_the_workers(self):
        workers = self.workers(2)
        with (
            mock.patch.object(workers._ended, "wait", side_effect=KeyboardInterrupt),
            self.assertRaises(KeyboardInterrupt),
        ):
            workers.run()
        workers.join()
        self.assertFalse(any(t.name.startswith("ari-worker") for t in threading.enumerate()))

    def test_an_interrupt_while_the_workers_start_stops_those_that_did(self):
        workers = Workers(3)
        start = threading.Thread.start

        def interrupted(thread):
            start(thread)
            raise KeyboardInterrupt

        with (
            mock.patch.object(threading.Thread, "start", interrupted),
            self.assertRaises(KeyboardInterrupt),
        ):
            workers.run()
        workers.join()
        self.assertFalse([t for t in threading.enumerate() if t.name.startswith("ari-worker")])

    def test_a_handler_that_does_not_come_back_is_logged(self):
        workers, go_on, began = self.workers(1), threading.Event(), threading.Event()

        def handle():
            began.set()
            go_on.wait(DEADLINE)

        workers.put("a", lambda: workers.call(Handler("stuck"), handle))
        ended = in_thread(self, workers.run)
        self.assertTrue(began.wait(DEADLINE))
        workers.stop()
        ended.next()
        with (
            mock.patch("ari.session.workers.PATIENCE", 0.01),
            self.assertLogs("ari.session.workers", "WARNING") as logs,
        ):
            workers.join()
        self.assertIn("still running after the end: stuck for", logs.output[0])
        go_on.set()

    def test_joining_from_a_worker_does_not_wait_for_itself(self):
        workers = self.workers(1)
        workers._threads = [threading.current_thread()]
        workers.join()

    def test_a_slow_handler_is_logged_with_its_name_and_time(self):
        workers = self.workers(slow=1.0)
        with (
            mock.patch("ari.session.workers.time.monotonic", side_effect=[0.0, 2.5]),
            self.assertLogs("ari.session.workers", "WARNING") as logs,
        ):
            workers.call(Handler("mine"), lambda: None)
        self.assertIn("slow handler: mine took 2.5 s", logs.output[0])

    def hang(self, workers, wait=None):
        """Have a handler hang; return what ends it, and an inbox for the end of the run."""
        go_on, began = threading.Event(), threading.Event()

        def handle():
            began.set()
            (wait or go_on.wait)(DEADLINE)

        workers.put("a", lambda: workers.call(Handler("stuck"), handle))
        for _ in range(3):
            workers.put("a", lambda: None)
        ended = in_thread(self, workers.run)
        self.assertTrue(began.wait(DEADLINE))
        return go_on, ended

    def test_a_handler_that_hangs_is_named_while_it_does(self):
        for count in (0, 1):
            with self.subTest(workers=count), mock.patch("ari.session.workers._HANGING", 0.0):
                workers = self.workers(count)
                go_on, ended = self.hang(workers)
                with self.assertLogs("ari.session.workers", "WARNING") as logs:
                    workers.report_hanging()
                self.assertRegex(logs.output[0], "hangs: stuck for 0 s; 3 events wait behind it")
                go_on.set()
                workers.finish()
                ended.next()
                with self.assertNoLogs("ari.session.workers"):
                    workers.report_hanging()

    def test_it_is_named_again_after_twice_the_time(self):
        workers = self.workers(1)
        with mock.patch("ari.session.workers.time.monotonic") as clock:
            clock.return_value = 100.0
            go_on, ended = self.hang(workers)
            named = []
            for seconds in (9, 10, 11, 19, 20, 39, 40):
                clock.return_value = 100.0 + seconds
                with self.assertLogs("ari", "DEBUG") as logs:
                    logging.getLogger("ari.test").debug("")
                    workers.report_hanging()
                named += [seconds] * (len(logs.output) - 1)
        self.assertEqual(named, [10, 20, 40])
        go_on.set()
        workers.finish()
        ended.next()

    def test_a_handler_that_waits_for_an_event_does_not_hang(self):
        woke = ThreadTime({})
        workers = self.workers(1, time_waited=woke)
        with mock.patch("ari.session.workers._HANGING", 0.0):
            go_on, ended = self.hang(workers)
            (thread,) = workers._running
            for moment, warnings in ((math.inf, 0), (0.0, 1)):
                woke.woke[thread] = moment
                with self.assertLogs("ari", "DEBUG") as logs:
                    logging.getLogger("ari.test").debug("")
                    workers.report_hanging()
                self.assertEqual(len(logs.output) - 1, warnings)
        go_on.set()
        workers.finish()
        ended.next()

    def test_waiting_on_purpose_is_not_slow(self):
        waited = mock.Mock()
        type(waited).waited = mock.PropertyMock(side_effect=[1.0, 3.0])
        workers = self.workers(time_waited=waited, slow=1.0)
        with (
            mock.patch("ari.session.workers.time.monotonic", side_effect=[0.0, 2.5]),
            self.assertNoLogs("ari.session.workers"),
        ):
            workers.call(Handler(), lambda: None)

    def test_arguments_and_errors_pass_through(self):
        workers, function = self.workers(), mock.Mock(side_effect=KeyError)
        with self.assertRaises(KeyError):
            workers.call(Handler(), function, 1, a=2)
        function.assert_called_once_with(1, a=2)
        self.assertEqual(workers._names(), "none")

    def test_a_backlog_is_logged_when_it_begins_and_at_each_doubling(self):
        workers = self.workers()
        with (
            mock.patch("ari.session.workers._BACKLOG", 10),
            self.assertLogs("ari.session.workers", "WARNING") as logs,
        ):
            workers._backlog = 10
            workers._running[0] = (Handler("busy"), time.monotonic())
            for _ in range(45):
                workers.put("a", lambda: None)
            self.assertEqual([record.args[0] for record in logs.records], [10, 20, 40])
            self.assertIn("busy for 0.0 s", logs.output[0])
            self.run_all(workers)
            workers.put("a", lambda: None)
            self.assertEqual(workers._backlog, 10)

    def test_what_a_task_holds_is_let_go_at_its_end(self):
        ran, workers = [], self.workers(1)

        def first():
            workers.hold("made")
            workers.put("made", lambda: ran.append("made"))
            workers.put("other", lambda: ran.append("other"))

        workers.put("a", first)
        workers.put("b", lambda: ran.append("b"))
        self.run_all(workers)
        self.assertEqual(sorted(ran), ["b", "made", "other"])

    def test_what_a_task_holds_can_be_let_go_before(self):
        workers, ran = self.workers(2), threading.Event()

        def first():
            workers.hold("made")
            workers.put("made", ran.set)
            workers.release()
            self.assertTrue(ran.wait(DEADLINE))

        workers.put("a", first)
        self.run_all(workers)

    def test_without_workers_what_is_held_is_handled_apart_and_in_order(self):
        ran, workers = [], self.workers()
        in_thread(self, workers.hold, "b").next()
        for key, number in (("a", 1), ("b", 2), ("a", 3), ("b", 4)):
            workers.put(key, lambda k=key, n=number: ran.append((k, n)))
        workers.put("a", lambda: workers.hold_for("b", 0))
        self.run_all(workers)
        self.assertEqual(ran, [("a", 1), ("a", 3), ("b", 2), ("b", 4)])

    def test_what_is_held_is_released_after_a_time(self):
        for count in (0, 1):
            with self.subTest(workers=count):
                ran, workers = Inbox(), self.workers(count)
                workers.hold("a")
                workers.put("a", lambda ran=ran: ran("a"))
                ended = in_thread(self, workers.run)
                with self.assertLogs("ari.session.workers", "INFO") as logs:
                    workers.hold_for("a", 0.01)
                    self.assertEqual(ran.next(), "a")
                self.assertIn("held back for who made a", logs.output[0])
                workers.finish()
                ended.next()

    def test_a_time_for_what_is_not_held_is_nothing(self):
        ran, workers = [], self.workers(1)
        workers.hold_for("a", DEADLINE)
        workers.put("a", lambda: ran.append("a"))
        self.run_all(workers)
        self.assertEqual(ran, ["a"])
