"""After a gap in the event stream: subscribe again, and find out what ended meanwhile.

Asterisk replays nothing. An object that ended during the gap would be listened to, and waited for,
for ever. Everything here is a procedure: it yields requests and pauses.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence

import requests

from ..connection.backoff import Backoff
from ..events.listeners import ListenerTable
from ..events.waits import WaitingRoom
from ..exceptions import ARIException
from ..kinds import BY_NAME, KINDS, SOURCES, Key
from ..swagger.client import Operation, SwaggerClient
from ..transport.base import Json, Response
from ..transport.errors import response_error
from ..transport.procedures import Pause, Procedure
from .event_sources import EventSources

__all__ = ["check_after_gap", "find_gone", "recover", "resubscribe"]

log = logging.getLogger(__name__)

#: Seconds before each check after a gap: again some time later, since a handler that was between
#: two waits may begin to wait for what is gone already.
CHECKS = (0.0, 1.0, 5.0, 30.0)

#: How a check that failed is tried again.
RETRY = Backoff(first_delay=1.0, max_delay=10.0)


def check_after_gap(
    swagger: SwaggerClient,
    apps: Sequence[str],
    sources: EventSources,
    listeners: ListenerTable,
    waits: WaitingRoom,
) -> Procedure[None]:
    """Make up for a gap, several times over; each check is tried again until it works.

    Ends early when a pause's outcome is true: the connection was lost again, or the run ends.

    :param apps: the applications that were registered again.
    """
    for pause in CHECKS:
        attempt = 0
        while True:
            if (yield Pause(RETRY.delay(attempt) if attempt else pause)):
                return
            if (yield from recover(swagger, apps, sources, listeners, waits)):
                break
            attempt += 1
        apps = ()  # which need to be subscribed once only


def recover(
    swagger: SwaggerClient,
    apps: Sequence[str],
    sources: EventSources,
    listeners: ListenerTable,
    waits: WaitingRoom,
) -> Procedure[bool]:
    """Restore subscriptions and retire objects that ended; return whether it worked.

    What failed is logged.

    :param apps: the applications that were registered again.
    :param sources: what they are subscribed to.
    :param listeners: those about objects that are gone are unregistered.
    :param waits: those on objects that are gone end.
    """
    # Taken before asking: what is made from now on is not known to be there, and not judged.
    keys = list(dict.fromkeys([*listeners.keys(), *waits.keys()]))
    try:
        for app in apps:
            yield from resubscribe(swagger, sources, app)
        for key in (yield from find_gone(swagger, keys)):
            log.info("%s %s ended while the connection was lost", *key)
            waits.retire(key, "ended while the connection was lost")
            listeners.retire(key)
        return True
    except (ARIException, requests.RequestException, AttributeError, KeyError, ValueError) as ex:
        log.warning("the check after a lost connection failed: %s", ex)
        return False


def resubscribe(swagger: SwaggerClient, sources: EventSources, app: str) -> Procedure[None]:
    """Subscribe an application again to the event sources that it has lost.

    One that is gone is logged; the others are subscribed to all the same.
    """
    wanted = sources.of(app)
    if not wanted:
        return
    answer: Response = yield swagger.applications.get.request(applicationName=app)
    present: Json = answer.json() if answer.status_code == 200 else {}
    for source, count in wanted.items():
        if _is_listed(source, present):
            continue
        subscribe = swagger.applications.subscribe
        for _ in range(count):
            answer = yield subscribe.request(applicationName=app, eventSource=source)
            _raise_if_failed(answer, subscribe)
            if answer.status_code >= 400:
                log.warning("%s is not subscribed to %s again: %s", app, source, answer.status_code)
                if answer.status_code == 422:  # it does not exist
                    sources.drop(source)
                break


def _is_listed(source: str, application: Mapping[str, Sequence[str]]) -> bool:
    scheme, _, name = source.partition(":")
    kind = SOURCES.get(scheme)
    return kind is not None and (name or kind.all_topic) in application.get(kind.listed_in, ())


def find_gone(swagger: SwaggerClient, keys: Iterable[Key]) -> Procedure[list[Key]]:
    """Return those of these objects that do not exist any more.

    Only channels, bridges, playbacks and live recordings come and go.
    """
    gone: list[Key] = []
    by_class: dict[str, list[Key]] = {}
    for key in keys:
        by_class.setdefault(key[0], []).append(key)
    for kind in KINDS:
        if kind.name not in by_class or not kind.checked_by:
            continue
        resource, _, nickname = kind.checked_by.partition(".")
        operation: Operation = getattr(getattr(swagger, resource), nickname)
        if operation.model.response_class.startswith("List["):
            gone += yield from _missing_in_list(operation, by_class[kind.name])
        else:
            gone += yield from _not_found(operation, by_class[kind.name])
    return gone


def _missing_in_list(operation: Operation, keys: Sequence[Key]) -> Procedure[list[Key]]:
    answer: Response = yield operation.request()
    _raise_if_failed(answer, operation, worst=400)
    (id_field,) = BY_NAME[keys[0][0]].id_fields
    present = {item[id_field] for item in answer.json()}
    return [key for key in keys if key[1] not in present]


def _not_found(operation: Operation, keys: Sequence[Key]) -> Procedure[list[Key]]:
    gone: list[Key] = []
    for key in keys:
        answer: Response = yield operation.request(key[1])
        _raise_if_failed(answer, operation)
        if answer.status_code == 404:
            gone.append(key)
    return gone


def _raise_if_failed(answer: Response, operation: Operation, worst: int = 500) -> None:
    if answer.status_code >= worst:
        raise response_error(answer, operation.model.name)
