"""The stream under gevent's monkey-patching, in a process of its own."""

import subprocess
import sys
import textwrap
import unittest
from pathlib import Path

from ..sockets import DEADLINE

PROGRAM = """
    from gevent import monkey

    monkey.patch_all()

    import threading
    import gevent
    from ari.connection.backoff import Reconnect
    from tests.unit.sockets import StreamedAsterisk, Inbox, library_threads
    from tests.unit.support import channel_json, event

    class Case(StreamedAsterisk):
        def runTest(self):
            assert threading.Thread is not None and monkey.is_module_patched("threading")
            digits, lost = Inbox(), Inbox()
            waiting = threading.Event()
            self.client._session.before_wait = waiting.set

            def on_start(channel, happening):
                digits(channel.read_digits(max_digits=2, timeout=20))

            self.client.on_channel_event("StasisStart", on_start)
            self.client.on_application_deregistered("app", lost, "lost")
            greenlets = gevent.spawn(self.client.run, "app", reconnect=Reconnect(0.0, 0.0),
                                     ping_interval=0.05, workers=WORKERS)
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
            gevent.sleep(0)
            self.client.close()
            greenlets.join(20)
            assert greenlets.successful(), greenlets.exception
            assert not self.errors, self.errors
            assert not library_threads(), library_threads()

    import unittest

    result = unittest.TestResult()
    Case().run(result)
    assert result.wasSuccessful(), result.errors + result.failures
    print("works")
"""


class GeventTest(unittest.TestCase):
    def run_program(self, workers):
        source = textwrap.dedent(PROGRAM).replace("WORKERS", str(workers))
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
        self.run_program(0)

    def test_workers(self):
        self.run_program(4)
