"""What several threads do with one WebSocket: read, send, wake and close it."""

import selectors
import socket
import threading
import unittest
from unittest import mock

import trustme

from ari.connection.source import HEARD, Lost, RecvSource
from ari.connection.websocket import WebSocketSource, as_source

from ..sockets import (
    CLOSE,
    DEADLINE,
    PING,
    PONG,
    TEXT,
    Inbox,
    Peer,
    as_websocket,
    open_sockets,
    tcp_pair,
    tls_pair,
)
from ..support import StubSocket


class SourceTest(unittest.TestCase):
    """A source with the far end of its connection."""

    def setUp(self):
        self.near, far = self.pair()
        self.peer = Peer(far)
        self.addCleanup(far.close)
        self.ws = as_websocket(self.near)
        self.source = WebSocketSource(self.ws)
        self.addCleanup(self.source.close, farewell=False)

    def pair(self):
        return tcp_pair()

    def read_in_thread(self, timeout=DEADLINE):
        """Read once in a thread; return an inbox for what it brings, or raises."""
        got = Inbox()

        def read():
            try:
                got(self.source.read(timeout))
            except Lost as ex:
                got(ex)

        thread = threading.Thread(target=read)
        thread.start()
        self.addCleanup(thread.join, DEADLINE)
        return got

    def drain(self):
        """Receive until the end."""
        while self.peer.receive()[0] is not None:
            pass

    def before_each_wait(self, *steps):
        """Take one of these steps just before each wait of the reader for bytes."""
        select, left = self.source._selector.select, list(steps)

        def step_and_select(timeout):
            if timeout and left:
                left.pop(0)()
            return select(timeout)

        self.source._selector = mock.Mock(
            wraps=self.source._selector, **{"select.side_effect": step_and_select}
        )
        return left


class SendingTest(SourceTest):
    def test_what_was_sent_before_anybody_read_goes_first(self):
        self.source.send("one")
        self.peer.send("two")
        self.assertEqual(self.source.read(DEADLINE), "two")
        self.assertEqual(self.peer.receive(), (TEXT, b"one"))

    def test_any_number_of_messages_keep_their_order(self):
        count = 20_000  # more than the bell's buffer holds rings
        for number in range(count):
            self.source.send(str(number))
        got = self.read_in_thread()
        received = [self.peer.receive()[1] for _ in range(count)]
        self.assertEqual(received, [str(number).encode() for number in range(count)])
        self.peer.send("end")
        self.assertEqual(got.next(), "end")

    def test_a_message_that_comes_while_the_reader_looks_does_not_wait(self):
        """Between the look at what there is to send and the wait for bytes."""
        fill = self.source._fill

        def send_and_fill():
            self.source._fill = fill
            self.source.send("one")
            return fill()

        self.source._fill = send_and_fill
        waits = []
        self.before_each_wait(lambda: waits.append("rung"), lambda: waits.append("sent"))
        got = self.read_in_thread()
        self.assertEqual(self.peer.receive(), (TEXT, b"one"))
        self.peer.send("two")
        self.assertEqual(got.next(), "two")

    def test_a_bell_for_what_was_sent_already_is_not_taken_for_silence(self):
        """The reader may find a message before its sender rings."""
        self.before_each_wait(
            lambda: self.source._rope.send(b"."), lambda: self.peer.send("after the bell")
        )
        self.assertEqual(self.source.read(DEADLINE), "after the bell")

    def test_a_send_is_not_taken_for_a_sign_of_life(self):
        """Whoever sends without a pause still finds out that the other side is silent."""
        left = self.before_each_wait(*[lambda: self.source.send("x")] * 1_000_000)
        self.assertIsNone(self.source.read(0.01))
        self.assertTrue(left)

    def test_a_message_for_a_connection_that_breaks_is_a_lost_connection(self):
        self.near.shutdown(socket.SHUT_WR)
        self.source.send("x")
        with self.assertRaisesRegex(Lost, "Broken pipe"):
            self.source.read(DEADLINE)

    def test_nothing_can_be_sent_once_it_is_closed(self):
        self.source.close(farewell=True)
        with self.assertRaisesRegex(Lost, "the connection is closed"):
            self.source.send("x")

    def test_what_was_sent_before_it_is_closed_goes_before_the_goodbye(self):
        self.source.send("one")
        self.source.wake()
        self.assertIsNone(self.source.read(DEADLINE))
        self.source.close(farewell=True)
        self.assertEqual(self.peer.receive(), (TEXT, b"one"))
        self.assertEqual(self.peer.receive()[0], CLOSE)
        self.assertEqual(self.peer.receive(), (None, b""))

    def test_sends_and_a_close_at_once_do_no_harm(self):
        stop, failures = threading.Event(), []

        def send():
            try:
                while not stop.is_set():
                    self.source.send("x")
            except Lost:
                pass
            except BaseException as ex:  # noqa: BLE001 - that is what the test is about
                failures.append(ex)

        threads = [threading.Thread(target=send) for _ in range(3)]
        for thread in threads:
            thread.start()
        drained = threading.Thread(target=self.drain)
        drained.start()
        for _ in range(3):
            self.peer.send_frame(PONG)
            self.assertIs(self.source.read(DEADLINE), HEARD)
        self.source.close(farewell=False)
        for thread in threads:
            thread.join(DEADLINE)
            self.assertFalse(thread.is_alive())
        stop.set()
        drained.join(DEADLINE)
        self.assertEqual(failures, [])


class WakingTest(SourceTest):
    def test_a_read_that_waits_returns_nothing(self):
        waiting = threading.Event()
        self.before_each_wait(waiting.set)
        got = self.read_in_thread()
        self.assertTrue(waiting.wait(DEADLINE))
        self.source.wake()
        self.assertIsNone(got.next())

    def test_so_does_every_later_read_whatever_has_come(self):
        self.peer.send("one", "two")
        self.assertEqual(self.source.read(DEADLINE), "one")
        self.source.wake()
        self.source.wake()
        for _ in range(2):
            self.assertIsNone(self.source.read(DEADLINE))

    def test_a_read_that_is_amid_a_frame(self):
        self.peer.sock.sendall(b"\x81\x03on")
        began, receive = threading.Event(), self.ws.frame_buffer.recv

        def note_and_receive(size):
            began.set()
            return receive(size)

        self.ws.frame_buffer.recv = note_and_receive
        got = self.read_in_thread()
        self.assertTrue(began.wait(DEADLINE))
        self.source.wake()
        self.assertIsInstance(got.next(), (Lost, type(None)))

    def test_nothing_is_written(self):
        self.source.wake()
        self.assertIsNone(self.source.read(DEADLINE))
        self.source.close(farewell=False)
        self.assertEqual(self.peer.receive(), (None, b""))

    def test_one_that_is_closed(self):
        self.source.close(farewell=True)
        self.source.wake()


class ClosingTest(SourceTest):
    def test_with_and_without_a_goodbye(self):
        self.source.close(farewell=True)
        self.source.close(farewell=True)
        self.assertEqual(self.peer.receive()[0], CLOSE)
        self.assertEqual(self.peer.receive(), (None, b""))

    def test_nothing_is_left_open(self):
        before = open_sockets()
        self.source.close(farewell=False)
        self.assertEqual(before - open_sockets(), 3)

    def test_what_cannot_become_a_source_is_closed(self):
        """Without file descriptors each attempt to connect would leak some more."""
        for broken in (
            mock.patch("ari.connection.websocket.selectors.DefaultSelector", side_effect=OSError),
            mock.patch("ari.connection.websocket.socket.socketpair", side_effect=OSError),
            mock.patch.object(selectors.DefaultSelector, "register", side_effect=OSError),
        ):
            before = open_sockets()
            near, far = tcp_pair()
            with broken, self.assertRaises(OSError):
                as_source(as_websocket(near))
            self.assertEqual(Peer(far).receive(), (None, b""))
            far.close()
            self.assertEqual(open_sockets(), before)


class TlsTest(SourceTest):
    """Only the reading thread touches a connection under TLS."""

    @classmethod
    def setUpClass(cls):
        cls.authority = trustme.CA()

    def pair(self):
        return tls_pair(self.authority)

    def test_messages_in_both_directions(self):
        long = "x" * 100_000  # several records
        got = self.read_in_thread()
        self.source.send(long)
        self.assertEqual(self.peer.receive()[1].decode(), long)
        self.peer.send(long)
        self.assertEqual(got.next(), long)

    def test_messages_of_one_record_come_one_by_one(self):
        self.peer.send("one", "two", "three")
        self.assertEqual([self.source.read(DEADLINE) for _ in range(3)], ["one", "two", "three"])

    def test_a_sender_and_a_flood_at_once(self):
        count = 500
        sender = threading.Thread(
            target=lambda: [self.source.send(str(number)) for number in range(count)]
        )
        flood = threading.Thread(target=lambda: self.peer.send(*["y" * 500] * count))
        for thread in (sender, flood):
            thread.start()
        for _ in range(count):
            self.assertEqual(self.source.read(DEADLINE), "y" * 500)
        for thread in (sender, flood):
            thread.join(DEADLINE)
        self.assertIsNone(self.source.read(0))
        received = [self.peer.receive()[1] for _ in range(count)]
        self.assertEqual(received, [str(number).encode() for number in range(count)])

    def test_what_tls_says_for_itself_does_not_keep_the_reader_from_sending(self):
        """Its session tickets come first, and are no bytes for the WebSocket."""
        waiting = threading.Event()
        self.before_each_wait(waiting.set)
        got = self.read_in_thread()
        self.assertTrue(waiting.wait(DEADLINE))
        self.source.send("one")
        self.assertEqual(self.peer.receive(), (TEXT, b"one"))
        self.peer.send("two")
        self.assertEqual(got.next(), "two")

    def test_waking_and_saying_goodbye(self):
        waiting = threading.Event()
        self.before_each_wait(waiting.set)
        got = self.read_in_thread()
        self.assertTrue(waiting.wait(DEADLINE))
        self.source.wake()
        self.assertIsNone(got.next())
        self.source.close(farewell=True)
        self.assertEqual(self.peer.receive()[0], CLOSE)


class AsSourceTest(unittest.TestCase):
    def test_a_socket_with_only_recv(self):
        stub = StubSocket()
        source = as_source(stub)
        self.assertIsInstance(source, RecvSource)
        self.assertIs(source.socket, stub)


class ReadingTest(SourceTest):
    def test_silence_is_none(self):
        self.assertIsNone(self.source.read(0.01))
        self.assertIsNone(self.source.read(0))

    def test_a_control_frame_is_a_sign_of_life(self):
        self.peer.send_frame(PONG)
        self.assertIs(self.source.read(DEADLINE), HEARD)
        self.peer.send_frame(PING, b"?")
        self.assertIs(self.source.read(DEADLINE), HEARD)
        self.assertEqual(self.peer.receive(), (PONG, b"?"))

    def test_pinging(self):
        self.source.ping()
        self.assertEqual(self.peer.receive(), (PING, b""))

    def test_a_close_is_a_lost_connection(self):
        self.peer.leave()
        with self.assertRaisesRegex(Lost, "the server closed it"):
            self.source.read(DEADLINE)
