"""StasisBroadcast: a channel is offered to every application, the first to claim it has it."""

from __future__ import annotations

from ari.testing.calls.stasis import stasis
from ari.testing.core.answers import Refusal
from ari.testing.core.clock import Script
from ari.testing.state.channels import Channel


class Broadcast:
    """One offer."""

    def __init__(self, channel: Channel, *, notify: bool) -> None:
        self.channel = channel
        self.notify = notify
        self.winner: str | None = None

    def claim(self, application: str) -> None:
        """Give the channel to *application*, or refuse with 409."""
        if self.winner is not None:
            raise Refusal(409, "Channel has already been claimed by another application")
        self.winner = application
        assert self.channel.task is not None
        self.channel.task.wake("claimed")


def broadcast(channel: Channel, words: list[str]) -> Script:
    """Run ``StasisBroadcast(timeout_ms,application filter,arguments,notify)``."""
    words = [*words, "", "", "", ""]
    pbx = channel.pbx
    seconds = int(words[0]) / 1000 if words[0].isdigit() else 0.5
    offer = Broadcast(channel, notify=words[3].lower() in {"yes", "true", "1"})
    channel.broadcast = offer
    event = pbx.event(
        "CallBroadcast", channel=channel.json(), caller=channel.caller.number, called=channel.exten
    )
    for application in pbx.applications:
        application.send(event)
    try:
        yield seconds
        if offer.winner is None:
            channel.set_variable("STASISSTATUS", "TIMEOUT")
            channel.priority += 1
            return
        if offer.notify:
            claimed = pbx.event("CallClaimed", channel=channel.json(), winner_app=offer.winner)
            for application in pbx.applications:
                application.send(claimed)
        status = yield from stasis(channel, offer.winner, ",".join(words[2].split(":")))
    finally:
        channel.broadcast = None
    if status == "FAILED":
        channel.priority += 1
