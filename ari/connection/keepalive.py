"""When to ping a silent connection, and when to give it up."""

from __future__ import annotations

__all__ = ["KeepAlive"]


class KeepAlive:
    """What silence means: first that a ping is due, then that the connection is lost.

    :param interval: seconds of silence after which the other side is pinged.
    :param timeout: seconds that it then has to answer.
    :raises ValueError: these are no lengths of time; infinite ones are, and never pass.
    :ivar patience: the seconds of silence to wait for now.
    :ivar pinged: whether a ping is not answered yet.
    """

    def __init__(self, interval: float, timeout: float) -> None:
        for name, seconds in (("ping_interval", interval), ("ping_timeout", timeout)):
            try:
                fine = seconds > 0
            except TypeError:
                fine = False
            if not fine:
                raise ValueError(f"{name}={seconds!r}: it must be seconds, more than 0")
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
