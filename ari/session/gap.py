"""After a gap in the event stream: subscribe again, and find out what ended meanwhile.

Asterisk replays nothing. An object that ended during the gap would be listened to, and waited for,
for ever. Everything here is a procedure: it yields requests and pauses.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

from ..connection.backoff import Backoff
from ..kinds import SOURCES, Key
from ..swagger.client import SwaggerClient
from ..transport.base import Json, Response
from ..transport.procedures import Pause, Procedure
from .event_sources import EventSources
from .presence import FAILURES, GRACE, find_gone, raise_if_failed
from .session import Session

__all__ = ["check_after_gap", "resubscribe", "retire_gone"]

log = logging.getLogger(__name__)

#: Seconds before each check after a gap: again some time later, since a handler that was between
#: two waits may begin to wait for what is gone already.
CHECKS = (0.0, 1.0, 5.0, 30.0)

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
            except FAILURES as ex:
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
    """Set an application's event filter again, and subscribe it to the sources that it has lost.

    The filter comes first, so that nothing passes that it keeps out. A source that is gone is
    logged; the others are subscribed to all the same.
    """
    events = sources.filter_of(app)
    if events is not None:
        answer: Response = yield swagger.applications.filter.request(
            applicationName=app, filter=events
        )
        raise_if_failed(answer, swagger.applications.filter)
        if answer.status_code >= 400:
            log.warning("the event filter of %s is not set again: %s", app, answer.status_code)
    wanted = sources.of(app)
    if not wanted:
        return
    answer = yield swagger.applications.get.request(applicationName=app)
    present: Json = answer.json() if answer.status_code == 200 else {}
    for source, count in wanted.items():
        if _is_listed(source, present):
            continue
        subscribe = swagger.applications.subscribe
        for _ in range(count):
            answer = yield subscribe.request(applicationName=app, eventSource=source)
            raise_if_failed(answer, subscribe)
            if answer.status_code >= 400:
                log.warning("%s is not subscribed to %s again: %s", app, source, answer.status_code)
                if answer.status_code == 422:  # it does not exist
                    sources.drop(source)
                break


def _is_listed(source: str, application: Mapping[str, Sequence[str]]) -> bool:
    scheme, _, name = source.partition(":")
    kind = SOURCES.get(scheme)
    return kind is not None and (name or kind.all_topic) in application.get(kind.listed_in, ())
