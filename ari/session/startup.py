"""From an address to a description of what is there; procedures.

Asterisk's own description serves, or the bundled one where Asterisk has none.
"""

from __future__ import annotations

import logging
import time
from pathlib import Path

from ..exceptions import (
    ARIConnectionError,
    ARIDescriptionError,
    ARINotFound,
    ARIServerError,
    ARIServerUnavailable,
    ARITimeout,
)
from ..rest.workarounds import AsteriskWorkarounds, is_asterisk, lacks_description
from ..swagger.checks import check_listing
from ..swagger.client import SwaggerClient
from ..swagger.description import load_listing
from ..swagger.processors import SwaggerError
from ..transport.base import Json, Request
from ..transport.http import HttpClientLike, HttpTransport
from ..transport.procedures import Pause, Procedure

__all__ = ["describe", "make_swagger_client", "wait_for_start"]

log = logging.getLogger(__name__)

_BUNDLED = Path(__file__).parents[1] / "api_docs" / "resources.json"

#: Seconds between two attempts to reach an Asterisk that is still starting.
_BETWEEN_ATTEMPTS = 0.25

#: What an Asterisk that is still starting may answer with, or not at all.
_NOT_YET = (ARIConnectionError, ARITimeout, ARIServerUnavailable, ARIDescriptionError)


def wait_for_start(
    address: str, http_client: HttpClientLike, wait: float
) -> Procedure[SwaggerClient]:
    """Return a client for the description at an address; wait for an Asterisk that is starting.

    :param address: where ARI is, without a slash at its end.
    :param wait: seconds to wait.
    :raises ARIException: what the last attempt met.
    """
    deadline = time.monotonic() + wait
    while True:
        try:
            return (yield from describe(address, http_client))
        except _NOT_YET as ex:
            left = deadline - time.monotonic()
            if left <= 0:
                raise
            log.info("waiting for Asterisk: %s", ex)
        yield Pause(min(_BETWEEN_ATTEMPTS, left))


def describe(address: str, http_client: HttpClientLike) -> Procedure[SwaggerClient]:
    """Return a client for the description that Asterisk serves, or for the bundled one.

    :param address: where ARI is, without a slash at its end.
    :raises ARIException: there is no Asterisk, or it does not answer as one.
    """
    url = f"{address}/api-docs/resources.json"
    user_for = HttpTransport(http_client).user_for
    try:
        listing = yield from load_listing(url, address, user_for)
        return make_swagger_client(listing, address, http_client)
    except (SwaggerError, ARIServerError) as ex:
        if not lacks_description(ex):
            raise
        info = Request(
            "GET", f"{address}/asterisk/info", {"only": "system"}, operation="connecting"
        )
        if not is_asterisk((yield info)):
            if not isinstance(ex.__cause__, ARINotFound):
                raise
            raise SwaggerError(
                f"{ex}. Is this the address of an Asterisk with ARI enabled (http.conf and "
                "ari.conf)?"
            ) from ex.__cause__
    log.warning("%s serves no description; using that of Asterisk 22", address)
    listing = yield from load_listing(_BUNDLED.as_uri(), address)
    return make_swagger_client(listing, address, http_client)


def make_swagger_client(
    description: Json, address: str, http_client: HttpClientLike
) -> SwaggerClient:
    """Return a client for a description whose declarations are loaded.

    :param address: where ARI is, without a slash at its end.
    :raises SwaggerError: it is not a description.
    """
    check_listing(description, "resource listing")
    return SwaggerClient(description, http_client, address, [AsteriskWorkarounds()])
