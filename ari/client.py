"""The client: repositories to call Asterisk with, and events to be called back for."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import SplitResult, urlsplit, urlunsplit

from .connection.backoff import Reconnect
from .events.listeners import Subscription
from .exceptions import ARIException, ARIObjectGone
from .model import BaseObject, Channel, Finite, factory_of, own_classes
from .rest.call import PreparedCall, finish, prepare
from .rest.repository import Repository
from .session.digits import read_digits
from .session.registration import Listening
from .session.run import Run, call_here, call_listeners, take_in
from .session.session import Session
from .session.startup import describe, make_swagger_client, wait_for_start
from .session.waiting import NextEvent, ThreadWaiter
from .swagger.client import SwaggerClient
from .swagger.declarations import OperationModel, free_names
from .swagger.http_client import DEFAULT_TIMEOUT, SynchronousHttpClient
from .swagger.request import near_miss
from .transport.base import Json
from .transport.http import HttpClientLike, HttpTransport
from .transport.procedures import Procedure, drive, take_step

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["Client", "connect", "from_env"]

log = logging.getLogger(__name__)

_Result = TypeVar("_Result")


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
    :raises ARIDescriptionError: what answers is not an Asterisk, or is one without ARI.
    :raises ValueError: the address is not an http(s) URL, or holds credentials or a query; or the
        user name holds a colon.
    :raises TypeError: the address, user or password is not a str; None, for instance, for a
        variable of the environment that is not set.
    """
    for name, value in (("base_url", base_url), ("username", username), ("password", password)):
        if not isinstance(value, str):
            got = "None" if value is None else f"a {type(value).__name__}"
            raise TypeError(f"connect() got {got} as {name}, which must be a str")
    address = _checked(base_url)
    http_client = SynchronousHttpClient(timeout=timeout, verify=verify, cert=cert)
    transport = HttpTransport(http_client)
    try:
        http_client.set_basic_auth(address, username, password)
        start = wait_for_start(address, http_client, wait)
        description = drive(start, lambda step: take_step(step, transport))
        return Client(base_url, http_client, description)
    except ARIException as ex:
        http_client.close()
        raise ex.with_traceback(None)  # noqa: B904 - where inside it failed is of no use to anybody
    except BaseException:
        http_client.close()
        raise


def from_env(
    *,
    verify: bool | str = True,
    cert: str | tuple[str, str] | None = None,
    timeout: float | tuple[float, float] = DEFAULT_TIMEOUT,
    wait: float = 0.0,
) -> Client:
    """Connect to the Asterisk that environment variables name and return a client for it.

    ``ARI_URL`` is the address, ``ARI_USER`` and ``ARI_PASSWORD`` are the credentials; none of them
    has a default. The options are those of :func:`connect`, and so are its other exceptions.

    :raises ValueError: a variable is missing or empty, or :func:`connect` does not accept the
        address in ``ARI_URL`` or the user name in ``ARI_USER``. The text names the variables and
        never shows a value.
    """
    names = ("ARI_URL", "ARI_USER", "ARI_PASSWORD")
    url, username, password = values = [os.environ.get(name, "") for name in names]
    missing = [name for name, value in zip(names, values, strict=True) if not value]
    if missing:
        raise ValueError(
            f"from_env() found no value for {', '.join(missing)}: set the environment variables "
            "ARI_URL (such as http://localhost:8088/), ARI_USER and ARI_PASSWORD, or give address, "
            "user and password to ari.connect()"
        )
    try:
        _checked(url)
    except ValueError:
        # That text may show the address, which is the password if the variables are mixed up.
        raise ValueError(
            "ARI_URL is not an address of Asterisk: it must look like http://localhost:8088/, "
            "with a valid port and without credentials or a query"
        ) from None
    if ":" in username:
        raise ValueError(
            "ARI_USER holds a colon, which a user name cannot: the password belongs in ARI_PASSWORD"
        )
    return connect(url, username, password, verify=verify, cert=cert, timeout=timeout, wait=wait)


class Client(Listening):
    """A client for one Asterisk.

    Its repositories are attributes: ``client.channels``, ``client.bridges`` and so on.

    :param base_url: Asterisk's HTTP address; see :func:`connect`.
    :param http_client: sends the requests; see :class:`ari.swagger.http_client.HttpClient`.
    :param description: what Asterisk offers, where it need not be asked: a resource listing
        whose entries hold their ``api_declaration``, or the client of the Swagger layer for it.
    :ivar base_url: the address as it was given.
    :ivar repositories: the repositories by name.
    :ivar swagger: the client of the Swagger layer.
    :ivar event_models: the declared models of the events, by name.
    """

    def __init__(
        self,
        base_url: str,
        http_client: HttpClientLike,
        description: SwaggerClient | Json | None = None,
    ) -> None:
        address = _checked(base_url)
        self.base_url = base_url
        if description is None:
            transport = HttpTransport(http_client)
            loading = describe(address, http_client)
            description = drive(loading, lambda step: take_step(step, transport))
        elif not isinstance(description, SwaggerClient):
            description = make_swagger_client(description, address, http_client)
        self.swagger = description
        super().__init__(Session(self.swagger, _log_exception))
        self._classes = own_classes(self.swagger)
        self._factory = factory_of(self)
        self.repositories = {
            name: Repository(self, name, resource)
            for name, resource in self.swagger.resources.items()
        }
        events = self.swagger.get_resource("events")
        self.event_models: dict[str, Json] = (
            events.json["api_declaration"]["models"] if events is not None else {}
        )
        names = free_names(
            self.repositories, lambda name: hasattr(type(self), name) or name in self.__dict__
        )
        #: The repositories by the attributes that they are.
        self._named = {names[name]: found for name, found in self.repositories.items()}

    def __repr__(self) -> str:
        return f"Client({self.base_url!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._named]

    def __getattr__(self, name: str) -> Repository:
        named: dict[str, Repository] = self.__dict__.get("_named", {})
        if name not in named:
            raise AttributeError(
                f"Asterisk has no resource {name!r}{near_miss(name, named)}; "
                f"available: {', '.join(sorted(named))}"
            )
        return named[name]

    def get_repo(self, name: str) -> Repository | None:
        """Return a repository by its name, or None."""
        return self.repositories.get(name)

    @property
    def event_listeners(self) -> dict[str, list[Subscription]]:
        """The subscriptions of ``on_event``, by event type."""
        return self._session.listeners.by_type

    @property
    def websockets(self) -> set[object]:
        """The sockets that are open."""
        return self._session.websockets

    @property
    def exception_handler(self) -> Callable[[BaseException], object]:
        """Called with what a listener raised, on the listener's thread.

        The default logs it with its traceback. What it raises itself ends :meth:`run`.
        """
        return self._session.exception_handler

    @exception_handler.setter
    def exception_handler(self, handler: Callable[[BaseException], object]) -> None:
        self._session.exception_handler = handler

    @exception_handler.deleter
    def exception_handler(self) -> None:
        self._session.exception_handler = _log_exception

    @property
    def slow_handler(self) -> float:
        """From how many seconds on a listener is logged as slow."""
        return self._session.slow_handler

    @slow_handler.setter
    def slow_handler(self, seconds: float) -> None:
        self._session.slow_handler = seconds

    # Calling operations.

    def invoke(
        self,
        operation: OperationModel,
        args: Sequence[object],
        kwargs: Mapping[str, object],
        given: Mapping[str, object] | None = None,
    ) -> Any:
        """Call an operation: what the methods of repositories and domain objects do.

        :param operation: the operation; ``client.swagger.channels.answer.model`` is one.
        :param args: positional arguments, for the path parameters in order.
        :param kwargs: keyword arguments; domain objects stand for their ids.
        :param given: parameters that the object it is called on provides.
        :return: what the operation answers: domain objects, JSON, bytes or None.
        :raises TypeError: an argument is unknown, missing or given twice; nothing was sent.
        :raises ValueError: a value would call another path, or do harm; nothing was sent.
        :raises ARIHTTPError: Asterisk refused; the subclass depends on the status.
        :raises ARIConnectionError: Asterisk cannot be reached.
        :raises ARITimeout: no answer in time.
        """
        return self._send(prepare(operation, args, kwargs, given, self._session.lookback.new_id))

    def _send(self, call: PreparedCall) -> object:
        lookback = self._session.lookback
        began = lookback.begin(call)
        try:
            result = finish(call, self.swagger.transport.send(call.request), self._factory)
            lookback.done(call, result, began)
            return result
        finally:
            if call.makes is not None:
                lookback.end(call, began)

    def _drive(self, procedure: Procedure[_Result]) -> _Result:
        """Run a procedure on the calling thread."""
        return drive(procedure, self._take_step)

    def _take_step(self, step: object) -> object:
        if isinstance(step, PreparedCall):
            return self._send(step)
        if isinstance(step, NextEvent):
            assert isinstance(step.waiter, ThreadWaiter)
            return step.waiter.get(step.deadline)
        return take_step(step, self.swagger.transport)

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
            lost and must not be made again.
        :raises ARIUnauthorized: credentials are not accepted, perhaps not any more.
        :raises ValueError: no application is named, or the number of workers is negative.
        """
        names = _names(apps)
        policy = reconnect if isinstance(reconnect, Reconnect) else Reconnect()
        run = Run(
            self._session,
            names,
            workers=workers,
            reconnect=policy if reconnect else None,
            ping_interval=ping_interval,
            ping_timeout=ping_timeout,
        )
        if workers:
            self.swagger.transport.reserve(workers + 1)
        run.run()

    def close(self) -> None:
        """End all :meth:`run` calls and waits, and close the connections.

        From any thread, a listener or a signal handler; closing twice does no harm. While there
        are runs, the last of them closes the connections at its end.
        """
        self._session.close()

    # Events.

    def on_stasis_event(self, event: Json) -> None:
        """Treat an event as if Asterisk had sent it; its listeners run on the calling thread.

        :raises ValueError: a field that should hold an object holds something else.
        """
        session = self._session
        keys = session.schema.references(event)
        call_listeners(session, take_in(session, event, keys), call_here)

    def wait_for(
        self,
        event_types: str | Iterable[str],
        predicate: Callable[[Json], object] | None = None,
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
                f"wait_for() got {predicate!r} as predicate, which must be callable; "
                "seconds are given by name: timeout=5"
            )
        types = [event_types] if isinstance(event_types, str) else list(event_types)
        if not types:
            raise ValueError("wait_for() got no event type: name at least one event")
        schema = self._session.schema
        for event_type in types:
            if about is not None:
                schema.check_refers(event_type, about.model_id)
            elif schema.models:
                schema.check_type(event_type)
        keys = about.wait_keys if about is not None else []
        deadline = None if timeout is None else time.monotonic() + timeout
        return self._drive(self._session.wait_for(types, keys, predicate, deadline))

    def _has_ended(self, obj: BaseObject) -> bool:
        return self._session.lookback.has_ended(obj.event_key)

    def _wait_until_over(self, obj: Finite, timeout: float | None) -> BaseObject:
        event = self.wait_for(obj.kind.ended_by, None, timeout, about=obj)
        return type(obj)(self, event[obj.event_field])

    def _read_digits(self, channel: Channel, **options: Any) -> str:
        return self._drive(read_digits(self._session, channel.id, **options))


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
    try:
        parts = urlsplit(base_url)
    except ValueError:  # its text holds what was typed
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(
            "Asterisk's address looks like http://localhost:8088/, and the one given does not; it "
            "is not shown, for it may be a password in the wrong place"
        )
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
    if not _has_valid_port(parts):
        raise ValueError(
            "Asterisk's address has no valid port: a number up to 65535 must stand between its "
            "host and its path; what stands there is not shown, for it may be a password"
        )
    path = parts.path.rstrip("/")
    path = path if path.endswith("/ari") else path + "/ari"
    return urlunsplit((parts.scheme, parts.netloc, path, "", ""))


def _has_valid_port(parts: SplitResult) -> bool:
    try:
        _ = parts.port
    except ValueError:  # its text holds what was typed
        return False
    return True


def _names(apps: str | Iterable[str]) -> list[str]:
    """Return the names of applications; commas separate them for Asterisk, so also in a list."""
    given = [apps] if isinstance(apps, str) else list(apps or ())
    # Spaces are for the reader: Asterisk would take them for part of the name.
    names = [name.strip() for item in given for name in str(item).split(",")]
    if not names or not all(names):
        raise ValueError(f"run() got {apps!r}: name at least one application, and no empty name")
    return list(dict.fromkeys(names))
