"""Telephones: what a person with one hears, does, and how it behaves when it is called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ari.testing.core.clock import Timer
from ari.testing.core.core import Core
from ari.testing.state.audio import Sound

if TYPE_CHECKING:
    from ari.testing.state.channels import Channel
    from ari.testing.state.endpoints import Endpoint

DTMF = frozenset("0123456789ABCDabcd*#")


class Phone:
    """One call on one telephone.

    :param endpoint: the telephone's address, and how it behaves when the PBX calls it.
    """

    channel: Channel

    def __init__(self, core: Core, endpoint: Endpoint) -> None:
        self._core = core
        self.endpoint = endpoint
        self.heard: list[str] = []
        self.digits = ""
        self.texts: list[str] = []
        self.music: str | None = None
        self.on_hold = False
        self.rings = False
        self.talking = False
        self.cause: int | None = None
        self.ended = False
        self._timers: list[Timer] = []
        self._stops_talking: Timer | None = None

    # What the PBX does to the telephone

    def receive_call(self) -> None:
        """Ring, and do what this telephone does when it rings."""
        endpoint, clock = self.endpoint, self._core.clock
        if endpoint.busy:
            clock.call_soon(lambda: self._refuse(17))
        elif endpoint.rejects:
            clock.call_soon(lambda: self._refuse(21))
        else:
            self._timers.append(clock.call_soon(self._ring))
            if endpoint.answers_after is not None:
                self._timers.append(clock.call_later(endpoint.answers_after, self.answer))

    def _ring(self) -> None:
        dialling = self.channel.dialling
        if dialling is not None and not self.channel.destroyed and not self.channel.hung_up:
            self.rings = True
            dialling.ringing()

    def _refuse(self, cause: int) -> None:
        if self.channel.dialling is not None and not self.ended:
            self.channel.dialling.refused(cause)

    def end(self, cause: int) -> None:
        """Notice that the call is over."""
        self.ended = True
        self.cause = cause
        self.rings = False
        self.music = None
        for timer in self._timers:
            timer.cancel()

    # What the person does

    def answer(self) -> None:
        """Pick up."""
        if not self.ended and self.channel.dialling is not None and not self.channel.hung_up:
            self.rings = False
            self.channel.dialling.answered()

    def press(self, digits: str, duration: float) -> None:
        """Press keys, one after the other."""
        for digit in digits:
            if digit in DTMF:
                self.channel.receive_dtmf(digit.upper(), int(duration * 1000))

    def speak(self, seconds: float) -> None:
        """Talk for a while."""
        if self._stops_talking is not None:
            self._stops_talking.cancel()
        self.talking = True
        self._stops_talking = self._core.clock.call_later(seconds, self._fall_silent)
        self._core.audio_changed()

    def _fall_silent(self) -> None:
        self.talking = False
        self._stops_talking = None
        self._core.audio_changed()

    def hold(self, on: bool) -> None:
        """Put the other side on hold, or take it back."""
        if on:
            self.channel.emit("ChannelHold", musicclass="default")
        else:
            self.channel.emit("ChannelUnhold")

    def hangup(self, cause: int) -> None:
        """Hang up."""
        if self.channel.dialling is not None:
            self.channel.dialling.refused(cause)
        else:
            self.channel.request_hangup(cause)

    def sends(self) -> Sound:
        """Return what the telephone sends now."""
        if self.ended or self.channel.state not in {"Up", "Ring"}:
            return None
        return "talk" if self.talking else "silence"
