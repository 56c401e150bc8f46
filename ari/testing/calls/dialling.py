"""Outgoing calls: originate, and dial after create."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import TYPE_CHECKING

from ari.testing.calls.stasis import stasis
from ari.testing.core.causes import SIP_STATUS
from ari.testing.core.clock import Script, Timer
from ari.testing.state.channels import Channel, HungUp

if TYPE_CHECKING:
    from ari.testing.core.applications import Application

DIAL_STATUS = {17: "BUSY", 34: "CONGESTION", 3: "CHANUNAVAIL", 20: "CHANUNAVAIL"}


class Dialling:
    """One attempt to reach the far end of a channel.

    :param repeat_dialstring: whether later events repeat the dialled address.
    """

    def __init__(
        self,
        channel: Channel,
        dialstring: str,
        *,
        repeat_dialstring: bool = True,
        on_answer: Callable[[], None],
        on_failure: Callable[[int], None],
    ) -> None:
        self.channel = channel
        self._dialstring = dialstring
        self._repeat = repeat_dialstring
        self._on_answer = on_answer
        self._on_failure = on_failure
        self._timer: Timer | None = None
        self._early: list[Callable[[], None]] = []
        self._announced = False

    def start(self, timeout: float | None) -> bool:
        """Call the far end; return False when that is impossible."""
        self.channel.dialling = self
        if not self.channel.link.dial():
            self.channel.dialling = None
            return False
        self.emit("")
        self._announced = True
        for action in self._early:
            action()
        if timeout is not None and self.channel.dialling is self:
            self._timer = self.channel.pbx.clock.call_later(timeout, self._expire)
        return True

    def emit(self, status: str) -> None:
        """Publish the Dial event of a status."""
        dialstring = self._dialstring if self._repeat or not status else ""
        self.channel.pbx.publish_dial(self.channel, dialstring, status)

    def _expire(self) -> None:
        self._end()
        self.channel.hangup_cause = 19
        self.channel.link.timed_out()
        self._on_failure(19)

    def _end(self) -> None:
        self.channel.dialling = None
        if self._timer is not None:
            self._timer.cancel()

    def progress(self) -> None:
        """Take it that there is something to hear at the far end."""
        self.emit("PROGRESS")

    def ringing(self) -> None:
        """Take it that the far end rings."""
        self.channel.set_state("Ringing")
        self.emit("RINGING")

    def answered(self) -> None:
        """Take it that the far end answered."""
        if not self._announced:  # some far ends answer while they are being called
            self._early.append(self.answered)
            return
        self._end()
        self.channel.set_state("Up")
        self.emit("ANSWER")
        self._on_answer()

    def failed(self, cause: int, status: str) -> None:
        """Take it that the far end is busy; it may stay on the line all the same."""
        self.emit(status)
        self._on_failure(cause)

    def refused(self, cause: int) -> None:
        """Take it that the far end ended the attempt."""
        self._end()
        self.channel.request_hangup(cause, tech_cause=SIP_STATUS.get(cause, 480))
        self.emit(DIAL_STATUS.get(cause, "NOANSWER"))

    def cancelled(self) -> None:
        """End the attempt from this side."""
        self._end()
        self.emit("NOANSWER")


class Origination:
    """A channel that ``POST /channels`` made: dial it, then run what it is for."""

    def __init__(
        self,
        channel: Channel,
        dialstring: str,
        *,
        timeout: float | None,
        app: str | None = None,
        app_args: str = "",
        location: tuple[str, str, int] | None = None,
    ) -> None:
        self._channel = channel
        self._timeout = timeout
        self._app = app
        self._app_args = app_args
        self._location = location
        self._dialling = Dialling(
            channel,
            dialstring,
            on_answer=lambda: self._tell("answered"),
            on_failure=self._fail,
        )

    def _tell(self, outcome: str) -> None:
        assert self._channel.task is not None
        self._channel.task.wake(outcome)

    def _fail(self, cause: int) -> None:
        self._channel.hangup_cause = cause
        self._channel.dialling = None
        self._tell("failed")

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
        channel.leave_application()
        channel.destroy()

    def _run(self) -> Script:
        channel = self._channel
        if self._location is not None:
            channel.context, channel.exten, channel.priority = self._location
            yield from channel.pbx.dialplan_script(channel)
            return
        assert self._app is not None
        data = f"{self._app},{self._app_args}" if self._app_args else self._app
        channel.enter_application("Stasis", data)
        after = channel.pbx.dialplan_steps
        yield from stasis(channel, self._app, self._app_args, after=after)
        channel.hangup_cause = channel.hangup_cause or 16


def created(channel: Channel, app: str, app_args: str) -> Script:
    """Run the life of a channel that ``POST /channels/create`` made."""
    channel.enter_application("Stasis", f"{app},{app_args}" if app_args else app)
    with contextlib.suppress(HungUp):
        yield from stasis(channel, app, app_args)
    channel.leave_application()
    channel.hangup_cause = channel.hangup_cause or 16
    channel.destroy()


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


def subscribe_halves(application: Application, channel: Channel) -> None:
    """Let the application that originates a call see all of it."""
    application.watch_channel(channel)
    other = getattr(channel.link, "other", None)
    if other is not None:
        application.watch_channel(other)
