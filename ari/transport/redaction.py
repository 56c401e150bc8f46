"""Keep what a program sends out of urllib3's log, which shows addresses with their queries.

Only the lines about requests of this library change; levels and handlers are the program's affair.
"""

from __future__ import annotations

import logging
import re
from contextvars import ContextVar

__all__ = ["UNDER_WAY", "cut_queries_from_log"]

#: Whether a request of this library is under way on this thread.
UNDER_WAY: ContextVar[bool] = ContextVar("ari_request_under_way", default=False)

_QUERY = re.compile(r"\?\S*")


class _WithoutQueries(logging.Filter):
    """Cuts the query off the addresses in a record."""

    def filter(self, record: logging.LogRecord) -> bool:
        if UNDER_WAY.get() and isinstance(record.args, tuple):
            record.args = tuple(
                _QUERY.sub("", arg) if isinstance(arg, str) else arg for arg in record.args
            )
        return True


_FILTER = _WithoutQueries()


def cut_queries_from_log() -> None:
    """Have urllib3 log addresses without queries while :data:`UNDER_WAY`; twice does no harm."""
    for name in ("urllib3.connection", "urllib3.connectionpool"):
        logging.getLogger(name).addFilter(_FILTER)
