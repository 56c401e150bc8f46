"""After a gap in the event stream: subscribe again, and find out what ended meanwhile.

Asterisk replays nothing. An object that ended during the gap would be listened to, and waited for,
for ever. Everything here is a procedure: it yields requests and pauses.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence

import requests

from ..connection.backoff import Backoff
from ..exceptions import ARIException
from ..kinds import KINDS, SOURCES, Key, Kind
from ..rest.workarounds import is_in_dialplan
from ..swagger.client import Operation, SwaggerClient
from ..transport.base import Json, Response
from ..transport.errors import response_error
from ..transport.procedures import Pause, Procedure
from .event_sources import EventSources
from .session import Session

__all__ = ["check_after_gap", "find_gone", "resubscribe", "retire_gone"]

log = logging.getLogger(__name__)

#: Seconds before each check after a gap: again some time later, since a handler that was between
#: two waits may begin to wait for what is gone already.
CHECKS = (0.0, 1.0, 5.0, 30.0)

#: Seconds in which the last events of an object that is gone may still come.
GRACE = 2.0

#: What makes a check fail, to be made again.
_FAILURES = (
    ARIException,
    requests.RequestException,
    AttributeError,
    KeyError,
    TypeError,
    ValueError,
)

#: How a check that failed is tried again.
RETRY = Backoff(first_delay=1.0, max_delay=10.0)


def check_after_gap(session: Session, apps: Sequence[str]) -> Procedure[None]:
    """Make up for a gap, several times over; each check is tried again until it works.

    An object that is there at a check after the reconnection is told of by events from then on,
    and is not asked about again. Ends early when a pause's outcome is true: the connection was
    lost again, or the run ends.

    :param apps: the applications that were registered again.
    """
    alive: set[Key] = set()
    for pause in CHECKS:
        attempt = 0
        while True:
            if (yield Pause(RETRY.delay(attempt) if attempt else pause)):
                return
            try:
                for app in apps:
                    yield from resubscribe(session.swagger, session.event_sources, app)
                apps = ()  # which need to be subscribed once only
                if (yield from retire_gone(session, alive)):
                    return
                break
            except _FAILURES as ex:
                log.warning("the check after a lost connection failed: %s", ex)
            attempt += 1


def retire_gone(session: Session, alive: set[Key]) -> Procedure[bool]:
    """Retire the objects that ended or left during a gap; return whether a pause was cut short.

    Their last events may be on their way, so they get a grace; and what was read before counts,
    however late it is handled.

    :param alive: objects that are known to be there, which are not asked about; those that are
        found to be are added.
    """
    listeners, waits = session.listeners, session.waits
    # Taken before asking: what is made from now on is not known to be there, and not judged.
    keys = [key for key in dict.fromkeys([*listeners.keys(), *waits.keys()]) if key not in alive]
    gone, left = yield from find_gone(session.swagger, keys, waits.is_inside)
    alive.update(key for key in keys if key not in gone)
    for key in gone:
        waits.retire(key, "ended while the connection was lost", grace=GRACE)
    for key in left:
        log.info("%s %s left the application while the connection was lost", *key)
        waits.leave_unseen(key, "left the application while the connection was lost")
        listeners.keep_for_a_while(key)
    if gone and (yield Pause(GRACE)):
        return True
    for key in gone:
        if not waits.was_told_of_end(key):
            log.info("%s %s ended while the connection was lost", *key)
            listeners.retire(key, waits.count)
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


def find_gone(
    swagger: SwaggerClient,
    keys: Iterable[Key],
    is_inside: Callable[[Key], bool] = lambda _key: False,
) -> Procedure[tuple[list[Key], list[Key]]]:
    """Return those of these objects that no longer exist, and the channels that left.

    Only channels, bridges, playbacks and live recordings come and go.

    :param is_inside: tells whether a channel was last known to be in an application.
    """
    gone: list[Key] = []
    left: list[Key] = []
    by_class: dict[str, list[Key]] = {}
    for key in keys:
        by_class.setdefault(key[0], []).append(key)
    for kind in KINDS:
        if kind.name not in by_class or not kind.checked_by:
            continue
        resource, _, nickname = kind.checked_by.partition(".")
        operation: Operation = getattr(getattr(swagger, resource), nickname)
        if not operation.model.response_class.startswith("List["):
            gone += yield from _not_found(operation, by_class[kind.name])
            continue
        present = yield from _listed(operation, kind)
        for key in by_class[kind.name]:
            if key[1] not in present:
                gone.append(key)
            elif is_inside(key) and is_in_dialplan(present[key[1]]):
                left.append(key)
    return gone, left


def _listed(operation: Operation, kind: Kind) -> Procedure[dict[str, Json]]:
    """Return the objects that there are, by id."""
    answer: Response = yield operation.request()
    _raise_if_failed(answer, operation, worst=400)
    (id_field,) = kind.id_fields
    return {item[id_field]: item for item in answer.json()}


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
