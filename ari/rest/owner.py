"""What repositories and domain objects ask of the client that they belong to.

A client that is awaited returns an awaitable wherever another returns the result, so one set of
classes serves both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

from ..swagger.client import SwaggerClient
from ..swagger.declarations import OperationModel
from ..transport.base import Json

__all__ = ["Invoker", "Owner"]


class Invoker(Protocol):
    """What sends the requests of operations."""

    def invoke(
        self,
        operation: OperationModel,
        args: Sequence[object],
        kwargs: Mapping[str, object],
        given: Mapping[str, object] | None = None,
    ) -> Any:
        """Call an operation, and return its result."""


class Owner(Invoker, Protocol):
    """What domain objects belong to."""

    swagger: SwaggerClient

    def wait_for(
        self,
        event_types: str | Iterable[str],
        predicate: Callable[[Json], object] | None = None,
        timeout: float | None = None,
        *,
        about: Any = None,
    ) -> Json:
        """Wait for an event, of an object if one is given."""

    def _listen_to(
        self,
        obj: Any,
        event_type: str,
        fn: Any,
        /,
        *args: object,
        once: bool = False,
        **kwargs: object,
    ) -> Any:
        """Listen to events about one object."""

    def _has_ended(self, obj: Any) -> bool:
        """Tell whether an object is known to have ended, or to have left."""

    def _wait_until_over(self, obj: Any, timeout: float | None) -> Any:
        """Wait for the end of an object that finishes by itself, and return it."""

    def _read_digits(self, channel: Any, **options: Any) -> str:
        """Collect digits from a channel."""
