"""What the resources share: the PBX, and finding the channel that a request names."""

from __future__ import annotations

from ari.testing.core.answers import Refusal
from ari.testing.pbx import PBX
from ari.testing.rest.arguments import Arguments
from ari.testing.state.channels import Channel
from ari.testing.state.roles import Control


class Resource:
    """One group of operations on a PBX."""

    def __init__(self, pbx: PBX) -> None:
        self.pbx = pbx

    def require_channel(self, arguments: Arguments) -> Channel:
        """Return the channel of the path, or refuse with 404."""
        channel = self.pbx.channels.find(arguments.text("channelId"))
        if channel is None:
            raise Refusal(404, "Channel not found")
        return channel

    def require_control(self, arguments: Arguments) -> Control:
        """Return the control of a channel, or refuse with 404 or 409."""
        channel = self.require_channel(arguments)
        if channel.control is None:
            raise Refusal(409, "Channel not in Stasis application")
        return channel.control

    def require_answered(self, arguments: Arguments) -> Control:
        """Return the control of a channel that media can reach, or refuse, also with 412."""
        control = self.require_control(arguments)
        if control.channel.state in {"Down", "Rsrvd", "Ringing"}:
            raise Refusal(412, "Channel in invalid state")
        return control
