"""A TCP proxy in a process of its own, which delays what clients send and drops connections.

::

    client ── delayed ──> proxy ──> server
           <── at once ──       <──
"""

from __future__ import annotations

import asyncio
import subprocess
import sys

DEADLINE = 20.0


class Proxy:
    """A running proxy; a context manager.

    :param port: the server's port on 127.0.0.1
    :param delay: seconds by which it delays what a client sends
    """

    def __init__(self, port: int, delay: float = 0.0) -> None:
        self._process = subprocess.Popen(
            [sys.executable, __file__, str(port), str(delay)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self.url = f"http://127.0.0.1:{int(self._process.stdout.readline())}/"

    def __enter__(self) -> Proxy:
        return self

    def __exit__(self, *exc_info: object) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.kill()
        self._process.wait()
        self._process.stdin.close()
        self._process.stdout.close()

    def drop(self) -> None:
        """Cut all connections; return when that is done."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("drop\n")
        self._process.stdin.flush()
        self._process.stdout.readline()


async def _serve(target: int, delay: float) -> None:
    loop = asyncio.get_running_loop()
    open_ones: set[asyncio.StreamWriter] = set()

    async def relay(source: asyncio.StreamReader, sink: asyncio.StreamWriter, late: float) -> None:
        try:
            while data := await source.read(65536):
                if late:
                    loop.call_later(late, sink.write, data)
                else:
                    sink.write(data)
                    await sink.drain()
        except OSError:
            pass
        finally:
            loop.call_later(late, sink.close)

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", target)
        except OSError:
            writer.close()
            return
        both = {writer, far_writer}
        open_ones.update(both)
        await asyncio.gather(relay(reader, far_writer, delay), relay(far_reader, writer, 0.0))
        open_ones.difference_update(both)

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201
    while await loop.run_in_executor(None, sys.stdin.readline):
        for writer in list(open_ones):
            writer.transport.abort()
        print("dropped", flush=True)  # noqa: T201


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), float(sys.argv[2])))
