"""Misbehaviour on request: what the server does wrong next."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase

from ari.testing.core.answers import Answer


@dataclass(slots=True)
class Failure:
    """An answer that matching requests get instead of the right one.

    :param method: the HTTP method, ``*`` for any.
    :param path: the path, with or without ``ari/``; ``*`` in it stands for anything.
    :param times: how many requests fail.
    """

    method: str
    path: str
    answer: Answer
    times: int

    def matches(self, method: str, path: str) -> bool:
        """Tell whether a request is meant."""
        return fnmatchcase(method, self.method.upper()) and fnmatchcase(
            _below_ari(path), _below_ari(self.path)
        )


def _below_ari(path: str) -> str:
    return path.strip("/").removeprefix("ari/")


class Faults:
    """Everything that is wrong on purpose.

    :ivar delay: real seconds by which every answer is late.
    :ivar garble: how many of the next events are cut in half.
    """

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
        """Return a frame as it is sent: cut in half if it is to be garbled."""
        if self.garble > 0:
            self.garble -= 1
            return frame[: len(frame) // 2]
        return frame

    def clear(self) -> None:
        """Behave again."""
        self.delay = 0.0
        self.garble = 0
        self._failures.clear()
