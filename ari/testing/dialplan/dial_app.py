"""Dial(): the dialplan calls somebody and connects the two."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from uuid import uuid4

from ari.testing.calls.dialling import Dialling
from ari.testing.core.asterisk_text import split_arguments
from ari.testing.core.clock import Script
from ari.testing.state.bridges import Membership
from ari.testing.state.channels import Channel, HungUp


def called_party(channel: Channel, gone: Callable[[], None]) -> Script:
    """Run the life of the called channel: it lasts until somebody hangs up."""
    with contextlib.suppress(HungUp):
        yield None
    channel.destroy()
    gone()


def dial(channel: Channel, data: str) -> Script:
    """Run ``Dial(TECHNOLOGY/name,seconds)``."""
    words = split_arguments(data)
    technology, _, resource = words[0].partition("/")
    timeout = float(words[1]) if len(words) > 1 and words[1] else None
    callee = channel.pbx.call_out(technology, resource, None, None)
    if callee is None:
        channel.set_variable("DIALSTATUS", "CHANUNAVAIL")
        return
    assert channel.task is not None
    task = channel.task
    callee.caller = callee.connected = channel.caller.copy()
    callee.app_name, callee.app_data = "AppDial", "(Outgoing Line)"
    calling = True

    def gone() -> None:
        if calling:
            task.wake("gone")

    channel.pbx.run(callee, called_party(callee, gone))
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
            yield from _connect(channel, callee)
    finally:
        calling = False
        callee.request_hangup(channel.hangup_cause or 16)


def _connect(channel: Channel, callee: Channel) -> Script:
    """Let the two talk until one of them hangs up."""
    if channel.state != "Up":
        channel.set_state("Up")
        channel.link.answered()
    bridge = channel.pbx.add_bridge(str(uuid4()), "", {"mixing"}, basic=True)
    bridge.enter(channel, Membership())
    bridge.enter(callee, Membership())
    try:
        while not callee.destroyed:
            yield None
    finally:
        bridge.destroy()
