"""What each application is subscribed to and filters, to be set again after a lost connection."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy

from ..kinds import BY_NAME, Key, ended_key

__all__ = ["EventSources"]


class EventSources:
    """What was subscribed to through ``applications.subscribe``, counted as Asterisk does."""

    def __init__(self) -> None:
        self._sources: dict[str, Counter[str]] = {}
        self._filters: dict[str, Mapping[str, object]] = {}
        self._lock = threading.Lock()

    def renew_lock(self) -> None:
        """Replace the lock, in a forked child: nobody may be left there to release the old one."""
        self._lock = threading.Lock()

    def note(self, operation: str, values: Mapping[str, object]) -> None:
        """Record an operation that succeeded, if it subscribed, unsubscribed or set a filter.

        :param values: its parameters' values by declared name.
        """
        app = values.get("applicationName")
        if operation == "applications.filter" and app is not None:
            wanted = values.get("filter")
            with self._lock:
                self._filters.pop(str(app), None)
                if isinstance(wanted, Mapping):
                    self._filters[str(app)] = deepcopy(dict(wanted))
        if operation not in ("applications.subscribe", "applications.unsubscribe"):
            return
        given = values.get("eventSource")
        if given is None or app is None:  # a description of its own
            return
        listed: Iterable[str] = str(given).split(",")
        if isinstance(given, Iterable) and not isinstance(given, str):
            listed = given
        with self._lock:
            sources = self._sources.setdefault(str(app), Counter())
            for source in listed:
                sources[source] += 1 if operation == "applications.subscribe" else -1
                if sources[source] <= 0:
                    del sources[source]

    def forget_ended(self, event_type: str, keys: Sequence[Key]) -> None:
        """Forget the source that an event ends.

        :param keys: the objects that the event is about, its main object first.
        """
        ended = ended_key(event_type, keys)
        if ended is not None and BY_NAME[ended[0]].source_scheme:
            self.drop(f"{BY_NAME[ended[0]].source_scheme}:{ended[1]}")

    def drop(self, source: str) -> None:
        """Forget a source that is gone."""
        with self._lock:
            for sources in self._sources.values():
                sources.pop(source, None)

    def filter_of(self, app: str) -> Mapping[str, object] | None:
        """Return the event filter that was set for an application, or None."""
        with self._lock:
            return self._filters.get(app)

    def of(self, app: str) -> Counter[str]:
        """Return the sources that an application is subscribed to, with their counts."""
        with self._lock:
            return Counter(self._sources.get(app, ()))
