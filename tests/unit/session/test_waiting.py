"""Waiting on a thread, and what waits in several steps."""

import signal
import threading
import time
import unittest
from unittest import mock

from ari.events.waits import WaitingRoom
from ari.exceptions import ARIObjectGone, ARIWaitTimeout
from ari.session.waiting import NextEvent, ThreadTime, ThreadWaiter, first_event

from ..sockets import DEADLINE, Inbox

CHANNEL = ("Channel", "c1")


def happening(event_type="X", **fields):
    return {"type": event_type, **fields}


class WaiterTest(unittest.TestCase):
    def setUp(self):
        self.room = WaitingRoom()

    def waiter(self, *types, keys=(), **options):
        waiter = ThreadWaiter(self.room, types or ["X"], keys, **options)
        self.room.enter(waiter)
        self.addCleanup(waiter.close)
        return waiter

    def in_thread(self, waiter, deadline=None):
        """Wait in a thread; return an inbox for the event, or what was raised."""
        outcome = Inbox()

        def wait():
            try:
                outcome(waiter.get(deadline))
            except (ARIObjectGone, ARIWaitTimeout) as ex:
                outcome(ex)

        thread = threading.Thread(target=wait)
        thread.start()
        self.addCleanup(thread.join, DEADLINE)
        return outcome


class GettingTest(WaiterTest):
    def test_an_event_that_is_there_comes_at_once_even_after_the_deadline(self):
        waiter = self.waiter()
        self.room.meet(happening(n=1), ())
        self.assertEqual(waiter.get(time.monotonic() - 1), happening(n=1))

    def test_events_come_in_order(self):
        waiter = self.waiter()
        for number in range(3):
            self.room.meet(happening(n=number), ())
        self.assertEqual([waiter.get()["n"] for _ in range(3)], [0, 1, 2])

    def test_nothing_in_time(self):
        with self.assertRaisesRegex(
            ARIWaitTimeout, "waiting for X or Y of Channel c1: nothing came in time"
        ):
            self.waiter("X", "Y", keys=[CHANNEL]).get(time.monotonic())

    def test_an_event_wakes_who_waits(self):
        with mock.patch("ari.session.waiting.GLANCE", DEADLINE):
            waiter = self.waiter()
            outcome = self.in_thread(waiter)
            self.wait_until_waiting(waiter)
            self.room.meet(happening(), ())
            self.assertEqual(outcome.next(), happening())

    def test_an_end_wakes_who_waits(self):
        with mock.patch("ari.session.waiting.GLANCE", DEADLINE):
            waiter = self.waiter(keys=[CHANNEL])
            outcome = self.in_thread(waiter)
            self.wait_until_waiting(waiter)
            self.room.retire(CHANNEL, "ended")
            self.assertIsInstance(outcome.next(), ARIObjectGone)

    def test_a_grace_ends_by_itself(self):
        waiter = self.waiter(keys=[CHANNEL])
        self.room.retire(CHANNEL, "was destroyed", grace=0.01)
        with self.assertRaisesRegex(ARIObjectGone, "the Channel was destroyed"):
            waiter.get()

    def test_a_deadline_before_the_end_of_the_grace(self):
        waiter = self.waiter(keys=[CHANNEL])
        self.room.retire(CHANNEL, "was destroyed", grace=DEADLINE)
        with self.assertRaises(ARIWaitTimeout):
            waiter.get(time.monotonic() + 0.01)

    def test_an_event_in_the_grace_comes_first(self):
        waiter = self.waiter(keys=[CHANNEL])
        self.room.retire(CHANNEL, "was destroyed", grace=DEADLINE)
        self.room.meet(happening(), [CHANNEL])
        self.assertEqual(waiter.get(), happening())

    def test_a_signal_handler_on_the_waiting_thread_may_bring_the_event(self):
        """Even between the look and the wait, where no notice reaches it."""
        waiter = self.waiter()
        before = signal.signal(signal.SIGUSR1, lambda *_: self.room.meet(happening(), ()))
        self.addCleanup(signal.signal, signal.SIGUSR1, before)
        take = waiter.take

        def take_and_signal(now):
            found = take(now)
            waiter.take = take
            signal.raise_signal(signal.SIGUSR1)
            return found

        waiter.take = take_and_signal
        with mock.patch("ari.session.waiting.GLANCE", 0.01):
            self.assertEqual(waiter.get(), happening())

    @staticmethod
    def wait_until_waiting(waiter):
        while not waiter._changed._waiters:
            pass


class AroundTest(WaiterTest):
    def test_the_waiter_is_its_threads(self):
        self.assertEqual(self.waiter().party, threading.get_ident())

    def test_whoever_is_about_to_wait_is_told_each_time(self):
        told = []
        waiter = self.waiter(before_wait=lambda: told.append(True))
        for _ in range(2):
            with self.assertRaises(ARIWaitTimeout):
                waiter.get(time.monotonic())
        self.assertEqual(told, [True, True])

    def test_the_time_is_counted_for_its_own_thread_also_if_it_fails(self):
        counted, seen = ThreadTime({}), Inbox()
        waiter = self.waiter(time_waited=counted)
        with self.assertRaises(ARIWaitTimeout):
            waiter.get(time.monotonic() + 0.01)
        self.assertGreater(counted.waited, 0.0)
        thread = threading.Thread(target=lambda: seen(counted.waited))
        thread.start()
        thread.join(DEADLINE)
        self.assertEqual(seen.next(), 0.0)


class FirstEventTest(unittest.TestCase):
    def first(self, waiter, predicate, deadline):
        return first_event(waiter, predicate, deadline, self.fail, known=True)

    def test_it_asks_for_the_next_event_until_one_is_accepted(self):
        waiter = object()
        deadline = time.monotonic() + 1
        procedure = self.first(waiter, lambda event: event["n"] == 2, deadline)
        self.assertEqual(next(procedure), NextEvent(waiter, deadline))
        for number in range(2):
            self.assertEqual(procedure.send({"n": number}), NextEvent(waiter, deadline))
        with self.assertRaises(StopIteration) as done:
            procedure.send({"n": 2})
        self.assertEqual(done.exception.value, {"n": 2})

    def test_without_a_predicate_the_first_one_will_do(self):
        procedure = self.first(object(), None, None)
        self.assertGreater(next(procedure).deadline, time.monotonic() + 1)
        with self.assertRaises(StopIteration) as done:
            procedure.send({"n": 0})
        self.assertEqual(done.exception.value, {"n": 0})

    def test_an_error_of_the_wait_or_of_the_predicate_ends_it(self):
        procedure = self.first(object(), None, time.monotonic())
        next(procedure)
        with self.assertRaises(ARIWaitTimeout):
            procedure.throw(ARIWaitTimeout("late"))
        procedure = self.first(object(), lambda event: 1 / 0, None)
        next(procedure)
        with self.assertRaises(ZeroDivisionError):
            procedure.send({})
