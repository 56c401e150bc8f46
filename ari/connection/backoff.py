"""How long to wait before trying again: full-jitter backoff."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from threading import TIMEOUT_MAX

__all__ = ["Attempts", "Backoff", "Reconnect"]


@dataclass(frozen=True)
class Backoff:
    """Pauses that grow with the number of attempts in a row, at random.

    Before an attempt passes a random time between 0 and ``min(max_delay, first_delay * 2 ** n)``,
    where n counts the attempts in a row from 0, so that many clients do not come back at once.

    :param first_delay: seconds, the upper bound of the first pause.
    :param max_delay: seconds, the upper bound of any pause.
    :raises ValueError: no pause can be that long.
    """

    first_delay: float = 0.1
    max_delay: float = 1.5

    def __post_init__(self) -> None:
        for name in ("first_delay", "max_delay"):
            _check(self, name, "seconds, 0 or more", lambda seconds: 0 <= seconds <= TIMEOUT_MAX)

    def delay(self, attempt: int, rand: Callable[[], float] = random.random) -> float:
        """Return the seconds to wait before an attempt.

        :param attempt: its number in a row, 0 for the first.
        :param rand: returns a number from 0 to 1.
        """
        # The exponent is bounded, for a float is, and attempts are not.
        return rand() * min(self.max_delay, self.first_delay * 2.0 ** min(attempt, 60))


@dataclass(frozen=True)
class Reconnect(Backoff):
    """How a lost connection is made again.

    Before an attempt the client waits a random time between 0 and
    ``min(max_delay, first_delay * 2 ** n)``, where n counts the attempts in a row from 0, so that
    many clients do not come back at once.

    :param first_delay: seconds, the upper bound of the first wait.
    :param max_delay: seconds, the upper bound of any wait. Short, for callers are waiting.
    :param max_attempts: how many attempts in a row may fail; None for no limit.
    :param stable_after: seconds after which a connection counts as good, and the backoff begins
        anew after its loss.
    :raises ValueError: a value makes no sense.
    """

    max_attempts: int | None = None
    stable_after: float = 10.0

    def __post_init__(self) -> None:
        super().__post_init__()
        _check(self, "stable_after", "seconds, 0 or more", lambda seconds: seconds >= 0)
        if self.max_attempts is not None:
            _check(
                self,
                "max_attempts",
                "how many attempts may fail, 1 or more, or None for no limit; "
                "run(reconnect=False) makes none",
                lambda count: count >= 1 and count == int(count),
            )


def _check(policy: Backoff, name: str, right: str, is_right: Callable[[float], bool]) -> None:
    value = getattr(policy, name)
    try:
        fine = not isinstance(value, bool) and is_right(value)
    except (TypeError, OverflowError):  # not a number; an infinite count
        fine = False
    if not fine:
        raise ValueError(f"{type(policy).__name__}({name}={value!r}): it must be {right}")


class Attempts:
    """The attempts to reconnect, counted in a row over losses in quick succession.

    :param policy: how many there may be, and how long each waits.
    """

    def __init__(self, policy: Reconnect) -> None:
        self._policy = policy
        self._in_a_row = 0
        self.failed = 0

    def lost(self, lasted: float) -> None:
        """Record that a connection was lost that had lasted some seconds."""
        self.failed = 0
        if lasted >= self._policy.stable_after:
            self._in_a_row = 0

    def next_delay(self) -> float:
        """Count one more attempt, and return the seconds to wait before it."""
        delay = self._policy.delay(self._in_a_row)
        self._in_a_row += 1
        return delay

    def fail(self) -> bool:
        """Record that an attempt failed; return whether it was the last."""
        self.failed += 1
        most = self._policy.max_attempts
        return most is not None and self.failed >= most
