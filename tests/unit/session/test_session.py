"""One client's affairs: what opens its stream, who waits, what runs, and how all of it ends."""

import threading
import time
from unittest import mock

import requests

from ari.connection.source import RecvSource
from ari.connection.websocket import WebSocketSource
from ari.exceptions import ARIConnectionError, ARIObjectGone, ARIWaitTimeout
from ari.session.session import Session
from ari.transport.procedures import drive

from ..sockets import as_websocket, tcp_pair
from ..support import LogRecords, MockedAsterisk, StubSocket, event

CHANNEL = ("Channel", "c1")
HANGUP = event("ChannelDestroyed", channel={"id": "c1"}, cause=16, cause_txt="")
DTMF = event("ChannelDtmfReceived", channel={"id": "c1"}, digit="1", duration_ms=9)


class FakeRun:
    """What a session knows of a run."""

    def __init__(self, *threads):
        self.reading = True
        self.closing = False
        self.apps = []
        self.holder = mock.Mock()
        self.threads = threads
        self.closed = 0

    def close(self):
        self.closed += 1


class HttpClient:
    """Opens the sockets that it is given, and counts how often it is closed."""

    parallel_requests = 1

    def __init__(self, inner):
        self.request = inner.request
        self.closed = 0
        self.opened = []
        self.socket = StubSocket()

    def ws_connect(self, url, params=None):
        self.opened.append((url, params))
        if isinstance(self.socket, Exception):
            raise self.socket
        return self.socket

    def close(self):
        self.closed += 1


class SessionTest(MockedAsterisk):
    def setUp(self):
        super().setUp()
        self.http = HttpClient(self.client.swagger.http_client)
        self.client.swagger.transport.http_client = self.http
        self.session = Session(self.client.swagger, self.fail)

    def meet(self, *events):
        for happening in events:
            self.session.waits.meet(happening, self.session.schema.references(happening))


class ConnectingTest(SessionTest):
    def test_a_socket_of_somebody_elses_making_is_a_source(self):
        source = self.session.connect(["a", "b"])
        self.assertIsInstance(source, RecvSource)
        self.assertIs(source.socket, self.http.socket)
        self.assertEqual(self.http.opened, [("ws://ari.test:8088/ari/events", {"app": "a,b"})])

    def test_so_is_one_of_websocket_client(self):
        near, far = tcp_pair()
        self.addCleanup(far.close)
        self.http.socket = as_websocket(near)
        source = self.session.connect(["a"])
        self.addCleanup(source.close, farewell=False)
        self.assertIsInstance(source, WebSocketSource)
        self.assertIs(source.socket, self.http.socket)

    def test_what_cannot_be_opened_is_an_error_of_ours(self):
        self.http.socket = requests.ConnectionError("refused")
        with self.assertRaisesRegex(ARIConnectionError, "events.eventWebsocket: cannot reach"):
            self.session.connect(["a"])

    def test_an_operation_that_a_program_put_in_its_place_opens_it(self):
        """As ari-py called ``client.swagger.events.eventWebsocket(app=…)``, so do its stubs."""
        stub, asked = StubSocket(), []
        events = self.client.swagger.events
        events.eventWebsocket = lambda **kwargs: asked.append(kwargs) or stub
        self.assertIs(self.session.connect(["a", "b"]).socket, stub)
        self.assertEqual(asked, [{"app": "a,b"}])


class WaitingTest(SessionTest):
    def wait_for(self, types, keys=(), predicate=None, timeout=0.0):
        deadline = time.monotonic() + timeout
        wait = self.session.wait_for(types, keys, predicate, deadline)
        return drive(wait, lambda step: step.waiter.get(step.deadline))

    def test_a_wait_gets_what_is_met_while_it_is_open(self):
        with self.session.open_wait(["ChannelDtmfReceived"], [CHANNEL]) as waiter:
            self.meet(DTMF)
            self.assertEqual(waiter.get(time.monotonic()), DTMF)
        self.meet(DTMF)
        with self.assertRaises(ARIWaitTimeout):
            waiter.get(time.monotonic())
        self.assertEqual(self.session.waits.keys(), [])

    def test_a_wait_looks_back_to_the_latest_request_about_its_object(self):
        self.session.lookback.start_at([CHANNEL], (), self.session.waits.count + 1)
        varset = event("ChannelVarset", channel={"id": "c1"}, variable="X", value="1")
        self.meet(varset)
        self.assertEqual(self.wait_for(["ChannelVarset"], [CHANNEL]), varset)

    def test_the_next_wait_begins_after_what_the_last_one_got(self):
        self.session.lookback.start_at([CHANNEL], (), self.session.waits.count + 1)
        first, second = (
            event("ChannelVarset", channel={"id": "c1"}, variable="X", value=value)
            for value in "12"
        )
        self.meet(first, second)
        self.assertEqual(self.wait_for(["ChannelVarset"], [CHANNEL]), first)
        self.assertEqual(self.wait_for(["ChannelVarset"], [CHANNEL]), second)
        with self.assertRaises(ARIWaitTimeout):
            self.wait_for(["ChannelVarset"], [CHANNEL])

    def test_an_end_that_is_remembered_is_got_any_number_of_times(self):
        self.meet(HANGUP)
        for _ in range(3):
            self.assertEqual(self.wait_for(["ChannelDestroyed"], [CHANNEL]), HANGUP)

    def test_the_predicate_chooses(self):
        self.session.lookback.start_at([CHANNEL], (), self.session.waits.count + 1)
        events = [
            event("ChannelVarset", channel={"id": "c1"}, variable="X", value=str(n))
            for n in range(5)
        ]
        self.meet(*events)
        got = self.wait_for(["ChannelVarset"], [CHANNEL], lambda e: e["value"] == "3")
        self.assertEqual(got, events[3])

    def test_a_wait_that_failed_is_closed(self):
        def fail(_event):
            raise ZeroDivisionError

        self.meet(HANGUP)
        with self.assertRaises(ZeroDivisionError):
            self.wait_for(["ChannelDestroyed"], [CHANNEL], fail)
        with self.assertRaises(ARIWaitTimeout):
            self.wait_for(["StasisStart"], [("Channel", "other")])
        self.assertEqual(self.session.waits.keys(), [])

    def test_waiting_without_a_run_is_logged(self):
        for runs, logged in (([], 1), ([FakeRun()], 0)):
            self.session.runs[:] = runs
            with LogRecords() as log, self.assertRaises(ARIWaitTimeout):
                self.wait_for(["StasisStart", "StasisEnd"])
            said = "waiting for StasisStart or StasisEnd, but no run() is reading events yet"
            self.assertEqual(log.text.count(said), logged)

    def test_whoever_is_about_to_wait_is_told_to_let_go(self):
        waited = []
        self.session.before_wait = lambda: waited.append(True)
        with self.assertRaises(ARIWaitTimeout):
            self.wait_for(["StasisStart"])
        self.assertEqual(waited, [True])

    def test_the_time_spent_waiting_is_counted(self):
        before = self.session.time_waited.waited
        with self.assertRaises(ARIWaitTimeout):
            self.wait_for(["StasisStart"], timeout=0.01)
        self.assertGreater(self.session.time_waited.waited, before)


class RunsTest(SessionTest):
    def test_closing_ends_every_run_and_leaves_the_connections_to_the_last(self):
        runs = [FakeRun(1), FakeRun(2)]
        for run in runs:
            self.session.begin_run(run)
        self.session.close()
        self.assertEqual([run.closed for run in runs], [1, 1])
        self.assertEqual(self.http.closed, 0)
        self.session.end_run(runs[0])
        self.assertEqual(self.http.closed, 0)
        self.session.end_run(runs[1])
        self.assertEqual(self.http.closed, 1)
        self.assertEqual(self.session.runs, [])

    def test_without_a_run_the_connections_are_closed_at_once_each_time(self):
        self.session.close()
        self.session.close()
        self.assertEqual(self.http.closed, 2)

    def test_a_run_that_ends_by_itself_leaves_the_connections_open(self):
        run = FakeRun()
        self.session.begin_run(run)
        self.session.end_run(run)
        self.session.end_run(run)
        self.assertEqual(self.http.closed, 0)

    def test_closing_ends_the_waits_now_and_later(self):
        waiter = self.session.open_wait(["ChannelDtmfReceived"], [CHANNEL])
        self.session.close()
        for each in (waiter, self.session.open_wait(["StasisStart"])):
            with each, self.assertRaisesRegex(ARIObjectGone, "the client was closed"):
                each.get(time.monotonic())

    def test_another_run_opens_the_waits_again(self):
        self.session.close()
        self.session.begin_run(FakeRun())
        with self.session.open_wait(["StasisStart"]) as waiter, self.assertRaises(ARIWaitTimeout):
            waiter.get(time.monotonic())

    def stop_reading(self, run):
        run.reading = False
        self.session.stop_waits(run.threads)

    def test_while_another_run_reads_only_the_handlers_of_the_one_that_stopped_cease_to_wait(self):
        mine, other = FakeRun(threading.get_ident()), FakeRun(-1)
        for run in (mine, other):
            self.session.begin_run(run)
        with self.session.open_wait(["StasisStart"]) as waiter:
            self.stop_reading(other)
            with self.assertRaises(ARIWaitTimeout):
                waiter.get(time.monotonic())
        other.reading = True
        with self.session.open_wait(["StasisStart"]) as waiter:
            self.stop_reading(mine)
            with self.assertRaises(ARIObjectGone):
                waiter.get(time.monotonic())
        self.session.end_run(mine)
        with self.session.open_wait(["StasisStart"]) as waiter, self.assertRaises(ARIWaitTimeout):
            waiter.get(time.monotonic())

    def test_when_nobody_reads_any_more_all_waits_end(self):
        run = FakeRun(-1)
        self.session.begin_run(run)
        with self.session.open_wait(["StasisStart"]) as waiter:
            self.stop_reading(run)
            with self.assertRaises(ARIObjectGone):
                waiter.get(time.monotonic())

    def test_a_run_may_close_the_client_from_its_own_end(self):
        """``close()`` inside of ``close()``: whoever waits for a lock there would hang."""
        run = FakeRun()
        run.close = lambda: self.session.end_run(run) or self.session.close()
        self.session.begin_run(run)
        self.session.close()
        self.assertEqual(self.session.runs, [])
        self.assertGreaterEqual(self.http.closed, 1)
