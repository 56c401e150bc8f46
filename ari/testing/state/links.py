"""What is at the far end of a channel: a telephone, another channel, or nothing at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ari.testing.calls.dialling import Dialling
    from ari.testing.state.channels import Channel
    from ari.testing.state.phones import Phone

#: What arrives from a far end: nothing, silence, or talk.
Sound = str | None


class Link:
    """A far end that answers whenever it is called and neither speaks nor listens."""

    channel: Channel

    def dial(self) -> bool:
        """Call the far end; return False when that is impossible."""
        assert self.channel.dialling is not None
        self.channel.dialling.answered()
        return True

    def answered(self) -> None:
        """Tell the far end that this side answered."""

    def ringing(self, on: bool) -> None:
        """Tell the far end that it rings here."""

    def busy(self, cause: int, status: str) -> None:
        """Tell the far end that nobody will answer here."""

    def hold(self, on: bool) -> None:
        """Tell the far end that it is on hold."""

    def hear(self, media: str) -> None:
        """Let the far end hear a medium."""

    def hear_music(self, music: str | None) -> None:
        """Start or stop music on hold for the far end."""

    def send_dtmf(self, digit: str, duration_ms: int) -> None:
        """Send a digit to the far end."""

    def closed(self, cause: int) -> None:
        """Tell the far end that this side is gone."""

    def timed_out(self) -> None:
        """Take it that this side waited long enough."""

    def redirect(self, address: str) -> None:
        """Tell the far end to call elsewhere, which only SIP can."""

    def progress(self) -> None:
        """Tell the far end that there is something to hear."""

    def incoming(self) -> Sound:
        """Return what comes from the far end now."""
        return None


class MediaLink(Link):
    """A machine that sends silence all the time: external media, or a snoop."""

    def incoming(self) -> Sound:
        return "silence"


class LocalLink(Link):
    """The other half of a Local channel."""

    def __init__(self) -> None:
        self.other: Channel

    def dial(self) -> bool:
        first, second = self.channel, self.other
        second.caller = first.connected.copy()
        second.connected = first.caller.copy()
        for name, value in list(first.variables.items()):
            second.set_variable(name, value)
        if second.caller.name or second.caller.number:
            second.announce_caller()
        if second.connected.name or second.connected.number:
            second.emit("ChannelConnectedLine")
        return first.pbx.enter_dialplan(second)

    def answered(self) -> None:
        if self.other.dialling is not None:
            self.other.dialling.answered()

    def ringing(self, on: bool) -> None:
        if on and self.other.dialling is not None:
            self.other.dialling.ringing()

    def progress(self) -> None:
        if self.other.dialling is not None:
            self.other.dialling.progress()

    def busy(self, cause: int, status: str) -> None:
        if self.other.dialling is not None:
            self.other.dialling.failed(0, status)

    def hear(self, media: str) -> None:
        if self.other.bridge is not None:
            self.other.bridge.hear(media, but=self.other)

    def send_dtmf(self, digit: str, duration_ms: int) -> None:
        self.other.receive_dtmf(digit, duration_ms)

    def closed(self, cause: int) -> None:
        if self.other.task is None:  # the half of a call that never began
            self.other.destroy()
        else:
            self.other.request_hangup(cause)

    def incoming(self) -> Sound:
        return outgoing(self.other)


class LineLink(Link):
    """A SIP call that comes back into our own dialplan: the other channel of it."""

    def __init__(self, context: str, exten: str) -> None:
        self.context = context
        self.exten = exten
        self.other: Channel | None = None

    def dial(self) -> bool:
        channel = self.channel
        endpoint, pbx = channel.endpoint, channel.pbx
        assert endpoint is not None
        if pbx.dialplan.find(self.context, self.exten) is None:
            pbx.clock.call_soon(lambda: self._refused(1))
            return True
        back = LineLink(self.context, self.exten)
        far = pbx.add_call(endpoint, pbx.next_id(), back, state="Ring")
        self.other, back.other = far, channel
        far.caller = channel.connected.copy()
        far.context, far.exten = self.context, self.exten
        pbx.enter_dialplan(far)
        return True

    def _refused(self, cause: int) -> None:
        if self.channel.dialling is not None:
            self.channel.dialling.refused(cause)

    def _dialling(self) -> Dialling | None:
        return None if self.other is None else self.other.dialling

    def answered(self) -> None:
        dialling = self._dialling()
        if dialling is not None:
            dialling.answered()

    def ringing(self, on: bool) -> None:
        dialling = self._dialling()
        if dialling is not None and on:
            dialling.ringing()

    def progress(self) -> None:
        dialling = self._dialling()
        if dialling is not None:
            dialling.progress()

    def busy(self, cause: int, status: str) -> None:
        dialling = self._dialling()
        if dialling is not None:
            dialling.refused(cause)

    def hold(self, on: bool) -> None:
        if self.other is not None and not self.other.destroyed:
            if on:
                self.other.emit("ChannelHold", musicclass="default")
            else:
                self.other.emit("ChannelUnhold")

    def hear(self, media: str) -> None:
        if self.other is not None and self.other.bridge is not None:
            self.other.bridge.hear(media, but=self.other)

    def send_dtmf(self, digit: str, duration_ms: int) -> None:
        if self.other is not None:
            self.other.receive_dtmf(digit, duration_ms)

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

    def timed_out(self) -> None:
        self.channel.tech_cause = 480

    def redirect(self, address: str) -> None:
        self.channel.request_hangup(23, tech_cause=302)

    def incoming(self) -> Sound:
        return None if self.other is None else outgoing(self.other)


class PhoneLink(Link):
    """A telephone."""

    def __init__(self, phone: Phone) -> None:
        self.phone = phone

    def dial(self) -> bool:
        return self.phone.dialled(self.channel)

    def answered(self) -> None:
        self.phone.answered_by_pbx()

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
        self.phone.gone(cause)

    def timed_out(self) -> None:
        self.channel.tech_cause = 480

    def redirect(self, address: str) -> None:
        self.channel.request_hangup(23, tech_cause=302)

    def incoming(self) -> Sound:
        return self.phone.sends()


def outgoing(channel: Channel, _seen: frozenset[str] = frozenset()) -> Sound:
    """Return what the PBX sends to the far end of *channel*."""
    if channel.id in _seen or channel.destroyed:
        return None
    seen = _seen | {channel.id}
    sounds: set[Sound] = set()
    if channel.playing or channel.music is not None:
        sounds.add("talk")
    if channel.silence:
        sounds.add("silence")
    if channel.echoing:
        sounds.add(arriving(channel, seen))
    bridge = channel.bridge
    if bridge is not None:
        if bridge.playing or bridge.music is not None:
            sounds.add("talk")
        sounds.update(arriving(other, seen) for other in bridge.members if other is not channel)
    return "talk" if "talk" in sounds else "silence" if "silence" in sounds else None


def arriving(channel: Channel, _seen: frozenset[str] = frozenset()) -> Sound:
    """Return what comes from the far end of *channel*."""
    if "in" in channel.muted:
        return "silence"
    if isinstance(channel.link, LocalLink | LineLink):
        other = channel.link.other
        return None if other is None else outgoing(other, _seen)
    return channel.link.incoming()
