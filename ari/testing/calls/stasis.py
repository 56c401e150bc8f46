"""Stasis: the stay of a channel in an application, and the queue of its commands.

Most commands are accepted at once and done when their turn comes; the answer to a *blocking* one
waits until what was asked earlier is done.
"""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Callable, Generator
from typing import Any

from ari.testing.core.answers import Pending, Refusal
from ari.testing.core.applications import Application
from ari.testing.core.asterisk_text import split_arguments
from ari.testing.core.clock import Script
from ari.testing.core.commands import Command, HungUp, at_once, run_to_hangup
from ari.testing.state.channels import Channel
from ari.testing.state.roles import Location

#: A script that ends with the value of STASISSTATUS.
StasisScript = Generator["float | None", Any, str]

NEXT_PRIORITY: Location = (None, None, None)


class Stay:
    """A channel's stay in an application; it plays the role of the channel's control."""

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
        """Continue in the dialplan at *location* when the turn comes."""

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
                run_to_hangup(self._queue.popleft()[0])
            raise
        finally:
            for _, pending in self._queue:
                if pending is not None:
                    pending.resolve(Refusal(409, "Channel not in Stasis application").answer)

    def _change_application(self, name: str, arguments: str) -> None:
        self._next = None
        channel, core = self.channel, self.channel.core
        target = core.applications.get(name)
        words = split_arguments(arguments) if arguments else []
        if target is None or not target.active:
            failed = {"channel": channel.json(), "destination": name, "args": words}
            self.application.send(core.bus.event("ApplicationMoveFailed", **failed))
            return
        self.application.send(core.bus.event("StasisEnd", channel=channel.json()))
        self.application.channels.remove(channel.id)
        self.application = target
        target.channels.add(channel.id)
        target.send(core.bus.event("StasisStart", args=words, channel=channel.json()))


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
    core = channel.core
    channel.set_variable("STASISSTATUS", "")
    application = core.applications.get(name)
    if application is None or not application.active:
        channel.set_variable("STASISSTATUS", "FAILED")
        return "FAILED"
    stay = channel.control = Stay(channel, application)
    application.channels.add(channel.id)
    words = split_arguments(arguments) if arguments else []
    application.send(core.bus.event("StasisStart", args=words, channel=channel.json()))
    location: Location = NEXT_PRIORITY
    try:
        try:
            yield from stay.run()
        finally:
            _end_stay(stay)
        location = stay.location or NEXT_PRIORITY
        if after is not None:
            _go_to(channel, location)
            yield from after(channel)
    finally:
        channel.set_variable("STASISSTATUS", "SUCCESS")
    if after is None:
        _go_to(channel, location)
    return "SUCCESS"


def _end_stay(stay: Stay) -> None:
    channel = stay.channel
    channel.control = None
    if channel.bridge is not None:
        channel.bridge.leave(channel)
    channel.audio.music = None
    channel.audio.silence = False
    application = stay.application
    application.send(channel.core.bus.event("StasisEnd", channel=channel.json()))
    application.channels.remove(channel.id)
    channel.core.applications.sweep()


def _go_to(channel: Channel, location: Location) -> None:
    context, exten, priority = location
    if location == NEXT_PRIORITY:
        channel.place.priority += 1
        return
    place = channel.place
    place.go_to(context or place.context, exten or place.exten, priority or 1)


def stasis_only(channel: Channel, name: str, arguments: str) -> Script:
    """Run a channel that lives in an application and nowhere else, as snoops do."""
    with contextlib.suppress(HungUp):
        yield from stasis(channel, name, arguments)
    channel.finish()
