"""Misbehaviour on request: what the server does wrong next."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fnmatch import fnmatchcase

from ari.testing.core.answers import Answer


class Failure:
    """An answer that matching requests get instead of the right one."""

    def __init__(self, method: str, path: str, status: int, message: str, times: int) -> None:
        self.method = method.upper()
        self.path = path.strip("/")
        self.answer = Answer(status, {"message": message})
        self.times = times

    def matches(self, method: str, path: str) -> bool:
        """Tell whether a request is meant; ``*`` in method or path stands for anything."""
        path = re.sub(r"^ari/", "", path.strip("/"))
        pattern = re.sub(r"^ari/", "", self.path)
        return fnmatchcase(method, self.method) and fnmatchcase(path, pattern)


class Faults:
    """Everything that is wrong on purpose."""

    def __init__(self) -> None:
        self.delay = 0.0
        self.garble = 0
        self._failures: list[Failure] = []

    def add(self, failure: Failure) -> None:
        """Fail the next matching requests."""
        self._failures.append(failure)

    def answer(self, method: str, path: str) -> Answer | None:
        """Return the wrong answer for a request, None to serve it properly."""
        for failure in self._failures:
            if failure.matches(method, path):
                failure.times -= 1
                if failure.times <= 0:
                    self._failures.remove(failure)
                return failure.answer
        return None

    def spoil(self, frame: str) -> str:
        """Return a frame as it is sent: cut in half if it was to be garbled."""
        if self.garble > 0:
            self.garble -= 1
            return frame[: len(frame) // 2]
        return frame

    def clear(self) -> None:
        """Behave again."""
        self.delay = 0.0
        self.garble = 0
        self._failures.clear()


class Users:
    """Who may come in."""

    def __init__(self, users: dict[str, str], read_only: dict[str, str]) -> None:
        self._passwords = {**users, **read_only}
        self._read_only = set(read_only)

    def knows(self, credentials: Sequence[str] | None) -> bool:
        """Tell whether a name and a password belong together."""
        if credentials is None:
            return False
        name, password = credentials
        return name in self._passwords and self._passwords[name] == password

    def read_only(self, name: str) -> bool:
        """Tell whether a user may only read."""
        return name in self._read_only
