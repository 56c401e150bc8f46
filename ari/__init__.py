"""A client library for the Asterisk REST Interface (ARI).

::

    import ari

    client = ari.connect("http://localhost:8088/", "asterisk", "asterisk")

    def on_start(channel, event):
        channel.answer()
        channel.play(media="sound:hello-world")

    client.on_channel_event("StasisStart", on_start)
    client.run(apps="hello")
"""

import logging

from . import client, exceptions, model
from .client import Client, connect, from_env
from .connection.backoff import Reconnect
from .exceptions import (
    ARIBadRequest,
    ARIConnectionError,
    ARIConnectTimeout,
    ARIDescriptionError,
    ARIException,
    ARIForbidden,
    ARIHTTPError,
    ARINotFound,
    ARINotInStasis,
    ARIObjectGone,
    ARIPreconditionFailed,
    ARIServerError,
    ARIServerUnavailable,
    ARITimeout,
    ARIUnauthorized,
    ARIUnprocessable,
    ARIWaitTimeout,
)

__all__ = [
    "ARIBadRequest",
    "ARIConnectTimeout",
    "ARIConnectionError",
    "ARIDescriptionError",
    "ARIException",
    "ARIForbidden",
    "ARIHTTPError",
    "ARINotFound",
    "ARINotInStasis",
    "ARIObjectGone",
    "ARIPreconditionFailed",
    "ARIServerError",
    "ARIServerUnavailable",
    "ARITimeout",
    "ARIUnauthorized",
    "ARIUnprocessable",
    "ARIWaitTimeout",
    "Client",
    "Reconnect",
    "client",
    "connect",
    "exceptions",
    "from_env",
    "model",
]

__version__ = "0.2.0"

logging.getLogger(__name__).addHandler(logging.NullHandler())
