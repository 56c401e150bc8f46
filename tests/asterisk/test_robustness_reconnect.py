"""Lost connections: a server that is killed, freezes, restarts or gives the application away."""

from __future__ import annotations

import threading
import time
from typing import Any

import ari
from ari.connection.backoff import Reconnect
from tests.asterisk.harness.proxy import Proxy
from tests.asterisk.harness.server import OwnServer, Server
from tests.asterisk.harness.session import Session
from tests.asterisk.harness.switchboard import DEADLINE, until

CALLS = 50
WAITERS = 10
DROPS = 20


def first_answer(server: Server) -> float:
    """Return when the server answers for the first time from now on."""
    pause = threading.Event()
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if server.answers():
            return time.monotonic()
        pause.wait(0.02)
    raise AssertionError("the server does not answer")


def wait_until_gone(channel: Any, outcomes: list[str]) -> None:
    try:
        channel.wait_for("ChannelDtmfReceived")
    except ari.ARIObjectGone as gone:
        if gone.key == ("Channel", channel.id):
            outcomes.append(channel.id)


def test_a_server_that_is_killed_under_calls_and_comes_back(spare_asterisk: OwnServer) -> None:
    with Session(spare_asterisk) as session:
        arrived: list[str] = []
        session.client.on_channel_event("StasisStart", lambda ch, ev: arrived.append(ch.id))
        channels = [session.call(f"lost-{n}") for n in range(CALLS)]
        for channel in channels:
            channel.on_event("ChannelDtmfReceived", lambda channel, event: None)
        until(lambda: len(arrived) == CALLS, what="the start of all calls")
        gone: list[str] = []
        waiters = [
            threading.Thread(target=wait_until_gone, args=(channel, gone))
            for channel in channels[:WAITERS]
        ]
        for waiter in waiters:
            waiter.start()
        until(lambda: len(session.client._session.waits.keys()) == WAITERS, what="the waits")
        assert len(session.client._session.listeners.keys()) == CALLS

        spare_asterisk.kill()
        session.wait_deregistered(1)
        answered: list[float] = []
        watch = threading.Thread(target=lambda: answered.append(first_answer(spare_asterisk)))
        watch.start()
        spare_asterisk.start()
        watch.join(DEADLINE)
        took = session.wait_registered(2) - answered[0]
        print(f"registered again {took:.2f} s after the first answer")  # noqa: T201
        assert took <= 2.0

        for waiter in waiters:
            waiter.join(DEADLINE)
        assert sorted(gone) == sorted(channel.id for channel in channels[:WAITERS])
        until(lambda: not session.client._session.listeners.keys(), what="the end of the listeners")
        session.expect_call_handled()
        assert len(session.registered) == 2
        assert len(session.deregistered) == 1


def test_connecting_waits_for_a_server_that_is_starting(spare_asterisk: OwnServer) -> None:
    spare_asterisk.kill()
    starting = threading.Timer(0.3, spare_asterisk.start)
    starting.start()
    with ari.connect(
        spare_asterisk.url, spare_asterisk.user, spare_asterisk.password, wait=30
    ) as client:
        assert client.channels.list() == []
    starting.join()


def test_event_sources_are_subscribed_to_again_after_a_restart(spare_asterisk: OwnServer) -> None:
    with Session(spare_asterisk) as session:
        client = session.client
        application = client.applications.get(session.app)
        application.subscribe(eventSource=["deviceState:Stasis:lamp", "endpoint:PJSIP/alice"])
        changed = threading.Event()
        client.on_event("DeviceStateChanged", lambda event: changed.set())
        spare_asterisk.kill()
        session.wait_deregistered(1)
        spare_asterisk.start()
        session.wait_registered(2)
        until(lambda: application.get()["endpoint_ids"] == ["PJSIP/alice"], what="the endpoint")
        until(lambda: application.get()["device_names"] == ["Stasis:lamp"], what="the device")
        client.deviceStates.update(deviceName="Stasis:lamp", deviceState="INUSE")
        assert changed.wait(DEADLINE)


def test_a_server_that_shuts_down_politely_is_waited_for(spare_asterisk: OwnServer) -> None:
    with Session(spare_asterisk) as session:
        spare_asterisk.stop()
        session.wait_deregistered(1)
        spare_asterisk.start()
        session.wait_registered(2)
        session.expect_call_handled()


def test_a_frozen_server_is_noticed_within_the_ping_deadline(
    spare_asterisk: OwnServer,
) -> None:
    with Session(spare_asterisk, ping_interval=1.0, ping_timeout=1.0) as session:
        spare_asterisk.freeze()
        frozen = time.monotonic()
        took = session.wait_deregistered(1) - frozen
        print(f"noticed after {took:.2f} s")  # noqa: T201
        assert took <= 2.5
        spare_asterisk.thaw()
        session.wait_registered(2)
        session.expect_call_handled()


def test_closing_on_a_frozen_server_ends_soon(spare_asterisk: OwnServer) -> None:
    with Session(spare_asterisk) as session:
        spare_asterisk.freeze()
        began = time.monotonic()
        session.client.close()
        session.thread.join(DEADLINE)
        assert time.monotonic() - began <= 2.0
    spare_asterisk.thaw()


def test_many_drops_in_a_row_do_not_make_it_give_up(asterisk: Server) -> None:
    port = int(asterisk.url.rstrip("/").rpartition(":")[2])
    with (
        Proxy(port) as proxy,
        Session(asterisk, url=proxy.url, reconnect=Reconnect(max_delay=0.3)) as session,
    ):
        for n in range(DROPS):
            proxy.drop()
            session.wait_deregistered(n + 1)
            session.wait_registered(n + 2)
        session.expect_call_handled()
        assert len(session.registered) == DROPS + 1


def test_another_client_that_takes_the_application_ends_run(asterisk: Server) -> None:
    with Session(asterisk) as first, Session(asterisk, app=first.app) as second:
        first.thread.join(DEADLINE)
        assert not first.thread.is_alive()
        assert first.failure is None
        assert len(first.deregistered) == 1
        second.expect_call_handled()
        assert not second.deregistered


def test_a_channel_that_moves_between_two_runs_of_one_client(asterisk: Server) -> None:
    """Its listeners and waits go on, whichever connection reports the move first."""
    with Session(asterisk) as session:
        client, other = session.client, f"{session.app}-other"
        registered, entered, left = threading.Event(), threading.Event(), threading.Event()
        values: list[str] = []

        def on_start(channel: Any, event: dict[str, Any]) -> None:
            if event["application"] == session.app:
                channel.move(app=other)
                return
            entered.set()
            found = channel.wait_for("ChannelVarset", lambda e: e["variable"] == "COLOUR", DEADLINE)
            values.append(found["value"])

        client.on_application_registered(other, registered.set)
        client.on_channel_event("StasisStart", on_start)
        client.on_channel_event("StasisEnd", lambda channel, event: left.set())
        thread = threading.Thread(target=client.run, args=(other,))
        thread.start()
        assert registered.wait(DEADLINE)
        channel = session.call()
        assert entered.wait(DEADLINE), session.errors
        assert left.wait(DEADLINE), session.errors
        channel.setChannelVar(variable="COLOUR", value="green")
        until(lambda: values or session.errors, what="the variable")
        assert values == ["green"], session.errors
        channel.hangup()
        client.close()
        thread.join(DEADLINE)
        assert not thread.is_alive()
