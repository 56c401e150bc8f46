"""A client under test whose ``run()`` runs in a thread, and a record of what happens to it."""

from __future__ import annotations

import queue
import threading
import time
import uuid
from typing import Any

import ari
from tests.asterisk.harness.server import Server
from tests.asterisk.harness.switchboard import DEADLINE


class Session:
    """A client whose ``run()`` runs in a thread; a context manager.

    :param server: what it is connected to
    :param url: another address for the same server
    :param options: passed to ``run()``
    :ivar registered: the times at which the application was registered, in seconds
    :ivar deregistered: the times at which that ended
    :ivar started: the channels of StasisStart events, in order
    :ivar errors: what handlers raised
    :ivar failure: what ``run()`` raised
    """

    def __init__(
        self, server: Server, *, url: str = "", app: str = "", workers: int = 0, **options: Any
    ) -> None:
        self.app = app or f"robust-{uuid.uuid4().hex[:8]}"
        self.client: Any = ari.connect(url or server.url, server.user, server.password)
        self.client.exception_handler = self._note_error
        self.registered: list[float] = []
        self.deregistered: list[float] = []
        self.started: queue.Queue[Any] = queue.Queue()
        self.errors: list[BaseException] = []
        self.failure: BaseException | None = None
        self._news = threading.Condition()
        self.client.on_application_registered(self.app, self._note, self.registered)
        self.client.on_application_deregistered(self.app, self._note, self.deregistered)
        self._options = {"workers": workers, **options}
        self.thread = threading.Thread(target=self._run, name=f"run {self.app}")

    def __enter__(self) -> Session:
        self._others = threading.enumerate()
        self.thread.start()
        self.wait_registered(1)
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.client.close()
        self.thread.join(DEADLINE)
        if exc_info[0] is None:
            assert not self.thread.is_alive(), "run() does not end"
            assert self.failure is None, self.failure
            assert not self.errors, self.errors
            left = [
                thread.name
                for thread in threading.enumerate()
                if thread.name.startswith("ari-")
                and thread.name != "ari-simulator"  # the server, not the client
                and thread not in self._others
            ]
            assert not left, left

    def wait_registered(self, times: int, timeout: float = DEADLINE) -> float:
        """Wait until the application has been registered this many times; return the time."""
        return self._wait(self.registered, times, timeout)

    def wait_deregistered(self, times: int, timeout: float = DEADLINE) -> float:
        """Wait until it has been deregistered this many times; return the time."""
        return self._wait(self.deregistered, times, timeout)

    def call(self, channel_id: str = "") -> Any:
        """Dial a telephone that answers, from the application; return the channel."""
        return self.client.channels.originate(
            endpoint="Local/answer@default/n",
            app=self.app,
            channelId=channel_id or f"call-{uuid.uuid4().hex[:8]}",
        )

    def expect_call_handled(self) -> None:
        """Dial, and wait until a listener has been told of the call."""
        self.client.on_channel_event("StasisStart", lambda ch, ev: self.started.put(ch.id))
        channel = self.call()
        assert self.started.get(timeout=DEADLINE) == channel.id
        channel.hangup()

    def _run(self) -> None:
        try:
            self.client.run(self.app, **self._options)
        except BaseException as ex:  # noqa: BLE001 - the test judges it
            self.failure = ex

    def _note_error(self, ex: BaseException) -> None:
        self.errors.append(ex)

    def _note(self, times: list[float]) -> None:
        with self._news:
            times.append(time.monotonic())
            self._news.notify_all()

    def _wait(self, times: list[float], count: int, timeout: float) -> float:
        with self._news:
            found = self._news.wait_for(lambda: len(times) >= count, timeout)
            assert found, f"{len(times)} of {count} in {timeout} s; {self.failure}"
            return times[count - 1]
