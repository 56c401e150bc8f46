"""The event stream: reading, pings, reconnecting and ending, on sockets without a network."""

import gc
import logging
import queue
import re
import socket
import struct
import threading
import time
import unittest
import warnings
from unittest import mock

import requests
import trustme

from ari.connection.backoff import Backoff, Reconnect
from ari.connection.latch import Latch, _plain_interrupts
from ari.connection.source import Lost, RecvSource
from ari.connection.stream import EventStream
from ari.connection.websocket import as_source
from ari.exceptions import (
    ARIConnectionError,
    ARIForbidden,
    ARIServerUnavailable,
    ARITimeout,
    ARIUnauthorized,
)

from ..sockets import (
    BINARY,
    CLOSE,
    DEADLINE,
    PING,
    PONG,
    TEXT,
    Exchange,
    Peer,
    as_websocket,
    library_threads,
    open_sockets,
    tcp_pair,
    tls_pair,
)

AT_ONCE = Reconnect(first_delay=0.0, max_delay=0.0)


class Told:
    """Notes what a stream tells, in order."""

    def __init__(self):
        self._news = queue.Queue()
        self.failing = None

    def on_message(self, message):
        self._news.put(("message", message))
        if self.failing:
            raise self.failing

    def on_connected(self, apps, again):
        self._news.put(("connected", apps, again))

    def on_lost(self, apps, reason):
        self._news.put(("lost", apps, reason))

    def on_end(self, failure):
        self._news.put(("end", failure))

    def next(self):
        return self._news.get(timeout=DEADLINE)

    @property
    def empty(self):
        return self._news.empty()


class StreamTest(unittest.TestCase):
    def setUp(self):
        logging.disable(logging.CRITICAL)
        self.addCleanup(logging.disable, logging.NOTSET)
        self.told = Told()
        self.exchange = Exchange()
        self.addCleanup(self.exchange.close)

    def stream(self, connect=None, apps=("a",), **options):
        options = {
            "reconnect": AT_ONCE,
            "ping_interval": DEADLINE,
            "ping_timeout": DEADLINE,
            **options,
        }
        connect = connect or self.exchange.connect
        stream = EventStream(lambda apps: as_source(connect(apps)), apps, self.told, **options)
        self.addCleanup(stream.join)
        self.addCleanup(stream.close)
        return stream

    def open(self, **options):
        """Open a stream, and return it and the far end of its connection."""
        stream = self.stream(**options)
        stream.open()
        self.assertEqual(self.told.next(), ("connected", tuple(stream.apps), False))
        return stream, self.exchange.next()

    def assert_lost(self, reason):
        kind, _, said = self.told.next()
        self.assertEqual(kind, "lost")
        self.assertIn(reason, said)

    def assert_end(self, failure=None, text=""):
        kind, error = self.told.next()
        self.assertEqual(kind, "end")
        self.assertIsInstance(error, failure or type(None))
        self.assertIn(text, str(error))


class ReadingTest(StreamTest):
    def test_messages_come_in_order_as_text(self):
        _, peer = self.open()
        peer.send("one", "zwölf", "")
        self.assertEqual([self.told.next()[1] for _ in range(3)], ["one", "zwölf", ""])

    def test_a_message_in_fragments_is_one(self):
        _, peer = self.open()
        peer.send_frame(TEXT, b"o", final=False)
        peer.send_frame(PING, b"?")
        peer.send_frame(0, b"ne")
        self.assertEqual(self.told.next(), ("message", "one"))
        self.assertEqual(peer.receive(), (PONG, b"?"))

    def test_what_is_no_text_comes_as_bytes(self):
        _, peer = self.open()
        peer.send_frame(BINARY, b"\x00")
        peer.send(b"\xff{}")
        self.assertEqual(self.told.next(), ("message", b"\x00"))
        self.assertEqual(self.told.next(), ("message", b"\xff{}"))

    def test_an_unasked_pong_is_passed_over(self):
        _, peer = self.open()
        peer.send_frame(PONG)
        peer.send("one")
        self.assertEqual(self.told.next(), ("message", "one"))

    def test_a_frame_that_breaks_the_protocol_loses_the_connection(self):
        _, peer = self.open()
        peer.send_frame(7)
        self.assert_lost("Invalid opcode")

    def test_the_reader_is_never_kept_by_what_it_tells(self):
        """Nothing is read ahead of what is told, and all of it is told."""
        _, peer = self.open()
        many = [str(n) for n in range(500)]
        peer.send(*many)
        self.assertEqual([self.told.next()[1] for _ in many], many)

    def test_an_error_of_ours_ends_the_stream_and_is_told(self):
        _, peer = self.open()
        self.told.failing = RuntimeError("a fault")
        peer.send("one")
        self.told.next()
        self.assert_end(RuntimeError, "a fault")
        self.assertEqual(peer.receive(), (None, b""))


class SendingTest(StreamTest):
    def test_a_message_reaches_the_other_side(self):
        stream, peer = self.open()
        stream.send("one")
        stream.send("zwölf")
        self.assertEqual(peer.receive(), (TEXT, b"one"))
        self.assertEqual(peer.receive(), (TEXT, "zwölf".encode()))

    def test_from_the_reading_thread(self):
        stream, answered = self.stream(), threading.Event()

        def answer(message):
            stream.send(f"answer to {message}")
            answered.set()

        self.told.on_message = answer
        stream.open()
        self.told.next()
        peer = self.exchange.next()
        peer.send("one")
        self.assertTrue(answered.wait(DEADLINE))
        self.assertEqual(peer.receive(), (TEXT, b"answer to one"))

    def test_before_it_is_open_and_after_it_has_ended(self):
        stream = self.stream()
        with self.assertRaisesRegex(ARIConnectionError, "^nothing was sent: the connection is lo"):
            stream.send("one")
        stream.open()
        stream.close()
        stream.join()
        with self.assertRaisesRegex(ARIConnectionError, "^nothing was sent: the connection is lo"):
            stream.send("one")

    def test_while_it_is_lost(self):
        stream, peer = self.open(reconnect=Reconnect(first_delay=1e6, max_delay=1e6))
        peer.drop()
        self.assert_lost("")
        with self.assertRaisesRegex(ARIConnectionError, "nothing was sent"):
            stream.send("one")

    def test_once_it_is_made_again(self):
        stream, peer = self.open()
        peer.drop()
        self.assert_lost("")
        self.told.next()
        stream.send("one")
        self.assertEqual(self.exchange.next().receive(), (TEXT, b"one"))

    def test_what_does_not_come_through_is_a_lost_connection(self):
        stream, _ = self.open()
        stream.source.socket.sock.shutdown(socket.SHUT_WR)
        stream.send("one")
        self.assert_lost("Broken pipe")

    def test_a_stub_that_can_send_and_one_that_cannot(self):
        for able in (True, False):
            go_on = threading.Event()
            spec = ["recv", "send_close", "close", *(["send"] if able else [])]
            stub = mock.Mock(spec=spec)
            stub.recv.side_effect = lambda go_on=go_on: go_on.wait(DEADLINE) and None
            stub.send_close.side_effect = go_on.set
            stream = self.stream(lambda apps, stub=stub: stub)
            stream.open()
            if able:
                stream.send("one")
                stub.send.assert_called_once_with("one")
            else:
                with self.assertRaisesRegex(
                    ARIConnectionError, "nothing was sent: Mock cannot send"
                ):
                    stream.send("one")
            stream.close()
            stream.join()

    def test_a_silent_server_is_found_out_by_whoever_sends_all_the_time(self):
        stream, peer = self.open(ping_interval=0.01, ping_timeout=0.02, reconnect=None)
        ended = threading.Event()

        def send():
            while not ended.is_set():
                try:
                    stream.send("x")
                except ARIConnectionError:
                    return

        def receive():
            while peer.receive()[0] is not None:
                pass

        threads = [threading.Thread(target=each) for each in (send, receive)]
        for thread in threads:
            thread.start()
        self.assert_lost("no answer to a ping")
        ended.set()
        for thread in threads:
            thread.join(DEADLINE)


class StubTest(StreamTest):
    """A socket of somebody else's making."""

    def test_none_ends_the_stream_properly(self):
        stub = mock.Mock(spec=["recv", "send_close", "close"])
        stub.recv.side_effect = ["one", b"two", None]
        self.stream(lambda apps: stub).open()
        self.told.next()
        self.assertEqual([self.told.next()[1] for _ in range(2)], ["one", "two"])
        self.assert_end()
        stub.close.assert_called_once_with()
        stub.send_close.assert_not_called()

    def test_an_error_is_a_lost_connection(self):
        for error in (OSError("cut off"), IndexError("cut off"), struct.error("cut off")):
            with self.subTest(error=error):
                stub = mock.Mock(spec=["recv", "send_close", "close"])
                stub.recv.side_effect = error
                self.stream(lambda apps, stub=stub: stub, reconnect=None).open()
                self.told.next()
                self.assert_lost("cut off")
                self.assert_end(ARIConnectionError, "cut off")

    def test_what_ends_a_process_ends_the_stream(self):
        stub = mock.Mock(spec=["recv", "send_close", "close"])
        stub.recv.side_effect = SystemExit(3)
        self.stream(lambda apps: stub).open()
        self.told.next()
        self.assert_end(SystemExit)
        stub.close.assert_called_once_with()

    def test_a_message_that_cannot_be_sent(self):
        stub = mock.Mock(spec=["send"])
        for error in (OSError("cut off"), ValueError("cut off")):
            stub.send.side_effect = error
            with self.assertRaisesRegex(Lost, "cut off"):
                RecvSource(stub).send("one")
        with self.assertRaisesRegex(Lost, "int cannot send"):
            RecvSource(3).send("one")

    def test_closing_sends_a_close_which_ends_the_reading(self):
        goodbye = threading.Event()
        stub = mock.Mock(spec=["recv", "send_close", "close"])
        stub.send_close.side_effect = goodbye.set
        stub.recv.side_effect = lambda: goodbye.wait(DEADLINE) and None
        stream = self.stream(lambda apps: stub)
        stream.open()
        stream.close()
        stream.close()
        stream.join()
        stub.send_close.assert_called_once_with()
        stub.close.assert_called_once_with()
        self.told.next()
        self.assert_end()

    def test_errors_while_closing_do_no_harm(self):
        for error in (OSError("closed already"), AttributeError("sock")):
            stub = mock.Mock(spec=["recv", "send_close", "close"])
            stub.recv.return_value = None
            stub.close.side_effect = error
            self.stream(lambda apps, stub=stub: stub).open()
            self.told.next()
            self.assert_end()

    def test_a_close_that_cannot_be_sent_does_no_harm(self):
        reading, go_on = threading.Event(), threading.Event()

        def recv():
            reading.set()
            go_on.wait(DEADLINE)

        stub = mock.Mock(spec=["recv", "send_close", "close"])
        stub.recv.side_effect = recv
        stub.send_close.side_effect = AttributeError("broken")
        stream = self.stream(lambda apps: stub)
        stream.open()
        self.assertTrue(reading.wait(DEADLINE))
        stream.close()
        go_on.set()
        self.told.next()
        self.assert_end()


class PingTest(StreamTest):
    def test_silence_is_pinged_and_an_answer_keeps_the_connection(self):
        _, peer = self.open(ping_interval=0.01)
        for _ in range(3):
            self.assertEqual(peer.receive(), (PING, b""))
            peer.send_frame(PONG)
        peer.send("one")
        self.assertEqual(self.told.next(), ("message", "one"))

    def test_any_frame_counts_as_an_answer(self):
        _, peer = self.open(ping_interval=0.01)
        self.assertEqual(peer.receive()[0], PING)
        peer.send("one")
        self.assertEqual(self.told.next(), ("message", "one"))
        self.assertEqual(peer.receive()[0], PING)

    def test_no_answer_in_time_is_a_lost_connection(self):
        self.open(ping_interval=0.01, ping_timeout=0.02)
        self.assert_lost("no answer to a ping within 0.02 s")
        self.assertEqual(self.told.next(), ("connected", ("a",), True))

    def test_pings_that_make_no_sense_are_refused_before_anything_is_opened(self):
        for name in ("ping_interval", "ping_timeout"):
            for value in (0, -1, float("nan"), None, "5"):
                with (
                    self.subTest(name, value=value),
                    self.assertRaisesRegex(ValueError, re.escape(f"{name}={value!r}: it must be")),
                ):
                    self.stream(**{name: value})

    def test_a_patience_beyond_what_selectors_take(self):
        _, peer = self.open(ping_interval=float("inf"), ping_timeout=1e12)
        peer.send("one")
        self.assertEqual(self.told.next(), ("message", "one"))

    def test_the_deadline_is_the_interval_and_the_timeout(self):
        waits = []

        def silence(timeout):
            waits.append(timeout)
            return []

        stream = self.stream(ping_interval=3.0, ping_timeout=2.0)
        near, far = tcp_pair()
        self.addCleanup(near.close)
        self.addCleanup(far.close)
        selector = mock.Mock(**{"select.side_effect": silence})
        with mock.patch(
            "ari.connection.websocket.selectors.DefaultSelector", return_value=selector
        ):
            stream.source = as_source(as_websocket(near))
        self.assertIn("within 2 s", stream._read())
        # Looks without waiting are not waits.
        self.assertEqual([round(wait, 1) for wait in waits if wait], [3.0, 2.0])

    def test_a_frame_that_stalls_counts_as_silence(self):
        _, peer = self.open(ping_interval=0.01)
        peer.sock.sendall(b"\x81\x03on")
        self.assertEqual(peer.receive(), (PING, b""))
        peer.sock.sendall(b"e")
        self.assertEqual(self.told.next(), ("message", "one"))

    def test_a_ping_that_cannot_be_sent_is_a_lost_connection(self):
        stream = self.stream(ping_interval=0.01)
        near, far = tcp_pair()
        self.addCleanup(near.close)
        self.addCleanup(far.close)
        near.shutdown(socket.SHUT_WR)
        stream.source = as_source(as_websocket(near))
        self.assertIn("Broken pipe", stream._read())

    def test_no_pong_is_ever_sent_unasked(self):
        stream, peer = self.open(ping_interval=0.01)
        seen = set()
        for _ in range(5):
            seen.add(peer.receive()[0])
            peer.send_frame(PONG)
        stream.close()
        self.assertEqual(seen, {PING})


class DelayTest(unittest.TestCase):
    def test_values_that_make_no_sense_are_refused(self):
        nan, inf = float("nan"), float("inf")
        for name, values in {
            "first_delay": (-0.1, nan, inf, 1e300, None, "1", True),
            "max_delay": (-1, nan, inf, 1e300, None, "1", False),
            "stable_after": (-1, nan, None, "1"),
            "max_attempts": (0, -1, 1.5, nan, inf, "3", True),
        }.items():
            for value in values:
                with (
                    self.subTest(name, value=value),
                    self.assertRaisesRegex(ValueError, re.escape(f"Reconnect({name}={value!r})")),
                ):
                    Reconnect(**{name: value})
        with self.assertRaisesRegex(ValueError, "Backoff.first_delay=-1.: it must be seconds"):
            Backoff(first_delay=-1)

    def test_values_at_the_edge_are_taken(self):
        policy = Reconnect(0, 0.0, max_attempts=1, stable_after=float("inf"))
        self.assertEqual(policy.delay(5), 0.0)
        longest = Reconnect(threading.TIMEOUT_MAX, threading.TIMEOUT_MAX)
        latch = Latch()
        latch.set()
        self.assertTrue(latch.wait(longest.delay(5, rand=lambda: 1.0)))


class ReconnectingTest(StreamTest):
    def test_a_drop_and_a_polite_close_are_made_good(self):
        _, peer = self.open()
        peer.drop()
        self.assert_lost("")
        self.assertEqual(self.told.next(), ("connected", ("a",), True))
        self.exchange.next().leave()
        self.assert_lost("the server closed it")
        self.assertEqual(self.told.next(), ("connected", ("a",), True))
        self.exchange.next().send("one")
        self.assertEqual(self.told.next(), ("message", "one"))

    def test_the_old_socket_is_closed(self):
        before = open_sockets()
        _, peer = self.open()
        for _ in range(5):
            peer.leave()
            self.assert_lost("the server closed it")
            self.told.next()
            peer = self.exchange.next()
        # Both ends of the connection, and of what wakes its reader.
        self.assertEqual(open_sockets() - before, 4)

    def test_what_may_pass_is_tried_again(self):
        _, peer = self.open()
        self.exchange.refuse(
            ARIConnectionError("refused"),
            ARITimeout("slow"),
            ARIServerUnavailable("starting"),
            requests.ConnectionError("refused"),
            OSError("no route"),
        )
        peer.drop()
        self.assert_lost("")
        self.assertEqual(self.told.next(), ("connected", ("a",), True))
        self.assertEqual(self.exchange.attempts, 7)

    def test_an_attempt_may_fail_in_any_way(self):
        """As with the releases of websocket-client that raise their own faults on garbage."""
        errors = (
            IndexError("list index"),
            ValueError("invalid literal"),
            UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"),
            TypeError("NoneType"),
            AssertionError(),
            RuntimeError("no more threads"),
        )
        _, peer = self.open()
        self.exchange.refuse(*errors)
        peer.drop()
        self.assert_lost("")
        self.assertEqual(self.told.next(), ("connected", ("a",), True))
        for error in errors:
            self.exchange.refuse(error)
            with self.assertRaisesRegex(ARIConnectionError, "no event stream") as caught:
                self.stream().open()
            self.assertIs(caught.exception.__cause__, error)

    def test_the_last_failure_is_named_whatever_it_is(self):
        _, peer = self.open(reconnect=Reconnect(0.0, 0.0, max_attempts=1))
        self.exchange.refuse(IndexError("list index"))
        peer.drop()
        self.assert_lost("")
        self.assert_end(ARIConnectionError, "the last: list index")

    def test_what_ends_a_process_is_no_failed_attempt(self):
        for error in (KeyboardInterrupt(), SystemExit(3)):
            _, peer = self.open()
            self.exchange.refuse(error)
            peer.drop()
            self.assert_lost("")
            self.assert_end(type(error))
            self.exchange.refuse(error)
            with self.assertRaises(type(error)):
                self.stream().open()

    def test_a_websocket_that_cannot_be_read_is_a_failed_attempt(self):
        closed = as_websocket(None)
        opened = [self.exchange.connect, lambda apps: closed, self.exchange.connect]
        stream = self.stream(lambda apps: opened.pop(0)(apps))
        stream.open()
        self.told.next()
        self.exchange.next().drop()
        self.assert_lost("")
        self.assertEqual(self.told.next(), ("connected", ("a",), True))

    def test_it_never_gives_up_by_default(self):
        _, peer = self.open()
        self.exchange.refuse(*[ARIConnectionError("refused")] * 500)
        peer.drop()
        self.assert_lost("")
        self.assertEqual(self.told.next(), ("connected", ("a",), True))

    def test_credentials_that_count_no_more_end_the_stream(self):
        for error in (ARIUnauthorized("who?"), ARIForbidden("not here")):
            with self.subTest(error=error):
                _, peer = self.open()
                self.exchange.refuse(ARIConnectionError("refused"), error)
                peer.drop()
                self.assert_lost("")
                self.assert_end(type(error))

    def test_attempts_in_a_row_are_counted(self):
        _, peer = self.open(reconnect=Reconnect(0.0, 0.0, max_attempts=3))
        self.exchange.refuse(*[ARIConnectionError("refused")] * 2)
        peer.drop()
        self.assert_lost("")
        self.assertEqual(self.told.next()[0], "connected")
        self.exchange.refuse(*[ARIConnectionError("refused")] * 3)
        self.exchange.next().drop()
        self.assert_lost("")
        self.assert_end(ARIConnectionError, "3 attempts to reconnect failed; the last: refused")

    def test_without_reconnecting_a_loss_is_an_error(self):
        _, peer = self.open(reconnect=None)
        peer.leave()
        self.assert_lost("the server closed it")
        self.assert_end(ARIConnectionError, "the server closed it")
        self.assertEqual(self.exchange.attempts, 1)

    def test_the_first_connection_is_not_repeated(self):
        self.exchange.refuse(ARIConnectionError("refused"))
        with self.assertRaises(ARIConnectionError):
            self.stream().open()
        self.assertTrue(self.told.empty)

    def delays(self, lifetimes):
        """Lose connections after lifetimes in seconds; return the attempts that delays were for."""
        asked = []

        class Policy(Reconnect):
            def delay(self, attempt, rand=None):
                asked.append(attempt)
                return 0.0

        ticks = iter([second for life in lifetimes for second in (0.0, life)])
        stream = self.stream(reconnect=Policy(stable_after=10.0))
        stream._read = lambda: "cut" if len(asked) < len(lifetimes) else None
        stream._connect_source = lambda: True
        with mock.patch("ari.connection.stream.time.monotonic", side_effect=[*ticks, 0.0]):
            stream._keep_reading()
        return asked

    def test_the_backoff_grows_until_a_connection_was_stable(self):
        self.assertEqual(self.delays([1, 9.9, 10.0, 2, 100]), [0, 1, 0, 1, 0])

    def test_an_application_that_was_given_up_is_not_registered_again(self):
        stream, peer = self.open(apps=("a", "b"))
        stream.give_up("a")
        stream.give_up("unknown")
        peer.drop()
        self.assertEqual(self.told.next()[:2], ("lost", ("b",)))
        self.assertEqual(self.told.next(), ("connected", ("b",), True))

    def test_without_any_application_left_it_ends(self):
        stream, _ = self.open()
        stream.give_up("a")
        self.assert_end()


class EndingTest(StreamTest):
    def test_closing_says_goodbye_and_leaves_nothing(self):
        before = open_sockets()
        stream, peer = self.open()
        stream.close()
        stream.close()
        stream.join()
        self.assert_end()
        self.assertEqual(peer.receive(), (CLOSE, b"\x03\xe8"))
        self.assertEqual(peer.receive(), (None, b""))
        peer.drop()
        self.assertEqual(open_sockets(), before)
        self.assertEqual(library_threads(), [])

    def test_a_server_that_does_not_answer_does_not_delay_the_end(self):
        stream, _ = self.open()
        with mock.patch("ari.connection.stream.PATIENCE", DEADLINE):
            began = time.monotonic()
            stream.close()
            stream.join()
        self.assertEqual(library_threads(), [])
        self.assertLess(time.monotonic() - began, DEADLINE / 2)

    def test_a_server_that_reads_nothing_does_not_delay_the_end_for_long(self):
        stream, peer = self.open()
        peer.send("one")
        self.assertEqual(self.told.next(), ("message", "one"))
        near = stream.source.socket.sock
        near.setblocking(False)
        with mock.patch("ari.connection.websocket._FAREWELL", 0.01):
            with self.assertRaises(BlockingIOError):
                while True:
                    near.send(bytes(65536))
            stream.close()
            stream.join()
        self.assert_end()
        self.assertEqual(library_threads(), [])
        peer.drop()

    def test_a_flood_does_not_keep_it_from_ending(self):
        stream, peer = self.open()
        stop = threading.Event()

        def flood():
            try:
                while not stop.is_set():
                    peer.send(*["x" * 100] * 100)
            except OSError:
                pass

        thread = threading.Thread(target=flood)
        thread.start()
        self.told.next()
        stream.close()
        stream.join()
        stop.set()
        thread.join(DEADLINE)
        self.assertEqual(library_threads(), [])

    def test_closing_under_tls_touches_nothing_of_the_readers(self):
        near, far = tls_pair(trustme.CA())
        ws, peer = as_websocket(near), Peer(far)
        self.addCleanup(far.close)
        stream = self.stream(lambda apps: ws)
        stream.open()
        peer.send("one")
        self.told.next()
        self.assertEqual(self.told.next(), ("message", "one"))
        stream.close()
        stream.join()
        self.assert_end()
        self.assertEqual(library_threads(), [])

    def test_closing_while_waiting_to_reconnect(self):
        stream, peer = self.open(reconnect=Reconnect(first_delay=1e6, max_delay=1e6))
        peer.drop()
        self.assert_lost("")
        stream.close()
        stream.join()
        self.assert_end()

    def test_closing_while_connecting_again(self):
        """The connection that was under way is made, and closed with a goodbye."""
        connecting, go_on = threading.Event(), threading.Event()

        def connect(apps):
            if self.exchange.attempts:
                connecting.set()
                go_on.wait(DEADLINE)
            return self.exchange.connect(apps)

        stream = self.stream(connect)
        stream.open()
        self.told.next()
        self.exchange.next().drop()
        self.assertTrue(connecting.wait(DEADLINE))
        stream.close()
        go_on.set()
        stream.join()
        self.assertEqual(self.exchange.next().receive()[0], CLOSE)
        self.assert_lost("")
        self.assert_end()

    def test_closing_while_an_attempt_fails(self):
        connecting, go_on = threading.Event(), threading.Event()

        def connect(apps):
            if self.exchange.attempts:
                connecting.set()
                go_on.wait(DEADLINE)
                raise ARIUnauthorized("who?")
            return self.exchange.connect(apps)

        stream = self.stream(connect)
        stream.open()
        self.told.next()
        self.exchange.next().drop()
        self.assertTrue(connecting.wait(DEADLINE))
        stream.close()
        go_on.set()
        self.assert_lost("")
        self.assert_end()

    def test_closing_before_the_first_connection_is_begun(self):
        before = open_sockets()
        stream = self.stream()
        stream.close()
        stream.open()
        stream.join()
        self.assert_end()
        self.assertEqual(self.exchange.attempts, 0)
        self.assertEqual(open_sockets(), before)

    def test_closing_while_the_first_connection_is_made(self):
        """It is not waited for, and closed with a goodbye when it is there."""
        for error in (None, ARIUnauthorized("who?")):
            connecting, go_on = threading.Event(), threading.Event()

            def connect(apps, connecting=connecting, go_on=go_on, error=error):
                connecting.set()
                go_on.wait(DEADLINE)
                if error:
                    raise error
                return self.exchange.connect(apps)

            stream = self.stream(connect)
            opener = threading.Thread(target=stream.open)
            opener.start()
            self.assertTrue(connecting.wait(DEADLINE))
            stream.close()
            opener.join(DEADLINE)
            self.assertFalse(opener.is_alive())
            stream.join()
            self.assert_end()
            [late] = library_threads()
            go_on.set()
            if error is None:
                self.assertEqual(self.exchange.next().receive()[0], CLOSE)
            late.join(DEADLINE)
            self.assertFalse(late.is_alive())

    def test_closing_just_as_the_connection_is_there(self):
        """Before the opener has taken it."""
        for wait in (False, True):
            before = open_sockets()
            stream = self.stream()

            def connect(apps, stream=stream, wait=wait):
                source = as_source(self.exchange.connect(apps))
                stream.close()
                if wait:
                    source.wake()
                return source

            stream._connect = connect
            stream.open()
            stream.join()
            self.assert_end()
            peer = self.exchange.next()
            self.assertEqual(peer.receive()[0], CLOSE)
            peer.drop()
            self.assertEqual(library_threads(), [])
            self.assertEqual(open_sockets(), before)

    def test_closing_in_the_moment_of_a_loss(self):
        """After the loss was noticed, at each step until the next connection is read."""
        for moment in ("_discard", "_connect_source", "_read"):
            with self.subTest(moment):
                before = open_sockets()
                stream, peer = self.open()
                step = getattr(stream, moment)

                def close_first(step=step, stream=stream):
                    stream.close()
                    return step()

                setattr(stream, moment, close_first)
                peer.drop()
                stream.join()
                news = self.told.next()
                while news[0] != "end":
                    news = self.told.next()
                self.assertIsNone(news[1])
                self.exchange.close()
                self.assertEqual(library_threads(), [])
                self.assertEqual(open_sockets(), before)

    def test_closing_what_was_never_opened(self):
        stream = self.stream()
        stream.close()
        stream.join()

    def start_badly(self, name, error, *, begins):
        """Have the start of a thread raise, whether or not the thread begins all the same."""
        start = threading.Thread.start

        def raises(thread):
            if thread.name != name:
                return start(thread)
            if begins == "late":
                timer = threading.Thread(target=start, args=(thread,))
                self.addCleanup(timer.join)
                start(timer)
            elif begins:
                start(thread)
            raise error

        return mock.patch.object(threading.Thread, "start", raises)

    def test_threads_that_cannot_start_leave_nothing(self):
        before = open_sockets()
        for name, raised in {"ari-connect": ARIConnectionError, "ari-events": RuntimeError}.items():
            stream = self.stream()
            with (
                self.start_badly(name, RuntimeError("no more"), begins=False),
                self.assertRaisesRegex(raised, "no more"),
            ):
                stream.open()
            stream.close()
            stream.join()
            if name == "ari-events":
                self.exchange.next().drop()
            self.assertEqual(open_sockets(), before)
            self.assertEqual(library_threads(), [])

    def test_an_interrupt_while_threads_start_leaves_nothing(self):
        before = open_sockets()
        for name in ("ari-connect", "ari-events"):
            for begins in (True, False, "late"):
                with self.subTest(name, begins=begins):
                    stream = self.stream()
                    with self.start_badly(name, KeyboardInterrupt(), begins=begins):
                        with self.assertRaises(KeyboardInterrupt):
                            stream.open()
                        stream.close()
                        stream.join()
                    self.assertEqual(library_threads(), [])
                    self.exchange.close()
                    self.assertEqual(open_sockets(), before)

    def test_a_thread_that_begins_after_the_end_says_nothing(self):
        stream = self.stream()
        held = []
        start = threading.Thread.start

        def hold(thread):
            if thread.name == "ari-events":
                held.append(thread)
                raise KeyboardInterrupt
            start(thread)

        with mock.patch.object(threading.Thread, "start", hold):
            with self.assertRaises(KeyboardInterrupt):
                stream.open()
            stream.close()
            stream.join()
        self.told.next()
        held[0].start()
        held[0].join(DEADLINE)
        self.assertTrue(self.told.empty)

    def test_an_interrupt_of_the_wait_for_the_first_connection(self):
        connecting, go_on = threading.Event(), threading.Event()

        def connect(apps):
            connecting.set()
            go_on.wait(DEADLINE)
            return self.exchange.connect(apps)

        def interrupt(latch, timeout=None):
            connecting.wait(DEADLINE)
            raise KeyboardInterrupt

        stream = self.stream(connect)
        with mock.patch.object(Latch, "wait", interrupt), self.assertRaises(KeyboardInterrupt):
            stream.open()
        stream.close()
        stream.join()
        [late] = library_threads()
        go_on.set()
        self.assertEqual(self.exchange.next().receive()[0], CLOSE)
        late.join(DEADLINE)
        self.assertTrue(self.told.empty)

    def test_a_socket_that_is_closed_under_our_hands(self):
        """Its end is a loss like any other, and closing it again does no harm."""
        stream, peer = self.open(reconnect=None)
        stream.source.socket.sock.shutdown(socket.SHUT_RDWR)
        self.assert_lost("")
        self.assert_end(ARIConnectionError)
        stream.close()
        peer.drop()

    def test_waking_a_socket_that_is_gone_already(self):
        stream, peer = self.open()
        with mock.patch(
            "ari.connection.websocket.socket.socket.shutdown", side_effect=OSError("gone")
        ):
            stream.close()
        peer.drop()
        stream.join()
        self.assert_end()

    def test_close_from_the_reading_thread(self):
        stream = self.stream()
        self.told.on_message = lambda message: stream.close()
        stream.open()
        self.told.next()
        peer = self.exchange.next()
        peer.send("one")
        self.assert_end()
        self.assertEqual(peer.receive()[0], CLOSE)

    def test_nothing_is_left_to_the_garbage_collector(self):
        with warnings.catch_warnings():
            warnings.simplefilter("error", ResourceWarning)
            stream, peer = self.open()
            peer.drop()
            self.assert_lost("")
            self.told.next()
            self.exchange.next().drop()
            stream.close()
            stream.join()
            del stream
            gc.collect()


class LatchTest(unittest.TestCase):
    def test_an_interrupt_is_raised_as_what_it_is(self):
        """Though a lock that Ctrl-C kept from being taken again complains of its release."""
        latch = Latch()

        def press(state):
            raise KeyboardInterrupt

        with (
            mock.patch.object(latch._changed, "_acquire_restore", press),
            self.assertRaises(KeyboardInterrupt),
        ):
            latch.wait(0.01)
        with self.assertRaisesRegex(RuntimeError, "of its own"), _plain_interrupts():
            raise RuntimeError("of its own")
