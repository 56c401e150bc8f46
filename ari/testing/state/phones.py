"""Telephones: what a person with one hears, does, and how it behaves when it is called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ari.testing.core.clock import Timer

if TYPE_CHECKING:
    from ari.testing.pbx import PBX
    from ari.testing.state.channels import Channel
    from ari.testing.state.endpoints import Endpoint

DTMF = frozenset("0123456789ABCDabcd*#")


class Phone:
    """One call on one telephone.

    :param endpoint: the telephone's address, for a call the PBX makes, its behaviour too.
    """

    def __init__(self, pbx: PBX, endpoint: Endpoint) -> None:
        self.pbx = pbx
        self.endpoint = endpoint
        self.channel: Channel
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

    def dialled(self, channel: Channel) -> bool:
        """Ring, and do what this telephone does when it rings."""
        endpoint, clock = self.endpoint, self.pbx.clock
        dialling = channel.dialling
        assert dialling is not None
        if endpoint.busy:
            clock.call_soon(lambda: self._refuse(17))
            return True
        if endpoint.rejects:
            clock.call_soon(lambda: self._refuse(21))
            return True

        def ring() -> None:
            if not channel.destroyed and not channel.hung_up:
                self.rings = True
                dialling.ringing()

        self._timers.append(clock.call_soon(ring))
        if endpoint.answers_after is not None:
            self._timers.append(clock.call_later(endpoint.answers_after, self.answer))
        return True

    def answer(self) -> None:
        """Pick up."""
        if not self.ended and self.channel.dialling is not None and not self.channel.hung_up:
            self.rings = False
            self.channel.dialling.answered()

    def _refuse(self, cause: int) -> None:
        dialling = self.channel.dialling
        if dialling is not None and not self.ended:
            dialling.refused(cause)

    def answered_by_pbx(self) -> None:
        """Stop hearing the ringing tone."""
        self.rings = False

    def gone(self, cause: int) -> None:
        """Hear that the call is over."""
        self.ended = True
        self.cause = cause
        self.rings = False
        self.music = None
        for timer in self._timers:
            timer.cancel()

    # What the person does

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
        self._stops_talking = self.pbx.clock.call_later(seconds, self._fall_silent)
        self.pbx.audio_changed()

    def _fall_silent(self) -> None:
        self.talking = False
        self._stops_talking = None
        self.pbx.audio_changed()

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

    def sends(self) -> str | None:
        """Return what the telephone sends now."""
        if self.ended or self.channel.state not in {"Up", "Ring"}:
            return None
        return "talk" if self.talking else "silence"
