"""Asking Asterisk whether objects are still there, for it does not tell everybody of every end."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence

import requests

from ..events.waits import WaitingRoom
from ..exceptions import ARIException
from ..kinds import BY_NAME, KINDS, Key, Kind
from ..rest.workarounds import is_in_dialplan
from ..swagger.client import Operation, SwaggerClient
from ..transport.base import Json, Response
from ..transport.errors import response_error
from ..transport.procedures import Procedure

__all__ = ["FAILURES", "GRACE", "ask_about", "find_gone", "is_gone", "raise_if_failed"]

log = logging.getLogger(__name__)

#: Seconds in which the last events of an object that is gone may still come.
GRACE = 2.0

#: What makes a question fail, to be asked again.
FAILURES = (
    ARIException,
    requests.RequestException,
    AttributeError,
    KeyError,
    TypeError,
    ValueError,
)


def ask_about(swagger: SwaggerClient, waits: WaitingRoom, keys: Sequence[Key]) -> Procedure[None]:
    """Ask whether the object of a wait is still there, and end the waits on it if it is gone.

    A channel in an application of ours is not asked about: its end is reported.

    :param keys: what the wait is about, its own object first.
    """
    if not keys or not BY_NAME[keys[0][0]].found_by or waits.is_inside(keys[0]):
        return
    try:
        if (yield from is_gone(swagger, keys[0])):
            waits.retire(keys[0], "no longer exists", grace=GRACE)
    except FAILURES as ex:
        log.debug("asking about %s %s failed: %s", *keys[0], ex)


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
        keys_of_kind = by_class.get(kind.name, [])
        if not keys_of_kind or not kind.found_by:
            continue
        if not kind.listed_by:
            for key in keys_of_kind:
                if (yield from is_gone(swagger, key)):
                    gone.append(key)
            continue
        present = yield from _listed(swagger, kind)
        for key in keys_of_kind:
            if key[1] not in present:
                gone.append(key)
            elif is_inside(key) and is_in_dialplan(present[key[1]]):
                left.append(key)
    return gone, left


def is_gone(swagger: SwaggerClient, key: Key) -> Procedure[bool]:
    """Ask Asterisk whether an object no longer exists.

    :raises ARIServerError: Asterisk cannot tell.
    """
    operation = _operation(swagger, BY_NAME[key[0]].found_by)
    answer: Response = yield operation.request(key[1])
    raise_if_failed(answer, operation)
    return answer.status_code == 404


def _listed(swagger: SwaggerClient, kind: Kind) -> Procedure[dict[str, Json]]:
    """Return the objects that there are, by id."""
    operation = _operation(swagger, kind.listed_by)
    answer: Response = yield operation.request()
    raise_if_failed(answer, operation, worst=400)
    (id_field,) = kind.id_fields
    return {item[id_field]: item for item in answer.json()}


def _operation(swagger: SwaggerClient, name: str) -> Operation:
    resource, _, nickname = name.partition(".")
    operation: Operation = getattr(getattr(swagger, resource), nickname)
    return operation


def raise_if_failed(answer: Response, operation: Operation, worst: int = 500) -> None:
    if answer.status_code >= worst:
        raise response_error(answer, operation.model.name)
