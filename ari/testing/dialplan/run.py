"""Running the dialplan on a channel, priority after priority, until the channel's end."""

from __future__ import annotations

import contextlib

from ari.testing.calls.stasis import stasis
from ari.testing.core.clock import Script
from ari.testing.core.commands import HungUp
from ari.testing.dialplan.apps import APPLICATIONS, JUMPS, LeaveDialplan, no_op
from ari.testing.dialplan.expressions import substitute
from ari.testing.dialplan.switch import Switch
from ari.testing.state.channels import Channel


class DialplanRunner:
    """Runs the dialplan of one PBX."""

    def __init__(self, switch: Switch) -> None:
        self._switch = switch

    def has(self, context: str, exten: str) -> bool:
        """Tell whether an extension serves a number."""
        return self._switch.dialplan.find(context, exten) is not None

    def enter(self, channel: Channel) -> bool:
        """Run the dialplan on a channel; return False when there is no such extension."""
        if not self.has(channel.place.context, channel.place.exten):
            return False
        channel.run(self.life(channel))
        return True

    def life(self, channel: Channel) -> Script:
        """Run the whole life of a channel in the dialplan, and its end."""
        with contextlib.suppress(HungUp):
            yield from self.steps(channel)
        _end(channel)

    def call(self, channel: Channel, app: str, arguments: str) -> Script:
        """Run the life of a call whose extension does nothing but enter an application."""
        data = f"{app},{arguments}" if arguments else app
        with contextlib.suppress(HungUp):
            channel.enter_application("Stasis", data)
            status = yield from stasis(channel, app, arguments)
            if status == "SUCCESS":
                yield from self.steps(channel)
        _end(channel)

    def steps(self, channel: Channel) -> Script:
        """Run priority after priority from where the channel is, to the last one."""
        place = channel.place
        while True:
            extension = self._switch.dialplan.find(place.context, place.exten)
            step = extension.steps.get(place.priority) if extension is not None else None
            if step is None:
                return
            data = substitute(step.data, channel.get_variable)
            name = step.application.lower()
            channel.enter_application(step.application, data)
            before = place.position
            try:
                yield from APPLICATIONS.get(name, no_op)(self._switch, channel, data)
            except LeaveDialplan:
                return
            # Stasis and Goto have already gone where the call continues.
            if name not in JUMPS or place.position == before:
                place.priority += 1


def _end(channel: Channel) -> None:
    channel.request_hangup(0, shown=16, soft=True)
    channel.place.leave_application()
    if not channel.ending.cause and channel.state == "Up":
        channel.ending.cause = 16
    channel.destroy()
