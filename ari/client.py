"""The client: repositories to call Asterisk with, and events to be called back for."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

from .connection.stream import Reconnect
from .events.listeners import EventSchema, ListenerTable, Subscription
from .events.waits import WaitingRoom
from .exceptions import (
    ARIConnectionError,
    ARIDescriptionError,
    ARINotFound,
    ARIObjectGone,
    ARIServerError,
    ARIServerUnavailable,
    ARITimeout,
    transport_errors,
)
from .model import BaseObject, Repository
from .rest.functions import AsteriskWorkarounds
from .session.gap import SubscriptionLedger
from .session.lookback import CallWatch
from .session.registration import Listening
from .session.run import Running, call_listeners
from .swagger.client import SwaggerClient
from .swagger.http_client import DEFAULT_TIMEOUT, SynchronousHttpClient
from .swagger.processors import Json, SwaggerError, SwaggerProcessor
from .swagger.request import near_miss

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["Client", "connect"]

log = logging.getLogger(__name__)


def connect(
    base_url: str,
    username: str,
    password: str,
    *,
    verify: bool | str = True,
    cert: str | tuple[str, str] | None = None,
    timeout: float | tuple[float, float] = DEFAULT_TIMEOUT,
    wait: float = 0.0,
) -> Client:
    """Connect to Asterisk and return a client for it.

    :param base_url: Asterisk's HTTP address, such as ``http://localhost:8088/``; with or without
        ``/ari`` at its end, with a path prefix if there is one. https gives wss for the events.
    :param username: a user of ari.conf.
    :param password: its password.
    :param verify: as in requests: whether to verify TLS certificates, or a CA bundle's path.
    :param cert: as in requests: a client certificate.
    :param timeout: seconds until connected and seconds until an answer, as a pair or one for both.
    :param wait: seconds to wait for an Asterisk that is still starting.
    :raises ARIUnauthorized: unknown user or wrong password.
    :raises ARIConnectionError: nothing answers there.
    :raises ARITimeout: the connection stands, but no answer comes in time.
    :raises ARIDescriptionError: what answers is no Asterisk, or one without ARI.
    :raises ValueError: the address is none, or holds credentials or a query.
    :raises TypeError: the address, user or password is no str; None, for instance, for a variable
        of the environment that is not set.
    """
    for name, value in (("base_url", base_url), ("username", username), ("password", password)):
        if not isinstance(value, str):
            got = "None" if value is None else f"a {type(value).__name__}"
            raise TypeError(f"connect() got {got} as {name}, which is to be a str")
    address = _checked(base_url)
    http_client = SynchronousHttpClient(timeout=timeout, verify=verify, cert=cert)
    http_client.set_basic_auth(urlsplit(address).hostname or "", username, password)
    deadline = time.monotonic() + wait
    pause = threading.Event()
    while True:
        try:
            return Client(base_url, http_client)
        except (ARIConnectionError, ARITimeout, ARIServerUnavailable, ARIDescriptionError) as ex:
            left = deadline - time.monotonic()
            if left <= 0:
                http_client.close()
                raise
            log.info("waiting for Asterisk: %s", ex)
            pause.wait(min(0.25, left))
        except BaseException:
            http_client.close()
            raise


class Client(Listening):
    """A client for one Asterisk.

    Its repositories are attributes: ``client.channels``, ``client.bridges`` and so on.

    :param base_url: Asterisk's HTTP address; see :func:`connect`.
    :param http_client: sends the requests; see :class:`ari.swagger.http_client.HttpClient`.
    :ivar base_url: the address as it was given.
    :ivar repositories: the repositories by name.
    :ivar swagger: the client of the Swagger layer.
    :ivar event_models: the declared models of the events, by name.
    :ivar event_listeners: the subscriptions of ``on_event``, by event type.
    :ivar websockets: the sockets that are open.
    :ivar exception_handler: called with what a listener raised, on the listener's thread. The
        default logs it with its traceback. What it raises itself ends :meth:`run`.
    :ivar slow_handler: from how many seconds on a listener is logged as slow.
    """

    def __init__(self, base_url: str, http_client: Any) -> None:
        address = _checked(base_url)
        self.base_url = base_url
        with transport_errors("connecting", address):
            self.swagger = _describe(address, http_client)
        self.repositories = {
            name: Repository(self, name, resource)
            for name, resource in self.swagger.resources.items()
        }
        events = self.swagger.get_resource("events")
        self.event_models: dict[str, Json] = (
            events.json["api_declaration"]["models"] if events is not None else {}
        )
        self.websockets: set[Any] = set()
        self.exception_handler: Callable[[BaseException], Any] = _log_exception
        self.slow_handler = 1.0
        self.schema = EventSchema(self.event_models)
        self.table = ListenerTable()
        self.on_registered = ListenerTable()
        self.on_deregistered = ListenerTable()
        self.event_listeners = self.table.by_type
        self.waiting = WaitingRoom()
        self.ledger = SubscriptionLedger()
        self.calls = CallWatch(self.waiting, self.ledger, self.table)
        self._runs: list[Running] = []
        self._closed = False
        self._lock = threading.RLock()

    def __repr__(self) -> str:
        return f"Client({self.base_url!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self.repositories]

    def __getattr__(self, name: str) -> Repository:
        repositories: dict[str, Repository] = self.__dict__.get("repositories", {})
        if name not in repositories:
            raise AttributeError(
                f"Asterisk has no resource {name!r}{near_miss(name, repositories)}; "
                f"available: {', '.join(sorted(repositories))}"
            )
        return repositories[name]

    def get_repo(self, name: str) -> Repository | None:
        """Return a repository by its name, or None."""
        return self.repositories.get(name)

    # Running.

    def run(
        self,
        apps: str | Iterable[str],
        *,
        workers: int = 0,
        reconnect: bool | Reconnect = True,
        ping_interval: float = 10.0,
        ping_timeout: float = 5.0,
    ) -> None:
        """Register applications and call the listeners of their events; block until closed.

        Listeners run on the calling thread, one after another, in the order of the events. With
        workers, as many run at once; those of one call (a channel, else a bridge, else whatever
        the event is about) still run one after another and in order.

        A lost connection is made again. Asterisk replays nothing; what ended in the gap is found
        out, and its listeners and waits end. ``run()`` ends by :meth:`close`, when other clients
        have taken all of the applications, or by an exception.

        :param apps: an application's name, several separated by commas, or a list of names.
        :param workers: how many threads call listeners; 0 for the calling thread alone.
        :param reconnect: False to end at a lost connection; a :class:`Reconnect` to say how.
        :param ping_interval: seconds of silence after which Asterisk is pinged.
        :param ping_timeout: seconds that it then has to answer before the connection counts as
            lost.
        :raises ARIConnectionError: the first connection cannot be made, or the connection was
            lost and is not to be made again.
        :raises ARIUnauthorized: credentials are not accepted, perhaps not any more.
        :raises ValueError: no application is named, or the number of workers is negative.
        """
        names = _names(apps)
        policy = reconnect if isinstance(reconnect, Reconnect) else Reconnect()
        running = Running(
            self,
            names,
            workers=workers,
            reconnect=policy if reconnect else None,
            ping_interval=ping_interval,
            ping_timeout=ping_timeout,
        )
        if workers:
            reserve = getattr(self.swagger.http_client, "reserve_connections", None)
            if reserve is not None:
                reserve(workers + 1)
        running.run()

    def open_websocket(self, apps: Sequence[str]) -> Any:
        """Open the WebSocket for the events of applications, without reading it."""
        with transport_errors("events.eventWebsocket", self.base_url):
            return self.swagger.events.eventWebsocket(app=",".join(apps))

    def begin_run(self, running: Running) -> None:
        """Learn that a run begins."""
        with self._lock:
            self._runs.append(running)
            self._closed = False
            self.waiting.reopen()

    def settle_waits(self, threads: Iterable[int]) -> None:
        """End the waits that nothing could meet now that a run reads no more events.

        These are the waits of that run's own handlers; all of them when no other run reads.

        :param threads: the threads of its handlers.
        """
        with self._lock:
            if any(running.reading for running in self._runs):
                self.waiting.deafen(threads)
            else:
                self.waiting.close()

    def end_run(self, running: Running) -> None:
        """Forget a run that ended; with the last one close the connections if it was closed."""
        with self._lock:
            self.waiting.undeafen(running.threads)
            if running in self._runs:
                self._runs.remove(running)
            finish = self._closed and not self._runs
        if finish:
            self.swagger.close()

    def close(self) -> None:
        """End all :meth:`run` calls and waits, and close the connections.

        From any thread, a listener or a signal handler; closing twice does no harm. While there
        are runs, the last of them closes the connections at its end.
        """
        with self._lock:
            self._closed = True
            runs = list(self._runs)
            for running in runs:
                running.close()
            self.waiting.close()
        if not runs:
            self.swagger.close()

    # Events.

    def on_stasis_event(self, event: Json) -> None:
        """Treat an event as if Asterisk had sent it; its listeners run on the calling thread.

        :raises ValueError: a field that should hold an object holds something else.
        """
        keys = self.schema.references(event)
        self.waiting.meet(event, keys)
        call_listeners(self, event, keys, _call_here)

    def wait_for(
        self,
        event_types: str | Iterable[str],
        predicate: Callable[[Json], Any] | None = None,
        timeout: float | None = None,
        *,
        about: BaseObject | None = None,
    ) -> Json:
        """Wait for an event, and return it.

        Some :meth:`run` must be reading events, on another thread or as the caller of this one.

        :param event_types: the event's type, or several of which any will do.
        :param predicate: called with an event; the wait goes on if it returns something false.
        :param timeout: seconds; None waits for ever.
        :param about: an object that the event must be about, and whose end ends the wait.
        :raises ARIWaitTimeout: no such event came in time.
        :raises ARIObjectGone: the object ended, or the client was closed.
        :raises ValueError: there is no such event, or it is never about such an object.
        :raises TypeError: the predicate is not a function.
        """
        if predicate is not None and not callable(predicate):
            raise TypeError(
                f"wait_for() got {predicate!r} as predicate, which is to be a function; "
                "seconds are given by name: timeout=5"
            )
        types = [event_types] if isinstance(event_types, str) else list(event_types)
        if not types:
            raise ValueError("wait_for() got no event type: name at least one event")
        for event_type in types:
            if about is not None:
                self.schema.check_refers(event_type, about.model_id)
            elif self.event_models:
                self.schema.check_type(event_type)
        if not self._runs:
            log.warning("waiting for %s, but no run() is reading events yet", " or ".join(types))
        keys = about.wait_keys if about is not None else []
        return self.waiting.wait_for(types, keys, predicate, timeout)


def _describe(address: str, http_client: Any) -> SwaggerClient:
    """Load the description that Asterisk serves, or else the bundled one."""
    workarounds: list[SwaggerProcessor] = [AsteriskWorkarounds()]
    try:
        url = f"{address}/api-docs/resources.json"
        return SwaggerClient(url, http_client, address, workarounds)
    except (SwaggerError, ARIServerError) as ex:
        # Some packages of Asterisk leave the description out; the interface is there all the same.
        # Without the file Asterisk answers 404, and without its folder 500.
        folder_missing = isinstance(ex, ARIServerError) and "rest-api" in ex.message
        if not (folder_missing or isinstance(ex.__cause__, ARINotFound)) or not _is_asterisk(
            address, http_client
        ):
            raise
        log.warning("%s serves no description; using that of Asterisk 22", address)
        bundled = Path(__file__).parent / "api_docs" / "resources.json"
        return SwaggerClient(bundled.as_uri(), http_client, address, workarounds)


def _is_asterisk(address: str, http_client: Any) -> bool:
    answer = http_client.request("GET", f"{address}/asterisk/info", params={"only": "system"})
    try:
        return int(answer.status_code) == 200 and "system" in answer.json()
    except (TypeError, ValueError):
        return False


def _call_here(
    _subscription: Subscription, function: Callable[..., Any], *args: Any, **kwargs: Any
) -> None:
    function(*args, **kwargs)


def _log_exception(ex: BaseException) -> None:
    if isinstance(ex, ARIObjectGone):
        # How a listener that waits learns of a hang-up: the end of a call and not a fault.
        log.info("a listener's wait ended: %s", ex)
        return
    log.error("an event listener raised an exception", exc_info=ex)


def _checked(base_url: str) -> str:
    """Return the address of ARI for the address that a user gives; no slash at its end.

    :raises ValueError: it is not an http or https address, or holds credentials or a query.
    """
    parts = urlsplit(base_url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        shown = "it" if set("@?#") & set(base_url) else repr(base_url)
        raise ValueError(f"Asterisk's address looks like http://localhost:8088/, {shown} does not")
    if "@" in parts.netloc:
        raise ValueError(
            "Asterisk's address holds credentials, which then stand wherever it is shown; "
            "give them to connect() as user name and password"
        )
    if parts.query or parts.fragment:
        raise ValueError(
            "Asterisk's address ends with its path: a query would not be sent, and credentials in "
            "one would stand wherever it is shown"
        )
    try:
        _ = parts.port
    except ValueError as ex:
        raise ValueError(f"Asterisk's address {base_url!r} has no valid port: {ex}") from ex
    path = parts.path.rstrip("/")
    path = path if path.endswith("/ari") else path + "/ari"
    return urlunsplit((parts.scheme, parts.netloc, path, "", ""))


def _names(apps: str | Iterable[str]) -> list[str]:
    # Spaces are for the reader: Asterisk would take them for part of the name.
    names = [a.strip() for a in apps.split(",")] if isinstance(apps, str) else list(apps or ())
    if not names or not all(names):
        raise ValueError(f"run() got {apps!r}: name at least one application, and no empty name")
    return names
