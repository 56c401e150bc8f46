"""When to ping a silent connection, and when to give it up."""

from __future__ import annotations

__all__ = ["KeepAlive"]


class KeepAlive:
    """What silence means: first that a ping is due, then that the connection is lost.

    :param interval: seconds of silence after which the other side is pinged.
    :param timeout: seconds that it then has to answer.
    :ivar patience: the seconds of silence to wait for now.
    :ivar pinged: whether a ping is not answered yet.
    """

    def __init__(self, interval: float, timeout: float) -> None:
        self._interval = interval
        self._timeout = timeout
        self.pinged = False
        self.patience = interval

    def heard(self) -> None:
        """Record a sign of life."""
        self.pinged = False
        self.patience = self._interval

    def silent(self) -> bool:
        """Record a silence of that length; return whether a ping is due.

        Otherwise the last ping was not answered, and the connection is lost.
        """
        due, self.pinged = not self.pinged, True
        self.patience = self._timeout
        return due
