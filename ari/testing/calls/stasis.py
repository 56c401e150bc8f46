"""A channel inside a Stasis application: the queue of its commands, one after the other.

Commands are scripts (see :mod:`ari.testing.core.clock`). Most are accepted at once and done when
their turn comes; the answer of a *blocking* one waits until what was asked earlier is done.
"""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any

from ari.testing.core.answers import Pending, Refusal
from ari.testing.core.asterisk_text import split_arguments
from ari.testing.core.clock import Clock, Script, Task
from ari.testing.state.channels import Channel, HungUp

if TYPE_CHECKING:
    from ari.testing.core.applications import Application
    from ari.testing.pbx import PBX

Command = Callable[[], Script]
#: A script that ends with the value of STASISSTATUS.
StasisScript = Generator["float | None", Any, str]

NEXT_PRIORITY = (None, None, None)
Location = tuple["str | None", "str | None", "int | None"]


def at_once(action: Callable[[], Any]) -> Command:
    """Make a command of something that takes no time."""

    def command() -> Script:
        action()
        yield from ()

    return command


def exhaust(script: Script) -> None:
    """Run a command on a channel that is gone: let it begin, then hang it up."""
    try:
        script.send(None)
        script.throw(HungUp())
    except (StopIteration, HungUp):
        pass


class CommandQueue:
    """Commands that run one after the other on a task of their own, while there are any."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._queue: deque[Command] = deque()
        self.task: Task | None = None
        self._closed = False

    def add(self, command: Command) -> None:
        """Run *command* after those added before."""
        self._queue.append(command)
        if self.task is None:
            self.task = Task(self._clock, self._run())

    def _run(self) -> Script:
        try:
            while self._queue:
                yield from self._queue.popleft()()
        except HungUp:
            while self._queue:
                exhaust(self._queue.popleft()())
        self.task = None

    def close(self) -> None:
        """Break off the running command and the waiting ones."""
        if self.task is not None:
            self.task.interrupt(HungUp())


class Control:
    """A channel's stay in an application."""

    def __init__(self, channel: Channel, application: Application) -> None:
        self.channel = channel
        self.application = application
        self.location: Location | None = None
        self._next: tuple[str, str] | None = None
        self._queue: deque[tuple[Command, Pending | None]] = deque()
        self._idle = False

    def add(self, command: Command) -> None:
        """Run *command* after those added before."""
        self._push(command, None)

    def call(self, action: Callable[[], object]) -> Pending:
        """Run *action* in its turn; the answer is there when it has run."""
        pending = Pending()

        def command() -> Script:
            try:
                action()
                pending.resolve()
            except Refusal as refusal:
                pending.resolve(refusal.answer)
            yield from ()

        self._push(command, pending)
        return pending

    def _push(self, command: Command, pending: Pending | None) -> None:
        self._queue.append((command, pending))
        if self._idle and self.channel.task is not None:
            self._idle = False
            self.channel.task.wake()

    def leave(self, location: Location) -> None:
        """Go on in the dialplan at *location* when the turn comes."""

        def depart() -> None:
            self.location = location

        self.add(at_once(depart))

    def move(self, name: str, arguments: str) -> None:
        """Go over to another application when the turn comes."""

        def go() -> None:
            self._next = (name, arguments)

        self.add(at_once(go))

    def run(self) -> Script:
        """Run commands until the channel leaves or is hung up."""
        try:
            while self.location is None:
                if self._next is not None:
                    self._change_application(*self._next)
                elif self._queue:
                    yield from self._queue.popleft()[0]()
                else:
                    self._idle = True
                    yield None
        except HungUp:
            self._idle = False
            while self._queue:
                exhaust(self._queue.popleft()[0]())
            raise
        finally:
            for _, pending in self._queue:
                if pending is not None:
                    pending.resolve(Refusal(409, "Channel not in Stasis application").answer)

    def _change_application(self, name: str, arguments: str) -> None:
        self._next = None
        pbx, channel = self.channel.pbx, self.channel
        target = pbx.applications.get(name)
        words = split_arguments(arguments) if arguments else []
        if target is None or not target.active:
            self.application.send(
                pbx.event(
                    "ApplicationMoveFailed", channel=channel.json(), destination=name, args=words
                )
            )
            return
        self.application.send(pbx.event("StasisEnd", channel=channel.json()))
        self.application.unwatch_channel(channel)
        self.application = target
        target.watch_channel(channel)
        target.send(pbx.event("StasisStart", args=words, channel=channel.json()))


def stasis(
    channel: Channel,
    name: str,
    arguments: str,
    *,
    after: Callable[[Channel], Script] | None = None,
) -> StasisScript:
    """Run a channel's stay in the application *name*; end with its STASISSTATUS.

    :param after: the dialplan that follows, for a channel that was in none before; it counts
        as part of the stay, so that the status is set when it is over.

    A hang-up raises :class:`HungUp` after everything that belongs to the end of the stay.
    """
    pbx = channel.pbx
    channel.set_variable("STASISSTATUS", "")
    application = pbx.applications.get(name)
    if application is None or not application.active:
        channel.set_variable("STASISSTATUS", "FAILED")
        return "FAILED"
    control = channel.control = Control(channel, application)
    application.watch_channel(channel)
    words = split_arguments(arguments) if arguments else []
    application.send(pbx.event("StasisStart", args=words, channel=channel.json()))
    location: Location = NEXT_PRIORITY
    try:
        try:
            yield from control.run()
        finally:
            _end_stay(control)
        location = control.location or NEXT_PRIORITY
        if after is not None:
            _go_to(channel, location)
            yield from after(channel)
    finally:
        channel.set_variable("STASISSTATUS", "SUCCESS")
    if after is None:
        _go_to(channel, location)
    return "SUCCESS"


def _end_stay(control: Control) -> None:
    channel = control.channel
    channel.control = None
    if channel.bridge is not None:
        channel.bridge.leave(channel)
    channel.music = None
    channel.silence = False
    application = control.application
    application.send(channel.pbx.event("StasisEnd", channel=channel.json()))
    application.unwatch_channel(channel)
    channel.pbx.applications.sweep()


def _go_to(channel: Channel, location: Location) -> None:
    context, exten, priority = location
    if location == NEXT_PRIORITY:
        channel.priority += 1
        return
    channel.context = context or channel.context
    channel.exten = exten or channel.exten
    channel.priority = priority or 1


def stasis_only(channel: Channel, name: str, arguments: str) -> Script:
    """Run a channel that lives in an application and nowhere else, as snoops do."""
    with contextlib.suppress(HungUp):
        yield from stasis(channel, name, arguments)
    channel.hangup_cause = channel.hangup_cause or 16
    channel.destroy()


def require_control(pbx: PBX, identifier: str) -> Control:
    """Return the control of a channel, or refuse with 404 or 409."""
    channel = pbx.channel(identifier)
    if channel is None:
        raise Refusal(404, "Channel not found")
    if channel.control is None:
        raise Refusal(409, "Channel not in Stasis application")
    return channel.control


def require_answered(pbx: PBX, identifier: str) -> Control:
    """Return the control of a channel that media can reach, or refuse, also with 412."""
    control = require_control(pbx, identifier)
    if control.channel.state in {"Down", "Rsrvd", "Ringing"}:
        raise Refusal(412, "Channel in invalid state")
    return control
