"""A Stasis application, as the scenarios see it: a WebSocket, and the events that came over it."""

from __future__ import annotations

import base64
import contextlib
import json
import threading
from typing import Any

import requests
import websocket

from tests.scenarios.normal import Event, brief, matches

DEADLINE = 20.0


class App:
    """A Stasis application: its WebSocket and the events that came over it."""

    def __init__(
        self,
        url: str,
        credentials: tuple[str, str],
        name: str,
        *,
        recorded: bool,
        far_ends: bool,
        **query: Any,
    ) -> None:
        self.name = name
        self.recorded = recorded
        self.far_ends = far_ends
        self.events: list[Event] = []
        self.closed = False
        self._taken: set[int] = set()
        self._news = threading.Condition()
        address = requests.Request("GET", f"{url}/events", params={"app": name, **query}).prepare()
        token = base64.b64encode(":".join(credentials).encode()).decode()
        self.socket = websocket.create_connection(
            str(address.url).replace("http", "ws", 1),
            header=[f"Authorization: Basic {token}"],
            timeout=DEADLINE,
        )
        self.socket.settimeout(None)
        self._reader = threading.Thread(target=self._read, name=f"events of {name}", daemon=True)
        self._reader.start()

    def __str__(self) -> str:
        return self.name

    def send(self, text: str) -> None:
        """Send a text over the WebSocket."""
        self.socket.send(text)

    def wait(self, type_: str, timeout: float = DEADLINE, **fields: Any) -> Event:
        """Return the first event of this type that no wait has returned yet, waiting for it.

        :param timeout: seconds until AssertionError
        :param fields: what the event must hold; an object stands for its id, and ``state`` is the
            state of the channel
        """
        found: list[int] = []

        def look() -> bool:
            for index, event in enumerate(self.events):
                if index not in self._taken and event["type"] == type_ and matches(event, fields):
                    found.append(index)
                    return True
            return False

        with self._news:
            if not self._news.wait_for(look, timeout):
                came = "\n  ".join(brief(event) for event in self.events)
                wanted = " ".join([type_, *(f"{k}={v}" for k, v in fields.items())])
                raise AssertionError(f"no {wanted} in {timeout} s; what came:\n  {came}")
            self._taken.add(found[0])
            return self.events[found[0]]

    def heard(self) -> list[Event]:
        """Return all that has come so far."""
        with self._news:
            return list(self.events)

    def seen(self, type_: str, **fields: Any) -> list[Event]:
        """Return the events of a type that have come so far."""
        with self._news:
            return [e for e in self.events if e["type"] == type_ and matches(e, fields)]

    def wait_closed(self) -> None:
        """Wait until the server has ended the connection."""
        self._reader.join(DEADLINE)
        assert not self._reader.is_alive(), "the server did not close the WebSocket"

    def close(self) -> None:
        """Close the connection. Harmless when done twice."""
        if self.closed:
            return
        self.closed = True
        with contextlib.suppress(OSError, websocket.WebSocketException):
            self.socket.send_close()
        self._reader.join(DEADLINE)
        self.socket.shutdown()

    def _read(self) -> None:
        while True:
            try:
                opcode, data = self.socket.recv_data()
            except (OSError, websocket.WebSocketException):
                return
            if opcode == websocket.ABNF.OPCODE_CLOSE:
                return
            with self._news:
                self.events.append(json.loads(data))
                self._news.notify_all()
