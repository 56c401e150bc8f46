"""Signals: how an object tells whoever is interested that something happened to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, ParamSpec

P = ParamSpec("P")


class Signal(Generic[P]):
    """Something that happens, and the functions that are called when it does.

    Calling the signal calls them in the order in which they were connected.
    """

    __slots__ = ("_receivers",)

    def __init__(self) -> None:
        self._receivers: tuple[Callable[P, object], ...] = ()

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> None:
        for receiver in self._receivers:
            receiver(*args, **kwargs)

    def connect(self, receiver: Callable[P, object]) -> None:
        """Call *receiver* from now on."""
        self._receivers += (receiver,)

    def disconnect(self, receiver: Callable[P, object]) -> None:
        """Stop calling *receiver*; nothing happens if it is not connected."""
        self._receivers = tuple(item for item in self._receivers if item != receiver)

    @contextmanager
    def connected(self, receiver: Callable[P, object]) -> Iterator[None]:
        """Call *receiver* for the length of a ``with`` block."""
        self.connect(receiver)
        try:
            yield
        finally:
            self.disconnect(receiver)
