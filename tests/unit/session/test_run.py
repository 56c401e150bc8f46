"""``run()``: what it calls on which thread, and every way in which it ends."""

import contextlib
import gc
import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
import warnings
from pathlib import Path
from unittest import mock

from ari.connection.backoff import Reconnect
from ari.exceptions import ARIConnectionError, ARIObjectGone, ARIUnauthorized, ARIWaitTimeout
from ari.swagger.http_client import SynchronousHttpClient

from ..sockets import (
    CLOSE,
    DEADLINE,
    TEXT,
    FarEnd,
    Inbox,
    Run,
    StreamedAsterisk,
    library_threads,
    open_sockets,
)
from ..support import BASE, channel_json, event

AT_ONCE = Reconnect(first_delay=0.0, max_delay=0.0)
ROOT = Path(__file__).resolve().parents[3]


def start(channel="c1", app="app"):
    return event("StasisStart", channel=channel_json(channel), args=[], application=app)


def user_event(number, channel="c1"):
    return event(
        "ChannelUserevent",
        channel=channel_json(channel),
        eventname="n",
        userevent={"number": number},
    )


class ServingTest(StreamedAsterisk):
    def test_handlers_run_in_order_on_the_calling_thread(self):
        got = Inbox()
        self.client.on_event("ChannelUserevent", lambda e: got((e, threading.current_thread())))
        run, peer = self.start()
        peer.send(*(user_event(number) for number in range(50)))
        seen = [got.next() for _ in range(50)]
        self.assertEqual([e["userevent"]["number"] for e, _ in seen], list(range(50)))
        self.assertEqual({thread for _, thread in seen}, {run._thread})

    def test_workers_keep_the_order_of_each_call(self):
        got = Inbox()
        self.client.on_event("ChannelUserevent", got)
        _, peer = self.start(workers=4)
        peer.send(*(user_event(n, f"c{n % 5}") for n in range(200)))
        seen = [got.next() for _ in range(200)]
        for channel in range(5):
            mine = [e["userevent"]["number"] for e in seen if e["channel"]["id"] == f"c{channel}"]
            self.assertEqual(mine, list(range(channel, 200, 5)))

    def test_a_call_that_takes_long_does_not_keep_others_waiting(self):
        other_came, done = threading.Event(), Inbox()

        def on_start(channel, event):
            if channel.id == "slow":
                self.assertTrue(other_came.wait(DEADLINE))
            other_came.set()
            done(channel.id)

        self.client.on_channel_event("StasisStart", on_start)
        _, peer = self.start(workers=2)
        peer.send(start("slow"), start("quick"))
        self.assertEqual([done.next(), done.next()], ["quick", "slow"])

    def test_an_end_handled_in_another_lane_takes_no_listener_away(self):
        busy, go_on, got = threading.Event(), threading.Event(), Inbox()
        bridge = {"id": "b1", "bridge_type": "mixing", "channels": []}

        def on_start(channel, event):
            busy.set()
            self.assertTrue(go_on.wait(DEADLINE))

        def destroyed(bridge, event):
            got("destroyed")
            go_on.set()

        self.client.on_channel_event("StasisStart", on_start)
        self.client.on_bridge_event("BridgeDestroyed", destroyed)
        left = self.bridge().on_event("ChannelLeftBridge", lambda *_: got("left"))
        _, peer = self.start(workers=2)
        peer.send(start())
        self.assertTrue(busy.wait(DEADLINE))
        peer.send(
            event("ChannelLeftBridge", bridge=bridge, channel=channel_json()),
            event("BridgeDestroyed", bridge=bridge),
        )
        self.assertEqual([got.next(), got.next()], ["destroyed", "left"])
        self.assertTrue(left.closed)

    def originate(self, peer):
        """Serve originations whose StasisStart comes before their answer."""

        def answer(request):
            leg = channel_json(request.params.get("channelId", "chosen"))
            peer.send(event("StasisStart", channel=leg, args=[]), user_event(1))
            return 200, {}, json.dumps(leg)

        self.mock.add_callback("POST", f"{BASE}/ari/channels", answer)

    def test_a_thread_of_ones_own_hears_of_what_it_makes(self):
        got, began = Inbox(), Inbox()
        self.client.on_event("ChannelUserevent", lambda e: began(e))
        for workers in (0, 2):
            with self.subTest(workers=workers), mock.patch("ari.session.lookback._HELD_FOR", 0.5):
                run, peer = self.start(workers=workers)
                self.originate(peer)
                leg = self.client.channels.originate(endpoint="PJSIP/a", app="app")
                began.next()  # the event behind it is handled; it is not
                leg.on_event("StasisStart", lambda channel, _: got(channel.id))
                self.assertEqual(got.next(), leg.id)
                self.assertNotEqual(leg.id, "chosen")
                run.end()

    def test_a_handler_that_waits_by_its_own_means_is_given_what_it_made(self):
        got = Inbox()

        def on_start(channel, event):
            if channel.id == "c1":
                came = threading.Event()
                leg = self.client.channels.originate(endpoint="PJSIP/a", app="app")
                leg.on_event("StasisStart", lambda *_: came.set())
                got(came.wait(DEADLINE))

        self.client.on_channel_event("StasisStart", on_start)
        with mock.patch("ari.session.lookback._HELD_FOR", 0.01):
            _, peer = self.start(workers=2)
            self.originate(peer)
            peer.send(start())
            self.assertTrue(got.next())

    def test_applications_with_commas_between_them_are_several(self):
        got = Inbox()
        for app in "abc":
            self.client.on_application_registered(app, got, app)
        _, peer = self.start(["a,b", " c", "a"])
        self.assertEqual(peer.apps, ["a", "b", "c"])
        self.assertEqual([got.next() for _ in range(3)], ["a", "b", "c"])

    def test_an_application_that_is_run_already(self):
        got = Inbox()

        def again(channel, event):
            try:
                self.client.run("other,app")
            except RuntimeError as ex:
                got(str(ex))

        self.client.on_channel_event("StasisStart", again)
        run, peer = self.start()
        peer.send(start())
        self.assertIn("run() got app, whose events another run()", got.next())
        self.assertEqual(self.exchange.attempts, 1)
        self.assertIsNone(run.end())
        self.assertIsNone(self.start()[0].end())

    def test_the_pool_is_as_large_as_the_workers(self):
        self.start(workers=40)
        self.assertEqual(self.client.swagger.http_client._pool_size, 41)

    def test_a_handler_may_wait_for_what_its_own_call_does_next(self):
        for workers in (0, 2):
            with self.subTest(workers=workers):
                got, waiting = Inbox(), threading.Event()
                self.client._session.before_wait = waiting.set

                def on_start(channel, event, got=got):
                    got(channel.wait_for("ChannelDtmfReceived", timeout=DEADLINE)["digit"])

                subscription = self.client.on_channel_event("StasisStart", on_start)
                run, peer = self.start(workers=workers)
                peer.send(start())
                self.assertTrue(waiting.wait(DEADLINE))
                peer.send(
                    event("ChannelDtmfReceived", channel=channel_json(), digit="5", duration_ms=9)
                )
                self.assertEqual(got.next(), "5")
                self.assertIsNone(run.end())
                subscription.close()

    def test_an_error_of_a_handler_goes_to_the_exception_handler(self):
        got, errors = Inbox(), Inbox()
        self.client.exception_handler = errors
        self.client.on_event("StasisStart", lambda event: 1 / 0)
        self.client.on_event("StasisStart", got)
        _, peer = self.start()
        peer.send(start())
        got.next()
        self.assertIsInstance(errors.next(), ZeroDivisionError)

    def test_an_error_is_logged_by_default(self):
        del self.client.exception_handler
        from ari.client import _log_exception

        self.client.exception_handler = _log_exception
        got = Inbox()
        self.client.on_event("StasisStart", lambda event: 1 / 0)
        self.client.on_event("StasisStart", got)
        with self.assertLogs("ari.client", "ERROR") as logs:
            _, peer = self.start()
            peer.send(start())
            got.next()
        self.assertIn("ZeroDivisionError", logs.output[0])

    def test_what_the_exception_handler_raises_ends_run(self):
        def again(ex):
            raise ex

        for workers in (0, 2):
            with self.subTest(workers=workers):
                self.client.exception_handler = again
                with self.client.on_event("StasisStart", lambda event: 1 / 0):
                    run, peer = self.start(workers=workers)
                    peer.send(start())
                    self.assertIsInstance(run.wait(), ZeroDivisionError)

    def test_registered_and_deregistered(self):
        got = Inbox()
        for app in ("a", "b"):
            self.client.on_application_registered(app, got, "registered", app)
            self.client.on_application_deregistered(app, got, "deregistered", app)
        run, peer = self.start(["a", "b"])
        self.assertEqual(peer.apps, ["a", "b"])
        self.assertEqual([got.next() for _ in range(2)], [("registered", a) for a in "ab"])
        run.end()
        self.assertEqual([got.next() for _ in range(2)], [("deregistered", a) for a in "ab"])
        self.assertTrue(got.empty)

    def test_the_open_socket_is_shown(self):
        registered = Inbox()
        self.client.on_application_registered("app", registered, None)
        run, _ = self.start()
        registered.next()
        (shown,) = self.client.websockets
        self.assertTrue(shown.connected)
        run.end()
        self.assertEqual(self.client.websockets, set())

    def test_a_slow_handler_is_logged_by_its_own_name(self):
        def my_slow_handler(channel, event):
            pass

        self.client.slow_handler = 0.0
        self.client.on_channel_event("StasisStart", my_slow_handler)
        got = Inbox()
        self.client.on_event("StasisStart", got)
        with self.assertLogs("ari.session.workers", "WARNING") as logs:
            _, peer = self.start()
            peer.send(start())
            got.next()
        self.assertIn("my_slow_handler took 0.0 s", logs.output[0])


ANSWER = {"type": "RESTResponse", "request_id": "r1", "status_code": 204}


class AnswersTest(StreamedAsterisk):
    """Messages that are answers to requests and not events, as REST over a WebSocket has them."""

    def setUp(self):
        super().setUp()
        self.answers, self.events = Inbox(), Inbox()
        self.client._session.answers["RESTResponse"] = self.answers
        for event_type in ("RESTResponse", "StasisStart"):
            self.client.on_event(event_type, self.events)

    def test_they_go_to_whoever_wants_them_and_to_nobody_else(self):
        _, peer = self.start()
        peer.send(ANSWER, start())
        self.assertEqual(self.answers.next(), ANSWER)
        self.assertEqual(self.events.next()["type"], "StasisStart")
        self.assertTrue(self.answers.empty)
        self.assertTrue(self.events.empty)

    def test_they_are_neither_numbered_nor_met_with_waits(self):
        waits = self.client._session.waits
        before = waits.count
        with self.client._session.open_wait(["RESTResponse", "StasisStart"]) as waiter:
            _, peer = self.start()
            peer.send(ANSWER, start())
            self.events.next()
            self.assertEqual(waiter.get()["type"], "StasisStart")
        self.assertEqual(waits.count, before + 1)

    def test_they_do_not_wait_for_a_handler(self):
        """A handler may wait for the answer to its own request."""
        got = Inbox()
        self.client.on_event("StasisStart", lambda _event: got(self.answers.next()))
        _, peer = self.start()
        peer.send(start(), ANSWER)
        self.assertEqual(got.next(), ANSWER)

    def test_they_are_taken_on_the_thread_that_reads(self):
        threads = Inbox()
        self.client._session.answers["RESTResponse"] = lambda _answer: threads(
            threading.current_thread().name
        )
        _, peer = self.start(workers=2)
        peer.send(ANSWER)
        self.assertEqual(threads.next(), "ari-events")

    def test_their_fields_need_not_hold_what_those_of_events_do(self):
        answer = {"type": "StasisEnd", "channel": "not an object"}
        self.client._session.answers["StasisEnd"] = self.answers
        _, peer = self.start()
        peer.send(answer)
        self.assertEqual(self.answers.next(), answer)

    def test_without_anybody_who_wants_them_they_are_events(self):
        del self.client._session.answers["RESTResponse"]
        _, peer = self.start()
        peer.send(ANSWER)
        self.assertEqual(self.events.next(), ANSWER)

    def test_an_answer_to_a_request_that_was_sent_on_the_same_stream(self):
        connected = Inbox()
        self.client.on_application_registered("app", connected, "app")
        _, peer = self.start()
        connected.next()
        [run] = self.client._session.runs
        run.stream.send('{"type": "RESTRequest"}')
        self.assertEqual(peer.receive(), (TEXT, b'{"type": "RESTRequest"}'))
        peer.send(ANSWER)
        self.assertEqual(self.answers.next(), ANSWER)


class ReplacedTest(StreamedAsterisk):
    def test_another_client_that_takes_the_application_ends_run(self):
        got = Inbox()
        self.client.on_application_deregistered("app", got, "deregistered")
        self.client.on_event("ApplicationReplaced", got)
        with self.assertLogs("ari.session.run", "WARNING") as logs:
            run, peer = self.start()
            peer.send(event("ApplicationReplaced"))
            self.assertIsNone(run.wait())
        self.assertEqual(peer.receive()[0], CLOSE)
        self.assertEqual(got.next(), "deregistered")
        self.assertEqual(got.next()["type"], "ApplicationReplaced")
        self.assertIn("run() ends", logs.output[0])
        self.assertEqual(self.exchange.attempts, 1)

    def test_with_applications_left_it_goes_on_for_them(self):
        lost = Inbox()
        self.client.on_application_deregistered("a", lost, "a")
        run, peer = self.start(["a", "b"], reconnect=AT_ONCE)
        peer.send(event("ApplicationReplaced", application="a"))
        peer.send(event("ApplicationReplaced", application="unknown"))
        self.assertEqual(lost.next(), "a")
        peer.drop()
        self.assertEqual(self.exchange.next().apps, ["b"])
        self.assertIsNone(run.end())

    def test_a_handler_that_waits_ends_with_it(self):
        """Nothing can meet it any more."""
        waiting, gone = threading.Event(), Inbox()
        self.client._session.before_wait = waiting.set

        def on_start(channel, event):
            try:
                channel.wait_for("ChannelDtmfReceived")
            except ARIObjectGone as ex:
                gone(ex)

        self.client.on_channel_event("StasisStart", on_start)
        run, peer = self.start()
        peer.send(start())
        self.assertTrue(waiting.wait(DEADLINE))
        peer.send(event("ApplicationReplaced"))
        self.assertIsNone(run.wait())
        gone.next()


class EndingTest(StreamedAsterisk):
    def setUp(self):
        super().setUp()
        self.before = open_sockets()

    def assert_nothing_left(self):
        self.exchange.close()
        self.assertEqual(library_threads(), [])
        self.assertEqual(open_sockets(), self.before)
        self.assertEqual(self.client.websockets, set())
        self.assertEqual(self.client._session.runs, [])

    def test_closing_from_another_thread(self):
        for workers in (0, 3):
            run, peer = self.start(workers=workers)
            self.assertIsNone(run.end())
            self.assertEqual(peer.receive()[0], CLOSE)
        self.assert_nothing_left()

    def test_closing_from_a_handler(self):
        for workers in (0, 3):
            with self.subTest(workers=workers):
                seen = []

                def handle(event, seen=seen):
                    seen.append(event)
                    self.client.close()
                    self.client.close()

                with self.client.on_event("StasisStart", handle):
                    run, peer = self.start(workers=workers)
                    peer.send(start(), start())
                    self.assertIsNone(run.wait())
                self.assertEqual(len(seen), 1)
        self.assert_nothing_left()

    def test_closing_from_a_signal_handler(self):
        """On the thread of run(), whatever it is doing."""
        previous = signal.signal(signal.SIGUSR1, lambda *_: self.client.close())
        self.addCleanup(signal.signal, signal.SIGUSR1, previous)
        for workers in (0, 3):
            with self.subTest(workers=workers):
                registered = self.client.on_application_registered(
                    "app", lambda: os.kill(os.getpid(), signal.SIGUSR1)
                )
                with registered:
                    self.client.run("app", workers=workers)
        self.assert_nothing_left()

    def test_a_signal_handler_may_close_amid_anything(self):
        """As often as signals come, at any line of the library."""
        closing = []

        def close(*_):
            closing.append(self.client.close())

        signal.signal(signal.SIGUSR1, close)
        # Not its default, which ends the process: on a busy machine a last one may come late.
        self.addCleanup(signal.signal, signal.SIGUSR1, signal.SIG_IGN)
        for microseconds in range(100, 5000, 250):
            with self.signals(signal.SIGUSR1, after=microseconds / 1e6):
                while not closing:  # a close before the run began does not count
                    self.client.run("app")
            closing.clear()
        self.assertEqual(library_threads(), [])

    @contextlib.contextmanager
    def signals(self, number, after):
        """Send this process a signal after some seconds, and again and again until the end."""
        over = threading.Event()

        def send():
            pause = after
            while not over.wait(pause):
                os.kill(os.getpid(), number)
                pause = 0.0002

        thread = threading.Thread(target=send)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join(DEADLINE)

    def test_closing_while_a_handler_waits(self):
        for workers in (0, 2):
            waiting, gone = threading.Event(), Inbox()
            self.client._session.before_wait = waiting.set

            def on_start(channel, event, gone=gone):
                try:
                    channel.read_digits(timeout=DEADLINE)
                except ARIObjectGone as ex:
                    gone(ex)

            with self.client.on_channel_event("StasisStart", on_start):
                run, peer = self.start(workers=workers)
                peer.send(start())
                self.assertTrue(waiting.wait(DEADLINE))
                self.assertIsNone(run.end())
            self.assertIn("closed", str(gone.next()))
        self.assert_nothing_left()

    def test_closing_under_a_flood(self):
        got = Inbox()
        self.client.on_event("ChannelUserevent", got)
        run, peer = self.start()
        stop = threading.Event()

        def flood():
            with contextlib.suppress(OSError):
                while not stop.is_set():
                    peer.send(*(user_event(0) for _ in range(50)))

        thread = threading.Thread(target=flood)
        thread.start()
        got.next()
        self.assertIsNone(run.end())
        stop.set()
        thread.join(DEADLINE)
        self.assert_nothing_left()

    def test_closing_before_and_while_connecting(self):
        connecting, go_on = threading.Event(), threading.Event()

        def connect(url, params=None):
            connecting.set()
            go_on.wait(DEADLINE)
            return self.exchange.connect(url, params)

        self.client.close()
        self.client.swagger.http_client.ws_connect = connect
        run = Run(self.client, "app", {})
        self.assertTrue(connecting.wait(DEADLINE))
        self.client.close()
        self.assertIsNone(run.wait())
        late = library_threads()
        go_on.set()
        self.assertEqual(self.exchange.next().receive()[0], CLOSE)
        for thread in late:
            thread.join(DEADLINE)
        self.assert_nothing_left()

    def test_closing_while_asterisk_says_nothing(self):
        """At the first connection and at a later one, with nothing left."""
        http_client = SynchronousHttpClient(timeout=(DEADLINE, DEADLINE))
        self.addCleanup(http_client.close)
        for scheme in ("ws", "wss"):
            for again in (False, True):
                with (
                    self.subTest(scheme, again=again),
                    FarEnd(lambda connection, far: far.stay()) as far,
                ):
                    url = f"{scheme}://127.0.0.1:{far.port}/ari/events"
                    opened = [lambda: http_client.ws_connect(url)]  # noqa: B023 - called in here
                    if again:
                        opened.insert(0, self.exchange.connect)
                    self.client.swagger.http_client.ws_connect = (
                        lambda _url, params=None, opened=opened: opened.pop(0)()
                    )
                    run = Run(self.client, "app", {"reconnect": AT_ONCE})
                    if again:
                        self.exchange.next().drop()
                    self.assertTrue(far.reached.wait(DEADLINE))
                    began = time.monotonic()
                    self.assertIsNone(run.end())
                    self.assertLess(time.monotonic() - began, DEADLINE / 4)
                    self.assertEqual(library_threads(), [])
        self.assert_nothing_left()

    def test_closing_while_the_name_is_looked_up(self):
        """What looks it up cannot be ended, but is not waited for."""
        http_client = SynchronousHttpClient()
        self.addCleanup(http_client.close)
        self.client.swagger.http_client.ws_connect = http_client.ws_connect
        looking, go_on = threading.Event(), threading.Event()

        def look_up(*args, **kwargs):
            looking.set()
            go_on.wait(DEADLINE)
            raise OSError("unknown")

        with mock.patch("ari.swagger.opening.socket.getaddrinfo", look_up):
            run = Run(self.client, "app", {})
            self.assertTrue(looking.wait(DEADLINE))
            self.assertIsNone(run.end())
            late = library_threads()
            go_on.set()
            for thread in late:
                thread.join(DEADLINE)
        self.assert_nothing_left()

    def test_closing_just_before_the_run_has_registered_itself(self):
        """A run that was asked for before the close ends; one that is asked for later runs."""
        begin = self.client._session.begin_run
        for workers in (0, 2):

            def close_first(*args, **kwargs):
                self.client._session.begin_run = begin
                self.client.close()
                return begin(*args, **kwargs)

            self.client._session.begin_run = close_first
            self.client.run("app", workers=workers)
            self.assertEqual(self.exchange.attempts, 0)
            self.assert_nothing_left()
        run, _ = self.start()
        self.assertIsNone(run.end())
        self.assert_nothing_left()

    def test_a_run_that_was_closed_before_it_began_leaves_others_alone(self):
        closed = threading.Event()
        begin, http_client = self.client._session.begin_run, self.client.swagger.http_client
        early = []

        def begin_first(run, *args, **kwargs):
            if early:
                self.client._session.begin_run = begin
                self.client.close()
                early.append(self.start("other"))
            return begin(run, *args, **kwargs)

        early.append(None)
        self.client._session.begin_run = begin_first
        with mock.patch.object(http_client, "close", closed.set):
            self.client.run("app")
            other, peer = early[1]
            self.assertTrue(closed.is_set())  # by the close that no run was there for
            closed.clear()
            got = Inbox()
            self.client.on_event("StasisStart", got)
            waiter = self.client._session.open_wait(["StasisStart"])
            peer.send(start())
            got.next()
            waiter.get()
            self.assertFalse(closed.is_set())
            self.assertIsNone(other.end())
            self.assertTrue(closed.is_set())
        self.assert_nothing_left()

    def test_running_twice_in_a_row(self):
        got = Inbox()
        self.client.on_event("StasisStart", got)
        for number in range(3):
            run, peer = self.start()
            peer.send(start(str(number)))
            self.assertEqual(got.next()["channel"]["id"], str(number))
            run.end()
        self.assertEqual(len(library_threads()), 0)
        self.assert_nothing_left()

    def test_waits_begin_again_with_the_next_run(self):
        run, _ = self.start()
        run.end()
        with self.assertRaises(ARIObjectGone):
            self.client.wait_for("StasisStart")
        run, peer = self.start()
        waiter = self.client._session.open_wait(["StasisStart"])
        peer.send(start())
        self.assertEqual(waiter.get()["type"], "StasisStart")

    def test_two_applications_on_two_threads(self):
        got = Inbox()
        self.client.on_event("StasisStart", got)
        first, first_peer = self.start("a")
        second, second_peer = self.start("b")
        first_peer.send(start(app="a"))
        self.assertEqual(got.next()["application"], "a")
        first_peer.send(event("ApplicationReplaced", application="a"))
        self.assertIsNone(first.wait())
        second_peer.send(start(app="b"))
        self.assertEqual(got.next()["application"], "b")
        waiter = self.client._session.open_wait(["StasisEnd"])
        second.end()
        with self.assertRaises(ARIObjectGone):
            waiter.get()
        self.assert_nothing_left()

    def test_a_handler_of_the_one_that_ends_does_not_wait_for_the_other(self):
        for workers in (0, 2):
            with self.subTest(workers=workers):
                waiting, gone = threading.Event(), Inbox()
                self.client._session.before_wait = waiting.set

                def on_start(channel, event, gone=gone):
                    for _ in range(2):
                        try:
                            channel.wait_for("ChannelDtmfReceived")
                        except ARIObjectGone as ex:
                            gone(ex)

                first, peer = self.start("a", workers=workers)
                second, _ = self.start("b")
                with self.client.on_channel_event("StasisStart", on_start):
                    peer.send(start())
                    self.assertTrue(waiting.wait(DEADLINE))
                    others = self.client._session.open_wait(["StasisEnd"])
                    peer.send(event("ApplicationReplaced", application="a"))
                    self.assertIsNone(first.wait())
                gone.next()
                gone.next()
                with self.assertRaises(ARIWaitTimeout):
                    others.get(0)
                self.assertEqual(self.client._session.waits._deaf, set())
                second.end()

    def test_closing_ends_both(self):
        first, _ = self.start("a")
        second, _ = self.start("b")
        self.client.close()
        self.assertIsNone(first.wait())
        self.assertIsNone(second.wait())
        self.assert_nothing_left()

    def test_the_last_run_closes_the_connections(self):
        closed = threading.Event()
        with mock.patch.object(self.client.swagger.http_client, "close", closed.set):
            run, peer = self.start()
            peer.send(event("ApplicationReplaced"))
            self.assertIsNone(run.wait())
            self.assertFalse(closed.is_set())
            run, _ = self.start()
            run.end()
            self.assertTrue(closed.is_set())
            closed.clear()
            self.client.close()
            self.assertTrue(closed.is_set())

    def test_the_client_is_a_context_manager(self):
        with self.client:
            run, _ = self.start()
        self.assertIsNone(run.wait())
        self.assert_nothing_left()

    def test_a_first_connection_that_fails(self):
        for error in (ARIConnectionError("refused"), ARIUnauthorized("who?")):
            self.exchange.refuse(error)
            with self.assertRaises(type(error)):
                self.client.run("app")
        self.assert_nothing_left()

    def test_a_handler_that_raises_no_exception_but_more(self):
        self.client.on_event("StasisStart", mock.Mock(side_effect=SystemExit(3), __name__="exit"))
        run, peer = self.start()
        peer.send(start())
        self.assertIsInstance(run.wait(), SystemExit)
        self.assert_nothing_left()

    def test_each_step_of_the_end_is_taken_though_one_fails(self):
        self.client.on_application_deregistered("app", lambda: 1 / 0)
        self.client.exception_handler = mock.Mock(side_effect=KeyError("again"))
        registered = Inbox()
        self.client.on_application_registered("app", registered, None)
        run, _ = self.start()
        registered.next()
        self.assertIsInstance(run.end(), KeyError)
        self.assert_nothing_left()

    def test_a_failure_comes_after_the_handlers_of_what_came_before(self):
        got = Inbox()
        self.client.on_event("StasisStart", got)
        run, peer = self.start(reconnect=False)
        peer.send(start())
        peer.drop()
        self.assertIsInstance(run.wait(), ARIConnectionError)
        got.next()
        self.assert_nothing_left()

    def test_nothing_is_left_to_the_garbage_collector(self):
        with warnings.catch_warnings():
            warnings.simplefilter("error", ResourceWarning)
            run, peer = self.start(reconnect=AT_ONCE)
            peer.drop()
            self.exchange.next()
            run.end()
            del run
            gc.collect()
        self.assert_nothing_left()

    def test_applications_must_have_names(self):
        for apps in ("", [], "a,,b", ["a", ""]):
            with self.assertRaisesRegex(ValueError, "at least one"):
                self.client.run(apps)


class InterruptTest(StreamedAsterisk):
    """Ctrl-C, in a process of its own, while its only thread is blocked."""

    def interrupt(self, body):
        """Run a program, press Ctrl-C when it says so, and return what it printed."""
        program = textwrap.dedent(
            """
            import os, signal, sys, threading
            from unittest import mock
            from tests.unit.sockets import Exchange, library_threads, open_sockets
            from tests.unit.support import MockedAsterisk, channel_json, event

            case = MockedAsterisk("setUp")
            case.setUp()
            client, exchange = case.client, Exchange()
            client.swagger.http_client.ws_connect = exchange.connect
            sockets = open_sockets()

            def blocked():
                print("blocked", flush=True)

            {body}

            try:
                client.run("app", workers=WORKERS)
            except KeyboardInterrupt:
                print("interrupted", flush=True)
            else:
                print("ended", flush=True)
            exchange.close()
            print(library_threads(), open_sockets() - sockets, flush=True)
            """
        )
        source = program.replace("{body}", textwrap.dedent(body))
        process = subprocess.Popen(
            [sys.executable, "-W", "error", "-c", source],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.addCleanup(process.kill)
        self.assertEqual(process.stdout.readline(), "blocked\n")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=DEADLINE)
        self.assertEqual(process.returncode, 0, err)
        return out.splitlines(), err

    def test_during_a_wait_of_a_handler(self):
        out, err = self.interrupt(
            """
            WORKERS = 0
            client._session.before_wait = blocked
            client.on_channel_event("StasisStart", lambda ch, ev: ch.wait_for("StasisEnd"))
            start = event("StasisStart", channel=channel_json(), args=[])
            threading.Thread(target=lambda: exchange.next().send(start)).start()
            """
        )
        self.assertEqual(out, ["interrupted", "[] 0"])
        self.assertNotIn("Traceback", err)

    def test_while_it_connects(self):
        out, err = self.interrupt(
            """
            from ari.swagger.http_client import SynchronousHttpClient
            from tests.unit.sockets import FarEnd

            WORKERS = 0
            far = FarEnd(lambda connection, far: blocked() or far.stay())
            real = SynchronousHttpClient(timeout=(60, 60))
            client.swagger.http_client.ws_connect = lambda *_args, **_query: real.ws_connect(
                f"ws://127.0.0.1:{far.port}/"
            )
            exchange.close = lambda: far.__exit__(None, None, None)
            """
        )
        self.assertEqual(out, ["interrupted", "[] 0"])
        self.assertEqual(err, "")

    def test_while_nothing_happens(self):
        for workers in (0, 4):
            out, err = self.interrupt(
                f"""
                WORKERS = {workers}

                def when_all_have_started():
                    while sum(t.is_alive() for t in library_threads()) < WORKERS + 1:
                        pass
                    blocked()

                client.on_application_registered("app", when_all_have_started)
                """
            )
            self.assertEqual(out, ["interrupted", "[] 0"])
            self.assertEqual(err, "")

    def test_a_signal_handler_that_closes(self):
        out, err = self.interrupt(
            """
            WORKERS = 0
            signal.signal(signal.SIGINT, lambda *_: client.close())
            client.on_application_registered("app", blocked)
            """
        )
        self.assertEqual(out, ["ended", "[] 0"])
        self.assertEqual(err, "")
