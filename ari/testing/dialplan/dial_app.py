"""Dial(): the dialplan calls somebody and connects the two."""

from __future__ import annotations

import contextlib
from uuid import uuid4

from ari.testing.calls.dialling import Dialling
from ari.testing.core.asterisk_text import split_arguments
from ari.testing.core.clock import Script
from ari.testing.core.commands import HungUp
from ari.testing.dialplan.switch import Switch
from ari.testing.state.bridges import Membership
from ari.testing.state.channels import Channel


def _called_party(channel: Channel) -> Script:
    """Run the life of the called channel: it lasts until somebody hangs up."""
    with contextlib.suppress(HungUp):
        yield None
    channel.destroy()


def dial(switch: Switch, channel: Channel, data: str) -> Script:
    """Run ``Dial(TECHNOLOGY/name,seconds)``."""
    words = split_arguments(data)
    technology, _, resource = words[0].partition("/")
    timeout = float(words[1]) if len(words) > 1 and words[1] else None
    callee = switch.exchange.call_out(technology, resource)
    if callee is None:
        channel.set_variable("DIALSTATUS", "CHANUNAVAIL")
        return
    assert channel.task is not None
    task = channel.task
    callee.caller = callee.connected = channel.caller.copy()
    callee.place.app_name, callee.place.app_data = "AppDial", "(Outgoing Line)"
    calling = True

    def gone() -> None:
        if calling:
            task.wake("gone")

    callee.gone.connect(gone)
    callee.run(_called_party(callee))
    dialling = Dialling(
        callee,
        resource,
        on_answer=lambda: task.wake("answered"),
        on_failure=lambda cause: task.wake("failed"),
    )
    try:
        started = dialling.start(timeout)
        outcome = (yield None) if started else "failed"
        channel.set_variable("DIALSTATUS", "ANSWER" if outcome == "answered" else "NOANSWER")
        if outcome == "answered":
            yield from _connect(switch, channel, callee)
    finally:
        calling = False
        callee.request_hangup(channel.ending.cause or 16)


def _connect(switch: Switch, channel: Channel, callee: Channel) -> Script:
    """Connect the two until one of them hangs up."""
    channel.answer()
    bridge = switch.bridges.add(str(uuid4()), "", {"mixing"}, basic=True)
    bridge.enter(channel, Membership())
    bridge.enter(callee, Membership())
    try:
        while not callee.destroyed:
            yield None
    finally:
        bridge.destroy()
