"""Procedures: what drives them, and what becomes of outcomes, errors and the end."""

import threading
import unittest
from unittest import mock

from ari.transport.base import Request
from ari.transport.procedures import Pause, Together, drive, take_step

from ..support import DEADLINE


def request(name):
    return Request("GET", f"http://a.test/{name}")


class Transport:
    """A transport that answers with the last part of the address.

    :param requests_at_once: how many it says that it allows.
    """

    def __init__(self, requests_at_once=1):
        self.requests_at_once = requests_at_once
        self.sent = []

    def send(self, request):
        self.sent.append(request)
        return request.url.rpartition("/")[2]


class DriveTest(unittest.TestCase):
    def test_each_step_is_resumed_with_its_outcome(self):
        def procedure():
            first = yield 1
            second = yield 2
            return [first, second]

        self.assertEqual(drive(procedure(), lambda step: step * 10), [10, 20])

    def test_one_without_steps_returns_its_result(self):
        def procedure():
            return "result"
            yield

        self.assertEqual(drive(procedure(), self.fail), "result")

    def test_one_that_returns_nothing(self):
        def procedure():
            yield 1

        self.assertIsNone(drive(procedure(), str))

    def test_an_error_is_raised_at_the_yield(self):
        failure = ConnectionError("refused")

        def perform(step):
            raise failure

        def procedure():
            try:
                yield 1
            except ConnectionError as ex:
                return ex

        self.assertIs(drive(procedure(), perform), failure)

    def test_a_procedure_that_caught_an_error_goes_on(self):
        def perform(step):
            if step == "broken":
                raise ConnectionError
            return step

        def procedure():
            done = []
            for step in ("one", "broken", "two", "broken", "three"):
                try:
                    done.append((yield step))
                except ConnectionError:
                    done.append("caught")
            return done

        expected = ["one", "caught", "two", "caught", "three"]
        self.assertEqual(drive(procedure(), perform), expected)

    def test_an_error_that_is_not_caught_comes_out_as_it_was(self):
        failure = KeyError("x")
        ended = []

        def procedure():
            try:
                yield 1
            finally:
                ended.append(True)

        with self.assertRaises(KeyError) as caught:
            drive(procedure(), mock.Mock(side_effect=failure))
        self.assertIs(caught.exception, failure)
        self.assertEqual(ended, [True])

    def test_an_error_of_the_procedures_own_comes_out(self):
        def procedure():
            yield 1
            raise ZeroDivisionError

        with self.assertRaises(ZeroDivisionError):
            drive(procedure(), str)

    def test_an_interrupt_closes_it_and_cannot_be_taken_for_an_outcome(self):
        seen = []

        def procedure():
            try:
                yield 1
            except Exception as ex:  # noqa: BLE001 - none may come here
                seen.append(ex)
            finally:
                seen.append("closed")

        with self.assertRaises(KeyboardInterrupt):
            drive(procedure(), mock.Mock(side_effect=KeyboardInterrupt))
        self.assertEqual(seen, ["closed"])

    def test_procedures_are_made_of_procedures(self):
        def inner(step):
            return (yield step) + 1

        def outer():
            first = yield from inner(1)
            return first, (yield from inner(10))

        self.assertEqual(drive(outer(), lambda step: step * 2), (3, 21))


class TakeStepTest(unittest.TestCase):
    def test_a_request_is_sent(self):
        transport = Transport()
        self.assertEqual(take_step(request("one"), transport), "one")
        self.assertEqual(transport.sent, [request("one")])

    def test_a_pause_passes_its_seconds(self):
        with mock.patch("ari.transport.procedures.time.sleep") as sleep:
            self.assertIsNone(take_step(Pause(2.5), Transport()))
        sleep.assert_called_once_with(2.5)

    def test_a_step_that_nobody_knows_is_named(self):
        for step in (object(), None, "GET"):
            with self.assertRaisesRegex(TypeError, "not a step that this driver knows"):
                take_step(step, Transport())

    def test_a_procedure_sees_that_a_step_is_not_known(self):
        def procedure():
            try:
                yield "unknown"
            except TypeError as ex:
                return str(ex)

        self.assertIn("'unknown'", drive(procedure(), lambda step: take_step(step, Transport())))


class TogetherTest(unittest.TestCase):
    names = ("one", "two", "three", "four", "five")

    def send(self, transport, *names):
        return take_step(Together([request(name) for name in names or self.names]), transport)

    def test_the_responses_come_in_the_order_of_the_requests(self):
        for at_once in (0, 1, 2, 5, 100):
            self.assertEqual(self.send(Transport(at_once)), list(self.names))

    def test_none_at_all(self):
        transport = Transport(4)
        self.assertEqual(take_step(Together([]), transport), [])
        self.assertEqual(transport.sent, [])

    def test_one_by_one_on_the_calling_thread_where_the_transport_allows_one(self):
        transport, threads = Transport(1), set()
        send = transport.send
        transport.send = lambda request: threads.add(threading.current_thread()) or send(request)
        self.send(transport)
        self.assertEqual(threads, {threading.current_thread()})
        self.assertEqual([r.url[14:] for r in transport.sent], list(self.names))

    def test_as_many_at_once_as_the_transport_allows(self):
        barrier, lock = threading.Barrier(2), threading.Lock()
        under_way, most = 0, 0
        transport = Transport(2)

        def send(request):
            nonlocal under_way, most
            with lock:
                under_way += 1
                most = max(most, under_way)
            barrier.wait(DEADLINE)  # only passes when two are under way
            with lock:
                under_way -= 1

        transport.send = send
        self.send(transport, "one", "two", "three", "four")
        self.assertEqual(most, 2)

    def test_an_error_comes_out_after_the_others_have_ended(self):
        for at_once in (1, 3):
            before = set(threading.enumerate())
            transport = Transport(at_once)
            send = transport.send

            def fail(request, send=send):
                if send(request) == "two":
                    raise ConnectionError("broken")

            transport.send = fail
            with self.assertRaisesRegex(ConnectionError, "broken"):
                self.send(transport)
            self.assertEqual(set(threading.enumerate()), before)

    def test_one_by_one_nothing_is_sent_after_an_error(self):
        transport = Transport(1)
        transport.send = mock.Mock(side_effect=["one", ConnectionError])
        with self.assertRaises(ConnectionError):
            self.send(transport)
        self.assertEqual(transport.send.call_count, 2)
