"""A client in a forked child: connections of its own, locks that work, the parent left alone."""

import contextlib
import gc
import os
import threading
import unittest
import weakref
from unittest import mock

import trustme
from requests.adapters import HTTPAdapter

import ari
from ari import forks
from ari.swagger.http_client import SynchronousHttpClient

from . import sockets
from .sockets import DEADLINE, PING, PONG, Inbox, StreamedAsterisk, tls_pair
from .support import BASE, PASSWORD, USER, Server, StubSocket, channel_json, event, in_child


@contextlib.contextmanager
def held_by_another_thread(*locks):
    """Have a thread hold locks that a child made meanwhile inherits as they are."""
    holding, done = threading.Event(), threading.Event()

    def hold():
        with contextlib.ExitStack() as stack:
            for lock in locks:
                stack.enter_context(lock)
            holding.set()
            done.wait(DEADLINE)

    thread = threading.Thread(target=hold)
    thread.start()
    holding.wait(DEADLINE)
    try:
        yield
    finally:
        done.set()
        thread.join(DEADLINE)


class ConnectionsTest(unittest.TestCase):
    def setUp(self):
        self.server = Server(lambda request: (200, {"port": request.connection[1]}))
        self.server.__enter__()
        self.addCleanup(self.server.__exit__)
        self.http_client = SynchronousHttpClient()
        self.addCleanup(self.http_client.close)

    def port(self):
        """Return the number of the connection that a request takes."""
        return self.http_client.request("GET", self.server.url + "/").json()["port"]

    def test_a_connection_is_kept_alive(self):
        self.assertEqual(self.port(), self.port())

    def test_a_child_makes_a_connection_of_its_own(self):
        parents = self.port()
        childs = in_child(lambda: [self.port(), self.port()])
        first, second = childs.strip("[]").split(", ")
        self.assertEqual(first, second)
        self.assertNotEqual(first, str(parents))

    def test_the_parents_connection_outlives_the_child(self):
        before = self.port()
        self.assertEqual(in_child(self.port).isdecimal(), True)
        self.assertEqual(self.port(), before)

    def test_closing_in_the_child_leaves_the_parents_connection(self):
        before = self.port()
        self.assertEqual(in_child(self.http_client.close), "None")
        self.assertEqual(self.port(), before)

    def test_a_child_of_a_child_makes_connections_too(self):
        def in_between():
            own = self.port()
            return f"{own} {in_child(self.port)}"

        own, childs = in_child(in_between).split()
        self.assertEqual(len({str(self.port()), own, childs}), 3)

    def test_a_fork_that_python_was_not_told_of_is_noticed(self):
        before = self.port()
        with mock.patch("os.getpid", return_value=0):
            self.assertNotEqual(self.port(), before)

    def test_an_adapter_of_the_users_keeps_its_settings(self):
        class Adapter(HTTPAdapter):
            mark = "the user's"

        adapter = Adapter(pool_maxsize=3, max_retries=2)
        self.http_client.session.mount("http://", adapter)
        before = self.port()

        def look():
            self.assertNotEqual(self.port(), before)
            self.assertIs(self.http_client.session.adapters["http://"], adapter)
            pool = adapter.poolmanager.connection_from_url(self.server.url)
            return adapter.mark, pool.pool.maxsize, adapter.max_retries.total

        self.assertEqual(in_child(look), '("the user\'s", 3, 2)')

    def test_cookies_and_credentials_are_kept(self):
        self.http_client.session.cookies.set("a", "b")
        self.http_client.set_basic_auth("localhost", "user", "secret")
        self.port()
        self.assertTrue(in_child(self.port).isdecimal())
        headers = self.server.requests[-1].headers
        self.assertEqual(headers["Cookie"], "a=b")
        self.assertTrue(headers["Authorization"].startswith("Basic "))

    def test_a_child_does_not_wait_for_what_a_thread_of_the_parent_held(self):
        before = self.port()
        session = self.http_client.session
        pools = session.adapters["http://"].poolmanager.pools
        idle = pools[next(iter(pools.keys()))].pool
        with held_by_another_thread(pools.lock, idle.mutex, session.cookies._cookies_lock):
            childs = in_child(self.port)
        self.assertTrue(childs.isdecimal(), childs)
        self.assertEqual(self.port(), before)


class RunsTest(StreamedAsterisk):
    def setUp(self):
        super().setUp()
        self.inbox = Inbox()
        self.client.on_event("DeviceStateChanged", self.inbox)

    def start(self, apps="app", **options):
        registered = Inbox()
        self.client.on_application_registered(apps, registered, apps)
        run, peer = super().start(apps, **options)
        registered.next()
        return run, peer

    def check_stream_goes_on(self, run, peer):
        peer.send(event("DeviceStateChanged", number=1))
        self.assertEqual(self.inbox.next()["number"], 1)
        peer.send_frame(PING, b"still here?")
        self.assertEqual(peer.receive(), (PONG, b"still here?"))  # and the child said nothing
        run.end()

    def close_with_block(self):
        with self.client:
            pass

    def test_ending_in_the_child_leaves_the_parents_stream(self):
        for end in (self.client.close, self.close_with_block):
            with self.subTest(end=end.__name__):
                run, peer = self.start()
                self.assertEqual(in_child(end), "None")
                self.check_stream_goes_on(run, peer)

    def test_ending_in_the_child_leaves_a_stream_with_tls(self):
        near, far = tls_pair(trustme.CA())
        self.addCleanup(far.close)
        with mock.patch.object(sockets, "tcp_pair", return_value=(near, far)):
            run, peer = self.start()
        self.assertEqual(in_child(self.client.close), "None")
        self.check_stream_goes_on(run, peer)

    def test_a_child_shows_no_socket_of_the_parents(self):
        run, _peer = self.start()
        self.assertEqual(in_child(lambda: len(self.client.websockets)), "0")
        self.assertEqual(len(self.client.websockets), 1)
        run.end()

    def test_a_wait_in_the_child_says_who_reads_the_events(self):
        self.start()
        channel = self.channel()
        for wait in (
            lambda: self.client.wait_for("DeviceStateChanged", timeout=5),
            lambda: channel.wait_for("ChannelDestroyed", timeout=5),
            lambda: channel.read_digits(),
        ):
            said = in_child(wait)
            self.assertRegex(said, r"^ARIObjectGone: .*: process \d+ reads the events, and not its")

    def test_a_run_of_the_childs_own_reads_events_there(self):
        run, peer = self.start()

        def in_the_child():
            got = []
            stub = StubSocket(event("DeviceStateChanged", number=7))
            self.client.swagger.http_client.ws_connect = lambda url, params=None: stub
            self.client.on_event("DeviceStateChanged", lambda happening: got.append(happening))
            self.client.run("another")
            return got[0]["number"]

        self.assertEqual(in_child(in_the_child), "7")
        self.check_stream_goes_on(run, peer)

    def test_a_wait_beside_the_childs_own_run_is_met(self):
        self.start()
        destroyed = event("ChannelDestroyed", channel=channel_json())

        def in_the_child():
            run, peer = self.start("another")
            channel = self.channel()
            channel.on_event("ChannelStateChange", lambda *_: peer.send(destroyed))
            peer.send(event("ChannelStateChange", channel=channel_json()))
            happened = channel.wait_for("ChannelDestroyed", timeout=5)["type"]
            run.end()
            return happened

        self.assertEqual(in_child(in_the_child), "ChannelDestroyed")

    def test_locks_that_threads_of_the_parent_held_do_not_stop_the_child(self):
        self.start(workers=2)
        session = self.client._session
        self.serve("POST", "/channels/c1/answer")
        self.serve("POST", "/applications/app/subscription", {"name": "app"})
        self.serve("POST", "/channels", channel_json("c2"))

        def in_the_child():
            self.client.on_event("StasisStart", print)
            channel = self.channel()
            channel.on_event("ChannelDestroyed", print)
            channel.answer()
            self.client.applications.subscribe(applicationName="app", eventSource="channel:c1")
            self.client.channels.originate(endpoint="PJSIP/alice", app="app")
            with self.assertRaises(ari.ARIObjectGone):
                channel.wait_for("ChannelDestroyed", timeout=5)
            self.client.close()
            return "done"

        with held_by_another_thread(
            session._lock,
            session.listeners._lock,
            session.registered._lock,
            session.waits._lock,
            session.event_sources._lock,
            session.runs[0]._workers._lock,
            session.runs[0].stream._lock,
        ):
            self.assertEqual(in_child(in_the_child), "done")

    def test_threads_that_may_look_back_do_not_stop_the_child(self):
        """What such a thread keeps is collected in the child, even before locks are renewed."""
        self.serve("POST", "/channels/c1/answer")
        answered, done = threading.Event(), threading.Event()

        def answer():
            self.channel().answer()
            answered.set()
            done.wait(DEADLINE)

        thread = threading.Thread(target=answer)
        thread.start()
        answered.wait(DEADLINE)
        with held_by_another_thread(self.client._session.waits._lock):
            self.assertEqual(in_child(lambda: "child"), "child")
        done.set()
        thread.join(DEADLINE)

    def test_a_listener_on_a_worker_can_make_a_child_that_makes_channels(self):
        self.serve("POST", "/channels", channel_json("c2"))
        said = Inbox()

        def originate():
            return self.client.channels.originate(endpoint="PJSIP/alice", app="app").id

        def listener(_happening):
            with held_by_another_thread(self.client._session.runs[0]._workers._lock):
                said(in_child(originate))

        self.client.on_event("DeviceStateChanged", listener)
        _run, peer = self.start(workers=2)
        peer.send(event("DeviceStateChanged"))
        self.assertEqual(said.next(), "c2")

    def test_a_client_that_nobody_refers_to_is_not_kept_for_children(self):
        client = ari.connect(BASE, USER, PASSWORD)
        known = [weakref.ref(client._session), weakref.ref(client.swagger.http_client)]
        client.close()
        del client
        gc.collect()
        self.assertEqual([reference() for reference in known], [None, None])


class TellingTest(unittest.TestCase):
    """A fork that Python was not told of, noticed by several threads at once."""

    def test_no_thread_goes_on_before_all_has_been_told(self):
        told, go_on, passed = threading.Event(), threading.Event(), Inbox()

        class Inherited:
            def on_fork(self, parent):
                told.set()
                go_on.wait(DEADLINE)

        thing, process = Inherited(), forks._Process()
        process.inherited.add(thing)
        process.number = -1  # the parent

        def notice(name):
            process.tell()
            passed((name, process.number == os.getpid()))

        threads = [threading.Thread(target=notice, args=(name,)) for name in "ab"]
        threads[0].start()
        self.assertTrue(told.wait(DEADLINE))
        threads[1].start()
        self.assertTrue(passed.empty)
        self.assertNotEqual(process.number, os.getpid())
        go_on.set()
        self.assertEqual({passed.next(), passed.next()}, {("a", True), ("b", True)})
        for thread in threads:
            thread.join(DEADLINE)

    def test_what_cannot_be_told_is_logged_and_keeps_nothing_from_the_others(self):
        told, process = [], forks._Process()

        class Inherited:
            def on_fork(self, parent):
                told.append(parent)
                process.tell()  # which is at it already
                raise ZeroDivisionError

        things = [Inherited(), Inherited()]
        for thing in things:
            process.inherited.add(thing)
        process.number = -1
        with self.assertLogs("ari.forks", "ERROR") as logs:
            process.tell()
        process.tell()
        self.assertEqual(told, [-1, -1])
        self.assertEqual(len(logs.output), 2)
