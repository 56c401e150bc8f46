"""Procedures: what takes several steps of I/O, written once for threads and for asyncio.

A procedure is a generator. It yields a step, such as a :class:`~.base.Request`, and is resumed
with the step's outcome, or with its exception at the place of the ``yield``. What it returns is
the result::

    def answer_and_count(channel):
        yield request_to_answer(channel)
        response = yield request_to_list_channels()
        return len(response.json())

    count = drive(answer_and_count(channel), transport.send)

So the procedure decides, without any I/O, and the driver does the I/O in its own way.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

from .base import Request, Response, Transport

__all__ = ["Pause", "Procedure", "Together", "drive", "take_step"]

_Result = TypeVar("_Result")

#: Yields steps, is resumed with whatever the outcome of each is, and returns the result.
Procedure: TypeAlias = Generator[object, Any, _Result]


@dataclass(frozen=True)
class Together:
    """A step: requests that may be under way at once; its outcome is the list of responses."""

    requests: Sequence[Request]


@dataclass(frozen=True)
class Pause:
    """A step: let some seconds pass."""

    seconds: float


def drive(procedure: Procedure[_Result], perform: Callable[[Any], object]) -> _Result:
    """Run a procedure on the calling thread, and return its result.

    :param perform: takes a step and returns its outcome, or raises.
    """
    try:
        step = next(procedure)
        while True:
            try:
                outcome = perform(step)
            except Exception as ex:  # noqa: BLE001 - handed on to the procedure
                step = procedure.throw(ex)
            else:
                step = procedure.send(outcome)
    except StopIteration as done:
        return done.value  # type: ignore[no-any-return]
    finally:
        procedure.close()


def take_step(step: object, transport: Transport) -> object:
    """Perform a step that needs no more than a transport, and return its outcome."""
    if isinstance(step, Request):
        return transport.send(step)
    if isinstance(step, Together):
        return _send_together(step.requests, transport)
    if isinstance(step, Pause):
        time.sleep(step.seconds)
        return None
    raise TypeError(f"not a step that this driver knows: {step!r}")


def _send_together(requests: Sequence[Request], transport: Transport) -> list[Response]:
    workers = min(len(requests), transport.requests_at_once)
    if workers <= 1:
        return [transport.send(request) for request in requests]
    with ThreadPoolExecutor(workers, thread_name_prefix="ari-load") as pool:
        return list(pool.map(transport.send, requests))
