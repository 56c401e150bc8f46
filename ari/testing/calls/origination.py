"""Origination: the lives of channels that requests make, and dialling those made by create."""

from __future__ import annotations

import contextlib
from typing import Protocol

from ari.testing.calls.dialling import Dialling
from ari.testing.calls.stasis import stasis
from ari.testing.core.clock import Script
from ari.testing.core.commands import HungUp
from ari.testing.state.channels import Channel


class Runner(Protocol):
    """Runs the dialplan, for channels that are originated into it or leave an application."""

    def life(self, channel: Channel) -> Script:
        """Run the dialplan on a channel, and the end of the channel."""
        ...

    def steps(self, channel: Channel) -> Script:
        """Run the dialplan from where the channel is."""
        ...


class Origination:
    """A channel that ``POST /channels`` made: dial it, then run what it is for.

    :param runner: runs the dialplan where the channel enters it.
    :param dialstring: the address as the Dial events name it.
    :param timeout: seconds until an attempt ends, None for no end.
    :param app: the application that the channel enters.
    :param location: where in the dialplan it goes instead.
    """

    def __init__(
        self,
        channel: Channel,
        runner: Runner,
        dialstring: str,
        *,
        timeout: float | None,
        app: str | None = None,
        app_args: str = "",
        location: tuple[str, str, int] | None = None,
    ) -> None:
        self._channel = channel
        self._runner = runner
        self._timeout = timeout
        self._app = app
        self._app_args = app_args
        self._location = location
        self._dialling = Dialling(
            channel,
            dialstring,
            on_answer=lambda: self._report("answered"),
            on_failure=self._fail,
        )

    def _report(self, outcome: str) -> None:
        assert self._channel.task is not None
        self._channel.task.wake(outcome)

    def _fail(self, cause: int) -> None:
        self._channel.ending.cause = cause
        self._channel.dialling = None
        self._report("failed")

    def script(self) -> Script:
        """Run the whole life of the channel."""
        channel = self._channel
        try:
            if self._dialling.start(self._timeout):
                outcome = yield None
                if outcome == "answered":
                    yield from self._run()
        except HungUp:
            if channel.dialling is not None:
                channel.dialling.cancelled()
        channel.place.leave_application()
        channel.destroy()

    def _run(self) -> Script:
        channel = self._channel
        if self._location is not None:
            channel.place.go_to(*self._location)
            yield from self._runner.life(channel)
            return
        assert self._app is not None
        channel.enter_application("Stasis", stasis_data(self._app, self._app_args))
        yield from stasis(channel, self._app, self._app_args, after=self._runner.steps)
        channel.ending.cause = channel.ending.cause or 16


def stasis_data(app: str, app_args: str) -> str:
    """Return what a channel in an application shows as the data of Stasis()."""
    return f"{app},{app_args}" if app_args else app


def created_life(channel: Channel, app: str, app_args: str) -> Script:
    """Run the life of a channel that ``POST /channels/create`` made."""
    channel.enter_application("Stasis", stasis_data(app, app_args))
    with contextlib.suppress(HungUp):
        yield from stasis(channel, app, app_args)
    channel.place.leave_application()
    channel.finish()


def dial_created(channel: Channel, dialstring: str, *, timeout: float | None) -> None:
    """Dial a channel that ``POST /channels/create`` made."""

    def hang_up(cause: int) -> None:
        if cause:
            channel.request_hangup(cause, shown=32, soft=True)

    dialling = Dialling(
        channel,
        dialstring,
        repeat_dialstring=False,
        on_answer=lambda: None,
        on_failure=hang_up,
    )
    if not dialling.start(timeout):
        channel.request_hangup(0, shown=32, soft=True)
