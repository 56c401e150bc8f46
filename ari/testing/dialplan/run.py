"""Running the dialplan on a channel: the applications that the simulator knows."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from ari.testing.calls import media
from ari.testing.calls.stasis import stasis
from ari.testing.core.asterisk_text import split_arguments
from ari.testing.core.clock import Script
from ari.testing.dialplan.broadcast_app import broadcast
from ari.testing.dialplan.dial_app import dial
from ari.testing.dialplan.language import substitute
from ari.testing.state.channels import Channel, HungUp

#: How long Answer waits for the first sound of a far end that sends none, in seconds.
ANSWER_PATIENCE = 0.5


class Leave(Exception):  # how Hangup() ends the dialplan
    """Raised by an application that ends the dialplan."""


def dialplan_script(channel: Channel) -> Script:
    """Run the whole life of a channel in the dialplan, and its end."""
    with contextlib.suppress(HungUp):
        yield from dialplan_steps(channel)
    _end(channel)


def _end(channel: Channel) -> None:
    channel.request_hangup(0, shown=16, soft=True)
    channel.leave_application()
    if not channel.hangup_cause and channel.state == "Up":
        channel.hangup_cause = 16
    channel.destroy()


def call_script(channel: Channel, app: str, arguments: str) -> Script:
    """Run the life of a call whose extension does nothing but enter an application."""
    data = f"{app},{arguments}" if arguments else app
    with contextlib.suppress(HungUp):
        channel.enter_application("Stasis", data)
        status = yield from stasis(channel, app, arguments)
        if status == "SUCCESS":
            yield from dialplan_steps(channel)
    _end(channel)


def dialplan_steps(channel: Channel) -> Script:
    """Run priority after priority from where the channel is, until there is none."""
    pbx = channel.pbx
    while True:
        extension = pbx.dialplan.find(channel.context, channel.exten)
        step = extension.steps.get(channel.priority) if extension is not None else None
        if step is None:
            return
        data = substitute(step.data, channel.get_variable)
        application = APPLICATIONS.get(step.application.lower(), no_op)
        channel.enter_application(step.application, data)
        before = channel.context, channel.exten, channel.priority
        try:
            yield from application(channel, data)
        except Leave:
            return
        # Stasis and Goto have already gone where the call goes on.
        if (
            step.application.lower() not in JUMPS
            or (channel.context, channel.exten, channel.priority) == before
        ):
            channel.priority += 1


def no_op(channel: Channel, data: str) -> Script:
    """Do nothing, as for every application that is not known here."""
    yield from ()


def answer(channel: Channel, data: str) -> Script:
    """Answer the far end, and wait a little for it to be heard."""
    if channel.state != "Up":
        channel.set_state("Up")
        channel.link.answered()
        if channel.link.incoming() is None:
            yield ANSWER_PATIENCE
    if data:
        yield float(data) / 1000


def wait(channel: Channel, data: str) -> Script:
    """Wait for some seconds."""
    yield float(data or 0)


def ringing(channel: Channel, data: str) -> Script:
    """Tell the far end that it rings."""
    channel.link.ringing(True)
    yield from ()


def refuse(cause: int, status: str) -> Callable[[Channel, str], Script]:
    """Make Busy and Congestion."""

    def application(channel: Channel, data: str) -> Script:
        if channel.state != "Up":
            channel.hangup_cause = cause
            channel.set_state("Busy")
        channel.link.busy(cause, status)
        yield float(data) if data else None
        raise Leave

    return application


def hangup(channel: Channel, data: str) -> Script:
    """End the call, with a cause if one is given."""
    channel.hangup_cause = int(data) if data.isdigit() else channel.hangup_cause or 16
    yield from ()
    raise Leave


def playback(channel: Channel, data: str) -> Script:
    """Play files, one after the other."""
    names = split_arguments(data)[0].split("&")
    if channel.state != "Up":
        yield from answer(channel, "")
    channel.playing += 1
    channel.pbx.audio_changed()
    status = "SUCCESS"
    try:
        for name in names:
            seconds = channel.pbx.media.seconds(f"sound:{name}")
            if seconds is media.MISSING:
                status = "FAILED"
                continue
            channel.link.hear(f"sound:{name}")
            yield seconds
    finally:
        channel.playing -= 1
        channel.pbx.audio_changed()
        channel.set_variable("PLAYBACKSTATUS", status)


def echo(channel: Channel, data: str) -> Script:
    """Send back what comes, until ``#`` or a hang-up."""
    channel.echoing = True
    channel.pbx.audio_changed()
    try:
        yield None
    finally:
        channel.echoing = False


def music_on_hold(channel: Channel, data: str) -> Script:
    """Play music until the call ends, or for some seconds."""
    words = split_arguments(data)
    channel.music = words[0] or "default"
    channel.link.hear_music(channel.music)
    channel.pbx.audio_changed()
    try:
        yield float(words[1]) if len(words) > 1 else None
    finally:
        channel.music = None
        channel.link.hear_music(None)


def send_dtmf(channel: Channel, data: str) -> Script:
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


def set_variable(channel: Channel, data: str) -> Script:
    """Set a variable."""
    name, _, value = data.partition("=")
    channel.set_variable(name.strip(), value)
    yield from ()


def user_event(channel: Channel, data: str) -> Script:
    """Publish an event of the program's own."""
    words = split_arguments(data)
    body = {"eventname": words[0]}
    for word in words[1:]:
        key, _, value = word.partition(":")
        body[key.strip()] = value.strip()
    channel.emit("ChannelUserevent", eventname=words[0], userevent=body)
    yield from ()


def go_to(channel: Channel, target: str) -> None:
    """Go to ``[[context,]exten,]priority``."""
    words = [word.strip() for word in target.split(",")]
    if len(words) > 2:
        channel.context = words[-3]
    if len(words) > 1:
        channel.exten = words[-2]
    last = words[-1]
    labelled = channel.pbx.dialplan.has_label(channel.context, channel.exten, last)
    channel.priority = labelled or (int(last) if last.isdigit() else 0)


def goto(channel: Channel, data: str) -> Script:
    """Go on elsewhere."""
    go_to(channel, data)
    yield 0.0  # a dialplan that only jumps must not stop the time


def goto_if(channel: Channel, data: str) -> Script:
    """Go on elsewhere if the condition holds."""
    condition, _, targets = data.partition("?")
    yes, _, no = targets.partition(":")
    target = yes if condition.strip() not in {"", "0"} else no
    if target:
        go_to(channel, target)
    yield from ()


def enter_stasis(channel: Channel, data: str) -> Script:
    """Hand the channel to an application."""
    name, _, arguments = data.partition(",")
    status = yield from stasis(channel, name, arguments)
    if status == "FAILED":
        channel.priority += 1


def progress(channel: Channel, data: str) -> Script:
    """Tell the far end that there is something to hear."""
    channel.link.progress()
    yield from ()


def dialplan_broadcast(channel: Channel, data: str) -> Script:
    """Offer the channel to every application."""
    yield from broadcast(channel, split_arguments(data))


#: Applications that set the next priority themselves.
JUMPS = {"goto", "gotoif", "stasis", "stasisbroadcast"}

APPLICATIONS: dict[str, Callable[[Channel, str], Script]] = {
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
    "stasisbroadcast": dialplan_broadcast,
    "userevent": user_event,
    "wait": wait,
}
