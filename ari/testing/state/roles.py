"""Roles: what channels know of what is done with them, as protocols.

The calls, the dialplan and the REST layer play these roles; the state knows nothing else of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from ari.testing.core.answers import Pending
from ari.testing.core.applications import Application
from ari.testing.core.clock import Script
from ari.testing.core.commands import Command

if TYPE_CHECKING:
    from ari.testing.state.audio import Audio, Sound
    from ari.testing.state.channels import Channel

#: A context, an extension and a priority to continue at; None where it stays as it is.
Location = tuple[str | None, str | None, int | None]


class Attempt(Protocol):
    """An attempt to reach the far end of a channel, which reports what becomes of it."""

    def progress(self) -> None:
        """Report that there is something to hear at the far end."""

    def ringing(self) -> None:
        """Report that the far end rings."""

    def answered(self) -> None:
        """Report that the far end answered."""

    def failed(self, cause: int, status: str) -> None:
        """Report that the far end is busy; it may stay on the line all the same."""

    def refused(self, cause: int) -> None:
        """Report that the far end ended the attempt."""

    def cancelled(self) -> None:
        """End the attempt from this side."""


class Control(Protocol):
    """The stay of a channel in an application, which tells it what to do."""

    channel: Channel
    application: Application

    def add(self, command: Command) -> None:
        """Run *command* after those added before."""

    def call(self, action: Callable[[], object]) -> Pending:
        """Run *action* in its turn; the answer is there when it has run."""
        ...

    def leave(self, location: Location) -> None:
        """Continue in the dialplan at *location* when the turn comes."""

    def move(self, name: str, arguments: str) -> None:
        """Go over to another application when the turn comes."""


class Offer(Protocol):
    """The offer of a channel to every application."""

    def claim(self, application: str) -> None:
        """Give the channel to *application*, or refuse with 409."""


class Extensions(Protocol):
    """The dialplan as incoming calls see it."""

    def has(self, context: str, exten: str) -> bool:
        """Tell whether an extension serves a number."""
        ...

    def enter(self, channel: Channel) -> bool:
        """Run the dialplan on a channel; return False when there is no such extension."""
        ...


class Recorder(Protocol):
    """A recording, as its target runs it."""

    def script(self) -> Script:
        """Record until the end."""
        ...

    def receive_digit(self, digit: str) -> None:
        """End the recording if this digit terminates it."""

    def stop(self) -> None:
        """End the recording and keep it."""


class Target(Protocol):
    """What media can be played to and recorded from: a channel or a bridge."""

    id: str
    uri: str
    language: str
    audio: Audio

    def emit(self, event_type: str, **fields: object) -> None:
        """Publish an event of the target."""

    def hear(self, media: str) -> None:
        """Send a medium to the far end, or to everyone in the bridge."""

    def sound(self) -> Sound:
        """Return what a recording of the target hears now."""
        ...

    def play(self, command: Command) -> None:
        """Run a command that plays, after those added before."""

    def record(self, recorder: Recorder) -> None:
        """Run a recording, and tell it what may end it."""

    def prepare_recording(self) -> str | None:
        """Answer if a recording needs that; return why it is impossible, None if it is not."""
        ...
