"""Taking what has come off a connection before it is parsed."""

import socket
import ssl
import unittest
from unittest import mock

from ari.connection.websocket import WebSocketSource


class Frames:
    """As much of a websocket-client WebSocket as reading ahead needs."""

    def __init__(self, sock):
        self.sock = sock
        self.frame_buffer = mock.Mock(recv=sock.recv)
        self.shutdown = mock.Mock()


class ReadAheadTest(unittest.TestCase):
    def setUp(self):
        self.near, self.far = socket.socketpair()
        for end in (self.near, self.far):
            self.addCleanup(end.close)
        self.near.settimeout(5)
        self.ws = Frames(self.near)
        self.ahead = WebSocketSource(self.ws)
        self.addCleanup(self.ahead.close, farewell=False)

    def test_the_websocket_reads_what_was_read_ahead_and_then_on(self):
        self.far.sendall(b"abcdef")
        self.assertTrue(self.ahead._fill())
        self.assertEqual(self.ws.frame_buffer.recv(4), b"abcd")
        self.assertEqual(self.ws.frame_buffer.recv(4), b"ef")
        self.far.sendall(b"gh")
        self.assertEqual(self.ws.frame_buffer.recv(4), b"gh")

    def test_nothing_to_read_does_not_wait(self):
        self.assertFalse(self.ahead._fill())

    def test_a_sender_is_never_kept_waiting_by_a_reader_that_parses(self):
        self.far.setblocking(False)
        sent = bytearray()
        for number in range(400):  # more than the buffers between them hold
            block = bytes([number % 256]) * 20_000
            self.assertEqual(self.far.send(block), len(block))
            sent += block
            self.ahead._fill()
        received = bytearray()
        while len(received) < len(sent):
            received += self.ws.frame_buffer.recv(16_384)
        self.assertEqual(received, sent)

    def test_the_end_comes_after_what_was_read_ahead(self):
        self.far.sendall(b"last")
        self.far.close()
        self.assertTrue(self.ahead._fill())
        self.assertTrue(self.ahead._fill())
        self.assertEqual(self.ws.frame_buffer.recv(9), b"last")
        self.assertTrue(self.ahead._fill())
        self.assertEqual(self.ws.frame_buffer.recv(9), b"")

    def test_a_part_of_a_tls_record_is_waited_for_later(self):
        for error in (ssl.SSLWantReadError(), TimeoutError()):
            self.ws.sock = mock.Mock(**{"pending.return_value": 1, "recv.side_effect": error})
            self.assertFalse(self.ahead._fill())

    def test_what_tls_has_taken_already_is_read(self):
        self.ws.sock = mock.Mock(**{"pending.side_effect": [3, 0], "recv.return_value": b"xyz"})
        self.assertTrue(self.ahead._fill())
        self.assertEqual(self.ws.frame_buffer.recv(9), b"xyz")

    def test_a_socket_that_is_gone(self):
        self.ws.sock = None
        self.assertFalse(self.ahead._fill())
