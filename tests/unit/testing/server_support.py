"""A simulator behind its port, for tests: HTTP and a WebSocket client."""

from __future__ import annotations

import json
import unittest
from typing import Any

import requests
import websocket

from ari.testing import Simulator

DEADLINE = 10.0


class Socket:
    """A WebSocket client that can wait."""

    def __init__(self, sim: Simulator, apps: str = "app", *, user: str = "", **query: str) -> None:
        words = "".join(f"&{key}={value}" for key, value in query.items())
        key = user or f"{sim.user}:{sim.password}"
        url = f"{sim.url}/ari/events?app={apps}&api_key={key}{words}"
        self.socket = websocket.create_connection(url.replace("http", "ws", 1), timeout=DEADLINE)
        sim.wait_for_application(apps.split(",", maxsplit=1)[0], DEADLINE)

    def next(self) -> dict[str, Any]:
        """Return the next event."""
        event: dict[str, Any] = json.loads(self.socket.recv())
        return event

    def until(self, event_type: str) -> dict[str, Any]:
        """Return the next event of a type."""
        while (event := self.next())["type"] != event_type:
            pass
        return event

    def ask(self, **fields: Any) -> dict[str, Any]:
        """Send a request over the socket; return the response."""
        self.socket.send(json.dumps({"type": "RESTRequest", **fields}))
        return self.until("RESTResponse")

    def close(self) -> None:
        self.socket.close(timeout=0)


class SimulatorCase(unittest.TestCase):
    """A test with a simulator whose time stands still."""

    speed = 0.0

    def setUp(self) -> None:
        self.sim = Simulator(speed=self.speed, read_only_users={"reader": "looks"})
        self.sim.start()
        self.addCleanup(self.sim.close)
        self.http = requests.Session()
        self.http.auth = (self.sim.user, self.sim.password)
        self.addCleanup(self.http.close)

    def socket(self, apps: str = "app", **query: str) -> Socket:
        socket = Socket(self.sim, apps, **query)
        self.addCleanup(socket.close)
        return socket

    def ask(self, method: str, path: str, **options: Any) -> requests.Response:
        options.setdefault("timeout", DEADLINE)
        return self.http.request(method, f"{self.sim.url}/ari/{path}", **options)
