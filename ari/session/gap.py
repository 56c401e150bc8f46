"""After a gap in the event stream: make subscriptions again, and find out what ended meanwhile.

Asterisk replays nothing. An object that ended during the gap would be listened to, and waited for,
for ever.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import requests

from ..events.listeners import ListenerTable
from ..events.waits import FINAL_EVENTS, TARGETS, Key, WaitingRoom
from ..exceptions import ARIException

__all__ = ["SubscriptionLedger", "find_gone", "recover", "resubscribe"]

log = logging.getLogger(__name__)

#: An event source's scheme, and the field of an Application that lists such sources by name.
_LISTED_IN = {
    "channel": "channel_ids",
    "bridge": "bridge_ids",
    "endpoint": "endpoint_ids",
    "deviceState": "device_names",
}

#: What stands in an Application for "all of this kind".
_ALL = {
    "channel": "__AST_CHANNEL_ALL_TOPIC",
    "bridge": "__AST_BRIDGE_ALL_TOPIC",
    "endpoint": "__AST_ENDPOINT_ALL_TOPIC",
    "deviceState": "__AST_DEVICE_STATE_ALL_TOPIC",
}


class SubscriptionLedger:
    """The subscriptions made through ``applications.subscribe``, as Asterisk counts them."""

    def __init__(self) -> None:
        self._sources: dict[str, Counter[str]] = {}
        self._lock = threading.Lock()

    def note(self, operation: str, values: Mapping[str, Any]) -> None:
        """Learn of a call that succeeded; only subscribing and unsubscribing matter."""
        if operation not in ("applications.subscribe", "applications.unsubscribe"):
            return
        given = values["eventSource"]
        with self._lock:
            sources = self._sources.setdefault(str(values["applicationName"]), Counter())
            for source in given.split(",") if isinstance(given, str) else given:
                sources[source] += 1 if operation == "applications.subscribe" else -1
                if sources[source] <= 0:
                    del sources[source]

    def forget(self, event_type: str, keys: Sequence[Key]) -> None:
        """Learn of an event: what it ends is subscribed to no more."""
        ended = FINAL_EVENTS.get(event_type)
        for scheme, class_name in TARGETS.items():
            if class_name == ended and keys:
                self.drop(f"{scheme}:{keys[0][1]}")

    def drop(self, source: str) -> None:
        """Forget a source that is gone."""
        with self._lock:
            for sources in self._sources.values():
                sources.pop(source, None)

    def of(self, app: str) -> Counter[str]:
        """Return the sources that an application is subscribed to, with their counts."""
        with self._lock:
            return Counter(self._sources.get(app, ()))


def resubscribe(swagger: Any, ledger: SubscriptionLedger, app: str) -> None:
    """Make the subscriptions again that an application had and has no more.

    One whose source is gone is logged; the others are made all the same.
    """
    wanted = ledger.of(app)
    if not wanted:
        return
    answer = swagger.applications.get(applicationName=app)
    present: dict[str, Any] = answer.json() if answer.status_code == 200 else {}
    for source, count in wanted.items():
        if _is_listed(source, present):
            continue
        for _ in range(count):
            answer = swagger.applications.subscribe(applicationName=app, eventSource=source)
            if answer.status_code >= 500:
                answer.raise_for_status()
            if answer.status_code >= 400:
                log.warning("%s is not subscribed to %s again: %s", app, source, answer.status_code)
                if answer.status_code == 422:  # it does not exist
                    ledger.drop(source)
                break


def _is_listed(source: str, application: Mapping[str, Any]) -> bool:
    scheme, _, name = source.partition(":")
    listed = application.get(_LISTED_IN.get(scheme, ""), ())
    return (name or _ALL.get(scheme)) in listed


def find_gone(swagger: Any, keys: Iterable[Key]) -> list[Key]:
    """Return those of these objects that do not exist any more.

    Only channels, bridges, playbacks and live recordings come and go.
    """
    keys = list(keys)
    gone: list[Key] = []
    for class_name, resource in (("Channel", "channels"), ("Bridge", "bridges")):
        mine = [key for key in keys if key[0] == class_name]
        if mine:
            answer = getattr(swagger, resource).list()
            answer.raise_for_status()
            present = {item["id"] for item in answer.json()}
            gone += [key for key in mine if key[1] not in present]
    for key in keys:
        if key[0] == "Playback":
            answer = swagger.playbacks.get(playbackId=key[1])
        elif key[0] == "LiveRecording":
            answer = swagger.recordings.getLive(recordingName=key[1])
        else:
            continue
        if answer.status_code == 404:
            gone.append(key)
        elif answer.status_code >= 500:
            answer.raise_for_status()
    return gone


def recover(
    swagger: Any,
    apps: Sequence[str],
    ledger: SubscriptionLedger,
    table: ListenerTable,
    waiting: WaitingRoom,
) -> bool:
    """Do all that is to be done after a gap; return whether it could be done, and log what failed.

    :param swagger: the Swagger layer's client.
    :param apps: the applications that were registered again.
    :param ledger: their subscriptions.
    :param table: whose listeners may be about objects that are gone.
    :param waiting: whose waits may be about objects that are gone.
    """
    # Taken before asking: what is made from now on is not known to be there, and not judged.
    keys = list(dict.fromkeys([*table.keys(), *waiting.keys()]))
    try:
        for app in apps:
            resubscribe(swagger, ledger, app)
        for key in find_gone(swagger, keys):
            log.info("%s %s ended while the connection was lost", *key)
            waiting.retire(key, "ended while the connection was lost")
            table.retire(key)
        return True
    except (ARIException, requests.RequestException, AttributeError, KeyError, ValueError) as ex:
        log.warning("the check after a lost connection failed: %s", ex)
        return False
