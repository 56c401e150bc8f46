"""The applications of the dialplan: Answer(), Playback(), Stasis() and their like.

A new application is a function here and a row in :data:`APPLICATIONS`.
"""

from __future__ import annotations

from collections.abc import Callable

from ari.testing.calls.media import MISSING
from ari.testing.calls.stasis import stasis
from ari.testing.core.asterisk_text import split_arguments
from ari.testing.core.clock import Script
from ari.testing.dialplan.broadcast_app import broadcast
from ari.testing.dialplan.dial_app import dial
from ari.testing.dialplan.switch import Switch
from ari.testing.state.channels import Channel

#: Runs on a channel with what its parentheses hold.
DialplanApplication = Callable[[Switch, Channel, str], Script]

#: Seconds for which Answer() waits for the first sound of a far end that sends none.
ANSWER_PATIENCE = 0.5


class LeaveDialplan(Exception):  # how Hangup() ends the dialplan
    """Raised by an application that ends the dialplan."""


def no_op(switch: Switch, channel: Channel, data: str) -> Script:
    """Do nothing, as every application does that is not known here."""
    yield from ()


def answer(switch: Switch, channel: Channel, data: str) -> Script:
    """Answer the far end, and wait a little for it to be heard."""
    if channel.state != "Up":
        channel.answer()
        if channel.link.incoming() is None:
            yield ANSWER_PATIENCE
    if data:
        yield float(data) / 1000


def wait(switch: Switch, channel: Channel, data: str) -> Script:
    """Wait for some seconds."""
    yield float(data or 0)


def ringing(switch: Switch, channel: Channel, data: str) -> Script:
    """Tell the far end that it rings."""
    channel.link.ringing(True)
    yield from ()


def refuse(cause: int, status: str) -> DialplanApplication:
    """Make Busy and Congestion."""

    def application(switch: Switch, channel: Channel, data: str) -> Script:
        if channel.state != "Up":
            channel.ending.cause = cause
            channel.set_state("Busy")
        channel.link.busy(cause, status)
        yield float(data) if data else None
        raise LeaveDialplan

    return application


def hangup(switch: Switch, channel: Channel, data: str) -> Script:
    """End the call, with a cause if one is given."""
    channel.ending.cause = int(data) if data.isdigit() else channel.ending.cause or 16
    yield from ()
    raise LeaveDialplan


def playback(switch: Switch, channel: Channel, data: str) -> Script:
    """Play files, one after the other."""
    names = split_arguments(data)[0].split("&")
    if channel.state != "Up":
        yield from answer(switch, channel, "")
    channel.audio.playing += 1
    channel.core.audio_changed()
    status = "SUCCESS"
    try:
        for name in names:
            seconds = switch.media.seconds(f"sound:{name}")
            if seconds == MISSING:
                status = "FAILED"
                continue
            channel.link.hear(f"sound:{name}")
            yield seconds
    finally:
        channel.audio.playing -= 1
        channel.core.audio_changed()
        channel.set_variable("PLAYBACKSTATUS", status)


def echo(switch: Switch, channel: Channel, data: str) -> Script:
    """Send back what comes, until ``#`` or a hang-up."""
    channel.audio.echoing = True
    channel.core.audio_changed()
    try:
        yield None
    finally:
        channel.audio.echoing = False


def music_on_hold(switch: Switch, channel: Channel, data: str) -> Script:
    """Play music until the call ends, or for some seconds."""
    words = split_arguments(data)
    channel.play_music(words[0] or "default")
    channel.core.audio_changed()
    try:
        yield float(words[1]) if len(words) > 1 else None
    finally:
        channel.play_music(None)


def send_dtmf(switch: Switch, channel: Channel, data: str) -> Script:
    """Send digits to the far end."""
    words = split_arguments(data)
    pause = int(words[1]) / 1000 if len(words) > 1 and words[1] else 0.25
    duration = int(words[2]) if len(words) > 2 and words[2] else 100
    for digit in words[0]:
        if digit == "w":
            yield 0.5
            continue
        yield duration / 1000
        channel.link.send_dtmf(digit, duration)
        yield pause


def set_variable(switch: Switch, channel: Channel, data: str) -> Script:
    """Set a variable."""
    name, _, value = data.partition("=")
    channel.set_variable(name.strip(), value)
    yield from ()


def user_event(switch: Switch, channel: Channel, data: str) -> Script:
    """Publish an event of the program's own."""
    words = split_arguments(data)
    body = {"eventname": words[0]}
    for word in words[1:]:
        key, _, value = word.partition(":")
        body[key.strip()] = value.strip()
    channel.emit("ChannelUserevent", eventname=words[0], userevent=body)
    yield from ()


def _go_to(switch: Switch, channel: Channel, target: str) -> None:
    """Continue at ``[[context,]exten,]priority``."""
    words = [word.strip() for word in target.split(",")]
    place, last = channel.place, words[-1]
    context = words[-3] if len(words) > 2 else place.context
    exten = words[-2] if len(words) > 1 else place.exten
    labelled = switch.dialplan.find_label(context, exten, last)
    place.go_to(context, exten, labelled or (int(last) if last.isdigit() else 0))


def goto(switch: Switch, channel: Channel, data: str) -> Script:
    """Continue elsewhere."""
    _go_to(switch, channel, data)
    yield 0.0  # a dialplan that only jumps must not stop the time


def goto_if(switch: Switch, channel: Channel, data: str) -> Script:
    """Continue elsewhere if the condition holds."""
    condition, _, targets = data.partition("?")
    yes, _, no = targets.partition(":")
    target = yes if condition.strip() not in {"", "0"} else no
    if target:
        _go_to(switch, channel, target)
    yield from ()


def enter_stasis(switch: Switch, channel: Channel, data: str) -> Script:
    """Hand the channel to an application."""
    name, _, arguments = data.partition(",")
    status = yield from stasis(channel, name, arguments)
    if status == "FAILED":
        channel.place.priority += 1


def progress(switch: Switch, channel: Channel, data: str) -> Script:
    """Tell the far end that there is something to hear."""
    channel.link.progress()
    yield from ()


#: Applications that set the next priority themselves.
JUMPS = {"goto", "gotoif", "stasis", "stasisbroadcast"}

APPLICATIONS: dict[str, DialplanApplication] = {
    "answer": answer,
    "busy": refuse(17, "BUSY"),
    "congestion": refuse(34, "CONGESTION"),
    "dial": dial,
    "echo": echo,
    "goto": goto,
    "gotoif": goto_if,
    "hangup": hangup,
    "musiconhold": music_on_hold,
    "playback": playback,
    "progress": progress,
    "ringing": ringing,
    "senddtmf": send_dtmf,
    "set": set_variable,
    "stasis": enter_stasis,
    "stasisbroadcast": broadcast,
    "userevent": user_event,
    "wait": wait,
}
