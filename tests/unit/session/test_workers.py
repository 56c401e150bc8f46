"""Calling handlers: lanes, workers, and what is logged."""

import threading
import time
import unittest
from unittest import mock

from ari.session.workers import Dispatcher, Lanes

from ..sockets import DEADLINE, Inbox


class Handler:
    def __init__(self, name="handler"):
        self.name = name


def in_thread(test, function, *args):
    """Call a function in a thread; return an inbox for its result."""
    outcome = Inbox()
    thread = threading.Thread(target=lambda: outcome(function(*args)))
    thread.start()
    test.addCleanup(thread.join, DEADLINE)
    return outcome


class LanesTest(unittest.TestCase):
    def setUp(self):
        self.lanes = Lanes()
        self.addCleanup(self.lanes.stop)

    def put(self, key, task):
        self.lanes.put(key, task)

    def test_a_lane_is_taken_by_one_at_a_time(self):
        for task in ("a1", "a2"):
            self.put("a", task)
        self.put("b", "b1")
        self.assertEqual(self.lanes.take(), ("a", "a1"))
        self.assertEqual(self.lanes.take(), ("b", "b1"))
        self.lanes.done("a")
        self.lanes.done("b")
        self.assertEqual(self.lanes.take(), ("a", "a2"))
        self.assertEqual(self.lanes.size, 0)

    def test_nobody_who_takes_waits_for_long_behind_one_who_joins(self):
        """What is meant for a worker is not told to the thread that waits for the end."""
        with mock.patch("ari.session.workers._GLANCE", DEADLINE):
            joined = in_thread(self, self.lanes.join)
            while not self.lanes._ended._waiters:
                pass
            taken = in_thread(self, self.lanes.take)
            while not self.lanes._changed._waiters:
                pass
            self.put("a", "a1")
            self.assertEqual(taken.next(), ("a", "a1"))
            self.lanes.finish()
            self.lanes.done("a")
            joined.next()

    def test_finishing_ends_when_all_is_done(self):
        self.put("a", "a1")
        self.lanes.finish()
        self.assertEqual(self.lanes.take(), ("a", "a1"))
        waiting = in_thread(self, self.lanes.take)
        self.lanes.done("a")
        self.assertIsNone(waiting.next())
        self.lanes.join()

    def test_stopping_drops_what_waits(self):
        self.put("a", "a1")
        self.lanes.stop()
        self.assertIsNone(self.lanes.take())
        self.lanes.join()

    def test_what_is_held_collects_only(self):
        self.assertTrue(self.lanes.hold("a"))
        self.assertFalse(self.lanes.hold("a"))
        self.put("a", "a1")
        self.put("b", "b1")
        self.assertEqual(self.lanes.take(), ("b", "b1"))
        self.assertFalse(self.lanes.hold("b"))
        self.lanes.release("a")
        self.assertEqual(self.lanes.take(), ("a", "a1"))
        self.lanes.hold("c")
        self.lanes.release("c")
        self.lanes.done("a")
        self.lanes.done("b")
        self.lanes.finish()
        self.assertIsNone(self.lanes.take())


class DispatcherTest(unittest.TestCase):
    def dispatcher(self, workers=0, **options):
        dispatcher = Dispatcher(workers, **options)
        self.addCleanup(dispatcher.join)
        self.addCleanup(dispatcher.lanes.stop)
        return dispatcher

    def run_all(self, dispatcher):
        dispatcher.lanes.finish()
        dispatcher.run()

    def test_without_workers_all_run_in_order_on_the_calling_thread(self):
        ran, dispatcher = [], self.dispatcher()
        for number in range(10):
            dispatcher.put(number, lambda n=number: ran.append((n, threading.current_thread())))
        self.run_all(dispatcher)
        self.assertEqual(ran, [(n, threading.current_thread()) for n in range(10)])

    def test_workers_keep_the_order_of_each_key(self):
        ran, dispatcher = [], self.dispatcher(4)
        for number in range(400):
            dispatcher.put(number % 8, lambda n=number: ran.append(n))
        self.run_all(dispatcher)
        self.assertEqual(len(ran), 400)
        for key in range(8):
            self.assertEqual([n for n in ran if n % 8 == key], list(range(key, 400, 8)))

    def test_as_many_run_at_once_as_there_are_workers(self):
        dispatcher = self.dispatcher(3)
        barrier = threading.Barrier(3, timeout=DEADLINE)
        for key in range(6):
            dispatcher.put(key, barrier.wait)
        self.run_all(dispatcher)

    def test_a_negative_number_of_workers(self):
        with self.assertRaisesRegex(ValueError, "workers=-1"):
            Dispatcher(-1)

    def test_what_a_task_raises_ends_the_run(self):
        for workers in (0, 2):
            for error in (KeyError("x"), KeyboardInterrupt(), SystemExit(3)):
                with self.subTest(workers=workers, error=error):
                    dispatcher, ran = self.dispatcher(workers), []
                    dispatcher.put("a", mock.Mock(side_effect=error))
                    dispatcher.put("a", lambda ran=ran: ran.append(1))
                    with self.assertRaises(type(error)) as caught:
                        dispatcher.run()
                    self.assertIs(caught.exception, error)
                    self.assertEqual(ran, [])

    def test_the_first_error_is_the_one_that_is_raised(self):
        class Falsy(Exception):
            def __bool__(self):
                return False

        dispatcher = self.dispatcher(2)
        barrier = threading.Barrier(2, timeout=DEADLINE)
        errors = [Falsy("one"), Falsy("two")]

        def fail(error):
            barrier.wait()
            raise error

        for error in errors:
            dispatcher.put(error, lambda e=error: fail(e))
        with self.assertRaises(Falsy) as caught:
            dispatcher.run()
        dispatcher.join()
        self.assertIs(dispatcher._failure, caught.exception)

    def test_an_interrupt_of_the_waiting_thread_stops_the_workers(self):
        dispatcher = self.dispatcher(2)
        with (
            mock.patch.object(dispatcher.lanes, "join", side_effect=KeyboardInterrupt),
            self.assertRaises(KeyboardInterrupt),
        ):
            dispatcher.run()
        dispatcher.join()
        self.assertFalse(any(t.name.startswith("ari-worker") for t in threading.enumerate()))

    def test_an_interrupt_while_the_workers_start_stops_those_that_did(self):
        dispatcher = Dispatcher(workers=3)
        start = threading.Thread.start

        def interrupted(thread):
            start(thread)
            raise KeyboardInterrupt

        with (
            mock.patch.object(threading.Thread, "start", interrupted),
            self.assertRaises(KeyboardInterrupt),
        ):
            dispatcher.run()
        dispatcher.join()
        self.assertFalse([t for t in threading.enumerate() if t.name.startswith("ari-worker")])

    def test_a_handler_that_does_not_come_back_is_logged(self):
        dispatcher, go_on, began = self.dispatcher(1), threading.Event(), threading.Event()

        def handle():
            began.set()
            go_on.wait(DEADLINE)

        dispatcher.put("a", lambda: dispatcher.call(Handler("stuck"), handle))
        ended = in_thread(self, dispatcher.run)
        self.assertTrue(began.wait(DEADLINE))
        dispatcher.lanes.stop()
        ended.next()
        with (
            mock.patch("ari.session.workers._PATIENCE", 0.01),
            self.assertLogs("ari.session.workers", "WARNING") as logs,
        ):
            dispatcher.join()
        self.assertIn("still running after the end: stuck for", logs.output[0])
        go_on.set()

    def test_joining_from_a_worker_does_not_wait_for_itself(self):
        dispatcher = self.dispatcher(1)
        dispatcher._threads = [threading.current_thread()]
        dispatcher.join()

    def test_a_slow_handler_is_logged_with_its_name_and_time(self):
        dispatcher = self.dispatcher(slow=1.0)
        with (
            mock.patch("ari.session.workers.time.monotonic", side_effect=[0.0, 2.5]),
            self.assertLogs("ari.session.workers", "WARNING") as logs,
        ):
            dispatcher.call(Handler("mine"), lambda: None)
        self.assertIn("slow handler: mine took 2.5 s", logs.output[0])

    def test_waiting_on_purpose_is_not_slow(self):
        dispatcher = self.dispatcher(waited=iter([1.0, 3.0]).__next__, slow=1.0)
        with (
            mock.patch("ari.session.workers.time.monotonic", side_effect=[0.0, 2.5]),
            self.assertNoLogs("ari.session.workers"),
        ):
            dispatcher.call(Handler(), lambda: None)

    def test_arguments_and_errors_pass_through(self):
        dispatcher, function = self.dispatcher(), mock.Mock(side_effect=KeyError)
        with self.assertRaises(KeyError):
            dispatcher.call(Handler(), function, 1, a=2)
        function.assert_called_once_with(1, a=2)
        self.assertEqual(dispatcher._names(), "none")

    def test_a_backlog_is_logged_when_it_begins_and_at_each_doubling(self):
        dispatcher = self.dispatcher()
        with (
            mock.patch("ari.session.workers._BACKLOG", 10),
            self.assertLogs("ari.session.workers", "WARNING") as logs,
        ):
            dispatcher._backlog = 10
            dispatcher._running[0] = (Handler("busy"), time.monotonic())
            for _ in range(45):
                dispatcher.put("a", lambda: None)
            self.assertEqual([record.args[0] for record in logs.records], [10, 20, 40])
            self.assertIn("busy for 0.0 s", logs.output[0])
            self.run_all(dispatcher)
            dispatcher.put("a", lambda: None)
            self.assertEqual(dispatcher._backlog, 10)

    def test_what_a_task_holds_is_let_go_at_its_end(self):
        ran, dispatcher = [], self.dispatcher(1)

        def first():
            dispatcher.hold("made")
            dispatcher.put("made", lambda: ran.append("made"))
            dispatcher.put("other", lambda: ran.append("other"))

        dispatcher.put("a", first)
        dispatcher.put("b", lambda: ran.append("b"))
        self.run_all(dispatcher)
        self.assertEqual(sorted(ran), ["b", "made", "other"])

    def test_what_a_task_holds_can_be_let_go_before(self):
        dispatcher, ran = self.dispatcher(2), threading.Event()

        def first():
            dispatcher.hold("made")
            dispatcher.put("made", ran.set)
            dispatcher.release()
            self.assertTrue(ran.wait(DEADLINE))

        dispatcher.put("a", first)
        self.run_all(dispatcher)

    def test_without_workers_nothing_is_held(self):
        dispatcher, ran = self.dispatcher(), []
        dispatcher.hold("a")
        dispatcher.put("a", lambda: ran.append(1))
        self.run_all(dispatcher)
        self.assertEqual(ran, [1])
