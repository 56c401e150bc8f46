"""What a client does about a lost connection, from its handlers' and waiters' point of view."""

import threading
import time
from unittest import mock

from ari.connection.backoff import Reconnect
from ari.exceptions import ARIConnectionError, ARIObjectGone, ARIServerUnavailable, ARIUnauthorized

from ..sockets import DEADLINE, Inbox, StreamedAsterisk, library_threads
from ..support import BASE, channel_json, event

AT_ONCE = Reconnect(first_delay=0.0, max_delay=0.0)


class ReconnectTest(StreamedAsterisk):
    def setUp(self):
        super().setUp()
        self.told = Inbox()
        self.client.on_application_registered("app", self.told, "registered")
        self.client.on_application_deregistered("app", self.told, "deregistered")
        for name, value in (("RETRY", AT_ONCE), ("GRACE", 0.05)):
            patch = mock.patch(f"ari.session.gap.{name}", value)
            patch.start()
            self.addCleanup(patch.stop)

    def start(self, apps="app", **options):
        return super().start(apps, **{"reconnect": AT_ONCE, **options})

    def lose(self, peer):
        """Lose the connection; return the far end of the next one."""
        peer.drop()
        return self.exchange.next()

    def test_callbacks_are_called_each_time(self):
        run, peer = self.start()
        self.assertEqual(self.told.next(), "registered")
        for _ in range(3):
            peer = self.lose(peer)
            self.assertEqual([self.told.next() for _ in range(2)], ["deregistered", "registered"])
        run.end()
        self.assertEqual(self.told.next(), "deregistered")
        self.assertTrue(self.told.empty)

    def test_callbacks_keep_their_order_on_workers(self):
        _, peer = self.start(workers=3)
        for _ in range(10):
            peer = self.lose(peer)
        for _ in range(10):
            self.assertEqual([self.told.next() for _ in range(2)], ["registered", "deregistered"])
        self.assertEqual(self.told.next(), "registered")

    def test_events_go_on(self):
        got = Inbox()
        self.client.on_event("StasisStart", got)
        _, peer = self.start()
        for number in range(3):
            peer = self.lose(peer)
            peer.send(event("StasisStart", channel=channel_json(str(number)), args=[]))
            self.assertEqual(got.next()["channel"]["id"], str(number))

    def test_a_server_that_closes_politely_is_retried(self):
        _, peer = self.start()
        peer.leave()
        self.exchange.next()
        self.assertEqual([self.told.next() for _ in range(2)], ["registered", "deregistered"])

    def test_many_failures_in_a_row(self):
        _, peer = self.start()
        self.exchange.refuse(*[ARIConnectionError("refused"), ARIServerUnavailable("wait")] * 50)
        self.lose(peer)
        self.assertEqual(self.exchange.attempts, 102)

    def test_credentials_that_are_refused_end_run_and_its_waits(self):
        gone, waiting = Inbox(), threading.Event()
        self.client._session.before_wait = waiting.set

        def on_start(channel, event):
            try:
                channel.wait_for("ChannelDtmfReceived")
            except ARIObjectGone as ex:
                gone(ex)

        self.client.on_channel_event("StasisStart", on_start)
        run, peer = self.start()
        peer.send(event("StasisStart", channel=channel_json(), args=[]))
        self.assertTrue(waiting.wait(DEADLINE))
        self.exchange.refuse(ARIUnauthorized("who?"))
        peer.drop()
        self.assertIsInstance(run.wait(), ARIUnauthorized)
        gone.next()

    def test_too_many_attempts_end_run(self):
        run, peer = self.start(reconnect=Reconnect(0.0, 0.0, max_attempts=2))
        self.exchange.refuse(*[ARIConnectionError("refused")] * 2)
        peer.drop()
        self.assertIsInstance(run.wait(), ARIConnectionError)

    def test_not_reconnecting(self):
        run, peer = self.start(reconnect=False)
        peer.drop()
        self.assertIsInstance(run.wait(), ARIConnectionError)
        self.assertEqual([self.told.next() for _ in range(2)], ["registered", "deregistered"])

    def test_what_is_gone_is_retired(self):
        self.serve("GET", "/channels", [channel_json("c2")])
        gone, here = self.channel("c1"), self.channel("c2")
        listeners = [c.on_event("StasisEnd", lambda *_: None) for c in (gone, here)]
        waiters = [
            self.client._session.open_wait(["StasisEnd"], [c.event_key]) for c in (gone, here)
        ]
        _, peer = self.start()
        peer = self.lose(peer)
        with self.assertRaisesRegex(ARIObjectGone, "while the connection was lost"):
            waiters[0].get()
        peer.send(event("StasisEnd", channel=channel_json("c2")))
        self.assertEqual(waiters[1].get()["type"], "StasisEnd")
        with self.assertRaises(ARIObjectGone):
            waiters[1].get()
        deadline = time.monotonic() + DEADLINE
        while not listeners[0].closed and time.monotonic() < deadline:
            pass  # the thread that checks is about to close it
        self.assertEqual([s.closed for s in listeners], [True, False])

    def test_subscriptions_are_made_again(self):
        self.serve("POST", "/applications/app/subscription", {"name": "app"})
        self.client.applications.subscribe(applicationName="app", eventSource="deviceState:x")
        self.client.applications.subscribe(applicationName="app", eventSource="channel:c1")
        asked, again = Inbox(), Inbox()

        def describe(request):
            asked(request)
            return 200, {}, '{"name": "app", "channel_ids": []}'

        def subscribe(request):
            again(request.params["eventSource"])
            return 200, {}, '{"name": "app"}'

        self.mock.remove("POST", f"{BASE}/ari/applications/app/subscription")
        self.mock.add_callback("POST", f"{BASE}/ari/applications/app/subscription", subscribe)
        self.mock.add_callback("GET", f"{BASE}/ari/applications/app", describe)
        done = Inbox()
        self.client.on_event("ChannelDestroyed", done)
        _, peer = self.start()
        peer.send(event("ChannelDestroyed", channel=channel_json(), cause=16, cause_txt=""))
        done.next()
        self.lose(peer)
        asked.next()
        self.assertEqual(again.next(), "deviceState:x")
        self.assertTrue(again.empty)

    def check_passes(self, answers):
        """Lose the connection with a listener; return the inbox of the checks that follow."""
        asked, answers = Inbox(), iter(answers)

        def channels(request):
            status, body = next(answers)
            asked(status)
            return status, {}, body

        self.mock.add_callback("GET", f"{BASE}/ari/channels", channels)
        self.channel().on_event("StasisEnd", lambda *_: None)
        _, peer = self.start()
        return self.lose(peer), asked

    def test_a_check_that_fails_is_tried_again(self):
        _, asked = self.check_passes([(503, "{}"), (200, "no json"), (500, "{}"), (200, "[]")])
        self.assertEqual([asked.next() for _ in range(4)], [503, 200, 500, 200])

    def test_a_wait_that_begins_too_late_for_the_first_check_is_found_by_a_later_one(self):
        go_on = threading.Event()

        def pauses():
            yield 0.0
            go_on.wait(DEADLINE)
            yield 0.0

        with mock.patch("ari.session.gap.CHECKS", pauses()):
            _, asked = self.check_passes([(200, "[]")] * 2)
            asked.next()
            waiter = self.client._session.open_wait(["ChannelDtmfReceived"], [("Channel", "c9")])
            go_on.set()
            with self.assertRaises(ARIObjectGone):
                waiter.get()

    def test_another_loss_ends_the_checks_of_the_gap_before(self):
        with mock.patch("ari.session.gap.CHECKS", (1e6,)):
            _, peer = self.start()
            for _ in range(5):
                peer = self.lose(peer)
            self.told.next()
            while len([t for t in library_threads() if t.name == "ari-recovery"]) > 1:
                pass  # they end at once

    def test_closing_ends_the_checks(self):
        with mock.patch("ari.session.gap.CHECKS", (1e6,)):
            run, peer = self.start()
            self.lose(peer)
            self.assertIsNone(run.end())
        self.assertEqual(library_threads(), [])

    def test_closing_while_a_connection_is_made_again(self):
        """The check that begins then ends as well."""
        run, peer = self.start()
        self.assertEqual(self.told.next(), "registered")
        running = self.client._session.runs[0]
        on_connected = running.on_connected

        def close_first(apps, again):
            self.client.close()
            on_connected(apps, again)

        with (
            mock.patch("ari.session.gap.CHECKS", (1e6,)),
            mock.patch.object(running, "on_connected", close_first),
        ):
            self.lose(peer)
            self.assertIsNone(run.wait())
        self.assertEqual(library_threads(), [])
