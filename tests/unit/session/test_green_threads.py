"""The stream under the monkey-patching of gevent and eventlet, in processes of their own."""

import subprocess
import sys
import textwrap
import unittest
from pathlib import Path

from ..sockets import DEADLINE

PATCHES = {
    "gevent": """
        from gevent import monkey, sleep

        monkey.patch_all()
    """,
    "eventlet": """
        import warnings

        warnings.simplefilter("ignore")  # it says of itself that it is old

        from eventlet import monkey_patch, sleep

        monkey_patch()
    """,
}

STREAM = """
    import threading
    import unittest
    from ari.connection.backoff import Reconnect
    from tests.unit.sockets import Inbox, Run, StreamedAsterisk, library_threads
    from tests.unit.support import channel_json, event

    class Case(StreamedAsterisk):
        def runTest(self):
            digits, lost = Inbox(), Inbox()
            waiting = threading.Event()
            self.client._session.before_wait = waiting.set

            def on_start(channel, happening):
                digits(channel.read_digits(max_digits=2, timeout=20))

            self.client.on_channel_event("StasisStart", on_start)
            self.client.on_application_deregistered("app", lost, "lost")
            run = Run(self.client, "app", {"reconnect": Reconnect(0.0, 0.0),
                                           "ping_interval": 0.05, "workers": WORKERS})
            peer = self.exchange.next()
            assert peer.receive()[0] == 9, "a ping"
            peer.send_frame(10)
            for attempt in range(2):
                waiting.clear()
                peer.send(event("StasisStart", channel=channel_json(), args=[]))
                assert waiting.wait(20)
                for digit in "42":
                    peer.send(event("ChannelDtmfReceived", channel=channel_json(), digit=digit,
                                    duration_ms=1))
                assert digits.next() == "42"
                peer.drop()
                assert lost.next() == "lost"
                peer = self.exchange.next()
            sleep(0)
            failure = run.end()
            assert failure is None, failure
            assert not self.errors, self.errors
            assert not library_threads(), library_threads()

    result = unittest.TestResult()
    Case().run(result)
    assert result.wasSuccessful(), result.errors + result.failures
    print("works")
"""

OPENING = """
    import base64
    import hashlib
    import re
    import ssl
    import threading
    import time
    import ari
    import trustme
    from ari.connection.websocket import as_source
    from ari.swagger.http_client import SynchronousHttpClient
    from ari.swagger.opening import Opening
    from tests.unit.sockets import FarEnd, Peer

    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    received = []

    def serve(connection, far):
        tls = context.wrap_socket(connection, server_side=True)
        key = re.search(b"Sec-WebSocket-Key: (.*)\\r", far.read_request(tls)).group(1)
        accept = hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest()
        tls.sendall(
            b"HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade"
            b"\\r\\nSec-WebSocket-Accept: " + base64.b64encode(accept) + b"\\r\\n\\r\\n"
        )
        peer = Peer(tls)
        peer.send(*["x" * 50_000] * 20)
        received.extend(peer.receive() for _ in range(3))
        tls.close()

    with FarEnd(serve) as far, authority.cert_pem.tempfile() as bundle:
        http_client = SynchronousHttpClient(timeout=(20, 20), verify=bundle)
        source = as_source(http_client.ws_connect(f"wss://localhost:{far.port}/"))
        assert [len(source.read(20)) for _ in range(20)] == [50_000] * 20
        source.send("y" * 1_000_000)
        source.ping()
        while source._unsent or source._outgoing:
            source.read(0.05)
        source.wake()
        assert source.read(20) is None
        source.close(farewell=True)
    assert [(opcode, len(data)) for opcode, data in received] == [(9, 0), (1, 1_000_000), (8, 2)]

    began = time.monotonic()
    for scheme in ("ws", "wss"):
        # A long ServerHello that never comes to its end; as HTTP it is as endless.
        hello = bytes.fromhex("1603034000 02003ffc")
        with FarEnd(lambda connection, far: far.drip(connection, hello)) as far:
            try:
                SynchronousHttpClient(timeout=0.2).ws_connect(f"{scheme}://127.0.0.1:{far.port}/")
            except ari.ARIConnectionError as ex:
                assert "timed out" in str(ex), ex
            else:
                raise AssertionError("it was opened")
        with FarEnd(lambda connection, far: far.stay()) as far:
            opening, errors = Opening(), []

            def connect():
                http_client = SynchronousHttpClient(timeout=20)
                url = f"{scheme}://127.0.0.1:{far.port}/"
                try:
                    opening.make(lambda: http_client.ws_connect(url))
                except ari.ARIConnectionError as ex:
                    errors.append(ex)

            thread = threading.Thread(target=connect)
            thread.start()
            assert far.reached.wait(20)
            opening.give_up()
            thread.join(20)
            assert "given up" in str(errors[0]), errors
    assert time.monotonic() - began < 10
    print("works")
"""


class GreenThreads:
    """The tests of one library.

    :ivar library: its name.
    """

    def run_program(self, source):
        source = textwrap.dedent(PATCHES[self.library]) + textwrap.dedent(source)
        done = subprocess.run(
            [sys.executable, "-c", source],
            cwd=Path(__file__).resolve().parents[3],
            capture_output=True,
            text=True,
            timeout=3 * DEADLINE,
            check=False,
        )
        self.assertEqual(done.stdout, "works\n", done.stderr)

    def test_handlers_waits_pings_and_reconnecting(self):
        self.run_program(STREAM.replace("WORKERS", "0"))

    def test_workers(self):
        self.run_program(STREAM.replace("WORKERS", "4"))

    def test_opening_and_giving_up(self):
        self.run_program(OPENING)


class GeventTest(GreenThreads, unittest.TestCase):
    library = "gevent"


class EventletTest(GreenThreads, unittest.TestCase):
    library = "eventlet"
