"""Run an example as its readers do: as a process of its own, ended with Ctrl-C."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading

from tests.asterisk.harness.dialplan import EXAMPLES
from tests.asterisk.harness.leash import Leash
from tests.asterisk.harness.server import Server
from tests.asterisk.harness.switchboard import DEADLINE


class Program:
    """A running example.

    :param name: the file's name in ``examples/``, without the suffix
    :param arguments: the command line after the program's name
    """

    def __init__(self, server: Server, name: str, *arguments: str) -> None:
        self.lines: list[str] = []
        self._ended = False
        self._news = threading.Condition()
        self._process = subprocess.Popen(
            [sys.executable, "-u", str(EXAMPLES / f"{name}.py"), *arguments],
            env={
                **os.environ,
                "ARI_URL": server.url,
                "ARI_USER": server.user,
                "ARI_PASSWORD": server.password,
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._leash = Leash(self._process.pid)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        try:
            # Asking Asterisk would not tell: an application outlives its program while channels or
            # bridges are in it, and then looks registered.
            self.expect("^Ready|^Watching")
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Program:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    @property
    def output(self) -> str:
        """What the program has printed so far."""
        with self._news:
            return "\n".join(self.lines)

    def expect(self, pattern: str, *, timeout: float = DEADLINE) -> re.Match[str]:
        """Wait until the program has printed a line that matches."""
        expression = re.compile(pattern)

        def look() -> re.Match[str] | None:
            return next(filter(None, map(expression.search, self.lines)), None)

        with self._news:
            self._news.wait_for(lambda: look() or self._ended, timeout)
            found = look()
        assert found, f"{pattern!r} was not printed in {timeout} s:\n{self.output}"
        return found

    def interrupt(self) -> str:
        """Press Ctrl-C, check that the program ends cleanly, and return all that it has printed."""
        self._process.send_signal(signal.SIGINT)
        code = self.wait()
        assert code == 0, f"ended with code {code}:\n{self.output}"
        assert "Traceback" not in self.output, self.output
        return self.output

    def wait(self) -> int:
        """Wait until the program has ended; return its exit code."""
        try:
            code = self._process.wait(DEADLINE)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"it does not end:\n{self.output}") from None
        self._reader.join(DEADLINE)
        return code

    def close(self) -> None:
        """Kill the program if it still runs."""
        self._leash.drop()
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self._reader.join(DEADLINE)
        assert self._process.stdout is not None
        self._process.stdout.close()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            with self._news:
                self.lines.append(line.rstrip("\n"))
                self._news.notify_all()
        with self._news:
            self._ended = True
            self._news.notify_all()
