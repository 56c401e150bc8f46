"""urllib3's own log: what a program sends is not in it, whatever the level."""

import logging
import threading
import unittest
from contextlib import contextmanager

import ari
from ari.swagger.http_client import SynchronousHttpClient
from ari.transport.redaction import UNDER_WAY, cut_queries_from_log

from ..support import DEADLINE, LogRecords, Server

TYPED = "4111-1111"
LOG = logging.getLogger("urllib3.connectionpool")


@contextmanager
def under_way():
    """A request of ours is under way on this thread."""
    cut_queries_from_log()
    token = UNDER_WAY.set(True)
    try:
        yield
    finally:
        UNDER_WAY.reset(token)


class RedactionTest(unittest.TestCase):
    def test_no_value_of_a_call_is_in_any_log(self):
        with Server() as server, ari.connect(server.url, "joe", "hush") as client:
            channel = ari.model.Channel(client, {"id": "c1"})
            server.answer = lambda request: (204, b"")
            with LogRecords() as log:
                channel.setChannelVar(variable="CARD", value=TYPED)
                channel.setChannelVar(variable="CARD", value=TYPED * 1000)
                channel.sendDTMF(dtmf=TYPED)
            self.assertEqual(server.requests[-1].query["dtmf"], TYPED)
        self.assertIn("urllib3.connectionpool DEBUG", log.text)
        self.assertIn("POST /ari/channels/c1/dtmf HTTP", log.text)
        self.assertNotIn(TYPED, log.text)

    def test_nor_in_a_warning_of_malformed_headers(self):
        class Malformed(Server):
            def _handler(self):
                handler = super()._handler()
                handler.end_headers = lambda h: h.wfile.write(
                    b"\r\n".join([b"HTTP/1.1 200 OK", b"Content-Length: 2", b"no header", b"", b""])
                )
                handler.send_response = handler.send_header = lambda *args: None
                return handler

        with (
            Malformed(lambda request: (200, {})) as server,
            SynchronousHttpClient() as http_client,
            LogRecords() as log,
        ):
            http_client.request("GET", server.url + "/x", params={"value": TYPED})
        self.assertIn("Failed to parse headers", log.text)
        self.assertNotIn(TYPED, log.text)

    def test_requests_of_others_are_logged_as_they_are(self):
        entered, logged = threading.Event(), threading.Event()

        def ours():
            with under_way():
                entered.set()
                logged.wait(DEADLINE)

        thread = threading.Thread(target=ours)
        thread.start()
        self.assertTrue(entered.wait(DEADLINE))
        with LogRecords() as log:
            LOG.debug("%s %s %d", "GET", "/theirs?a=b", 200)
            logged.set()
            thread.join(DEADLINE)
            with under_way(), under_way():
                LOG.debug("%s %s %d", "GET", "/ours?a=b", 200)
                LOG.debug("nothing to fill in")
            LOG.debug("%s", "/theirs?c=d")
        texts = [line.partition("DEBUG ")[2] for line in log.lines]
        wanted = ["GET /theirs?a=b 200", "GET /ours 200", "nothing to fill in", "/theirs?c=d"]
        self.assertEqual(texts, wanted)
