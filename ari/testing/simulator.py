"""The simulator: a PBX in memory behind a real HTTP and WebSocket port.

::

    with Simulator() as sim:
        client = ari.connect(sim.url, sim.user, sim.password)
        ...
        caller = sim.call("PJSIP/alice", app="hello")
        caller.wait_until_heard("sound:hello-world")
        caller.press("1")
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Any

from ari.testing.callers import Caller, Telephone
from ari.testing.core.answers import JSON, Answer
from ari.testing.pbx import PBX
from ari.testing.rest.description import load_description
from ari.testing.server.engine import Engine
from ari.testing.server.faults import Failure, Faults
from ari.testing.server.hosting import Host
from ari.testing.server.http_server import Server
from ari.testing.server.users import Users
from ari.testing.state.endpoints import Endpoint
from ari.testing.state.party import Party


class Simulator:
    """A PBX in memory to try programs on; a context manager.

    :param port: 0 for any that is free.
    :param users: passwords by name, of users who may read and write.
    :param read_only_users: passwords by name, of users who may only read.
    :param speed: virtual seconds per real second. 1 is real time; at 0 only :meth:`advance` moves
        the time; ``math.inf`` jumps from event to event.
    :param allowed_origins: the origins that browsers may call from.
    :param prefix: a path before ``/ari``.
    :param dialplan: extensions in the language of ``extensions.conf``; they are loaded at the start
        and after each :meth:`reset`.
    :param pretty: write JSON on many lines, as that option of ari.conf does.
    :param idle_timeout: real seconds after which an unused HTTP connection is closed.
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        users: Mapping[str, str] | None = None,
        read_only_users: Mapping[str, str] | None = None,
        speed: float = 1.0,
        allowed_origins: Sequence[str] = ("*",),
        prefix: str = "",
        dialplan: str = "",
        idle_timeout: float = 15.0,
        pretty: bool = False,
    ) -> None:
        self._users = dict(users or {"asterisk": "asterisk"})
        self._prefix = prefix
        self._speed = speed
        description = load_description()
        self._engine = Engine(description, speed=speed)
        self._dialplan = dialplan
        self.dialplan(dialplan)
        self._faults = Faults()

        def new_server() -> Server:
            return Server(
                self._engine,
                description,
                Users(self._users, read_only_users or {}),
                self._faults,
                prefix=prefix,
                allowed_origins=tuple(allowed_origins),
                idle_timeout=idle_timeout,
                pretty=pretty,
            )

        self._host = Host(self._engine, new_server, host, port)

    # Life

    def __enter__(self) -> Simulator:
        if not self._host.running:
            self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def start(self) -> None:
        """Start serving."""
        self._host.start()

    def close(self) -> None:
        """Stop serving and drop every call; closing twice does no harm."""
        self._host.close()

    # Where it is

    @property
    def port(self) -> int:
        """Return the port that the server listens on."""
        return self._host.port

    @property
    def url(self) -> str:
        """Return the address to connect to."""
        return f"http://{self._host.name}:{self._host.port}{self._prefix}"

    @property
    def user(self) -> str:
        """Return the name of a user who may read and write."""
        return next(iter(self._users))

    @property
    def password(self) -> str:
        """Return the password of :attr:`user`."""
        return self._users[self.user]

    @property
    def pbx(self) -> PBX:
        """Return the PBX itself, for reading what has no method here; do not change it."""
        return self._engine.pbx

    # Time

    def advance(self, seconds: float) -> None:
        """Move virtual time forward at once, at any speed."""
        self._engine.advance(seconds)

    def after(self, seconds: float, action: Callable[[], None]) -> None:
        """Run *action* after some seconds of virtual time, on the simulator's own thread.

        It may use callers and telephones as a test does, but must not wait.
        """
        with self._engine.operate() as pbx:
            pbx.clock.call_later(seconds, action)

    def wait_for_news(self, timeout: float) -> None:
        """Return when something has happened, or after *timeout* real seconds."""
        with self._engine.changed:
            self._engine.changed.wait(timeout)

    @property
    def speed(self) -> float:
        """Return the virtual seconds per real second; may be changed."""
        return self._engine.speed

    @speed.setter
    def speed(self, value: float) -> None:
        self._engine.speed = value

    # Telephones, calls and the dialplan

    def endpoint(
        self,
        address: str,
        *,
        answers_after: float | None = 0.0,
        busy: bool = False,
        rejects: bool = False,
        online: bool = True,
    ) -> Telephone:
        """Add a telephone that can be called, or change the one at that address.

        :param address: such as ``PJSIP/bob``.
        :param answers_after: virtual seconds until somebody answers, None for never.
        :param busy: refuse calls as busy.
        :param rejects: refuse calls.
        :param online: False for a telephone that is not registered.
        """
        technology, slash, resource = address.partition("/")
        if not slash or not resource:
            raise ValueError(f"not an address: {address!r}; write it as TECHNOLOGY/name")
        with self._engine.operate() as pbx:
            endpoint = pbx.endpoints.get(address)
            if endpoint is None:
                endpoint = Endpoint(technology, resource)
                pbx.add_endpoint(endpoint)
        telephone = Telephone(self._engine, endpoint)
        telephone.behave(answers_after=answers_after, busy=busy, rejects=rejects, online=online)
        return telephone

    def line(self, address: str, *, context: str = "default") -> None:
        """Add a SIP line that leads back into the dialplan: ``PJSIP/100@line`` calls 100.

        Each call over it has two channels, as with real telephones: the outgoing one and the one
        that comes back in.
        """
        technology, _, resource = address.partition("/")
        with self._engine.operate() as pbx:
            pbx.add_endpoint(Endpoint(technology, resource, leads_to=context))

    def call(
        self,
        address: str,
        *,
        app: str | None = None,
        args: Sequence[str] = (),
        number: str = "",
        name: str = "",
        to: str = "s",
        context: str = "default",
        channel_id: str | None = None,
        variables: Mapping[str, str] | None = None,
    ) -> Caller:
        """Call from a telephone into the PBX; return the caller.

        :param address: the telephone, such as ``PJSIP/alice``; it need not be added first.
        :param app: the Stasis application that takes the call; without it the dialplan does,
            at extension *to* of *context*. A call for an application without a connection
            ends at once: see :meth:`wait_for_application`.
        :param args: the application's arguments.
        :param number: the caller's number.
        :param name: the caller's name.
        :param variables: channel variables that are set before the call begins.
        """
        with self._engine.operate() as pbx:
            endpoint = pbx.endpoints.get(address)
            if endpoint is None:
                technology, _, resource = address.partition("/")
                endpoint = Endpoint(technology, resource)
                pbx.add_endpoint(endpoint)
            identifier = channel_id or pbx.core.numbering.next_id()
            phone = pbx.exchange.add_phone(endpoint, identifier, state="Ring")
            phone.rings = True
            channel = phone.channel
            channel.caller = Party(name, number)
            channel.place.go_to(context, to)
            channel.variables.update(variables or {})
            if app is not None:
                channel.run(pbx.runner.call(channel, app, ",".join(map(_quoted, args))))
            elif not pbx.runner.enter(channel):
                channel.ending.cause = 1
                channel.destroy()
            return Caller(self._engine, phone)

    def extension(self, name: str, *steps: str, context: str = "default") -> None:
        """Define an extension of the dialplan: ``sim.extension("100", "Answer", "Wait(60)")``.

        ``Local/100@default`` reaches it, and so does a call *to* it.
        """
        with self._engine.operate() as pbx:
            pbx.dialplan.extension(name, *steps, context=context)

    def dialplan(self, text: str) -> None:
        """Read extensions in the language of ``extensions.conf``."""
        with self._engine.operate() as pbx:
            pbx.dialplan.load(text)

    def allow_configuration(self, object_type: str) -> None:
        """Allow requests to write dynamic configuration objects of a type, such as ``auth``."""
        with self._engine.operate() as pbx:
            pbx.system.writable.add(object_type)

    def sound(self, name: str, seconds: float) -> None:
        """Install a sound, so that ``sound:name`` plays for some seconds."""
        with self._engine.operate() as pbx:
            pbx.media.sounds[name] = seconds

    def stored_recording(self, name: str, seconds: float, *, format: str = "wav") -> None:
        """Add a stored recording of some seconds of silence."""
        with self._engine.operate() as pbx:
            pbx.recordings.store(name, format, seconds)

    def emit(self, event_type: str, *, app: str, **fields: Any) -> None:
        """Send an application an event that the simulator cannot cause otherwise.

        :raises KeyError: when the application is not registered.
        """
        with self._engine.operate() as pbx:
            application = pbx.applications.get(app)
            if application is None:
                raise KeyError(app)
            application.send(pbx.core.bus.event(event_type, **fields))

    @property
    def applications(self) -> list[str]:
        """Return the names of the connected applications."""
        with self._engine.lock:
            return [item.name for item in self._engine.pbx.applications if item.active]

    def wait_for_application(self, name: str, timeout: float = 5.0) -> None:
        """Wait until an application is connected.

        :raises TimeoutError: after *timeout* real seconds.
        """
        self._engine.wait_until(lambda: name in self.applications, timeout, f"application {name!r}")

    def wait_until(
        self, condition: Callable[[], bool], timeout: float = 5.0, *, what: str = ""
    ) -> None:
        """Wait until *condition* holds; it is checked whenever something happens in the PBX.

        :raises TimeoutError: after *timeout* real seconds; the message names *what* did not come.
        """
        self._engine.wait_until(condition, timeout, what or f"{condition}")

    def snapshot(self) -> JSON:
        """Return the channels and bridges as the interface shows them."""
        with self._engine.lock:
            pbx = self._engine.pbx
            return {
                "channels": [channel.json() for channel in pbx.channels.values()],
                "bridges": [bridge.json() for bridge in pbx.bridges.values()],
            }

    # Misbehaving

    def drop_connections(self) -> None:
        """Cut every connection without a closing handshake; new ones are accepted."""
        self._host.on_server(Server.drop)

    def refuse(self, on: bool = True) -> None:
        """Refuse new connections, or accept them again."""
        self._host.refuse(on)

    def freeze(self) -> None:
        """Keep connections open, but stop reading and answering, even pings."""
        self._host.on_server(Server.freeze)

    def thaw(self) -> None:
        """Continue where :meth:`freeze` stopped."""
        self._host.on_server(Server.thaw)

    def delay_answers(self, seconds: float) -> None:
        """Answer every request this many real seconds late; 0 ends that."""
        self._faults.delay = seconds

    def fail_next(
        self,
        status: int,
        message: str = "Failure on request",
        *,
        method: str = "*",
        path: str = "*",
        times: int = 1,
    ) -> None:
        """Answer the next matching request with an error instead of serving it.

        :param method: the HTTP method, ``*`` for any.
        :param path: the path below ``/ari``, in which ``*`` stands for anything.
        """
        self._faults.add(Failure(method, path, Answer(status, {"message": message}), times))

    def garble_next_frame(self, times: int = 1) -> None:
        """Send only half of the next event, which is not JSON then."""
        self._faults.garble += times

    def restart(self) -> None:
        """Drop every connection and lose everything but telephones, dialplan and sounds."""
        self._engine.restart()
        self.drop_connections()

    def reset(self) -> None:
        """Return to the initial state, for the next test; every connection is dropped."""
        self._faults.clear()
        self.thaw()
        self.refuse(False)
        self._engine.forget()
        self.dialplan(self._dialplan)
        self._engine.speed = self._speed
        self.drop_connections()


def _quoted(argument: str) -> str:
    return f'"{argument}"' if "," in argument else argument
