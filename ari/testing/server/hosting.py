"""The thread in which a simulator's server lives."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

from ari.testing.server.engine import Engine
from ari.testing.server.http_server import Server

T = TypeVar("T")


class Host:
    """Runs a server in a thread with an event loop of its own.

    :param new_server: makes the server, in that thread.
    :param name: the address to listen on.
    :param port: 0 for any that is free; it stays the same when the server is started again.
    """

    def __init__(
        self, engine: Engine, new_server: Callable[[], Server], name: str, port: int
    ) -> None:
        self.name = name
        self.port = port
        self._engine = engine
        self._new_server = new_server
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._server: Server | None = None
        self._stop: asyncio.Event | None = None
        self._arming = False

    @property
    def running(self) -> bool:
        """Tell whether the server was started and not closed."""
        return self._thread is not None

    def start(self) -> None:
        """Start serving."""
        if self._thread is not None:
            raise RuntimeError("the simulator is running already")
        started: Future[int] = Future()
        self._arming = False
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._live(started)), name="ari-simulator", daemon=True
        )
        self._thread.start()
        try:
            self.port = started.result()
        except BaseException:
            self._thread = None
            raise

    def close(self) -> None:
        """Stop serving and lose every call; closing twice does no harm."""
        loop, thread = self._loop, self._thread
        if loop is None or thread is None:
            return
        self._loop = self._thread = None
        assert self._stop is not None
        loop.call_soon_threadsafe(self._stop.set)
        thread.join()
        self._engine.restart()

    async def _live(self, started: Future[int]) -> None:
        """Serve until :meth:`close`; the life of the thread."""
        server = self._new_server()
        try:
            port = await server.start(self.name, self.port)
        except Exception as error:  # noqa: BLE001  # start() raises it on the caller's thread
            await server.stop()
            started.set_exception(error)
            return
        self._server, self._stop = server, asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._engine.on_schedule = self._arm_soon
        server.arm()
        started.set_result(port)
        await self._stop.wait()
        self._engine.on_schedule = lambda: None
        await server.stop()

    def _arm_soon(self) -> None:
        loop, server = self._loop, self._server
        if loop is not None and server is not None and not self._arming:
            self._arming = True
            with contextlib.suppress(RuntimeError):  # the loop may have closed just now
                loop.call_soon_threadsafe(self._arm, server)

    def _arm(self, server: Server) -> None:
        self._arming = False
        server.arm()

    def _in_loop(self, work: Coroutine[Any, Any, T]) -> T:
        if self._loop is None:
            work.close()
            raise RuntimeError("the simulator is not running")
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def on_server(self, action: Callable[[Server], None]) -> None:
        """Do something with the server, in its thread; return when it is done."""

        async def act() -> None:
            assert self._server is not None
            action(self._server)

        self._in_loop(act())

    def refuse(self, on: bool) -> None:
        """Refuse new connections, or accept them again."""

        async def change() -> None:
            server = self._server
            assert server is not None
            if on:
                await server.refuse()
            elif server.refusing:
                await server.listen(self.name, self.port)

        self._in_loop(change())
