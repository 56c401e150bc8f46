"""Make calls and watch them without the library, for an independent view of the server.

A :class:`Switchboard` speaks ARI with plain HTTP requests and a WebSocket that is subscribed to
everything, so that a test can say what Asterisk itself reports while a program under test runs.
A :class:`Call` is a person at a telephone: it dials an extension, presses digits and hangs up.

::

    Call (application of the tests)        program under test
       CALL.id  ── Local channel ──  CALL.far in the dialplan: Stasis(its application)
"""

from __future__ import annotations

import base64
import json
import threading
import time
import uuid
from collections.abc import Callable, Iterable
from typing import Any

import requests
import websocket

from tests.asterisk.harness.server import Server

DEADLINE = 20.0
Event = dict[str, Any]
Predicate = Callable[[Event], bool]


def until(condition: Callable[[], Any], *, timeout: float = DEADLINE, what: str = "") -> Any:
    """Check the condition repeatedly until it holds, and return its result.

    :param timeout: seconds until AssertionError
    """
    pause = threading.Event()
    deadline = time.monotonic() + timeout
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > deadline:
            raise AssertionError(f"{what or condition} did not come true in {timeout} s")
        pause.wait(0.05)


class Switchboard:
    """The tests' own application on a server, and all events of that server.

    One is used for as long as its server runs, with each test between :meth:`begin` and
    :meth:`finish`: Asterisk 22 can come to a standstill when the socket of an application that is
    subscribed to everything is closed while channels are ending.

    :ivar events: every event since the test began, oldest first
    """

    def __init__(self, server: Server) -> None:
        self.server = server
        self.app = f"tests-{uuid.uuid4().hex[:8]}"
        self.events: list[Event] = []
        self.calls: list[Call] = []
        self._before: set[str] = set()
        self._news = threading.Condition()
        self._session = requests.Session()
        self._session.auth = (server.user, server.password)
        token = base64.b64encode(f"{server.user}:{server.password}".encode()).decode()
        self._socket = websocket.create_connection(
            f"ws{server.url.removeprefix('http')}ari/events?app={self.app}&subscribeAll=true",
            header=[f"Authorization: Basic {token}"],
            timeout=DEADLINE,
        )
        self._socket.settimeout(None)
        self._reader = threading.Thread(target=self._read, name="switchboard", daemon=True)
        self._reader.start()

    def __enter__(self) -> Switchboard:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def close(self) -> None:
        """End the calls of this switchboard and its connection."""
        try:
            self._end_calls()
        finally:
            self._socket.abort()
            self._reader.join(DEADLINE)
            self._socket.close(timeout=0)
            self._session.close()

    def begin(self) -> None:
        """Begin a test: forget the events so far, and note what is on the server."""
        self._before = self._things()
        with self._news:
            self.events = []

    def finish(self) -> None:
        """End a test: end its calls, and remove what it has left on the server."""
        self._end_calls()
        self.sweep()

    def _end_calls(self) -> None:
        calls, self.calls = self.calls, []
        for call in calls:
            call.hang_up()
        for call in calls:
            for channel in (call.id, call.far):
                until(lambda channel=channel: self.is_gone(f"channels/{quote(channel)}"))

    def sweep(self) -> None:
        """Remove what the test has left on the server; what was there before stays.

        Calls of others are ended only on a server of our own.
        """
        if self.server.controllable:
            for channel in self.get("channels"):
                self.try_("DELETE", f"channels/{quote(channel['id'])}")
            until(lambda: not self.get("channels"), what="the end of all channels")
        for path in self._things() - self._before:
            self.try_("DELETE", path)

    def _things(self) -> set[str]:
        """Return the paths of everything that outlives a call."""
        return {
            f"{collection}/{quote(thing[key])}"
            for collection, key in (
                ("bridges", "id"),
                ("recordings/stored", "name"),
                ("deviceStates", "name"),
            )
            for thing in self.get(collection)
        }

    def try_(self, method: str, path: str, **params: Any) -> requests.Response:
        """Send a request and return the answer, whatever its status.

        :param params: the query; ``json`` is the body
        """
        body = params.pop("json", None)
        return self._session.request(
            method, f"{self.server.url}ari/{path}", params=params, json=body, timeout=60
        )

    def send(self, method: str, path: str, **params: Any) -> Any:
        """Send a request that must succeed and return the JSON of the answer, if it has any."""
        answer = self.try_(method, path, **params)
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def get(self, path: str, **params: Any) -> Any:
        """GET an object that must exist."""
        return self.send("GET", path, **params)

    def expect(
        self,
        types: str | Iterable[str],
        predicate: Predicate = lambda event: True,
        *,
        after: Event | None = None,
        timeout: float = DEADLINE,
    ) -> Event:
        """Return the first event of these types that satisfies the predicate, waiting for it.

        :param after: an event that it must follow
        :param timeout: seconds until AssertionError
        """
        wanted = {types} if isinstance(types, str) else set(types)
        seen = 0
        found: list[Event] = []

        def look() -> bool:
            nonlocal seen
            if after is not None and seen == 0:
                seen = next(i for i, event in enumerate(self.events) if event is after) + 1
            for event in self.events[seen:]:
                seen += 1
                if event["type"] in wanted and predicate(event):
                    found.append(event)
                    return True
            return False

        with self._news:
            if not self._news.wait_for(look, timeout):
                heard = [event["type"] for event in self.events[-40:]]
                raise AssertionError(
                    f"no {sorted(wanted)} in {timeout} s; the last events: {heard}"
                )
        return found[0]

    def seen(self, type_: str, predicate: Predicate = lambda event: True) -> list[Event]:
        """Return the events of a type that have come so far and satisfy the predicate."""
        with self._news:
            return [event for event in self.events if event["type"] == type_ and predicate(event)]

    def channels_in(self, bridge: str) -> set[str]:
        """Return the ids of the channels that are in a bridge."""
        return set(self.get(f"bridges/{bridge}")["channels"])

    def is_gone(self, path: str) -> bool:
        """Tell whether the object no longer exists."""
        return self.try_("GET", path).status_code == requests.codes.not_found

    def expect_entry(self, bridge: str, channel: str) -> Event:
        """Wait until a channel has entered a bridge."""
        return self.expect(
            "ChannelEnteredBridge",
            lambda event: event["bridge"]["id"] == bridge and event["channel"]["id"] == channel,
        )

    def call(
        self, extension: str, *, context: str = "default", variables: dict[str, str] | None = None
    ) -> Call:
        """Dial an extension; return at once, while it may still be ringing."""
        channel_id = f"call-{uuid.uuid4().hex[:8]}"
        call = Call(self, channel_id)
        self.calls.append(call)
        self.send(
            "POST",
            f"channels/{channel_id}",
            endpoint=f"Local/{extension}@{context}/n",
            app=self.app,
            callerId=f'"{channel_id}" <5550100>',
            json={"variables": variables or {}},
        )
        return call

    def _read(self) -> None:
        while True:
            try:
                text = self._socket.recv()
            except (OSError, websocket.WebSocketException):
                return
            if not text:
                return
            with self._news:
                self.events.append(json.loads(text))
                self._news.notify_all()


class Call:
    """A person at a telephone.

    :ivar id: the channel on the caller's side, in the tests' application
    :ivar far: the id of the channel on the other side, which runs the dialplan
    """

    def __init__(self, board: Switchboard, channel_id: str) -> None:
        self.board = board
        self.id = channel_id
        self.far = f"{channel_id};2"

    def __repr__(self) -> str:
        return f"<Call {self.id}>"

    def expect_answer(self) -> Event:
        """Wait until the other side has answered."""
        return self.board.expect("StasisStart", lambda event: event["channel"]["id"] == self.id)

    def expect_end(self) -> Event:
        """Wait until the call is over; return the ChannelDestroyed of the caller's side."""
        return self.board.expect(
            "ChannelDestroyed", lambda event: event["channel"]["id"] == self.id
        )

    def expect(
        self,
        types: str | Iterable[str],
        predicate: Predicate = lambda event: True,
        *,
        after: Event | None = None,
    ) -> Event:
        """Wait for an event of the far channel, or of a playback or recording on it."""

        def ours(event: Event) -> bool:
            target = next(
                (event[part]["target_uri"] for part in ("playback", "recording") if part in event),
                None,
            )
            mine = (
                target == f"channel:{self.far}"
                if target
                else event.get("channel", {}).get("id") == self.far
            )
            return mine and predicate(event)

        return self.board.expect(types, ours, after=after)

    def expect_playback(self, media: str, *, after: Event | None = None) -> Event:
        """Wait until something is played to the caller.

        :param media: a part of the URI, as ``sound:beep``
        """
        return self.expect(
            ("PlaybackStarted", "PlaybackContinuing"),
            lambda event: media in event["playback"]["media_uri"],
            after=after,
        )

    def press(self, digits: str) -> None:
        """Press keys, one after the other."""
        self.board.send("POST", f"channels/{self.id}/dtmf", dtmf=digits)

    def say(self, media: str) -> None:
        """Play media for the other side to hear."""
        self.board.send("POST", f"channels/{self.id}/play", media=media)

    def hang_up(self) -> None:
        """Hang up; harmless when the call is over."""
        self.board.try_("DELETE", f"channels/{self.id}")


def quote(value: str) -> str:
    """Encode a path segment."""
    return requests.utils.quote(value, safe="")  # type: ignore[attr-defined]
