"""A source made of a socket with only ``recv()`` and two ways to close."""

import unittest
from unittest import mock

import requests
import websocket

from ari.connection.source import Ended, Lost, RecvSource
from ari.exceptions import ARIConnectionError


class RecvSourceTest(unittest.TestCase):
    def source(self, *received, **others):
        """Return a source whose socket receives this, and the socket."""
        socket = mock.Mock(spec=["recv", "send_close", "close", *others], **others)
        socket.recv.side_effect = received
        return RecvSource(socket), socket

    def test_it_shows_its_socket(self):
        source, socket = self.source()
        self.assertIs(source.socket, socket)

    def test_messages_are_text_where_they_can_be(self):
        source, _ = self.source("one", "zwölf".encode(), b"\xff{}", "")
        self.assertEqual([source.read(0) for _ in range(4)], ["one", "zwölf", b"\xff{}", ""])

    def test_none_is_its_proper_end(self):
        source, _ = self.source(None)
        with self.assertRaises(Ended):
            source.read(5)

    def test_an_error_is_a_lost_connection_with_the_innermost_reason(self):
        for error, reason in (
            (ConnectionResetError(104, "Connection reset by peer"), "Connection reset by peer"),
            (websocket.WebSocketConnectionClosedException("gone"), "gone"),
            (requests.ConnectionError("cut"), "cut"),
            (ARIConnectionError("ours"), "ours"),
        ):
            source, _ = self.source(error)
            with self.subTest(error=error), self.assertRaises(Lost) as caught:
                source.read(5)
            self.assertEqual(str(caught.exception), reason)
            self.assertIs(caught.exception.__cause__, error)

    def test_an_error_of_its_makers_own_is_a_lost_connection_too(self):
        source, _ = self.source(KeyError("x"))
        with self.assertRaises(Lost):
            source.read(5)

    def test_waking_says_goodbye_and_nothing_more_is_received(self):
        source, socket = self.source("one", "two")
        self.assertEqual(source.read(5), "one")
        source.wake()
        socket.send_close.assert_called_once_with()
        self.assertIsNone(source.read(5))
        self.assertEqual(socket.recv.call_count, 1)

    def test_a_goodbye_that_cannot_be_said_does_no_harm(self):
        for error in (OSError("broken"), websocket.WebSocketException("broken")):
            source, socket = self.source("one")
            socket.send_close.side_effect = error
            source.wake()
            self.assertIsNone(source.read(5))

    def test_closing_with_or_without_a_farewell(self):
        for farewell in (True, False):
            source, socket = self.source()
            source.close(farewell=farewell)
            socket.close.assert_called_once_with()
            socket.send_close.assert_not_called()

    def test_an_error_while_closing_does_no_harm(self):
        for error in (OSError("closed"), websocket.WebSocketException("closed")):
            source, socket = self.source()
            socket.close.side_effect = error
            source.close(farewell=True)
            socket.close.assert_called_once_with()

    def test_a_ping_asks_nothing_of_it(self):
        source, socket = self.source()
        source.ping()
        self.assertEqual(socket.mock_calls, [])

    def test_sending_if_it_can(self):
        source, socket = self.source(send=mock.Mock())
        source.send("text")
        socket.send.assert_called_once_with("text")

    def test_one_that_cannot_send(self):
        source, _ = self.source()
        with self.assertRaisesRegex(Lost, "Mock cannot send"):
            source.send("text")

    def test_a_message_that_cannot_be_sent_is_a_lost_connection(self):
        for error in (
            BrokenPipeError(32, "Broken pipe"),
            websocket.WebSocketConnectionClosedException("Broken pipe"),
            ARIConnectionError("Broken pipe"),
        ):
            source, _ = self.source(send=mock.Mock(side_effect=error))
            with self.subTest(error=error), self.assertRaises(Lost) as caught:
                source.send("text")
            self.assertEqual(str(caught.exception), "Broken pipe")
            self.assertIs(caught.exception.__cause__, error)
