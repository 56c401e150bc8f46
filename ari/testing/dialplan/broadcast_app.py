"""StasisBroadcast(): a channel is offered to every application; the first to claim it has it."""

from __future__ import annotations

from ari.testing.calls.stasis import stasis
from ari.testing.core.answers import JSON, Refusal
from ari.testing.core.asterisk_text import split_arguments
from ari.testing.core.clock import Script
from ari.testing.dialplan.switch import Switch
from ari.testing.state.channels import Channel


class Broadcast:
    """One offer of a channel."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self.winner: str | None = None

    def claim(self, application: str) -> None:
        """Give the channel to *application*, or refuse with 409."""
        if self.winner is not None:
            raise Refusal(409, "Channel has already been claimed by another application")
        self.winner = application
        assert self._channel.task is not None
        self._channel.task.wake("claimed")


def broadcast(switch: Switch, channel: Channel, data: str) -> Script:
    """Run ``StasisBroadcast(timeout_ms,application filter,arguments,notify)``."""
    timeout, _, arguments, notify = [*split_arguments(data), "", "", "", ""][:4]
    seconds = int(timeout) / 1000 if timeout.isdigit() else 0.5
    offer = channel.offer = Broadcast(channel)
    parties = {"caller": channel.caller.number, "called": channel.place.exten}
    _tell_all(channel, "CallBroadcast", {"channel": channel.json(), **parties})
    try:
        yield seconds
        if offer.winner is None:
            channel.set_variable("STASISSTATUS", "TIMEOUT")
            channel.place.priority += 1
            return
        if notify.lower() in {"yes", "true", "1"}:
            winner = {"winner_app": offer.winner}
            _tell_all(channel, "CallClaimed", {"channel": channel.json(), **winner})
        status = yield from stasis(channel, offer.winner, ",".join(arguments.split(":")))
    finally:
        channel.offer = None
    if status == "FAILED":
        channel.place.priority += 1


def _tell_all(channel: Channel, event_type: str, fields: JSON) -> None:
    channel.core.bus.publish(lambda application: True, event_type, lambda: fields)
