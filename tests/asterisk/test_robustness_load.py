"""Load: a handler that blocks under a flood, many calls on workers, idle connections."""

from __future__ import annotations

import base64
import json
import math
import socket
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.asterisk.harness.proxy import Proxy
from tests.asterisk.harness.server import OwnServer, Server
from tests.asterisk.harness.session import Session
from tests.asterisk.harness.simulated_server import SimulatedServer
from tests.asterisk.harness.switchboard import DEADLINE, until

EVENTS = 10_000
PADDING = 2048
BLOCKED = 15.0
CALLS = 200
WORKERS = 16
DELAY = 0.05
REQUESTS = 3


def send_user_events(server: Server, app: str, count: int, padding: str) -> None:
    """Have the server send numbered events, as fast as it accepts the requests for them."""
    address = urlsplit(server.url)
    token = base64.b64encode(f"{server.user}:{server.password}".encode()).decode()

    def request(number: int) -> bytes:
        body = json.dumps({"variables": {"number": number, "padding": padding}})
        return (
            f"POST /ari/events/user/Numbered?application={app} HTTP/1.1\r\n"
            f"Host: {address.netloc}\r\nAuthorization: Basic {token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"
        ).encode()

    with (
        socket.create_connection((address.hostname, address.port), timeout=DEADLINE) as sock,
        sock.makefile("rb") as answers,
    ):
        for start in range(0, count, 20):  # several at a time, and in order
            batch = range(start, min(start + 20, count))
            sock.sendall(b"".join(request(number) for number in batch))
            for _ in batch:
                status = answers.readline()
                assert b" 204 " in status, status
                while answers.readline() not in (b"\r\n", b""):
                    pass


def test_a_blocking_handler_does_not_lose_the_connection(asterisk: Server) -> None:
    """More is sent than the buffers on the way hold, and the server does not wait for a reader."""
    count, blocked = round(EVENTS * asterisk.scale), BLOCKED * asterisk.scale
    padding = "x" * round(PADDING / asterisk.scale)
    with Session(asterisk) as session:
        numbers: list[int] = []
        blocking, release = threading.Event(), threading.Event()

        def on_user_event(event: dict[str, Any]) -> None:
            if not numbers:
                blocking.set()
                release.wait(blocked)
            numbers.append(event["userevent"]["number"])

        session.client.on_event("ChannelUserevent", on_user_event)
        began = time.monotonic()
        send_user_events(asterisk, session.app, count, padding)
        took = time.monotonic() - began
        assert blocking.is_set()
        assert not numbers or took > blocked
        print(f"{count} events sent in {took:.1f} s")  # noqa: T201
        until(lambda: len(numbers) >= count, timeout=blocked + DEADLINE, what="all events")
        assert numbers == list(range(count))
        assert len(session.registered) == 1
        assert not session.deregistered


def serve_many_calls(session: Session, caller: Any, prefix: str, count: int) -> float:
    """Handle calls that have all arrived; return the seconds until the last one is handled.

    :param caller: another client, which makes the calls
    """
    steps: defaultdict[str, list[str]] = defaultdict(list)
    gate = threading.Event()
    finished: list[float] = []

    def on_start(channel: Any, event: dict[str, Any]) -> None:
        gate.wait(DEADLINE)
        steps[channel.id].append("begin")
        for number in range(REQUESTS):
            channel.setChannelVar(variable="STEP", value=str(number))
        steps[channel.id].append("end")
        finished.append(time.monotonic())

    def on_variable(channel: Any, event: dict[str, Any]) -> None:
        if event["variable"] == "STEP":
            steps[channel.id].append(event["value"])

    with (
        session.client.on_channel_event("StasisStart", on_start),
        session.client.on_channel_event("ChannelVarset", on_variable),
    ):
        with session.client._session.open_wait(["StasisStart"]) as arrivals:
            for number in range(count):
                caller.channels.originate(
                    endpoint="Local/answer@default/n",
                    app=session.app,
                    channelId=f"{prefix}-{number}",
                )
            for _ in range(count):
                arrivals.get(time.monotonic() + DEADLINE)
        began = time.monotonic()
        gate.set()
        until(
            lambda: len(finished) == count or session.errors,
            timeout=60,
            what="the end of all handlers",
        )
        assert not session.errors, session.errors
        in_order = ["begin", "end", *map(str, range(REQUESTS))]
        until(lambda: all(len(s) == len(in_order) for s in list(steps.values())), what="the rest")
    assert len(steps) == count
    assert all(found == in_order for found in steps.values())
    return finished[-1] - began


def test_workers_serve_many_calls_at_once_each_in_order(spare_asterisk: OwnServer) -> None:
    """The ideal time is as many rounds as the calls need on the workers, each of three delays."""
    count, delay = round(CALLS * spare_asterisk.scale), DELAY / spare_asterisk.scale
    ideal = math.ceil(count / WORKERS) * REQUESTS * delay
    with (
        Proxy(spare_asterisk.port, delay) as proxy,
        Session(spare_asterisk) as caller,
        Session(spare_asterisk, url=proxy.url, workers=WORKERS) as session,
    ):
        for attempt in range(3):  # the machine may have had other work
            took = serve_many_calls(session, caller.client, f"many-{attempt}", count)
            print(  # noqa: T201
                f"{count} calls took {took:.2f} s, {took / ideal:.2f} times the ideal {ideal:.2f} s"
            )
            if took <= 1.3 * ideal:
                break
        assert took <= 1.3 * ideal


@pytest.fixture
def impatient(asterisk: Server) -> Iterator[Server]:
    """Provide a server that closes idle connections soon, if the server can be told to."""
    if isinstance(asterisk, SimulatedServer):
        with SimulatedServer(idle_timeout=1.0) as server:
            yield server
    else:
        yield asterisk


def test_a_connection_that_the_server_closes_when_idle_is_replaced(impatient: Server) -> None:
    with Session(impatient) as reader, Session(impatient) as writer:
        bridge = writer.client.bridges.create(type="mixing")
        assert bridge in reader.client.bridges.list()
        threading.Event().wait(impatient.idle_timeout + 0.5)
        assert bridge in reader.client.bridges.list()
        bridge.destroy()
        # Asterisk may answer before the bridge is off its list.
        until(lambda: bridge not in reader.client.bridges.list(), what="the end of the bridge")


def test_requests_from_many_threads_at_once(asterisk: Server) -> None:
    with Session(asterisk, workers=WORKERS) as session:
        created: list[str] = []
        errors: list[BaseException] = []

        def make_bridges() -> None:
            try:
                for _ in range(10):
                    bridge = session.client.bridges.create(type="mixing")
                    created.append(bridge.id)
                    bridge.destroy()
            except BaseException as error:  # noqa: BLE001 - the test judges it
                errors.append(error)

        threads = [threading.Thread(target=make_bridges) for _ in range(WORKERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(DEADLINE)
        assert not errors
        assert len(set(created)) == 10 * WORKERS
