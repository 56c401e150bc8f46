"""The WebSocket as a source: nothing of it waits, whatever comes, however it comes."""

import contextlib
import gc
import os
import random
import socket
import struct
import threading
import time
import unittest
import warnings
from unittest import mock

import trustme
import websocket

from ari.connection import websocket as module
from ari.connection.source import HEARD, Lost
from ari.connection.websocket import WebSocketSource, as_source

from ..sockets import (
    BINARY,
    CLOSE,
    DEADLINE,
    PING,
    PONG,
    TEXT,
    Peer,
    as_websocket,
    frame,
    open_sockets,
    tcp_pair,
    tls_pair,
)

CONTINUATION = 0

#: Seconds that a read may take in which nothing comes.
BRIEF = 0.05


class GreenSocket:
    """A socket in the shape that eventlet gives it: no socket of Python's own, but around one."""

    def __init__(self, sock):
        self.fd = sock

    def __getattr__(self, name):
        if name == "_closed":
            raise AttributeError(name)
        return getattr(self.fd, name)


class SourceTest(unittest.TestCase):
    def setUp(self):
        self.near, self.far = self.pair()
        for end in (self.near, self.far):
            self.addCleanup(end.close)
        self.peer = Peer(self.far)
        self.ws = as_websocket(self.near)
        self.source = WebSocketSource(self.ws)
        self.addCleanup(self.source.close, farewell=False)

    def pair(self):
        return tcp_pair()

    def assert_lost(self, reason):
        with self.assertRaises(Lost) as caught:
            while self.source.read(DEADLINE) is HEARD:
                pass
        self.assertIn(reason, str(caught.exception))
        return caught.exception

    def fill_towards_peer(self):
        """Leave no room between here and the peer, which reads nothing."""
        self.near.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        with self.assertRaises(BlockingIOError):
            while True:
                self.near.send(bytes(65536))


class ReadAheadTest(SourceTest):
    def pair(self):
        return socket.socketpair()

    def test_the_websocket_reads_what_was_read_ahead(self):
        self.far.sendall(b"abcdef")
        self.assertTrue(self.source._fill())
        self.assertEqual(self.ws.frame_buffer.recv(4), b"abcd")
        self.assertEqual(self.ws.frame_buffer.recv(4), b"ef")
        self.far.sendall(b"gh")
        self.assertTrue(self.source._fill())
        self.assertEqual(self.ws.frame_buffer.recv(4), b"gh")

    def test_nothing_to_read_does_not_wait(self):
        self.assertFalse(self.source._fill())
        with self.assertRaises(module._Incomplete):
            self.ws.frame_buffer.recv(4)

    def test_a_sender_is_never_kept_waiting_by_a_reader_that_parses(self):
        self.far.setblocking(False)
        sent = bytearray()
        for number in range(400):  # more than the buffers between them hold
            block = bytes([number % 256]) * 20_000
            self.assertEqual(self.far.send(block), len(block))
            sent += block
            self.source._fill()
        received = bytearray()
        while len(received) < len(sent):
            received += self.ws.frame_buffer.recv(16_384)
        self.assertEqual(received, sent)

    def test_the_end_comes_after_what_was_read_ahead(self):
        self.far.sendall(frame(TEXT, b"last"))
        self.far.close()
        self.assertTrue(self.source._fill())
        self.assertTrue(self.source._fill())
        self.assertEqual(self.source.read(DEADLINE), "last")
        self.assert_lost("the server hung up")
        self.assert_lost("the server hung up")

    def test_an_error_comes_after_what_was_read_ahead(self):
        self.far.sendall(frame(TEXT, b"last"))
        received = [self.near.recv(100)]
        self.source._sock = mock.Mock(
            **{"recv.side_effect": [*received, ConnectionResetError(104, "reset")]}
        )
        self.assertEqual(self.source.read(DEADLINE), "last")
        self.assert_lost("reset")

    def test_more_than_one_look_takes_is_not_waited_for(self):
        """Where a selector does not see what TLS holds already."""
        self.source._sock = mock.Mock(**{"recv.return_value": b"x"})
        self.assertTrue(self.source._fill())
        self.assertTrue(self.source._more)


class DripTest(SourceTest):
    def test_a_frame_that_drips_is_silence(self):
        """Each byte comes in time; together they take longer than anybody would wait."""
        stop = threading.Event()

        def drip():
            with contextlib.suppress(OSError):
                self.far.sendall(b"\x81\x7f" + struct.pack("!Q", 1 << 40))
                while not stop.wait(BRIEF / 10):
                    self.far.sendall(b"x")

        thread = threading.Thread(target=drip)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(stop.set)
        began = time.monotonic()
        self.assertIsNone(self.source.read(BRIEF))
        self.assertLess(time.monotonic() - began, DEADLINE / 2)

    def test_a_frame_in_bytes_is_read_when_the_last_of_them_is_here(self):
        for byte in frame(TEXT, b"x" * 200)[:-1]:
            self.far.sendall(bytes([byte]))
            self.assertIsNone(self.source.read(0))
        self.far.sendall(b"x")
        self.assertEqual(self.source.read(DEADLINE), "x" * 200)

    def test_a_very_large_frame(self):
        text = b"0123456789" * 2_000_000
        thread = threading.Thread(target=self.far.sendall, args=(frame(TEXT, text),))
        thread.start()
        self.addCleanup(thread.join)
        self.assertEqual(self.source.read(DEADLINE), text.decode())

    def test_a_frame_that_claims_to_be_endless_costs_nothing(self):
        self.far.sendall(b"\x81\x7f" + struct.pack("!Q", (1 << 63) - 1) + b"x" * 100)
        self.assertIsNone(self.source.read(BRIEF))


class FrameTest(SourceTest):
    def test_fragments_with_control_frames_between(self):
        self.peer.send_frame(TEXT, b"a", final=False)
        self.peer.send_frame(PING, b"?")
        self.peer.send_frame(CONTINUATION, b"b", final=False)
        self.peer.send_frame(PONG, b"!")
        self.peer.send_frame(CONTINUATION, b"c")
        self.peer.send_frame(BINARY, b"\x00", final=False)
        self.peer.send_frame(CONTINUATION, b"\x01")
        read = [self.source.read(DEADLINE) for _ in range(7)]
        self.assertEqual(read, [HEARD] * 4 + ["abc", HEARD, b"\x00\x01"])
        self.assertEqual(self.peer.receive(), (PONG, b"?"))

    def test_a_character_that_is_split_over_fragments(self):
        self.peer.send_frame(TEXT, "ö".encode()[:1], final=False)
        self.peer.send_frame(CONTINUATION, "ö".encode()[1:])
        self.assertIs(self.source.read(DEADLINE), HEARD)
        self.assertEqual(self.source.read(DEADLINE), "ö")

    def test_a_close_frame_names_its_code_and_reason(self):
        for payload, said in {
            b"": "the server closed it",
            struct.pack("!H", 1001): "the server closed it, code 1001",
            struct.pack("!H", 1011) + b"out of order\n": "closed it, code 1011: 'out of order\\n'",
            struct.pack("!H", 4000) + b"\xff": "closed it, code 4000: '\ufffd'",
        }.items():
            with self.subTest(said=said):
                self.setUp()
                self.peer.send_frame(CLOSE, payload)
                self.assert_lost(said)
                self.assertEqual(self.peer.receive(), (CLOSE, payload[:2]))
                self.source.close(farewell=True)  # which has been said already
                self.assertEqual(self.peer.receive(), (None, b""))

    def test_what_came_before_a_close_is_read(self):
        self.peer.send("one")
        self.peer.leave()
        self.assertEqual(self.source.read(DEADLINE), "one")
        self.assert_lost("code 1001")

    def test_what_breaks_the_protocol_loses_the_connection(self):
        for name, sent in {
            "opcode": frame(7, b""),
            "reserved bit": b"\xc1\x01x",
            "continuation of nothing": frame(CONTINUATION, b"x"),
            "message within a message": frame(TEXT, b"a", final=False) + frame(TEXT, b"b"),
            "ping in fragments": frame(PING, b"", final=False),
            "long ping": frame(PING, b"x" * 126),
            "long pong": frame(PONG, b"x" * 126),
            "close of one byte": frame(CLOSE, b"\x03"),
            "code that nobody may send": frame(CLOSE, struct.pack("!H", 1006)),
            "an HTTP answer": b"HTTP/1.1 400 Bad Request\r\n\r\n",
        }.items():
            with self.subTest(name):
                self.setUp()
                self.far.sendall(sent)
                self.far.close()
                self.assert_lost("")

    def test_garbage_of_any_kind_loses_the_connection(self):
        """Nothing but messages, silence and Lost comes of it."""
        for seed in range(300):
            noise = random.Random(seed).randbytes(200)
            near, far = socket.socketpair()
            source = WebSocketSource(as_websocket(near))
            with far:
                far.sendall(noise)
            with self.assertRaises(Lost):
                while True:
                    source.read(DEADLINE)
            source.close(farewell=False)

    def test_whatever_the_websocket_raises_is_a_lost_connection(self):
        for error in (IndexError("x"), ValueError("x"), struct.error("x"), MemoryError("x")):
            with (
                self.subTest(error=error),
                mock.patch.object(self.ws, "recv_frame", side_effect=error),
            ):
                self.assertIs(self.assert_lost("x").__cause__, error)

    def test_what_ends_a_process_is_not_swallowed(self):
        for error in (KeyboardInterrupt(), SystemExit(3)):
            with (
                mock.patch.object(self.ws, "recv_frame", side_effect=error),
                self.assertRaises(type(error)),
            ):
                self.source.read(DEADLINE)


class TlsTest(SourceTest):
    """A far end that puts bytes into TLS records as it likes."""

    @classmethod
    def setUpClass(cls):
        cls.authority = trustme.CA()

    def pair(self):
        near, far = tls_pair(self.authority)
        return near, far

    def records(self, *texts):
        """Return the TLS record that holds each frame, by having the far end write to memory."""
        records = []
        fd = self.far.fileno()
        for text in texts:
            self.far.sendall(frame(TEXT, text))
            # What the far end wrote is taken off the near end's socket, past its TLS.
            taken = b""
            while len(taken) < 5 or len(taken) < 5 + int.from_bytes(taken[3:5], "big"):
                with contextlib.suppress(BlockingIOError):
                    taken += os.read(self.near.fileno(), 65536)
            records.append((fd, taken))
        return records

    def put(self, fd, data):
        self.assertEqual(os.write(fd, data), len(data))

    def test_a_whole_record_is_read_though_the_next_is_incomplete(self):
        self.source.read(0)  # past what TLS itself sends at its beginning
        (fd, first), (_, second) = self.records(b"one", b"two")
        self.put(fd, first + second[:-1])
        self.assertEqual(self.source.read(DEADLINE), "one")
        began = time.monotonic()
        self.assertIsNone(self.source.read(BRIEF))
        self.assertLess(time.monotonic() - began, DEADLINE / 2)
        self.put(fd, second[-1:])
        self.assertEqual(self.source.read(DEADLINE), "two")

    def test_a_record_that_drips_is_silence(self):
        self.source.read(0)
        [(fd, record)] = self.records(b"one")
        for byte in record[:-1]:
            self.put(fd, bytes([byte]))
            self.assertIsNone(self.source.read(0))
        self.put(fd, record[-1:])
        self.assertEqual(self.source.read(DEADLINE), "one")

    def test_a_burst_of_many_records(self):
        texts = [str(number) for number in range(3000)]
        thread = threading.Thread(target=self.peer.send, args=(*texts, "x" * 3_000_000))
        thread.start()
        self.addCleanup(thread.join)
        self.assertEqual([self.source.read(DEADLINE) for _ in texts], texts)
        self.assertEqual(len(self.source.read(DEADLINE)), 3_000_000)

    def test_waking_saying_goodbye_and_closing(self):
        self.source.wake()
        self.assertIsNone(self.source.read(DEADLINE))
        self.source.close(farewell=True)
        self.assertEqual(self.peer.receive(), (CLOSE, b"\x03\xe8"))

    def test_a_record_that_is_none(self):
        self.source.read(0)
        os.write(self.far.fileno(), b"HTTP/1.1 400 Bad Request\r\n\r\n")
        self.assert_lost("")


class WritingTest(SourceTest):
    def test_messages_of_others_are_written_by_the_reader(self):
        self.source.send("one")
        self.source.send("zwölf")
        self.assertIsNone(self.source.read(BRIEF))
        self.assertEqual(self.peer.receive(), (TEXT, b"one"))
        self.assertEqual(self.peer.receive(), (TEXT, "zwölf".encode()))

    def test_a_message_wakes_the_reader(self):
        thread = threading.Thread(target=self.source.read, args=(DEADLINE,))
        thread.start()
        self.source.send("one")
        self.assertEqual(self.peer.receive(), (TEXT, b"one"))
        self.source.wake()
        thread.join(DEADLINE)
        self.assertFalse(thread.is_alive())

    def test_a_bell_that_was_rung_often_enough(self):
        with contextlib.suppress(BlockingIOError):
            while True:
                self.source._rope.send(bytes(65536))
        self.source.send("one")
        self.assertIsNone(self.source.read(BRIEF))
        self.assertEqual(self.peer.receive(), (TEXT, b"one"))
        with contextlib.suppress(BlockingIOError):
            while True:
                self.source._rope.send(bytes(65536))
        self.source.wake()
        self.assertIsNone(self.source.read(DEADLINE))

    def test_a_peer_that_reads_nothing_keeps_neither_pings_nor_reading(self):
        self.fill_towards_peer()
        self.source.ping()
        self.source.send("x" * 100_000)
        self.peer.send_frame(PING, b"?")
        self.peer.send("one")
        began = time.monotonic()
        self.assertIs(self.source.read(DEADLINE), HEARD)
        self.assertEqual(self.source.read(DEADLINE), "one")
        self.assertIsNone(self.source.read(BRIEF))
        self.source.ping()
        self.assertLess(time.monotonic() - began, DEADLINE / 2)

    def test_what_had_no_room_is_written_in_order_when_there_is(self):
        self.source.send("x" * 5_000_000)
        self.source.send("two")
        self.assertIsNone(self.source.read(BRIEF))
        self.source.ping()
        received = []
        thread = threading.Thread(
            target=lambda: received.extend(self.peer.receive() for _ in range(3))
        )
        thread.start()
        while thread.is_alive():
            self.assertIsNone(self.source.read(BRIEF))
        self.assertEqual([(opcode, len(data)) for opcode, data in received],
                         [(TEXT, 5_000_000), (TEXT, 3), (PING, 0)])  # fmt: skip

    def test_a_goodbye_to_a_peer_that_reads_nothing_is_bounded(self):
        self.fill_towards_peer()
        self.source.wake()
        began = time.monotonic()
        with mock.patch.object(module, "_FAREWELL", BRIEF):
            self.source.close(farewell=True)
        self.assertLess(time.monotonic() - began, DEADLINE / 2)

    def test_a_connection_that_cannot_be_written_to(self):
        self.near.shutdown(socket.SHUT_WR)
        self.peer.send("one")
        self.source.ping()
        self.assertEqual(self.source.read(DEADLINE), "one")
        self.assert_lost("Broken pipe")
        self.source.close(farewell=True)

    def test_what_the_server_said_last_is_the_reason_though_nothing_can_be_written(self):
        self.near.shutdown(socket.SHUT_WR)
        self.source.send("two")
        self.peer.send("one")
        self.peer.leave()
        self.assertEqual(self.source.read(DEADLINE), "one")
        self.assert_lost("code 1001")

    def test_a_text_that_is_none_harms_only_its_sender(self):
        with self.assertRaises(UnicodeEncodeError):
            self.source.send("\ud800")
        self.peer.send("one")
        self.assertEqual(self.source.read(DEADLINE), "one")

    def test_a_server_that_pings_and_takes_no_answers_costs_a_bounded_memory(self):
        self.fill_towards_peer()
        ping = frame(PING, b"x" * 125)
        with mock.patch.object(module, "_CHUNK", 4096):
            for _ in range(20):
                self.far.sendall(ping * 10)
                for _ in range(10):
                    self.assertIs(self.source.read(DEADLINE), HEARD)
        self.assertLess(len(self.source._unsent), 5000)

    def test_sending_and_waking_while_it_is_closed(self):
        """Each either does its work or says that the connection is closed."""
        for _ in range(50):
            near, far = socket.socketpair()
            source = WebSocketSource(as_websocket(near))
            errors = []

            def send(source=source, errors=errors):
                try:
                    for _ in range(100):
                        source.send("x")
                        source.wake()
                except Lost:
                    pass
                except BaseException as ex:  # noqa: BLE001 - the test judges it
                    errors.append(ex)

            threads = [threading.Thread(target=send) for _ in range(2)]
            for thread in threads:
                thread.start()
            source.close(farewell=False)
            for thread in threads:
                thread.join(DEADLINE)
            far.close()
            self.assertEqual(errors, [])
            source.wake()
            with self.assertRaisesRegex(Lost, "closed"):
                source.send("x")


class ClosingTest(unittest.TestCase):
    def setUp(self):
        self.before = open_sockets(), self.descriptors()

    def descriptors(self):
        return len(os.listdir("/proc/self/fd"))

    def assert_nothing_left(self):
        self.assertEqual((open_sockets(), self.descriptors()), self.before)

    def test_a_source_that_was_never_read_and_is_closed_twice(self):
        with warnings.catch_warnings():
            warnings.simplefilter("error", ResourceWarning)
            near, far = tcp_pair()
            source = as_source(as_websocket(near))
            source.close(farewell=True)
            source.close(farewell=True)
            source.close(farewell=False)
            peer = Peer(far)
            self.assertEqual(peer.receive(), (CLOSE, b"\x03\xe8"))
            self.assertEqual(peer.receive(), (None, b""))
            peer.drop()
            del source
            gc.collect()
        self.assert_nothing_left()

    def test_what_fails_half_way_leaves_nothing(self):
        selector = mock.Mock(**{"register.side_effect": ValueError("not a file")})
        for name, patch in {
            "bell": mock.patch.object(module.socket, "socketpair", side_effect=OSError("too many")),
            "selector": mock.patch.object(
                module.selectors, "DefaultSelector", side_effect=OSError("too many")
            ),
            "registering": mock.patch.object(
                module.selectors, "DefaultSelector", return_value=selector
            ),
            "interrupted": mock.patch.object(
                module.selectors, "DefaultSelector", side_effect=KeyboardInterrupt
            ),
        }.items():
            with self.subTest(name):
                near, far = tcp_pair()
                with patch, self.assertRaises((OSError, ValueError, KeyboardInterrupt)):
                    as_source(as_websocket(near))
                far.close()
                self.assert_nothing_left()

    def test_a_websocket_that_is_closed_already(self):
        near, far = tcp_pair()
        ws = as_websocket(near)
        ws.shutdown()
        with self.assertRaisesRegex(Lost, "closed"):
            as_source(ws)
        far.close()
        self.assert_nothing_left()

    def test_a_websocket_that_is_closed_under_our_hands(self):
        near, far = tcp_pair()
        ws = as_websocket(near)
        source = as_source(ws)
        ws.shutdown()
        with self.assertRaises(Lost):
            source.read(DEADLINE)
        source.wake()
        source.close(farewell=True)
        far.close()
        self.assert_nothing_left()

    def test_a_socket_of_another_class(self):
        """Such as eventlet puts in the place of Python's own."""
        near, far = tcp_pair()
        source = as_source(as_websocket(GreenSocket(near)))
        peer = Peer(far)
        peer.send("one")
        self.assertEqual(source.read(DEADLINE), "one")
        source.wake()
        self.assertIsNone(source.read(DEADLINE))
        source.close(farewell=True)
        self.assertEqual(peer.receive(), (CLOSE, b"\x03\xe8"))
        peer.drop()
        self.assert_nothing_left()

    def test_a_websocket_without_a_socket_says_nothing(self):
        with self.assertRaises(Lost):
            as_source(websocket.WebSocket())
        self.assert_nothing_left()
