"""Kill a process when the tests end, even if they are killed themselves."""

from __future__ import annotations

import subprocess
from pathlib import Path


class Leash:
    """A small process that kills another one, and removes its directory, once we are gone.

    It reads from a pipe, which the system closes when we end, in whatever way.

    :param pid: the process
    :param directory: what to remove with it
    """

    def __init__(self, pid: int, directory: Path | None = None) -> None:
        self._watchdog: subprocess.Popen[bytes] | None = subprocess.Popen(
            [
                "/bin/sh",
                "-c",
                'read -r _; kill -KILL "$1"; test -z "$2" || rm -rf "$2"',
                "leash",
                str(pid),
                str(directory or ""),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def drop(self) -> None:
        """Stop watching the process: it has ended or is about to. Harmless when done twice."""
        watchdog, self._watchdog = self._watchdog, None
        if watchdog is not None:
            watchdog.kill()
            watchdog.wait()
            assert watchdog.stdin is not None
            watchdog.stdin.close()
