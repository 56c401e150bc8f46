"""Keep what a program sends out of urllib3's log, which shows addresses with their queries.

Only the lines about requests of this library change; levels and handlers are the program's affair.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

__all__ = ["queries_unlogged"]

_UNDER_WAY: ContextVar[bool] = ContextVar("ari_request_under_way", default=False)

_QUERY = re.compile(r"\?\S*")


class _WithoutQueries(logging.Filter):
    """Cuts the query off the addresses in a record."""

    def filter(self, record: logging.LogRecord) -> bool:
        if _UNDER_WAY.get() and isinstance(record.args, tuple):
            record.args = tuple(
                _QUERY.sub("", arg) if isinstance(arg, str) else arg for arg in record.args
            )
        return True


_FILTER = _WithoutQueries()


@contextmanager
def queries_unlogged() -> Iterator[None]:
    """Have urllib3 log addresses without queries while the block runs, on this thread alone."""
    for name in ("urllib3.connection", "urllib3.connectionpool"):
        logging.getLogger(name).addFilter(_FILTER)  # a second time it does nothing
    token = _UNDER_WAY.set(True)
    try:
        yield
    finally:
        _UNDER_WAY.reset(token)
