"""What is at the far end of a channel: a telephone, another channel, or nothing at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ari.testing.state.audio import Sound
from ari.testing.state.roles import Attempt, Extensions

if TYPE_CHECKING:
    from ari.testing.state.channels import Channel
    from ari.testing.state.phones import Phone


class Link:
    """A far end that answers whenever it is called and neither speaks nor listens."""

    channel: Channel
    #: The channel at the far end, for a call within the PBX.
    other: Channel | None = None

    def attach(self, channel: Channel) -> None:
        """Become the far end of *channel*."""
        self.channel = channel

    def dial(self) -> bool:
        """Call the far end; return False when that is impossible."""
        assert self.channel.dialling is not None
        self.channel.dialling.answered()
        return True

    def answered(self) -> None:
        """Tell the far end that this side answered."""

    def ringing(self, on: bool) -> None:
        """Tell the far end that it rings here."""

    def progress(self) -> None:
        """Tell the far end that there is something to hear."""

    def busy(self, cause: int, status: str) -> None:
        """Tell the far end that nobody will answer here."""

    def hold(self, on: bool) -> None:
        """Tell the far end that it is on hold."""

    def hear(self, media: str) -> None:
        """Send a medium to the far end."""

    def hear_music(self, music: str | None) -> None:
        """Start or stop music on hold for the far end."""

    def send_dtmf(self, digit: str, duration_ms: int) -> None:
        """Send a digit to the far end."""

    def timed_out(self) -> None:
        """Tell the far end that this side waited long enough."""

    def redirect(self, address: str) -> None:
        """Tell the far end to call elsewhere, which only SIP can."""

    def closed(self, cause: int) -> None:
        """Tell the far end that this side is gone."""

    def incoming(self, seen: frozenset[str] = frozenset()) -> Sound:
        """Return what comes from the far end now; see :meth:`Channel.incoming`."""
        return None


class MediaLink(Link):
    """A machine that sends silence all the time: external media, or a snoop."""

    def incoming(self, seen: frozenset[str] = frozenset()) -> Sound:
        return "silence"


class PairLink(Link):
    """The other one of two channels that are each other's far end."""

    @property
    def _dialling(self) -> Attempt | None:
        return None if self.other is None else self.other.dialling

    def answered(self) -> None:
        if self._dialling is not None:
            self._dialling.answered()

    def ringing(self, on: bool) -> None:
        if on and self._dialling is not None:
            self._dialling.ringing()

    def progress(self) -> None:
        if self._dialling is not None:
            self._dialling.progress()

    def hear(self, media: str) -> None:
        if self.other is not None and self.other.bridge is not None:
            self.other.bridge.hear(media, but=self.other)

    def send_dtmf(self, digit: str, duration_ms: int) -> None:
        if self.other is not None:
            self.other.receive_dtmf(digit, duration_ms)

    def incoming(self, seen: frozenset[str] = frozenset()) -> Sound:
        return None if self.other is None else self.other.outgoing(seen)


class LocalLink(PairLink):
    """The other half of a Local channel."""

    def __init__(self, extensions: Extensions) -> None:
        self._extensions = extensions

    def dial(self) -> bool:
        first, second = self.channel, self.other
        assert second is not None
        second.caller = first.connected.copy()
        second.connected = first.caller.copy()
        for name, value in list(first.variables.items()):
            second.set_variable(name, value)
        if second.caller.name or second.caller.number:
            second.announce_caller()
        if second.connected.name or second.connected.number:
            second.emit("ChannelConnectedLine")
        return self._extensions.enter(second)

    def busy(self, cause: int, status: str) -> None:
        if self._dialling is not None:
            self._dialling.failed(0, status)

    def closed(self, cause: int) -> None:
        assert self.other is not None
        if self.other.task is None:  # the half of a call that never began
            self.other.destroy()
        else:
            self.other.request_hangup(cause)


class SipLink(Link):
    """A far end that is reached by SIP."""

    def timed_out(self) -> None:
        self.channel.ending.tech_cause = 480

    def redirect(self, address: str) -> None:
        self.channel.request_hangup(23, tech_cause=302)


class LineLink(SipLink, PairLink):
    """A SIP call that comes back into our own dialplan: the other channel of it.

    :param come_back: makes the channel that comes in for the one that calls out; returns None
        when the dialplan has no such extension.
    """

    def __init__(self, come_back: Callable[[Channel], Channel | None]) -> None:
        self._come_back = come_back

    def dial(self) -> bool:
        if self._come_back(self.channel) is None:
            self.channel.core.clock.call_soon(self._refuse)
        return True

    def _refuse(self) -> None:
        if self.channel.dialling is not None:
            self.channel.dialling.refused(1)

    def busy(self, cause: int, status: str) -> None:
        if self._dialling is not None:
            self._dialling.refused(cause)

    def hold(self, on: bool) -> None:
        if self.other is not None and not self.other.destroyed:
            if on:
                self.other.emit("ChannelHold", musicclass="default")
            else:
                self.other.emit("ChannelUnhold")

    def closed(self, cause: int) -> None:
        if self.other is None or self.other.destroyed:
            return
        if self.other.dialling is not None:
            if cause == 23:
                self.other.redirecting = self.other.caller.number
            self.other.dialling.refused(cause)
        elif self.other.state == "Ring":
            self.other.request_hangup(16, tech_cause=487)
        else:
            self.other.request_hangup(16)


class PhoneLink(SipLink):
    """A telephone."""

    def __init__(self, phone: Phone) -> None:
        self.phone = phone

    def attach(self, channel: Channel) -> None:
        super().attach(channel)
        self.phone.channel = channel

    def dial(self) -> bool:
        self.phone.receive_call()
        return True

    def answered(self) -> None:
        self.phone.rings = False

    def ringing(self, on: bool) -> None:
        self.phone.rings = on

    def busy(self, cause: int, status: str) -> None:
        self.phone.rings = False

    def hold(self, on: bool) -> None:
        self.phone.on_hold = on

    def hear(self, media: str) -> None:
        self.phone.heard.append(media)

    def hear_music(self, music: str | None) -> None:
        self.phone.music = music

    def send_dtmf(self, digit: str, duration_ms: int) -> None:
        self.phone.digits += digit

    def closed(self, cause: int) -> None:
        self.phone.end(cause)

    def incoming(self, seen: frozenset[str] = frozenset()) -> Sound:
        return self.phone.sends()
